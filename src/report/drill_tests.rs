//! Owns the cases of verdicts on drills.
