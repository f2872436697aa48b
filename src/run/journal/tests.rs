//! Owns the tests of the journal.
