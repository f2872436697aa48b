//! Owns the simulated cloud: an account in a file with a virtual clock and faults, behind the ports.
//!
//! It implements the ports and nothing else, and holds AWS's documented semantics, each with its source in a comment:
//! the page of AWS's documentation, or of an API's error list, that says so. Nothing here is random and nothing waits:
//! the same calls give the same account. Whatever takes time in AWS is settled from timestamps whenever the account is
//! looked at.

mod call;
pub mod databases;
pub mod dns;
pub mod fault;
mod groups;
pub mod hands;
mod id;
mod ports;
mod resource;
pub mod seed;
mod settle;
mod stack;
pub mod state;
mod targets;
mod template;

pub use call::{SimClock, SimCloud, SimError};
pub use fault::Faults;
pub use state::SimState;

#[cfg(test)]
mod tests;
