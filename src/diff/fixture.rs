//! Owns fixture.
