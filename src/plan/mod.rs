//! Owns deciding: intent + facts -> immutable plans of steps. It does no I/O and reads no clock.

pub mod aside;
mod data;
pub mod declare;
pub mod drill;
pub mod failback;
pub mod kept_volumes;
pub mod past;
pub mod provision;
pub mod runbook;
pub mod scale;
pub mod sync;
pub mod teardown;
