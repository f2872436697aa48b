//! Owns the security groups of the standby.

use super::{Offers, Site, rules, tags};
use crate::facts::SecurityGroupFacts;
use crate::model::Part;
use crate::render::translate::Translator;
use crate::render::view::{RuleView, SecurityGroupView, SecurityView};

pub(super) fn build(site: &Site<'_>, translator: &mut Translator<'_>, offers: &mut Offers) -> SecurityView {
    let mut view = SecurityView::default();
    for (id, logical) in &site.inventory.security_groups {
        let Some(group) = site.baseline.facts.security_groups.get(id) else { continue };
        offers.resources(logical, Part::Security, vec![logical.clone()]);
        let place = format!("security-group/{}", group.name);
        let ingress = rules::split(site, translator, group, logical, true);
        let egress = rules::split(site, translator, group, logical, false);
        let mut outbound = egress.inline;
        if outbound.is_empty() {
            outbound.push(nothing());
            translator.note(closed(group));
        }
        view.group_rules.extend(ingress.between);
        view.group_rules.extend(egress.between);
        view.groups.push(SecurityGroupView {
            id: logical.clone(),
            name: group.name.clone(),
            description: translator.text(&format!("{place}/description"), &group.description),
            ingress: ingress.inline,
            egress: outbound,
            tags: tags::mirrored(site.environment, &site.inventory.tiers_of(id), &group.tags, &place, translator),
        });
    }
    view.groups.sort_by(|a, b| a.id.cmp(&b.id));
    view.group_rules.sort_by(|a, b| a.id.cmp(&b.id));
    view
}

/// A rule that matches nothing. Without any outbound rule CloudFormation would open everything.
fn nothing() -> RuleView {
    RuleView {
        protocol: "icmp".into(),
        has_ports: true,
        from_port: 252,
        to_port: 86,
        cidr: Some("255.255.255.255/32".into()),
        description: Some("Nothing else may go out".into()),
        ..RuleView::default()
    }
}

fn closed(group: &SecurityGroupFacts) -> String {
    format!(
        "security-group/{}: it has no outbound rule for addresses; the standby's has one that matches nothing \
         (255.255.255.255/32), because CloudFormation opens a group without any",
        group.name
    )
}
