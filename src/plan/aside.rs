//! Owns the names under which a failback keeps databases aside, and how they are known again.

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
