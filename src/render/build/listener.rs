//! Owns listeners of the standby: which are mirrored, with which certificates and default actions.

use std::collections::BTreeSet;

use super::{Site, tags};
use crate::facts::{ListenerAction, ListenerFacts, LoadBalancerFacts};
use crate::render::translate::Translator;
use crate::render::view::{ActionView, ListenerView};

/// The listeners of one load balancer, of which the file may ask for some only.
pub(super) fn build(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    balancer: &LoadBalancerFacts,
    logical: &str,
) -> Vec<ListenerView> {
    let asked = asked_ports(site, &balancer.arn);
    let mut out: Vec<ListenerView> = Vec::new();
    for facts in &balancer.listeners {
        if asked.as_ref().is_some_and(|ports| !ports.contains(&facts.port)) {
            continue;
        }
        let mut id = format!("{logical}Listener{}", facts.port);
        if out.iter().any(|other| other.id == id) {
            id.push_str(&crate::model::logical_part(&facts.protocol));
        }
        out.extend(listener(site, translator, balancer, logical, facts, id));
    }
    for port in asked.into_iter().flatten() {
        if !balancer.listeners.iter().any(|listener| listener.port == port) {
            translator.untranslated(
                &format!("load-balancer/{}/listener/{port}", balancer.name),
                &port.to_string(),
                "production has no listener on this port: correct `load_balancer.listener` of the tier".into(),
            );
        }
    }
    out
}

/// The ports asked for by the tiers behind a load balancer; none when one of them asks for all.
fn asked_ports(site: &Site<'_>, arn: &str) -> Option<BTreeSet<u16>> {
    let tiers = site.inventory.tiers_of(arn);
    let behind = site.environment.tiers.iter().filter(|tier| tiers.contains(&tier.name));
    behind.map(|tier| tier.load_balancer.as_ref()?.listener).collect()
}

fn listener(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    balancer: &LoadBalancerFacts,
    logical: &str,
    facts: &ListenerFacts,
    id: String,
) -> Option<ListenerView> {
    let place = format!("load-balancer/{}/listener/{}", balancer.name, facts.port);
    let mut certificates = Vec::new();
    for arn in &facts.certificate_arns {
        let advice = format!(
            "certificates belong to a Region: issue it in {} and add it to `map:`; the listener is left out until then",
            site.environment.standby.region
        );
        certificates.extend(translator.by_map(&format!("{place}/certificate"), arn, &advice));
    }
    let is_encrypted = matches!(facts.protocol.as_str(), "HTTPS" | "TLS");
    if is_encrypted && certificates.is_empty() {
        return None;
    }
    let mut actions = Vec::new();
    for action in &facts.actions {
        actions.extend(self::action(site, translator, &place, action));
    }
    for (order, action) in (1..).zip(&mut actions) {
        action.order = order;
    }
    if actions.is_empty() {
        translator.note(format!("{place}: none of its default actions can be mirrored; the listener is left out"));
        return None;
    }
    let mut certificates = certificates.into_iter();
    Some(ListenerView {
        id,
        load_balancer: logical.to_owned(),
        port: facts.port,
        protocol: facts.protocol.clone(),
        ssl_policy: facts.ssl_policy.clone().filter(|_| is_encrypted),
        certificate: certificates.next(),
        more_certificates: certificates.collect(),
        actions,
        tags: tags::own(site.environment, &site.inventory.tiers_of(&balancer.arn), None),
    })
}

fn action(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    place: &str,
    action: &ListenerAction,
) -> Option<ActionView> {
    match action {
        ListenerAction::Forward { target_group_arns } => {
            let mut view = ActionView { forward: true, ..ActionView::default() };
            for arn in target_group_arns {
                if let Some(group) = site.inventory.target_groups.get(arn) {
                    view.target_groups.push(group.clone());
                } else {
                    let advice = "no tier of this environment registers with this target group: add the standby's to `map:`; \
                                  it is left out until then";
                    view.target_group_arns.extend(translator.by_map(&format!("{place}/target-group"), arn, advice));
                }
            }
            view.several = view.target_groups.len() + view.target_group_arns.len() > 1;
            if view.several {
                translator
                    .note(format!("{place}: it forwards to several target groups; the standby weighs them equally"));
            }
            (!view.target_groups.is_empty() || !view.target_group_arns.is_empty()).then_some(view)
        }
        ListenerAction::Redirect { protocol, port, status_code } => Some(ActionView {
            redirect: true,
            protocol: protocol.clone(),
            port: port.clone(),
            status_code: status_code.clone(),
            ..ActionView::default()
        }),
        ListenerAction::FixedResponse { status_code, content_type, message_body } => Some(ActionView {
            fixed: true,
            status_code: status_code.clone(),
            content_type: content_type.clone(),
            body: message_body.as_ref().map(|body| translator.text(&format!("{place}/body"), body)),
            ..ActionView::default()
        }),
        ListenerAction::Other { name } => {
            translator.note(format!("{place}: its action `{name}` is not mirrored"));
            None
        }
    }
}
