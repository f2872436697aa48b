//! Owns deciding: intent + facts -> immutable plans.

pub mod provision;
pub mod teardown;
