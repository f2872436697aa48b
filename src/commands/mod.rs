//! Owns the command line: one verb each, thin: flags -> one call -> report.

pub mod check;
pub mod init;
pub mod load;
pub mod output;
pub mod schema;
pub mod sim;
