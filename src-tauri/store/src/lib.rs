//! SQLite history: migrations, pooled readers, one writer, backup and integrity.
