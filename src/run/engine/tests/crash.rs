//! Owns the crash tests: whatever is cut, lost or repeated, a resumed run reaches the same end with no effect twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::world::{ENVIRONMENT, Hands, Sat, runbooks, sitting};
use crate::plan::runbook::{Runbook, StepId};
use crate::run::engine::{RunEnd, RunRecord};
use crate::run::journal::{Entry, Event, Journal, RunState, StepState};
use crate::run::stop::Stop;
use crate::store::fixture::{Fuse, MemoryStore};

/// Every step that is not skipped has had its effect once, and the run has ended as an undisturbed one does.
async fn check_end(case: &str, runbook: &Runbook, store: &MemoryStore, hands: &Hands, end: &Sat) {
    let degraded = runbook.steps.iter().any(|step| step.skipped.is_some());
    assert_eq!(*end, Sat::End(RunEnd::Completed { degraded }), "{case}");
    let expected: BTreeMap<StepId, u32> =
        runbook.steps.iter().filter(|step| step.skipped.is_none()).map(|step| (step.id.clone(), 1)).collect();
    assert_eq!(hands.effects(), expected, "{case}: effects");
    let journal = Journal::open(Arc::new(store.clone()), ENVIRONMENT, &runbook.id).await.expect(case);
    assert_eq!(journal.progress().run, RunState::Ended { degraded }, "{case}");
    let record = RunRecord::of(runbook, journal.entries());
    assert!(record.steps.iter().all(|step| step.is_settled()), "{case}: {record:#?}");
    // Every attempt of a step, in whichever process, used one token.
    let facts = hands.facts.lock().unwrap();
    assert!(facts.tokens.values().all(|tokens| tokens.len() == 1), "{case}: {:?}", facts.tokens);
}

async fn whole(runbook: &Runbook) -> (MemoryStore, Hands, Vec<Entry>) {
    let (store, hands) = (MemoryStore::empty(), Hands::new());
    let end = sitting(runbook, &store, &hands, "first-nonce", &Stop::never()).await;
    check_end("undisturbed", runbook, &store, &hands, &end).await;
    let journal = Journal::open(Arc::new(store.clone()), ENVIRONMENT, &runbook.id).await.unwrap();
    let entries = journal.entries().to_vec();
    (store, hands, entries)
}

#[tokio::test]
async fn every_prefix_of_the_journal_resumes_in_every_world() {
    let mut cases = 0;
    for runbook in runbooks() {
        let (_, _, entries) = whole(&runbook).await;
        // The last entry ends the run, and nothing is resumed after it.
        for length in 0..entries.len() {
            let prefix = &entries[..length];
            let states = states(prefix);
            let open: Vec<&StepId> =
                states.iter().filter(|(_, state)| **state == StepState::Started).map(|(id, _)| id).collect();
            for world in 0..1_u32 << open.len() {
                let case = format!("{}, {length} entries, world {world:b}", runbook.id);
                let (store, hands) = (MemoryStore::empty(), Hands::new());
                replant(&store, &runbook, prefix).await;
                for (id, _) in states.iter().filter(|(_, state)| **state == StepState::Succeeded) {
                    hands.make_so(id);
                }
                for (_, id) in open.iter().enumerate().filter(|(bit, _)| world >> bit & 1 == 1) {
                    hands.make_so(id);
                }
                let end = sitting(&runbook, &store, &hands, "second-nonce", &Stop::never()).await;
                check_end(&case, &runbook, &store, &hands, &end).await;
                cases += 1;
            }
        }
    }
    println!("journal prefixes: {cases} cases");
    assert!(cases > 100, "{cases}");
}

fn states(entries: &[Entry]) -> BTreeMap<StepId, StepState> {
    let mut states = BTreeMap::new();
    for entry in entries {
        if let Some(step) = &entry.step {
            let before: StepState = states.get(step).copied().unwrap_or_default();
            states.insert(step.clone(), before.after(&entry.event).unwrap());
        }
    }
    states
}

/// Writes a prefix of a journal again, an entry per object.
async fn replant(store: &MemoryStore, runbook: &Runbook, prefix: &[Entry]) {
    let mut journal = Journal::open(Arc::new(store.clone()), ENVIRONMENT, &runbook.id).await.unwrap();
    for entry in prefix {
        journal.note(entry.at, entry.step.clone(), entry.event.clone()).unwrap();
        journal.flush().await.unwrap();
    }
}

/// The process dies at every point: before and after every write to the store, before and after every effect.
#[tokio::test]
async fn a_process_may_die_anywhere_and_again_while_it_resumes() {
    let mut cases = 0;
    for runbook in runbooks() {
        let fuse = Fuse::never();
        let hands = Hands::new().with_fuse(&fuse);
        sitting(&runbook, &MemoryStore::empty().with_fuse(&fuse), &hands, "first-nonce", &Stop::never()).await;
        let points = fuse.points();
        assert!(points > 20, "{points}");
        for first in 0..points {
            // Once more at a few points of the second process.
            for second in [None, Some(0), Some(3), Some(7), Some(12)] {
                let case = format!("{}, dead at {first} and {second:?} of {points}", runbook.id);
                let (store, hands) = (MemoryStore::empty(), Hands::new());
                die(&runbook, &store, &hands, "first-nonce", first).await;
                if let Some(second) = second {
                    die(&runbook, &store, &hands, "second-nonce", second).await;
                }
                let end = sitting(&runbook, &store, &hands, "third-nonce", &Stop::never()).await;
                if end == (Sat::End(RunEnd::Refused(crate::run::engine::Refusal::Over { how: "has ended".to_owned() })))
                {
                    // It died after its end was durable, while giving the lease back.
                    let degraded = runbook.steps.iter().any(|step| step.skipped.is_some());
                    let end = Sat::End(RunEnd::Completed { degraded });
                    check_end(&case, &runbook, &store, &hands, &end).await;
                } else {
                    check_end(&case, &runbook, &store, &hands, &end).await;
                }
                cases += 1;
            }
        }
    }
    println!("deaths of the process: {cases} cases");
    assert!(cases > 400, "{cases}");
}

async fn die(runbook: &Runbook, store: &MemoryStore, hands: &Hands, nonce: &str, point: u64) {
    let fuse = Fuse::at(point);
    let store = store.seen_by(nonce).with_fuse(&fuse);
    let hands = hands.of(nonce).with_fuse(&fuse);
    let stop = Stop::never();
    tokio::select! {
        biased;
        () = fuse.wait() => {}
        _ = sitting(runbook, &store, &hands, nonce, &stop) => {}
    }
}

#[tokio::test]
async fn every_lost_reply_of_the_store_is_recognised() {
    let mut cases = 0;
    for runbook in runbooks() {
        let (store, _, _) = whole(&runbook).await;
        for number in 0..store.puts() {
            let (mut store, hands) = (MemoryStore::empty(), Hands::new());
            store.lose_reply = Some(number);
            let end = sitting(&runbook, &store, &hands, "first-nonce", &Stop::never()).await;
            check_end(&format!("{}, reply {number} lost", runbook.id), &runbook, &store, &hands, &end).await;
            cases += 1;
        }
    }
    println!("lost replies of the store: {cases} cases");
    assert!(cases > 15, "{cases}");
}

#[tokio::test]
async fn every_lost_reply_of_a_step_is_looked_after() {
    let mut cases = 0;
    for runbook in runbooks() {
        for step in runbook.steps.iter().filter(|step| step.skipped.is_none()) {
            // The look after it fails too, up to the point where the run stops and is resumed.
            for blind in 0..=2 {
                let case = format!("{}, reply of {} lost, {blind} blind looks", runbook.id, step.id);
                let (store, hands) = (MemoryStore::empty(), Hands::new());
                hands.facts.lock().unwrap().loses.insert(step.id.clone(), 1);
                let mut end = Sat::Unreadable(String::new());
                for sat in 0..3 {
                    end = sitting(&runbook, &store, &hands, &format!("nonce-{sat}"), &Stop::never()).await;
                    match &end {
                        Sat::End(RunEnd::StoppedResumable(stopped)) => {
                            assert_eq!(stopped.failed[0].id, step.id, "{case}");
                            assert_eq!(stopped.reason, format!("no answer: {}", step.id), "{case}");
                        }
                        _ => break,
                    }
                    hands.facts.lock().unwrap().blind.insert(step.id.clone(), blind);
                }
                check_end(&case, &runbook, &store, &hands, &end).await;
                cases += 1;
            }
        }
    }
    println!("lost replies of steps: {cases} cases");
    assert!(cases > 40, "{cases}");
}

#[tokio::test]
async fn every_step_may_fail_once_and_is_resumed() {
    let mut cases = 0;
    for runbook in runbooks() {
        for step in runbook.steps.iter().filter(|step| step.skipped.is_none() && !step.best_effort) {
            let case = format!("{}, {} fails", runbook.id, step.id);
            let (store, hands) = (MemoryStore::empty(), Hands::new());
            hands.facts.lock().unwrap().fails.insert(step.id.clone(), 1);
            let end = sitting(&runbook, &store, &hands, "first-nonce", &Stop::never()).await;
            let Sat::End(RunEnd::StoppedResumable(stopped)) = end else { panic!("{case}: {end:?}") };
            assert_eq!(stopped.failed.iter().map(|failed| &failed.id).collect::<Vec<_>>(), [&step.id], "{case}");
            assert!(stopped.recorded && !stopped.interrupted, "{case}");
            assert_eq!(
                stopped.next("shop.yaml"),
                [
                    format!("lifeboat runs resume shop.yaml {}", runbook.id),
                    format!("lifeboat runs resume shop.yaml {} --skip {} --because TEXT", runbook.id, step.id),
                ]
            );
            // What needs it has not begun; what was in flight beside it has been finished.
            let effects = hands.effects();
            let dependants = dependants(&runbook, &step.id);
            assert!(dependants.iter().all(|id| !effects.contains_key(id)), "{case}: {effects:?}");
            let end = sitting(&runbook, &store, &hands, "second-nonce", &Stop::never()).await;
            check_end(&case, &runbook, &store, &hands, &end).await;
            cases += 1;
        }
    }
    println!("failing steps: {cases} cases");
    assert!(cases > 12, "{cases}");
}

fn dependants(runbook: &Runbook, id: &StepId) -> BTreeSet<StepId> {
    let mut found = BTreeSet::new();
    for step in &runbook.steps {
        if step.needs.contains(id) || step.needs.iter().any(|need| found.contains(need)) {
            found.insert(step.id.clone());
        }
    }
    found
}

#[tokio::test]
async fn every_step_repeated_changes_nothing() {
    for runbook in runbooks() {
        let (store, hands, _) = whole(&runbook).await;
        let mut again = runbook.clone();
        again.id.push_str("-again");
        let again = again.sealed();
        let end = sitting(&again, &store, &hands, "again-nonce", &Stop::never()).await;
        let before = hands.effects();
        hands.facts.lock().unwrap().tokens.clear();
        check_end("repeated", &again, &store, &hands, &end).await;
        assert_eq!(hands.effects(), before);
        let journal = Journal::open(Arc::new(store), ENVIRONMENT, &again.id).await.unwrap();
        let record = RunRecord::of(&again, journal.entries());
        assert!(record.steps.iter().all(|step| matches!(step.state, StepState::AlreadySo | StepState::Skipped)));
    }
}

#[tokio::test]
async fn a_best_effort_step_that_fails_stops_nothing() {
    let runbook = runbooks().remove(2);
    let (store, hands) = (MemoryStore::empty(), Hands::new());
    let fence = runbook.steps[0].id.clone();
    hands.facts.lock().unwrap().fails.insert(fence.clone(), 1);
    let end = sitting(&runbook, &store, &hands, "first-nonce", &Stop::never()).await;
    assert_eq!(end, Sat::End(RunEnd::Completed { degraded: true }));
    let journal = Journal::open(Arc::new(store), ENVIRONMENT, &runbook.id).await.unwrap();
    let record = RunRecord::of(&runbook, journal.entries());
    assert_eq!(record.totals.failed, [fence]);
    assert_eq!(record.totals.skipped, [StepId("sync".to_owned())]);
}

#[tokio::test]
async fn a_full_disk_lets_nothing_act_without_a_durable_intent() {
    let mut cases = 0;
    for runbook in runbooks() {
        let (whole_store, _, _) = whole(&runbook).await;
        for from in 1..whole_store.puts() {
            let (mut store, hands) = (MemoryStore::empty(), Hands::new());
            store.full_from = Some(from);
            let end = sitting(&runbook, &store, &hands, "first-nonce", &Stop::never()).await;
            let case = format!("{}, full from write {from}", runbook.id);
            match &end {
                Sat::End(RunEnd::StoppedResumable(stopped)) => {
                    assert!(!stopped.recorded, "{case}");
                    assert!(stopped.reason.contains("no space left on device"), "{case}: {}", stopped.reason);
                }
                // Only giving the lease back failed.
                Sat::End(RunEnd::Completed { .. }) => {}
                other => panic!("{case}: {other:?}"),
            }
            let after = store.seen_by("me");
            let journal = Journal::open(Arc::new(after.clone()), ENVIRONMENT, &runbook.id).await.unwrap();
            for id in hands.effects().keys() {
                let intended = journal
                    .entries()
                    .iter()
                    .any(|entry| entry.step.as_ref() == Some(id) && matches!(entry.event, Event::Started { .. }));
                assert!(intended, "{case}: {id} acted without a durable intent");
            }
            if journal.progress().run.is_final() {
                continue;
            }
            let end = sitting(&runbook, &after, &hands, "second-nonce", &Stop::never()).await;
            check_end(&case, &runbook, &after, &hands, &end).await;
            cases += 1;
        }
    }
    println!("full disks: {cases} cases");
    assert!(cases > 10, "{cases}");
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_resumes() {
    let runbook = runbooks().remove(1);
    for yields in 0..60 {
        let (store, mut hands) = (MemoryStore::empty(), Hands::new());
        hands.slow = 5;
        let (switch, stop) = Stop::new();
        let pull = async {
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
            switch.stop();
        };
        let (end, ()) = tokio::join!(sitting(&runbook, &store, &hands, "first-nonce", &stop), pull);
        match &end {
            Sat::End(RunEnd::StoppedResumable(stopped)) => {
                assert!(stopped.interrupted && stopped.recorded, "{stopped:?}");
                assert_eq!(stopped.reason, "stopped on request");
            }
            Sat::End(RunEnd::Completed { degraded: false }) => continue,
            other => panic!("{other:?}"),
        }
        let journal = Journal::open(Arc::new(store.clone()), ENVIRONMENT, &runbook.id).await.unwrap();
        assert_eq!(journal.progress().run, RunState::Stopped);
        assert!(!journal.progress().steps.values().any(|state| *state == StepState::Started), "nothing is left open");
        let end = sitting(&runbook, &store, &hands, "second-nonce", &Stop::never()).await;
        check_end(&format!("stopped after {yields}"), &runbook, &store, &hands, &end).await;
    }
}

#[tokio::test]
async fn independent_steps_run_together_and_intents_share_a_write() {
    let runbook = runbooks().remove(1);
    let (store, mut hands) = (MemoryStore::empty(), Hands::new());
    hands.slow = 3;
    sitting(&runbook, &store, &hands, "first-nonce", &Stop::never()).await;
    assert_eq!(hands.facts.lock().unwrap().together.1, 3);
    let second = String::from_utf8(store.bytes("shop/runs/run-fan/journal/000002.jsonl")).unwrap();
    assert_eq!(second.matches("\"event\":\"started\"").count(), 3, "{second}");
    assert_eq!(second.matches("\"event\":\"succeeded\"").count(), 1, "{second}");
}
