//! Owns the engine of runs. So far: what it asks of those who carry out a step.

pub mod actor;

pub use actor::{ActError, Actor, Done, Look};
