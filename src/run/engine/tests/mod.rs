//! Owns the tests of the engine.

mod crash;
mod two;
pub mod world;
