//! Tests of tiers spread over several compute stacks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::large_estate::large;
use super::*;
use crate::render::estate;

fn rendered(environment: &Environment, baseline: &Baseline) -> Rendered {
    render(environment, baseline, Footprint::Standby, &Templates::embedded())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// The groups of each compute stack.
fn groups(rendered: &Rendered) -> BTreeMap<Part, BTreeSet<String>> {
    let compute = rendered.stacks.iter().filter(|stack| stack.part.is_compute());
    compute
        .map(|stack| {
            let body: Value = serde_json::from_str(&stack.body).expect("JSON");
            let resources = body["Resources"].as_object().expect("resources");
            let groups = resources.iter().filter(|(_, one)| one["Type"] == "AWS::AutoScaling::AutoScalingGroup");
            (stack.part, groups.map(|(id, _)| id.clone()).collect())
        })
        .collect()
}

#[test]
fn a_hundred_tiers_fit_into_four_compute_stacks() {
    let (environment, baseline) = large(100, 4);
    let rendered = rendered(&environment, &baseline);
    let names: Vec<&str> = rendered.stacks.iter().map(|stack| stack.name.as_str()).collect();
    let expected = [
        "shop-network",
        "shop-security",
        "shop-edge",
        "shop-compute",
        "shop-compute-2",
        "shop-compute-3",
        "shop-compute-4",
    ];
    assert_eq!(names, expected);
    assert_eq!(groups(&rendered).values().map(BTreeSet::len).sum::<usize>(), 100);
    assert_eq!(rendered.untranslated, []);
    for tier in &environment.tiers {
        let part = environment.part_of_tier(&tier.name);
        let stack = rendered.stacks.iter().find(|stack| stack.part == part).expect("the tier's stack");
        let logical = crate::model::logical_part(&tier.name);
        assert_eq!(stack.parameters[&format!("{logical}Image")], format!("/lifeboat/shop/images/{}", tier.name));
        let elsewhere = rendered.stacks.iter().filter(|other| other.part != part);
        assert!(elsewhere.into_iter().all(|other| !other.parameters.contains_key(&format!("{logical}Min"))));
        let counterpart = &rendered.counterparts[&tier.auto_scaling_group];
        assert_eq!((counterpart.part, counterpart.logical_id.as_str()), (part, format!("{logical}Group").as_str()));
    }
    // A stack takes what its own tiers need, and nothing for the others.
    for stack in rendered.stacks.iter().filter(|stack| stack.part.is_compute()) {
        let own = &groups(&rendered)[&stack.part];
        let targets = stack.inputs.keys().filter(|name| name.starts_with("Tg")).count();
        assert!(targets <= own.len() && targets > 0, "{}: {targets} of {}", stack.name, own.len());
    }
}

#[test]
fn adding_a_tier_moves_none_and_one_stack_is_as_it_was() {
    let (environment, baseline) = large(60, 3);
    let (more, larger) = large(61, 3);
    let (before, after) = (groups(&rendered(&environment, &baseline)), groups(&rendered(&more, &larger)));
    for (part, groups) in &before {
        assert!(groups.is_subset(&after[part]), "{part}");
    }
    let count = |groups: &BTreeMap<Part, BTreeSet<String>>| groups.values().map(BTreeSet::len).sum::<usize>();
    assert_eq!((count(&before), count(&after)), (60, 61));
    // Seven stacks for three tiers: those without a tier are not there.
    let mut few = estate::environment(crate::model::Strategy::WarmStandby);
    few.stacks.compute = 7;
    let parts: Vec<String> = groups(&rendered(&few, &estate::baseline())).keys().map(Part::to_string).collect();
    assert_eq!(parts, ["compute-4", "compute-6", "compute-7"]);
}

#[test]
fn a_compute_stack_that_is_too_large_is_told_how_many_would_do() {
    let all = |stacks: u8| {
        let (environment, baseline) = large(70, stacks);
        render(&environment, &baseline, Footprint::Standby, &Templates::embedded())
    };
    insta::assert_snapshot!(all(1).expect_err("too large"), @"stack compute: the template has 338 parameters, CloudFormation takes 200; raise `stacks.compute` to 2");
    assert!(all(2).is_ok());
}

#[test]
fn the_smallest_number_that_would_do_is_found() {
    let large = |part: Part| RenderProblem::Limit {
        stack: part,
        count: 501,
        what: "resources",
        limit: 500,
        next: "split the tiers over several environments".into(),
    };
    let third = Part::all(3)[6];
    let environment = |compute: u8| {
        let mut environment = estate::environment(crate::model::Strategy::WarmStandby);
        environment.stacks.compute = compute;
        environment
    };
    let advised = |compute: u8, problems: Vec<RenderProblem>, fits: &dyn Fn(u8) -> bool| {
        let render = |wider: &Environment| {
            // What compute stacks cannot help is wrong whatever their number.
            let mut left = vec![large(Part::Security)];
            left.extend((!fits(wider.stacks.compute)).then(|| large(Part::COMPUTE)));
            Err(RenderProblems(left))
        };
        spread::advise(RenderProblems(problems), &environment(compute), render).to_string()
    };
    insta::assert_snapshot!(
        advised(3, vec![large(Part::Security), large(Part::COMPUTE), large(third)], &|compute| compute % 5 == 0),
        @r"
    stack security: the template has 501 resources, CloudFormation takes 500; split the tiers over several environments
    stack compute: the template has 501 resources, CloudFormation takes 500; raise `stacks.compute` to 5
    stack compute-3: the template has 501 resources, CloudFormation takes 500; raise `stacks.compute` to 5
    "
    );
    insta::assert_snapshot!(advised(3, vec![large(third)], &|_| false), @"stack compute-3: the template has 501 resources, CloudFormation takes 500; split the tiers over several environments");
    insta::assert_snapshot!(advised(16, vec![large(third)], &|_| true), @"stack compute-3: the template has 501 resources, CloudFormation takes 500; split the tiers over several environments");
}
