//! Owns where the account is kept: in memory, or in a file that several processes share.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use thiserror::Error;

use super::clock::Turns;
use crate::sim::state::{SIM_SCHEMA, SimState};

/// Why the account could not be had or kept.
#[derive(Debug, Error)]
pub enum SimError {
    /// There is no file.
    #[error("there is no simulated account at {}: run `lifeboat sim seed` to make one", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is not an account this lifeboat can read.
    #[error("{} is not a simulated account this lifeboat can read ({reason}): run `lifeboat sim seed --force` to start afresh", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk refused.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
}

/// Keeps the account.
pub(super) struct Keeper {
    cached: Mutex<Cached>,
    file: Option<PathBuf>,
    /// Whose turn it is.
    pub(super) turns: Turns,
}

/// The account as last seen, and the stamp it had then.
struct Cached {
    state: SimState,
    stamp: u64,
}

/// What stands beside the account.
struct Stamp {
    /// How often it was saved.
    number: u64,
    /// Until when time has passed since, if it has.
    passed: Option<Timestamp>,
}

/// No file has this stamp.
const STALE: u64 = u64::MAX;

impl Keeper {
    pub(super) fn in_memory(state: SimState) -> Self {
        Keeper { cached: Mutex::new(Cached { state, stamp: 0 }), file: None, turns: Turns::default() }
    }

    pub(super) fn open(path: &Path) -> Result<Self, SimError> {
        if !path.exists() {
            return Err(SimError::Missing { path: path.to_owned() });
        }
        let (_lock, Stamp { number: stamp, passed }) = lock(path)?;
        let mut state = load(path)?;
        state.now = passed.map_or(state.now, |passed| passed.max(state.now));
        Ok(Keeper { cached: Mutex::new(Cached { state, stamp }), file: Some(path.to_owned()), turns: Turns::default() })
    }

    pub(super) fn create(path: &Path, state: SimState) -> Result<Self, SimError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(disk(folder))?;
        }
        let (mut lock, stamp) = lock(path)?;
        let stamp = stamp.number.wrapping_add(1);
        save(path, &state, &mut lock, stamp)?;
        Ok(Keeper { cached: Mutex::new(Cached { state, stamp }), file: Some(path.to_owned()), turns: Turns::default() })
    }

    /// Whether the account is in a file.
    pub(super) fn is_kept_in_a_file(&self) -> bool {
        self.file.is_some()
    }

    /// Lets time pass until then. Only the file beside the account learns of it, because a wait of minutes has many sleeps and
    /// the account is large; the next change saves it with the rest.
    pub(super) fn pass(&self, until: Timestamp) -> Result<(), SimError> {
        let mut cached = self.cached();
        if let Some(path) = &self.file {
            let (mut lock, stamp) = lock(path)?;
            refresh(&mut cached, path, &stamp)?;
            if cached.state.now < until {
                write_stamp(path, &mut lock, &format!("{:020} {until}", stamp.number))?;
            }
        }
        cached.state.now = cached.state.now.max(until);
        Ok(())
    }

    /// Looks at the account.
    pub(super) fn peek<T>(&self, look: impl FnOnce(&SimState) -> T) -> Result<T, SimError> {
        let mut cached = self.cached();
        if let Some(path) = &self.file {
            let (_lock, stamp) = lock(path)?;
            refresh(&mut cached, path, &stamp)?;
        }
        Ok(look(&cached.state))
    }

    /// Loads the account, changes it and saves it, while nobody else can.
    pub(super) fn transact<T>(&self, change: impl FnOnce(&mut SimState) -> T) -> Result<T, SimError> {
        let mut cached = self.cached();
        let Some(path) = &self.file else {
            return Ok(change(&mut cached.state));
        };
        let (mut lock, stamp) = lock(path)?;
        refresh(&mut cached, path, &stamp)?;
        let outcome = change(&mut cached.state);
        let next = stamp.number.wrapping_add(1);
        // Should the save fail, what is cached is not what is kept.
        cached.stamp = STALE;
        save(path, &cached.state, &mut lock, next)?;
        cached.stamp = next;
        Ok(outcome)
    }

    fn cached(&self) -> MutexGuard<'_, Cached> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refresh(cached: &mut Cached, path: &Path, stamp: &Stamp) -> Result<(), SimError> {
    if cached.stamp != stamp.number {
        cached.state = load(path)?;
        cached.stamp = stamp.number;
    }
    cached.state.now = stamp.passed.map_or(cached.state.now, |passed| passed.max(cached.state.now));
    Ok(())
}

/// Takes the lock beside the file; the lock's own contents count the saves. The account itself is replaced by every save
/// and so cannot be locked.
fn lock(path: &Path) -> Result<(File, Stamp), SimError> {
    let beside = with_suffix(path, ".lock");
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&beside).map_err(disk(&beside))?;
    file.lock().map_err(disk(&beside))?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(disk(&beside))?;
    let mut words = text.split_whitespace();
    let number = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let passed = words.next().and_then(|word| word.parse().ok());
    Ok((file, Stamp { number, passed }))
}

/// A stamp is always as long as this, so that one takes the place of another in a single write: a file that is cut short
/// before it is written makes some file systems wait for the disk.
const STAMP_BYTES: usize = 64;

fn write_stamp(path: &Path, lock: &mut File, text: &str) -> Result<(), SimError> {
    lock.seek(SeekFrom::Start(0)).map_err(disk(path))?;
    lock.write_all(format!("{text:<STAMP_BYTES$}").as_bytes()).map_err(disk(path))
}

fn load(path: &Path) -> Result<SimState, SimError> {
    let bytes = fs::read(path).map_err(disk(path))?;
    let unreadable = |reason: String| SimError::Unreadable { path: path.to_owned(), reason };
    let state: SimState = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    if state.schema_version != SIM_SCHEMA {
        return Err(unreadable(format!("its format is version {}, not {SIM_SCHEMA}", state.schema_version)));
    }
    Ok(state)
}

/// Writes aside and renames, so that a reader without the lock never sees half an account. The stamp goes first: a crash
/// in between makes others load what they already have, never miss what is new.
fn save(path: &Path, state: &SimState, lock: &mut File, stamp: u64) -> Result<(), SimError> {
    let bytes = serde_json::to_vec(state)
        .map_err(|error| SimError::Unreadable { path: path.to_owned(), reason: error.to_string() })?;
    write_stamp(path, lock, &format!("{stamp:020}"))?;
    let aside = with_suffix(path, ".new");
    fs::write(&aside, bytes).map_err(disk(&aside))?;
    fs::rename(&aside, path).map_err(disk(path))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn disk(path: &Path) -> impl FnOnce(std::io::Error) -> SimError + use<> {
    let path = path.to_owned();
    move |source| SimError::Disk { path, source }
}
