//! Owns launch templates and groups of the standby, each in its tier's compute stack.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::named_by;
use super::{Offers, Site, launch_template, network, tags};
use crate::facts::{GroupFacts, LaunchTemplateFacts};
use crate::model::{
    Environment, Part, Tier, image_parameter_name, image_stack_parameter, logical_part, max_stack_parameter,
    min_stack_parameter, standby_group_name, tier_size,
};
use crate::render::problem::RenderProblem;
use crate::render::translate::Translator;
use crate::render::view::{ComputeView, GroupView, InstanceTypeView, ParameterView};

/// What each compute stack holds; one without a tier is absent.
pub(super) fn build(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    offers: &mut Offers,
) -> BTreeMap<Part, ComputeView> {
    let mut stacks: BTreeMap<Part, (BTreeSet<String>, Vec<GroupView>)> = BTreeMap::new();
    let mut prefixes: BTreeMap<String, &str> = BTreeMap::new();
    for tier in &site.environment.tiers {
        if let Some(other) = prefixes.insert(logical_part(&tier.name), &tier.name) {
            translator.problem(RenderProblem::Value {
                place: format!("tiers/{}", tier.name),
                why: format!("in logical ids its name cannot be told from that of tier {other}; rename one of them"),
            });
        }
        let Some((group, template)) = facts_of(site, translator, tier) else { continue };
        let mut used = BTreeSet::from([network::PRIVATE.to_owned()]);
        let Some(group) = group_of(site, translator, offers, tier, group, template, &mut used) else { continue };
        let (parameters, groups) = stacks.entry(site.environment.part_of_tier(&tier.name)).or_default();
        parameters.extend(used);
        groups.push(group);
    }
    if !stacks.is_empty() {
        translator.note("scaling policies and lifecycle hooks of groups are not mirrored".into());
    }
    let view = |(part, (used, groups)): (Part, (BTreeSet<String>, Vec<GroupView>))| {
        (part, ComputeView { parameters: used.into_iter().map(|id| parameter(site, id)).collect(), groups })
    };
    stacks.into_iter().map(view).collect()
}

/// All compute stacks as one: every group in the order of the tiers, every parameter once.
pub(super) fn whole(environment: &Environment, stacks: &BTreeMap<Part, ComputeView>) -> ComputeView {
    let parameters: BTreeMap<&String, &ParameterView> =
        stacks.values().flat_map(|stack| &stack.parameters).map(|parameter| (&parameter.id, parameter)).collect();
    let groups: BTreeMap<&String, &GroupView> =
        stacks.values().flat_map(|stack| &stack.groups).map(|group| (&group.tier, group)).collect();
    ComputeView {
        parameters: parameters.into_values().cloned().collect(),
        groups: environment.tiers.iter().filter_map(|tier| groups.get(&tier.name).copied().cloned()).collect(),
    }
}

fn parameter(site: &Site<'_>, id: String) -> ParameterView {
    let is_group = site.inventory.security_groups.values().any(|known| *known == id);
    let (kind, description) = if id == network::PRIVATE {
        (network::SUBNETS_TYPE, "Private subnets of the standby".to_owned())
    } else if is_group {
        ("AWS::EC2::SecurityGroup::Id", format!("Security group {id}"))
    } else if let Some(balancer) = named_by(&id).filter(|named| site.inventory.has_load_balancer(named)) {
        ("String", format!("DNS name of {balancer}"))
    } else {
        ("String", format!("ARN of {id}"))
    };
    ParameterView { id, kind: kind.to_owned(), description }
}

fn facts_of<'a>(
    site: &Site<'a>,
    translator: &mut Translator<'_>,
    tier: &Tier,
) -> Option<(&'a GroupFacts, &'a LaunchTemplateFacts)> {
    let mut missing = |what: String, next: &str| {
        translator.problem(RenderProblem::Baseline {
            place: format!("tiers/{}", tier.name),
            what,
            next: next.to_owned(),
        });
    };
    let again = "run `lifeboat baseline` again";
    let Some(source) = site.baseline.tiers.get(&tier.name) else {
        missing("the baseline does not know this tier".into(), again);
        return None;
    };
    let name = &source.auto_scaling_group;
    if *name != tier.auto_scaling_group {
        missing(format!("the file names group {}, the baseline recorded {name}", tier.auto_scaling_group), again);
        return None;
    }
    let Some(group) = site.baseline.facts.groups.get(name) else {
        missing(format!("the baseline does not hold group {name}"), again);
        return None;
    };
    let Some(template) = site.baseline.facts.launch_templates.get(name) else {
        if group.launch_template.is_none() {
            missing(
                format!("group {name} has no launch template"),
                "lifeboat mirrors launch templates, not launch configurations; move the group to one in production",
            );
        } else {
            missing(format!("the baseline does not hold the launch template of group {name}"), again);
        }
        return None;
    };
    Some((group, template))
}

fn group_of(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    offers: &mut Offers,
    tier: &Tier,
    group: &GroupFacts,
    template: &LaunchTemplateFacts,
    used: &mut BTreeSet<String>,
) -> Option<GroupView> {
    let environment = site.environment;
    let Some(basis) = site.baseline.capacity.get(&tier.name) else {
        translator.problem(RenderProblem::Baseline {
            place: format!("tiers/{}", tier.name),
            what: "the baseline holds no capacity basis for this tier".into(),
            next: "run `lifeboat baseline` again".into(),
        });
        return None;
    };
    let size = tier_size(environment.strategy, tier, basis, site.footprint);
    let image = image_stack_parameter(&tier.name);
    let (min, max) = (min_stack_parameter(&tier.name), max_stack_parameter(&tier.name));
    offers.literal.insert(image.clone(), image_parameter_name(&environment.name, &tier.name));
    offers.literal.insert(min.clone(), size.min.to_string());
    offers.literal.insert(max.clone(), size.max.to_string());

    let asked = if tier.instance_types.is_empty() { &group.overrides } else { &tier.instance_types };
    let instance_types = weighed(translator, tier, group, asked)?;
    // Only a policy's overrides can carry weights.
    let mixed = asked.len() > 1 || group.is_weighted();
    let first = asked.first().cloned().or_else(|| template.instance_type.clone());
    if first.is_none() {
        translator.note(format!(
            "{}: production's launch template names no instance type; name one in `instance_types`",
            tier.name
        ));
    }
    let place = &tier.name;
    let mut target_groups = Vec::new();
    let mut target_group_arns = Vec::new();
    for arn in &group.target_group_arns {
        if let Some(logical) = site.inventory.target_groups.get(arn) {
            used.insert(logical.clone());
            target_groups.push(logical.clone());
        } else {
            let advice = "the baseline does not hold this target group: run `lifeboat baseline` again, or add the standby's to \
                          `map:`; the group does not register with it until then";
            target_group_arns.extend(translator.by_map(&format!("{place}/target-groups"), arn, advice));
        }
    }
    if !group.suspended_processes.is_empty() {
        translator.note(format!(
            "{place}: production suspends {}; CloudFormation cannot say this, the standby suspends nothing",
            group.suspended_processes.join(", ")
        ));
    }
    let mut termination_policies = Vec::new();
    for policy in &group.termination_policies {
        if policy.starts_with("arn:") {
            let advice =
                "a function belongs to a Region: add the standby's to `map:`; the policy is left out until then";
            termination_policies.extend(translator.by_map(&format!("{place}/termination-policies"), policy, advice));
        } else {
            termination_policies.push(policy.clone());
        }
    }
    let has_targets = !(target_groups.is_empty() && target_group_arns.is_empty());
    let health_check_type = if has_targets { group.health_check_type.clone() } else { "EC2".to_owned() };
    let tiers = [tier.name.clone()];
    Some(GroupView {
        tier: tier.name.clone(),
        id: logical_part(&tier.name),
        name: standby_group_name(&environment.name, &tier.name),
        image_parameter: image,
        min_parameter: min,
        max_parameter: max,
        launch_template: launch_template::build(site, translator, tier, template, first, used),
        mixed,
        instance_types: if mixed { instance_types } else { Vec::new() },
        health_check_type,
        health_check_grace: group.health_check_grace_s,
        cooldown: group.default_cooldown_s,
        termination_policies,
        target_groups,
        target_group_arns,
        metrics: group.metrics_enabled,
        tags: tags::mirrored(environment, &tiers, &group.tags, place, translator),
    })
}

/// The instance types with production's weights: all of them have one, or none has. None where the group's sizes mean what
/// the standby's cannot.
fn weighed(
    translator: &mut Translator<'_>,
    tier: &Tier,
    group: &GroupFacts,
    asked: &[String],
) -> Option<Vec<InstanceTypeView>> {
    let mut refuse = |why: String| {
        translator.problem(RenderProblem::Value { place: format!("tiers/{}", tier.name), why });
        None
    };
    if let Some(kind) = &group.capacity_type {
        return refuse(format!(
            "the sizes of production's group {} count {kind}, of instances that are chosen by their attributes; lifeboat mirrors \
             groups that count instances or the weights of listed instance types",
            group.name
        ));
    }
    let unknown: Vec<&str> =
        asked.iter().filter(|name| !group.weights.contains_key(*name)).map(String::as_str).collect();
    if group.is_weighted() && !unknown.is_empty() {
        return refuse(format!(
            "the sizes of production's group {} count weighted units, and it gives no weight to {}: in `instance_types` name \
             only types that it lists ({})",
            group.name,
            unknown.join(", "),
            group.weights.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
        ));
    }
    let weight = |name: &String| group.weights.get(name).map(u32::to_string);
    Some(asked.iter().map(|name| InstanceTypeView { name: name.clone(), weight: weight(name) }).collect())
}
