//! Owns the comparison of two listeners on one port.

use std::collections::BTreeSet;

use super::context::{Parity, Spot};
use super::translate::Translation;
use crate::diff::finding::Severity;
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::{ListenerAction, ListenerFacts};

/// Compares two listeners; `name` is their place below the load balancer.
pub fn compare(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    name: &str,
    production: &ListenerFacts,
    standby: &ListenerFacts,
    found: &mut Found,
) {
    let protocol = |listener: &ListenerFacts| Shown::text(listener.protocol.as_str());
    let policy = |listener: &ListenerFacts| Shown::maybe(listener.ssl_policy.as_ref());
    spot.same(&format!("{name}/protocol"), Severity::BlocksFailover, protocol(production), protocol(standby), found);
    spot.same(&format!("{name}/ssl-policy"), Severity::Degrades, policy(production), policy(standby), found);
    certificates(parity, spot, &format!("{name}/certificates"), production, standby, found);
    actions(parity, spot, &format!("{name}/actions"), production, standby, found);
}

fn certificates(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    name: &str,
    production: &ListenerFacts,
    standby: &ListenerFacts,
    found: &mut Found,
) {
    let there: BTreeSet<&str> = standby.certificate_arns.iter().map(String::as_str).collect();
    let mut wanted = BTreeSet::new();
    for arn in &production.certificate_arns {
        match parity.translator.id(arn) {
            Some(id) => wanted.insert(id),
            // IAM server certificates are global.
            None if there.contains(arn.as_str()) => wanted.insert(arn.as_str()),
            None => return spot.untranslated(name, arn, found),
        };
    }
    spot.same(name, Severity::BlocksFailover, Shown::set(wanted), Shown::set(there), found);
}

fn actions(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    name: &str,
    production: &ListenerFacts,
    standby: &ListenerFacts,
    found: &mut Found,
) {
    let mut wanted = vec![];
    for action in &production.actions {
        match translated(parity, action) {
            Ok(Some(text)) => wanted.push(text),
            // Not deployed yet: its own stack tells.
            Ok(None) => return,
            Err(identifier) => return spot.untranslated(name, &identifier, found),
        }
    }
    let there: Vec<String> = standby.actions.iter().map(|action| text(action, |arn| arn.to_owned())).collect();
    let list = |texts: &[String]| Shown::list(texts.iter().map(String::as_str));
    spot.same(name, Severity::BlocksFailover, list(&wanted), list(&there), found);
}

/// The action as it should be in the standby; nothing while a target is not deployed, an error with what is unknown.
fn translated(parity: &Parity<'_>, action: &ListenerAction) -> Result<Option<String>, String> {
    match action {
        ListenerAction::Forward { target_group_arns } => {
            for arn in target_group_arns {
                match parity.translator.of_id(arn) {
                    Translation::Made(_) | Translation::Mapped(_) => {}
                    Translation::NotDeployed => return Ok(None),
                    Translation::Unknown => return Err(arn.clone()),
                }
            }
            Ok(Some(text(action, |arn| parity.translator.id(arn).unwrap_or(arn).to_owned())))
        }
        ListenerAction::Other { name } => Err(format!("action {name}")),
        ListenerAction::Redirect { .. } | ListenerAction::FixedResponse { .. } => {
            Ok(Some(text(action, |arn| arn.to_owned())))
        }
    }
}

fn text(action: &ListenerAction, translate: impl Fn(&str) -> String) -> String {
    match action {
        ListenerAction::Forward { target_group_arns } => {
            let targets: BTreeSet<String> = target_group_arns.iter().map(|arn| translate(arn)).collect();
            format!("forward to {}", targets.into_iter().collect::<Vec<_>>().join(" and "))
        }
        ListenerAction::Redirect { protocol, port, status_code } => {
            format!("redirect to {protocol} {port} ({status_code})")
        }
        ListenerAction::FixedResponse { status_code, content_type, message_body } => format!(
            "answer {status_code} {} {}",
            content_type.as_deref().unwrap_or("without type"),
            message_body.as_deref().unwrap_or("without body")
        ),
        ListenerAction::Other { name } => name.clone(),
    }
}
