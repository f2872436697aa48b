//! Owns the resource types CloudFormation knows here: their properties, what replaces them, how long they take, and what
//! making, changing and removing one does. Property lists and what replaces are the AWS resource type reference's.

mod balancing;
mod bucket;
mod db_change;
mod db_groups;
mod db_instance;
mod gateway;
mod group;
mod health_check;
mod launch_template;
mod listener;
mod parameter;
mod props;
mod record_set;
mod route;
mod security_group;
mod security_rule;
mod subnet;
mod target_group;
mod vpc;

use jiff::Timestamp;
use serde_json::Value;

use super::state::{RegionState, SimState};

pub use balancing::balancer_zone;
pub use db_instance::own_option_group;
pub use group::KEEP_SIZES;
pub use props::{merge_tags, text_of_scalar};

/// Where a resource is made, changed or removed.
pub struct Place<'a> {
    /// The Region.
    pub region: &'a mut RegionState,
    /// The account without that Region: what is global, and the other Regions.
    pub account: &'a mut SimState,
    /// When.
    pub now: Timestamp,
    /// The stack's name: generated names begin with it.
    pub stack: &'a str,
    /// The resource's logical id.
    pub logical_id: &'a str,
}

impl Place<'_> {
    /// The name a resource gets when the template gives none: stack, logical id and twelve characters.
    pub fn generated_name(&mut self, most: usize) -> String {
        let suffix = self.region.next_hex("name", 12).to_ascii_uppercase();
        let mut name = format!("{}-{}", self.stack, self.logical_id);
        name.truncate(most.saturating_sub(suffix.len() + 1));
        format!("{name}-{suffix}")
    }

    /// Looks at the account with this Region in it.
    pub fn with_whole_account<T>(&mut self, look: impl FnOnce(&SimState) -> T) -> T {
        let name = self.region.name.clone();
        let blank = RegionState::new(&name, self.region.account.clone());
        self.account.regions.insert(name.clone(), std::mem::replace(self.region, blank));
        let outcome = look(self.account);
        if let Some(region) = self.account.regions.remove(&name) {
            *self.region = region;
        }
        outcome
    }
}

/// Why a resource could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotMade {
    /// The reason an event tells.
    pub reason: String,
    /// The physical id of what is there all the same.
    pub left_behind: Option<String>,
}

impl From<String> for NotMade {
    fn from(reason: String) -> Self {
        NotMade { reason, left_behind: None }
    }
}

impl From<&str> for NotMade {
    fn from(reason: &str) -> Self {
        NotMade::from(reason.to_owned())
    }
}

/// How a type takes tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagStyle {
    /// Not at all, or not through `Tags`.
    None,
    /// A list of keys and values.
    List,
    /// A list that also says whether instances inherit.
    Propagated,
    /// A map.
    Map,
}

/// A resource type.
pub struct ResourceType {
    /// `AWS::EC2::VPC` and the like.
    pub name: &'static str,
    /// Its properties.
    pub properties: &'static [&'static str],
    /// Those that must be there.
    pub required: &'static [&'static str],
    /// Those whose change replaces the resource.
    pub create_only: &'static [&'static str],
    /// Those that CloudFormation cannot read back.
    pub write_only: &'static [&'static str],
    /// The property that names it: a template that gives a name cannot have it replaced.
    pub name_property: Option<&'static str>,
    /// How it takes tags.
    pub tags: TagStyle,
    /// Attributes that an update in place changes.
    pub moving: &'static [&'static str],
    /// Seconds to make, change and remove one.
    pub seconds: [u32; 3],
    /// Makes one; its physical id.
    pub create: fn(&mut Place<'_>, &Value) -> Result<String, NotMade>,
    /// Changes one in place, from old properties to new ones.
    pub update: fn(&mut Place<'_>, &str, &Value, &Value) -> Result<(), String>,
    /// Removes one; removing what is gone is done.
    pub delete: fn(&mut Place<'_>, &str, &Value) -> Result<(), String>,
    /// An attribute of one.
    pub attribute: fn(&RegionState, &str, &str) -> Option<String>,
    /// What there is of one, as properties; properties that are absent cannot be read. None when it is gone.
    pub live: fn(&RegionState, &str, &Value) -> Option<Value>,
}

/// Every type.
const TYPES: [&ResourceType; 24] = [
    &vpc::VPC,
    &subnet::SUBNET,
    &gateway::INTERNET_GATEWAY,
    &gateway::ATTACHMENT,
    &gateway::NAT_GATEWAY,
    &gateway::EIP,
    &route::ROUTE_TABLE,
    &route::ROUTE,
    &route::ASSOCIATION,
    &security_group::SECURITY_GROUP,
    &security_rule::INGRESS,
    &security_rule::EGRESS,
    &launch_template::LAUNCH_TEMPLATE,
    &group::GROUP,
    &balancing::LOAD_BALANCER,
    &listener::LISTENER,
    &target_group::TARGET_GROUP,
    &db_instance::DB_INSTANCE,
    &db_groups::SUBNET_GROUP,
    &db_groups::PARAMETER_GROUP,
    &bucket::BUCKET,
    &bucket::BUCKET_POLICY,
    &health_check::HEALTH_CHECK,
    &record_set::RECORD_SET,
];

/// The type of that name.
pub fn type_of(name: &str) -> Option<&'static ResourceType> {
    TYPES.into_iter().chain([&parameter::PARAMETER]).find(|known| known.name == name)
}

impl ResourceType {
    /// What is wrong with properties as far as the type's schema tells: unknown ones, and required ones missing.
    pub fn problem(&self, properties: &Value) -> Option<String> {
        let map = properties.as_object()?;
        if let Some(odd) = map.keys().find(|key| !self.properties.contains(&key.as_str())) {
            return Some(format!("Encountered unsupported property {odd}"));
        }
        let missing = self.required.iter().find(|key| !map.contains_key(**key))?;
        Some(format!("Property validation failure: [The property {{/{missing}}} is required]"))
    }

    /// Whether changing the property replaces the resource.
    pub fn replaces(&self, property: &str) -> bool {
        self.create_only.contains(&property)
    }
}
