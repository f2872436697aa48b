//! Tests of rendering as a whole.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::estate::{self, baseline, environment};
use super::*;
use crate::facts::{ParameterGroupFacts, RecordFacts};
use crate::model::{AccountId, DataKind, Network, Strategy, Switch};

fn rendered(environment: &Environment, footprint: Footprint) -> Rendered {
    render(environment, &baseline(), footprint, &Templates::embedded()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn body(rendered: &Rendered, part: Part) -> Value {
    let stack = rendered.stacks.iter().find(|stack| stack.part == part).expect("the stack is there");
    serde_json::from_str(&stack.body).expect("JSON")
}

fn snapshot(strategy: Strategy, footprint: Footprint) -> String {
    let rendered = rendered(&environment(strategy), footprint);
    let mut out = String::new();
    for stack in &rendered.stacks {
        out.push_str(&format!("==== {} ({:?}, {:#?})\n{}", stack.name, stack.parameters, stack.inputs, stack.body));
    }
    out
}

#[test]
fn golden_pilot_light() {
    insta::assert_snapshot!(snapshot(Strategy::PilotLight, Footprint::Standby));
}

#[test]
fn golden_warm_standby() {
    insta::assert_snapshot!(snapshot(Strategy::WarmStandby, Footprint::Standby));
}

#[test]
fn golden_multi_site() {
    insta::assert_snapshot!(snapshot(Strategy::MultiSite, Footprint::Standby));
}

#[test]
fn what_people_are_told() {
    let rendered = rendered(&environment(Strategy::WarmStandby), Footprint::Standby);
    let untranslated: Vec<String> = rendered
        .untranslated
        .iter()
        .map(|one| format!("{}\n  {}\n  {}", one.place, one.identifier, one.advice))
        .collect();
    insta::assert_snapshot!("untranslated", untranslated.join("\n"));
    insta::assert_snapshot!("notes", rendered.notes.join("\n"));
}

#[test]
fn sizes_follow_strategy_and_footprint() {
    for (strategy, footprint, expected) in [
        (Strategy::PilotLight, Footprint::Standby, [("0", "10"), ("0", "5"), ("0", "3")]),
        (Strategy::WarmStandby, Footprint::Standby, [("2", "10"), ("1", "5"), ("1", "3")]),
        (Strategy::WarmStandby, Footprint::Full, [("10", "10"), ("5", "5"), ("3", "3")]),
        (Strategy::MultiSite, Footprint::Standby, [("10", "10"), ("5", "5"), ("3", "3")]),
    ] {
        let rendered = rendered(&environment(strategy), footprint);
        let compute = rendered.stacks.last().expect("compute");
        for (tier, (min, max)) in ["Web", "Api", "Worker"].iter().zip(expected) {
            assert_eq!(compute.parameters[&format!("{tier}Min")], min, "{strategy} {footprint} {tier}");
            assert_eq!(compute.parameters[&format!("{tier}Max")], max, "{strategy} {footprint} {tier}");
        }
        assert!(!compute.body.contains("DesiredCapacity"));
        assert_eq!(compute.parameters["WebImage"], "/lifeboat/shop/images/web");
    }
}

#[test]
fn footprints_differ_in_sizes_only() {
    let standby = rendered(&environment(Strategy::PilotLight), Footprint::Standby);
    let full = rendered(&environment(Strategy::PilotLight), Footprint::Full);
    for (a, b) in standby.stacks.iter().zip(&full.stacks) {
        assert_eq!((&a.body, &a.inputs), (&b.body, &b.inputs), "{}", a.name);
    }
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let first = rendered(&environment(Strategy::MultiSite), Footprint::Full);
    assert_eq!(first, rendered(&environment(Strategy::MultiSite), Footprint::Full));
    let mut shuffled = baseline();
    for group in shuffled.facts.security_groups.values_mut() {
        group.ingress.reverse();
        group.egress.reverse();
    }
    for balancer in shuffled.facts.load_balancers.values_mut() {
        balancer.listeners.reverse();
    }
    let second = render(&environment(Strategy::MultiSite), &shuffled, Footprint::Full, &Templates::embedded());
    assert_eq!(second.as_ref(), Ok(&first));
}

#[test]
fn adding_a_tier_renames_nothing() {
    let mut more = environment(Strategy::WarmStandby);
    more.tiers.insert(0, estate::tier("aaa", 1, &[], None));
    let mut baseline = baseline();
    estate::add_tier(&mut baseline, "aaa", &[estate::SG_OFFICE], &[], &[], 4);
    let after = render(&more, &baseline, Footprint::Standby, &Templates::embedded()).expect("renders");
    let before = rendered(&environment(Strategy::WarmStandby), Footprint::Standby);
    let ids = |rendered: &Rendered, part: Part| -> BTreeSet<String> {
        body(rendered, part)["Resources"].as_object().expect("resources").keys().cloned().collect()
    };
    for part in Part::all(1) {
        assert!(ids(&before, part).is_subset(&ids(&after, part)), "{part}");
    }
    assert!(ids(&after, Part::COMPUTE).contains("AaaGroup"));
    for (id, counterpart) in &before.counterparts {
        assert_eq!(after.counterparts.get(id), Some(counterpart), "{id}");
    }
}

#[test]
fn counterparts_name_resources_that_are_there() {
    let rendered = rendered(&environment(Strategy::WarmStandby), Footprint::Standby);
    for (id, counterpart) in &rendered.counterparts {
        let resource = &body(&rendered, counterpart.part)["Resources"][&counterpart.logical_id];
        assert!(resource.is_object(), "{id} -> {counterpart:?}");
    }
    let of = |id: &str| rendered.counterparts.get(id).map(|one| one.logical_id.as_str());
    assert_eq!(of(estate::SG_WEB), Some("SgShopWeb"));
    assert_eq!(of("shop-web-0123.us-east-1.elb.amazonaws.com"), Some("LbShopWeb"));
    assert_eq!(of("shop-worker"), Some("WorkerGroup"));
    assert_eq!(of("lt-0a000000000000001"), Some("WebLaunchTemplate"));
    assert_eq!(of(estate::SG_OFFICE), None);
}

#[test]
fn user_data_is_inert_unless_it_must_name_a_standby_resource() {
    use base64::Engine as _;
    let rendered = rendered(&environment(Strategy::WarmStandby), Footprint::Standby);
    let compute = body(&rendered, Part::COMPUTE);
    let data = |tier: &str| {
        compute["Resources"][format!("{tier}LaunchTemplate")]["Properties"]["LaunchTemplateData"]["UserData"].clone()
    };
    let web = base64::engine::general_purpose::STANDARD.decode(data("Web").as_str().expect("base64")).expect("base64");
    let expected = estate::USER_DATA.replace("orders.cluster-x.us-east-1.rds.amazonaws.com", "orders.dr.example.com");
    assert_eq!(String::from_utf8(web).expect("text"), expected);
    assert_eq!(
        data("Api"),
        serde_json::json!({"Fn::Base64": {"Fn::Join": ["", [
            "#!/bin/sh\necho ", {"Ref": "SgShopWeb"}, " > /etc/peers\n"
        ]]}})
    );
}

#[test]
fn a_load_balancers_host_name_is_a_parameter_of_compute_only_where_it_is_used() {
    use base64::Engine as _;
    let mut baseline = baseline();
    let template = baseline.facts.launch_templates.get_mut("shop-worker").expect("the launch template");
    template.user_data = Some(
        base64::engine::general_purpose::STANDARD
            .encode("export API=http://shop-api-fedcba98.elb.us-east-1.amazonaws.com\n"),
    );
    let environment = environment(Strategy::WarmStandby);
    let rendered = render(&environment, &baseline, Footprint::Standby, &Templates::embedded()).expect("renders");
    let compute = rendered.stacks.iter().find(|stack| stack.part == Part::COMPUTE).expect("compute");
    let dns: Vec<(&String, &Input)> =
        compute.inputs.iter().filter(|(_, input)| matches!(input, Input::LoadBalancerDns { .. })).collect();
    let expected = Input::LoadBalancerDns { part: Part::Edge, logical_id: "LbShopApi985ba5".into() };
    assert_eq!(dns, [(&"DnsNameLbShopApi985ba5".to_owned(), &expected)]);
    let document = body(&rendered, Part::COMPUTE);
    assert_eq!(
        document["Parameters"]["DnsNameLbShopApi985ba5"],
        serde_json::json!({"Type": "String", "Description": "DNS name of LbShopApi985ba5"})
    );
    assert_eq!(
        document["Resources"]["WorkerLaunchTemplate"]["Properties"]["LaunchTemplateData"]["UserData"],
        serde_json::json!({"Fn::Base64": {"Fn::Join": ["", ["export API=http://", {"Ref": "DnsNameLbShopApi985ba5"}, "\n"]]}})
    );
    assert!(rendered.untranslated.iter().all(|one| !one.place.starts_with("worker/launch-template/user-data")));
    assert_eq!(counterparts(&environment, &baseline), rendered.counterparts);
}

#[test]
fn values_cannot_become_structure_or_references() {
    let mut baseline = baseline();
    let group = baseline.facts.groups.get_mut("shop-web").expect("the group");
    let nasty = [
        "'\"\n  Injected:\n    Type: AWS::IAM::User",
        "{\"Ref\": \"AWS::Region\"}",
        "!Ref AWS::Region",
        "${AWS::AccountId}",
        "{{json x}} {{#if y}}",
        "*anchor &anchor",
        "- a\n- b",
        "# comment",
        "no",
        "1e3",
        "~",
    ];
    for (i, value) in nasty.iter().enumerate() {
        group.tags.insert(format!("Nasty{i}"), (*value).to_owned());
    }
    let environment = environment(Strategy::WarmStandby);
    let rendered = render(&environment, &baseline, Footprint::Standby, &Templates::embedded()).expect("renders");
    let compute = body(&rendered, Part::COMPUTE);
    let tags = compute["Resources"]["WebGroup"]["Properties"]["Tags"].as_array().expect("tags");
    for (i, value) in nasty.iter().enumerate() {
        let tag = tags.iter().find(|tag| tag["Key"] == format!("Nasty{i}")).expect("the tag is there");
        assert_eq!(tag["Value"], *value);
    }
    assert_eq!(compute["Resources"].as_object().expect("resources").len(), 6);

    let group = baseline.facts.groups.get_mut("shop-web").expect("the group");
    group.tags.insert("Password".into(), "{{resolve:secretsmanager:shop:SecretString:password}}".into());
    group.tags.insert("{{resolve:ssm:/x}}".into(), "y".into());
    let error = render(&environment, &baseline, Footprint::Standby, &Templates::embedded()).expect_err("refused");
    insta::assert_snapshot!(error, @r"
    web/tags/Password: the value `{{resolve:secretsmanager:shop:SecretString:password}}` holds a CloudFormation dynamic reference, which would be resolved when the stack is deployed; change it in production or translate it with `map:`
    web/tags/{{resolve:ssm:/x}}: the value `{{resolve:ssm:/x}}` holds a CloudFormation dynamic reference, which would be resolved when the stack is deployed; change it in production or translate it with `map:`
    ");
}

#[test]
fn every_missing_fact_is_told_at_once() {
    let mut baseline = baseline();
    baseline.environment = "other".into();
    baseline.tiers.remove("web");
    baseline.capacity.remove("api");
    baseline.facts.launch_templates.remove("shop-worker");
    let error = render(&environment(Strategy::PilotLight), &baseline, Footprint::Standby, &Templates::embedded());
    insta::assert_snapshot!(error.expect_err("refused"), @r"
    baseline: it was recorded for environment other, not for shop; run `lifeboat baseline` with this environment
    tiers/api: the baseline holds no capacity basis for this tier; run `lifeboat baseline` again
    tiers/web: the baseline does not know this tier; run `lifeboat baseline` again
    tiers/worker: the baseline does not hold the launch template of group shop-worker; run `lifeboat baseline` again
    traffic/tier: tier web has no load balancer the record could name; name another tier with `traffic.tier`
    ");
    let error = render(&environment(Strategy::BackupAndRestore), &baseline, Footprint::Standby, &Templates::embedded());
    insta::assert_snapshot!(error.expect_err("refused"), @"strategy backup-and-restore has no templates yet: use pilot-light, warm-standby or multi-site, or wait for a later lifeboat");
}

#[test]
fn an_existing_network_has_literal_ids_and_no_stack() {
    let mut environment = environment(Strategy::WarmStandby);
    environment.network = Network::Existing {
        vpc_id: "vpc-0b000000000000001".into(),
        public_subnet_ids: vec!["subnet-0b000000000000001".into(), "subnet-0b000000000000002".into()],
        private_subnet_ids: vec!["subnet-0b000000000000003".into(), "subnet-0b000000000000004".into()],
    };
    let with_public = rendered(&environment, Footprint::Standby);
    let parts: Vec<Part> = with_public.stacks.iter().map(|stack| stack.part).collect();
    assert_eq!(parts, [Part::Security, Part::Data, Part::Edge, Part::COMPUTE]);
    assert_eq!(with_public.stacks[2].parameters["VpcId"], "vpc-0b000000000000001");
    assert_eq!(with_public.stacks[3].parameters["PrivateSubnets"], "subnet-0b000000000000003,subnet-0b000000000000004");
    // The blocks of a VPC we did not make are unknown.
    assert!(with_public.untranslated.iter().any(|one| one.identifier == "10.0.1.0/24"));

    let Network::Existing { public_subnet_ids, .. } = &mut environment.network else { unreachable!() };
    public_subnet_ids.clear();
    let error = render(&environment, &baseline(), Footprint::Standby, &Templates::embedded()).expect_err("refused");
    insta::assert_snapshot!(error, @"load-balancer/shop-web: it faces the internet, and `network` names no public subnets; add `public_subnet_ids`");
}

#[test]
fn what_the_map_names_is_used_and_not_made() {
    let mut environment = environment(Strategy::WarmStandby);
    for (from, to) in [
        (estate::SG_OFFICE, "sg-0c000000000000009"),
        (estate::SG_ALB, "sg-0c000000000000001"),
        ("pl-0a000000000000001", "pl-0c000000000000001"),
        ("prod-key", "dr-key"),
        ("snap-0a000000000000001", "snap-0c000000000000001"),
    ] {
        environment.map.insert(from.into(), to.into());
    }
    let rendered = rendered(&environment, Footprint::Standby);
    let security = body(&rendered, Part::Security);
    assert!(security["Resources"].get("SgShopAlb").is_none());
    let ingress = security["Resources"]["SgShopWeb"]["Properties"]["SecurityGroupIngress"].to_string();
    assert!(ingress.contains(r#""SourceSecurityGroupId":"sg-0c000000000000009""#), "{ingress}");
    assert!(ingress.contains(r#""SourceSecurityGroupId":"sg-0c000000000000001""#), "{ingress}");
    let compute = body(&rendered, Part::COMPUTE);
    let data = &compute["Resources"]["WebLaunchTemplate"]["Properties"]["LaunchTemplateData"];
    assert_eq!(data["KeyName"], "dr-key");
    assert_eq!(data["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"], "snap-0c000000000000001");
    let edge = body(&rendered, Part::Edge);
    let groups = &edge["Resources"]["LbShopWeb"]["Properties"]["SecurityGroups"];
    assert_eq!(groups, &serde_json::json!(["sg-0c000000000000001"]));
}

fn with_override(name: &str, edit: impl Fn(&str) -> String) -> Result<Rendered, RenderProblems> {
    let embedded = Templates::embedded();
    let (_, text) = embedded.iter().find(|(known, _)| *known == name).expect("a known template");
    let templates = Templates::with_overrides(BTreeMap::from([(name.to_owned(), edit(text))]))?;
    render(&environment(Strategy::WarmStandby), &baseline(), Footprint::Standby, &templates)
}

#[test]
fn overrides_are_told_what_is_wrong_and_where() {
    let group = "partials/group.yaml.hbs";
    let mut told = String::new();
    for (name, from, to) in [
        (group, "{{#if metrics}}", "{{#if metrix}}"),
        (group, "{{health_check_grace}}", "{{helth_check_grace}}"),
        (group, "{{#each instance_types}}", "{{#each instance_type}}"),
        (group, "{{json name}}", "{{jsn name}}"),
        (group, "{{json name}}", "{{tags}}"),
        (group, "{{json name}}", "{{environment}}"),
        (group, "{{json name}}", "{{launch_template.profil.name}}"),
        (group, "          Value: {{json Value}}", "          Value: {{Value}}"),
        (group, "{{#if metrics}}", "{{#if metrics"),
        (group, "{{#if metrics}}", "{{#if metrics}}{{/each}}"),
        (group, "      HealthCheckType:", "{{> partials/gruop}}\n      HealthCheckType:"),
        (group, "      HealthCheckType:", "{{> partials/launch-template}}{{> partials/group}}\n      HealthCheckType:"),
        (group, "      HealthCheckType:", "      Cooldown: 5\n      HealthCheckType:"),
        (group, "      HealthCheckType:", "   HealthCheckType:"),
        (group, "      HealthCheckType:", "      Context: '{{ resolve:ssm:/x}}'\n      HealthCheckType:"),
        (group, "!Ref PrivateSubnets", "!Ref PrivateSubnet"),
        (group, "!GetAtt {{id}}Launch", "!GetAtt {{id}}Lunch"),
        (group, "!Ref PrivateSubnets", "!Rfe PrivateSubnets"),
        (group, "    Properties:", "    DependsOn: {{id}}Group\n    Properties:"),
        ("warm-standby/compute.yaml.hbs", "Parameters:\n", "Parameters:\n  Colour: {Type: String}\n"),
        ("warm-standby/compute.yaml.hbs", "AWSTemplateFormatVersion: \"2010-09-09\"\n", "Resource: {}\n"),
    ] {
        let error = with_override(name, |text| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        })
        .expect_err(to);
        told.push_str(&format!("{to:?}\n  {}\n", error.to_string().replace('\n', "\n  ")));
    }
    insta::assert_snapshot!("overrides", told);
}

#[test]
fn dynamic_references_of_an_author_pass_untouched() {
    let rendered = with_override("partials/group.yaml.hbs", |text| {
        text.replacen("{{json name}}", "'{{resolve:ssm:/names/{{@root.environment}}/{{tier}}}}'", 1)
    })
    .unwrap_or_else(|problems| panic!("{problems}"));
    let compute = body(&rendered, Part::COMPUTE);
    let name = &compute["Resources"]["WebGroup"]["Properties"]["AutoScalingGroupName"];
    assert_eq!(name, "{{resolve:ssm:/names/shop/web}}");
}

#[test]
fn a_database_is_production_sized_in_the_full_footprint_only() {
    for (strategy, footprint, expected) in [
        (Strategy::PilotLight, Footprint::Standby, ["db.t4g.medium", "false"]),
        (Strategy::WarmStandby, Footprint::Standby, ["db.t4g.medium", "false"]),
        (Strategy::MultiSite, Footprint::Standby, ["db.t4g.medium", "true"]),
        (Strategy::PilotLight, Footprint::Full, ["db.r6g.large", "true"]),
        (Strategy::MultiSite, Footprint::Full, ["db.r6g.large", "true"]),
    ] {
        let rendered = rendered(&environment(strategy), footprint);
        let data = rendered.stacks.iter().find(|stack| stack.part == Part::Data).expect("the data stack");
        let found = ["OrdersClass", "OrdersMultiAz"].map(|name| data.parameters[name].as_str());
        assert_eq!(found, expected, "{strategy} {footprint}");
    }
    let mut unnamed = environment(Strategy::PilotLight);
    let DataKind::Rds(rds) = &mut unnamed.data[1].kind else { unreachable!() };
    rds.class = None;
    let rendered = rendered(&unnamed, Footprint::Standby);
    assert_eq!(rendered.stacks[2].parameters["OrdersClass"], "db.r6g.large");
}

#[test]
fn aws_own_parameter_groups_and_unencrypted_storage_leave_nothing_to_say() {
    let mut baseline = baseline();
    let database = baseline.facts.databases.get_mut("shop-orders").expect("the database");
    database.encrypted = false;
    database.storage_gb = 100;
    database.parameter_group =
        Some(ParameterGroupFacts { name: "default.postgres16".into(), ..ParameterGroupFacts::default() });
    let rendered = render(&environment(Strategy::PilotLight), &baseline, Footprint::Standby, &Templates::embedded())
        .expect("renders");
    let data = body(&rendered, Part::Data);
    let names: Vec<&String> = data["Resources"].as_object().expect("resources").keys().collect();
    assert_eq!(names, ["DatabaseSubnets", "OrdersDatabase"]);
    let properties = &data["Resources"]["OrdersDatabase"]["Properties"];
    for absent in ["KmsKeyId", "DBParameterGroupName", "Iops"] {
        assert!(properties.get(absent).is_none(), "{absent}");
    }
    assert!(rendered.notes.iter().any(|note| note.contains("`rds.key` is not used")), "{:?}", rendered.notes);
}

#[test]
fn what_aws_would_refuse_of_data_and_traffic_is_told_at_once() {
    let record = |set: Option<&str>, weight: Option<u8>| RecordFacts {
        name: "shop.example.com".into(),
        kind: "A".into(),
        set_identifier: set.map(str::to_owned),
        failover: None,
        weight,
        ttl_s: None,
        health_check_id: None,
        alias: None,
        values: vec![],
    };
    let mut environment = environment(Strategy::PilotLight);
    let DataKind::Rds(rds) = &mut environment.data[1].kind else { unreachable!() };
    rds.key = None;
    environment.standby.account = AccountId("444455556666".into());
    let mut baseline = baseline();
    baseline.facts.databases.get_mut("shop-orders").expect("the database").backup_retention_days = 0;
    baseline.facts.load_balancers.get_mut(estate::ALB).expect("the load balancer").zone_id = None;
    baseline.facts.records =
        vec![record(None, None), record(Some("blue"), Some(1)), record(Some("shop-primary"), None)];
    let told = |environment: &Environment, baseline: &crate::facts::Baseline| {
        render(environment, baseline, Footprint::Standby, &Templates::embedded()).expect_err("refused").to_string()
    };
    insta::assert_snapshot!(told(&environment, &baseline), @r"
    traffic/record: the baseline does not hold the hosted zone of load balancer shop-web; an earlier lifeboat recorded it: run `lifeboat baseline` to record a new one
    data/orders/rds: shop-orders belongs to account 111122223333, and RDS makes a read replica in its source's account only; take it away from `data`
    data/orders/rds/key: the storage of shop-orders is encrypted, and a KMS key works in one Region only; name a key of us-west-2 with `rds.key`, such as alias/shop-dr
    data/orders/rds/source: shop-orders keeps no automated backups, and RDS replicates only what has them; set its backup retention to a day or more, then run `lifeboat baseline` again
    traffic/record: zone Z0SHOPEXAMPLE already has a simple A record of that name, and Route 53 takes no pair beside it; let lifeboat have a name of its own, such as dr.shop.example.com, and make shop.example.com an alias of it, or delete that record when you provision and run `lifeboat baseline` again first
    traffic/record: zone Z0SHOPEXAMPLE already has the A record `blue` of that name, and Route 53 takes no pair beside it; let lifeboat have a name of its own, such as dr.shop.example.com, and make shop.example.com an alias of it, or delete that record when you provision and run `lifeboat baseline` again first
    ");
    baseline.facts.databases.clear();
    environment.traffic.as_mut().expect("traffic").tier = "worker".into();
    insta::assert_snapshot!(told(&environment, &baseline), @r"
    data/orders: the baseline does not hold database shop-orders; run `lifeboat baseline` again
    traffic/record: zone Z0SHOPEXAMPLE already has a simple A record of that name, and Route 53 takes no pair beside it; let lifeboat have a name of its own, such as dr.shop.example.com, and make shop.example.com an alias of it, or delete that record when you provision and run `lifeboat baseline` again first
    traffic/record: zone Z0SHOPEXAMPLE already has the A record `blue` of that name, and Route 53 takes no pair beside it; let lifeboat have a name of its own, such as dr.shop.example.com, and make shop.example.com an alias of it, or delete that record when you provision and run `lifeboat baseline` again first
    traffic/tier: tier worker has no load balancer the record could name; name another tier with `traffic.tier`
    ");
    let traffic = environment.traffic.as_mut().expect("traffic");
    traffic.tier = "api".into();
    traffic.switch = Switch::Failover { path: "/".into() };
    baseline.facts.records = vec![];
    baseline.facts.load_balancers.get_mut(estate::NLB).expect("the load balancer").zone_id = Some("Z1".into());
    insta::assert_snapshot!(told(&environment, &baseline), @r"
    data/orders: the baseline does not hold database shop-orders; run `lifeboat baseline` again
    traffic/switch: Route 53 checks health from outside, and load balancer shop_api does not face the internet; choose the switch `standby-takes-over`
    ");
}

#[test]
fn what_would_hide_the_object_that_moves_traffic_is_said() {
    let rendered = rendered(&environment(Strategy::PilotLight), Footprint::Standby);
    let told = rendered.notes.iter().find(|note| note.starts_with("traffic:")).expect("a note");
    insta::assert_snapshot!(told, @"traffic: health checkers read one object of shop-traffic-111122223333-us-west-2 without credentials; Block Public Access of the whole account 111122223333, or a policy of its organization, would keep them out and nobody would be led to the standby: see `aws s3control get-public-access-block --account-id 111122223333`");
}

#[test]
fn weighted_records_may_stand_beside_others_and_a_person_needs_none() {
    let mut baseline = baseline();
    baseline.facts.records = vec![RecordFacts {
        name: "shop.example.com".into(),
        kind: "A".into(),
        set_identifier: Some("blue".into()),
        failover: None,
        weight: Some(1),
        ttl_s: None,
        health_check_id: None,
        alias: None,
        values: vec![],
    }];
    let mut environment = environment(Strategy::MultiSite);
    let edge = |environment: &Environment| {
        let rendered = render(environment, &baseline, Footprint::Standby, &Templates::embedded()).expect("renders");
        body(&rendered, Part::Edge)["Resources"].as_object().expect("resources").keys().cloned().collect::<Vec<_>>()
    };
    let made = |environment: &Environment| edge(environment).into_iter().filter(|id| id.starts_with("Traffic")).count();
    assert_eq!(made(&environment), 2, "two records, no health check");
    environment.traffic.as_mut().expect("traffic").switch = Switch::Manual;
    assert_eq!(made(&environment), 0);
    environment.traffic = None;
    assert_eq!(made(&environment), 0);
}
