//! Owns which resources of production are mirrored, what they are called in the standby, and which tiers they serve.

use std::collections::{BTreeMap, BTreeSet};

use super::data::security_groups;
use crate::facts::Baseline;
use crate::model::{Environment, Part, logical_part};
use crate::render::logical::{logical_id, suffix};
use crate::render::stack::Counterpart;

/// What is mirrored: logical ids by primary id or ARN. What `map:` names is already in the standby and not mirrored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Inventory {
    pub security_groups: BTreeMap<String, String>,
    pub target_groups: BTreeMap<String, String>,
    pub load_balancers: BTreeMap<String, String>,
    tiers: BTreeMap<String, BTreeSet<String>>,
}

impl Inventory {
    pub fn new(environment: &Environment, baseline: &Baseline) -> Self {
        let mut inventory = Inventory::default();
        let facts = &baseline.facts;
        for tier in &environment.tiers {
            let Some(source) = baseline.tiers.get(&tier.name) else { continue };
            let mut serve = |id: &String| {
                inventory.tiers.entry(id.clone()).or_default().insert(tier.name.clone());
            };
            source.security_group_ids.iter().for_each(&mut serve);
            source.target_group_arns.iter().for_each(&mut serve);
            for arn in &source.load_balancer_arns {
                serve(arn);
                let groups = facts.load_balancers.get(arn).map(|lb| &lb.security_group_ids);
                groups.into_iter().flatten().for_each(&mut serve);
            }
        }
        // A database's groups serve no tier by name: applications of any tier may reach it.
        for id in environment.data.iter().flat_map(|data| security_groups(data, facts)) {
            inventory.tiers.entry(id.clone()).or_default();
        }
        let wanted = |id: &String| inventory.tiers.contains_key(id) && !environment.map.contains_key(id);
        let groups: BTreeMap<&String, _> = facts.security_groups.iter().filter(|(id, _)| wanted(id)).collect();
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for group in groups.values() {
            *names.entry(group.name.as_str()).or_default() += 1;
        }
        let security_groups = groups
            .iter()
            .map(|(id, group)| {
                let logical = logical_id("Sg", &group.name);
                // A group's name is unique in its VPC only.
                let shared = names.get(group.name.as_str()).is_some_and(|count| *count > 1);
                let logical = if shared { format!("{logical}Vpc{}", suffix(&group.vpc_id)) } else { logical };
                ((*id).clone(), logical)
            })
            .collect();
        let target_groups = facts.target_groups.iter().filter(|(arn, _)| wanted(arn));
        let target_groups = target_groups.map(|(arn, tg)| (arn.clone(), logical_id("Tg", &tg.name))).collect();
        let load_balancers = facts.load_balancers.iter().filter(|(arn, _)| wanted(arn));
        let load_balancers = load_balancers
            .filter(|(_, lb)| is_mirrored_kind(&lb.kind))
            .map(|(arn, lb)| (arn.clone(), logical_id("Lb", &lb.name)))
            .collect();
        inventory.security_groups = security_groups;
        inventory.target_groups = target_groups;
        inventory.load_balancers = load_balancers;
        inventory
    }

    /// The tiers a primary resource serves, by name.
    pub fn tiers_of(&self, id: &str) -> Vec<String> {
        self.tiers.get(id).into_iter().flatten().cloned().collect()
    }

    /// The primary resources that tiers need, whether they are mirrored or not.
    pub fn needed(&self) -> impl Iterator<Item = &String> {
        self.tiers.keys()
    }

    /// Whether a load balancer of that logical id is made.
    pub fn has_load_balancer(&self, logical_id: &str) -> bool {
        self.load_balancers.values().any(|known| known == logical_id)
    }

    /// Primary identifiers whose counterpart's physical id a stack parameter of the same name can hold.
    pub fn made(&self) -> BTreeMap<String, String> {
        [&self.security_groups, &self.target_groups, &self.load_balancers].into_iter().flatten().map(owned).collect()
    }

    /// Every DNS name of production's load balancers, with the stack parameter that holds the one of its counterpart; none
    /// where lifeboat makes no counterpart.
    pub fn balancer_names(&self, baseline: &Baseline) -> BTreeMap<String, Option<String>> {
        let balancers = baseline.facts.load_balancers.iter().filter(|(_, balancer)| !balancer.dns_name.is_empty());
        balancers
            .map(|(arn, balancer)| {
                let parameter = self.load_balancers.get(arn).map(|logical| dns_name_parameter(logical));
                (balancer.dns_name.clone(), parameter)
            })
            .collect()
    }

    /// Every primary identifier with its standby resource.
    pub fn counterparts(&self, environment: &Environment, baseline: &Baseline) -> BTreeMap<String, Counterpart> {
        let facts = &baseline.facts;
        let mut out = BTreeMap::new();
        let mut add = |id: &str, part: Part, logical_id: String| {
            if !id.is_empty() {
                out.insert(id.to_owned(), Counterpart { part, logical_id });
            }
        };
        for (id, logical) in &self.security_groups {
            add(id, Part::Security, logical.clone());
        }
        for (arn, logical) in &self.target_groups {
            add(arn, Part::Edge, logical.clone());
        }
        for (arn, logical) in &self.load_balancers {
            add(arn, Part::Edge, logical.clone());
            let dns_name = facts.load_balancers.get(arn).map(|lb| lb.dns_name.as_str()).unwrap_or_default();
            add(dns_name, Part::Edge, logical.clone());
        }
        for tier in &environment.tiers {
            let Some(source) = baseline.tiers.get(&tier.name) else { continue };
            let prefix = logical_part(&tier.name);
            let part = environment.part_of_tier(&tier.name);
            add(&source.auto_scaling_group, part, group_id(&prefix));
            if let Some(group) = facts.groups.get(&source.auto_scaling_group) {
                add(&group.arn, part, group_id(&prefix));
            }
            if let Some(template) = facts.launch_templates.get(&source.auto_scaling_group) {
                add(&template.id, part, launch_template_id(&prefix));
            }
        }
        out
    }
}

fn owned((id, logical): (&String, &String)) -> (String, String) {
    (id.clone(), logical.clone())
}

/// The stack parameter that holds the DNS name of a load balancer, from its logical id.
pub(super) fn dns_name_parameter(logical_id: &str) -> String {
    format!("{DNS_NAME}{logical_id}")
}

/// The load balancer whose DNS name a stack parameter holds, by its logical id.
pub(super) fn named_by(parameter: &str) -> Option<&str> {
    parameter.strip_prefix(DNS_NAME)
}

/// What the names of those parameters begin with: a suffix could not be told from a part of a load balancer's name.
const DNS_NAME: &str = "DnsName";

/// Gateway load balancers steer packets through appliances; lifeboat does not mirror them.
pub(super) fn is_mirrored_kind(kind: &str) -> bool {
    matches!(kind, "application" | "network")
}

/// The logical id of a tier's group, from the tier's name as it begins logical ids.
fn group_id(prefix: &str) -> String {
    format!("{prefix}Group")
}

/// The logical id of a tier's launch template.
fn launch_template_id(prefix: &str) -> String {
    format!("{prefix}LaunchTemplate")
}
