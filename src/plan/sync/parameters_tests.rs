//! Owns the cases of parameter planning.

use super::*;
use crate::plan::sync::test_environment;

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
    let environment = test_environment();
    let mut rule = environment.sync.parameters[0].clone();
    rule.delete = delete;
    let rewrite = Rewrite::new([&rule.rewrite]);
    plan_parameters(&rule, &rewrite, primary, standby, &environment.primary.region)
}

fn words(plan: &ParameterPlan) -> Vec<String> {
    plan.steps.iter().map(ParameterStep::describe).collect()
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
    let written: Vec<Parameter> = plan(false, &primary, &[])
        .steps
        .into_iter()
        .filter_map(|step| match step {
            ParameterStep::Put { put, .. } => {
                Some(Parameter { value: put.value, ..parameter(&put.name, put.kind, "") })
            }
            ParameterStep::Delete { .. } => None,
        })
        .collect();
    let again = plan(false, &primary, &written);
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
    let environment = test_environment();
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
