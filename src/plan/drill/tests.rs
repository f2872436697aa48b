//! Owns the cases of drills.
