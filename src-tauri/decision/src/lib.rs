//! The decision model and the methods that rank it: values in, values out.
