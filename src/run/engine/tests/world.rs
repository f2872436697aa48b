//! Owns a small world for tests of the engine: it counts the effects of steps and fails on command.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::cloud::Clock;
use crate::model::{Digest, Objectives, SideName, Span};
use crate::plan::runbook::{
    Action, BasedOn, Estimate, EstimateSource, Mode, RUNBOOK_SCHEMA, RunKind, Runbook, Step, StepId,
};
use crate::run::engine::{ActError, Actor, Done, Look, RunEnd, carry_out};
use crate::run::event::{Leave, Recorded, Watch};
use crate::run::journal::{Journal, Measures};
use crate::run::stop::Stop;
use crate::store::fixture::{Fuse, MemoryStore};
use crate::store::{Claim, LeaseError, LeaseKeeper};

/// The environment of these tests.
pub const ENVIRONMENT: &str = "shop";
/// Long enough that no test sees it run out in real time.
pub const LIFE: Duration = Duration::from_secs(60);

/// What has happened in the world, and what shall go wrong in it.
#[derive(Debug, Default)]
pub struct Facts {
    /// What is so.
    pub so: BTreeSet<StepId>,
    /// How often each step had its effect.
    pub effects: BTreeMap<StepId, u32>,
    /// Tokens seen, by step.
    pub tokens: BTreeMap<StepId, BTreeSet<String>>,
    /// Steps whose next act fails without an effect, as many times as it says.
    pub fails: BTreeMap<StepId, u32>,
    /// Steps whose next act has its effect and loses its reply, as many times as it says.
    pub loses: BTreeMap<StepId, u32>,
    /// Steps whose next looks get no answer.
    pub blind: BTreeMap<StepId, u32>,
    /// What is so no more when a step has acted.
    pub undoes: BTreeMap<StepId, StepId>,
    /// Who acted on what, in order.
    pub acts: Vec<(String, StepId)>,
    /// Steps that act together at this moment, and the most there ever were.
    pub together: (usize, usize),
}

/// One process's hands in the world.
#[derive(Clone)]
pub struct Hands {
    pub facts: Arc<Mutex<Facts>>,
    pub who: String,
    pub fuse: Arc<Fuse>,
    /// So many yields before an act has its effect.
    pub slow: usize,
}

impl Hands {
    pub fn new() -> Self {
        Hands { facts: Arc::default(), who: "me".to_owned(), fuse: Fuse::never(), slow: 0 }
    }

    pub fn of(&self, who: &str) -> Self {
        Hands { facts: self.facts.clone(), who: who.to_owned(), fuse: Fuse::never(), slow: 0 }
    }

    pub fn with_fuse(mut self, fuse: &Arc<Fuse>) -> Self {
        self.fuse = fuse.clone();
        self
    }

    pub fn effects(&self) -> BTreeMap<StepId, u32> {
        self.facts.lock().unwrap().effects.clone()
    }

    pub fn make_so(&self, step: &StepId) {
        let mut facts = self.facts.lock().unwrap();
        facts.so.insert(step.clone());
        *facts.effects.entry(step.clone()).or_insert(0) += 1;
    }
}

fn take(times: &mut BTreeMap<StepId, u32>, step: &StepId) -> bool {
    match times.get_mut(step) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

fn error(what: &str, effect_known: bool) -> ActError {
    ActError { what: what.to_owned(), why: vec!["the test wants it".to_owned()], effect_known, ..ActError::default() }
}

#[async_trait]
impl Actor for Hands {
    async fn look(&self, step: &Step) -> Result<Look, ActError> {
        tokio::task::yield_now().await;
        let mut facts = self.facts.lock().unwrap();
        if take(&mut facts.blind, &step.id) {
            return Err(error("cannot look", true));
        }
        Ok(if facts.so.contains(&step.id) { Look::AlreadySo("so".to_owned()) } else { Look::Needed })
    }

    async fn act(&self, step: &Step, token: &str, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        {
            let mut facts = self.facts.lock().unwrap();
            facts.acts.push((self.who.clone(), step.id.clone()));
            facts.together.0 += 1;
            facts.together.1 = facts.together.1.max(facts.together.0);
        }
        for _ in 0..self.slow {
            tokio::task::yield_now().await;
        }
        if matches!(step.action, Action::Promote { .. }) {
            let leave = watch.keep(Measures { recovery_point_s: Some(7), ..Measures::default() }).await;
            if leave == Leave::Withdrawn {
                self.facts.lock().unwrap().together.0 -= 1;
                return Err(ActError { interrupted: true, ..error("not ordered", true) });
            }
        }
        self.fuse.burn().await;
        let outcome = {
            let mut facts = self.facts.lock().unwrap();
            facts.together.0 -= 1;
            facts.tokens.entry(step.id.clone()).or_default().insert(token.to_owned());
            if matches!(step.action, Action::AwaitServing { .. }) && stop.requested() {
                Err(ActError { interrupted: true, ..error("interrupted", true) })
            } else if take(&mut facts.fails, &step.id) {
                Err(error("refused", true))
            } else {
                facts.so.insert(step.id.clone());
                *facts.effects.entry(step.id.clone()).or_insert(0) += 1;
                if let Some(undone) = facts.undoes.get(&step.id).cloned() {
                    facts.so.remove(&undone);
                }
                if take(&mut facts.loses, &step.id) { Err(error("no answer", false)) } else { Ok(()) }
            }
        };
        tokio::task::yield_now().await;
        self.fuse.burn().await;
        outcome?;
        let measures = Measures { ours_s: 1.0, aws_s: 2.0, ..Measures::default() };
        Ok(Done { text: "done".to_owned(), measures })
    }
}

/// A clock that moves a second whenever somebody looks at it.
#[derive(Debug, Default)]
pub struct Ticking(AtomicI64);

#[async_trait]
impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }

    async fn sleep(&self, length: Duration) {
        self.0.fetch_add(i64::try_from(length.as_secs()).unwrap(), Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
}

/// A step of a runbook in few words.
pub fn step(id: &str, needs: &[&str]) -> Step {
    Step {
        id: StepId(id.to_owned()),
        title: format!("do {id}"),
        action: Action::AwaitServing {
            tier: "web".to_owned(),
            group: "shop-web".to_owned(),
            wanted: 1,
            accept_percent: 0,
            timeout_s: 60,
        },
        needs: needs.iter().map(|need| StepId((*need).to_owned())).collect(),
        sides: BTreeSet::from([SideName::Standby]),
        estimate: Estimate { seconds: 10, source: EstimateSource::Default { why: "a test".to_owned() } },
        best_effort: false,
        skipped: None,
    }
}

/// A runbook of those steps.
pub fn runbook(id: &str, steps: Vec<Step>) -> Runbook {
    Runbook {
        schema_version: RUNBOOK_SCHEMA,
        id: id.to_owned(),
        environment: ENVIRONMENT.to_owned(),
        kind: RunKind::Declare,
        mode: Mode::Ungraceful,
        reason: "the Region is dark".to_owned(),
        declared_by: "arn:aws:iam::111122223333:user/ana".to_owned(),
        host: "laptop".to_owned(),
        declared_at: Timestamp::from_second(1_800_000_000).unwrap(),
        incident_at: None,
        tool_version: "0.1.0".to_owned(),
        objectives: Objectives { rto: Span::from_secs(1_800), rpo: Span::from_secs(300) },
        scope: crate::plan::runbook::Scope::default(),
        rehearses: Vec::new(),
        based_on: BasedOn { environment: Digest("a".to_owned()), baseline: Digest("b".to_owned()) },
        steps,
        digest: Digest(String::new()),
    }
    .sealed()
}

/// The runbooks that every crash test goes through.
pub fn runbooks() -> Vec<Runbook> {
    let chain =
        vec![step("gate", &[]), step("promote", &["gate"]), step("scale", &["promote"]), step("probe", &["scale"])];
    let fan_out = vec![
        step("gate", &[]),
        step("scale-db", &["gate"]),
        step("scale-api", &["gate"]),
        step("scale-web", &["gate"]),
        step("await", &["scale-db", "scale-api", "scale-web"]),
        step("traffic", &["await"]),
        step("probe", &["traffic"]),
    ];
    let mut fence = step("fence", &[]);
    fence.best_effort = true;
    let mut sync = step("sync", &["fence"]);
    sync.skipped = Some("nothing changed".to_owned());
    let mixed = vec![
        fence,
        sync,
        step("scale-api", &["fence"]),
        step("scale-web", &["sync"]),
        step("await", &["scale-api", "scale-web"]),
        step("report", &["await", "sync"]),
    ];
    // Data and capacity together; only traffic waits for both.
    let wide = vec![
        step("promote", &[]),
        step("scale-a", &[]),
        step("scale-b", &[]),
        step("scale-c", &[]),
        step("await-a", &["scale-a"]),
        step("await-b", &["scale-b"]),
        step("await-c", &["scale-c"]),
        step("traffic", &["promote", "await-a", "await-b", "await-c"]),
    ];
    vec![
        runbook("run-chain", chain),
        runbook("run-fan", fan_out),
        runbook("run-mixed", mixed),
        runbook("run-wide", wide),
    ]
}

/// Who claims the lease in these tests.
pub fn claim(run: &str, nonce: &str, above: u64) -> Claim {
    Claim {
        nonce: nonce.to_owned(),
        run: run.to_owned(),
        holder: format!("arn:{nonce}"),
        host: "laptop".to_owned(),
        above,
    }
}

/// One process: it takes the lease (over, if it must), opens the journal, carries the runbook out, gives the lease back.
pub async fn sitting(runbook: &Runbook, store: &MemoryStore, hands: &Hands, nonce: &str, stop: &Stop) -> Sat {
    let clock = Ticking::default();
    let shared: Arc<MemoryStore> = Arc::new(store.clone());
    let mut journal = match Journal::open(shared.clone(), ENVIRONMENT, &runbook.id).await {
        Ok(journal) => journal,
        Err(error) => return Sat::Unreadable(error.to_string()),
    };
    let claim = claim(&runbook.id, nonce, journal.progress().fence);
    let taken = match LeaseKeeper::acquire(shared.clone(), ENVIRONMENT, &claim, clock.now(), LIFE).await {
        Err(LeaseError::Held { lease, .. }) => {
            LeaseKeeper::take_over(shared.clone(), ENVIRONMENT, &lease.nonce, &claim, clock.now(), LIFE).await
        }
        other => other,
    };
    let lease = match taken {
        Ok(lease) => lease,
        Err(error) => return Sat::NoLease(error),
    };
    let end = carry_out(runbook, &mut journal, hands, &lease, &clock, &Recorded::default(), stop).await;
    let _ = lease.release(clock.now()).await;
    Sat::End(end)
}

/// What came of one process.
#[derive(Debug, PartialEq, Eq)]
pub enum Sat {
    End(RunEnd),
    NoLease(LeaseError),
    Unreadable(String),
}
