//! Owns the seam to AWS: our ports, read and write apart, our types, one `CloudError`. No implementation lives here.
//!
//! A command that only looks is handed [`ReadPorts`] and cannot change anything: the compiler proves it. Every method is
//! a whole act; paging, batch limits, pacing and SDK retries are the implementation's business.

pub mod balancing;
pub mod clock;
pub mod database_copies;
pub mod databases;
pub mod dns;
pub mod error;
pub mod events;
pub mod groups;
pub mod identity;
pub mod images;
pub mod launch_templates;
pub mod metrics;
pub mod network;
pub mod outside;
pub mod parameters;
pub mod ports;
pub mod removable;
pub mod replicated;
pub mod schedules;
pub mod stacks;
pub mod volumes;

pub use balancing::ReadBalancing;
pub use clock::Clock;
pub use database_copies::DatabaseCopies;
pub use databases::{ReadDatabases, WriteDatabases};
pub use dns::{ReadDns, WriteDns};
pub use error::{CloudError, CloudErrorKind};
pub use events::{ReadEvents, WriteEvents};
pub use groups::{ReadGroups, WriteGroups};
pub use identity::ReadIdentity;
pub use images::{ReadImages, WriteImages};
pub use launch_templates::{ReadLaunchTemplates, WriteLaunchTemplates};
pub use metrics::{CLOCK_ERROR, Connections, GroupPeak, LAG_PERIOD, LAG_WINDOW, LagsSeen, ReadMetrics};
pub use network::ReadNetwork;
pub use outside::{Outside, Way};
pub use parameters::{ReadParameters, WriteParameters};
pub use ports::{Cloud, ReadPorts, WritePorts};
pub use removable::{RemovableInstance, RemovableSnapshot, Spared};
pub use replicated::{ReadBuckets, ReadTables, WriteObjects};
pub use schedules::{ReadSchedules, WriteSchedules};
pub use stacks::{
    ChangeAction, ChangeSet, ChangeSetKind, ChangeSetRequest, ChangeSetState, PropertyChange, ReadStacks, Replacement,
    ResourceChange, TemplateSource, WriteStacks,
};
pub use volumes::ReadVolumes;

pub use crate::facts::{CopyImage, Parameter, PutParameter};
pub use crate::model::SecretText;

/// What every port method returns.
pub type CloudResult<T> = Result<T, CloudError>;
