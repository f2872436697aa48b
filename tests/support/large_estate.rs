//! Owns a large production estate made in code: teams of ten tiers, each team behind one load balancer.
#![allow(dead_code)]

use base64::Engine as _;
use lifeboat::facts::*;
use lifeboat::model::*;

use super::estate;

/// How many tiers a team has.
const TEAM: usize = 10;
/// How many of a team's tiers take requests from its load balancer; the others are workers.
const BEHIND: usize = 8;
/// The group that every instance is in.
const SHARED: &str = "sg-0b000000000000000";

/// An environment of that many tiers over that many compute stacks, and production as a baseline saw it. Every tier has a
/// security group and user data of its own; eight of ten have a target group behind their team's load balancer.
pub fn large(tiers: usize, compute_stacks: u8) -> (Environment, Baseline) {
    let mut environment = estate::environment(Strategy::WarmStandby);
    environment.stacks.compute = compute_stacks;
    environment.tiers.clear();
    environment.data.clear();
    environment.traffic = None;
    let mut baseline = estate::baseline();
    baseline.tiers.clear();
    baseline.capacity.clear();
    let facts = &mut baseline.facts;
    facts.groups.clear();
    facts.launch_templates.clear();
    facts.target_groups.clear();
    facts.load_balancers.clear();
    facts.security_groups.clear();
    add_group(facts, SHARED, "base", vec![estate::rule("tcp", Some((9_100, 9_100)), peer(SHARED), "metrics")]);
    for index in 0..tiers {
        add(&mut environment, &mut baseline, index);
    }
    (environment, baseline.sealed())
}

fn add(environment: &mut Environment, baseline: &mut Baseline, index: usize) {
    let (team, seat) = (index / TEAM, index % TEAM);
    let name = format!("team{team}-svc{seat}");
    let port = 8_000 + u16::try_from(seat).expect("a seat below ten");
    let is_behind = seat < BEHIND;
    let front = format!("sg-0b00000000000a{team:03}");
    let own = format!("sg-0b00000000000b{index:03}");
    let balancer = arn("loadbalancer/app", &format!("team{team}"), team);
    let targets = arn("targetgroup", &name, index);
    let dns = format!("internal-team{team}-12345678.us-east-1.elb.amazonaws.com");

    if seat == 0 {
        // The standby's balancer gets another name, so boot scripts are given one that moves with the traffic.
        environment.map.insert(dns.clone(), format!("team{team}.dr.example.com"));
        let anyone = RulePeer::Cidr4("10.0.0.0/16".into());
        add_group(
            &mut baseline.facts,
            &front,
            &format!("team{team}-front"),
            vec![estate::rule("tcp", Some((8_000, 8_009)), anyone, "from the VPC")],
        );
        baseline.facts.load_balancers.insert(
            balancer.clone(),
            LoadBalancerFacts {
                arn: balancer.clone(),
                name: format!("team{team}"),
                dns_name: dns.clone(),
                zone_id: None,
                scheme: "internal".into(),
                kind: "application".into(),
                ip_address_type: Some("ipv4".into()),
                subnet_ids: vec![],
                security_group_ids: vec![front.clone()],
                listeners: vec![],
                tags: Tags::from([("Team".to_owned(), format!("team{team}"))]),
            },
        );
    }
    let ingress = if is_behind { front } else { SHARED.to_owned() };
    add_group(
        &mut baseline.facts,
        &own,
        &name,
        vec![
            estate::rule("tcp", Some((i32::from(port), i32::from(port))), peer(&ingress), "requests"),
            estate::rule("tcp", Some((22, 22)), RulePeer::Cidr4("10.0.0.0/16".into()), "operators"),
        ],
    );
    if is_behind {
        baseline.facts.target_groups.insert(targets.clone(), estate::target_group(&targets, &name, "HTTP", port));
        if let Some(balancer) = baseline.facts.load_balancers.get_mut(&balancer) {
            balancer.listeners.push(ListenerFacts {
                arn: format!("{}/listener/{port}", balancer.arn),
                port,
                protocol: "HTTP".into(),
                ssl_policy: None,
                certificate_arns: vec![],
                actions: vec![ListenerAction::Forward { target_group_arns: vec![targets.clone()] }],
            });
        }
    }
    let (behind, fronts) = if is_behind { (vec![targets.as_str()], vec![balancer.as_str()]) } else { (vec![], vec![]) };
    estate::add_tier(baseline, &name, &[SHARED, &own], &behind, &fronts, 8);
    if let Some(template) = baseline.facts.launch_templates.get_mut(&format!("shop-{name}")) {
        // A boot script of some thirty lines, which names things of the primary Region.
        let steps: String =
            (0..30).map(|step| format!("install --step {step} --from /opt/{name}/release.tar\n")).collect();
        let script = format!("#!/bin/bash\nset -eu\nexport FRONT=http://{dns}:{port}/ PEERS={own}\n{steps}");
        template.user_data = Some(base64::engine::general_purpose::STANDARD.encode(script));
        template.metadata_options =
            Some(MetadataOptions { http_tokens: Some("required".into()), ..MetadataOptions::default() });
    }
    let order = u32::try_from(team).expect("a small number");
    environment.tiers.push(estate::tier(&name, order, &[], None));
}

fn peer(id: &str) -> RulePeer {
    RulePeer::Group(id.to_owned())
}

fn arn(kind: &str, name: &str, number: usize) -> String {
    format!("arn:aws:elasticloadbalancing:us-east-1:111122223333:{kind}/{name}/{number:016x}")
}

fn add_group(facts: &mut SideFacts, id: &str, name: &str, ingress: Vec<RuleFacts>) {
    facts.security_groups.insert(
        id.to_owned(),
        SecurityGroupFacts {
            id: id.to_owned(),
            name: name.to_owned(),
            description: format!("{name} of the shop"),
            vpc_id: "vpc-0a000000000000001".into(),
            ingress,
            egress: vec![estate::rule("-1", None, RulePeer::Cidr4("0.0.0.0/0".into()), "")],
            tags: Tags::from([("Name".to_owned(), name.to_owned())]),
        },
    );
}
