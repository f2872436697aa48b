//! Tests of the decisions of a provisioning, with plain values.

use std::collections::BTreeMap;

use super::sizes::{TierParameters, raise_minimums, sizes_of};
use super::stale::stale;
use super::*;
use crate::facts::{ChangeAction, PropertyChange, Replacement, StackFacts, StackResource, StackStatus, Tags};
use crate::render::stack::Input;

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

pub(super) fn stack_facts(status: &str) -> StackFacts {
    StackFacts {
        id: "arn:1".into(),
        name: "shop-data".into(),
        status: StackStatus(status.into()),
        status_reason: None,
        parameters: BTreeMap::new(),
        resolved_parameters: BTreeMap::new(),
        outputs: BTreeMap::new(),
        tags: Tags::new(),
        updated_at: None,
        termination_protection: false,
    }
}

#[test]
fn what_is_protected_is_not_deleted_to_be_made_again() {
    let region = Region("us-west-2".into());
    let open = stack_facts("DELETE_FAILED");
    assert_eq!(decide(Some(&open), &region), Decision::Recreate { status: "DELETE_FAILED".into() });
    let protected = StackFacts { termination_protection: true, ..open };
    let Decision::Blocked { reason, next } = decide(Some(&protected), &region) else { panic!("it is protected") };
    assert_eq!(reason, "it is in DELETE_FAILED and can only be deleted, against which it is protected");
    assert!(next.contains("--no-enable-termination-protection --stack-name shop-data --region us-west-2"), "{next}");
    let well = StackFacts { termination_protection: true, ..stack_facts("UPDATE_COMPLETE") };
    assert_eq!(decide(Some(&well), &region), Decision::Update);
}

#[test]
fn a_posture_raises_minimums_and_never_lowers_them() {
    let check = |min: &str, max: &str, kept: Option<u32>, expected: (&str, &str), raised: usize| {
        let mut parameters = values(&[("WebMin", min), ("WebMax", max), ("Other", "1")]);
        let minimums: BTreeMap<String, u32> = kept.map(|kept| ("web".to_owned(), kept)).into_iter().collect();
        let said = raise_minimums(&mut parameters, &[TierParameters::of("shop", "web")], &minimums);
        assert_eq!((parameters["WebMin"].as_str(), parameters["WebMax"].as_str()), expected);
        assert_eq!((said.len(), parameters["Other"].as_str()), (raised, "1"));
    };
    check("2", "10", Some(10), ("10", "10"), 1);
    check("2", "8", Some(10), ("10", "10"), 2);
    check("4", "10", Some(3), ("4", "10"), 0);
    check("2", "10", None, ("2", "10"), 0);
    check("many", "10", Some(4), ("many", "10"), 0);
}

#[test]
fn shrinking_is_judged_by_the_group_and_else_by_the_deployed_parameters() {
    let check =
        |before: &[(&str, &str)], after: (&str, &str), live: Option<(u32, u32, u32)>, expected: Option<&str>| {
            let live = live.map(|(min, max, running)| ("shop-web".to_owned(), LiveSize { min, max, running }));
            let sizes = sizes_of(
                Part::COMPUTE,
                &[TierParameters::of("shop", "web"), TierParameters::of("shop", "elsewhere")],
                &values(before),
                &values(&[("WebMin", after.0), ("WebMax", after.1)]),
                &live.into_iter().collect(),
            );
            assert_eq!(sizes.len(), 1);
            assert_eq!(sizes[0].shrinks().as_deref(), expected);
        };
    let deployed = [("WebMin", "5"), ("WebMax", "10")];
    check(&[], ("2", "10"), None, None);
    check(&deployed, ("5", "10"), None, None);
    check(&deployed, ("6", "12"), None, None);
    check(&deployed, ("2", "10"), None, Some("minimum 5 -> 2"));
    check(&deployed, ("2", "8"), None, Some("minimum 5 -> 2, maximum 10 -> 8"));
    // Scaled up by direct calls: the deployed parameters do not know.
    check(&[("WebMin", "2"), ("WebMax", "10")], ("2", "10"), Some((10, 10, 10)), Some("minimum 10 -> 2"));
    // Scaled back by direct calls: nothing that runs is lost.
    check(&deployed, ("2", "10"), Some((2, 10, 2)), None);
    check(&deployed, ("2", "6"), Some((2, 10, 8)), Some("maximum 6 is below the 8 that run"));
}

fn resource(id: &str) -> StackResource {
    StackResource {
        logical_id: id.into(),
        physical_id: format!("{}-1", id.to_lowercase()),
        resource_type: "AWS::EC2::Subnet".into(),
        status: "CREATE_COMPLETE".into(),
        status_reason: None,
    }
}

fn modify(id: &str, replacement: Replacement) -> ResourceChange {
    ResourceChange {
        logical_id: id.into(),
        physical_id: None,
        resource_type: "AWS::EC2::Subnet".into(),
        action: ChangeAction::Modify,
        replacement,
        properties: vec![],
    }
}

fn stack_plan(action: StackAction, changes: Vec<ResourceChange>) -> StackPlan {
    StackPlan {
        part: Part::Network,
        name: StackName::of("shop", Part::Network),
        action,
        basis: PreviewBasis::ChangeSet,
        changes,
        parameters: vec![],
        later: vec![],
        protection: None,
        template: Digest::of_bytes(b""),
    }
}

#[test]
fn inputs_follow_what_will_become_of_their_resources() {
    let check = |upstream: Upstream, known: Option<&str>, later: &[(LaterReason, &str)], problems: usize| {
        let stack = StackIntent {
            part: Part::COMPUTE,
            name: StackName::of("shop", Part::COMPUTE),
            body: String::new(),
            digest: Digest::of_bytes(b""),
            parameters: BTreeMap::new(),
            inputs: BTreeMap::from([(
                "Subnets".to_owned(),
                Input::Resources { part: Part::Network, logical_ids: vec!["A".into(), "B".into()] },
            )]),
        };
        match resolve(&stack, &BTreeMap::new(), &BTreeMap::from([(Part::Network, upstream)]), &[]) {
            Ok(resolved) => {
                assert_eq!(resolved.known.get("Subnets").map(String::as_str), known);
                let said: Vec<_> = resolved.later.iter().map(|l| (l.reason, l.logical_ids.join(","))).collect();
                let expected: Vec<_> = later.iter().map(|(r, ids)| (*r, (*ids).to_owned())).collect();
                assert_eq!(said, expected);
            }
            Err(found) => assert_eq!(found.len(), problems, "{found:?}"),
        }
    };
    let there = || Upstream::settled(&[resource("A"), resource("B")]);
    check(there(), Some("a-1,b-1"), &[], 0);
    check(Upstream::default(), None, &[], 2);
    check(Upstream::settled(&[resource("A")]), None, &[], 1);
    let coming = Upstream { will_have: vec!["A".into(), "B".into()], ..Upstream::settled(&[resource("A")]) };
    check(coming, None, &[(LaterReason::Created, "B")], 0);
    let update = |replacement| there().with_plan(&StackAction::Update, &[modify("B", replacement)]);
    check(update(Replacement::Never), Some("a-1,b-1"), &[], 0);
    check(update(Replacement::Always), None, &[(LaterReason::Replaced, "B")], 0);
    check(update(Replacement::Conditional), Some("a-1,b-1"), &[(LaterReason::MayBeReplaced, "B")], 0);
    let recreate = there().with_plan(&StackAction::Recreate { status: "DELETE_FAILED".into() }, &[]);
    check(recreate, None, &[(LaterReason::Replaced, "A,B")], 0);
}

#[test]
fn a_load_balancers_name_is_known_once_it_stands() {
    const ARN: &str = "arn:lb";
    let dns = |name: &str| Input::LoadBalancerDns { part: Part::Edge, logical_id: name.into() };
    let stack = StackIntent {
        part: Part::COMPUTE,
        name: StackName::of("shop", Part::COMPUTE),
        body: String::new(),
        digest: Digest::of_bytes(b""),
        parameters: BTreeMap::new(),
        inputs: BTreeMap::from([("DnsNameLb".to_owned(), dns("Lb"))]),
    };
    let there = || Upstream {
        resources: [("Lb".to_owned(), ARN.to_owned())].into(),
        dns_names: [("Lb".to_owned(), "lb-1.us-west-2.elb.amazonaws.com".to_owned())].into(),
        will_have: vec!["Lb".into()],
        ..Upstream::default()
    };
    let check = |upstream: Upstream, expected: Result<(Option<&str>, &[LaterReason]), &str>| {
        let found = resolve(&stack, &BTreeMap::new(), &BTreeMap::from([(Part::Edge, upstream)]), &[]);
        match (found, expected) {
            (Ok(found), Ok((known, later))) => {
                assert_eq!(found.known.get("DnsNameLb").map(String::as_str), known);
                assert_eq!(found.later.iter().map(|l| l.reason).collect::<Vec<_>>(), later);
            }
            (Err(found), Err(text)) => assert!(found.len() == 1 && found[0].to_string().contains(text), "{found:?}"),
            (found, _) => panic!("{found:?}"),
        }
    };
    let name = Some("lb-1.us-west-2.elb.amazonaws.com");
    check(there(), Ok((name, &[])));
    check(Upstream { will_have: vec!["Lb".into()], ..Upstream::default() }, Ok((None, &[LaterReason::Created])));
    let update = |replacement| there().with_plan(&StackAction::Update, &[modify("Lb", replacement)]);
    check(update(Replacement::Never), Ok((name, &[])));
    check(update(Replacement::Conditional), Ok((name, &[LaterReason::MayBeReplaced])));
    check(update(Replacement::Always), Ok((None, &[LaterReason::Replaced])));
    check(Upstream::default(), Err("has none of that name"));
    check(
        Upstream { dns_names: BTreeMap::new(), ..there() },
        Err("arn:lb of the edge stack, which was deleted outside"),
    );
    assert_eq!(inputs::parts_needed(&stack), [Part::Edge].into());
    assert_eq!(inputs::dns_names_wanted(std::slice::from_ref(&stack), Part::Edge), ["Lb".to_owned()].into());
    assert!(inputs::dns_names_wanted(&[stack], Part::Network).is_empty());
}

#[test]
fn a_plan_goes_stale_when_it_would_do_something_else() {
    let update = |changes| stack_plan(StackAction::Update, changes);
    let check = |shown: &StackPlan, now: &StackPlan, expected: Option<&str>| {
        let found = stale(shown, now);
        match expected {
            None => assert_eq!(found, None),
            Some(text) => assert!(found.as_deref().is_some_and(|f| f.contains(text)), "{found:?}"),
        }
    };
    let never = update(vec![modify("A", Replacement::Never)]);
    let maybe = update(vec![modify("A", Replacement::Conditional)]);
    let always = update(vec![modify("A", Replacement::Always)]);
    check(&never, &never, None);
    check(&never, &stack_plan(StackAction::NoChange, vec![]), None);
    check(&never, &always, Some("replace or remove A"));
    check(&never, &update(vec![modify("B", Replacement::Never)]), Some("no longer those"));
    check(&never, &stack_plan(StackAction::Create, vec![]), Some("shown as update"));
    check(&maybe, &always, Some("no longer those"));

    let mut later = maybe.clone();
    later.later = vec![LaterInput {
        parameter: "VpcId".into(),
        part: Part::Network,
        logical_ids: vec!["Vpc".into()],
        reason: LaterReason::Replaced,
    }];
    check(&later, &always, None);
    check(&later, &update(vec![modify("A", Replacement::Always), modify("B", Replacement::Always)]), Some("remove B"));
}

#[test]
fn templates_tell_what_is_added_changed_and_removed() {
    let before =
        r#"{"Resources":{"Gone":{"Type":"T"},"Same":{"Type":"T"},"Kept":{"Type":"T","Properties":{"A":1,"B":[2]}}}}"#;
    let after =
        r#"{"Resources":{"New":{"Type":"U"},"Same": {"Type":"T"},"Kept":{"Type":"T","Properties":{"B":[3],"A":1}}}}"#;
    let changes = template::compare(Some(before), after);
    let said: Vec<_> = changes.iter().map(|c| (c.logical_id.as_str(), c.action, c.replacement)).collect();
    assert_eq!(
        said,
        [
            ("Gone", ChangeAction::Remove, Replacement::Never),
            ("Kept", ChangeAction::Modify, Replacement::Conditional),
            ("New", ChangeAction::Add, Replacement::Never),
        ]
    );
    assert_eq!(
        changes[1].properties,
        [PropertyChange {
            path: "/Properties/B".into(),
            before: Some("[2]".into()),
            after: Some("[3]".into()),
            requires_replacement: false
        }]
    );
    assert!(template::same(before, &before.replace("{\"", "{ \"")));
    assert!(!template::same(before, after));
}

#[test]
fn reasons_have_hints_where_something_general_can_be_said() {
    let check = |reason: &str, expected: Option<&str>| {
        let found = hint::cause_hint(reason);
        assert_eq!(found.is_some(), expected.is_some(), "{reason}: {found:?}");
        assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{reason}");
    };
    check("User: arn:x is not authorized to perform: ec2:CreateVpc", Some("grant the caller"));
    check("shop-web already exists in stack arn:x", Some("has that name"));
    check("The maximum number of VPCs has been reached.", Some("quota"));
    check("Unable to fetch parameters [/x] from parameter store for this account.", Some("lifeboat sync"));
    check("resource sg-1 has a dependent object", Some("still uses it"));
    check("Property validation failure", None);
}
