//! Owns the test that `declare` loses no write under a throttled API: the real binary, over HTTP, against a loopback server
//! that counts effects. How long it takes is measured by `benches/declare.rs`.

#[path = "support/estate.rs"]
mod estate;
#[path = "support/loopback.rs"]
mod loopback;
#[path = "support/loopback_estate.rs"]
mod loopback_estate;
#[path = "support/replay.rs"]
mod replay;

use std::time::Duration;

use loopback::Bucket;
use loopback_estate::{Declared, FULL, Fleet, names};

fn told(declared: &Declared) -> serde_json::Value {
    let output = &declared.output;
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {}", output.status, &err[err.len().saturating_sub(2_000)..]);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

async fn check(what: &str, count: usize, bucket: Option<Bucket>) -> loopback::Tally {
    let fleet = Fleet::new(count, Duration::from_millis(5), bucket).await;
    let told = told(&fleet.declare());
    let tally = fleet.server.tally();
    println!("{what}: {count} groups, {} calls, {} throttled", tally.calls(), tally.throttles());
    assert_eq!(fleet.server.others_than(FULL), Vec::<String>::new(), "{what}: groups without their size");
    let effects: Vec<(String, usize)> = names(count).into_iter().map(|name| (name, 1)).collect();
    assert_eq!(tally.effects.clone().into_iter().collect::<Vec<_>>(), effects, "{what}: each has its effect once");
    assert_eq!(tally.repeated, 0, "{what}: writes that were not needed");
    let steps = told["record"]["steps"].as_array().expect("steps");
    let failed: Vec<_> = steps.iter().filter(|step| !step["failure"].is_null()).collect();
    assert!(failed.is_empty(), "{what}: {failed:?}");
    assert!(steps.iter().all(|step| step["attempts"].as_u64() <= Some(1)), "{what}: a step was tried again");
    tally
}

#[tokio::test]
async fn three_hundred_groups_under_an_unknown_bucket_lose_no_write() {
    // The 20 s that 100 and 10/s would take are left to the benchmark.
    let tally = check("a bucket of 220 and 30/s", 300, Some(Bucket { burst: 220.0, refill: 30.0 })).await;
    assert!(tally.throttles() > 0, "the bucket was never empty: nothing was tested");
    assert!(tally.throttles() <= 80, "{} throttled: the pace was not learnt", tally.throttles());
    // One look for the plan, one after the writes, a hundred groups each.
    assert!(tally.of("DescribeAutoScalingGroups") <= 9, "{:?}", tally.carried_out);
}

#[tokio::test]
async fn a_bucket_far_smaller_than_believed_loses_no_write_either() {
    let tally = check("a bucket of 5 and 20/s", 60, Some(Bucket { burst: 5.0, refill: 20.0 })).await;
    assert!(tally.throttles() > 0, "the bucket was never empty: nothing was tested");
}
