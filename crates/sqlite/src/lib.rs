//! The ports of l2c-host on one embedded SQLite file.
