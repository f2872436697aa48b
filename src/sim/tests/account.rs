//! The account itself: its clock, its faults, its file.

use std::time::Duration;

use super::bench::{Bench, side};
use crate::cloud::{Cloud, CloudErrorKind};
use crate::model::{GroupSize, SideName};
use crate::sim::seed::{START, shop};
use crate::sim::{SimCloud, SimError};

#[tokio::test]
async fn sleepers_that_start_together_move_the_clock_once() {
    let bench = Bench::shop().await;
    let start = bench.clock.now();
    let sleeps = (0..5).map(|_| bench.clock.sleep(Duration::from_secs(30)));
    futures_util::future::join_all(sleeps).await;
    assert_eq!(bench.clock.now().duration_since(start).as_secs(), 30);
    bench.clock.sleep(Duration::from_secs(30)).await;
    assert_eq!(bench.clock.now().duration_since(start).as_secs(), 60);
}

#[tokio::test]
async fn calls_take_a_round_trip_and_calls_made_together_take_one() {
    let bench = Bench::shop().await;
    let start = bench.clock.now();
    bench.primary.network.zones().await.expect("answers");
    assert_eq!(bench.clock.now().duration_since(start).as_millis(), 50);
    let start = bench.clock.now();
    let calls = (0..20).map(|_| bench.primary.network.zones());
    futures_util::future::join_all(calls).await;
    assert_eq!(bench.clock.now().duration_since(start).as_millis(), 50);
    assert_eq!(bench.state().calls("us-east-1", "DescribeAvailabilityZones"), 21);
}

#[tokio::test]
async fn a_dark_region_answers_nothing_and_costs_no_time() {
    let bench = Bench::shop().await;
    bench.faults("us-east-1", |faults| faults.dark = true);
    let start = bench.clock.now();
    let error = bench.primary.groups.all_groups().await.expect_err("dark");
    assert_eq!((error.kind, error.request_id), (CloudErrorKind::Unreachable, None));
    assert_eq!(bench.clock.now(), start);
    bench.standby.groups.all_groups().await.expect("the other Region is well");
}

#[tokio::test]
async fn throttles_denials_and_lost_replies() {
    let bench = Bench::shop().await;
    let write = bench.write_primary().await;
    bench.faults("us-east-1", |faults| {
        faults.throttle = 14;
        faults.deny.insert("StartInstanceRefresh".to_owned());
        faults.lost_reply.insert("UpdateAutoScalingGroup".to_owned());
    });
    // Twelve attempts are throttled, then two more and the bucket has refilled.
    let error = bench.primary.groups.all_groups().await.expect_err("throttled");
    assert_eq!((error.kind, error.code.as_deref()), (CloudErrorKind::Throttled, Some("Throttling")));
    bench.primary.groups.all_groups().await.expect("the bucket has refilled");
    assert_eq!(write.groups.start_refresh("shop-web").await.expect_err("denied").kind, CloudErrorKind::Denied);
    let size = GroupSize { min: 4, max: 12, desired: 9 };
    let lost = write.groups.set_size("shop-web", size).await.expect_err("the answer is lost");
    assert_eq!((lost.kind, lost.kind.no_effect()), (CloudErrorKind::Unreachable, false));
    let group = bench.primary.groups.groups(&["shop-web".to_owned()]).await.expect("answers").remove(0);
    assert_eq!(group.size, size, "the effect happened");
    write.groups.set_size("shop-web", size).await.expect("only one answer is lost");
}

#[tokio::test]
async fn another_change_is_met_and_outlasted() {
    let bench = Bench::shop().await;
    let write = bench.write_primary().await;
    let size = GroupSize { min: 4, max: 12, desired: 9 };
    let group = || async { bench.primary.groups.groups(&["shop-web".to_owned()]).await.expect("answers").remove(0) };
    let before = group().await.size;
    bench.faults("us-east-1", |faults| {
        faults.busy.insert("UpdateAutoScalingGroup".to_owned(), 14);
    });
    let met = write.groups.set_size("shop-web", size).await.expect_err("twelve times");
    assert_eq!((met.kind, met.code.as_deref()), (CloudErrorKind::Busy, Some("ResourceContention")));
    assert!(met.kind.may_retry() && met.kind.no_effect());
    assert_eq!(group().await.size, before, "nothing was done");
    write.groups.set_size("shop-web", size).await.expect("the other change is over");
    assert_eq!(group().await.size, size);
}

#[test]
fn a_missing_or_foreign_file_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    let missing = SimCloud::open(&path).err().expect("nothing there");
    assert!(matches!(missing, SimError::Missing { .. }));
    assert!(missing.to_string().contains("lifeboat sim seed"), "{missing}");
    std::fs::write(&path, "{}").expect("writes");
    let foreign = SimCloud::open(&path).err().expect("not an account");
    assert!(foreign.to_string().contains("lifeboat sim seed --force"), "{foreign}");
}

#[tokio::test]
async fn what_is_done_outlives_the_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/sim.json");
    let first = Bench::of(SimCloud::create(&path, shop(START).expect("fits")).expect("creates")).await;
    let second = Bench::of(SimCloud::open(&path).expect("opens")).await;
    let size = GroupSize { min: 4, max: 12, desired: 11 };
    first.write_primary().await.groups.set_size("shop-web", size).await.expect("resizes");
    let seen = second.primary.groups.groups(&["shop-web".to_owned()]).await.expect("answers").remove(0);
    assert_eq!(seen.size, size, "the other process sees it");
    second.wait(3600).await;
    assert_eq!(first.clock.now(), second.clock.now(), "one clock");
    assert_eq!(SimCloud::open(&path).expect("opens").snapshot().expect("reads"), first.state());
}

#[test]
fn writers_do_not_lose_each_others_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    SimCloud::create(&path, shop(START).expect("fits")).expect("creates");
    std::thread::scope(|scope| {
        for n in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let cloud = SimCloud::open(path).expect("opens");
                for i in 0..10 {
                    cloud.edit(|state| state.instance_profiles.insert(format!("{n}-{i}"))).expect("edits");
                }
            });
        }
    });
    let state = SimCloud::open(&path).and_then(|cloud| cloud.snapshot()).expect("reads");
    assert_eq!(state.instance_profiles.len(), 3 + 40);
}

#[tokio::test]
async fn the_same_calls_give_the_same_account() {
    let run = || async {
        let bench = Bench::estate().await;
        bench.write.groups.set_size("shop-web", GroupSize { min: 5, max: 10, desired: 5 }).await.expect("resizes");
        bench.wait(100).await;
        serde_json::to_string(&bench.state()).expect("serialises")
    };
    assert_eq!(run().await, run().await);
}

#[tokio::test]
async fn a_role_is_who_we_are() {
    let cloud = SimCloud::in_memory(shop(START).expect("fits"));
    let mut settings = side("us-west-2");
    settings.role_arn = Some("arn:aws:iam::444455556666:role/dr/operator".to_owned());
    let ports = cloud.read(SideName::Standby, &settings).await.expect("opens");
    let caller = ports.identity.caller().await.expect("answers");
    assert_eq!(caller.account.as_str(), "444455556666");
    assert_eq!(caller.arn, "arn:aws:sts::444455556666:assumed-role/operator/lifeboat");
}
