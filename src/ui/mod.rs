//! Owns the terminal: streams, colour, progress, confirmation, and how failures are told.

pub mod confirm;
pub mod exit;
pub mod failure;
pub mod printer;
pub mod progress;

pub use exit::Exit;
pub use failure::Failure;
pub use printer::{ColorChoice, Printer};
