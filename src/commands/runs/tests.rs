//! Runs `lifeboat runs` commands on the simulated cloud and looks at what they left in the store.

use std::path::PathBuf;
use std::sync::Arc;

use super::sitting::{Decisions, Sitting, begin_sitting, close, sit, told};
use super::{abandon, list, show};
use crate::commands::carry::{Manner, side};
use crate::commands::context::{CloudChoice, Context, Session};
use crate::commands::declare::begin;
use crate::commands::output::Output;
use crate::model::{Caller, SideName};
use crate::plan::runbook::{Runbook, StepId};
use crate::run::Basis;
use crate::run::engine::RunEnd;
use crate::run::engine::tests::world::{Hands, runbook, step};
use crate::run::event::Recorded;
use crate::run::journal::{Journal, RunState, StepState};
use crate::sim::SimCloud;
use crate::store::Runs;
use crate::store::fixture::MemoryStore;
use crate::store::lease::holder;
use crate::ui::{ColorChoice, Exit, Failure, Printer};

struct Bench {
    _folder: tempfile::TempDir,
    file: PathBuf,
    context: Context,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("shop.yaml");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/warm-standby.yaml");
        std::fs::copy(source, &file).expect("an environment");
        let context = Context::new(Printer::new(ColorChoice::Never, true), CloudChoice::Sim, None);
        let state = crate::sim::seed::shop("2026-11-20T09:00:00Z".parse().unwrap()).expect("an account");
        SimCloud::create(&context.sim_path(folder.path()), state).expect("an account");
        Bench { _folder: folder, file, context }
    }

    async fn session(&self) -> Session {
        self.context.open(&self.file).await.expect("a session")
    }

    async fn journal(&self, run: &str) -> Journal {
        let session = self.session().await;
        Journal::open(Arc::clone(&session.store), &session.environment.name, run).await.expect("a journal")
    }
}

/// One sitting from its beginning to its lease given back.
async fn sat(
    session: &Session,
    run: &str,
    caller: &Caller,
    decisions: &Decisions,
    hands: &Hands,
) -> Result<RunEnd, Failure> {
    let (store, runs) = (session.store.as_ref(), Runs::of("shop"));
    let id = runs.find(store, run).await.expect("a run");
    let plan: Runbook = runs.load(store, &id).await.expect("a plan");
    let watch = Recorded::default();
    let Sitting { end, lease, .. } = sit(session, "shop.yaml", &plan, caller, decisions, hands, &watch).await?;
    assert_eq!(close(session, &lease).await, None);
    Ok(end)
}

fn plan(id: &str) -> Runbook {
    runbook(id, vec![step("scale", &[]), step("probe", &["scale"])])
}

#[tokio::test]
async fn a_run_that_failed_is_resumed_by_its_prefix_and_a_skip_is_recorded() {
    let bench = Bench::new();
    let session = bench.session().await;
    let (_, caller) = session.enter(SideName::Standby).await.expect("a caller");
    let plan = plan("019a-one");
    Runs::of("shop").save(session.store.as_ref(), &plan.id, &plan).await.expect("saved");
    let hands = Hands::new();
    hands.facts.lock().unwrap().fails.insert(StepId("scale".to_owned()), 9);
    let decisions = Decisions::default();
    let end = sat(&session, &plan.id, &caller, &decisions, &hands).await.expect("an end");
    let failure = told(&end, &plan.id, "shop.yaml").expect_err("it stopped");
    assert_eq!(failure.exit, Exit::Stopped);
    assert_eq!(
        failure.hints,
        [
            "continue with: lifeboat runs resume shop.yaml 019a-one",
            "or go on without a step: lifeboat runs resume shop.yaml 019a-one --skip scale --because TEXT",
        ]
    );
    let typo = Decisions { skips: vec![(StepId("scael".to_owned()), "x".to_owned())], ..Decisions::default() };
    let refused = sat(&session, "019", &caller, &typo, &hands).await.expect_err("a typo");
    assert_eq!(refused.what, "step scael cannot be skipped: the run has no step scael; did you mean scale?");
    let skip = Decisions { skips: vec![(StepId("scale".to_owned()), "by hand".to_owned())], ..Decisions::default() };
    let end = sat(&session, "019", &caller, &skip, &hands).await.expect("an end");
    assert_eq!(end, RunEnd::Completed { degraded: true });
    let journal = bench.journal(&plan.id).await;
    assert_eq!(journal.progress().step(&StepId("scale".to_owned())), StepState::Skipped);
    assert_eq!(hands.effects().keys().map(|id| id.0.as_str()).collect::<Vec<_>>(), ["probe"]);
    let args = list::ListArgs { environment: bench.file.clone(), newest: 20, output: Output::Text };
    assert_eq!(list::run(&args, &bench.context).await, Ok(Exit::Done));
}

#[tokio::test]
async fn a_held_environment_is_refused_and_an_abandoned_run_stays_so() {
    let bench = Bench::new();
    let session = bench.session().await;
    let (_, caller) = session.enter(SideName::Standby).await.expect("a caller");
    let plan = plan("019b-two");
    Runs::of("shop").save(session.store.as_ref(), &plan.id, &plan).await.expect("saved");
    let (_, lease) = begin_sitting(&session, "shop.yaml", &plan.id, &caller, None).await.expect("the lease");
    let abandon_with = |take_over: Option<String>| abandon::AbandonArgs {
        environment: bench.file.clone(),
        run: "last".to_owned(),
        because: "declared by mistake".to_owned(),
        take_over,
        output: Output::Text,
    };
    let refused = abandon::run(&abandon_with(None), &bench.context).await.expect_err("held");
    assert_eq!(refused.exit, Exit::Refused);
    assert!(refused.what.contains(&caller.arn) && refused.hints[0].ends_with("019b-two --follow"), "{refused:?}");
    let nonce = lease.lease().await.short().to_owned();
    assert_eq!(abandon::run(&abandon_with(Some(nonce)), &bench.context).await, Ok(Exit::Done));
    assert_eq!(bench.journal(&plan.id).await.progress().run, RunState::Abandoned);
    // The old holder's lease is not its own to give any more.
    close(&session, &lease).await;
    let hands = Hands::new();
    let decisions = Decisions::default();
    let end = sat(&session, "last", &caller, &decisions, &hands).await.expect("an end");
    let failure = told(&end, &plan.id, "shop.yaml").expect_err("refused");
    assert_eq!(failure.what, "run 019b-two is not carried out any further: the run was abandoned");
    assert!(hands.effects().is_empty());
    // Following a run that is over ends at once.
    let args =
        show::ShowArgs { environment: bench.file.clone(), run: "last".to_owned(), follow: true, output: Output::Json };
    assert_eq!(show::run(&args, &bench.context).await, Ok(Exit::Done));
}

#[tokio::test]
async fn a_plan_whose_basis_changed_is_refused_under_the_lease_and_journals_nothing() {
    let bench = Bench::new();
    let session = bench.session().await;
    let (_, caller) = session.enter(SideName::Standby).await.expect("a caller");
    let (first, second) = (plan("019c-one"), plan("019c-two"));
    for plan in [&first, &second] {
        Runs::of("shop").save(session.store.as_ref(), &plan.id, plan).await.expect("saved");
    }
    let hands = Hands::new();
    // Both were planned from the same, and both plans are there; the first of them is let in.
    let planned_from = Some(Basis::read(session.store.as_ref(), "shop").await.expect("a basis"));
    let decisions = Decisions { planned_from, ..Decisions::default() };
    let end = sat(&session, "019c-one", &caller, &decisions, &hands).await.expect("an end");
    assert_eq!(end, RunEnd::Completed { degraded: false });
    let acts = hands.effects();
    let stale = sat(&session, "019c-two", &caller, &decisions, &hands).await.expect_err("stale");
    assert_eq!(stale.exit, Exit::Refused);
    assert_eq!(stale.what, "the plan is stale: another run, 019c-one, came in between; nothing was done");
    assert_eq!(hands.effects(), acts);
    assert_eq!(bench.journal(&second.id).await.progress().run, RunState::New);
    assert_eq!(holder(session.store.as_ref(), "shop").await, Ok(None), "the lease was kept");
}

#[tokio::test]
async fn a_store_that_fills_up_before_the_first_entry_leaves_a_run_that_can_be_gone_on_with() {
    let bench = Bench::new();
    let mut session = bench.session().await;
    let memory = MemoryStore::empty();
    let mut full = memory.clone();
    // The plan and the lease still find room.
    full.full_from = Some(2);
    session.store = Arc::new(full);
    let (_, caller) = session.enter(SideName::Standby).await.expect("a caller");
    let standby = side(&session, SideName::Standby).await.expect("a side");
    let decisions = Decisions::default();
    let manner = Manner { file: &bench.file, yes: true, output: Output::Json, decisions };
    let stopped = begin(&session, &plan("019d-one"), standby, &caller, &manner).await.expect_err("no room");
    assert_eq!(stopped.exit, Exit::Stopped);
    let lease = holder(&memory, "shop").await.expect("readable").expect("it could not be given back");
    let command = format!("runs resume {} 019d-one --take-over {}", bench.file.display(), lease.short());
    assert!(stopped.hints[0].contains(&command), "{stopped:?}");
    // With room again the command that was printed goes through.
    session.store = Arc::new(memory);
    let decisions = Decisions { take_over: Some(lease.short().to_owned()), ..Decisions::default() };
    let end = sat(&session, "019d-one", &caller, &decisions, &Hands::new()).await.expect("an end");
    assert_eq!(end, RunEnd::Completed { degraded: false });
}
