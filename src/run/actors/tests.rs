//! Owns the cases of what actors share: looks and polls that cost few calls, sizes that never shrink, and shortfalls told.

mod copies;
mod events;
mod images;
mod leave;
mod region;
mod steps;
mod volumes;

use std::sync::Mutex;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::poller::Seen;
use super::*;
use crate::cloud::{CloudError, CloudErrorKind, CloudResult, ReadBalancing, ReadGroups};
use crate::facts::sample;
use crate::facts::{GroupFacts, InstanceFacts, LoadBalancerFacts, TargetGroupFacts, TargetHealth};
use crate::model::{GroupSize, Region};

/// A Region that counts its calls; every look at targets sees one more healthy.
#[derive(Default)]
struct Fake {
    describes: Mutex<Vec<usize>>,
    health: Mutex<u32>,
    now: Mutex<Timestamp>,
    broken: bool,
}

pub(super) fn group(name: &str, desired: u32, in_service: u32) -> GroupFacts {
    let instance = |index: u32| InstanceFacts {
        instance_type: if index == 0 { "m6i.large".into() } else { "m5.large".into() },
        ..sample::instance(&format!("i-{index}"))
    };
    GroupFacts {
        overrides: vec!["m6i.large".into(), "m5.large".into()],
        availability_zones: vec!["us-west-2a".into(), "us-west-2b".into()],
        target_group_arns: vec!["tg".into()],
        instances: (0..in_service).map(instance).collect(),
        ..sample::group(name, GroupSize { min: desired, max: desired, desired })
    }
}

#[async_trait]
impl ReadGroups for Fake {
    async fn groups(&self, names: &[String]) -> CloudResult<Vec<GroupFacts>> {
        self.describes.lock().expect("unpoisoned").push(names.len());
        tokio::task::yield_now().await;
        if self.broken {
            return Err(CloudError {
                kind: CloudErrorKind::Service,
                operation: "DescribeAutoScalingGroups".into(),
                side: None,
                region: Region("us-west-2".into()),
                code: None,
                message: "broken".into(),
                request_id: None,
            });
        }
        Ok(names.iter().filter(|name| *name != "gone").map(|name| group(name, 3, 3)).collect())
    }

    async fn all_groups(&self) -> CloudResult<Vec<GroupFacts>> {
        Ok(vec![])
    }
}

#[async_trait]
impl ReadBalancing for Fake {
    async fn target_groups(&self, _: &[String]) -> CloudResult<Vec<TargetGroupFacts>> {
        Ok(vec![])
    }

    async fn load_balancers(&self, _: &[String]) -> CloudResult<Vec<LoadBalancerFacts>> {
        Ok(vec![])
    }

    async fn target_health(&self, _: &str) -> CloudResult<Vec<TargetHealth>> {
        let mut health = self.health.lock().expect("unpoisoned");
        *health += 1;
        let target = |index| TargetHealth { target_id: format!("i-{index}"), state: "healthy".into(), reason: None };
        Ok((0..*health).map(target).collect())
    }
}

#[async_trait]
impl Clock for Fake {
    fn now(&self) -> Timestamp {
        *self.now.lock().expect("unpoisoned")
    }

    async fn sleep(&self, length: Duration) {
        tokio::task::yield_now().await;
        let mut now = self.now.lock().expect("unpoisoned");
        *now = now.checked_add(length).expect("in range");
    }
}

/// Asks to stop when something is waited for the first time.
pub(super) struct StopsAtOnce(pub crate::run::StopSwitch);

impl Watch for StopsAtOnce {
    fn event(&self, _: crate::run::RunEvent) {
        self.0.stop();
    }
}

#[tokio::test]
async fn looks_that_start_together_share_a_call_and_later_ones_look_again() {
    let fake = Arc::new(Fake::default());
    let looks = Looks::new(fake.clone(), fake.clone());
    let names: Vec<String> = (0..300).map(|index| format!("g{index}")).collect();
    let answers = join_all(names.iter().map(|name| looks.group(name))).await;
    for (name, answer) in names.iter().zip(answers) {
        assert_eq!(answer.expect("an answer").expect("a group").name, *name);
    }
    assert_eq!(*fake.describes.lock().expect("unpoisoned"), [300], "one describe, which the port splits by hundreds");
    assert_eq!(looks.group("gone").await, Ok(None));
    assert_eq!(*fake.describes.lock().expect("unpoisoned"), [300, 1], "an answer is not kept for later");
}

#[tokio::test]
async fn a_wave_of_writes_is_read_back_with_one_call() {
    let fake = Arc::new(Fake::default());
    let looks = Looks::new(fake.clone(), fake.clone());
    let writes = (0..50u64).map(|index| {
        let (looks, fake) = (&looks, &fake);
        async move {
            let name = format!("g{index}");
            let writing = looks.writing(&name);
            // Pacing spreads writes out: each is done at another time.
            for _ in 0..=index {
                fake.sleep(Duration::from_millis(100)).await;
            }
            drop(writing);
            looks.read_back(&name).await
        }
    });
    for answer in join_all(writes).await {
        assert!(answer.expect("an answer").is_some());
    }
    assert_eq!(*fake.describes.lock().expect("unpoisoned"), [50]);
}

#[tokio::test]
async fn what_was_seen_a_moment_ago_holds_until_it_is_old_or_written_to() {
    let fake = Arc::new(Fake::default());
    let looks = Looks::new(fake.clone(), fake.clone());
    let describes = || fake.describes.lock().expect("unpoisoned").len();
    let wanted = async |name| looks.lately(name).await.expect("an answer").expect("a group").size.desired;
    looks.remember(fake.now(), vec![group("g", 7, 7)]);
    assert_eq!((wanted("g").await, describes()), (7, 0), "what the plan saw");
    drop(looks.writing("g"));
    assert_eq!((wanted("g").await, describes()), (3, 1), "what was seen before a write says nothing after it");
    assert_eq!((wanted("g").await, describes()), (3, 1));
    fake.sleep(LATELY_AND_MORE).await;
    assert_eq!((wanted("g").await, describes()), (3, 2), "what was seen is old by now");
}

/// A little longer than what was seen holds.
const LATELY_AND_MORE: Duration = Duration::from_millis(2_001);

#[tokio::test]
async fn a_failed_look_is_everybodys_failed_look() {
    let fake = Arc::new(Fake { broken: true, ..Fake::default() });
    let looks = Looks::new(fake.clone(), fake);
    for answer in join_all(["a", "b"].map(|name| looks.group(name))).await {
        assert!(answer.is_err());
    }
}

#[tokio::test]
async fn all_who_wait_share_each_poll_and_the_clock_moves_once_per_poll() {
    let fake = Arc::new(Fake::default());
    let poller = Poller::new(fake.clone(), fake.clone(), fake.clone(), POLL);
    let stop = Stop::never();
    let waits = (0..20).map(|index| {
        let (poller, stop) = (&poller, &stop);
        async move {
            let mut waiter = poller.wait_for(&format!("g{index}")).await;
            for _ in 0..3 {
                let seen = waiter.next(stop).await.expect("not stopped");
                assert!(matches!(seen, Seen::Group { targets: Some(_), .. }), "{seen:?}");
            }
        }
    });
    join_all(waits).await;
    assert_eq!(*fake.describes.lock().expect("unpoisoned"), [20, 20, 20]);
    assert_eq!(fake.now().as_second(), 6);
    let mut gone = poller.wait_for("gone").await;
    assert_eq!(gone.next(&stop).await, Some(Seen::Gone));
    assert_eq!(fake.describes.lock().expect("unpoisoned").last(), Some(&1), "those who left are not polled for");
}

#[tokio::test]
async fn a_wait_ends_when_asked_to_stop() {
    let fake = Arc::new(Fake::default());
    let poller = Poller::new(fake.clone(), fake.clone(), fake.clone(), POLL);
    let (switch, stop) = Stop::new();
    switch.stop();
    assert_eq!(poller.wait_for("g").await.next(&stop).await, None);
    assert!(fake.describes.lock().expect("unpoisoned").is_empty());
}
