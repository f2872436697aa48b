//! Tables, buckets and scheduled actions.

use super::bench::Bench;
use crate::cloud::CloudErrorKind;
use crate::facts::ScheduleFacts;
use crate::model::Region;

#[tokio::test]
async fn the_seed_has_data_that_replicates_by_itself() {
    let bench = Bench::shop().await;
    for (ports, other) in [(&bench.primary, "us-west-2"), (&bench.standby, "us-east-1")] {
        let table = ports.tables.table("shop-carts").await.expect("answers").expect("there");
        assert_eq!(table.status, "ACTIVE");
        assert_eq!(table.replicas.get(&Region(other.to_owned())).map(String::as_str), Some("ACTIVE"));
    }
    assert_eq!(bench.standby.tables.table("none").await, Ok(None));
    let source = bench.primary.buckets.bucket("shop-uploads").await.expect("answers").expect("there");
    assert!(source.versioned);
    assert_eq!(
        source.replicates_to.into_iter().collect::<Vec<_>>(),
        [("shop-uploads-dr".to_owned(), vec![String::new()])]
    );
    let copy = bench.standby.buckets.bucket("shop-uploads-dr").await.expect("answers").expect("there");
    assert!(copy.versioned && copy.replicates_to.is_empty());
    assert_eq!(bench.standby.buckets.bucket("shop-uploads").await, Ok(None), "buckets are of one Region");
    bench.faults("us-west-2", |faults| faults.dark = true);
    bench.standby.buckets.object_exists("shop-uploads-dr", "x").await.expect_err("dark");
}

#[tokio::test]
async fn the_seeds_database_is_where_its_parameter_says() {
    let bench = Bench::shop().await;
    let database = bench.primary.databases.databases(&["shop-orders".to_owned()]).await.expect("answers").remove(0);
    let host =
        bench.primary.parameters.parameters(&["/shop/prod/db/host".to_owned()]).await.expect("answers").remove(0);
    assert_eq!(database.endpoint.map(|endpoint| endpoint.host).as_deref(), Some(host.value.expose()));
    assert_eq!(
        (database.engine.as_str(), database.class.as_str(), database.multi_az, database.storage_type.as_deref()),
        ("postgres", "db.r6g.large", true, Some("gp3"))
    );
    assert_eq!(database.parameter_group.map(|group| group.parameters.len()), Some(3));
}

fn action(name: &str) -> ScheduleFacts {
    ScheduleFacts {
        name: name.to_owned(),
        recurrence: Some("0 8 * * *".to_owned()),
        time_zone: None,
        start: None,
        end: None,
        min: Some(1),
        max: None,
        desired: Some(2),
    }
}

#[tokio::test]
async fn scheduled_actions_are_put_told_and_deleted() {
    let bench = Bench::shop().await;
    let write = bench.write_primary().await;
    let groups = ["shop-web".to_owned(), "shop-worker".to_owned(), "shop-api".to_owned()];
    let look = || async { bench.primary.schedules.schedules(&groups).await.expect("answers") };
    assert_eq!(look().await.keys().collect::<Vec<_>>(), ["shop-worker"], "only groups that have any");
    let many: Vec<ScheduleFacts> = (0..60).map(|n| action(&format!("a{n:02}"))).collect();
    write.schedules.put_schedules("shop-web", &many).await.expect("puts");
    let changed = ScheduleFacts { desired: Some(5), ..action("a00") };
    write.schedules.put_schedules("shop-web", std::slice::from_ref(&changed)).await.expect("replaces");
    let told = look().await;
    assert_eq!((told["shop-web"].len(), &told["shop-web"][0]), (60, &changed));
    assert_eq!(bench.state().calls("us-east-1", "BatchPutScheduledUpdateGroupAction"), 3, "50 a call");
    let names: Vec<String> = many.iter().map(|action| action.name.clone()).collect();
    write.schedules.delete_schedules("shop-web", &names).await.expect("deletes");
    write.schedules.delete_schedules("shop-web", &names).await.expect("deleted already");
    assert!(!look().await.contains_key("shop-web"));
    let missing = write.schedules.put_schedules("nobody", &many).await.expect_err("no group");
    assert_eq!(missing.kind, CloudErrorKind::NotFound);
    let crowd: Vec<ScheduleFacts> = (0..126).map(|n| action(&format!("b{n:03}"))).collect();
    let full = write.schedules.put_schedules("shop-web", &crowd).await.expect_err("125 at most");
    assert_eq!(full.kind, CloudErrorKind::Limit);
}
