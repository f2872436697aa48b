//! Owns the cases of what an earlier failback kept of the standby's database, and could not put anything in its place.

use super::configured::{ALONE, case, database, seen};
use super::*;
use crate::facts::DatabaseFacts;
use crate::model::SideName;
use crate::plan::runbook::{Action, StepId};

/// What the standby's replica is to be like, in a plan of a standby without one.
fn like(kept: bool) -> Option<u32> {
    let mut seen = seen(None, ALONE, None, Some(SideName::Primary));
    let was = DatabaseFacts { storage_gb: 0, max_storage_gb: Some(4_321), ..database("shop-orders-before-r0", None) };
    seen.data.get_mut("orders").expect("it").kept = kept.then_some(was);
    let runbook = planned(Case { declared_in: Some("r1"), ..case(seen) }).expect("a plan");
    let reseed = runbook.step(&StepId("reseed-standby-orders".into())).expect("a step");
    let Action::Reseed { like, .. } = &reseed.action else { panic!("{:?}", reseed.action) };
    like.as_ref().and_then(|like| like.max_storage_gb)
}

#[test]
fn a_replica_that_is_made_anew_is_like_what_an_earlier_failback_kept() {
    assert_eq!((like(true), like(false)), (Some(4_321), None));
}
