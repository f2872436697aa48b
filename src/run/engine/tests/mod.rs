//! Owns the tests of the engine.

mod crash;
mod order;
mod two;
pub(crate) mod world;
