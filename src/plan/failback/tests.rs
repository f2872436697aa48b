//! Owns the cases of failbacks.
