//! Owns one Region of the account.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Bucket, Database, DbSnapshot, DbSubnetGroup, EventMapping, EventRule, Group, Image, Kept, LaunchTemplate,
    Parameter, SecurityGroup, Stack, Subnet, Thing, Vpc,
};
use crate::facts::{
    LoadBalancerFacts, ParameterGroupFacts, ScheduleFacts, TableFacts, TargetGroupFacts, VolumeFacts, ZoneFacts,
};
use crate::model::AccountId;
use crate::sim::{Faults, id};

/// How long things take, in seconds of the virtual clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timings {
    /// Launch to in service: about 26 s to SSH measured on cold instances, and the application.
    pub boot_s: u32,
    /// Termination, connections drained.
    pub terminate_s: u32,
    /// The first copy of an image between two Regions, which is a full one.
    pub copy_first_s: u32,
    /// Later copies under the same key, which are incremental.
    pub copy_again_s: u32,
    /// Working out a change set.
    pub change_set_s: u32,
    /// Drift detection of one stack.
    pub drift_s: u32,
    /// How far a database's replica is behind while its source is written.
    pub replica_lag_s: u32,
    /// Making a read replica from a snapshot of its source in another Region.
    pub replica_s: u32,
    /// Promoting a replica, before its reboot ("Promoting a read replica": a few minutes).
    pub promote_s: u32,
    /// The reboot that ends a promotion.
    pub reboot_s: u32,
    /// The first backup of an instance, however small.
    pub backup_s: u32,
    /// What each GiB adds to it: the first backup of an instance holds all of it ("Introduction to backups"). AWS names no
    /// rate for it; the most it promises of a snapshot is 500 MiB/s (EBS user guide, "Time-based copies"), and this is a
    /// fifth of that.
    pub backup_per_gib_s: u32,
    /// Changing an instance's class.
    pub class_s: u32,
    /// Making a standby in another zone, which copies the volume; or giving it up.
    pub multi_az_s: u32,
    /// Renaming an instance.
    pub rename_s: u32,
    /// Switching an event source mapping on or off.
    pub mapping_s: u32,
    /// Taking a snapshot of an instance that had one before.
    pub snapshot_s: u32,
    /// Making an instance from a snapshot, until it is available.
    pub restore_s: u32,
    /// Deleting an instance.
    pub delete_s: u32,
}

impl Default for Timings {
    fn default() -> Self {
        Timings {
            boot_s: 45,
            terminate_s: 60,
            copy_first_s: 420,
            copy_again_s: 120,
            change_set_s: 3,
            drift_s: 20,
            replica_lag_s: 2,
            replica_s: 480,
            promote_s: 180,
            reboot_s: 60,
            backup_s: 120,
            backup_per_gib_s: 10,
            class_s: 420,
            multi_az_s: 900,
            rename_s: 90,
            mapping_s: 20,
            snapshot_s: 180,
            restore_s: 480,
            delete_s: 150,
        }
    }
}

/// What a load balancer answers to some questions: a rule of its listeners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebRule {
    /// The load balancer's ARN.
    pub balancer_arn: String,
    /// The host it is asked for; none for any.
    pub host: Option<String>,
    /// The path it is asked for; none for any.
    pub path: Option<String>,
    /// The status; none for what the default actions come to.
    pub status: Option<u16>,
}

impl WebRule {
    /// Whether it is about that question.
    pub fn matches(&self, balancer_arn: &str, host: &str, path: &str) -> bool {
        let path = path.split('?').next().unwrap_or(path);
        self.balancer_arn == balancer_arn
            && self.host.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(host))
            && self.path.as_deref().is_none_or(|own| own == path)
    }
}

/// One Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionState {
    /// Code.
    pub name: String,
    /// The account it belongs to.
    pub account: AccountId,
    /// How many ids were handed out.
    pub counter: u64,
    /// Zones open to the account.
    pub zones: Vec<ZoneFacts>,
    /// KMS keys and aliases that can be used here.
    pub keys: BTreeSet<String>,
    /// EC2 key pairs.
    pub key_pairs: BTreeSet<String>,
    /// ACM certificates, by ARN.
    pub certificates: BTreeSet<String>,
    /// Quota of vCPUs of running on-demand standard instances (L-1216C47A).
    pub vcpu_quota: u32,
    /// How long things take.
    pub timings: Timings,
    /// VPCs, by id.
    pub vpcs: Kept<BTreeMap<String, Vpc>>,
    /// Subnets, by id.
    pub subnets: Kept<BTreeMap<String, Subnet>>,
    /// Gateways, routes, addresses and the like, by physical id.
    pub things: Kept<BTreeMap<String, Thing>>,
    /// Security groups, by id.
    pub security_groups: Kept<BTreeMap<String, SecurityGroup>>,
    /// Launch templates, by id.
    pub launch_templates: Kept<BTreeMap<String, LaunchTemplate>>,
    /// Auto Scaling groups, by name.
    pub groups: Kept<BTreeMap<String, Group>>,
    /// In-service instances of groups that collect metrics: each change, oldest first.
    pub metrics: Kept<BTreeMap<String, Vec<(Timestamp, u32)>>>,
    /// Target groups, by ARN.
    pub target_groups: Kept<BTreeMap<String, TargetGroupFacts>>,
    /// Load balancers, by ARN.
    pub load_balancers: Kept<BTreeMap<String, LoadBalancerFacts>>,
    /// What load balancers answer before their listeners' default actions are asked; the first that matches counts.
    #[serde(default)]
    pub web_rules: Vec<WebRule>,
    /// Images, by id.
    pub images: Kept<BTreeMap<String, Image>>,
    /// Parameters, by name.
    pub parameters: Kept<BTreeMap<String, Parameter>>,
    /// RDS instances, by identifier.
    #[serde(default)]
    pub databases: Kept<BTreeMap<String, Database>>,
    /// Manual DB snapshots, by identifier.
    #[serde(default)]
    pub db_snapshots: Kept<BTreeMap<String, DbSnapshot>>,
    /// DB subnet groups, by name.
    #[serde(default)]
    pub db_subnet_groups: Kept<BTreeMap<String, DbSubnetGroup>>,
    /// DB parameter groups, by name.
    #[serde(default)]
    pub db_parameter_groups: Kept<BTreeMap<String, ParameterGroupFacts>>,
    /// DynamoDB tables, by name.
    #[serde(default)]
    pub tables: Kept<BTreeMap<String, TableFacts>>,
    /// S3 buckets, by name.
    #[serde(default)]
    pub buckets: Kept<BTreeMap<String, Bucket>>,
    /// Scheduled actions, by the name of their group and their own.
    #[serde(default)]
    pub schedules: Kept<BTreeMap<String, BTreeMap<String, ScheduleFacts>>>,
    /// Rules of EventBridge, by bus and name.
    #[serde(default)]
    pub event_rules: Kept<BTreeMap<String, EventRule>>,
    /// Event source mappings of Lambda, by UUID.
    #[serde(default)]
    pub event_mappings: Kept<BTreeMap<String, EventMapping>>,
    /// Volumes that outlived their instances, by id.
    #[serde(default)]
    pub volumes: Kept<BTreeMap<String, VolumeFacts>>,
    /// Stacks, by name.
    pub stacks: Kept<BTreeMap<String, Kept<Stack>>>,
    /// Deleted stacks, by id.
    pub deleted_stacks: Kept<BTreeMap<String, Kept<Stack>>>,
    /// What is wrong.
    pub faults: Faults,
    /// How often each operation was called.
    pub calls: BTreeMap<String, u64>,
}

impl RegionState {
    /// A Region with nothing in it but its zones.
    pub fn new(name: &str, account: AccountId) -> Self {
        RegionState {
            name: name.to_owned(),
            account,
            counter: 0,
            zones: zones_of(name),
            keys: BTreeSet::new(),
            key_pairs: BTreeSet::new(),
            certificates: BTreeSet::new(),
            vcpu_quota: 256,
            timings: Timings::default(),
            vpcs: Kept::default(),
            subnets: Kept::default(),
            things: Kept::default(),
            security_groups: Kept::default(),
            launch_templates: Kept::default(),
            groups: Kept::default(),
            metrics: Kept::default(),
            target_groups: Kept::default(),
            load_balancers: Kept::default(),
            web_rules: Vec::new(),
            images: Kept::default(),
            parameters: Kept::default(),
            databases: Kept::default(),
            db_snapshots: Kept::default(),
            db_subnet_groups: Kept::default(),
            db_parameter_groups: Kept::default(),
            tables: Kept::default(),
            buckets: Kept::default(),
            schedules: Kept::default(),
            event_rules: Kept::default(),
            event_mappings: Kept::default(),
            volumes: Kept::default(),
            stacks: Kept::default(),
            deleted_stacks: Kept::default(),
            faults: Faults::default(),
            calls: BTreeMap::new(),
        }
    }

    /// The next EC2-style id with that prefix.
    pub fn next_id(&mut self, prefix: &str) -> String {
        self.counter += 1;
        id::resource_id(&self.name, prefix, self.counter)
    }

    /// So many hex digits nobody else has.
    pub fn next_hex(&mut self, what: &str, digits: usize) -> String {
        self.counter += 1;
        id::hex_id(&self.name, what, self.counter, digits)
    }

    /// A UUID nobody else has.
    pub fn next_uuid(&mut self, what: &str) -> String {
        self.counter += 1;
        id::uuid(&self.name, what, self.counter)
    }

    /// An ARN of this account and Region.
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.name, self.account)
    }

    /// Whether a KMS key can be used here: one that is known, or one AWS manages.
    pub fn has_key(&self, key: &str) -> bool {
        let alias = key.rsplit(':').next().unwrap_or(key);
        self.keys.contains(key)
            || self.keys.contains(alias)
            || alias.starts_with("alias/aws/")
            || self.keys.iter().any(|known| known.starts_with("alias/") && self.key_behind(known) == key)
    }

    /// The ARN of a KMS key that can be used here, given by its ARN or an alias.
    pub fn key_arn(&self, key: &str) -> Option<String> {
        let alias = key.rsplit(':').next().unwrap_or(key);
        match alias.starts_with("alias/") {
            true => self.has_key(key).then(|| self.key_behind(alias)),
            false => self.has_key(key).then(|| key.to_owned()),
        }
    }

    /// The key an alias stands for: always the same one.
    fn key_behind(&self, alias: &str) -> String {
        self.arn("kms", &format!("key/{}", id::uuid(&self.name, alias, 0)))
    }

    /// Whether anything serves here that could write to a database.
    pub fn has_servers(&self, now: Timestamp) -> bool {
        self.groups.values().any(|group| group.in_service(now, &self.timings) > 0)
    }

    /// The launch template of that id or name.
    pub fn launch_template(&self, id: &str, name: &str) -> Option<&LaunchTemplate> {
        self.launch_templates
            .get(id)
            .or_else(|| self.launch_templates.values().find(|t| !name.is_empty() && t.name == name))
    }
}

/// The zones of a Region. Names map to zone ids differently in every account (EC2 user guide, "Availability Zone IDs"), so
/// here they never agree by luck.
fn zones_of(region: &str) -> Vec<ZoneFacts> {
    let count = match region {
        "us-east-1" => 6,
        "us-west-2" => 4,
        _ => 3,
    };
    (0..count)
        .map(|n| {
            let letter = char::from(b'a' + n);
            let number = (n + 1) % count + 1;
            ZoneFacts { name: format!("{region}{letter}"), id: format!("{}-az{number}", zone_prefix(region)) }
        })
        .collect()
}

/// `us-east-1` is `use1`, `ap-southeast-2` is `apse2`.
fn zone_prefix(region: &str) -> String {
    let mut parts = region.split('-');
    let area = parts.next().unwrap_or("");
    let direction = parts.next().unwrap_or("");
    let rest: String = parts.collect();
    let short = match direction {
        "northeast" => "ne",
        "northwest" => "nw",
        "southeast" => "se",
        "southwest" => "sw",
        other => other.get(..1).unwrap_or(other),
    };
    format!("{area}{short}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_named_like_aws_names_them() {
        for (region, id) in [("us-east-1", "use1-az2"), ("us-west-2", "usw2-az2"), ("ap-southeast-2", "apse2-az2")] {
            let zones = zones_of(region);
            assert_eq!(zones[0], ZoneFacts { name: format!("{region}a"), id: id.to_owned() });
        }
        assert_eq!(zones_of("us-east-1").len(), 6);
    }
}
