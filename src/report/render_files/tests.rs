//! Tests of the rendered folder; the script is run by a real shell against an `aws` that records what it is asked.

use std::fs;
use std::process::Command;

use super::*;
use crate::model::{Digest, StackName};

fn stack(part: Part, parameters: &[(&str, &str)], inputs: &[(&str, Input)]) -> RenderedStack {
    RenderedStack {
        part,
        name: StackName::of("shop", part),
        body: "{}\n".into(),
        digest: Digest(String::new()),
        parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        inputs: inputs.iter().map(|(name, input)| ((*name).to_owned(), input.clone())).collect(),
    }
}

fn rendered() -> Rendered {
    let subnets =
        Input::Resources { part: Part::Network, logical_ids: vec!["PrivateSubnet1".into(), "PrivateSubnet2".into()] };
    let dns_name = Input::LoadBalancerDns { part: Part::Edge, logical_id: "LbShop".into() };
    Rendered {
        stacks: vec![
            stack(Part::Network, &[], &[("Zone1", Input::Zone { index: 0 }), ("Zone2", Input::Zone { index: 1 })]),
            stack(Part::Data, &[], &[]),
            stack(Part::Edge, &[], &[]),
            stack(
                Part::COMPUTE,
                &[("WebMax", "10"), ("WebMin", "a \"quoted\" value")],
                &[("PrivateSubnets", subnets), ("DnsNameLbShop", dns_name)],
            ),
        ],
        counterparts: BTreeMap::new(),
        untranslated: Vec::new(),
        notes: Vec::new(),
    }
}

#[test]
fn the_folder_holds_templates_parameters_and_a_script() {
    let files = files(&rendered());
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "deploy.sh",
            "shop-compute.parameters.json",
            "shop-compute.template.json",
            "shop-data.parameters.json",
            "shop-data.template.json",
            "shop-edge.parameters.json",
            "shop-edge.template.json",
            "shop-network.parameters.json",
            "shop-network.template.json"
        ]
    );
    insta::assert_snapshot!(files["shop-compute.parameters.json"], @r#"
    [
      {"ParameterKey":"WebMax","ParameterValue":"10"},
      {"ParameterKey":"WebMin","ParameterValue":"a \"quoted\" value"}
    ]
    "#);
    assert_eq!(files["shop-network.parameters.json"], "[\n]\n");
}

/// An `aws` that answers from canned words and appends deployments, with their parameters, to `asked`.
const FAKE_AWS: &str = r#"#!/bin/sh
case "$*" in
  *describe-stacks*Zone2*) echo us-west-2c ;;
  *describe-stacks*) echo "no such stack" >&2; exit 254 ;;
  *describe-availability-zones*'[0]'*) echo us-west-2a ;;
  *list-stack-resources*PrivateSubnet1*) echo subnet-1 ;;
  *list-stack-resources*PrivateSubnet2*) [ -n "${MISSING:-}" ] || echo subnet-2 ;;
  *list-stack-resources*shop-edge*LbShop*) echo arn:lb ;;
  *elbv2*describe-load-balancers*arn:lb*) [ -n "${GONE:-}" ] || echo lb.example.com ;;
  *update-termination-protection*) echo "$*" >> asked; echo '{"StackId": "arn"}' ;;
  *"cloudformation deploy"*)
    echo "$*" | sed 's,file://.*/,file://,' >> asked
    for word in "$@"; do case "$word" in file://*) cat "${word#file://}" >> asked ;; esac; done ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"#;

fn run(without: Option<&str>) -> (bool, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files(&rendered()) {
        fs::write(folder.path().join(name), text).expect("writes");
    }
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).expect("a folder");
    fs::write(bin.join("aws"), FAKE_AWS).expect("writes");
    let chmod = Command::new("chmod").arg("+x").arg(bin.join("aws")).status().expect("chmod");
    assert!(chmod.success());
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.arg(folder.path().join(SCRIPT)).arg("my-bucket").env("PATH", path);
    if let Some(without) = without {
        shell.env(without, "1");
    }
    let output = shell.output().expect("a shell");
    let asked = fs::read_to_string(folder.path().join("asked")).unwrap_or_default();
    (output.status.success(), asked, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(unix)]
#[test]
fn the_script_deploys_in_order_with_what_it_looked_up() {
    let (success, asked, told) = run(None);
    assert!(success, "{told}");
    insta::assert_snapshot!(asked, @r#"
    cloudformation deploy --no-fail-on-empty-changeset --stack-name shop-network --template-file shop-network.template.json --parameter-overrides file://shop-network.json --s3-bucket my-bucket
    [
    "Zone1=us-west-2a",
    "Zone2=us-west-2c"
    ]
    cloudformation deploy --no-fail-on-empty-changeset --stack-name shop-data --template-file shop-data.template.json --s3-bucket my-bucket
    cloudformation update-termination-protection --enable-termination-protection --stack-name shop-data
    cloudformation deploy --no-fail-on-empty-changeset --stack-name shop-edge --template-file shop-edge.template.json --s3-bucket my-bucket
    cloudformation deploy --no-fail-on-empty-changeset --stack-name shop-compute --template-file shop-compute.template.json --parameter-overrides file://shop-compute.json --s3-bucket my-bucket
    [
    "WebMax=10",
    "WebMin=a \"quoted\" value",
    "DnsNameLbShop=lb.example.com",
    "PrivateSubnets=subnet-1,subnet-2"
    ]
    "#);
}

#[cfg(unix)]
#[test]
fn the_script_stops_when_a_look_up_fails() {
    for (without, expected) in [
        ("MISSING", "stack shop-network has no resource PrivateSubnet2"),
        ("GONE", "load balancer LbShop of stack shop-edge has no DNS name"),
    ] {
        let (success, asked, told) = run(Some(without));
        assert!(!success);
        assert!(told.contains(expected), "{told}");
        assert!(!asked.contains("--stack-name shop-compute"), "{asked}");
    }
}
