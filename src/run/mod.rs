//! Owns the carrying out of plans. Doing decides nothing: every choice was made in `src/plan/`.

pub mod event;
pub mod provision;
pub mod stop;
pub mod teardown;

pub use event::{RunEvent, Watch};
pub use stop::{Stop, StopSwitch};
