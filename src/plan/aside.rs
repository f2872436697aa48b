//! Owns the names under which a failback keeps databases aside, and how they are known again.

use crate::facts::DatabaseFacts;
use crate::model::Digest;

/// An identifier takes 63 characters (RDS API, ModifyDBInstance, NewDBInstanceIdentifier).
const LONGEST_ID: usize = 63;

/// The name under which what was there before is kept: `<id>-before-<run>`, shortened where it would be too long.
pub(in crate::plan) fn aside(id: &str, run: &str) -> String {
    let suffix = format!("-before-{}", run.to_ascii_lowercase());
    if id.len() + suffix.len() <= LONGEST_ID {
        return format!("{id}{suffix}");
    }
    // Two long names that begin alike must not become one.
    let digest = Digest::of_bytes(id.as_bytes());
    let mark = digest.short().get(..6).unwrap_or_default();
    let room = LONGEST_ID.saturating_sub(suffix.len() + mark.len() + 1);
    let head: String = id.chars().take(room).collect();
    // Two dashes in a row are refused.
    format!("{}-{mark}{suffix}", head.trim_end_matches('-'))
}

/// Whether a name is one under which some run has kept that database aside.
pub(in crate::plan) fn is_aside(id: &str, name: &str) -> bool {
    name.rsplit_once("-before-").is_some_and(|(_, run)| !run.is_empty() && aside(id, run) == name)
}

/// The newest database that a failback kept of the one with that id and that stands alone, however busy it is.
pub fn kept<'a>(id: &str, all: &'a [DatabaseFacts]) -> Option<&'a DatabaseFacts> {
    let run = |one: &DatabaseFacts| one.id.rsplit_once("-before-").map(|(_, run)| run.to_owned());
    all.iter()
        .filter(|one| is_aside(id, &one.id) && one.status != "deleting" && !one.is_replica())
        .max_by_key(|one| run(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_aside_are_within_the_limit_and_differ() {
        assert_eq!(aside("shop-orders", "20261107-031500-9C4E12"), "shop-orders-before-20261107-031500-9c4e12");
        let long =
            |end: &str| aside(&format!("shop-orders-of-many-{}{end}", "years-".repeat(6)), "20261107-031500-9c4e12");
        let names = [long("a"), long("b")];
        assert_ne!(names[0], names[1]);
        for name in names {
            assert!(name.len() <= LONGEST_ID && !name.contains("--"), "{name}");
            assert!(name.ends_with("-before-20261107-031500-9c4e12"), "{name}");
        }
    }

    #[test]
    fn what_was_kept_last_and_stands_alone_is_found() {
        let one = |id: &str, status: &str, source: Option<&str>| DatabaseFacts {
            id: id.into(),
            status: status.into(),
            source: source.map(str::to_owned),
            ..DatabaseFacts::default()
        };
        let all = [
            one("shop-orders-before-20261107-031500-9c4e12", "available", None),
            one("shop-orders-before-20270107-031500-000000", "backing-up", None),
            one("shop-orders-before-20270207-031500-000000", "deleting", None),
            one("shop-orders-before-20270307-031500-000000", "available", Some("orders")),
            one("shop-carts-before-20270407-031500-000000", "available", None),
        ];
        let found = |all: &[DatabaseFacts]| kept("shop-orders", all).map(|one| one.id.clone());
        assert_eq!(found(&all).as_deref(), Some("shop-orders-before-20270107-031500-000000"));
        assert_eq!(found(&all[2..]), None);
    }

    #[test]
    fn a_name_aside_is_known_again_and_no_other() {
        let (run, long) = ("20261107-031500-9c4e12", "shop-orders-of-many-years-years-years-years-years-years");
        for id in ["shop-orders", long] {
            assert!(is_aside(id, &aside(id, run)), "{id}");
            assert!(!is_aside(id, id) && !is_aside("shop-carts", &aside(id, run)), "{id}");
        }
        assert!(!is_aside("shop", &aside("shop-orders", run)), "another database whose name begins alike");
        assert!(!is_aside("shop-orders", "shop-orders-before"));
    }
}
