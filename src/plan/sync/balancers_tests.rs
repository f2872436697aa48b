//! Owns the cases of what stands for load balancers.

use super::*;
use crate::facts::sample::balancer;
use crate::facts::{BASELINE_SCHEMA, SideFacts};
use crate::model::{AccountId, Digest, Region, SideName};

fn resource(logical_id: &str, physical_id: &str, status: &str) -> StackResource {
    StackResource {
        logical_id: logical_id.into(),
        physical_id: physical_id.into(),
        resource_type: "AWS::ElasticLoadBalancingV2::LoadBalancer".into(),
        status: status.into(),
        status_reason: None,
    }
}

/// Production with two load balancers, of which one is made in the standby.
fn query() -> BalancerQuery {
    let region = Region("us-east-1".into());
    let account = AccountId("111122223333".into());
    let now = jiff::Timestamp::UNIX_EPOCH;
    let mut facts = SideFacts::empty(SideName::Primary, region, account, now, String::new());
    for one in [balancer("p-api", "api-1.example"), balancer("p-gw", "gw-1.example"), balancer("p-new", "")] {
        facts.load_balancers.insert(one.arn.clone(), one);
    }
    let baseline = Baseline {
        schema_version: BASELINE_SCHEMA,
        environment: "shop".into(),
        tool_version: "0".into(),
        facts,
        tiers: BTreeMap::new(),
        capacity: BTreeMap::new(),
        digest: Digest(String::new()),
    };
    let made = Counterpart { part: Part::Edge, logical_id: "LbApi".into() };
    BalancerQuery::of(&baseline, &[("api-1.example".to_owned(), made.clone()), ("p-api".to_owned(), made)].into())
}

#[test]
fn a_name_stands_for_another_once_the_stack_and_the_load_balancer_are_there() {
    let query = query();
    assert_eq!(query.parts(), [Part::Edge].into());
    let check = |resources: &[StackResource], there: &[LoadBalancerFacts], arns: &[&str], api: BalancerName| {
        let resources = BTreeMap::from([(Part::Edge, resources.to_vec())]);
        assert_eq!(query.arns(&resources), arns);
        let expected =
            BalancerNames::from([("api-1.example".into(), api), ("gw-1.example".into(), BalancerName::NotMade)]);
        assert_eq!(query.names(&resources, there), expected);
    };
    let stands = resource("LbApi", "s-api", "CREATE_COMPLETE");
    let there = balancer("s-api", "api-9.example");
    let known = BalancerName::Known("api-9.example".into());
    check(std::slice::from_ref(&stands), std::slice::from_ref(&there), &["s-api"], known);
    check(&[], std::slice::from_ref(&there), &[], BalancerName::NotYet);
    check(&[resource("LbApi", "", "CREATE_IN_PROGRESS")], &[], &[], BalancerName::NotYet);
    check(&[resource("LbApi", "s-api", "DELETE_COMPLETE")], &[], &[], BalancerName::NotYet);
    check(&[stands], &[balancer("s-other", "x.example")], &["s-api"], BalancerName::NotYet);
    assert_eq!(query.names(&BTreeMap::new(), &[])["api-1.example"], BalancerName::NotYet);
}

#[test]
fn what_could_not_be_read_is_not_taken_for_absent() {
    let names = query().unread("AccessDenied");
    assert_eq!(names["api-1.example"], BalancerName::Unread("AccessDenied".into()));
    assert_eq!(names["gw-1.example"], BalancerName::NotMade);
}
