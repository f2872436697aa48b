//! Owns the tests of the journal: what is read back, what damage is named, which moves are legal.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::model::Digest;
use crate::plan::runbook::StepId;
use crate::store::fixture::MemoryStore;

const FOLDER: &str = "shop/runs/r1/journal";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn began() -> Event {
    Event::Began {
        by: "ana".to_owned(),
        host: "laptop".to_owned(),
        tool_version: "0.1.0".to_owned(),
        runbook: Digest("sha256:00".to_owned()),
        fence: 1,
    }
}

fn started() -> Event {
    Event::Started { token: "t".to_owned() }
}

fn succeeded() -> Event {
    let measures = Measures { ours_s: 0.1 + 0.2, aws_s: 12.0, came: Some(3), ..Measures::default() };
    Event::Succeeded { text: "3 of 3\nin service".to_owned(), measures }
}

fn failed() -> Event {
    Event::Failed {
        what: "refused".to_owned(),
        why: vec!["limit".to_owned()],
        left_behind: vec![],
        hint: None,
        measures: Measures::default(),
    }
}

fn unknown() -> Event {
    Event::Unknown { what: "no answer".to_owned() }
}

fn skipped() -> Event {
    Event::Skipped { because: "no need".to_owned(), by: "ana".to_owned() }
}

fn web() -> Option<StepId> {
    Some(StepId("scale-web".to_owned()))
}

async fn open(store: &MemoryStore) -> Result<Journal, JournalError> {
    Journal::open(Arc::new(store.clone()), "shop", "r1").await
}

/// A journal of three objects: began; started; succeeded and ended.
async fn written() -> MemoryStore {
    let store = MemoryStore::empty();
    let mut journal = open(&store).await.unwrap();
    journal.note(at(0), None, began()).unwrap();
    journal.flush().await.unwrap();
    journal.note(at(1), web(), started()).unwrap();
    journal.flush().await.unwrap();
    // The clock was set back: order is by number.
    journal.note(at(-60), web(), succeeded()).unwrap();
    journal.note(at(3), None, Event::Ended { degraded: false }).unwrap();
    journal.flush().await.unwrap();
    store
}

fn key(number: u32) -> String {
    format!("{FOLDER}/{number:06}.jsonl")
}

#[tokio::test]
async fn what_was_written_is_read_back() {
    let store = written().await;
    let journal = open(&store).await.unwrap();
    assert_eq!(journal.entries().iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(journal.entries()[2].event, succeeded());
    assert_eq!(journal.progress().step(&web().unwrap()), StepState::Succeeded);
    assert_eq!(journal.progress().run, RunState::Ended { degraded: false });
    insta::assert_snapshot!(String::from_utf8(store.bytes(&key(2))).unwrap(), @r#"
    {"schema_version":1,"seq":2,"at":"2027-01-15T08:00:01Z","step":"scale-web","event":"started","token":"t","prev":"sha256:01dc281ec0dc4bcaf22b72bbe1659966737091df7f9e654f5cd08f93288ec804"}
    {"seal":"sha256:076813e935a75ca28e5ae87b22ca79266e67eddec34f6426760d24dfa119a863"}
    "#);
}

#[tokio::test]
async fn a_tail_sees_what_has_come_since() {
    let store = MemoryStore::empty();
    let mut journal = open(&store).await.unwrap();
    let mut tail = Tail::new(Arc::new(store.clone()), "shop", "r1");
    assert!(tail.read_all().await.unwrap().is_empty());
    journal.note(at(0), None, began()).unwrap();
    assert!(tail.more().await.unwrap().is_empty(), "nothing is seen before it is durable");
    journal.flush().await.unwrap();
    assert_eq!(tail.more().await.unwrap().len(), 1);
    journal.note(at(1), web(), started()).unwrap();
    journal.note(at(2), web(), failed()).unwrap();
    journal.flush().await.unwrap();
    assert_eq!(tail.more().await.unwrap().len(), 2);
    assert_eq!(tail.progress().step(&web().unwrap()), StepState::Failed);
}

/// Every byte of every object is changed, and every object cut at every place: each is detected and named.
#[tokio::test]
async fn every_altered_byte_and_every_torn_end_is_detected() {
    let whole = written().await;
    let mut cases = 0;
    for number in 1..=3 {
        let bytes = whole.bytes(&key(number));
        for place in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            for (what, damaged) in [("altered", altered.as_slice()), ("torn", &bytes[..place])] {
                let store = written().await;
                store.plant(&key(number), damaged);
                let error = open(&store).await.err().unwrap_or_else(|| panic!("object {number} {what} at {place}"));
                let JournalError::Damaged { place: named, .. } = &error else { panic!("{error}") };
                assert!(named.contains(&format!("{number:06}.jsonl")), "object {number} {what} at {place}: {error}");
                cases += 1;
            }
        }
    }
    println!("damaged journals: {cases} cases");
    assert!(cases > 1_000);
}

#[tokio::test]
async fn missing_swapped_and_foreign_objects_are_named() {
    let whole = written().await;
    let check = async |change: &dyn Fn(&MemoryStore), expected: &str| {
        let store = written().await;
        change(&store);
        let error = open(&store).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(expected), "{error}");
    };
    let remove = |store: &MemoryStore, number: u32| {
        let emptied = store.clone();
        futures_util::FutureExt::now_or_never(crate::store::Store::delete(&emptied, &key(number))).unwrap().unwrap();
    };
    check(
        &|store| remove(store, 2),
        "000002.jsonl: the journal is damaged: it is missing, while 000003.jsonl is there",
    )
    .await;
    check(&|store| remove(store, 1), "000001.jsonl: the journal is damaged: it is missing").await;
    check(
        &|store| {
            store.plant(&key(2), &whole.bytes(&key(3)));
            store.plant(&key(3), &whole.bytes(&key(2)));
        },
        "000002.jsonl, line 1: the journal is damaged: entry 3 follows entry 1",
    )
    .await;
    // A sound journal of another run does not continue this run's chain.
    let other = MemoryStore::empty();
    let mut journal = Journal::open(Arc::new(other.clone()), "shop", "r2").await.unwrap();
    journal.note(at(0), None, began()).unwrap();
    journal.flush().await.unwrap();
    let foreign = other.bytes("shop/runs/r2/journal/000001.jsonl");
    check(&|store| store.plant(&key(1), &foreign), "000001.jsonl, line 1: the journal is damaged: entry 1 does not")
        .await;
}

/// Lines as a newer lifeboat might write them, in a sound chain.
fn plant_newer(store: &MemoryStore, line: &str) {
    let line = line.replace("PREV", &Digest::of_bytes(b"r1").0);
    store.plant(&key(1), &object::seal(&[line]));
}

#[tokio::test]
async fn a_newer_journal_is_read_and_never_written() {
    let frame = r#""seq":1,"at":"2027-01-15T08:00:00Z","prev":"PREV""#;
    for (version, event, said) in [
        (2, r#""event":"paused","until":"noon""#, "has format version 2; this lifeboat writes version 1"),
        (2, r#""event":{"no":"longer a word"}"#, "has format version 2"),
        (2, r#""event":"ended","degraded":"a little""#, "has format version 2"),
        (1, r#""event":"paused","until":"noon""#, "holds events that this lifeboat does not know"),
    ] {
        let store = MemoryStore::empty();
        plant_newer(&store, &format!("{{\"schema_version\":{version},{frame},{event}}}"));
        let mut tail = Tail::new(Arc::new(store.clone()), "shop", "r1");
        let entries = tail.read_all().await.unwrap_or_else(|error| panic!("{event}: {error}"));
        assert_eq!(entries.iter().map(|entry| &entry.event).collect::<Vec<_>>(), [&Event::Other], "{event}");
        let error = open(&store).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(said), "{event}: {error}");
    }
}

#[tokio::test]
async fn a_lost_reply_is_recognised_and_a_full_disk_ends_the_writing() {
    let mut store = MemoryStore::empty();
    store.lose_reply = Some(0);
    let mut journal = open(&store).await.unwrap();
    journal.note(at(0), None, began()).unwrap();
    journal.flush().await.expect("our own bytes are there");
    let mut store = MemoryStore::empty();
    store.full_from = Some(1);
    let mut journal = open(&store).await.unwrap();
    journal.note(at(0), None, began()).unwrap();
    journal.flush().await.unwrap();
    journal.note(at(1), web(), started()).unwrap();
    assert!(matches!(journal.flush().await, Err(JournalError::Store(_))));
    assert!(matches!(journal.flush().await, Err(JournalError::Broken { .. })));
    assert!(matches!(journal.note(at(2), web(), failed()), Err(JournalError::Broken { .. })));
}

#[test]
fn steps_move_by_the_table_and_not_otherwise() {
    use StepState::{AlreadySo, Failed, Pending, Skipped, Started, Succeeded, Unknown};
    let measured = Event::Measured { measures: Measures::default() };
    let reopened = Event::Reopened { because: "resumed".to_owned() };
    let events = [
        started(),
        succeeded(),
        Event::AlreadySo { text: String::new() },
        failed(),
        unknown(),
        skipped(),
        measured,
        reopened,
    ];
    let table = [
        (Pending, [Some(Started), None, None, None, None, Some(Skipped), None, None]),
        (Started, [None, Some(Succeeded), Some(AlreadySo), Some(Failed), Some(Unknown), None, Some(Started), None]),
        (Succeeded, [None, None, None, None, None, None, None, Some(Pending)]),
        (AlreadySo, [None, None, None, None, None, None, None, Some(Pending)]),
        (Failed, [Some(Started), None, None, None, None, Some(Skipped), None, None]),
        (Unknown, [Some(Started), None, None, None, None, Some(Skipped), None, None]),
        (Skipped, [None; 8]),
    ];
    for (state, expected) in table {
        for (event, expected) in events.iter().zip(expected) {
            assert_eq!(state.after(event), expected, "{state} and {event:?}");
        }
        for event in [began(), Event::Ended { degraded: false }, Event::Other] {
            assert_eq!(state.after(&event), None, "{state} and {event:?}");
        }
    }
}

#[test]
fn runs_move_by_the_table_and_not_otherwise() {
    use RunState::{Abandoned, Ended, New, Running, Stopped};
    let end = Ended { degraded: true };
    let resumed = Event::Resumed { by: "ana".to_owned(), host: "laptop".to_owned(), fence: 2 };
    let given_up = Event::Abandoned { because: "no".to_owned(), by: "ana".to_owned() };
    let events =
        [began(), resumed, Event::Stopped { reason: String::new() }, Event::Ended { degraded: true }, given_up];
    let table = [
        (New, [Some(Running), None, None, None, Some(Abandoned)]),
        (Running, [None, Some(Running), Some(Stopped), Some(end), Some(Abandoned)]),
        (Stopped, [None, Some(Running), None, None, Some(Abandoned)]),
        (end, [None; 5]),
        (Abandoned, [None; 5]),
    ];
    for (state, expected) in table {
        for (event, expected) in events.iter().zip(expected) {
            assert_eq!(state.after(event), expected, "{state:?} and {event:?}");
        }
    }
}

#[tokio::test]
async fn nothing_happens_to_a_step_of_a_run_that_stands_still() {
    let store = MemoryStore::empty();
    let mut journal = open(&store).await.unwrap();
    let early = journal.note(at(0), web(), started()).unwrap_err();
    assert_eq!(
        early.to_string(),
        "the journal cannot go on: entry 1: `started` may not happen to step scale-web, which is pending, in a run that is new"
    );
    journal.note(at(0), None, began()).unwrap();
    journal.note(at(1), None, Event::Stopped { reason: "no".to_owned() }).unwrap();
    assert!(journal.note(at(2), web(), started()).is_err());
    journal.note(at(2), web(), skipped()).expect("a person may skip a step of a run that stands still");
    let older = Event::Resumed { by: "bo".to_owned(), host: "desk".to_owned(), fence: 1 };
    assert!(journal.note(at(3), None, older).is_err(), "an older lease may not resume");
    let newer = Event::Resumed { by: "bo".to_owned(), host: "desk".to_owned(), fence: 2 };
    journal.note(at(3), None, newer).unwrap();
    assert_eq!(journal.progress().fence, 2);
}
