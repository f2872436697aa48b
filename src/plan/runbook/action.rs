//! Owns the closed set of things a step can ensure. Each is absolute, so that repeating it is harmless.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Stood;
use super::action_parts::{Before, HomeRule, Lever, ReplicaLike, Unfenced, Untouched, VolumesBefore};
use super::image_home::ImageHome;
use crate::facts::{CopyLike, ScheduleFacts};
use crate::model::{CopyMark, DataSet, GroupSize, Probe, Region, SideName, Trigger};

/// What a step ensures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// A person confirms that the run may go on.
    Gate {
        /// What the person confirms.
        question: String,
    },
    /// The primary's groups take no more traffic: their size is zero; and nothing else starts code there. Best effort.
    FencePrimary {
        /// The groups.
        groups: Vec<String>,
        /// Its event sources, by name.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        events: BTreeMap<String, Trigger>,
    },
    /// Nothing runs in the standby any more, so that nothing is written there while data goes home.
    FreezeStandby {
        /// Its groups.
        groups: Vec<String>,
    },
    /// A group of the standby has at least this size.
    Scale {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// The size; minimum equals desired.
        size: GroupSize,
        /// What stands in when the first instance type cannot be had, best first; empty: nothing.
        instance_types: Vec<String>,
    },
    /// So many of a tier's instances are in service and their targets healthy.
    AwaitServing {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// How many.
        wanted: u32,
        /// The shortfall in percent that counts as success.
        accept_percent: u32,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// A group of the standby is back at its standby size.
    StandDown {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// The size.
        size: GroupSize,
    },
    /// A group of the primary has at least this size again.
    ScalePrimary {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// The size; nothing gets smaller.
        size: GroupSize,
    },
    /// So many of a tier's instances are in service in the primary, and their targets healthy.
    AwaitPrimary {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// How many.
        wanted: u32,
        /// The shortfall in percent that counts as success.
        accept_percent: u32,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// The standby's groups are as they were before: sizes, and no instance more.
    ProveClean {
        /// What was there before.
        before: Vec<Before>,
        /// What is not touched, and stays as it was.
        #[serde(default, skip_serializing_if = "Untouched::is_empty")]
        untouched: Untouched,
        /// Copies of data that were made, and are there no more.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        copies: Vec<CopyMark>,
        /// The environment's volumes before; none: an older lifeboat planned it, and did not look.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        volumes: Option<VolumesBefore>,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// A database stands alone and takes writes. Its lag before that is the achieved recovery point.
    Promote {
        /// The data's name.
        data: String,
        /// On which side.
        side: SideName,
        /// The replica.
        database: String,
        /// How many days automated backups are kept from then on.
        backup_retention_days: u32,
        /// How it stood when this was planned.
        #[serde(default, skip_serializing_if = "Stood::is_unseen")]
        stood: Stood,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// How far a replica is behind is known and kept, before anything changes it; or that it is not known.
    MeasureReplica {
        /// The data's name.
        data: String,
        /// On which side.
        side: SideName,
        /// The replica.
        database: String,
    },
    /// A database has what production's has; in a failback, what the standby footprint has. Absent: as it is.
    RaiseDatabase {
        /// The data's name.
        data: String,
        /// On which side.
        side: SideName,
        /// The instance.
        database: String,
        /// Its class.
        class: Option<String>,
        /// Whether it has a standby in another zone.
        multi_az: Option<bool>,
        /// Whether it refuses to be deleted.
        deletion_protection: Option<bool>,
        /// Whether to wait until it is so; otherwise only until AWS has taken the order.
        wait: bool,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// A parameter tells applications a database's host name.
    PublishEndpoint {
        /// The data's name.
        data: String,
        /// On which side: the database and the parameter.
        side: SideName,
        /// The instance.
        database: String,
        /// The parameter's name.
        parameter: String,
    },
    /// A replica is at most so far behind what it replicates. A lag that is not known does not count.
    AwaitReplica {
        /// The data's name.
        data: String,
        /// On which side.
        side: SideName,
        /// The replica.
        database: String,
        /// How far it may be behind, in seconds.
        at_most_s: u64,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// A database is a replica of the other side's. What had its name before is kept under another.
    Reseed {
        /// The data's name.
        data: String,
        /// On which side the replica is.
        side: SideName,
        /// The replica's identifier.
        database: String,
        /// The identifier of what it replicates, on the other side.
        source: String,
        /// The name under which what was there before is kept.
        aside: String,
        /// The KMS key of its side for an encrypted replica.
        key: Option<String>,
        /// Its class; absent: that of what was there before.
        class: Option<String>,
        /// What else it has; absent: what was there before had.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        like: Option<Box<ReplicaLike>>,
        /// Since when what was there before may have taken writes of its own; absent: it was fenced, or has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unfenced: Option<Unfenced>,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// Data that replicates by itself is there on the standby.
    CheckData {
        /// The data.
        data: DataSet,
    },
    /// Scheduled actions of production are in force on a group of the standby.
    EnableSchedules {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// What production has.
        schedules: Vec<ScheduleFacts>,
    },
    /// Scheduled actions of a group of the primary, which a fence suspended, do what they say again.
    ResumeSchedules {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
    },
    /// A group of the standby has none of these scheduled actions.
    DisableSchedules {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// Their names.
        names: Vec<String>,
    },
    /// An event source is on.
    EnableEvents {
        /// Its name.
        name: String,
        /// On which side.
        side: SideName,
        /// What it is there.
        trigger: Trigger,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// An event source is off, or is not there.
    DisableEvents {
        /// Its name.
        name: String,
        /// On which side.
        side: SideName,
        /// What it is there.
        trigger: Trigger,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// Users are led to a side.
    SwitchTraffic {
        /// Where to.
        to: SideName,
        /// The record.
        record: String,
        /// What leads them.
        by: Lever,
    },
    /// Health checkers could see the object that leads users to the standby: the one beside it can be read by everybody.
    ProveLever {
        /// The bucket.
        bucket: String,
        /// The object beside the lever.
        key: String,
    },
    /// Users have followed: what resolvers were told before is no longer valid.
    AwaitTraffic {
        /// Where to.
        to: SideName,
        /// The record.
        record: String,
        /// The name of the load balancer it should lead to, where it is known.
        target: Option<String>,
        /// How long answers given before may be kept, in seconds.
        settle_s: u64,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// The service answers as it should.
    Probe {
        /// What is asked, and what the answer should be.
        probe: Probe,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// The standby answers as it should by itself, before users are led there.
    AskStandby {
        /// What is asked, under the name users ask for, and what the answer should be.
        probe: Probe,
        /// The name of the standby's load balancer, where it is asked.
        at: String,
        /// Give up after so many seconds; zero: ask once.
        timeout_s: u64,
    },
    /// Parameters that changed in the standby while it served have the same meaning in the primary. Values are read when
    /// the step is carried out: a plan holds no secret.
    SyncHome {
        /// Their names in the standby.
        parameters: Vec<String>,
        /// How sync translates them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rules: Vec<HomeRule>,
        /// Groups of the primary whose servers run by then: they may have read what was true before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        running: Vec<String>,
    },
    /// An image of the standby has a copy in the primary that can be launched.
    CopyImageHome {
        /// The copy.
        copy: ImageHome,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// A group of the primary launches the copy of an image of the standby; nothing else of what it launches is changed.
    LaunchImageHome {
        /// The tier.
        tier: String,
        /// Its group.
        group: String,
        /// The image in the standby.
        source_image: String,
        /// The standby Region.
        source_region: Region,
    },
    /// The run's report is in the store.
    Report,
    /// A snapshot of a database of the standby is there, taken for a drill.
    SnapshotDatabase {
        /// Whose it is.
        copy: CopyMark,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// A copy of a database of the standby is available, restored from the drill's snapshot.
    RestoreCopy {
        /// Whose it is.
        copy: CopyMark,
        /// What it has.
        like: CopyLike,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// A copy is what it should be, as far as that can be seen without a connection.
    VerifyCopy {
        /// Whose it is.
        copy: CopyMark,
        /// Whether the storage of what was copied is encrypted.
        encrypted: bool,
        /// By which key of the standby.
        kms_key: Option<String>,
    },
    /// A drill's copy is gone.
    RemoveCopy {
        /// Whose it is.
        copy: CopyMark,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
    /// A drill's snapshot is gone.
    RemoveSnapshot {
        /// Whose it is.
        copy: CopyMark,
        /// Give up after so many seconds.
        timeout_s: u64,
    },
}

impl Action {
    /// Whether carrying it out only looks.
    pub fn only_looks(&self) -> bool {
        matches!(
            self,
            Action::AwaitServing { .. }
                | Action::AwaitPrimary { .. }
                | Action::ProveClean { .. }
                | Action::Gate { .. }
                | Action::AwaitReplica { .. }
                | Action::MeasureReplica { .. }
                | Action::CheckData { .. }
                | Action::AwaitTraffic { .. }
                | Action::Probe { .. }
                | Action::ProveLever { .. }
                | Action::AskStandby { .. }
                | Action::VerifyCopy { .. }
        )
    }
}
