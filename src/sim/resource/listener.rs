//! Owns AWS::ElasticLoadBalancingV2::Listener.

use serde_json::{Value, json};

use super::props::{list, number, required, text};
use super::{NotMade, Place, ResourceType, TagStyle};
use crate::facts::{ListenerAction, ListenerFacts, LoadBalancerFacts};
use crate::sim::state::RegionState;

pub(super) const LISTENER: ResourceType = ResourceType {
    name: "AWS::ElasticLoadBalancingV2::Listener",
    properties: &[
        "AlpnPolicy",
        "Certificates",
        "DefaultActions",
        "ListenerAttributes",
        "LoadBalancerArn",
        "MutualAuthentication",
        "Port",
        "Protocol",
        "SslPolicy",
        "Tags",
    ],
    required: &["DefaultActions", "LoadBalancerArn"],
    create_only: &["LoadBalancerArn"],
    write_only: &[],
    name_property: None,
    tags: TagStyle::None,
    moving: &[],
    seconds: [5, 5, 5],
    create,
    update,
    delete,
    attribute: |_, arn, name| (name == "ListenerArn").then(|| arn.to_owned()),
    live,
};

fn create(place: &mut Place<'_>, properties: &Value) -> Result<String, NotMade> {
    let balancer_arn = required(properties, "LoadBalancerArn")?;
    if !place.region.load_balancers.contains_key(&balancer_arn) {
        return Err(format!("Load balancer '{balancer_arn}' not found (LoadBalancerNotFound)").into());
    }
    let hex = place.region.next_hex("listener", 16);
    let arn = format!("{}/{hex}", balancer_arn.replace(":loadbalancer/", ":listener/"));
    let listener = facts_of(place.region, properties, &arn, &balancer_arn)?;
    let balancer = place.region.load_balancers.get_mut(&balancer_arn).ok_or("the load balancer is gone")?;
    if balancer.listeners.iter().any(|known| known.port == listener.port) {
        return Err("A listener already exists on this port for this load balancer (DuplicateListener)".into());
    }
    put(balancer, listener);
    Ok(arn)
}

fn put(balancer: &mut LoadBalancerFacts, listener: ListenerFacts) {
    balancer.listeners.retain(|known| known.arn != listener.arn);
    balancer.listeners.push(listener);
    balancer.listeners.sort_by_key(|listener| listener.port);
}

fn update(place: &mut Place<'_>, arn: &str, _old: &Value, new: &Value) -> Result<(), String> {
    let balancer_arn = required(new, "LoadBalancerArn")?;
    let listener = facts_of(place.region, new, arn, &balancer_arn)?;
    let balancer = place
        .region
        .load_balancers
        .get_mut(&balancer_arn)
        .filter(|balancer| balancer.listeners.iter().any(|known| known.arn == arn))
        .ok_or_else(|| format!("One or more listeners not found: {arn} (ListenerNotFound)"))?;
    put(balancer, listener);
    Ok(())
}

fn delete(place: &mut Place<'_>, arn: &str, _: &Value) -> Result<(), String> {
    for balancer in place.region.load_balancers.values_mut() {
        balancer.listeners.retain(|listener| listener.arn != arn);
    }
    Ok(())
}

fn facts_of(region: &RegionState, properties: &Value, arn: &str, balancer_arn: &str) -> Result<ListenerFacts, String> {
    let port = number(properties, "Port")?.ok_or("Property Port cannot be empty.")?;
    let protocol = required(properties, "Protocol")?;
    let secure = matches!(protocol.as_str(), "HTTPS" | "TLS");
    let certificate_arns: Vec<String> =
        list(properties, "Certificates").iter().filter_map(|one| text(one, "CertificateArn")).collect();
    // CreateListener: a secure listener needs a certificate, and the certificate must be there.
    if secure && certificate_arns.is_empty() {
        return Err(format!("A certificate must be specified for {protocol} listeners (CertificateNotFound)"));
    }
    if let Some(missing) = certificate_arns.iter().find(|arn| !region.certificates.contains(*arn)) {
        return Err(format!("Certificate '{missing}' not found (CertificateNotFound)"));
    }
    let actions = list(properties, "DefaultActions")
        .iter()
        .map(|action| action_of(region, action, balancer_arn))
        .collect::<Result<Vec<_>, _>>()?;
    if actions.is_empty() {
        return Err("At least one default action must be specified (ValidationError)".to_owned());
    }
    Ok(ListenerFacts {
        arn: arn.to_owned(),
        port,
        protocol,
        // "Security policies": what a secure listener made by API has when none is named.
        ssl_policy: secure
            .then(|| text(properties, "SslPolicy").unwrap_or_else(|| "ELBSecurityPolicy-2016-08".to_owned())),
        certificate_arns,
        actions,
    })
}

fn action_of(region: &RegionState, action: &Value, balancer_arn: &str) -> Result<ListenerAction, String> {
    match required(action, "Type")?.as_str() {
        "forward" => {
            let config = action.pointer("/ForwardConfig").map_or(&[][..], |config| list(config, "TargetGroups"));
            let mut target_group_arns: Vec<String> =
                config.iter().filter_map(|one| text(one, "TargetGroupArn")).collect();
            if target_group_arns.is_empty() {
                target_group_arns.extend(text(action, "TargetGroupArn"));
            }
            for arn in &target_group_arns {
                if !region.target_groups.contains_key(arn) {
                    return Err(format!("Target groups '{arn}' not found (TargetGroupNotFound)"));
                }
                // TargetGroupAssociationLimit: a target group serves one load balancer.
                let elsewhere = region.load_balancers.values().any(|balancer| {
                    balancer.arn != balancer_arn && balancer.listeners.iter().any(|l| forwards_to(l, arn))
                });
                if elsewhere {
                    return Err(format!(
                        "The following target groups cannot be associated with more than one load balancer: {arn} \
                         (TargetGroupAssociationLimit)"
                    ));
                }
            }
            Ok(ListenerAction::Forward { target_group_arns })
        }
        "redirect" => {
            let config = action.get("RedirectConfig").ok_or("A redirect action needs a RedirectConfig")?;
            Ok(ListenerAction::Redirect {
                protocol: text(config, "Protocol").unwrap_or_else(|| "#{protocol}".to_owned()),
                port: text(config, "Port").unwrap_or_else(|| "#{port}".to_owned()),
                status_code: required(config, "StatusCode")?,
            })
        }
        "fixed-response" => {
            let config =
                action.get("FixedResponseConfig").ok_or("A fixed-response action needs a FixedResponseConfig")?;
            Ok(ListenerAction::FixedResponse {
                status_code: required(config, "StatusCode")?,
                content_type: text(config, "ContentType"),
                message_body: text(config, "MessageBody"),
            })
        }
        other => Ok(ListenerAction::Other { name: other.to_owned() }),
    }
}

/// Whether a listener forwards to a target group.
pub(super) fn forwards_to(listener: &ListenerFacts, target_group_arn: &str) -> bool {
    listener.actions.iter().any(|action| match action {
        ListenerAction::Forward { target_group_arns } => target_group_arns.iter().any(|arn| arn == target_group_arn),
        _ => false,
    })
}

fn live(region: &RegionState, arn: &str, _: &Value) -> Option<Value> {
    let (balancer, listener) = region
        .load_balancers
        .values()
        .flat_map(|balancer| balancer.listeners.iter().map(move |listener| (balancer, listener)))
        .find(|(_, listener)| listener.arn == arn)?;
    let certificates: Vec<Value> = listener.certificate_arns.iter().map(|arn| json!({"CertificateArn": arn})).collect();
    let mut live = json!({
        "LoadBalancerArn": balancer.arn,
        "Port": listener.port,
        "Protocol": listener.protocol,
        "Certificates": certificates,
    });
    if let Some(policy) = &listener.ssl_policy {
        live["SslPolicy"] = json!(policy);
    }
    Some(live)
}
