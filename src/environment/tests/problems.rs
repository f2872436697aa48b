//! Owns the tests of problems.
