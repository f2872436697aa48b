//! lifeboat provisions, keeps current and launches the standby side of an AWS estate.
//!
//! The library holds everything; the binary only calls [`commands::main`]. Folders are layers, and
//! `tests/architecture.rs` holds the table of who may import whom.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

// Unit tests and integration tests share the estates of `tests/support`, which name this crate from outside.
#[cfg(test)]
extern crate self as lifeboat;

pub mod aws;
pub mod cloud;
pub mod commands;
pub mod diff;
pub mod environment;
pub mod facts;
pub mod model;
pub mod observe;
pub mod plan;
pub mod render;
pub mod report;
pub mod run;
pub mod sim;
pub mod store;
pub mod ui;
pub mod yaml;
