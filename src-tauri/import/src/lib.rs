//! Bytes in, a table or a list of errors out.
