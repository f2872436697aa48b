//! Owns the user's view: the real binary run as a user runs it, on the simulated cloud and over HTTP against moto.

mod binary;
mod errors;
mod examples;
mod moto;
mod production;
#[path = "../support/python.rs"]
mod python;
mod story_declare;
mod story_drill;
mod story_moto;
mod story_sim;
mod story_substitution;
