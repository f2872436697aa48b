//! Owns the tests of the engine.

mod crash;
mod grounds;
mod order;
mod two;
pub(crate) mod world;
mod writes;
