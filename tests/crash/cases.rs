//! Owns the cases: deaths, journal prefixes in every world, lost replies, repetitions. Each test prints how many it went
//! through.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lifeboat::plan::runbook::{Action, Runbook, Step, StepId};
use lifeboat::run::Stop;
use lifeboat::run::engine::{Actor, Look, RunEnd};
use lifeboat::run::event::Recorded;
use lifeboat::run::journal::{Entry, Journal, RunState, StepState};
use lifeboat::sim::SimCloud;

use super::essence::{Essence, check_same, settled};
use super::fixture::MemoryStore;
use super::sitting::{Mortal, actors, sit};
use super::stage::{Scene, scenes};

/// How often a stopped run is resumed before a test gives up.
const RESUMPTIONS: usize = 4;
/// At most so many deaths per plan, evenly spread over all the moments there are.
const DEATHS: usize = 160;

/// What an undisturbed run leaves.
struct Undisturbed {
    essence: Essence,
    entries: Vec<Entry>,
    polls: usize,
    calls: BTreeMap<(String, String), u64>,
}

async fn undisturbed(scene: &Scene) -> Undisturbed {
    let (store, cloud) = (MemoryStore::empty(), SimCloud::in_memory(scene.before.clone()));
    let hands = actors(scene, &cloud).await;
    let whole = Mortal::at(usize::MAX, sit(&scene.runbook, &store, &cloud, &hands, "first-nonce")).await;
    let (end, polls) = whole.expect("it lives");
    assert_eq!(end, RunEnd::Completed { degraded: false }, "{}", scene.name);
    let journal =
        Journal::open(Arc::new(store), &scene.runbook.environment, &scene.runbook.id).await.expect("a journal");
    let after = cloud.snapshot().expect("the account");
    let mut calls = BTreeMap::new();
    for (name, region) in &after.regions {
        for (operation, count) in &region.calls {
            let made = count - scene.before.calls(name, operation);
            if made > 0 && is_write(operation) {
                calls.insert((name.clone(), operation.clone()), made);
            }
        }
    }
    Undisturbed { essence: settled(&cloud), entries: journal.entries().to_vec(), polls, calls }
}

fn is_write(operation: &str) -> bool {
    !["Describe", "Get", "List", "Head"].iter().any(|look| operation.starts_with(look))
}

/// Resumes until the run has ended, and compares what it left with what an undisturbed one leaves.
async fn resume(case: &str, scene: &Scene, store: &MemoryStore, cloud: &SimCloud, expected: &Undisturbed) {
    let mut told = Vec::new();
    for sitting in 0..RESUMPTIONS {
        let hands = actors(scene, cloud).await;
        let nonce = format!("{sitting}-nonce-that-resumes");
        let end = sit(&scene.runbook, store, cloud, &hands, &nonce).await;
        if matches!(end, RunEnd::Completed { .. }) || is_over(scene, store).await {
            check_same(case, &settled(cloud), &expected.essence);
            return;
        }
        told.push(format!("{end:?}"));
    }
    panic!("{case}: it does not end: {}", told.join("\n"));
}

async fn is_over(scene: &Scene, store: &MemoryStore) -> bool {
    let shared = Arc::new(store.clone());
    let journal = Journal::open(shared, &scene.runbook.environment, &scene.runbook.id).await.expect("a journal");
    matches!(journal.progress().run, RunState::Ended { .. })
}

/// The process dies wherever it waits for anything: a store, a call, a clock.
#[tokio::test]
async fn a_process_may_die_at_any_moment() {
    let (mut cases, mut moments, mut lived) = (0, 0, 0);
    for scene in scenes() {
        let expected = undisturbed(scene).await;
        moments += expected.polls;
        let stride = expected.polls.div_ceil(DEATHS).max(1);
        for poll in (1..expected.polls).step_by(stride) {
            let (store, cloud) = (MemoryStore::empty(), SimCloud::in_memory(scene.before.clone()));
            let hands = actors(scene, &cloud).await;
            let died = Mortal::at(poll, sit(&scene.runbook, &store, &cloud, &hands, "first-nonce")).await;
            // Real time has a part in how often a run is polled, so one that was to die late may have come to its end.
            if died.is_some() {
                check_same(&format!("{}, lived beyond {poll}", scene.name), &settled(&cloud), &expected.essence);
                lived += 1;
                continue;
            }
            let case = format!("{}, dead at {poll} of {}", scene.name, expected.polls);
            resume(&case, scene, &store, &cloud, &expected).await;
            cases += 1;
        }
    }
    println!("deaths of the process: {cases} cases at {moments} moments of {} plans", scenes().len());
    assert!(cases > 300, "{cases}");
    assert!(lived * 50 < cases, "{lived} lived, {cases} died");
}

/// The journal ends after any of its entries, and of the steps that had begun any may have had their effect.
#[tokio::test]
async fn every_prefix_of_the_journal_resumes_in_every_world() {
    let mut cases = 0;
    for scene in scenes() {
        let expected = undisturbed(scene).await;
        for length in 1..expected.entries.len() {
            let prefix = &expected.entries[..length];
            let states = states(prefix);
            let in_state = |wanted: StepState| -> Vec<&Step> {
                let is = |step: &&Step| states.get(&step.id) == Some(&wanted);
                scene.runbook.steps.iter().filter(is).collect()
            };
            let open = in_state(StepState::Started);
            for world in worlds(open.len()) {
                let (store, cloud) = (MemoryStore::empty(), SimCloud::in_memory(scene.before.clone()));
                replant(&store, &scene.runbook, prefix).await;
                let done = in_state(StepState::Succeeded);
                let happened: BTreeSet<&StepId> = open
                    .iter()
                    .enumerate()
                    .filter(|(bit, _)| world >> bit & 1 == 1)
                    .map(|(_, step)| &step.id)
                    .collect();
                // In the plan's order, which is one in which the effects may have come.
                for step in &scene.runbook.steps {
                    if done.iter().any(|one| one.id == step.id) || happened.contains(&step.id) {
                        act(scene, &cloud, step).await;
                    }
                }
                let case = format!("{}, {length} entries, world {world:b}", scene.name);
                resume(&case, scene, &store, &cloud, &expected).await;
                cases += 1;
            }
        }
    }
    println!("journal prefixes: {cases} cases of {} plans", scenes().len());
    assert!(cases > 300, "{cases}");
}

/// Every subset of up to three open steps; of more, none, all and each alone.
fn worlds(open: usize) -> Vec<u32> {
    if open <= 3 {
        return (0..1 << open).collect();
    }
    let alone = (0..open).map(|bit| 1 << bit);
    [0, (1 << open) - 1].into_iter().chain(alone).collect()
}

fn states(entries: &[Entry]) -> BTreeMap<StepId, StepState> {
    let mut states = BTreeMap::new();
    for entry in entries {
        if let Some(step) = &entry.step {
            let before: StepState = states.get(step).copied().unwrap_or_default();
            states.insert(step.clone(), before.after(&entry.event).expect("a legal move"));
        }
    }
    states
}

/// Writes a prefix of a journal again, an entry per object.
async fn replant(store: &MemoryStore, runbook: &Runbook, prefix: &[Entry]) {
    let mut journal =
        Journal::open(Arc::new(store.clone()), &runbook.environment, &runbook.id).await.expect("a journal");
    for entry in prefix {
        journal.note(entry.at, entry.step.clone(), entry.event.clone()).expect("a legal move");
        journal.flush().await.expect("written");
    }
}

/// Carries one step out, as the engine would.
async fn act(scene: &Scene, cloud: &SimCloud, step: &Step) {
    let hands = actors(scene, cloud).await;
    let (watch, stop) = (Recorded::default(), Stop::never());
    let look = hands.look(step).await.unwrap_or_else(|error| panic!("{}: {}: {error:?}", scene.name, step.id));
    if look == Look::Needed {
        let token = format!("{}-{}", scene.runbook.id, step.id);
        let done = hands.act(step, &token, &watch, &stop).await;
        done.unwrap_or_else(|error| panic!("{}: {}: {error:?}", scene.name, step.id));
    }
}

/// Every kind of write in turn takes effect while its answer is lost, in either Region, from the beginning and from
/// several moments on.
#[tokio::test]
async fn the_reply_of_any_write_may_be_lost() {
    let mut cases = 0;
    for scene in scenes() {
        let expected = undisturbed(scene).await;
        for ((region, operation), made) in &expected.calls {
            for number in 0..*made {
                let mut before = scene.before.clone();
                before
                    .region_mut(region)
                    .faults
                    .lost_reply_after
                    .insert(operation.clone(), u32::try_from(number).expect("few"));
                let (store, cloud) = (MemoryStore::empty(), SimCloud::in_memory(before));
                let hands = actors(scene, &cloud).await;
                sit(&scene.runbook, &store, &cloud, &hands, "first-nonce").await;
                let case = format!("{}, reply {number} of {operation} in {region} lost", scene.name);
                if is_over(scene, &store).await {
                    check_same(&case, &settled(&cloud), &expected.essence);
                } else {
                    resume(&case, scene, &store, &cloud, &expected).await;
                }
                cases += 1;
            }
        }
    }
    println!("lost replies: {cases} cases of {} plans", scenes().len());
    assert!(cases > 20, "{cases}");
}

/// Every step is carried out once more when all is done, and changes nothing.
#[tokio::test]
async fn a_repeated_step_changes_nothing() {
    let mut cases = 0;
    for scene in scenes() {
        let (store, cloud) = (MemoryStore::empty(), SimCloud::in_memory(scene.before.clone()));
        let hands = actors(scene, &cloud).await;
        sit(&scene.runbook, &store, &cloud, &hands, "first-nonce").await;
        let after = settled(&cloud);
        // A later step may undo an earlier one (a drill goes up and down), so only the last word on a subject is repeated.
        for step in last_words(&scene.runbook) {
            act(scene, &cloud, step).await;
            check_same(&format!("{}: {}", scene.name, step.id), &settled(&cloud), &after);
            cases += 1;
        }
    }
    println!("repeated steps: {cases} cases of {} plans", scenes().len());
    assert!(cases > 20, "{cases}");
}

/// The steps whose effect no later step takes back.
fn last_words(runbook: &Runbook) -> Vec<&Step> {
    let is_last = |at: usize, step: &Step| !runbook.steps[at + 1..].iter().any(|later| takes_back(later, step));
    runbook.steps.iter().enumerate().filter(|(at, step)| is_last(*at, step)).map(|(_, step)| step).collect()
}

/// Whether a later step makes something else of what an earlier one ensured: a drill goes up and down, and a replica that
/// was promoted is none any more; a copy of data is removed.
fn takes_back(later: &Step, earlier: &Step) -> bool {
    match (&later.action, &earlier.action) {
        (
            Action::RemoveCopy { copy, .. },
            Action::SnapshotDatabase { copy: same, .. }
            | Action::RestoreCopy { copy: same, .. }
            | Action::VerifyCopy { copy: same, .. },
        ) => copy == same,
        (Action::StandDown { .. }, Action::FreezeStandby { .. }) => true,
        (Action::StandDown { group, .. }, Action::Scale { group: same, .. })
        | (Action::StandDown { group, .. }, Action::AwaitServing { group: same, .. }) => group == same,
        (
            Action::Promote { side, database, .. },
            Action::Reseed { side: same_side, database: same, .. }
            | Action::AwaitReplica { side: same_side, database: same, .. },
        ) => side == same_side && database == same,
        (Action::Reseed { side, database, .. }, Action::AwaitReplica { side: same_side, database: same, .. }) => {
            side == same_side && database == same
        }
        _ => false,
    }
}
