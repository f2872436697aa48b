//! Owns the cases of one bucket: who waits how long, and what throttles teach; time is passed in.

use super::*;

const PUBLISHED: Rate = Rate { burst: 100.0, refill: 10.0, growth: 1.0, published: true };
const ASSUMED: Rate = Rate { growth: 8.0, published: false, ..PUBLISHED };

fn seconds(s: f64) -> Duration {
    Duration::from_secs_f64(s)
}

/// AWS's side: a bucket of its own, which answers "too fast" when it is empty.
struct Service {
    burst: f64,
    refill: f64,
    tokens: f64,
    at: Duration,
}

impl Service {
    fn new(burst: f64, refill: f64) -> Self {
        Service { burst, refill, tokens: burst, at: Duration::ZERO }
    }

    fn meets(&mut self, now: Duration) -> Fared {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.refill).min(self.burst);
        self.at = now;
        if self.tokens < 1.0 {
            return Fared::Throttled;
        }
        self.tokens -= 1.0;
        Fared::Through
    }
}

/// So many calls of 50 ms each, made again when throttled; how long they take, and how many were throttled.
fn spend(rate: Rate, mut service: Service, calls: usize) -> (Duration, usize) {
    let trip = Duration::from_millis(50);
    let mut bucket = TokenBucket::new(rate, Duration::ZERO);
    let (mut now, mut left, mut throttled) = (Duration::ZERO, calls, 0);
    let mut under_way: std::collections::VecDeque<(Duration, Fared)> = Default::default();
    while left > 0 || !under_way.is_empty() {
        let turn = if left == 0 { Turn::WhenOneEnds } else { bucket.take(now) };
        let back = under_way.front().map(|(at, _)| *at);
        match (turn, back) {
            (Turn::Now, _) => {
                left -= 1;
                under_way.push_back((now + trip, service.meets(now + trip / 2)));
            }
            (Turn::After(wait), back) if back.is_none_or(|at| at > now + wait) => now += wait,
            (_, Some(at)) => {
                now = at;
                let (_, fared) = under_way.pop_front().expect("one is back");
                bucket.ended(fared, now);
                if fared == Fared::Throttled {
                    (left, throttled) = (left + 1, throttled + 1);
                }
            }
            (_, None) => panic!("nothing is under way and nothing may go"),
        }
    }
    (now, throttled)
}

fn check(what: &str, rate: Rate, service: Service, calls: usize, most_s: f64, most_throttled: usize) {
    let (took, throttled) = spend(rate, service, calls);
    assert!(took <= seconds(most_s), "{what}: {took:?}, at most {most_s} s");
    assert!(throttled <= most_throttled, "{what}: {throttled} throttled, at most {most_throttled}");
}

#[test]
fn calls_take_what_the_bucket_of_the_service_takes() {
    // The floor of n calls is (n - burst) / refill; 300 under 100 and 10/s is 20 s.
    check("a published rate that is right", PUBLISHED, Service::new(100.0, 10.0), 300, 20.2, 1);
    check("an assumed rate that is right", ASSUMED, Service::new(100.0, 10.0), 300, 20.4, PROBE + 4);
    check("half the assumed rate", ASSUMED, Service::new(50.0, 5.0), 300, 51.0, WINDOW + 14);
    check("six times what is assumed", ASSUMED, Service::new(600.0, 60.0), 2_000, 24.5, WINDOW + 20);
    // Without any bucket, 1000 calls are 10 windows of 100; to find that out takes the time of two more.
    check("no bucket at all", ASSUMED, Service::new(1e9, 1e9), 1_000, 0.6, 0);
    check("a published rate that others spend", PUBLISHED, Service::new(10.0, 5.0), 100, 19.5, WINDOW + 8);
}

#[test]
fn a_bucket_fills_no_further_than_its_burst() {
    let mut bucket = TokenBucket::new(Rate { burst: 2.0, refill: 2.0, ..PUBLISHED }, Duration::ZERO);
    let later = seconds(3600.0);
    assert_eq!([bucket.take(later), bucket.take(later)], [Turn::Now, Turn::Now]);
    assert_eq!(bucket.take(later), Turn::After(seconds(0.5)));
}

#[test]
fn throttles_at_the_same_time_are_one() {
    let mut bucket = TokenBucket::new(PUBLISHED, Duration::ZERO);
    for _ in 0..50 {
        bucket.ended(Fared::Throttled, seconds(1.0));
    }
    assert_eq!(bucket.take(seconds(1.0)), Turn::After(seconds(0.1)), "the bucket is empty and its refill believed");
    for s in 2..100 {
        bucket.ended(Fared::Throttled, seconds(f64::from(s)));
    }
    assert_eq!(bucket.take(seconds(99.0)), Turn::After(seconds(1.0)), "never below a tenth of the seeded rate");
}

#[test]
fn calls_that_go_through_bring_the_rate_back_and_only_assumed_rates_grow() {
    for (rate, expected) in [(PUBLISHED, 10.0), (ASSUMED, 80.0)] {
        let mut bucket = TokenBucket::new(rate, Duration::ZERO);
        bucket.ended(Fared::Throttled, Duration::ZERO);
        bucket.ended(Fared::Throttled, seconds(2.0));
        assert_eq!(bucket.refill, 1.0);
        for n in 0..1_000 {
            // At the same moment, so that the bucket stays empty.
            bucket.ended(Fared::Through, seconds(if n == 0 { 2.0 } else { 8.0 }));
            bucket.tokens = 0.0;
        }
        assert!((bucket.refill - expected).abs() < 0.2, "{} after all went through", bucket.refill);
    }
}

#[test]
fn idle_calls_do_not_raise_an_assumed_rate() {
    let mut bucket = TokenBucket::new(ASSUMED, Duration::ZERO);
    bucket.ended(Fared::Throttled, Duration::ZERO);
    for s in 10..100 {
        let now = seconds(f64::from(s));
        assert_eq!(bucket.take(now), Turn::Now);
        bucket.ended(Fared::Through, now);
    }
    assert_eq!(bucket.refill, 10.0);
}

#[test]
fn no_more_are_under_way_than_the_window_takes() {
    let mut bucket = TokenBucket::new(ASSUMED, Duration::ZERO);
    let taken = (0..200).filter(|_| bucket.take(Duration::ZERO) == Turn::Now).count();
    assert_eq!(taken, WINDOW);
    bucket.ended(Fared::Otherwise, Duration::ZERO);
    assert_eq!([bucket.take(Duration::ZERO), bucket.take(Duration::ZERO)], [Turn::Now, Turn::WhenOneEnds]);
}
