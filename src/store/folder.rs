//! Owns the store in a folder: whole files, written aside and moved into place, under an advisory lock.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use super::port::{Condition, Shared, Store, StoreError, StoreErrorKind, Stored, Version};
use crate::model::Digest;

/// A store in a folder of this machine.
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// A store in that folder, which is made when something is first written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        FolderStore { root: root.into() }
    }

    fn path(&self, key: &str) -> Result<PathBuf, StoreError> {
        let plain = !key.is_empty() && key.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        if plain { Ok(self.root.join(key)) } else { Err(failed(Path::new(key), "is not a key of a store")) }
    }

    fn put_now(&self, path: &Path, bytes: &[u8], condition: &Condition) -> Result<Version, StoreError> {
        let folder = path.parent().unwrap_or(&self.root);
        make_folder(folder).map_err(|e| io(folder, "cannot make this folder", &e))?;
        let mut aside = tempfile::NamedTempFile::new_in(folder).map_err(|e| io(folder, "cannot write here", &e))?;
        aside.write_all(bytes).map_err(|e| io(path, "cannot write", &e))?;
        aside.as_file().sync_all().map_err(|e| io(path, "cannot flush", &e))?;
        // Conditional writes need one writer at a time. The lock is per store: what takes long is done outside of it.
        let lock_path = self.root.join(".lock");
        let lock = File::create(&lock_path).map_err(|e| io(&lock_path, "cannot write", &e))?;
        lock.lock().map_err(|e| io(&lock_path, "cannot lock", &e))?;
        // What is there is read only where its contents decide.
        let holds = match condition {
            Condition::Always => true,
            Condition::Absent => !path.try_exists().map_err(|e| io(path, "cannot read", &e))?,
            Condition::Matches(version) => match fs::read(path) {
                Ok(bytes) => version_of(&bytes) == *version,
                Err(e) if e.kind() == ErrorKind::NotFound => false,
                Err(e) => return Err(io(path, "cannot read", &e)),
            },
        };
        if !holds {
            return Err(StoreError {
                kind: StoreErrorKind::Conflict,
                place: path.display().to_string(),
                message: "changed by another writer in the meantime".to_owned(),
            });
        }
        aside.persist(path).map_err(|e| io(path, "cannot move into place", &e.error))?;
        drop(lock);
        // The new name itself is durable only once the folder is flushed.
        File::open(folder).and_then(|f| f.sync_all()).map_err(|e| io(folder, "cannot flush", &e))?;
        Ok(version_of(bytes))
    }
}

/// Makes a folder and those it stands in. The name of each new one is durable only once the folder that holds it is flushed.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(Path::new(""));
    make_folder(parent)?;
    match fs::create_dir(folder) {
        // Another writer made it, and may not have flushed it yet.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
        made => made?,
    }
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    File::open(parent)?.sync_all()
}

fn version_of(bytes: &[u8]) -> Version {
    Version(Digest::of_bytes(bytes).0)
}

fn failed(path: &Path, message: &str) -> StoreError {
    StoreError { kind: StoreErrorKind::Failed, place: path.display().to_string(), message: message.to_owned() }
}

fn io(path: &Path, doing: &str, error: &std::io::Error) -> StoreError {
    let kind = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreErrorKind::Denied,
        _ => StoreErrorKind::Failed,
    };
    StoreError { kind, place: path.display().to_string(), message: format!("{doing}: {error}") }
}

#[async_trait]
impl Store for FolderStore {
    fn place(&self) -> String {
        self.root.display().to_string()
    }

    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let path = self.path(key)?;
        match fs::read(&path) {
            Ok(bytes) => {
                let version = version_of(&bytes);
                Ok(Some(Stored { bytes, version }))
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io(&path, "cannot read", &e)),
        }
    }

    async fn put(&self, key: &str, bytes: &[u8], condition: &Condition) -> Result<Version, StoreError> {
        self.put_shared(key, Arc::new(bytes.to_vec()), condition).await
    }

    async fn put_shared(&self, key: &str, bytes: Shared, condition: &Condition) -> Result<Version, StoreError> {
        let path = self.path(key)?;
        let place = path.clone();
        // Flushing a disk takes milliseconds: on a thread of its own, several writes are flushed together, and nobody
        // who waits for an answer of AWS is kept.
        let (store, condition) = (self.clone(), condition.clone());
        let written = tokio::task::spawn_blocking(move || store.put_now(&path, (*bytes).as_ref(), &condition));
        written.await.unwrap_or_else(|_| Err(failed(&place, "the write broke off")))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut keys = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(e) if e.kind() == ErrorKind::NotFound => continue,
                Err(e) => return Err(io(&folder, "cannot list", &e)),
            };
            for entry in entries {
                let path = entry.map_err(|e| io(&folder, "cannot list", &e))?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(relative) = path.strip_prefix(&self.root) {
                    let key = relative.to_string_lossy().replace('\\', "/");
                    if key.starts_with(prefix) && !key.rsplit('/').next().unwrap_or(&key).starts_with('.') {
                        keys.push(key);
                    }
                }
            }
        }
        keys.sort();
        Ok(keys)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let path = self.path(key)?;
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            Err(e) => Err(io(&path, "cannot delete", &e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflict(result: Result<Version, StoreError>) -> bool {
        result.is_err_and(|error| error.kind == StoreErrorKind::Conflict)
    }

    #[tokio::test]
    async fn conditional_writes_have_one_winner() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FolderStore::new(folder.path().join("store"));
        let first = store.put("shop/lock", b"one", &Condition::Absent).await.expect("the first wins");
        assert!(conflict(store.put("shop/lock", b"two", &Condition::Absent).await));
        let second = store.put("shop/lock", b"two", &Condition::Matches(first.clone())).await.expect("it matched");
        assert!(conflict(store.put("shop/lock", b"three", &Condition::Matches(first)).await));
        let found = store.get("shop/lock").await.expect("readable").expect("there");
        assert_eq!((found.bytes.as_slice(), found.version), (&b"two"[..], second));
    }

    #[tokio::test]
    async fn many_writers_of_one_absent_key_leave_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let tasks: Vec<_> = (0..16)
            .map(|writer: u8| {
                let store = FolderStore::new(folder.path());
                tokio::spawn(async move { store.put("lock", &[writer], &Condition::Absent).await.is_ok() })
            })
            .collect();
        let mut winners = 0;
        for task in tasks {
            winners += usize::from(task.await.expect("a task"));
        }
        assert_eq!(winners, 1);
    }

    #[tokio::test]
    async fn keys_are_listed_by_prefix_and_deleting_twice_is_fine() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FolderStore::new(folder.path());
        for key in ["shop/b.json", "shop/a/c.json", "other/d.json"] {
            store.put(key, b"x", &Condition::Always).await.expect("written");
        }
        assert_eq!(store.list("shop/").await.expect("listed"), ["shop/a/c.json", "shop/b.json"]);
        store.delete("shop/b.json").await.expect("deleted");
        store.delete("shop/b.json").await.expect("deleted already");
        assert_eq!(store.get("shop/b.json").await.expect("readable"), None);
        assert_eq!(store.list("shop/").await.expect("listed"), ["shop/a/c.json"]);
    }

    #[tokio::test]
    async fn keys_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FolderStore::new(folder.path().join("store"));
        for key in ["../out", "a/../../out", "/etc/x", "", "a//b", "."] {
            assert!(store.put(key, b"x", &Condition::Always).await.is_err(), "{key}");
        }
        assert!(!folder.path().join("out").exists());
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "x").expect("a file");
        let error = FolderStore::new(&file).put("a", b"x", &Condition::Always).await.expect_err("not a folder");
        assert!(error.place.contains("file"), "{error}");
    }
}
