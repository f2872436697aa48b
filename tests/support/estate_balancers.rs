//! Owns the load balancers of the estate made in code, and its target groups.
#![allow(dead_code)]

use super::*;

/// A target group for instances.
pub fn target_group(arn: &str, name: &str, protocol: &str, port: u16) -> TargetGroupFacts {
    let over_http = protocol == "HTTP";
    TargetGroupFacts {
        arn: arn.into(),
        name: name.into(),
        protocol: protocol.into(),
        port: Some(port),
        vpc_id: "vpc-0a000000000000001".into(),
        target_type: "instance".into(),
        health_check: TargetHealthCheck {
            protocol: protocol.into(),
            port: "traffic-port".into(),
            path: over_http.then(|| "/".to_owned()),
            matcher: over_http.then(|| "200-299".to_owned()),
            interval_s: 15,
            timeout_s: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        },
        load_balancer_arns: vec![],
    }
}

pub(super) fn alb() -> LoadBalancerFacts {
    let listener = |port: u16, protocol: &str, certificates: Vec<String>, actions: Vec<ListenerAction>| ListenerFacts {
        arn: format!("{ALB}/listener/{port}"),
        port,
        protocol: protocol.into(),
        ssl_policy: (protocol == "HTTPS").then(|| "ELBSecurityPolicy-TLS13-1-2-2021-06".to_owned()),
        certificate_arns: certificates,
        actions,
    };
    LoadBalancerFacts {
        arn: ALB.into(),
        name: "shop-web".into(),
        dns_name: "shop-web-0123.us-east-1.elb.amazonaws.com".into(),
        zone_id: Some("Z35SXDOTRQ7X7K".into()),
        scheme: "internet-facing".into(),
        kind: "application".into(),
        ip_address_type: Some("ipv4".into()),
        subnet_ids: vec![],
        security_group_ids: vec![SG_ALB.into()],
        listeners: vec![
            listener(
                80,
                "HTTP",
                vec![],
                vec![ListenerAction::Redirect {
                    protocol: "HTTPS".into(),
                    port: "443".into(),
                    status_code: "HTTP_301".into(),
                }],
            ),
            listener(
                443,
                "HTTPS",
                vec![CERTIFICATE.into()],
                vec![ListenerAction::Forward { target_group_arns: vec![TG_WEB.into()] }],
            ),
            listener(
                8_443,
                "HTTPS",
                vec![CERTIFICATE.replace("aaaaaaaa", "bbbbbbbb")],
                vec![ListenerAction::FixedResponse {
                    status_code: "404".into(),
                    content_type: Some("text/plain".into()),
                    message_body: Some("no: \"thing\" here".into()),
                }],
            ),
        ],
        tags: Tags::from([("Site".to_owned(), "us-east-1a".to_owned())]),
    }
}

pub(super) fn nlb() -> LoadBalancerFacts {
    LoadBalancerFacts {
        arn: NLB.into(),
        name: "shop_api".into(),
        dns_name: "shop-api-fedcba98.elb.us-east-1.amazonaws.com".into(),
        zone_id: None,
        scheme: "internal".into(),
        kind: "network".into(),
        ip_address_type: Some("ipv4".into()),
        subnet_ids: vec![],
        security_group_ids: vec![],
        listeners: vec![ListenerFacts {
            arn: format!("{NLB}/listener/8080"),
            port: 8_080,
            protocol: "TCP".into(),
            ssl_policy: None,
            certificate_arns: vec![],
            actions: vec![ListenerAction::Forward { target_group_arns: vec![TG_API.into()] }],
        }],
        tags: Tags::new(),
    }
}
