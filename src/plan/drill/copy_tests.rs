//! Owns the cases of copying data in a drill: the steps beside the tiers, and every reason why something is not copied.

use super::*;
use crate::facts::{CopyLike, ParameterGroupFacts};
use crate::model::{BucketData, DataKind, RdsData, SideName, TableData};
use crate::plan::declare::tests::{baseline, declaration, environment, groups, lines};
use crate::plan::declare::{PastTimes, StandbySeen};
use crate::plan::drill::{DrillInput, DrillRefusal, plan_drill};
use crate::plan::runbook::{Action, Mode, Runbook, Untouched};
use crate::plan::scale::ScaleTarget;

fn rds(name: &str) -> DataSet {
    let rds = RdsData { source: format!("prod-{name}"), key: None, class: None, endpoint_parameter: None };
    DataSet { name: name.to_owned(), kind: DataKind::Rds(rds) }
}

fn table(name: &str) -> DataSet {
    DataSet { name: name.to_owned(), kind: DataKind::Dynamodb(TableData { table: name.to_owned() }) }
}

fn bucket(name: &str) -> DataSet {
    let kind = DataKind::S3(BucketData { bucket: name.to_owned(), replica: format!("{name}-dr") });
    DataSet { name: name.to_owned(), kind }
}

fn replica(data: &str, engine: &str) -> DatabaseFacts {
    DatabaseFacts {
        id: format!("shop-{data}"),
        engine: engine.to_owned(),
        class: "db.t4g.medium".into(),
        storage_gb: 100,
        storage_type: Some("gp3".into()),
        encrypted: true,
        kms_key: Some("dr".into()),
        source: Some("prod".into()),
        subnet_group: Some("shop-data".into()),
        security_group_ids: vec!["sg-1".into()],
        parameter_group: Some(ParameterGroupFacts { name: "shop-pg16".into(), ..ParameterGroupFacts::default() }),
        multi_az: true,
        deletion_protection: true,
        ..DatabaseFacts::default()
    }
}

fn planned(data: Vec<DataSet>, standby: Vec<DatabaseFacts>, wanted: &[&str]) -> Result<Runbook, DrillRefusal> {
    let environment = Environment { data, ..environment() };
    let databases = standby.into_iter().map(|one| (one.id.clone(), one)).collect();
    let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
    plan_drill(&DrillInput {
        environment: &environment,
        baseline: &baseline(),
        groups: &groups(2),
        declared_in: None,
        untouched: &Untouched::default(),
        volumes: &Ok(vec![]),
        standby_serves: &[],
        declaration: declaration(Mode::Ungraceful),
        target: ScaleTarget::Full,
        accept_percent: 5,
        timeout_s: 600,
        seen: StandbySeen::default(),
        past: PastTimes::default(),
        copy: Some(CopyInput { wanted: &wanted, databases: &databases }),
    })
}

#[test]
fn copies_are_made_beside_the_tiers_and_removed_whatever_came_of_them() {
    let runbook = planned(vec![rds("orders"), table("carts")], vec![replica("orders", "postgres")], &[]);
    let runbook = runbook.expect("a plan");
    insta::assert_snapshot!(lines(&runbook), @r"
    scale-api <- [] 1s
    scale-worker <- [] 1s
    await-api <- [scale-api] 90s
    await-worker <- [scale-worker] 90s
    scale-web <- [await-api await-worker] 1s
    await-web <- [scale-web] 120s
    snapshot-orders <- [] 300s
    restore-orders <- [snapshot-orders] 600s
    verify-orders <- [restore-orders] 1s
    stand-down-api <- [await-api await-web await-worker] 1s
    stand-down-worker <- [await-api await-web await-worker] 1s
    stand-down-web <- [await-api await-web await-worker] 1s
    remove-copy-orders <- [verify-orders] 300s
    remove-snapshot-orders <- [remove-copy-orders] 5s
    prove-clean <- [remove-copy-orders remove-snapshot-orders stand-down-api stand-down-web stand-down-worker] 60s
    report <- [prove-clean] 1s
    ");
    for step in &runbook.steps {
        let may_fail = matches!(
            step.action,
            Action::AwaitServing { .. }
                | Action::SnapshotDatabase { .. }
                | Action::RestoreCopy { .. }
                | Action::VerifyCopy { .. }
        );
        assert_eq!(step.best_effort, may_fail, "{}", step.id);
        assert!(!step.sides.contains(&SideName::Primary), "{} needs the primary", step.id);
    }
    let up = crate::plan::runbook::timeline(&runbook).recovered_s(&runbook);
    assert_eq!(up, 90 + 1 + 1 + 120, "the time the standby needs is not that of the copy");
}

#[test]
fn a_copy_has_what_the_replica_has_and_is_meant_to_be_deleted() {
    let standby = || vec![replica("orders", "postgres"), replica("bills", "mysql")];
    let runbook = planned(vec![rds("orders"), rds("bills")], standby(), &["bills"]).expect("a plan");
    assert!(runbook.step(&restore_id("orders")).is_none(), "only what was named");
    let restore = runbook.step(&restore_id("bills")).expect("a step");
    let Action::RestoreCopy { copy, like, .. } = &restore.action else { panic!("{:?}", restore.action) };
    assert_eq!((copy.database().as_str(), copy.run.as_str()), ("shop-bills", runbook.id.as_str()));
    assert_eq!(*like, CopyLike::from(&replica("bills", "mysql")));
    let proof = runbook.steps.iter().find_map(|step| match &step.action {
        Action::ProveClean { copies, .. } => Some(copies.clone()),
        _ => None,
    });
    assert_eq!(proof, Some(vec![copy.clone()]));
}

#[test]
fn what_cannot_be_copied_is_told_all_at_once() {
    let sources = |data: Vec<DataSet>, standby: Vec<DatabaseFacts>, wanted: &[&str]| {
        let refusal = planned(data, standby, wanted).expect_err("refused");
        let DrillRefusal::Copy(problems) = refusal else { panic!("{refusal}") };
        problems.iter().map(|one| format!("{} {one}", if one.is_usage() { "usage:" } else { "standby:" })).collect()
    };
    let postgres = || vec![replica("orders", "postgres")];
    let rows: [Vec<String>; 5] = [
        sources(vec![], vec![], &[]),
        sources(vec![table("carts"), bucket("uploads")], vec![], &[]),
        sources(vec![rds("orders"), table("carts")], postgres(), &["carts", "order"]),
        sources(vec![rds("orders")], vec![], &[]),
        sources(
            vec![rds("orders"), rds("old"), rds("big"), rds("db2")],
            vec![
                replica("orders", "postgres"),
                replica("old", "sqlserver-ee"),
                replica("big", "oracle-ee"),
                replica("db2", "db2-se"),
            ],
            &[],
        ),
    ];
    insta::assert_snapshot!(rows.concat().join("\n"), @r"
    usage: shop has no RDS database, so there is nothing to copy
    usage: shop has no RDS database to copy: carts is a DynamoDB global table: it is not copied, because there is nothing to restore; uploads is a bucket that S3 replicates: it is not copied, because there is nothing to restore
    usage: carts is a DynamoDB global table: it is not copied, because there is nothing to restore
    usage: the environment has no data called `order`; did you mean `orders`?
    standby: orders: the standby has no database shop-orders; `lifeboat provision` makes it
    standby: shop-old is a replica of sqlserver-ee, and RDS takes no snapshots of those
    standby: shop-big is a replica of oracle-ee without automated backups, and RDS takes no snapshot of such a one; switch them on: aws rds modify-db-instance --region us-west-2 --db-instance-identifier shop-big --backup-retention-period 1 --apply-immediately
    standby: shop-db2 is a replica of db2-se without automated backups, and RDS takes no snapshot of such a one; switch them on: aws rds modify-db-instance --region us-west-2 --db-instance-identifier shop-db2 --backup-retention-period 1 --apply-immediately
    ");
}

#[test]
fn engines_that_need_backups_are_copied_where_they_have_them_or_stand_alone() {
    for (engine, days, alone, may) in [
        ("oracle-ee", 0, false, false),
        ("oracle-ee", 1, false, true),
        ("oracle-ee", 0, true, true),
        ("sqlserver-ee", 7, false, false),
        ("sqlserver-se", 7, true, true),
        ("mariadb", 0, false, true),
        ("postgres", 0, false, true),
    ] {
        let mut one = DatabaseFacts { backup_retention_days: days, ..replica("orders", engine) };
        one.source = one.source.filter(|_| !alone);
        assert_eq!(planned(vec![rds("orders")], vec![one], &[]).is_ok(), may, "{engine} {days} {alone}");
    }
}
