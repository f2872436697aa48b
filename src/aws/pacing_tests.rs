//! Owns the tests of taking turns: whose bucket, in which order, and how many at once.

use super::*;

const fn rate(burst: f64, refill: f64) -> Rate {
    Rate::documented(burst, refill)
}

fn key(region: &str) -> BucketKey {
    (format!("111122223333/{region}"), "ec2", "CopyImage")
}

#[tokio::test]
async fn buckets_are_apart_by_region_and_shared_by_name() {
    let pacer = Pacer::default();
    let rate = rate(1.0, 20.0);
    let (east, west) = (key("us-east-1"), key("us-west-2"));
    let began = Instant::now();
    pacer.turn(&east, rate, false).await.ended(Fared::Through);
    pacer.turn(&west, rate, false).await.ended(Fared::Through);
    assert!(began.elapsed() < Duration::from_millis(40), "two Regions do not wait for each other");
    pacer.turn(&east, rate, false).await.ended(Fared::Through);
    assert!(began.elapsed() >= Duration::from_millis(45), "the second call of one bucket waits for its token");
}

#[tokio::test]
async fn a_throttled_call_does_not_queue_behind_everybody_again() {
    let pacer = Pacer::default();
    let (key, rate) = (key("us-west-2"), rate(1.0, 50.0));
    pacer.turn(&key, rate, false).await.ended(Fared::Through);
    let order = Mutex::new(Vec::new());
    let call = async |name: &'static str, again| {
        let turn = pacer.turn(&key, rate, again).await;
        order.lock().expect("unpoisoned").push(name);
        turn.ended(Fared::Through);
    };
    tokio::join!(call("first", false), call("second", false), call("third", false), call("again", true));
    assert_eq!(*order.lock().expect("unpoisoned"), ["first", "again", "second", "third"]);
}

#[tokio::test]
async fn a_call_that_was_dropped_makes_room() {
    let pacer = Pacer::default();
    let (key, rate) = (key("us-west-2"), Rate::AMPLE);
    let mut turns = Vec::new();
    for _ in 0..crate::aws::bucket::WINDOW {
        turns.push(pacer.turn(&key, rate, false).await);
    }
    let more = pacer.turn(&key, rate, false);
    let mut more = std::pin::pin!(more);
    assert!(futures_util::poll!(more.as_mut()).is_pending(), "one too many is under way");
    turns.pop();
    let more = tokio::time::timeout(Duration::from_secs(5), more).await;
    assert!(more.is_ok(), "the place of a dropped call stays taken");
}
