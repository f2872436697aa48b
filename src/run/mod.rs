//! Owns the carrying out of plans. Doing decides nothing: every choice was made in `src/plan/`.

pub mod event;

pub use event::{RunEvent, Watch};
