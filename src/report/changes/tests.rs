//! Tests of the words of provisioning: what people read, as they read it.

use super::*;
use crate::facts::{ChangeAction, PropertyChange, Replacement, ResourceChange, StackResource};
use crate::model::{Digest, Part, Region, StackName};
use crate::plan::provision::{
    Allow, LaterInput, LaterReason, LiveSize, ParameterChange, PreviewBasis, Protection, ProvisionPlan, StackAction,
    StackPlan, TierSizes, refusals,
};
use crate::plan::teardown::{Blocked, StackKept, StackToDelete, Stays, TeardownPlan};
use crate::run::provision::{Deed, ProvisionReport, RootCause, StackFailure, StackOutcome, StopKind, Stopped};

fn property(path: &str, before: Option<&str>, after: Option<&str>, requires_replacement: bool) -> PropertyChange {
    PropertyChange {
        path: format!("/Properties/{path}"),
        before: before.map(Into::into),
        after: after.map(Into::into),
        requires_replacement,
    }
}

fn resource(id: &str, kind: &str, action: ChangeAction, replacement: Replacement) -> ResourceChange {
    ResourceChange {
        logical_id: id.into(),
        physical_id: (action != ChangeAction::Add).then(|| format!("{}-0a1b", id.to_lowercase())),
        resource_type: kind.into(),
        action,
        replacement,
        properties: vec![],
    }
}

fn stack(part: Part, action: StackAction, changes: Vec<ResourceChange>) -> StackPlan {
    StackPlan {
        part,
        name: StackName::of("shop", part),
        action,
        basis: PreviewBasis::ChangeSet,
        changes,
        parameters: vec![],
        later: vec![],
        protection: None,
        template: Digest::of_bytes(b""),
    }
}

fn plan(stacks: Vec<StackPlan>) -> ProvisionPlan {
    ProvisionPlan {
        schema_version: 1,
        environment: "shop".into(),
        region: Region("us-west-2".into()),
        stacks,
        sizes: vec![],
        raised: vec![],
        warnings: vec![],
        digest: Digest::of_bytes(b"plan"),
    }
}

fn full_plan() -> ProvisionPlan {
    use ChangeAction::{Add, Modify, Remove};
    use Replacement::{Always, Conditional, Never};
    let mut vpc = resource("Vpc", "AWS::EC2::VPC", Modify, Always);
    vpc.properties.push(property("CidrBlock", Some("10.0.0.0/16"), Some("10.80.0.0/16"), true));
    let mut subnet = resource("PrivateSubnet1", "AWS::EC2::Subnet", Modify, Conditional);
    subnet.properties.push(property("VpcId", Some("vpc-1"), Some("{{changeSet:KNOWN_AFTER_APPLY}}"), true));
    let network = stack(
        Part::Network,
        StackAction::Update,
        vec![
            resource("PublicSubnet3", "AWS::EC2::Subnet", Add, Never),
            resource("OldRoute", "AWS::EC2::Route", Remove, Never),
            vpc,
            subnet,
        ],
    );
    let mut template = resource("WebLaunchTemplate", "AWS::EC2::LaunchTemplate", Modify, Never);
    template.properties.push(property(
        "LaunchTemplateData",
        Some(r##"{"InstanceType":"m5.large","UserData":"(33 bytes, not shown)","Tags":["a"]}"##),
        Some(r##"{"InstanceType":"m6i.large","UserData":"(34 bytes, not shown)","Tags":["a","b"]}"##),
        false,
    ));
    template.properties.push(property("TagSpecifications", None, None, false));
    let mut compute = stack(Part::COMPUTE, StackAction::Update, vec![template]);
    compute.parameters =
        vec![ParameterChange { name: "WebMax".into(), before: Some("10".into()), after: Some("6".into()) }];
    compute.later = vec![LaterInput {
        parameter: "VpcId".into(),
        part: Part::Network,
        logical_ids: vec!["Vpc".into()],
        reason: LaterReason::Replaced,
    }];
    let mut plan = plan(vec![
        network,
        stack(Part::Security, StackAction::NoChange, vec![]),
        stack(
            Part::Edge,
            StackAction::Blocked { reason: "an update is under way (UPDATE_IN_PROGRESS)".into(), next: "wait".into() },
            vec![],
        ),
        compute,
    ]);
    plan.sizes = vec![TierSizes {
        tier: "web".into(),
        part: Part::COMPUTE,
        min_before: Some(2),
        min_after: 2,
        max_before: Some(10),
        max_after: 6,
        live: Some(LiveSize { min: 2, max: 10, running: 8 }),
    }];
    plan.warnings = vec!["the standby was scaled to full".into()];
    plan
}

#[test]
fn a_plan_reads_well() {
    let plan = full_plan();
    insta::assert_snapshot!(plan_text(&plan, &refusals(&plan, &Allow::default()), false), @r#"
    plan for shop in us-west-2

    shop-network  update  +1  -1  -/+1  ±?1
      -/+ AWS::EC2::VPC     Vpc  vpc-0a1b  replaced because of CidrBlock
            CidrBlock  10.0.0.0/16 -> 10.80.0.0/16  (replaces)
      -   AWS::EC2::Route   OldRoute  oldroute-0a1b
      ±?  AWS::EC2::Subnet  PrivateSubnet1  privatesubnet1-0a1b  may be replaced because of VpcId
            VpcId  vpc-1 -> (known after deploy)  (replaces)
      +   AWS::EC2::Subnet  PublicSubnet3

    shop-security  no changes

    shop-edge  blocked
      an update is under way (UPDATE_IN_PROGRESS)
      wait

    shop-compute  update  ~1
      will change: unknown until network is deployed (VpcId follows Vpc, which is replaced)
      ~   parameter WebMax  10 -> 6
      ~   AWS::EC2::LaunchTemplate  WebLaunchTemplate  weblaunchtemplate-0a1b
            LaunchTemplateData.InstanceType  m5.large -> m6i.large
            LaunchTemplateData.Tags.1  (none) -> b
            LaunchTemplateData.UserData  (33 bytes, not shown) -> (34 bytes, not shown)
            TagSpecifications  (values not told)

    ! the standby was scaled to full

    not carried out as it stands:
      shop-network would lose OldRoute (removed), Vpc (replaced), PrivateSubnet1 (may be replaced)
        add --allow-replace when that is meant
      shop-edge cannot be deployed: an update is under way (UPDATE_IN_PROGRESS)
        wait
      tier web would be made smaller: maximum 6 is below the 8 that run
        add --allow-shrink when that is meant; `lifeboat scale` is the usual way

    plan: 2 to update, 1 blocked, 1 unchanged; resources +1 ~1 -1 -/+1 ±?1
    "#);
}

#[test]
fn a_first_plan_reads_well() {
    let adds = |ids: &[&str]| {
        ids.iter().map(|id| resource(id, "AWS::EC2::VPC", ChangeAction::Add, Replacement::Never)).collect::<Vec<_>>()
    };
    let mut compute = stack(Part::COMPUTE, StackAction::Create, adds(&["WebGroup"]));
    compute.basis = PreviewBasis::TemplateOnly;
    compute.later = vec![LaterInput {
        parameter: "VpcId".into(),
        part: Part::Network,
        logical_ids: vec!["Vpc".into()],
        reason: LaterReason::Created,
    }];
    let plan = plan(vec![stack(Part::Network, StackAction::Create, adds(&["Vpc", "Gateway"])), compute]);
    insta::assert_snapshot!(plan_text(&plan, &[], false), @r#"
    plan for shop in us-west-2

    shop-network  create  +2
      +   AWS::EC2::VPC  Gateway
      +   AWS::EC2::VPC  Vpc

    shop-compute  create  +1
      template-only: read from the templates, because CloudFormation cannot be asked yet
      VpcId is known only after network is deployed (Vpc is not there yet)
      +   AWS::EC2::VPC  WebGroup

    plan: 2 to create; resources +3 ~0 -0 -/+0
    "#);
}

#[test]
fn no_changes_is_unmistakable() {
    let plan = plan(vec![stack(Part::Network, StackAction::NoChange, vec![])]);
    insta::assert_snapshot!(plan_text(&plan, &[], false), @r#"
    plan for shop in us-west-2

    shop-network  no changes

    No changes. The stack is as rendered.
    plan: 1 unchanged; resources +0 ~0 -0 -/+0
    "#);
    assert_eq!(plan_json(&plan, &[])["no_changes"], true);
}

#[test]
fn colour_is_only_colour() {
    let plan = full_plan();
    let colored = plan_text(&plan, &[], true);
    assert!(colored.contains("\u{1b}[1m\u{1b}[31m-/+\u{1b}[0m"), "{colored:?}");
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plan_text(&plan, &[], false));
}

#[test]
fn json_says_what_the_text_says() {
    let plan = full_plan();
    let json = plan_json(&plan, &refusals(&plan, &Allow::default()));
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["stacks"][0]["action"], "update");
    assert_eq!(json["stacks"][2]["action"], "blocked");
    assert_eq!(json["stacks"][3]["later"][0]["reason"], "replaced");
    assert_eq!(json["destructive"][1]["kind"], "replace");
    assert_eq!(json["shrinks"][0]["tier"], "web");
    assert_eq!(json["refusals"].as_array().map(Vec::len), Some(3));
    assert_eq!(json["summary"], plan_summary(&plan));
}

#[test]
fn a_failure_reads_well() {
    let done = |part, deed, elapsed_ms| StackOutcome {
        part,
        name: StackName::of("shop", part),
        deed,
        resources: 12,
        elapsed_ms,
        kept: vec![],
    };
    let report = ProvisionReport {
        schema_version: 1,
        environment: "shop".into(),
        done: vec![done(Part::Network, Deed::Created, 95_000), done(Part::Security, Deed::Unchanged, 0)],
        stopped: Some(Stopped {
            kind: StopKind::Failed,
            stack: Some(StackName::of("shop", Part::Edge)),
            what: "the creation of stack shop-edge failed: it is in ROLLBACK_COMPLETE".into(),
            why: vec!["AWS::X Y is CREATE_FAILED: no".into()],
            failure: Some(StackFailure {
                part: Part::Edge,
                name: StackName::of("shop", Part::Edge),
                status: "ROLLBACK_COMPLETE".into(),
                root: Some(RootCause {
                    logical_id: "Y".into(),
                    resource_type: "AWS::X".into(),
                    status: "CREATE_FAILED".into(),
                    reason: "no".into(),
                }),
                others: 2,
                state: "what was made has been removed again; the empty stack is in the way".into(),
            }),
            next: vec!["continue with `lifeboat provision shop.yaml --recreate`".into()],
        }),
        not_started: vec![StackName::of("shop", Part::COMPUTE)],
        left_behind: vec![],
    };
    insta::assert_snapshot!(outcome_text(&report, false), @r#"
    shop-network   created  12 resources  1 min 35 s
    shop-security  unchanged

    the creation of stack shop-edge failed: it is in ROLLBACK_COMPLETE
      because: AWS::X Y is CREATE_FAILED: no
      after it: 2 more failed
      now: what was made has been removed again; the empty stack is in the way
      next: continue with `lifeboat provision shop.yaml --recreate`
    shop-compute  not started
    "#);
    assert_eq!(outcome_json(&report)["complete"], false);
}

#[test]
fn a_teardown_reads_well() {
    let resource = |id: &str, kind: &str| StackResource {
        logical_id: id.into(),
        physical_id: String::new(),
        resource_type: kind.into(),
        status: "CREATE_COMPLETE".into(),
        status_reason: None,
    };
    let plan = TeardownPlan {
        schema_version: 1,
        environment: "shop".into(),
        region: Region("us-west-2".into()),
        stacks: vec![StackToDelete {
            part: Part::Network,
            name: StackName::of("shop", Part::Network),
            id: "arn".into(),
            status: "CREATE_COMPLETE".into(),
            resources: vec![
                resource("A", "AWS::EC2::Subnet"),
                resource("B", "AWS::EC2::Subnet"),
                resource("C", "AWS::EC2::VPC"),
            ],
            unprotect: false,
            blocked: Some(Blocked { reason: "it is protected against termination".into(), next: "lift that".into() }),
        }],
        kept: vec![],
        databases: vec![],
        absent: vec![StackName::of("shop", Part::COMPUTE)],
        stays: vec![Stays {
            what: "parameter /lifeboat/shop/images/web".into(),
            next: "aws ssm delete-parameter".into(),
        }],
        digest: Digest::of_bytes(b""),
    };
    insta::assert_snapshot!(teardown_text(&plan, false), @r#"
    teardown of shop in us-west-2

    shop-network  delete 3 resources
      cannot be deleted: it is protected against termination
      lift that
      -   2 AWS::EC2::Subnet
      -   1 AWS::EC2::VPC

    not there: shop-compute

    stays, because it is in no stack:
      parameter /lifeboat/shop/images/web
        aws ssm delete-parameter

    teardown: 1 stack with 3 resources to delete
    "#);
    assert_eq!(teardown_json(&plan)["resources"], 3);

    let kept = |part, reason: &str, next: &str| StackKept {
        part,
        name: StackName::of("shop", part),
        reason: reason.into(),
        next: next.into(),
    };
    let left = TeardownPlan {
        stacks: vec![],
        kept: vec![
            kept(Part::Data, "it holds the standby's data", "add --with-data"),
            kept(Part::Network, "shop-data stands on it", "it goes once shop-data is gone"),
        ],
        databases: vec![Stays { what: "database shop-orders".into(), next: "aws rds delete-db-instance".into() }],
        stays: vec![],
        ..plan.clone()
    };
    insta::assert_snapshot!(teardown_text(&left, false), @"
    teardown of shop in us-west-2

    shop-data  stays
      it holds the standby's data
      add --with-data

    shop-network  stays
      shop-data stands on it
      it goes once shop-data is gone

    Nothing to delete. What is there stays.

    stays, because no teardown deletes a database:
      database shop-orders
        aws rds delete-db-instance

    teardown: 0 stacks with 0 resources to delete
    ");
    assert_eq!(teardown_json(&left)["kept"][0]["part"], "data");

    let mut with_data = plan;
    with_data.stacks[0].unprotect = true;
    let text = teardown_text(&with_data, false);
    assert!(text.contains("\n  its termination protection is switched off first\n"), "{text}");
}

#[test]
fn protection_is_told_where_something_becomes_of_it() {
    let data = |action, protection| StackPlan { protection: Some(protection), ..stack(Part::Data, action, vec![]) };
    let made = plan(vec![data(StackAction::Create, Protection::New)]);
    insta::assert_snapshot!(plan_text(&made, &[], false), @"
    plan for shop in us-west-2

    shop-data  create
      termination protection: on

    plan: 1 to create; resources +0 ~0 -0 -/+0
    ");
    let found_off = plan(vec![data(StackAction::NoChange, Protection::FoundOff)]);
    insta::assert_snapshot!(plan_text(&found_off, &[], false), @"
    plan for shop in us-west-2

    shop-data  protect
      ~   termination protection  off -> on

    plan: 1 to protect; resources +0 ~0 -0 -/+0
    ");
    let json = plan_json(&found_off, &[]);
    assert_eq!((&json["no_changes"], &json["stacks"][0]["protection"]), (&false.into(), &"found-off".into()), "{json}");
    let on = plan(vec![data(StackAction::NoChange, Protection::On)]);
    assert!(plan_text(&on, &[], false).contains("No changes."));
}
