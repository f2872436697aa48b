//! Owns what was seen on a side: facts by noun, gaps where nothing could be seen, and the sealed baseline.
//!
//! Facts are what AWS answered, in our types; nothing here judges them.

pub mod balancer;
pub mod baseline;
pub mod capacity;
pub mod change;
pub mod database;
pub mod database_copy;
pub mod database_settings;
pub mod dns;
pub mod event_source;
pub mod gap;
pub mod group;
pub mod image;
pub mod image_copy;
pub mod launch_template;
pub mod launch_version;
pub mod lever;
pub mod network;
pub mod parameter;
pub mod parameter_value;
pub mod replica_lag;
pub mod replicated;
#[cfg(test)]
pub mod sample;
pub mod schedule;
pub mod security_group;
pub mod side;
pub mod stack;
pub mod volume;

pub use balancer::{
    ListenerAction, ListenerFacts, LoadBalancerFacts, TargetGroupFacts, TargetHealth, TargetHealthCheck,
};
pub use baseline::{BASELINE_SCHEMA, Baseline, TierSource};
pub use capacity::{PeakSeen, capacity_basis};
pub use change::{ChangeAction, PropertyChange, Replacement, ResourceChange};
pub use database::{CreateReplica, DatabaseChange, DatabaseEndpoint, DatabaseFacts, ParameterGroupFacts};
pub use database_copy::{CopiesFound, CopyLike, RestoreCopy, SnapshotFacts, TakeSnapshot};
pub use database_settings::DatabaseSettings;
pub use dns::{AliasFacts, CheckersSay, HealthCheckFacts, RecordFacts};
pub use event_source::{EventSourceFacts, Phase, source_name};
pub use gap::{Gap, Noun};
pub use group::{GroupFacts, InstanceFacts, LaunchFailure, LaunchTemplateRef, SCHEDULED_ACTIONS};
pub use image::{ImageFacts, ImageState};
pub use image_copy::CopyImage;
pub use launch_template::{BlockDevice, LaunchTemplateFacts, MetadataOptions};
pub use launch_version::NewLaunchVersion;
pub use lever::{LeverAnswer, LeverFacts, closed};
pub use network::{SubnetFacts, VpcFacts, ZoneFacts};
pub use parameter::{ParameterFacts, ParameterTier, ParameterType, ParameterValue};
pub use parameter_value::{Parameter, PutParameter};
pub use replica_lag::{ReplicaLag, lost_s};
pub use replicated::{BucketFacts, TableFacts};
pub use schedule::ScheduleFacts;
pub use security_group::{RuleFacts, RulePeer, SecurityGroupFacts};
pub use side::SideFacts;
pub use stack::{
    DriftStatus, PropertyDifference, ResourceDrift, StackDrift, StackEvent, StackFacts, StackResource, StackStatus,
};
pub use volume::{VolumeAttachment, VolumeFacts};

/// Tags by key; `aws:` tags, which AWS sets and nobody else may, are left out when facts are made.
pub type Tags = std::collections::BTreeMap<String, String>;
