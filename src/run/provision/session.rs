//! Owns what every act of one provisioning shares: ports, limits of time, retries.

use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::{
    Clock, CloudError, CloudResult, ReadBalancing, ReadDatabases, ReadGroups, ReadNetwork, ReadPorts, ReadStacks,
    WritePorts, WriteStacks,
};
use crate::model::Region;
use crate::run::{RunEvent, Stop, Watch};

/// The ports a provisioning or teardown needs: no more of the standby than its stacks, zones, load balancers, groups and
/// databases.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// The standby's Region.
    pub region: &'a Region,
    /// Stacks, to look at.
    pub stacks: &'a dyn ReadStacks,
    /// Zones.
    pub network: &'a dyn ReadNetwork,
    /// Load balancers, whose names later stacks take.
    pub balancing: &'a dyn ReadBalancing,
    /// Groups, to judge shrinking by.
    pub groups: &'a dyn ReadGroups,
    /// Databases, which a teardown leaves.
    pub databases: &'a dyn ReadDatabases,
    /// Stacks, to change.
    pub write: &'a dyn WriteStacks,
    /// The clock.
    pub clock: &'a dyn Clock,
}

impl<'a> Ports<'a> {
    /// Those of an opened side.
    pub fn of(read: &'a ReadPorts, write: &'a WritePorts, clock: &'a dyn Clock) -> Self {
        Ports {
            region: &read.region,
            stacks: read.stacks.as_ref(),
            network: read.network.as_ref(),
            balancing: read.balancing.as_ref(),
            groups: read.groups.as_ref(),
            databases: read.databases.as_ref(),
            write: write.stacks.as_ref(),
            clock,
        }
    }
}

/// How a provisioning, preview or teardown goes about it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Letters, digits and dashes, at most 64: names change sets and makes idempotency tokens. Unique per run.
    pub run_id: String,
    /// How long to wait for an operation somebody else has under way; none refuses at once.
    pub wait: Option<Duration>,
    /// The command a user typed, without flags this code may add, such as `lifeboat provision shop.yaml`.
    pub command: String,
    /// How long between two polls of an operation.
    pub poll: Duration,
    /// How long polls may go unanswered before the wait is given up.
    pub patience: Duration,
    /// How long working out one change set may take.
    pub change_set_limit: Duration,
    /// How long one stack operation may take before the wait is given up.
    pub operation_limit: Duration,
}

impl Options {
    /// The usual ones. Polls every 3 s: DescribeStacks and DescribeStackEvents share 10 calls a second per account.
    pub fn new(run_id: impl Into<String>, command: impl Into<String>) -> Self {
        Options {
            run_id: run_id.into(),
            wait: None,
            command: command.into(),
            poll: Duration::from_secs(3),
            patience: Duration::from_secs(300),
            change_set_limit: Duration::from_secs(300),
            operation_limit: Duration::from_secs(3_600),
        }
    }
}

/// Everything the acts of one provisioning share.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    pub ports: &'a Ports<'a>,
    pub options: &'a Options,
    pub watch: &'a dyn Watch,
    pub stop: &'a Stop,
    /// Keeps the tokens and change sets of a preview apart from those of the run that follows it under the same run id:
    /// CloudFormation would take the second request for a repetition of the first.
    pub purpose: &'static str,
}

/// Attempts of a call that may go through later, after the adapter's own retries.
const ATTEMPTS: u32 = 4;

impl Session<'_> {
    /// An idempotency token, or a name, for one deed of this run: letters, digits and dashes.
    pub fn token(&self, deed: &str) -> String {
        format!("lifeboat-{}-{}-{deed}", self.purpose, self.options.run_id)
    }

    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// How long ago that was; nothing for the future.
    pub fn since(&self, then: Timestamp) -> Duration {
        Duration::try_from(self.now().duration_since(then)).unwrap_or_default()
    }

    pub async fn sleep(&self, length: Duration) -> bool {
        self.stop.sleep(self.ports.clock, length).await
    }

    /// Makes a call that is a read, or a write under an idempotency token, until it is answered for good.
    pub async fn retry<T>(&self, mut call: impl AsyncFnMut() -> CloudResult<T>) -> CloudResult<T> {
        let mut attempt = 1;
        loop {
            match call().await {
                Err(error) if error.kind.may_retry() && attempt < ATTEMPTS => {
                    // Clean-up goes through here after a stop, so this sleep is the clock's and not the stop's.
                    self.ports.clock.sleep(Duration::from_secs(1 << (attempt - 1))).await;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }

    pub fn note(&self, subject: &str, text: impl Into<String>) {
        self.watch.event(RunEvent::Note { subject: subject.to_owned(), text: text.into() });
    }
}

/// Whether an unanswered call is no reason to give a wait up.
pub(crate) fn is_passing(error: &CloudError) -> bool {
    error.kind.may_retry()
}
