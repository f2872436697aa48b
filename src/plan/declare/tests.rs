//! Owns the cases.
