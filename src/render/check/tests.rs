//! Tests of the check of rendered stacks.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::model::{Digest, StackName};
use crate::render::stack::Input;

fn stack(part: Part, body: &Value) -> RenderedStack {
    RenderedStack {
        part,
        name: StackName::of("shop", part),
        body: body.to_string(),
        digest: Digest(String::new()),
        parameters: BTreeMap::new(),
        inputs: BTreeMap::new(),
    }
}

fn template(resources: Value) -> Value {
    json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
}

fn told(stacks: &[RenderedStack]) -> Vec<String> {
    check(stacks).problems.iter().map(ToString::to_string).collect()
}

fn one(resources: Value) -> Vec<String> {
    told(&[stack(Part::Network, &template(resources))])
}

#[test]
fn every_reference_must_lead_somewhere() {
    let expected = |what: &str| vec![format!("stack network: {what}")];
    let vpc = json!({"Type": "AWS::EC2::VPC"});
    for (properties, problem) in [
        (json!({"A": {"Ref": "Vcp"}}), "Resources/S/Properties/A: there is no parameter or resource `Vcp`"),
        (json!({"A": {"Fn::GetAtt": ["Nope", "Id"]}}), "Resources/S/Properties/A: there is no resource `Nope`"),
        (json!({"A": {"Fn::GetAtt": "Nope.Id"}}), "Resources/S/Properties/A: there is no resource `Nope`"),
        (json!({"A": {"Fn::Sub": "x-${Nope}"}}), "Resources/S/Properties/A: there is no parameter or resource `Nope`"),
        (
            json!({"A": {"Fn::Sub": ["${Own}${Nope.Id}", {"Own": 1}]}}),
            "Resources/S/Properties/A: there is no resource `Nope`",
        ),
        (json!({"A": {"Fn::If": ["IsX", 1, 2]}}), "Resources/S/Properties/A: there is no condition `IsX`"),
        (json!({"A": {"Fn::FindInMap": ["M", "a", "b"]}}), "Resources/S/Properties/A: there is no mapping `M`"),
    ] {
        let found = one(json!({"Vpc": vpc, "S": {"Type": "AWS::EC2::Subnet", "Properties": properties}}));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&expected(problem)[0]), "{found:?}");
    }
    let fine =
        json!({"A": {"Fn::Sub": "${Vpc}${!Literal}${AWS::Region}${Vpc.CidrBlock}"}, "B": {"Ref": "AWS::NoValue"}});
    assert_eq!(one(json!({"Vpc": vpc, "S": {"Type": "AWS::EC2::Subnet", "Properties": fine}})), Vec::<String>::new());
}

#[test]
fn circles_are_found_through_every_kind_of_reference() {
    let found = one(json!({
        "A": {"Type": "T", "DependsOn": ["B"]},
        "B": {"Type": "T", "Properties": {"X": {"Fn::GetAtt": ["C", "Arn"]}}},
        "C": {"Type": "T", "Properties": {"X": {"Fn::Sub": "${A}"}}},
        "Outside": {"Type": "T", "DependsOn": "A"},
        "Before": {"Type": "T"},
    }));
    assert_eq!(found, ["stack network: resources depend on each other in a circle: A -> B -> C -> A"]);
}

#[test]
fn inputs_must_come_from_an_earlier_stack() {
    let consumer = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"VpcId": {"Type": "String"}},
        "Resources": {"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": {"Ref": "VpcId"}}}},
    });
    let network = stack(Part::Network, &template(json!({"Vpc": {"Type": "AWS::EC2::VPC"}})));
    let taking = |id: &str| {
        let mut security = stack(Part::Security, &consumer);
        let logical_ids = vec![id.to_owned()];
        security.inputs.insert("VpcId".into(), Input::Resources { part: Part::Network, logical_ids });
        security
    };
    assert_eq!(told(&[network.clone(), taking("Vpc")]), Vec::<String>::new());
    let missing = "stack security: parameter VpcId takes resource Vcp of stack network, which has none of that name";
    assert_eq!(told(&[network, taking("Vcp")]), [missing]);
    assert_eq!(told(&[taking("Vpc")]).len(), 1, "the producer is not there at all");
    let dns = |id: &str| {
        let mut compute = stack(Part::COMPUTE, &consumer);
        compute.inputs.insert("VpcId".into(), Input::LoadBalancerDns { part: Part::Edge, logical_id: id.to_owned() });
        compute
    };
    let edge = stack(Part::Edge, &template(json!({"Lb": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"}})));
    assert_eq!(told(&[edge.clone(), dns("Lb")]), Vec::<String>::new());
    let missing = "stack compute: parameter VpcId takes resource Bl of stack edge, which has none of that name";
    assert_eq!(told(&[edge, dns("Bl")]), [missing]);
    let nobody = "stack security: lifeboat has no value for parameter VpcId; give it a `Default`";
    assert_eq!(told(&[stack(Part::Security, &consumer)]), [nobody]);
}

#[test]
fn limits_are_cloudformations() {
    let many = |count: usize, size: usize| {
        let resources: Map<String, Value> = (0..count)
            .map(|i| (format!("R{i}"), json!({"Type": "T", "Properties": {"X": "x".repeat(size)}})))
            .collect();
        check(&[stack(Part::Network, &template(Value::Object(resources)))])
    };
    assert!(many(500, 1).problems.is_empty() && many(500, 1).notes.is_empty());
    assert_eq!(many(501, 1).problems.len(), 1);
    let large = many(100, 600);
    assert!(large.problems.is_empty() && large.notes[0].contains("over the 51200"), "{large:?}");
    assert_eq!(many(100, 11_000).problems.len(), 1);
}
