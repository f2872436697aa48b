//! Owns the words for copies of data: those that a drill restored, and what a failback put aside.

use super::age::seconds;
use crate::model::{Region, remove_instance_command, remove_snapshot_command};
use crate::run::engine::CopyRecord;

/// How long the restore took, or that it is not known.
pub fn restore(copy: &CopyRecord) -> String {
    copy.restore_s.map_or_else(|| "not measured".to_owned(), seconds)
}

/// How long the snapshot took, or that it is not known.
pub fn snapshot(copy: &CopyRecord) -> String {
    copy.snapshot_s.map_or_else(|| "not measured".to_owned(), seconds)
}

/// The recovery point it gives, or that it is not known.
pub fn point(copy: &CopyRecord) -> String {
    match copy.recovery_point_s {
        None => "not known".to_owned(),
        Some(few @ ..60) => format!("{few} s"),
        Some(many) => seconds(many as f64),
    }
}

/// What came of it, in a word or two.
pub fn end(copy: &CopyRecord) -> &'static str {
    match (copy.verified, copy.left) {
        (true, false) => "verified, and removed",
        (true, true) => "verified, and may still be there",
        (false, false) => "not verified; nothing of it is left",
        (false, true) => "not verified, and may still be there",
    }
}

/// A copy as one line.
pub fn line(copy: &CopyRecord) -> String {
    format!(
        "{}: restore {}; snapshot {}; recovery point {}; {}",
        copy.data,
        restore(copy),
        snapshot(copy),
        point(copy),
        end(copy)
    )
}

/// The commands that remove what may still be there.
pub fn removal(copies: &[CopyRecord], region: &Region) -> Vec<String> {
    let left = copies.iter().filter(|copy| copy.left);
    left.flat_map(|copy| [remove_instance_command(&copy.id, region), remove_snapshot_command(&copy.id, region)])
        .collect()
}

/// The command that gives a database of the standby, put aside by a failback, its name back.
pub fn name_back(region: &Region, kept: &str, id: &str) -> String {
    format!(
        "aws rds modify-db-instance --region {region} --db-instance-identifier {kept} --new-db-instance-identifier {id} \
         --apply-immediately"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_said() {
        let known = CopyRecord {
            data: "orders".into(),
            id: "shop-orders-drill-r1".into(),
            snapshot_s: Some(181.0),
            restore_s: Some(490.0),
            recovery_point_s: Some(2),
            verified: true,
            left: false,
        };
        let unknown = CopyRecord {
            snapshot_s: None,
            restore_s: None,
            recovery_point_s: None,
            verified: false,
            left: true,
            ..known.clone()
        };
        insta::assert_snapshot!([line(&known), line(&unknown)].join("\n"), @r"
        orders: restore 8 min 10 s; snapshot 3 min 01 s; recovery point 2 s; verified, and removed
        orders: restore not measured; snapshot not measured; recovery point not known; not verified, and may still be there
        ");
        let commands = removal(&[known, unknown], &Region("us-west-2".into()));
        insta::assert_snapshot!(commands.join("\n"), @r"
        aws rds delete-db-instance --db-instance-identifier shop-orders-drill-r1 --skip-final-snapshot --delete-automated-backups --region us-west-2
        aws rds delete-db-snapshot --db-snapshot-identifier shop-orders-drill-r1 --region us-west-2
        ");
    }
}
