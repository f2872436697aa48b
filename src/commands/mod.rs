//! Owns the command line: one verb each, thin: flags -> one call -> report.

pub mod sim;
