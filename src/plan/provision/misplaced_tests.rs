//! Tests of tiers that stand in another compute stack than the file gives them.

use super::*;
use crate::facts::{StackStatus, Tags};
use crate::model::{ENVIRONMENT_TAG, Tier};

fn tier(name: &str) -> Tier {
    Tier { auto_scaling_group: format!("prod-{name}"), ..crate::model::fixture::tier(name) }
}

fn environment(compute: u8) -> Environment {
    let mut environment = crate::model::fixture::environment();
    environment.stacks.compute = compute;
    environment.tiers = ["web", "api", "worker"].map(tier).into();
    environment
}

fn stack(name: &str, status: &str, tiers: &[&str], of: &str) -> (String, StackFacts) {
    let parameters = tiers.iter().map(|tier| (min_stack_parameter(tier), "1".to_owned())).collect();
    let facts = StackFacts {
        id: format!("arn:{name}"),
        name: name.to_owned(),
        status: StackStatus(status.to_owned()),
        status_reason: None,
        parameters,
        resolved_parameters: BTreeMap::new(),
        outputs: BTreeMap::new(),
        tags: Tags::from([(ENVIRONMENT_TAG.to_owned(), of.to_owned())]),
        updated_at: None,
        termination_protection: false,
    };
    (name.to_owned(), facts)
}

#[test]
fn what_stands_elsewhere_is_told_with_where_it_belongs() {
    let complete = "CREATE_COMPLETE";
    // Of three stacks web is in the first, api and worker are in the second.
    let three = || {
        BTreeMap::from([
            stack("shop-compute", complete, &["web"], "shop"),
            stack("shop-compute-2", complete, &["api", "worker"], "shop"),
        ])
    };
    let told = |compute: u8, found: BTreeMap<String, StackFacts>| -> Vec<String> {
        misplaced(&environment(compute), &found).iter().map(ToString::to_string).collect()
    };
    assert_eq!(told(3, three()), Vec::<String>::new());
    assert_eq!(told(3, BTreeMap::new()), Vec::<String>::new());
    assert_eq!(told(1, three()), ["shop-compute-2 holds api (now shop-compute), worker (now shop-compute)"]);
    assert_eq!(told(2, three()), ["shop-compute holds web (now shop-compute-2)"]);
    let one = || BTreeMap::from([stack("shop-compute", complete, &["web", "api", "worker"], "shop")]);
    assert_eq!(told(1, one()), Vec::<String>::new());
    assert_eq!(told(3, one()), ["shop-compute holds api (now shop-compute-2), worker (now shop-compute-2)"]);

    let more = |name: &str, status: &str, tiers: &[&str], of: &str| {
        let mut found = one();
        found.extend([stack(name, status, tiers, of)]);
        told(1, found)
    };
    assert_eq!(more("shop-compute-9", complete, &["gone"], "shop"), ["shop-compute-9 is of no use any more"]);
    assert_eq!(more("shop-compute-9", complete, &["web"], "another"), Vec::<String>::new());
    assert_eq!(more("shop-compute-9", "REVIEW_IN_PROGRESS", &[], "shop"), Vec::<String>::new());
}

#[test]
fn every_possible_compute_stack_is_looked_for() {
    let names = possible_compute_stacks(&environment(1));
    assert_eq!((names.len(), names[0].as_str(), names[15].as_str()), (16, "shop-compute", "shop-compute-16"));
}
