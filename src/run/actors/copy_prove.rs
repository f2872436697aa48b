//! Owns the proof that nothing is left of what a drill copied; what other drills have left is told with what removes it.

use super::{Actors, trouble};
use crate::facts::CopiesFound;
use crate::model::{CopyMark, DRILL_TAG, Region, remove_instance_command, remove_snapshot_command};
use crate::run::engine::ActError;

/// What is left of copies.
#[derive(Debug, Default, PartialEq, Eq)]
struct Left {
    /// Of this drill: it is not clean.
    ours: Vec<String>,
    /// Of other drills: it was there before.
    others: Vec<String>,
}

impl Actors {
    /// Looks for copies; in words, to be put after what else was proved.
    pub(super) async fn copies_gone(&self, marks: &[CopyMark]) -> Result<String, ActError> {
        let Some(first) = marks.first() else { return Ok(String::new()) };
        let found = self.copies(first)?.found(&first.environment).await;
        let found = found.map_err(|error| trouble::cloud("cannot look whether a copy of data is left", &error))?;
        let left = left(&found, &first.run, &self.standby.read.region);
        if !left.ours.is_empty() {
            let why = "a copy of data that it made is still there, and costs";
            let hint = "delete it by hand, then resume to look again".to_owned();
            return Err(ActError {
                left_behind: left.ours,
                ..trouble::plain("the drill is not cleaned up", why, Some(hint))
            });
        }
        let others: String = left.others.iter().map(|other| format!("; left by another drill: {other}")).collect();
        Ok(format!("; nothing is left of the copied data{others}"))
    }
}

fn left(found: &CopiesFound, run: &str, region: &Region) -> Left {
    let mut left = Left::default();
    let instances = found.instances.iter().map(|one| {
        (one.tags.get(DRILL_TAG), format!("database {}: {}", one.id, remove_instance_command(&one.id, region)))
    });
    let snapshots = found.snapshots.iter().map(|one| {
        (one.tags.get(DRILL_TAG), format!("snapshot {}: {}", one.id, remove_snapshot_command(&one.id, region)))
    });
    for (of, told) in instances.chain(snapshots) {
        match of {
            Some(of) if of == run => left.ours.push(told),
            of => left.others.push(format!("{told} (run {})", of.map_or("not known", String::as_str))),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{DatabaseFacts, SnapshotFacts, Tags};

    #[test]
    fn what_is_left_is_told_with_the_command_that_removes_it() {
        let of = |run: &str| Tags::from([(DRILL_TAG.to_owned(), run.to_owned())]);
        let found = CopiesFound {
            instances: vec![
                DatabaseFacts { id: "shop-orders-drill-1".into(), tags: of("1"), ..DatabaseFacts::default() },
                DatabaseFacts { id: "shop-orders-drill-2".into(), tags: of("2"), ..DatabaseFacts::default() },
            ],
            snapshots: vec![SnapshotFacts { id: "shop-orders-drill-1".into(), tags: of("1"), ..Default::default() }],
        };
        let left = left(&found, "2", &Region("us-west-2".into()));
        insta::assert_snapshot!(left.ours.join("\n"), @"database shop-orders-drill-2: aws rds delete-db-instance --db-instance-identifier shop-orders-drill-2 --skip-final-snapshot --delete-automated-backups --region us-west-2");
        insta::assert_snapshot!(left.others.join("\n"), @r"
        database shop-orders-drill-1: aws rds delete-db-instance --db-instance-identifier shop-orders-drill-1 --skip-final-snapshot --delete-automated-backups --region us-west-2 (run 1)
        snapshot shop-orders-drill-1: aws rds delete-db-snapshot --db-snapshot-identifier shop-orders-drill-1 --region us-west-2 (run 1)
        ");
    }
}
