//! Owns a production estate made in code, with everything in it that is hard to mirror.
#![allow(dead_code)]

#[path = "estate_balancers.rs"]
mod balancers;

use std::collections::BTreeMap;

use base64::Engine as _;
use jiff::Timestamp;
use lifeboat::facts::*;
use lifeboat::model::*;

pub use balancers::target_group;
use balancers::{alb, nlb};

pub const ALB: &str = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shop-web/0123456789abcdef";
pub const NLB: &str = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/shop_api/fedcba9876543210";
pub const TG_WEB: &str = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/shop-web/0123456789abcdef";
pub const TG_API: &str = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/shop-api/1123456789abcdef";
pub const CERTIFICATE: &str = "arn:aws:acm:us-east-1:111122223333:certificate/aaaaaaaa-0000-0000-0000-000000000000";
/// The role that enhanced monitoring writes with.
pub const MONITORING: &str = "arn:aws:iam::111122223333:role/rds-monitoring";
/// The key of Performance Insights.
pub const INSIGHTS: &str = "arn:aws:kms:us-east-1:111122223333:key/insights";
pub const SG_ALB: &str = "sg-0a000000000000001";
pub const SG_WEB: &str = "sg-0a000000000000002";
pub const SG_API: &str = "sg-0a000000000000003";
pub const SG_DB: &str = "sg-0a000000000000004";
pub const SG_OFFICE: &str = "sg-0a000000000000009";
pub const USER_DATA: &str = r#"#!/bin/bash
# secrets stay where they are: {{resolve:secretsmanager:shop/prod:SecretString:password}} ${AWS::Region}
export PEERS="sg-0a000000000000003"
export API=http://shop-api-fedcba98.elb.us-east-1.amazonaws.com:8080/
export QUEUE=arn:aws:sqs:us-east-1:111122223333:orders DB=orders.cluster-x.us-east-1.rds.amazonaws.com
echo 'it''s "quoted"'
"#;

/// An environment of that strategy with three tiers.
pub fn environment(strategy: Strategy) -> Environment {
    let side = |region: &str| Side {
        region: Region(region.into()),
        account: AccountId("111122223333".into()),
        role_arn: None,
        external_id: None,
        profile: None,
        endpoint_url: None,
    };
    Environment {
        name: "shop".into(),
        strategy,
        objectives: Objectives { rto: Span::from_secs(1_800), rpo: Span::from_secs(300) },
        primary: side("us-east-1"),
        standby: side("us-west-2"),
        store: StoreLocation::Folder(".lifeboat".into()),
        network: Network::New { cidr: "10.80.0.0/16".parse().expect("a block"), availability_zones: 3 },
        tiers: vec![
            tier("worker", 10, &["c6i.large", "c5.large", "m5.large"], None),
            tier("api", 20, &[], None),
            tier("web", 30, &[], Some(TierLoadBalancer { listener: None, health_check: Some("/healthz".into()) })),
        ],
        data: data(),
        event_sources: vec![],
        traffic: Some(traffic(strategy)),
        sync: Sync { images: ImageSync { key: Some("alias/shop-dr".into()), keep: 3 }, parameters: vec![] },
        map: BTreeMap::from([
            (CERTIFICATE.to_owned(), CERTIFICATE.replace("us-east-1", "us-west-2")),
            ("orders.cluster-x.us-east-1.rds.amazonaws.com".to_owned(), "orders.dr.example.com".to_owned()),
            ("shop-options".to_owned(), "shop-options-dr".to_owned()),
            (MONITORING.to_owned(), MONITORING.to_owned()),
            (INSIGHTS.to_owned(), INSIGHTS.replace("us-east-1", "us-west-2")),
        ]),
        stacks: Stacks::default(),
        drift: DriftRules { ignore: vec![] },
    }
}

/// A database, a table and a bucket.
pub fn data() -> Vec<DataSet> {
    let rds = RdsData {
        source: "shop-orders".into(),
        key: Some("alias/shop-dr".into()),
        class: Some("db.t4g.medium".into()),
        endpoint_parameter: Some("/shop/prod/db/host".into()),
    };
    let named = |name: &str, kind: DataKind| DataSet { name: name.into(), kind };
    vec![
        named("carts", DataKind::Dynamodb(TableData { table: "shop-carts".into() })),
        named("orders", DataKind::Rds(rds)),
        named("uploads", DataKind::S3(BucketData { bucket: "shop-uploads".into(), replica: "shop-uploads-dr".into() })),
    ]
}

/// Another switch for each strategy.
pub fn traffic(strategy: Strategy) -> Traffic {
    Traffic {
        record: "shop.example.com".into(),
        zone: "Z0SHOPEXAMPLE".into(),
        switch: match strategy {
            Strategy::BackupAndRestore => Switch::Manual,
            Strategy::PilotLight => Switch::StandbyTakesOver {
                bucket: "shop-traffic-111122223333-us-west-2".into(),
                key: "shop.example.com/standby-takes-over".into(),
            },
            Strategy::WarmStandby => Switch::Failover { path: "/healthz".into() },
            Strategy::MultiSite => Switch::Weighted { primary: 128, standby: 127 },
        },
        tier: "web".into(),
        ttl: Span::from_secs(60),
        check_interval_s: 30,
        check_failures: 3,
        probe: None,
    }
}

/// A tier of an environment.
pub fn tier(name: &str, order: u32, types: &[&str], load_balancer: Option<TierLoadBalancer>) -> Tier {
    Tier {
        name: name.into(),
        order,
        auto_scaling_group: format!("shop-{name}"),
        standby: StandbySize { percent: 20, min: 1 },
        full: FullSize { basis: Basis::Peak, window: Span::from_secs(14 * 86_400), floor: 2 },
        instance_types: types.iter().map(|kind| (*kind).to_owned()).collect(),
        load_balancer,
    }
}

/// Production as a baseline saw it.
pub fn baseline() -> Baseline {
    let at = Timestamp::UNIX_EPOCH;
    let account = AccountId("111122223333".into());
    let mut facts =
        SideFacts::empty(SideName::Primary, Region("us-east-1".into()), account, at, "arn:aws:iam::1:user/x".into());
    facts.vpcs.insert(
        "vpc-0a000000000000001".into(),
        VpcFacts { id: "vpc-0a000000000000001".into(), cidr: "10.0.0.0/16".into(), tags: Tags::new(), subnets: vec![] },
    );
    for group in security_groups() {
        facts.security_groups.insert(group.id.clone(), group);
    }
    for group in [target_group(TG_WEB, "shop-web", "HTTP", 80), target_group(TG_API, "shop-api", "TCP", 8080)] {
        facts.target_groups.insert(group.arn.clone(), group);
    }
    for balancer in [alb(), nlb()] {
        facts.load_balancers.insert(balancer.arn.clone(), balancer);
    }
    facts.databases.insert("shop-orders".into(), database());
    let mut baseline = Baseline {
        schema_version: BASELINE_SCHEMA,
        environment: "shop".into(),
        tool_version: "0.1.0".into(),
        facts,
        tiers: BTreeMap::new(),
        capacity: BTreeMap::new(),
        digest: Digest(String::new()),
    };
    add_tier(&mut baseline, "web", &[SG_WEB], &[TG_WEB], &[ALB], 10);
    add_tier(&mut baseline, "api", &[SG_API], &[TG_API], &[NLB], 5);
    add_tier(&mut baseline, "worker", &[SG_WEB, SG_API], &[], &[], 3);
    baseline.sealed()
}

/// Adds a tier with its group and launch template.
pub fn add_tier(
    baseline: &mut Baseline,
    name: &str,
    groups: &[&str],
    targets: &[&str],
    balancers: &[&str],
    units: u32,
) {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<String>>();
    let group = format!("shop-{name}");
    let number = baseline.tiers.len() + 1;
    baseline.facts.groups.insert(
        group.clone(),
        GroupFacts {
            name: group.clone(),
            arn: format!("arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:u:autoScalingGroupName/{group}"),
            size: GroupSize { min: 2, max: 20, desired: units },
            launch_template: Some(LaunchTemplateRef {
                id: format!("lt-0a00000000000000{number}"),
                name: group.clone(),
                version: "$Latest".into(),
            }),
            overrides: vec![],
            weights: BTreeMap::new(),
            capacity_type: None,
            availability_zones: vec!["us-east-1a".into(), "us-east-1b".into()],
            subnet_ids: vec!["subnet-0a000000000000001".into()],
            target_group_arns: owned(targets),
            health_check_type: if targets.is_empty() { "EC2" } else { "ELB" }.into(),
            health_check_grace_s: 120,
            default_cooldown_s: 300,
            termination_policies: vec!["OldestInstance".into(), "Default".into()],
            suspended_processes: if name == "worker" { vec!["AZRebalance".into()] } else { vec![] },
            metrics_enabled: true,
            tags: Tags::from([
                ("Name".to_owned(), group.clone()),
                ("Owner".to_owned(), "team \"web\": 'all' # of us\n- second line".to_owned()),
                ("Answer".to_owned(), "yes".to_owned()),
                ("CostCentre".to_owned(), "0123".to_owned()),
                ("lifeboat:tier".to_owned(), "stale".to_owned()),
            ]),
            instances: vec![],
        },
    );
    baseline.facts.launch_templates.insert(group.clone(), launch_template(&group, number, groups, name == "web"));
    baseline.tiers.insert(
        name.into(),
        TierSource {
            auto_scaling_group: group.clone(),
            image_id: Some("ami-0a000000000000001".into()),
            target_group_arns: owned(targets),
            load_balancer_arns: owned(balancers),
            security_group_ids: owned(groups),
        },
    );
    baseline.capacity.insert(
        name.into(),
        CapacityBasis {
            auto_scaling_group: group,
            units,
            method: BasisMethod::Current,
            window: Span::from_secs(14 * 86_400),
            peak: None,
            desired: units,
            in_service: units,
            floor: 2,
            observed_at: Timestamp::UNIX_EPOCH,
        },
    );
}

fn launch_template(group: &str, number: usize, groups: &[&str], rich: bool) -> LaunchTemplateFacts {
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let mut template = LaunchTemplateFacts {
        id: format!("lt-0a00000000000000{number}"),
        name: group.into(),
        version: 7,
        image_id: Some("ami-0a000000000000001".into()),
        instance_type: Some("m6i.large".into()),
        user_data: Some(encode("#!/bin/sh\necho sg-0a000000000000002 > /etc/peers\n")),
        security_group_ids: groups.iter().map(|id| (*id).to_owned()).collect(),
        ..LaunchTemplateFacts::default()
    };
    if rich {
        template.key_name = Some("prod-key".into());
        template.user_data = Some(encode(USER_DATA));
        template.instance_profile = Some("arn:aws:iam::111122223333:instance-profile/shop-web".into());
        template.associate_public_ip = Some(true);
        template.monitoring = Some(true);
        template.ebs_optimized = Some(true);
        template.block_devices = vec![BlockDevice {
            device_name: "/dev/xvda".into(),
            volume_size_gib: Some(40),
            volume_type: Some("gp3".into()),
            iops: Some(3_000),
            throughput_mib_s: Some(125),
            encrypted: Some(true),
            kms_key_id: Some("arn:aws:kms:us-east-1:111122223333:key/k".into()),
            snapshot_id: Some("snap-0a000000000000001".into()),
            delete_on_termination: Some(true),
        }];
        template.metadata_options = Some(MetadataOptions {
            http_endpoint: Some("enabled".into()),
            http_tokens: Some("required".into()),
            http_put_response_hop_limit: Some(2),
            instance_metadata_tags: Some("enabled".into()),
        });
        template.instance_tags = Tags::from([("Role".to_owned(), "web".to_owned())]);
        template.volume_tags = Tags::from([("Backup".to_owned(), "{daily}".to_owned())]);
    }
    template
}

/// A rule of a security group.
pub fn rule(protocol: &str, ports: Option<(i32, i32)>, peer: RulePeer, description: &str) -> RuleFacts {
    RuleFacts {
        protocol: protocol.into(),
        from_port: ports.map(|(from, _)| from),
        to_port: ports.map(|(_, to)| to),
        peer,
        description: description.into(),
    }
}

fn security_groups() -> Vec<SecurityGroupFacts> {
    let all = || rule("-1", None, RulePeer::Cidr4("0.0.0.0/0".into()), "");
    let group = |id: &str, name: &str, ingress: Vec<RuleFacts>, egress: Vec<RuleFacts>| SecurityGroupFacts {
        id: id.into(),
        name: name.into(),
        description: format!("{name} of the shop"),
        vpc_id: "vpc-0a000000000000001".into(),
        ingress,
        egress,
        tags: Tags::from([("Name".to_owned(), name.to_owned())]),
    };
    let peer = |id: &str| RulePeer::Group(id.into());
    vec![
        group(
            SG_ALB,
            "shop-alb",
            vec![
                rule("tcp", Some((443, 443)), RulePeer::Cidr4("0.0.0.0/0".into()), "the world"),
                rule("tcp", Some((443, 443)), RulePeer::Cidr6("::/0".into()), ""),
                rule("tcp", Some((80, 80)), RulePeer::PrefixList("pl-0a000000000000001".into()), ""),
            ],
            vec![rule("tcp", Some((80, 80)), peer(SG_WEB), "")],
        ),
        group(
            SG_WEB,
            "shop-web",
            vec![
                rule("tcp", Some((80, 80)), peer(SG_ALB), "from the load balancer"),
                rule("tcp", Some((7_000, 7_100)), peer(SG_WEB), "gossip"),
                rule("tcp", Some((22, 22)), peer(SG_OFFICE), "bastion"),
                rule("icmp", None, RulePeer::Cidr4("10.0.0.0/16".into()), ""),
            ],
            vec![all()],
        ),
        group(
            SG_API,
            "shop-api",
            vec![
                rule("tcp", Some((8_080, 8_080)), peer(SG_WEB), ""),
                rule("tcp", Some((8_080, 8_080)), RulePeer::Cidr4("10.0.1.0/24".into()), ""),
                rule("tcp", Some((8_080, 8_080)), RulePeer::Cidr4("10.0.2.0/24".into()), ""),
            ],
            vec![all(), rule("tcp", Some((80, 80)), peer(SG_WEB), "")],
        ),
        group(SG_DB, "shop-db", vec![rule("tcp", Some((5_432, 5_432)), peer(SG_API), "")], vec![all()]),
        group(SG_OFFICE, "office", vec![], vec![all()]),
    ]
}

/// A database with everything that belongs to one Region, or is set by somebody.
pub fn database() -> DatabaseFacts {
    let parameters = [("log_min_duration_statement", "500"), ("rds.force_ssl", "1")];
    DatabaseFacts {
        id: "shop-orders".into(),
        arn: "arn:aws:rds:us-east-1:111122223333:db:shop-orders".into(),
        status: "available".into(),
        engine: "postgres".into(),
        engine_version: "16.4".into(),
        class: "db.r6g.large".into(),
        multi_az: true,
        storage_gb: 500,
        storage_type: Some("gp3".into()),
        iops: Some(12_000),
        storage_throughput: Some(500),
        max_storage_gb: Some(1_000),
        encrypted: true,
        kms_key: Some("arn:aws:kms:us-east-1:111122223333:key/k".into()),
        endpoint: Some(DatabaseEndpoint { host: "shop-orders.abc.us-east-1.rds.amazonaws.com".into(), port: 5_432 }),
        source: None,
        replicas: vec![],
        subnet_group: Some("shop".into()),
        security_group_ids: vec![SG_DB.into()],
        parameter_group: Some(ParameterGroupFacts {
            name: "shop-postgres16".into(),
            family: "postgres16".into(),
            parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        }),
        backup_retention_days: 7,
        deletion_protection: true,
        auto_minor_version: true,
        publicly_accessible: false,
        settings: Some(DatabaseSettings {
            iam_authentication: true,
            option_group: Some("shop-options".into()),
            monitoring_s: 60,
            monitoring_role: Some(MONITORING.into()),
            performance_insights: true,
            performance_insights_days: Some(7),
            performance_insights_key: Some(INSIGHTS.into()),
            log_exports: vec!["postgresql".into(), "upgrade".into()],
            ca_certificate: Some("rds-ca-rsa2048-g1".into()),
            backup_window: Some("03:10-03:40".into()),
            maintenance_window: Some("sun:05:00-sun:05:30".into()),
            copy_tags: true,
        }),
        tags: Tags::from([("CostCentre".to_owned(), "0123".to_owned())]),
    }
}
