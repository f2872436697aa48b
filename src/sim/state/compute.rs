//! Owns launch templates, images, groups and their instances.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Timings;
use crate::facts::{GroupFacts, ImageFacts, ImageState, InstanceFacts, LaunchTemplateFacts, Tags, VolumeFacts};

/// A launch template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What `$Default` stands for.
    pub default_version: u64,
    /// Versions, by number.
    pub versions: BTreeMap<u64, LaunchTemplateFacts>,
    /// Tags of the template itself.
    pub tags: Tags,
    /// Versions made with a token: the digest of the request, and the version.
    #[serde(default)]
    pub tokens: BTreeMap<String, (String, u64)>,
}

impl LaunchTemplate {
    /// What `$Latest` stands for.
    pub fn latest(&self) -> u64 {
        self.versions.keys().next_back().copied().unwrap_or(0)
    }

    /// The version a reference names: a number, `$Latest` or `$Default`.
    pub fn version(&self, reference: &str) -> Option<&LaunchTemplateFacts> {
        let number = match reference {
            "$Latest" => self.latest(),
            // DescribeAutoScalingGroups and RunInstances: no version means the default one.
            "$Default" | "" => self.default_version,
            number => number.parse().ok()?,
        };
        self.versions.get(&number)
    }
}

/// An image, with what will become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// What is told of it.
    pub facts: ImageFacts,
    /// When a pending copy is done.
    pub done_at: Option<Timestamp>,
    /// Why the copy will have failed by then.
    pub fails: Option<String>,
    /// Region and id of the image it is a copy of.
    pub source: Option<(String, String)>,
    /// The key it is encrypted with.
    pub key: Option<String>,
    /// The token and the digest of the request it was made by.
    pub token: Option<(String, String)>,
}

impl Image {
    /// Moves a pending copy on to what it is by then.
    pub fn settle(&mut self, now: Timestamp) {
        if self.facts.state == ImageState::Pending && self.done_at.is_some_and(|done| done <= now) {
            self.facts.state = match self.fails.take() {
                Some(reason) => ImageState::Failed { reason },
                None => ImageState::Available,
            };
        }
    }
}

/// An Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What is told of it; instances are below.
    pub facts: GroupFacts,
    /// Instances, oldest first.
    pub instances: Vec<Instance>,
    /// Tags that new instances inherit.
    pub propagated: BTreeSet<String>,
    /// The last scaling activities that failed, oldest first.
    pub activities: Vec<Activity>,
    /// The instance refresh under way.
    pub refresh: Option<Refresh>,
}

/// A scaling activity that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When it was first seen.
    pub at: Timestamp,
    /// StatusMessage.
    pub message: String,
}

/// An instance refresh under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refresh {
    /// Its id.
    pub id: String,
    /// When the next instances are replaced.
    pub next_at: Timestamp,
    /// Instances still to replace.
    pub left: Vec<String>,
}

/// An instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Id.
    pub id: String,
    /// Type.
    pub instance_type: String,
    /// Zone.
    pub availability_zone: String,
    /// Subnet.
    pub subnet_id: String,
    /// Image.
    pub image_id: String,
    /// Security groups.
    pub security_group_ids: Vec<String>,
    /// How many units of its group's sizes it counts for.
    #[serde(default = "one")]
    pub weight: u32,
    /// Its volumes that stay when it goes, as its launch template said. Those that go with it are not kept account of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keeps: Vec<VolumeFacts>,
    /// When it was launched.
    pub launched_at: Timestamp,
    /// When its termination began.
    pub terminated_at: Option<Timestamp>,
}

fn one() -> u32 {
    1
}

impl Instance {
    /// When it is in service.
    pub fn in_service_at(&self, timings: &Timings) -> Timestamp {
        after(self.launched_at, timings.boot_s)
    }

    /// The lifecycle state at a time (EC2 Auto Scaling user guide, "Instance lifecycle").
    pub fn lifecycle(&self, now: Timestamp, timings: &Timings) -> &'static str {
        if self.terminated_at.is_some() {
            "Terminating"
        } else if self.in_service_at(timings) <= now {
            "InService"
        } else {
            "Pending"
        }
    }

    /// Whether it still counts towards its group's desired capacity.
    pub fn counts(&self) -> bool {
        self.terminated_at.is_none()
    }

    /// What the group tells of it.
    pub fn told(&self, now: Timestamp, timings: &Timings) -> InstanceFacts {
        InstanceFacts {
            id: self.id.clone(),
            instance_type: self.instance_type.clone(),
            availability_zone: self.availability_zone.clone(),
            lifecycle_state: self.lifecycle(now, timings).to_owned(),
            health: "Healthy".to_owned(),
            weight: self.weight,
        }
    }
}

impl Group {
    /// What is told of the group at a time.
    pub fn told(&self, now: Timestamp, timings: &Timings) -> GroupFacts {
        let mut facts = self.facts.clone();
        facts.instances = self.instances.iter().map(|instance| instance.told(now, timings)).collect();
        facts
    }

    /// How many instances are not on their way out.
    pub fn counted(&self) -> usize {
        self.instances.iter().filter(|instance| instance.counts()).count()
    }

    /// How much counts towards desired capacity, in units of the sizes.
    pub fn units(&self) -> u32 {
        self.instances.iter().filter(|instance| instance.counts()).map(|instance| instance.weight).sum()
    }

    /// How much is in service at a time, in units of the sizes.
    pub fn in_service(&self, now: Timestamp, timings: &Timings) -> u32 {
        let serving = self.instances.iter().filter(|i| i.lifecycle(now, timings) == "InService");
        serving.map(|instance| instance.weight).sum()
    }

    /// Whether a scaling process is suspended.
    pub fn suspends(&self, process: &str) -> bool {
        self.facts.suspended_processes.iter().any(|suspended| suspended == process)
    }

    /// Notes a failed activity, once as long as nothing else fails.
    pub fn note(&mut self, at: Timestamp, message: String) {
        if self.activities.last().is_none_or(|last| last.message != message) {
            self.activities.push(Activity { at, message });
        }
        let excess = self.activities.len().saturating_sub(20);
        self.activities.drain(..excess);
    }
}

/// So many seconds after a time.
pub fn after(at: Timestamp, seconds: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}
