//! Owns the tests of the engine.

mod crash;
mod two;
mod world;
