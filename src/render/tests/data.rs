//! Tests of the stacks of data and traffic: what is made, and what AWS would refuse.

use super::super::estate::{baseline, environment};
use super::super::*;
use super::{body, rendered};
use crate::facts::{ParameterGroupFacts, RecordFacts};
use crate::model::{AccountId, DataKind, Strategy, Switch};

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
fn a_database_is_run_as_production_s_and_what_cannot_be_is_named() {
    let made = |environment: &Environment, baseline: &crate::facts::Baseline| {
        let rendered = render(environment, baseline, Footprint::Standby, &Templates::embedded()).expect("renders");
        let notes: Vec<String> =
            rendered.notes.iter().filter(|note| note.starts_with("data/orders")).cloned().collect();
        (body(&rendered, Part::Data)["Resources"]["OrdersDatabase"]["Properties"].clone(), notes.join("\n"))
    };
    let mut environment = environment(Strategy::PilotLight);
    let mut baseline = baseline();
    let (properties, notes) = made(&environment, &baseline);
    let stated = [
        "EnableIAMDatabaseAuthentication",
        "EnableCloudwatchLogsExports",
        "CACertificateIdentifier",
        "CopyTagsToSnapshot",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "EnablePerformanceInsights",
        "PerformanceInsightsRetentionPeriod",
        "OptionGroupName",
        "MonitoringInterval",
        "MonitoringRoleArn",
        "PerformanceInsightsKMSKeyId",
    ];
    let values: Vec<String> = stated.iter().map(|name| format!("{name}: {}", properties[name])).collect();
    insta::assert_snapshot!(values.join("\n"), @r#"
    EnableIAMDatabaseAuthentication: true
    EnableCloudwatchLogsExports: ["postgresql","upgrade"]
    CACertificateIdentifier: "rds-ca-rsa2048-g1"
    CopyTagsToSnapshot: true
    PreferredBackupWindow: "03:10-03:40"
    PreferredMaintenanceWindow: "sun:05:00-sun:05:30"
    EnablePerformanceInsights: true
    PerformanceInsightsRetentionPeriod: 7
    OptionGroupName: "shop-options-dr"
    MonitoringInterval: 60
    MonitoringRoleArn: "arn:aws:iam::111122223333:role/rds-monitoring"
    PerformanceInsightsKMSKeyId: "arn:aws:kms:us-west-2:111122223333:key/insights"
    "#);
    assert_eq!(notes, "");
    // What only a person can translate.
    let settings = baseline.facts.databases["shop-orders"].settings.clone().expect("settings");
    let of_one_region = [settings.option_group, settings.monitoring_role, settings.performance_insights_key];
    of_one_region.iter().flatten().for_each(|name| drop(environment.map.remove(name)));
    let (properties, notes) = made(&environment, &baseline);
    assert!(stated[8..].iter().all(|name| properties.get(name).is_none()), "{properties}");
    insta::assert_snapshot!(notes, @r"
    data/orders: Performance Insights of the standby uses AWS's own key; where arn:aws:kms:us-east-1:111122223333:key/insights is a key of your own, add one of the standby to `map:`
    data/orders: not mirrored: enhanced monitoring, because nobody said which role writes it in us-west-2; nobody sees the standby's operating system: add arn:aws:iam::111122223333:role/rds-monitoring to `map:`, which may name itself
    data/orders: not mirrored: option group shop-options, because RDS copies none to another Region; the standby has AWS's own, without its options, and what relies on them fails there: make one like it in us-west-2 and add it to `map:`
    ");
    // An earlier lifeboat recorded nothing of it.
    baseline.facts.databases.get_mut("shop-orders").expect("the database").settings = None;
    let (properties, notes) = made(&environment, &baseline);
    assert!(properties.get(stated[0]).is_none() && properties["CopyTagsToSnapshot"] == true, "{properties}");
    insta::assert_snapshot!(notes, @"data/orders: not mirrored: how shop-orders is run (IAM authentication, option group, logs, monitoring, windows), because an earlier lifeboat recorded it; applications that log in with IAM would be refused: run `lifeboat baseline`");
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
