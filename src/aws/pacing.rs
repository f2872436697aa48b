//! Owns pacing: token buckets per account, Region and API, seeded from the documented rates, adaptive when throttled.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A published or assumed rate. AWS's are per account and Region and most can be raised; these are the defaults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    /// How many calls a full bucket holds.
    pub burst: f64,
    /// How many calls a second flow back.
    pub refill: f64,
    /// Up to how many times the refill may grow while calls go through: above one only where AWS publishes no rate.
    pub growth: f64,
}

impl Rate {
    const fn documented(burst: f64, refill: f64) -> Self {
        Rate { burst, refill, growth: 1.0 }
    }

    const fn assumed(burst: f64, refill: f64) -> Self {
        Rate { burst, refill, growth: 8.0 }
    }

    /// EC2 Describe calls that are filtered or paged (EC2 API throttling: 100 burst, 20/s, one bucket per action).
    pub const EC2_READ: Rate = Rate::documented(100.0, 20.0);
    /// EC2 calls that change something, where no other rate is stated (EC2 API throttling).
    pub const EC2_WRITE: Rate = Rate::documented(50.0, 5.0);
    /// EC2 DeregisterImage (EC2 API throttling).
    pub const EC2_DEREGISTER: Rate = Rate::documented(100.0, 5.0);
    /// EC2 CopyImage (EC2 API throttling).
    pub const EC2_COPY_IMAGE: Rate = Rate::documented(100.0, 1.0);
    /// EC2 CreateTags (EC2 API throttling).
    pub const EC2_TAGS: Rate = Rate::documented(100.0, 10.0);
    /// EC2 Auto Scaling: one bucket for all calls, not published; 100 and 10/s is an assumption.
    pub const AUTO_SCALING: Rate = Rate::assumed(100.0, 10.0);
    /// CloudFormation calls that change something, and those about change sets and drift (CloudFormation quotas).
    pub const CLOUDFORMATION: Rate = Rate::documented(2.0, 2.0);
    /// CloudFormation calls that look at stacks (CloudFormation quotas).
    pub const CLOUDFORMATION_READ: Rate = Rate::documented(10.0, 10.0);
    /// SSM GetParameter, GetParameters and GetParametersByPath together (SSM quotas: 40 a second).
    pub const SSM_GET: Rate = Rate::documented(40.0, 40.0);
    /// SSM PutParameter, DescribeParameters and DeleteParameter, each (SSM quotas: 3 a second).
    pub const SSM_SLOW: Rate = Rate::documented(3.0, 3.0);
    /// Elastic Load Balancing, account-wide (ELB API throttling; the page contradicts itself, this is its smaller figure).
    pub const LOAD_BALANCING: Rate = Rate::documented(40.0, 10.0);
    /// CloudWatch GetMetricData (CloudWatch quotas: 50 a second).
    pub const METRICS: Rate = Rate::documented(50.0, 50.0);
    /// RDS: not published; one bucket of 50 and 10/s for all calls is an assumption.
    pub const RDS: Rate = Rate::assumed(50.0, 10.0);
    /// Route 53, all calls of an account together (Route 53 API throttling: 50 burst, 10/s).
    pub const ROUTE_53: Rate = Rate::documented(50.0, 10.0);
    /// STS, S3 objects and DynamoDB descriptions at rates this program cannot reach.
    pub const AMPLE: Rate = Rate::assumed(500.0, 500.0);
}

/// The least part of its refill a throttled bucket falls to.
const FLOOR: f64 = 0.1;
/// What one cut leaves of the refill.
const CUT: f64 = 0.7;
/// One cut per so much time: calls already on their way tell nothing new.
const CUT_INTERVAL: Duration = Duration::from_secs(1);
/// What a call that went through while others queued gives back, as a part of the seeded refill.
const RECOVERY: f64 = 0.02;

/// One bucket as a value; times are counted from any fixed start.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TokenBucket {
    rate: Rate,
    refill: f64,
    tokens: f64,
    counted_at: Duration,
    cut_at: Option<Duration>,
}

impl TokenBucket {
    /// A full bucket.
    pub fn new(rate: Rate, now: Duration) -> Self {
        TokenBucket { rate, refill: rate.refill, tokens: rate.burst, counted_at: now, cut_at: None }
    }

    /// Takes a token and tells how long to wait for it: takers queue, because the bucket may owe tokens.
    pub fn take(&mut self, now: Duration) -> Duration {
        self.flow(now);
        self.tokens -= 1.0;
        if self.tokens >= 0.0 { Duration::ZERO } else { Duration::from_secs_f64(-self.tokens / self.refill) }
    }

    /// AWS said "too fast": its bucket is empty, and fills more slowly than believed.
    pub fn throttled(&mut self, now: Duration) {
        self.flow(now);
        if self.cut_at.is_some_and(|at| now.saturating_sub(at) < CUT_INTERVAL) {
            return;
        }
        self.cut_at = Some(now);
        self.tokens = self.tokens.min(0.0);
        self.refill = (self.refill * CUT).max(self.rate.refill * FLOOR);
    }

    /// A call went through: the refill creeps back, and beyond the seed where no rate is published.
    pub fn went_through(&mut self, now: Duration) {
        self.flow(now);
        if self.tokens < 1.0 {
            let most = self.rate.refill * self.rate.growth;
            self.refill = (self.refill + self.rate.refill * RECOVERY).min(most);
        }
    }

    fn flow(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.counted_at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.refill).min(self.rate.burst);
        self.counted_at = self.counted_at.max(now);
    }
}

/// Which bucket: the account and Region, the service, the bucket's name.
pub(super) type BucketKey = (String, &'static str, &'static str);

/// The buckets of one process.
#[derive(Debug)]
pub(super) struct Pacer {
    started: Instant,
    buckets: Mutex<HashMap<BucketKey, TokenBucket>>,
}

impl Default for Pacer {
    fn default() -> Self {
        Pacer { started: Instant::now(), buckets: Mutex::new(HashMap::new()) }
    }
}

impl Pacer {
    /// Returns when it is the caller's turn.
    pub async fn turn(&self, key: &BucketKey, rate: Rate) {
        let wait = self.with(key, rate, TokenBucket::take);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// Tells the bucket how a call fared.
    pub fn tell(&self, key: &BucketKey, rate: Rate, throttled: bool) {
        self.with(key, rate, if throttled { TokenBucket::throttled } else { TokenBucket::went_through });
    }

    fn with<T>(&self, key: &BucketKey, rate: Rate, act: impl FnOnce(&mut TokenBucket, Duration) -> T) -> T {
        let now = self.started.elapsed();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        act(buckets.entry(key.clone()).or_insert_with(|| TokenBucket::new(rate, now)), now)
    }
}

#[cfg(test)]
#[path = "pacing_tests.rs"]
mod tests;
