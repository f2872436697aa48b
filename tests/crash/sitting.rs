//! Owns one process of a run: the real engine and the real actors on an account, which may die between any two moments.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use lifeboat::cloud::Cloud;
use lifeboat::model::{Digest, SideName};
use lifeboat::plan::runbook::{RunKind, Runbook};
use lifeboat::run::actors::{Actors, Answer, GateKeeper, Reports, SidePorts};
use lifeboat::run::engine::{Actor, RunEnd, carry_out};
use lifeboat::run::event::Recorded;
use lifeboat::run::journal::{Journal, Noted};
use lifeboat::run::{RunEvent, Stop, Watch};
use lifeboat::sim::SimCloud;
use lifeboat::store::{Claim, LeaseError, LeaseKeeper};

use super::fixture::MemoryStore;
use super::stage::Scene;

/// Everybody agrees to everything.
struct Agrees;

#[async_trait]
impl GateKeeper for Agrees {
    async fn ask(&self, _: &str) -> Answer {
        Answer::Yes("the test agrees".to_owned())
    }
}

/// The report is none of these tests' business.
struct NoReport;

#[async_trait]
impl Reports for NoReport {
    async fn save(&self, _: Noted) -> Result<String, String> {
        Ok("nowhere".to_owned())
    }
}

/// Watches a step that is carried out outside a run, and tells what is to be reported: nothing.
pub struct Tells;

#[async_trait]
impl Watch for Tells {
    fn event(&self, _: RunEvent) {}

    fn noted(&self) -> Option<Noted> {
        Some(Noted { entries: Arc::new(Vec::new()), head: Digest(String::new()) })
    }
}

/// The real actors on an account.
pub async fn actors(scene: &Scene, cloud: &SimCloud) -> Actors {
    let ports = |name: SideName| async move {
        let side = scene.environment.side(name);
        SidePorts {
            account: side.account.clone(),
            read: cloud.read(name, side).await.expect("ports"),
            write: cloud.write(name, side).await.expect("ports"),
            seen: None,
        }
    };
    let (standby, primary) = (ports(SideName::Standby).await, ports(SideName::Primary).await);
    let hands =
        Actors::new(standby, Some(primary), cloud.clock(), cloud.outside(), Arc::new(Agrees), Arc::new(NoReport));
    if scene.runbook.kind != RunKind::Drill {
        return hands;
    }
    let copies = cloud.copies(SideName::Standby, &scene.environment.standby).await.expect("ports");
    hands.with_copies(&scene.runbook.id, copies)
}

/// One process: it takes the lease (over, if it must), opens the journal, carries the runbook out, gives the lease back.
pub async fn sit(runbook: &Runbook, store: &MemoryStore, cloud: &SimCloud, actor: &dyn Actor, nonce: &str) -> RunEnd {
    let clock = cloud.clock();
    let shared: Arc<MemoryStore> = Arc::new(store.clone());
    let mut journal = Journal::open(shared.clone(), &runbook.environment, &runbook.id).await.expect("a journal");
    let claim = Claim {
        nonce: nonce.to_owned(),
        run: runbook.id.clone(),
        holder: format!("arn:{nonce}"),
        host: "laptop".to_owned(),
        above: journal.progress().fence,
    };
    let life = Duration::from_secs(120);
    let name = &runbook.environment;
    let lease = match LeaseKeeper::acquire(shared.clone(), name, &claim, clock.now(), life).await {
        Err(LeaseError::Held { lease, .. }) => {
            LeaseKeeper::take_over(shared.clone(), name, &lease.nonce, &claim, clock.now(), life).await
        }
        other => other,
    };
    let lease = lease.expect("a lease");
    let (watch, stop) = (Recorded::default(), Stop::never());
    let end = carry_out(runbook, &mut journal, actor, &lease, clock.as_ref(), &watch, &stop).await;
    let _ = lease.release(clock.now()).await;
    end
}

/// A future that is polled so many times and then dropped, as a process is killed: between any two moments at which it
/// waits for something.
pub struct Mortal<F> {
    inner: Pin<Box<F>>,
    left: usize,
    polls: usize,
}

impl<F: Future> Mortal<F> {
    /// Dies at the poll of that number, from 0.
    pub fn at(poll: usize, inner: F) -> Self {
        Mortal { inner: Box::pin(inner), left: poll, polls: 0 }
    }
}

impl<F: Future> Future for Mortal<F> {
    /// What came of it and after how many polls; none where it died first.
    type Output = Option<(F::Output, usize)>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.polls += 1;
        match self.inner.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some((output, self.polls))),
            Poll::Pending => Poll::Pending,
        }
    }
}
