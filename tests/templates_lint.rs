//! Tests that everything the embedded templates render passes `cfn-lint`, the checker AWS publishes.

#[path = "support/estate.rs"]
mod estate;
#[path = "support/python.rs"]
mod python;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lifeboat::facts::Baseline;
use lifeboat::model::{Environment, Footprint, Network, StoreLocation, Strategy};
use lifeboat::render::{Rendered, Templates, render};

/// Every environment that is rendered, with production as a baseline saw it.
fn subjects() -> BTreeMap<String, (Environment, Baseline)> {
    let mut subjects = BTreeMap::new();
    for strategy in [Strategy::PilotLight, Strategy::WarmStandby, Strategy::MultiSite] {
        let environment = estate::environment(strategy);
        let mut existing = environment.clone();
        existing.network = Network::Existing {
            vpc_id: "vpc-0b000000000000001".into(),
            public_subnet_ids: vec!["subnet-0b000000000000001".into(), "subnet-0b000000000000002".into()],
            private_subnet_ids: vec!["subnet-0b000000000000003".into(), "subnet-0b000000000000004".into()],
        };
        existing.store = StoreLocation::S3 { bucket: "shop-dr".into(), prefix: String::new() };
        for (id, standby) in [
            (estate::SG_OFFICE, "sg-0c000000000000009"),
            (estate::SG_ALB, "sg-0c000000000000001"),
            ("pl-0a000000000000001", "pl-0c000000000000001"),
            ("prod-key", "dr-key"),
            ("snap-0a000000000000001", "snap-0c000000000000001"),
            (
                estate::CERTIFICATE,
                "arn:aws:acm:us-west-2:111122223333:certificate/11111111-0000-0000-0000-000000000000",
            ),
        ] {
            existing.map.insert(id.into(), standby.into());
        }
        subjects.insert(format!("{strategy}-new-network"), (environment, estate::baseline()));
        subjects.insert(format!("{strategy}-existing-network"), (existing, estate::baseline()));
    }
    subjects
}

#[test]
fn rendered_templates_pass_cfn_lint() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cfn-lint");
    let _ = fs::remove_dir_all(&folder);
    let mut files = Vec::new();
    for (name, (environment, baseline)) in subjects() {
        for footprint in [Footprint::Standby, Footprint::Full] {
            let rendered = render(&environment, &baseline, footprint, &Templates::embedded())
                .unwrap_or_else(|problems| panic!("{name} {footprint}: {problems}"));
            files.extend(written(&folder.join(format!("{name}-{footprint}")), &rendered));
        }
    }
    assert_eq!(files.len(), 3 * 2 * (5 + 4), "stacks of three strategies, two footprints, with and without a network");

    let errors = errors(&files, "us-west-2");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn the_check_itself_finds_errors() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cfn-lint-broken");
    fs::create_dir_all(&folder).expect("target is writable");
    let file = folder.join("broken.template.json");
    let template = r#"{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"V": {"Type": "AWS::EC2::VPC",
        "Properties": {"CidrBlocks": "10.0.0.0/16"}}}}"#;
    fs::write(&file, template).expect("target is writable");
    assert!(!errors(&[file], "us-west-2").is_empty());
}

fn written(folder: &Path, rendered: &Rendered) -> Vec<PathBuf> {
    fs::create_dir_all(folder).expect("target is writable");
    let stacks = rendered.stacks.iter().map(|stack| {
        let file = folder.join(format!("{}.template.json", stack.name));
        fs::write(&file, &stack.body).expect("target is writable");
        file
    });
    stacks.collect()
}

/// What `cfn-lint` calls errors; warnings are printed.
fn errors(files: &[PathBuf], region: &str) -> Vec<String> {
    let output = Command::new(python::python_env().join("cfn-lint"))
        .args(["--format", "json", "--regions", region, "--"])
        .args(files)
        .output()
        .expect("cfn-lint starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let findings: Vec<serde_json::Value> = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    let mut errors = Vec::new();
    for finding in findings {
        let text = |pointer: &str| finding.pointer(pointer).map(|value| value.to_string()).unwrap_or_default();
        let line =
            format!("{} {} {} {}", text("/Filename"), text("/Rule/Id"), text("/Location/Path"), text("/Message"));
        if finding["Level"] == "Error" {
            errors.push(line);
        } else {
            println!("{} {line}", text("/Level"));
        }
    }
    errors
}
