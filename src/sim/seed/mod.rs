//! Owns ready-made accounts: the shop that examples and tests protect, and a fleet of many groups.

mod fleet;
mod make;
mod shop;
mod shop_data;
mod shop_store;
mod shop_tiers;

use jiff::Timestamp;
use thiserror::Error;

pub use fleet::fleet;
pub use shop::shop;

/// The account that is seeded.
pub const ACCOUNT: &str = "111122223333";
/// The time on the clock of a seeded account: 2026-11-20T09:00:00Z.
pub const START: Timestamp = Timestamp::constant(1_795_165_200, 0);

/// A seed that does not fit the simulated cloud: a mistake in the seed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the seed's {what} was refused: {reason}")]
pub struct SeedError {
    /// What was being made.
    pub what: String,
    /// Why it was refused.
    pub reason: String,
}
