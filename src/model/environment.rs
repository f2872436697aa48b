//! Owns the resolved environment: every default filled in, every value checked.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ipnet::Ipv4Net;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AccountId, DataSet, EventSource, Part, Region, SideName, Span, Strategy, Traffic};

/// One application estate: two sides, tiers, objectives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name: lower-case letters, digits and dashes, at most 32; it begins stack names.
    pub name: String,
    /// How much stands ready.
    pub strategy: Strategy,
    /// What the business asked for.
    pub objectives: Objectives,
    /// The home of production.
    pub primary: Side,
    /// The recovery side.
    pub standby: Side,
    /// Where baseline, bundle and journals live.
    pub store: StoreLocation,
    /// The standby's network.
    pub network: Network,
    /// How the standby is split into stacks.
    pub stacks: Stacks,
    /// The tiers, by order, then by name.
    pub tiers: Vec<Tier>,
    /// The data stores of production, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<DataSet>,
    /// What starts code in production without a user, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_sources: Vec<EventSource>,
    /// How users reach the side that serves; none: people see to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// What follows production.
    pub sync: Sync,
    /// Primary identifiers only a person can translate, with their standby counterparts.
    pub map: BTreeMap<String, String>,
    /// What is not drift.
    pub drift: DriftRules,
}

impl Environment {
    /// The identifiers of the RDS instances that its data is on a side, in the data's order.
    pub fn instances(&self, side: SideName) -> Vec<String> {
        self.data.iter().filter_map(|data| data.instance(&self.name, side)).collect()
    }

    /// One side's settings.
    pub fn side(&self, name: SideName) -> &Side {
        match name {
            SideName::Primary => &self.primary,
            SideName::Standby => &self.standby,
        }
    }

    /// The tier of that name.
    pub fn tier(&self, name: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.name == name)
    }

    /// The parts its standby may consist of, producers before consumers.
    pub fn parts(&self) -> Vec<Part> {
        Part::all(self.stacks.compute)
    }

    /// The compute stack a tier is in.
    pub fn part_of_tier(&self, tier: &str) -> Part {
        Part::of_tier(tier, self.stacks.compute)
    }
}

/// Recovery objectives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectives {
    /// Recovery time objective: how long until service is back.
    pub rto: Span,
    /// Recovery point objective: how much data may be lost, as a time.
    pub rpo: Span,
}

/// Where one side is and how to get in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Its Region.
    pub region: Region,
    /// Its account; checked against STS before anything is written.
    pub account: AccountId,
    /// A role to assume there.
    pub role_arn: Option<String>,
    /// The external id that role asks for.
    pub external_id: Option<String>,
    /// A profile of the AWS configuration files.
    pub profile: Option<String>,
    /// An endpoint for every service of this side: a local stand-in.
    pub endpoint_url: Option<String>,
}

/// Where baseline, bundle and journals live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreLocation {
    /// A folder (absolute, or relative to the working directory).
    Folder(PathBuf),
    /// A bucket in the standby Region.
    S3 {
        /// Bucket name.
        bucket: String,
        /// Key prefix without slashes at its ends; may be empty.
        prefix: String,
    },
}

/// The standby's network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// lifeboat makes a VPC with a public and a private subnet per zone.
    New {
        /// The VPC's block, /16 to /24.
        cidr: Ipv4Net,
        /// How many zones, 2 to 4.
        availability_zones: u8,
    },
    /// A VPC that is already there.
    Existing {
        /// The VPC.
        vpc_id: String,
        /// Subnets for load balancers that face the internet; may be empty.
        public_subnet_ids: Vec<String>,
        /// Subnets for instances and internal load balancers.
        private_subnet_ids: Vec<String>,
    },
}

/// How the standby is split into stacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stacks {
    /// Over how many compute stacks the tiers are spread, 1 to [`super::MAX_COMPUTE_STACKS`].
    pub compute: u8,
}

impl Default for Stacks {
    /// One compute stack.
    fn default() -> Self {
        Stacks { compute: 1 }
    }
}

/// A recovery group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Its name: lower-case letters, digits and dashes; it makes logical ids.
    pub name: String,
    /// Recovery order: lower first, equals together.
    pub order: u32,
    /// The Auto Scaling group in production it mirrors.
    pub auto_scaling_group: String,
    /// What stands ready, before the strategy has its say.
    pub standby: StandbySize,
    /// What "full production size" means.
    pub full: FullSize,
    /// What may stand in when the first type cannot be had; the first is preferred. Empty: production's type.
    pub instance_types: Vec<String>,
    /// What differs from production's load balancer.
    pub load_balancer: Option<TierLoadBalancer>,
}

/// What stands ready of a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandbySize {
    /// Percent of full production size, rounded up.
    pub percent: u32,
    /// Never fewer than this.
    pub min: u32,
}

/// How full production size is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullSize {
    /// Measured peak, or the size when observed.
    pub basis: Basis,
    /// How far back to look for the peak.
    pub window: Span,
    /// Never fewer than this.
    pub floor: u32,
}

/// What the capacity basis is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The highest in-service capacity over the window.
    Peak,
    /// Desired capacity when observed.
    Current,
}

/// What of a tier's load balancer differs from production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierLoadBalancer {
    /// Only the listener on this port is mirrored; all of them when absent.
    pub listener: Option<u16>,
    /// The target group's health check path.
    pub health_check: Option<String>,
}

/// What follows production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sync {
    /// Images.
    pub images: ImageSync,
    /// Parameters, by path.
    pub parameters: Vec<ParameterSync>,
}

/// How images are copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSync {
    /// The standby Region's KMS key for encrypted copies; absent: copies are as encrypted as their source.
    pub key: Option<String>,
    /// How many copies per tier are kept, 1 or more; one in use is never removed.
    pub keep: u32,
}

/// One path of parameters that follows production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterSync {
    /// The path, beginning and ending with a slash.
    pub path: String,
    /// Text replaced in values and names, longest first.
    pub rewrite: BTreeMap<String, String>,
    /// The standby Region's KMS key for SecureStrings; absent: the account's default SSM key there.
    pub key: Option<String>,
    /// Whether what is gone from production is deleted from the standby.
    pub delete: bool,
}

/// What is not drift.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DriftRules {
    /// Differences people decided to live with.
    pub ignore: Vec<IgnoreRule>,
}

/// One difference people decided to live with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoreRule {
    /// Which: a finding's path, `*` standing for any part of one segment and `**` for the rest.
    pub path: String,
    /// Why.
    pub reason: String,
    /// Until when, inclusive; for ever when absent.
    pub expires: Option<Date>,
    /// The line of the environment file that says so, 1-based.
    pub line: u32,
}
