//! Owns the cases of parameter planning.

use super::*;
use crate::model::fixture;

fn parameter(name: &str, kind: ParameterType, value: &str) -> Parameter {
    Parameter {
        name: name.into(),
        kind,
        tier: ParameterTier::Standard,
        value: SecretText::new(value),
        version: 1,
        data_type: "text".into(),
        description: String::new(),
        allowed_pattern: None,
        key_id: None,
    }
}

fn plan(delete: bool, primary: &[Parameter], standby: &[Parameter]) -> ParameterPlan {
    let environment = fixture::environment();
    let mut rule = environment.sync.parameters[0].clone();
    rule.delete = delete;
    let rewrite = Rewrite::new([&rule.rewrite]);
    plan_parameters(&rule, &rewrite, primary, standby, &environment.primary.region)
}

fn words(plan: &ParameterPlan) -> Vec<String> {
    plan.steps.iter().map(ParameterStep::describe).collect()
}

/// What a plan's writes leave.
fn written(plan: &ParameterPlan) -> Vec<Parameter> {
    let puts = plan.steps.iter().filter_map(|step| match step {
        ParameterStep::Put { put, .. } => {
            Some(Parameter { value: put.value.clone(), ..parameter(&put.name, put.kind, "") })
        }
        ParameterStep::Delete { .. } => None,
    });
    puts.collect()
}

const PLAIN: ParameterType = ParameterType::String;
const SECRET: ParameterType = ParameterType::SecureString;

#[test]
fn only_what_differs_is_written() {
    let primary = [
        parameter("/shop/prod/db", PLAIN, "db.us-east-1.example"),
        parameter("/shop/prod/size", PLAIN, "4"),
        parameter("/shop/prod/new", PLAIN, "x"),
        parameter("/shop/prod/password", SECRET, "hunter2"),
    ];
    let standby = [
        parameter("/shop/prod/db", PLAIN, "db.us-west-2.example"),
        parameter("/shop/prod/size", PLAIN, "3"),
        parameter("/shop/prod/password", SECRET, "hunter1"),
        parameter("/shop/prod/gone", PLAIN, "y"),
    ];
    let found = plan(false, &primary, &standby);
    insta::assert_debug_snapshot!((words(&found), found.in_step, &found.extra, &found.problems), @r#"
    (
        [
            "create /shop/prod/new = \"x\"",
            "update /shop/prod/password: value (secret, not shown)",
            "update /shop/prod/size: \"3\" -> \"4\"",
        ],
        1,
        [
            "/shop/prod/gone",
        ],
        [],
    )
    "#);
    assert_eq!(words(&plan(true, &primary, &standby))[3], "delete /shop/prod/gone");
}

#[test]
fn what_was_written_is_in_step_afterwards() {
    let primary = [parameter("/shop/prod/db", PLAIN, "db.us-east-1"), parameter("/shop/prod/key", SECRET, "s3cret")];
    let again = plan(false, &primary, &written(&plan(false, &primary, &[])));
    assert!(again.steps.is_empty(), "{again:?}");
    assert_eq!(again.in_step, 2);
}

#[test]
fn an_empty_path_is_a_problem_and_deletes_nothing() {
    let found = plan(true, &[], &[parameter("/shop/prod/a", PLAIN, "1")]);
    assert!(found.steps.is_empty());
    assert!(found.problems[0].blocks);
}

#[test]
fn a_value_that_still_names_the_primary_is_told_without_showing_secrets() {
    let environment = fixture::environment();
    let rule = ParameterSync { rewrite: BTreeMap::new(), ..environment.sync.parameters[0].clone() };
    let primary = [parameter("/shop/prod/password", SECRET, "hunter2@us-east-1")];
    let found = plan_parameters(&rule, &Rewrite::default(), &primary, &[], &environment.primary.region);
    assert_eq!(found.problems[0].place, "/shop/prod/password");
    assert!(!found.problems[0].text.contains("hunter2"));
    assert!(!found.problems[0].blocks);
}

#[test]
fn two_names_that_become_one_are_refused() {
    let primary = [parameter("/shop/prod/us-east-1", PLAIN, "a"), parameter("/shop/prod/us-west-2", PLAIN, "b")];
    let found = plan(false, &primary, &[]);
    assert!(found.problems.iter().any(|problem| problem.blocks), "{found:?}");
}

#[test]
fn type_and_tier_follow_but_an_advanced_tier_stays() {
    let mut advanced = parameter("/shop/prod/a", PLAIN, "1");
    advanced.tier = ParameterTier::Advanced;
    let standard = parameter("/shop/prod/a", PLAIN, "1");
    assert_eq!(
        words(&plan(false, std::slice::from_ref(&advanced), std::slice::from_ref(&standard))),
        ["update /shop/prod/a: tier"]
    );
    assert!(plan(false, &[standard], &[advanced]).steps.is_empty());
    let list = parameter("/shop/prod/a", ParameterType::StringList, "1");
    assert_eq!(words(&plan(false, &[list], &[parameter("/shop/prod/a", PLAIN, "1")])), ["update /shop/prod/a: type"]);
}

#[test]
fn what_names_a_load_balancer_that_is_not_there_yet_is_held_back_and_written_later() {
    use crate::model::{BalancerName, BalancerNames};
    const API: &str = "internal-api-1.us-east-1.elb.amazonaws.com";
    let environment = fixture::environment();
    let rule = ParameterSync { delete: true, ..environment.sync.parameters[0].clone() };
    let primary = [
        parameter("/shop/prod/api/url", PLAIN, &format!("http://{API}/")),
        parameter("/shop/prod/api/token-url", SECRET, &format!("https://user:hunter2@{}", API.to_uppercase())),
        parameter("/shop/prod/region", PLAIN, "us-east-1"),
    ];
    let standby = [
        parameter("/shop/prod/api/url", PLAIN, "http://an-old-one"),
        parameter("/shop/prod/gone", PLAIN, "x"),
        parameter("/shop/prod/region", PLAIN, "us-west-2"),
    ];
    let plan = |standing: BalancerName, standby: &[Parameter]| {
        let balancers = BalancerNames::from([(API.to_owned(), standing)]);
        let rewrite = Rewrite::of_parameters(&environment, &rule, &balancers);
        plan_parameters(&rule, &rewrite, &primary, standby, &environment.primary.region)
    };
    let early = plan(BalancerName::NotYet, &standby);
    assert_eq!(words(&early), ["delete /shop/prod/gone"], "what is held back is neither written nor deleted");
    assert_eq!(
        (early.in_step, &early.held[..]),
        (1, &["/shop/prod/api/token-url".into(), "/shop/prod/api/url".into()][..])
    );
    assert!(early.problems.iter().all(|problem| !problem.blocks), "{early:?}");
    let told: Vec<String> = early.problems.iter().map(|one| format!("{}: {}", one.place, one.text)).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    /shop/prod/api/token-url: not written: it names production's load balancer (secret, not shown); the standby has none yet: provision, then sync again
    /shop/prod/api/url: not written: it names production's load balancer internal-api-1.us-east-1.elb.amazonaws.com; the standby has none yet: provision, then sync again
    ");

    let denied = plan(BalancerName::Unread("AccessDenied".into()), &standby);
    assert!(denied.problems.iter().all(|problem| problem.blocks), "{denied:?}");

    let known = BalancerName::Known("internal-api-9.us-west-2.elb.amazonaws.com".into());
    let later = plan(known.clone(), &standby);
    assert!(later.held.is_empty() && later.problems.is_empty(), "{later:?}");
    assert_eq!(
        words(&later),
        [
            "create /shop/prod/api/token-url (secret, not shown)",
            "update /shop/prod/api/url: \"http://an-old-one\" -> \"http://internal-api-9.us-west-2.elb.amazonaws.com/\"",
            "delete /shop/prod/gone",
        ]
    );
    let written = written(&later);
    assert!(written.iter().any(|one| one.value.expose().ends_with("@internal-api-9.us-west-2.elb.amazonaws.com")));
    let rest = [written, vec![parameter("/shop/prod/region", PLAIN, "us-west-2")]].concat();
    assert!(plan(known, &rest).steps.is_empty());
}
