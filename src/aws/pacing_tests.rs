//! Owns the tests of pacing decisions: waits, cuts and recovery, with time passed in.

use super::*;

fn seconds(s: f64) -> Duration {
    Duration::from_secs_f64(s)
}

#[test]
fn a_burst_is_free_and_then_the_refill_is_the_floor() {
    let mut bucket = TokenBucket::new(Rate::documented(100.0, 10.0), Duration::ZERO);
    let waits: Vec<Duration> = (0..300).map(|_| bucket.take(Duration::ZERO)).collect();
    assert!(waits[..100].iter().all(Duration::is_zero));
    // The floor of 300 calls under 100/10 is 20 s (limits: (n - burst) / refill).
    assert_eq!(waits[299], seconds(20.0));
    assert!(waits.is_sorted());
}

#[test]
fn a_bucket_fills_no_further_than_its_burst() {
    let mut bucket = TokenBucket::new(Rate::documented(2.0, 2.0), Duration::ZERO);
    let later = seconds(3600.0);
    assert_eq!([bucket.take(later), bucket.take(later)], [Duration::ZERO; 2]);
    assert_eq!(bucket.take(later), seconds(0.5));
}

#[test]
fn a_throttle_empties_the_bucket_and_cuts_once_per_second() {
    let mut bucket = TokenBucket::new(Rate::documented(100.0, 10.0), Duration::ZERO);
    for _ in 0..50 {
        bucket.throttled(seconds(1.0));
    }
    // One cut to 7 a second: the next taker waits for one token.
    assert_eq!(bucket.take(seconds(1.0)), seconds(1.0 / 7.0));
    for s in 2..100 {
        bucket.throttled(seconds(f64::from(s)));
    }
    let wait = bucket.take(seconds(99.0));
    assert!(wait <= seconds(1.0 + 1e-9), "never below a tenth of the seeded rate: {wait:?}");
}

#[test]
fn calls_that_go_through_bring_the_rate_back_and_only_assumed_rates_grow() {
    for (rate, expected) in [(Rate::documented(1.0, 10.0), 10.0), (Rate::assumed(1.0, 10.0), 80.0)] {
        let mut bucket = TokenBucket::new(rate, Duration::ZERO);
        bucket.throttled(Duration::ZERO);
        for _ in 0..1_000 {
            bucket.take(Duration::ZERO);
            bucket.went_through(Duration::ZERO);
        }
        assert_eq!(bucket.refill, expected);
    }
}

#[test]
fn idle_calls_do_not_raise_an_assumed_rate() {
    let mut bucket = TokenBucket::new(Rate::assumed(100.0, 10.0), Duration::ZERO);
    for s in 0..100 {
        let now = seconds(f64::from(s));
        bucket.take(now);
        bucket.went_through(now);
    }
    assert_eq!(bucket.refill, 10.0);
}

#[tokio::test]
async fn buckets_are_apart_by_region_and_shared_by_name() {
    let pacer = Pacer::default();
    let rate = Rate::documented(1.0, 20.0);
    let east = ("111122223333/us-east-1".to_owned(), "ec2", "CopyImage");
    let west = ("111122223333/us-west-2".to_owned(), "ec2", "CopyImage");
    let began = Instant::now();
    pacer.turn(&east, rate).await;
    pacer.turn(&west, rate).await;
    assert!(began.elapsed() < Duration::from_millis(40), "two Regions do not wait for each other");
    pacer.turn(&east, rate).await;
    assert!(began.elapsed() >= Duration::from_millis(45), "the second call of one bucket waits for its token");
}
