//! Owns a made-up estate for tests: production and a standby that is exactly what was declared. Tests change one thing.

use std::collections::BTreeMap;

use base64::Engine as _;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{DeployedStack, DriftInput, DriftReport, PostureView, judge};
use crate::facts::*;
use crate::model::*;
use crate::render::{Counterpart, Input, Rendered, RenderedStack};

pub const TG: &str = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/shop-web/1";
pub const TG_STANDBY: &str = "arn:aws:elasticloadbalancing:us-west-2:111122223333:targetgroup/shop-web/2";
pub const LB: &str = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shop/1";
pub const LB_STANDBY: &str = "arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/shop/2";
pub const CERT: &str = "arn:aws:acm:us-east-1:111122223333:certificate/aaaa";
pub const CERT_STANDBY: &str = "arn:aws:acm:us-west-2:111122223333:certificate/bbbb";
pub const IMAGE: &str = "ami-0aa11111111111111";
pub const IMAGE_STANDBY: &str = "ami-0bb22222222222222";
pub const SCRIPT: &str = "#!/bin/sh\nset -e\nexport REGION=us-east-1\naws s3 cp s3://shop-us-east-1/app.tar .\ntar xf app.tar\n./app --workers 4\n";

/// Everything a judgement is made from, owned.
#[derive(Clone)]
pub struct World {
    pub environment: Environment,
    pub baseline: Baseline,
    pub production: Option<SideFacts>,
    pub production_gap: Option<String>,
    pub standby: SideFacts,
    pub rendered: Rendered,
    pub stacks: BTreeMap<Part, DeployedStack>,
    pub posture: Option<PostureView>,
    pub published: BTreeMap<String, String>,
}

impl World {
    /// Two sides that are as they should be.
    pub fn equal() -> Self {
        let production = production();
        let rendered = rendered();
        let stacks = rendered.stacks.iter().map(|stack| (stack.part, deployed(stack))).collect();
        World {
            environment: environment(),
            baseline: baseline(&production),
            production: Some(production),
            production_gap: None,
            standby: standby(),
            rendered,
            stacks,
            posture: None,
            published: [("web".to_owned(), IMAGE_STANDBY.to_owned())].into(),
        }
    }

    pub fn judge(&self) -> DriftReport {
        judge(&DriftInput {
            environment: &self.environment,
            baseline: &self.baseline,
            production: self.production.as_ref(),
            production_gap: self.production_gap.clone(),
            standby: &self.standby,
            rendered: &self.rendered,
            stacks: &self.stacks,
            posture: self.posture.clone(),
            published_images: &self.published,
            today: jiff::civil::date(2026, 11, 20),
            now: at("2026-11-20T12:00:00Z"),
        })
    }

    pub fn production(&mut self) -> &mut SideFacts {
        self.production.as_mut().expect("production is seen")
    }

    pub fn production_template(&mut self) -> &mut LaunchTemplateFacts {
        self.production().launch_templates.get_mut("shop-web").expect("made above")
    }

    pub fn template(&mut self) -> &mut LaunchTemplateFacts {
        self.standby.launch_templates.get_mut("shop-web").expect("made above")
    }

    pub fn group(&mut self) -> &mut GroupFacts {
        self.standby.groups.get_mut("shop-web").expect("made above")
    }

    pub fn stack(&mut self, part: Part) -> &mut DeployedStack {
        self.stacks.get_mut(&part).expect("made above")
    }

    /// Says what CloudFormation found of one resource.
    pub fn drifted(&mut self, part: Part, logical_id: &str, status: DriftStatus, differences: &[(&str, &str, &str)]) {
        let drift = self.stack(part).drift.as_mut().expect("drift ran");
        let record = drift.resources.iter_mut().find(|r| r.logical_id == logical_id).expect("a known resource");
        record.status = status;
        record.differences = differences
            .iter()
            .map(|(path, expected, actual)| PropertyDifference {
                path: (*path).to_owned(),
                expected: (*expected).to_owned(),
                actual: (*actual).to_owned(),
            })
            .collect();
    }

    /// Changes a place of a deployed template.
    pub fn deployed_template(&mut self, part: Part, change: impl FnOnce(&mut Value)) {
        let stack = self.stack(part);
        let mut template: Value = serde_json::from_str(&stack.template).expect("JSON");
        change(&mut template);
        stack.template = template.to_string();
    }

    pub fn ignore(&mut self, path: &str, line: u32) {
        let rule = IgnoreRule { path: path.into(), reason: "agreed with finance".into(), expires: None, line };
        self.environment.drift.ignore.push(rule);
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().expect(text)
}

fn map<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

pub fn encode(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn side(region: &str) -> Side {
    Side {
        region: Region(region.into()),
        account: AccountId("111122223333".into()),
        role_arn: None,
        external_id: None,
        profile: None,
        endpoint_url: None,
    }
}

fn environment() -> Environment {
    Environment {
        name: "shop".into(),
        strategy: Strategy::WarmStandby,
        objectives: Objectives { rto: Span::from_secs(1_800), rpo: Span::from_secs(300) },
        primary: side("us-east-1"),
        standby: side("us-west-2"),
        store: StoreLocation::Folder(".lifeboat".into()),
        network: Network::Existing { vpc_id: "vpc-2".into(), public_subnet_ids: vec![], private_subnet_ids: vec![] },
        tiers: vec![Tier {
            name: "web".into(),
            order: 20,
            auto_scaling_group: "shop-web".into(),
            standby: StandbySize { percent: 20, min: 1 },
            full: FullSize { basis: Basis::Peak, window: Span::from_secs(86_400), floor: 6 },
            instance_types: vec!["m6i.large".into(), "m5.large".into()],
            load_balancer: Some(TierLoadBalancer { listener: Some(443), health_check: Some("/healthz".into()) }),
        }],
        sync: Sync {
            images: ImageSync { key: None, keep: 3 },
            parameters: vec![ParameterSync {
                path: "/shop/prod/".into(),
                rewrite: map([("us-east-1", "us-west-2")]),
                key: None,
                delete: false,
            }],
        },
        map: map([(CERT, CERT_STANDBY), ("us-east-1", "us-west-2")]),
        drift: DriftRules::default(),
    }
}

fn baseline(production: &SideFacts) -> Baseline {
    let basis = CapacityBasis {
        auto_scaling_group: "shop-web".into(),
        units: 10,
        method: BasisMethod::Peak { metric: "GroupInServiceInstances".into(), at: None },
        window: Span::from_secs(86_400),
        peak: Some(10),
        desired: 8,
        in_service: 8,
        floor: 6,
        observed_at: at("2026-11-16T08:00:00Z"),
    };
    Baseline {
        schema_version: BASELINE_SCHEMA,
        environment: "shop".into(),
        tool_version: "0.1.0".into(),
        facts: production.clone(),
        tiers: BTreeMap::new(),
        capacity: [("web".to_owned(), basis)].into(),
        digest: Digest(String::new()),
    }
}

fn rule(port: i32, peer: RulePeer, description: &str) -> RuleFacts {
    RuleFacts {
        protocol: "tcp".into(),
        from_port: Some(port),
        to_port: Some(port),
        peer,
        description: description.into(),
    }
}

/// One side, told apart by its ids.
struct Ids<'a> {
    side: SideName,
    region: &'a str,
    template: &'a str,
    image: &'a str,
    target_group: &'a str,
    balancer: &'a str,
    certificate: &'a str,
    web_sg: &'a str,
    lb_sg: &'a str,
    vpc: &'a str,
    cidr: &'a str,
}

fn facts(ids: &Ids<'_>) -> SideFacts {
    let mut facts = SideFacts::empty(
        ids.side,
        Region(ids.region.into()),
        AccountId("111122223333".into()),
        at("2026-11-16T08:00:00Z"),
        "arn:aws:sts::111122223333:assumed-role/ci/nightly".into(),
    );
    let target_group = TargetGroupFacts {
        arn: ids.target_group.into(),
        name: "shop-web".into(),
        protocol: "HTTP".into(),
        port: Some(8080),
        vpc_id: ids.vpc.into(),
        target_type: "instance".into(),
        health_check: TargetHealthCheck {
            protocol: "HTTP".into(),
            port: "traffic-port".into(),
            path: Some("/healthz".into()),
            matcher: Some("200".into()),
            interval_s: 15,
            timeout_s: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        },
        load_balancer_arns: vec![ids.balancer.into()],
    };
    let balancer = LoadBalancerFacts {
        arn: ids.balancer.into(),
        name: "shop".into(),
        dns_name: "shop.example".into(),
        scheme: "internet-facing".into(),
        kind: "application".into(),
        subnet_ids: vec![],
        security_group_ids: vec![ids.lb_sg.into()],
        listeners: vec![ListenerFacts {
            arn: format!("{}/443", ids.balancer),
            port: 443,
            protocol: "HTTPS".into(),
            ssl_policy: Some("ELBSecurityPolicy-TLS13-1-2-2021-06".into()),
            certificate_arns: vec![ids.certificate.into()],
            actions: vec![ListenerAction::Forward { target_group_arns: vec![ids.target_group.into()] }],
        }],
        tags: Tags::new(),
    };
    let security_group = |id: &str, name: &str, ingress: Vec<RuleFacts>| SecurityGroupFacts {
        id: id.into(),
        name: name.into(),
        description: name.into(),
        vpc_id: ids.vpc.into(),
        ingress,
        egress: vec![RuleFacts {
            protocol: "-1".into(),
            from_port: None,
            to_port: None,
            peer: RulePeer::Cidr4("0.0.0.0/0".into()),
            description: String::new(),
        }],
        tags: Tags::new(),
    };
    let groups = [
        security_group(
            ids.web_sg,
            "shop-web",
            vec![
                rule(8080, RulePeer::Group(ids.lb_sg.into()), "from the balancer"),
                rule(9100, RulePeer::Cidr4(ids.cidr.into()), "metrics"),
            ],
        ),
        security_group(ids.lb_sg, "shop-lb", vec![rule(443, RulePeer::Cidr4("0.0.0.0/0".into()), "")]),
    ];
    facts.security_groups = groups.into_iter().map(|group| (group.id.clone(), group)).collect();
    facts.target_groups.insert(target_group.arn.clone(), target_group);
    facts.load_balancers.insert(balancer.arn.clone(), balancer);
    facts.vpcs.insert(
        ids.vpc.into(),
        VpcFacts { id: ids.vpc.into(), cidr: ids.cidr.into(), tags: Tags::new(), subnets: vec![] },
    );
    facts.launch_templates.insert(
        "shop-web".into(),
        LaunchTemplateFacts {
            id: ids.template.into(),
            name: "shop-web".into(),
            version: 7,
            image_id: Some(ids.image.into()),
            instance_type: Some("m6i.large".into()),
            key_name: None,
            user_data: Some(encode(&SCRIPT.replace("us-east-1", ids.region))),
            instance_profile: Some("shop-web".into()),
            security_group_ids: vec![ids.web_sg.into()],
            associate_public_ip: None,
            block_devices: vec![BlockDevice {
                device_name: "/dev/xvda".into(),
                volume_size_gib: Some(40),
                volume_type: Some("gp3".into()),
                encrypted: Some(true),
                delete_on_termination: Some(true),
                ..BlockDevice::default()
            }],
            metadata_options: Some(MetadataOptions {
                http_tokens: Some("required".into()),
                http_put_response_hop_limit: Some(2),
                ..MetadataOptions::default()
            }),
            monitoring: Some(true),
            ebs_optimized: None,
            instance_tags: map([("App", "shop")]),
            volume_tags: Tags::new(),
        },
    );
    facts.groups.insert(
        "shop-web".into(),
        GroupFacts {
            name: "shop-web".into(),
            arn: String::new(),
            size: GroupSize { min: 4, max: 20, desired: 8 },
            launch_template: None,
            overrides: vec!["m6i.large".into(), "m5.large".into()],
            availability_zones: vec![],
            subnet_ids: vec![],
            target_group_arns: vec![ids.target_group.into()],
            health_check_type: "ELB".into(),
            health_check_grace_s: 120,
            default_cooldown_s: 300,
            termination_policies: vec!["Default".into()],
            suspended_processes: vec![],
            metrics_enabled: true,
            tags: map([("App", "shop"), ("CostCentre", "4711")]),
            instances: vec![],
        },
    );
    facts.images.insert(ids.image.into(), image(ids.image, "2026-11-18T09:00:00.000Z"));
    for (name, kind, value) in [
        ("/shop/prod/db/host", ParameterType::String, ParameterValue::Plain("orders.us-west-2.example".into())),
        ("/shop/prod/db/password", ParameterType::SecureString, ParameterValue::Secret("hmac:11aa".into())),
    ] {
        facts.parameters.insert(name.into(), parameter(name, kind, value));
    }
    facts
}

pub fn image(id: &str, created: &str) -> ImageFacts {
    ImageFacts {
        id: id.into(),
        name: "shop-web".into(),
        description: String::new(),
        architecture: "x86_64".into(),
        created: created.into(),
        state: ImageState::Available,
        root_device: None,
        snapshot_ids: vec![],
        encrypted: true,
        tags: Tags::new(),
    }
}

pub fn parameter(name: &str, kind: ParameterType, value: ParameterValue) -> ParameterFacts {
    ParameterFacts {
        name: name.into(),
        kind,
        tier: ParameterTier::Standard,
        value,
        version: 3,
        data_type: "text".into(),
        description: String::new(),
        allowed_pattern: None,
        key_id: None,
    }
}

fn production() -> SideFacts {
    facts(&Ids {
        side: SideName::Primary,
        region: "us-east-1",
        template: "lt-1",
        image: IMAGE,
        target_group: TG,
        balancer: LB,
        certificate: CERT,
        web_sg: "sg-web1",
        lb_sg: "sg-lb1",
        vpc: "vpc-1",
        cidr: "10.0.0.0/16",
    })
}

fn standby() -> SideFacts {
    let mut facts = facts(&Ids {
        side: SideName::Standby,
        region: "us-west-2",
        template: "lt-2",
        image: IMAGE_STANDBY,
        target_group: TG_STANDBY,
        balancer: LB_STANDBY,
        certificate: CERT_STANDBY,
        web_sg: "sg-web2",
        lb_sg: "sg-lb2",
        vpc: "vpc-2",
        cidr: "10.80.0.0/16",
    });
    if let Some(group) = facts.groups.get_mut("shop-web") {
        group.size = GroupSize { min: 2, max: 10, desired: 2 };
    }
    if let Some(image) = facts.images.get_mut(IMAGE_STANDBY) {
        image.tags = map([(SOURCE_IMAGE_TAG, IMAGE), (SOURCE_REGION_TAG, "us-east-1")]);
    }
    facts
}

fn rendered() -> Rendered {
    let counterpart = |primary: &str, part, logical_id: &str| {
        (primary.to_owned(), Counterpart { part, logical_id: logical_id.to_owned() })
    };
    Rendered {
        stacks: vec![
            stack(
                Part::Security,
                json!({
                    "WebSecurityGroup": {
                        "Type": "AWS::EC2::SecurityGroup",
                        "Properties": {
                            "GroupDescription": "shop-web",
                            "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 9100, "ToPort": 9100, "CidrIp": "10.80.0.0/16"}],
                            "Tags": [{"Key": "App", "Value": "shop"}, {"Key": "CostCentre", "Value": "4711"}],
                        },
                    },
                    "LbSecurityGroup": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "shop-lb"}},
                }),
                map([]),
                BTreeMap::new(),
            ),
            stack(
                Part::Edge,
                json!({
                    "WebTargetGroup": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"Port": 8080}},
                    "Shop": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Scheme": "internet-facing"}},
                }),
                map([]),
                BTreeMap::new(),
            ),
            stack(
                Part::Compute,
                json!({
                    "WebLaunchTemplate": {
                        "Type": "AWS::EC2::LaunchTemplate",
                        "Properties": {"LaunchTemplateData": {
                            "UserData": encode(&SCRIPT.replace("us-east-1", "us-west-2")),
                            "InstanceType": "m6i.large",
                        }},
                    },
                    "WebGroup": {
                        "Type": "AWS::AutoScaling::AutoScalingGroup",
                        "Properties": {"MinSize": {"Ref": "WebMin"}, "MaxSize": {"Ref": "WebMax"}, "HealthCheckType": "ELB"},
                    },
                }),
                map([("WebMin", "2"), ("WebMax", "10"), ("WebImage", "/lifeboat/shop/images/web")]),
                [(
                    "WebSecurityGroups".to_owned(),
                    Input::Resources { part: Part::Security, logical_ids: vec!["WebSecurityGroup".into()] },
                )]
                .into(),
            ),
        ],
        counterparts: [
            counterpart("sg-web1", Part::Security, "WebSecurityGroup"),
            counterpart("sg-lb1", Part::Security, "LbSecurityGroup"),
            counterpart(TG, Part::Edge, "WebTargetGroup"),
            counterpart(LB, Part::Edge, "Shop"),
        ]
        .into(),
        untranslated: vec![],
        notes: vec![],
    }
}

fn stack(
    part: Part,
    resources: Value,
    parameters: BTreeMap<String, String>,
    inputs: BTreeMap<String, Input>,
) -> RenderedStack {
    let body = serde_json::to_string_pretty(&json!({"Resources": resources})).expect("JSON") + "\n";
    RenderedStack {
        part,
        name: StackName::of("shop", part),
        digest: Digest::of_bytes(body.as_bytes()),
        body,
        parameters,
        inputs,
    }
}

/// The stack as it would be after deploying it.
fn deployed(rendered: &RenderedStack) -> DeployedStack {
    let template: Value = serde_json::from_str(&rendered.body).expect("JSON");
    let resources: Vec<StackResource> = template["Resources"]
        .as_object()
        .expect("resources")
        .iter()
        .map(|(logical_id, resource)| StackResource {
            logical_id: logical_id.clone(),
            physical_id: physical_id(logical_id).to_owned(),
            resource_type: resource["Type"].as_str().expect("a type").to_owned(),
            status: "CREATE_COMPLETE".into(),
            status_reason: None,
        })
        .collect();
    let in_sync = |resource: &StackResource| ResourceDrift {
        logical_id: resource.logical_id.clone(),
        physical_id: resource.physical_id.clone(),
        resource_type: resource.resource_type.clone(),
        status: DriftStatus::InSync,
        reason: None,
        differences: vec![],
    };
    let mut parameters = rendered.parameters.clone();
    let mut resolved_parameters = BTreeMap::new();
    if rendered.part == Part::Compute {
        parameters.insert("WebSecurityGroups".into(), "sg-web2".into());
        resolved_parameters.insert("WebImage".into(), IMAGE_STANDBY.into());
    }
    DeployedStack {
        facts: StackFacts {
            id: format!("arn:aws:cloudformation:us-west-2:111122223333:stack/{}/1", rendered.name),
            name: rendered.name.0.clone(),
            status: StackStatus("UPDATE_COMPLETE".into()),
            status_reason: None,
            parameters,
            resolved_parameters,
            outputs: BTreeMap::new(),
            tags: Tags::new(),
            updated_at: None,
            termination_protection: true,
        },
        template: rendered.body.clone(),
        drift: Ok(StackDrift { complete: true, reason: None, resources: resources.iter().map(in_sync).collect() }),
        resources,
    }
}

fn physical_id(logical_id: &str) -> &'static str {
    match logical_id {
        "WebSecurityGroup" => "sg-web2",
        "LbSecurityGroup" => "sg-lb2",
        "WebTargetGroup" => TG_STANDBY,
        "Shop" => LB_STANDBY,
        "WebLaunchTemplate" => "lt-2",
        "WebGroup" => "shop-web",
        _ => "",
    }
}
