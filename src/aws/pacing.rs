//! Owns pacing: whose turn it is to call, by token buckets per account, Region and API, seeded from the documented rates.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::bucket::{Fared, TokenBucket, Turn};

/// A published or assumed rate. AWS's are per account and Region and most can be raised; these are the defaults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    /// How many calls a full bucket holds.
    pub burst: f64,
    /// How many calls a second flow back.
    pub refill: f64,
    /// Up to how many times the refill may grow while calls go through: above one only where AWS publishes no rate.
    pub growth: f64,
    /// Whether AWS publishes it. One it does not publish holds nothing back until AWS has said "too fast" once.
    pub published: bool,
}

impl Rate {
    const fn documented(burst: f64, refill: f64) -> Self {
        Rate { burst, refill, growth: 1.0, published: true }
    }

    const fn assumed(burst: f64, refill: f64) -> Self {
        Rate { burst, refill, growth: 8.0, published: false }
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
    /// EventBridge calls about rules: not published; one bucket of 50 and 10/s for all of them is an assumption.
    pub const EVENTBRIDGE: Rate = Rate::assumed(50.0, 10.0);
    /// Lambda's control plane, all calls together (Lambda quotas: 15 requests per second, not adjustable).
    pub const LAMBDA: Rate = Rate::documented(15.0, 15.0);
    /// STS, S3 objects and DynamoDB descriptions at rates this program cannot reach.
    pub const AMPLE: Rate = Rate::assumed(500.0, 500.0);
}

/// Which bucket: the account and Region, the service, the bucket's name.
pub(super) type BucketKey = (String, &'static str, &'static str);

/// The buckets of one process.
#[derive(Debug)]
pub(super) struct Pacer {
    started: Instant,
    lanes: Mutex<HashMap<BucketKey, Arc<Lane>>>,
}

impl Default for Pacer {
    fn default() -> Self {
        Pacer { started: Instant::now(), lanes: Mutex::default() }
    }
}

/// Where the callers of one bucket queue.
#[derive(Debug)]
struct Lane {
    started: Instant,
    bucket: Mutex<TokenBucket>,
    /// First calls, in the order they came.
    queue: tokio::sync::Mutex<()>,
    /// The head of that queue, and calls that were throttled: they do not queue again behind everybody.
    front: tokio::sync::Mutex<()>,
    /// Something in the bucket changed.
    changed: Notify,
}

/// A call that is under way; when it is dropped without a word, nothing is learnt from it.
#[derive(Debug)]
pub(super) struct Underway {
    lane: Arc<Lane>,
    fared: Fared,
}

impl Underway {
    /// The call ended, so or so.
    pub fn ended(mut self, fared: Fared) {
        self.fared = fared;
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.lane.with(|bucket, now| bucket.ended(self.fared, now));
        self.lane.changed.notify_one();
    }
}

impl Pacer {
    /// Returns when it is the caller's turn. `again`: the call was throttled before.
    pub async fn turn(&self, key: &BucketKey, rate: Rate, again: bool) -> Underway {
        let lane = self.lane(key, rate);
        let _queued = if again { None } else { Some(lane.queue.lock().await) };
        let _first = lane.front.lock().await;
        loop {
            match lane.with(TokenBucket::take) {
                Turn::Now => break,
                Turn::After(wait) => tokio::time::sleep(wait).await,
                Turn::WhenOneEnds => lane.changed.notified().await,
            }
        }
        Underway { lane: lane.clone(), fared: Fared::Otherwise }
    }

    fn lane(&self, key: &BucketKey, rate: Rate) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Lane {
            started: self.started,
            bucket: Mutex::new(TokenBucket::new(rate, self.started.elapsed())),
            queue: tokio::sync::Mutex::default(),
            front: tokio::sync::Mutex::default(),
            changed: Notify::new(),
        };
        lanes.entry(key.clone()).or_insert_with(|| Arc::new(fresh())).clone()
    }
}

impl Lane {
    fn with<T>(&self, act: impl FnOnce(&mut TokenBucket, Duration) -> T) -> T {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut bucket, self.started.elapsed())
    }
}

#[cfg(test)]
#[path = "pacing_tests.rs"]
mod tests;
