//! Owns every default of the environment file: the one place that both the reader and the schema take them from.

use crate::model::{Basis, DEFAULT_BUS, Span};

/// The store: a folder beside the file.
pub const STORE: &str = ".lifeboat";
/// The block of the standby's VPC.
pub const CIDR: &str = "10.80.0.0/16";
/// Zones of the standby's network.
pub const ZONES: u8 = 3;
/// Over how many compute stacks the tiers are spread.
pub const COMPUTE_STACKS: u8 = 1;
/// A tier's place in the recovery order.
pub const ORDER: u32 = 10;
/// How much of a warm standby's tier runs, in percent of full production size.
pub const PERCENT: u32 = 20;
/// The least that runs of a warm standby's tier.
pub const MIN: u32 = 1;
/// What full production size is taken from.
pub const BASIS: Basis = Basis::Peak;
/// How far back the peak is looked for: two weeks hold both a quiet and a busy one.
pub const WINDOW: Span = Span::from_secs(14 * 86_400);
/// Full production size is never less.
pub const FLOOR: u32 = 1;
/// Copies kept of each tier's image.
pub const KEEP: u32 = 3;
/// The event bus of a rule.
pub const BUS: &str = DEFAULT_BUS;
/// How long resolvers may keep an answer.
pub const TTL: Span = Span::from_secs(60);
/// Time between health checks: the dearer fast ones are asked for.
pub const CHECK_INTERVAL: Span = Span::from_secs(30);
/// Failed checks before a side is taken out of service: Route 53's own default.
pub const CHECK_FAILURES: u32 = 3;
/// What a health check asks of the primary.
pub const CHECK_PATH: &str = "/";
/// The primary's weight: everything.
pub const PRIMARY_WEIGHT: u8 = 100;
/// The standby's weight: nothing.
pub const STANDBY_WEIGHT: u8 = 0;
/// The status of a service that serves.
pub const PROBE_STATUS: u16 = 200;
