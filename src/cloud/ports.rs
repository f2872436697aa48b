//! Owns the bundles of ports a command is handed, and how it gets them.

use std::sync::Arc;

use super::{
    Clock, CloudResult, DatabaseCopies, Outside, ReadBalancing, ReadBuckets, ReadDatabases, ReadDns, ReadEvents,
    ReadGroups, ReadIdentity, ReadImages, ReadLaunchTemplates, ReadMetrics, ReadNetwork, ReadParameters, ReadSchedules,
    ReadStacks, ReadTables, ReadVolumes, WriteDatabases, WriteDns, WriteEvents, WriteGroups, WriteImages,
    WriteLaunchTemplates, WriteObjects, WriteParameters, WriteSchedules, WriteStacks,
};
use crate::model::{Region, Side, SideName};

/// Everything a command needs to look at one side.
#[derive(Clone)]
pub struct ReadPorts {
    /// Which side this is.
    pub side: SideName,
    /// Its Region.
    pub region: Region,
    /// Identity.
    pub identity: Arc<dyn ReadIdentity>,
    /// Groups.
    pub groups: Arc<dyn ReadGroups>,
    /// Launch templates.
    pub launch_templates: Arc<dyn ReadLaunchTemplates>,
    /// Images.
    pub images: Arc<dyn ReadImages>,
    /// Networks.
    pub network: Arc<dyn ReadNetwork>,
    /// Load balancers.
    pub balancing: Arc<dyn ReadBalancing>,
    /// Metrics.
    pub metrics: Arc<dyn ReadMetrics>,
    /// Parameters.
    pub parameters: Arc<dyn ReadParameters>,
    /// Stacks.
    pub stacks: Arc<dyn ReadStacks>,
    /// Databases.
    pub databases: Arc<dyn ReadDatabases>,
    /// Tables.
    pub tables: Arc<dyn ReadTables>,
    /// Buckets.
    pub buckets: Arc<dyn ReadBuckets>,
    /// Records and health checks.
    pub dns: Arc<dyn ReadDns>,
    /// Scheduled actions.
    pub schedules: Arc<dyn ReadSchedules>,
    /// Event sources.
    pub events: Arc<dyn ReadEvents>,
    /// Volumes.
    pub volumes: Arc<dyn ReadVolumes>,
}

/// Everything a command needs to change one side.
#[derive(Clone)]
pub struct WritePorts {
    /// Groups.
    pub groups: Arc<dyn WriteGroups>,
    /// Launch templates.
    pub launch_templates: Arc<dyn WriteLaunchTemplates>,
    /// Images.
    pub images: Arc<dyn WriteImages>,
    /// Parameters.
    pub parameters: Arc<dyn WriteParameters>,
    /// Stacks.
    pub stacks: Arc<dyn WriteStacks>,
    /// Databases.
    pub databases: Arc<dyn WriteDatabases>,
    /// Objects.
    pub objects: Arc<dyn WriteObjects>,
    /// Records.
    pub dns: Arc<dyn WriteDns>,
    /// Scheduled actions.
    pub schedules: Arc<dyn WriteSchedules>,
    /// Event sources.
    pub events: Arc<dyn WriteEvents>,
}

/// A cloud: real AWS, a stand-in, or the simulated one. Opening a side makes no call.
#[async_trait::async_trait]
pub trait Cloud: Send + Sync {
    /// Ports that look at one side.
    async fn read(&self, name: SideName, side: &Side) -> CloudResult<ReadPorts>;

    /// Ports that change one side.
    async fn write(&self, name: SideName, side: &Side) -> CloudResult<WritePorts>;

    /// The port that copies databases of one side and removes the copies; handed only to those who carry out a drill.
    async fn copies(&self, name: SideName, side: &Side) -> CloudResult<Arc<dyn DatabaseCopies>>;

    /// The clock this cloud lives by.
    fn clock(&self) -> Arc<dyn Clock>;

    /// The service as its users see it.
    fn outside(&self) -> Arc<dyn Outside>;
}
