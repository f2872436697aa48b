//! Owns the words of the project as plain values; it does no I/O, reads no clock and imports nothing else of ours.

pub mod balancer_names;
pub mod basis;
mod canonical;
pub mod copy_mark;
pub mod data;
pub mod digest;
pub mod environment;
pub mod event_source;
#[cfg(test)]
pub mod fixture;
pub mod footprint;
pub mod identity;
pub mod left_volume;
pub mod part;
pub mod rewrite;
pub mod secret;
pub mod secret_text;
pub mod size;
pub mod span;
pub mod stack_name;
pub mod strategy;
pub mod suggest;
pub mod tags;
pub mod traffic;

pub use balancer_names::{BalancerName, BalancerNames, HeldBack, HeldName};
pub use basis::{BasisMethod, CapacityBasis};
pub use copy_mark::{CopyMark, remove_instance_command, remove_snapshot_command};
pub use data::{BucketData, DataKind, DataSet, RdsData, TableData};
pub use digest::Digest;
pub use environment::{
    Basis, DriftRules, Environment, FullSize, IgnoreRule, ImageSync, Network, Objectives, ParameterSync, Side, Stacks,
    StandbySize, StoreLocation, Sync, Tier, TierLoadBalancer,
};
pub use event_source::{DEFAULT_BUS, EventSource, Trigger};
pub use footprint::tier_size;
pub use identity::{AccountId, Caller, Region, SideName};
pub use left_volume::LeftVolume;
pub use part::{MAX_COMPUTE_STACKS, Part, Shard};
pub use rewrite::{NoWayBack, Rewrite};
pub use secret::SecretKey;
pub use secret_text::SecretText;
pub use size::{GroupSize, percent_of, percent_reached};
pub use span::Span;
pub use stack_name::{
    StackName, image_parameter_name, image_stack_parameter, logical_part, max_stack_parameter, min_stack_parameter,
    standby_database_name, standby_group_name,
};
pub use strategy::{Footprint, Strategy};
pub use suggest::closest;
pub use tags::{DRILL_TAG, ENVIRONMENT_TAG, SOURCE_IMAGE_TAG, SOURCE_REGION_TAG, TAG_PREFIX, TIER_TAG, copied_from};
pub use traffic::{Probe, Switch, Traffic, bucket_host, proof_key};
