//! Owns what templates see of databases.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{ParameterView, TagView};

/// The data stack: absent where the environment names no database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct DataView {
    /// Parameters that take subnets and security groups from earlier stacks.
    pub parameters: Vec<ParameterView>,
    /// Databases: replicas of production's.
    pub databases: Vec<DatabaseView>,
    /// Tags of the subnet group they share.
    pub tags: Vec<TagView>,
}

impl DataView {
    /// Whether nothing is provisioned for data.
    pub fn is_empty(&self) -> bool {
        self.databases.is_empty()
    }
}

/// A database: a read replica of production's, until it is promoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DatabaseView {
    /// The data store's name as it begins logical ids: `order-items` is `OrderItems`.
    pub id: String,
    /// The data store's name.
    pub name: String,
    /// The instance's identifier in the standby.
    pub identifier: String,
    /// The ARN of production's instance.
    pub source: String,
    /// The Region production's instance is in.
    pub source_region: String,
    /// The stack parameter that holds the instance class.
    pub class_parameter: String,
    /// The stack parameter that holds `true` where it has a standby in another zone.
    pub multi_az_parameter: String,
    /// The standby Region's KMS key; none where production's storage is not encrypted.
    pub key: Option<String>,
    /// Storage type.
    pub storage_type: Option<String>,
    /// Provisioned IOPS, where the storage type takes them.
    pub iops: Option<u32>,
    /// Storage throughput in MiB/s, where the storage type takes one.
    pub storage_throughput: Option<u32>,
    /// Up to where storage grows by itself, in GiB.
    pub max_storage: Option<u32>,
    /// Whether minor versions are installed by AWS.
    pub auto_minor_version: bool,
    /// How it is run; none where the baseline does not tell.
    pub settings: Option<DatabaseSettingsView>,
    /// What its parameter group holds; none where production uses AWS's own.
    pub parameter_group: Option<ParameterGroupView>,
    /// The stack parameters that hold its security groups; may be empty.
    pub security_groups: Vec<String>,
    /// Security groups that are already in the standby, from `map:`; may be empty.
    pub security_group_ids: Vec<String>,
    /// Tags.
    pub tags: Vec<TagView>,
}

/// How a database is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DatabaseSettingsView {
    /// Whether IAM principals may log in.
    pub iam_authentication: bool,
    /// Whether its snapshots get its tags.
    pub copy_tags: bool,
    /// Logs that go to CloudWatch; may be empty.
    pub log_exports: Vec<String>,
    /// The certificate authority that its certificate is of.
    pub ca_certificate: Option<String>,
    /// When it is backed up.
    pub backup_window: Option<String>,
    /// When AWS may work on it.
    pub maintenance_window: Option<String>,
    /// Its option group, from `map:`; none: AWS's own.
    pub option_group: Option<String>,
    /// How often enhanced monitoring looks, in seconds; none: it does not.
    pub monitoring_s: Option<u32>,
    /// The role that enhanced monitoring writes with, from `map:`.
    pub monitoring_role: Option<String>,
    /// Whether Performance Insights is on.
    pub performance_insights: bool,
    /// How many days it keeps what it saw.
    pub performance_insights_days: Option<u32>,
    /// Its KMS key, from `map:`; none: AWS's own.
    pub performance_insights_key: Option<String>,
}

/// A DB parameter group that mirrors production's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ParameterGroupView {
    /// Production's name of it.
    pub name: String,
    /// Family, such as `postgres16`.
    pub family: String,
    /// What somebody set in production's, by name; may be empty.
    #[schemars(with = "serde_json::Value")]
    pub parameters: BTreeMap<String, String>,
}
