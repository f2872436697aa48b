//! Owns the carrying out of plans. Doing decides nothing: every choice was made in `src/plan/`.

pub mod actors;
pub mod basis;
pub mod engine;
pub mod event;
pub mod journal;
pub mod lever;
pub mod overtaken;
pub mod patience;
pub mod provision;
pub mod scale;
pub mod spent;
pub mod stop;
pub mod sync_images;
pub mod sync_parameters;
pub mod targets;
pub mod teardown;

pub use basis::Basis;
pub use event::{Leave, RunEvent, Watch};
pub use stop::{Stop, StopSwitch};
