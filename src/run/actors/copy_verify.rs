//! Owns verifying a copy as far as that goes without a connection to it: what it is, and how far its data is behind.

use super::copy::behind;
use super::{Actors, trouble};
use crate::facts::{DatabaseFacts, SnapshotFacts};
use crate::model::CopyMark;
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

impl Actors {
    pub(super) async fn verify_copy(
        &self,
        mark: &CopyMark,
        encrypted: bool,
        kms_key: Option<&str>,
    ) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let (port, id) = (self.copies(mark)?, mark.id());
        let what = format!("{id} is not what it should be");
        let cannot = |error| trouble::cloud(format!("cannot look at {id}"), &error);
        let snapshot = port.snapshot(&id).await.map_err(cannot)?;
        let copy = self.standby.read.databases.database(&id).await.map_err(cannot)?;
        let (Some(snapshot), Some(copy)) = (&snapshot, &copy) else {
            let missing = if copy.is_none() { "copy" } else { "snapshot" };
            return Err(trouble::plain(what, format!("there is no {missing} called {id}"), None));
        };
        let flaws = flaws(copy, snapshot, encrypted, kms_key);
        if !flaws.is_empty() {
            return Err(ActError { why: flaws, ..trouble::plain(what, "", None) });
        }
        let key = copy.kms_key.as_ref().map_or("not encrypted".to_owned(), |key| format!("encrypted by {key}"));
        let text = format!(
            "{id} is {}: {} {}, {}, {} GiB, {key}; {}",
            copy.status,
            copy.engine,
            copy.engine_version,
            copy.class,
            copy.storage_gb,
            behind(snapshot)
        );
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        Ok(Done { text, measures: Measures { ours_s, recovery_point_s: snapshot.behind_s(), ..Measures::default() } })
    }
}

/// Everything about a copy that is not as it should be.
fn flaws(copy: &DatabaseFacts, snapshot: &SnapshotFacts, encrypted: bool, kms_key: Option<&str>) -> Vec<String> {
    let mut flaws = Vec::new();
    if !copy.is_available() {
        flaws.push(format!("it is {}", copy.status));
    }
    if (&copy.engine, &copy.engine_version) != (&snapshot.engine, &snapshot.engine_version) {
        let (is, was) = (&copy.engine_version, &snapshot.engine_version);
        flaws.push(format!("it is {} {is}, and its snapshot is of {} {was}", copy.engine, snapshot.engine));
    }
    if copy.storage_gb < snapshot.storage_gb {
        flaws.push(format!("it has {} GiB, and its snapshot {} GiB", copy.storage_gb, snapshot.storage_gb));
    }
    if encrypted && !copy.encrypted {
        flaws.push("it is not encrypted, and the standby's database is".to_owned());
    }
    if copy.encrypted && copy.kms_key.as_deref() != kms_key {
        let name = |key: Option<&str>| key.unwrap_or("a key that is not told").to_owned();
        let (is, should) = (name(copy.kms_key.as_deref()), name(kms_key));
        flaws.push(format!("it is encrypted by {is}, and the standby's database by {should}"));
    }
    if copy.publicly_accessible {
        flaws.push("it has a public address".to_owned());
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flaw_is_told_and_a_good_copy_has_none() {
        let good = DatabaseFacts {
            status: "available".into(),
            engine: "postgres".into(),
            engine_version: "16.4".into(),
            storage_gb: 100,
            encrypted: true,
            kms_key: Some("dr".into()),
            ..DatabaseFacts::default()
        };
        let snapshot = SnapshotFacts {
            engine: "postgres".into(),
            engine_version: "16.4".into(),
            storage_gb: 100,
            ..SnapshotFacts::default()
        };
        assert!(flaws(&good, &snapshot, true, Some("dr")).is_empty());
        let plain = DatabaseFacts { encrypted: false, kms_key: None, ..good.clone() };
        assert!(flaws(&plain, &snapshot, false, None).is_empty());
        let bad = DatabaseFacts {
            status: "modifying".into(),
            engine_version: "15.8".into(),
            storage_gb: 20,
            kms_key: Some("aws/rds".into()),
            publicly_accessible: true,
            ..good
        };
        let mut told = flaws(&bad, &snapshot, true, Some("dr"));
        told.extend(flaws(&plain, &snapshot, true, Some("dr")));
        insta::assert_snapshot!(told.join("\n"), @r"
        it is modifying
        it is postgres 15.8, and its snapshot is of postgres 16.4
        it has 20 GiB, and its snapshot 100 GiB
        it is encrypted by aws/rds, and the standby's database by dr
        it has a public address
        it is not encrypted, and the standby's database is
        ");
    }
}
