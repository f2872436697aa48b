//! Owns the cases of making a replica: from every point a run may have stopped at, with lost replies, and what is refused.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::cloud::CloudError;
use crate::facts::{DatabaseSettings, ParameterGroupFacts};
use crate::model::Region;
use crate::run::event::Recorded;

const ASIDE: &str = "shop-orders-before-r1";

/// The databases of one side. Orders show at the second look after they were given, as with RDS.
#[derive(Default)]
struct Rds {
    instances: Mutex<BTreeMap<String, DatabaseFacts>>,
    /// Orders that were taken, in words.
    orders: Mutex<Vec<String>>,
    /// How many orders are carried out though their replies are lost.
    lost: Mutex<u32>,
    /// How many orders get no further than a time-out.
    dropped: Mutex<u32>,
    looks: Mutex<u32>,
    /// Asked to stop while the look of that number, from 1, is under way.
    stops: Mutex<Option<(u32, crate::run::StopSwitch)>>,
    /// What that sets.
    stop: Option<Stop>,
}

fn error(kind: CloudErrorKind) -> CloudError {
    CloudError {
        kind,
        operation: "ModifyDBInstance".into(),
        side: None,
        region: Region("us-east-1".into()),
        code: None,
        message: "as the test wants".into(),
        request_id: None,
    }
}

impl Rds {
    fn with(instances: Vec<DatabaseFacts>) -> Self {
        let instances = instances.into_iter().map(|one| (one.id.clone(), one)).collect();
        Rds { instances: Mutex::new(instances), ..Rds::default() }
    }

    // The ports' error is what it is.
    #[allow(clippy::result_large_err)]
    fn order(&self, text: String, effect: impl FnOnce(&mut BTreeMap<String, DatabaseFacts>)) -> CloudResult<()> {
        let spent = |left: &Mutex<u32>| {
            let mut left = left.lock().expect("unpoisoned");
            let some = *left > 0;
            *left = left.saturating_sub(1);
            some
        };
        if spent(&self.dropped) {
            return Err(error(CloudErrorKind::Unreachable));
        }
        self.orders.lock().expect("unpoisoned").push(text);
        effect(&mut self.instances.lock().expect("unpoisoned"));
        if spent(&self.lost) { Err(error(CloudErrorKind::Unreachable)) } else { Ok(()) }
    }

    fn orders(&self) -> Vec<String> {
        self.orders.lock().expect("unpoisoned").clone()
    }
}

#[async_trait]
impl ReadDatabases for Rds {
    async fn databases(&self, _: &[String]) -> CloudResult<Vec<DatabaseFacts>> {
        Err(error(CloudErrorKind::Unsupported))
    }

    async fn all_databases(&self) -> CloudResult<Vec<DatabaseFacts>> {
        Err(error(CloudErrorKind::Unsupported))
    }

    async fn database(&self, id: &str) -> CloudResult<Option<DatabaseFacts>> {
        let mut instances = self.instances.lock().expect("unpoisoned");
        let answer = instances.get(id).cloned();
        let mut looks = self.looks.lock().expect("unpoisoned");
        *looks += 1;
        if let Some((at, switch)) = self.stops.lock().expect("unpoisoned").as_ref()
            && at == &*looks
        {
            switch.stop();
        }
        // Every tenth look finds things further on.
        if looks.is_multiple_of(10) {
            let waiting = ["creating", "backing-up", "rebooting"];
            for one in instances.values_mut().filter(|one| waiting.contains(&one.status.as_str())) {
                one.status = "available".into();
            }
        }
        Ok(answer)
    }
}

#[async_trait]
impl WriteDatabases for Rds {
    async fn promote(&self, _: &str, _: u32) -> CloudResult<()> {
        Err(error(CloudErrorKind::Unsupported))
    }

    async fn modify(&self, id: &str, change: &DatabaseChange) -> CloudResult<()> {
        if let Some(group) = change.parameter_group.clone() {
            return self.order(format!("set {id} {group}"), |instances| {
                let facts = instances.get_mut(id).expect("it was looked at");
                facts.parameter_group = Some(named(&group));
            });
        }
        let new = change.new_id.clone().expect("a rename");
        self.order(format!("rename {id} {new}"), |instances| {
            let mut facts = instances.remove(id).expect("it was looked at");
            (facts.id, facts.status) = (new.clone(), "rebooting".into());
            instances.insert(new.clone(), facts);
        })
    }

    async fn create_replica(&self, replica: &CreateReplica) -> CloudResult<()> {
        let given = replica.parameter_group.as_ref().map(|group| format!(" with {group}")).unwrap_or_default();
        let text = format!("create {} of {} as {}{given}", replica.id, replica.source_arn, replica.class);
        self.order(text, |instances| {
            let facts = DatabaseFacts {
                status: "creating".into(),
                source: Some(replica.source_arn.clone()),
                class: replica.class.clone(),
                subnet_group: replica.subnet_group.clone(),
                storage_type: replica.storage_type.clone(),
                iops: replica.iops,
                storage_throughput: replica.storage_throughput,
                max_storage_gb: replica.max_storage_gb,
                publicly_accessible: replica.publicly_accessible,
                settings: replica.settings.clone(),
                parameter_group: Some(named(replica.parameter_group.as_deref().unwrap_or("default.postgres16"))),
                ..database(&replica.id)
            };
            instances.insert(replica.id.clone(), facts);
        })
    }
}

fn named(group: &str) -> ParameterGroupFacts {
    ParameterGroupFacts { name: group.into(), ..ParameterGroupFacts::default() }
}

fn database(id: &str) -> DatabaseFacts {
    DatabaseFacts {
        id: id.into(),
        arn: format!("arn:aws:rds:us-west-2:1:db:{id}"),
        status: "available".into(),
        class: "db.r6g.large".into(),
        subnet_group: Some("shop-db".into()),
        backup_retention_days: 7,
        engine: "postgres".into(),
        parameter_group: Some(named("shop-pg16")),
        ..DatabaseFacts::default()
    }
}

fn standby() -> DatabaseFacts {
    database("shop-db")
}

fn old() -> DatabaseFacts {
    database("shop-orders")
}

fn renamed() -> DatabaseFacts {
    database(ASIDE)
}

fn replica(status: &str) -> DatabaseFacts {
    DatabaseFacts { source: Some(standby().arn), status: status.into(), ..old() }
}

/// As RDS makes one of PostgreSQL: with AWS's own parameters.
fn bare(status: &str) -> DatabaseFacts {
    DatabaseFacts { parameter_group: Some(named("default.postgres16")), ..replica(status) }
}

#[derive(Default)]
struct Minutes(Mutex<Timestamp>);

#[async_trait]
impl Clock for Minutes {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("unpoisoned")
    }

    async fn sleep(&self, length: Duration) {
        let mut now = self.0.lock().expect("unpoisoned");
        *now = now.checked_add(length).expect("in range");
    }
}

async fn reseed(primary: &Rds, there: DatabaseFacts) -> (Result<Look, ActError>, Result<Done, ActError>) {
    reseed_like(primary, there, None).await
}

async fn reseed_like(
    primary: &Rds,
    there: DatabaseFacts,
    like: Option<&ReplicaLike>,
) -> (Result<Look, ActError>, Result<Done, ActError>) {
    let (there, class) = (Rds::with(vec![there]), "db.m6g.large".to_owned());
    let (east, west) = (Region("us-east-1".to_owned()), Region("us-west-2".to_owned()));
    let order = Order {
        database: "shop-orders",
        source: "shop-db",
        aside: ASIDE,
        key: None,
        class: like.map(|_| &class),
        like,
        timeout: Duration::from_secs(3_600),
        here: primary,
        write: primary,
        there: &there,
        there_side: SideName::Standby,
        regions: (&east, &west),
    };
    let (look, stop) = (order.seen().await, primary.stop.clone().unwrap_or_else(Stop::never));
    (look, order.carry_out("reseed-home-orders", &Minutes::default(), &Recorded::default(), &stop).await)
}

const RENAME: &str = "rename shop-orders shop-orders-before-r1";
const SET: &str = "set shop-orders shop-pg16";
const CREATE: &str = "create shop-orders of arn:aws:rds:us-west-2:1:db:shop-db as db.r6g.large";

#[tokio::test]
async fn a_run_goes_on_from_wherever_it_stopped() {
    let cases: Vec<(Vec<DatabaseFacts>, &[&str])> = vec![
        (vec![old()], &[RENAME, CREATE, SET]),
        (vec![DatabaseFacts { status: "backing-up".into(), ..old() }], &[RENAME, CREATE, SET]),
        (vec![renamed()], &[CREATE, SET]),
        (vec![bare("creating"), renamed()], &[SET]),
        (vec![bare("available"), renamed()], &[SET]),
        (vec![replica("creating"), renamed()], &[]),
        (vec![replica("available"), renamed()], &[]),
    ];
    for (there, expected) in cases {
        let told = format!("{there:?}");
        let rds = Rds::with(there);
        let (look, done) = reseed(&rds, standby()).await;
        let ready = told.contains("arn:aws:rds:us-west-2:1:db:shop-db")
            && !told.contains("creating")
            && !told.contains("default.");
        assert_eq!(matches!(look, Ok(Look::AlreadySo(_))), ready, "{told}");
        let text = done.unwrap_or_else(|error| panic!("{told}: {error:?}")).text;
        assert_eq!(
            text,
            format!(
                "shop-orders is a replica of the standby's shop-db; left behind: {ASIDE}, for a person to delete once nobody needs it"
            )
        );
        assert_eq!(rds.orders(), expected, "{told}");
        let now = rds.instances.lock().expect("unpoisoned").clone();
        assert_eq!(now["shop-orders"].source.as_deref(), Some("arn:aws:rds:us-west-2:1:db:shop-db"));
        assert_eq!(now["shop-orders"].parameter_group, Some(named("shop-pg16")), "{told}");
        assert_eq!(now["shop-orders"].subnet_group.as_deref(), Some("shop-db"), "it has what was there before had");
        assert!(now.contains_key(ASIDE), "what was there before is kept");
    }
}

#[tokio::test]
async fn lost_replies_and_lost_orders_end_in_one_replica() {
    for (lost, dropped) in [(3, 0), (0, 3), (1, 1), (1, 2)] {
        let rds = Rds::with(vec![old()]);
        (*rds.lost.lock().expect("unpoisoned"), *rds.dropped.lock().expect("unpoisoned")) = (lost, dropped);
        let (_, done) = reseed(&rds, standby()).await;
        assert!(done.is_ok(), "{lost} {dropped}: {done:?}");
        assert_eq!(rds.orders(), [RENAME, CREATE, SET], "{lost} {dropped}");
    }
}

#[tokio::test]
async fn storage_and_address_are_as_they_were() {
    let settings = DatabaseSettings { iam_authentication: true, ..DatabaseSettings::default() };
    // RDS tells of 3,000 IOPS and 125 MiB/s of every gp3, and refuses them for small ones.
    for (kind, gib, iops, throughput, expected) in [
        ("io2", 200, 9_000, None, (Some(9_000), None)),
        ("gp3", 200, 3_000, Some(125), (None, None)),
        ("gp3", 400, 12_000, Some(500), (Some(12_000), Some(500))),
    ] {
        let before = DatabaseFacts {
            storage_type: Some(kind.into()),
            storage_gb: gib,
            iops: Some(iops),
            storage_throughput: throughput,
            max_storage_gb: Some(1_000),
            publicly_accessible: true,
            settings: Some(settings.clone()),
            ..renamed()
        };
        let rds = Rds::with(vec![before]);
        reseed(&rds, standby()).await.1.expect("made");
        let made = rds.instances.lock().expect("unpoisoned")["shop-orders"].clone();
        assert_eq!(made.storage_type.as_deref(), Some(kind));
        assert_eq!((made.iops, made.storage_throughput), expected, "{kind} {gib}");
        assert_eq!((made.max_storage_gb, made.publicly_accessible), (Some(1_000), true));
        assert_eq!(made.settings.as_ref(), Some(&settings), "who logs in with a token still can");
    }
}

#[tokio::test]
async fn a_parameter_group_goes_with_the_order_where_rds_takes_it_and_follows_elsewhere() {
    let with = "create shop-orders of arn:aws:rds:us-west-2:1:db:shop-db as db.r6g.large with shop-pg16";
    let cases: [(&str, &str, &[&str]); 6] = [
        ("postgres", "shop-pg16", &[CREATE, SET]),
        ("mariadb", "shop-pg16", &[CREATE, SET]),
        ("mysql", "shop-pg16", &[with]),
        ("oracle-ee", "shop-pg16", &[with]),
        ("db2-se", "shop-pg16", &[with]),
        ("postgres", "default.postgres15", &[CREATE]),
    ];
    for (engine, group, expected) in cases {
        let rds = Rds::with(vec![DatabaseFacts { parameter_group: Some(named(group)), ..renamed() }]);
        let (_, done) = reseed(&rds, DatabaseFacts { engine: engine.into(), ..standby() }).await;
        assert!(done.is_ok(), "{engine} {group}: {done:?}");
        assert_eq!(rds.orders(), expected, "{engine} {group}");
    }
}

#[tokio::test]
async fn where_nothing_was_there_it_is_made_as_the_plan_says() {
    let rds = Rds::with(vec![]);
    let (_, done) = reseed(&rds, standby()).await;
    let error = done.expect_err("nobody knows what it was");
    assert!(error.why[0].contains("neither shop-orders nor shop-orders-before-r1 is there"), "{error:?}");
    assert!(rds.orders().is_empty());
    let like = ReplicaLike { subnet_group: Some("shop-db".into()), ..ReplicaLike::default() };
    let (_, done) = reseed_like(&rds, standby(), Some(&like)).await;
    assert_eq!(done.expect("made").text, "shop-orders is a replica of the standby's shop-db");
    assert_eq!(rds.orders(), ["create shop-orders of arn:aws:rds:us-west-2:1:db:shop-db as db.m6g.large"]);
}

#[tokio::test]
async fn what_is_not_understood_is_left_alone() {
    let check = async |there: Vec<DatabaseFacts>, source: DatabaseFacts, expected: &str| {
        let rds = Rds::with(there);
        let (_, done) = reseed(&rds, source).await;
        let error = done.expect_err(expected);
        assert!(error.why.join(" ").contains(expected), "{expected}: {error:?}");
        assert!(!rds.orders().iter().any(|order| order.starts_with("create")), "{expected}");
        error
    };
    check(vec![old(), renamed()], standby(), "stands alone, and shop-orders-before-r1 is there too").await;
    check(vec![replica("failed"), renamed()], standby(), "the replica shop-orders is failed").await;
    let other = DatabaseFacts { source: Some("somebody-elses".into()), ..old() };
    check(vec![other], standby(), "is a replica of somebody-elses, not of shop-db").await;
    let of = DatabaseFacts { source: Some("x".into()), ..standby() };
    check(vec![renamed()], of, "is itself a replica of x").await;
    let bare = DatabaseFacts { backup_retention_days: 0, ..standby() };
    check(vec![renamed()], bare, "has no automated backups").await;
    check(vec![renamed()], database("another"), "the standby has no database shop-db").await;
    let busy = DatabaseFacts { status: "modifying".into(), ..standby() };
    let late = check(vec![renamed()], busy, "shop-db is not available yet").await;
    assert!(late.measures.aws_s >= 3_600.0, "a wait that failed says how long it was: {late:?}");
}

#[tokio::test]
async fn nothing_is_renamed_or_ordered_once_asked_to_stop_even_while_it_looks() {
    for (there, told) in [
        (old(), "shop-orders was not renamed; what was ordered goes on by itself"),
        (renamed(), "no replica of shop-db was ordered; what was ordered goes on by itself"),
    ] {
        let (switch, stop) = Stop::new();
        let mut rds = Rds::with(vec![there]);
        // The first two looks are those before the step acts, the next two its own.
        (rds.stops, rds.stop) = (Mutex::new(Some((4, switch))), Some(stop));
        let error = reseed(&rds, standby()).await.1.expect_err("asked to stop");
        assert!(error.interrupted, "{error:?}");
        assert_eq!(error.left_behind, [told]);
        assert!(rds.orders().is_empty(), "{:?}", rds.orders());
    }
}

#[tokio::test]
async fn nothing_is_renamed_before_the_source_is_known_to_take_writes() {
    let check = async |old: DatabaseFacts, source: DatabaseFacts, expected: &str| {
        let rds = Rds::with(vec![old]);
        let (_, done) = reseed(&rds, source).await;
        let error = done.expect_err(expected);
        assert!(error.why.join(" ").contains(expected), "{expected}: {error:?}");
        assert!(rds.orders().is_empty(), "{expected}: {:?}", rds.orders());
        assert!(rds.instances.lock().expect("unpoisoned").contains_key("shop-orders"), "{expected}");
        error
    };
    let stays = "shop-orders in the primary is left as it is: it may be the only one that takes writes";
    let of = DatabaseFacts { source: Some("x".into()), ..standby() };
    check(old(), of.clone(), "shop-db in the standby is itself a replica of x").await;
    check(old(), of, stays).await;
    check(old(), DatabaseFacts { backup_retention_days: 0, ..standby() }, "has no automated backups").await;
    check(old(), database("another"), "the standby has no database shop-db").await;
    let same = DatabaseFacts { arn: standby().arn, ..old() };
    check(same, standby(), "shop-db in the standby and shop-orders in the primary are one instance").await;
    let busy = DatabaseFacts { status: "stopped".into(), ..standby() };
    check(old(), busy, "shop-db is not available yet; nothing is renamed before").await;
}
