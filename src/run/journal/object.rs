//! Owns the bytes of a journal: entries as lines in a chain, and objects that end with a seal.
//!
//! Every line holds the digest of the line before it, across objects; the first holds that of the run's id. The last line
//! of an object is its seal, the digest of all bytes before it: without it a change of the newest line would not show.

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Event, JOURNAL_SCHEMA};
use crate::model::Digest;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    seal: Digest,
}

/// More bytes than a seal's line has.
const SEAL: usize = 128;

/// Where a chain of lines has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    /// The number of the last entry; 0 before the first.
    pub seq: u64,
    /// The digest of the last line.
    pub tail: Digest,
}

impl Chain {
    /// The beginning of a run's chain.
    pub fn of_run(run: &str) -> Self {
        Chain { seq: 0, tail: Digest::of_bytes(run.as_bytes()) }
    }

    fn step(&mut self, entry: &Entry, line: &[u8]) {
        self.seq = entry.seq;
        self.tail = Digest::of_bytes(line);
    }

    /// The next entry's line, without its newline; the chain moves on.
    pub fn write(&mut self, entry: &Entry) -> String {
        // Entries are plain data with text keys, so serialising cannot fail.
        let line = serde_json::to_string(entry).unwrap_or_default();
        self.step(entry, line.as_bytes());
        line
    }
}

/// What is wrong with an object, and in which of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    pub line: Option<usize>,
    pub reason: String,
}

/// The name of an object in the journal's folder.
pub(super) fn object_name(number: u64) -> String {
    format!("{number:06}.jsonl")
}

/// The number in an object's name; none when it is not one of a journal.
pub(super) fn object_number(name: &str) -> Option<u64> {
    let number: u64 = name.strip_suffix(".jsonl")?.parse().ok()?;
    (object_name(number) == name).then_some(number)
}

/// An object of those lines.
pub(super) fn seal(lines: &[String]) -> Vec<u8> {
    let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum::<usize>() + SEAL);
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    let seal = Seal { seal: Digest::of_bytes(text.as_bytes()) };
    text.push_str(&serde_json::to_string(&seal).unwrap_or_default());
    text.push('\n');
    text.into_bytes()
}

/// The entries of an object, which must continue the chain; and the newest format version among them.
pub(super) fn open(bytes: &[u8], chain: &mut Chain) -> Result<(Vec<Entry>, u32), Flaw> {
    let whole = |reason: &str| Flaw { line: None, reason: reason.to_owned() };
    let text = std::str::from_utf8(bytes).map_err(|_| whole("it is not text"))?;
    let body = text.strip_suffix('\n').ok_or_else(|| whole("it is torn: its last line has no end"))?;
    let (body, last) = body.rsplit_once('\n').ok_or_else(|| whole("it is torn: it holds no entry and seal"))?;
    let seal: Seal = serde_json::from_str(last).map_err(|_| whole("it is torn: it ends without its seal"))?;
    let mut entries = Vec::new();
    let mut newest = 0;
    let mut at = chain.clone();
    for (number, line) in body.split('\n').enumerate() {
        let flaw = |reason: String| Flaw { line: Some(number + 1), reason };
        let (entry, version) = read(line).map_err(flaw)?;
        if entry.seq != at.seq + 1 {
            return Err(flaw(format!(
                "entry {} follows entry {}: entries are missing or out of order",
                entry.seq, at.seq
            )));
        }
        if entry.prev != at.tail {
            return Err(flaw(format!(
                "entry {} does not continue the entry before it: one of the two was altered",
                entry.seq
            )));
        }
        at.step(&entry, line.as_bytes());
        newest = newest.max(version);
        entries.push(entry);
    }
    let sealed = &bytes[..body.len() + 1];
    if Digest::of_bytes(sealed) != seal.seal {
        return Err(whole("its contents do not match its seal: it was altered"));
    }
    *chain = at;
    Ok((entries, newest))
}

/// What every version of the format holds.
#[derive(Deserialize)]
struct Frame {
    schema_version: u32,
    seq: u64,
    at: jiff::Timestamp,
    prev: Digest,
}

fn read(line: &str) -> Result<(Entry, u32), String> {
    let not = |e: serde_json::Error| format!("it is not an entry: {e}");
    let error = match serde_json::from_str::<Entry>(line) {
        Ok(entry) => {
            let version = entry.schema_version;
            return Ok((entry, version));
        }
        Err(error) => error,
    };
    let Frame { schema_version, seq, at, prev } = serde_json::from_str(line).map_err(not)?;
    // A newer version may have changed what an event holds; its place in the chain can still be read.
    if schema_version > JOURNAL_SCHEMA {
        return Ok((Entry { schema_version, seq, at, step: None, event: Event::Other, prev }, schema_version));
    }
    Err(not(error))
}
