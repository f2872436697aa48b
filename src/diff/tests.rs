//! Owns tests.
