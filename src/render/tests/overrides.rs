//! Tests of templates that a person puts in the place of ours.

use std::collections::BTreeMap;

use super::super::estate::{baseline, environment};
use super::super::*;
use super::body;
use crate::model::Strategy;

fn with_override(name: &str, edit: impl Fn(&str) -> String) -> Result<Rendered, RenderProblems> {
    let embedded = Templates::embedded();
    let (_, text) = embedded.iter().find(|(known, _)| *known == name).expect("a known template");
    let templates = Templates::with_overrides(BTreeMap::from([(name.to_owned(), edit(text))]))?;
    render(&environment(Strategy::WarmStandby), &baseline(), Footprint::Standby, &templates)
}

#[test]
fn overrides_are_told_what_is_wrong_and_where() {
    let group = "partials/group.yaml.hbs";
    let mut told = String::new();
    for (name, from, to) in [
        (group, "{{#if metrics}}", "{{#if metrix}}"),
        (group, "{{health_check_grace}}", "{{helth_check_grace}}"),
        (group, "{{#each instance_types}}", "{{#each instance_type}}"),
        (group, "{{json name}}", "{{jsn name}}"),
        (group, "{{json name}}", "{{tags}}"),
        (group, "{{json name}}", "{{environment}}"),
        (group, "{{json name}}", "{{launch_template.profil.name}}"),
        (group, "          Value: {{json Value}}", "          Value: {{Value}}"),
        (group, "{{#if metrics}}", "{{#if metrics"),
        (group, "{{#if metrics}}", "{{#if metrics}}{{/each}}"),
        (group, "      HealthCheckType:", "{{> partials/gruop}}\n      HealthCheckType:"),
        (group, "      HealthCheckType:", "{{> partials/launch-template}}{{> partials/group}}\n      HealthCheckType:"),
        (group, "      HealthCheckType:", "      Cooldown: 5\n      HealthCheckType:"),
        (group, "      HealthCheckType:", "   HealthCheckType:"),
        (group, "      HealthCheckType:", "      Context: '{{ resolve:ssm:/x}}'\n      HealthCheckType:"),
        (group, "!Ref PrivateSubnets", "!Ref PrivateSubnet"),
        (group, "!GetAtt {{id}}Launch", "!GetAtt {{id}}Lunch"),
        (group, "!Ref PrivateSubnets", "!Rfe PrivateSubnets"),
        (group, "    Properties:", "    DependsOn: {{id}}Group\n    Properties:"),
        ("warm-standby/compute.yaml.hbs", "Parameters:\n", "Parameters:\n  Colour: {Type: String}\n"),
        ("warm-standby/compute.yaml.hbs", "AWSTemplateFormatVersion: \"2010-09-09\"\n", "Resource: {}\n"),
    ] {
        let error = with_override(name, |text| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        })
        .expect_err(to);
        told.push_str(&format!("{to:?}\n  {}\n", error.to_string().replace('\n', "\n  ")));
    }
    insta::assert_snapshot!("overrides", told);
}

#[test]
fn dynamic_references_of_an_author_pass_untouched() {
    let rendered = with_override("partials/group.yaml.hbs", |text| {
        text.replacen("{{json name}}", "'{{resolve:ssm:/names/{{@root.environment}}/{{tier}}}}'", 1)
    })
    .unwrap_or_else(|problems| panic!("{problems}"));
    let compute = body(&rendered, Part::COMPUTE);
    let name = &compute["Resources"]["WebGroup"]["Properties"]["AutoScalingGroupName"];
    assert_eq!(name, "{{resolve:ssm:/names/shop/web}}");
}
