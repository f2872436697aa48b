//! Owns the tests of CloudFormation: stacks, events, change sets, drift, large templates.

use std::collections::BTreeMap;

use lifeboat::cloud::{
    ChangeAction, ChangeSetKind, ChangeSetRequest, ChangeSetState, Cloud as _, CloudErrorKind, Replacement,
    TemplateSource,
};
use lifeboat::facts::DriftStatus;
use lifeboat::model::SideName;

use super::replay::{Replay, page, query_error, xml};
use super::{cloud, names, reading, side, writing};

#[tokio::test]
async fn stacks_that_do_not_exist_are_absent() {
    let server = Replay::start();
    server.on_call("cloudformation", "DescribeStacks", |call| match call.field("StackName").as_str() {
        "shop-network" => xml("<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>arn:1</StackId>\
             <StackName>shop-network</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>\
             <CreationTime>2026-01-01T00:00:00Z</CreationTime><LastUpdatedTime>2026-02-01T00:00:00Z</LastUpdatedTime>\
             <Parameters><member><ParameterKey>Image</ParameterKey><ParameterValue>/lifeboat/image</ParameterValue>\
             <ResolvedValue>ami-1</ResolvedValue></member></Parameters>\
             <Outputs><member><OutputKey>Vpc</OutputKey><OutputValue>vpc-1</OutputValue></member></Outputs>\
             <EnableTerminationProtection>true</EnableTerminationProtection></member></Stacks></DescribeStacksResult>\
             </DescribeStacksResponse>"),
        name => query_error(400, "ValidationError", &format!("Stack with id {name} does not exist")),
    });
    let found = reading(&server).await.stacks.stacks(&names(&["shop-network", "shop-edge"])).await.expect("stacks");
    assert_eq!(found.keys().collect::<Vec<_>>(), ["shop-network"]);
    let stack = &found["shop-network"];
    assert!(stack.status.is_success() && stack.termination_protection);
    assert_eq!(stack.parameters["Image"], "/lifeboat/image");
    assert_eq!(stack.resolved_parameters["Image"], "ami-1");
    assert_eq!(stack.outputs["Vpc"], "vpc-1");
    assert_eq!(stack.updated_at.map(|at| at.to_string()).as_deref(), Some("2026-02-01T00:00:00Z"));
}

#[tokio::test]
async fn events_are_read_back_to_the_last_one_seen_and_no_further() {
    let server = Replay::start();
    let events = |ids: &[u32], token: &str| {
        let members: String = ids
            .iter()
            .map(|id| {
                format!(
                    "<member><EventId>e{id}</EventId><StackId>s</StackId><StackName>s</StackName>\
                     <Timestamp>2026-01-01T00:00:0{id}Z</Timestamp><ResourceStatus>CREATE_FAILED</ResourceStatus>\
                     <ClientRequestToken>run-1</ClientRequestToken></member>"
                )
            })
            .collect();
        xml(format!(
            "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>{members}</StackEvents>{token}\
             </DescribeStackEventsResult></DescribeStackEventsResponse>"
        ))
    };
    let pages = [events(&[5, 4], "<NextToken>a</NextToken>"), events(&[3, 2], "<NextToken>b</NextToken>")];
    server.on("cloudformation", "DescribeStackEvents", pages);
    let found = reading(&server).await.stacks.events_since("s", Some("e3")).await.expect("events");
    assert_eq!(found.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["e5", "e4"]);
    assert_eq!(found[0].token.as_deref(), Some("run-1"));
    assert_eq!(server.count(), 2);
}

fn change_set(status: &str, reason: &str, changes: &str, token: &str) -> String {
    format!(
        "<DescribeChangeSetResponse><DescribeChangeSetResult><ChangeSetId>arn:cs</ChangeSetId><Status>{status}</Status>\
         <ExecutionStatus>AVAILABLE</ExecutionStatus><StatusReason>{reason}</StatusReason><Changes>{changes}</Changes>\
         {token}</DescribeChangeSetResult></DescribeChangeSetResponse>"
    )
}

#[tokio::test]
async fn a_change_set_is_read_whole_with_values_before_and_after() {
    let server = Replay::start();
    let modify = "<member><Type>Resource</Type><ResourceChange><Action>Modify</Action>\
        <LogicalResourceId>Group</LogicalResourceId><PhysicalResourceId>g</PhysicalResourceId>\
        <ResourceType>AWS::AutoScaling::AutoScalingGroup</ResourceType><Replacement>Conditional</Replacement><Details>\
        <member><Target><Attribute>Properties</Attribute><Name>MinSize</Name><Path>/Properties/MinSize</Path>\
        <RequiresRecreation>Never</RequiresRecreation><BeforeValue>1</BeforeValue><AfterValue>4</AfterValue></Target>\
        <ChangeSource>ParameterReference</ChangeSource></member>\
        <member><Target><Attribute>Properties</Attribute><Name>MinSize</Name><Path>/Properties/MinSize</Path>\
        <RequiresRecreation>Never</RequiresRecreation><BeforeValue>1</BeforeValue><AfterValue>4</AfterValue></Target>\
        <ChangeSource>DirectModification</ChangeSource></member>\
        <member><Target><Attribute>Properties</Attribute><Name>LaunchTemplate</Name>\
        <RequiresRecreation>Always</RequiresRecreation><AfterValue>{{changeSet:KNOWN_AFTER_APPLY}}</AfterValue></Target>\
        </member></Details></ResourceChange></member>";
    let remove = "<member><ResourceChange><Action>Remove</Action><LogicalResourceId>Old</LogicalResourceId>\
        <ResourceType>AWS::EC2::EIP</ResourceType></ResourceChange></member>";
    server.on(
        "cloudformation",
        "DescribeChangeSet",
        [
            xml(change_set("CREATE_COMPLETE", "", modify, "<NextToken>more</NextToken>")),
            xml(change_set("CREATE_COMPLETE", "", remove, "")),
        ],
    );
    let found = reading(&server).await.stacks.change_set("s", "arn:cs").await.expect("read").expect("there");
    assert_eq!(found.state, ChangeSetState::Ready);
    let [group, old] = &found.changes[..] else { panic!("both pages: {found:?}") };
    assert_eq!((group.action, group.replacement), (ChangeAction::Modify, Replacement::Conditional));
    let told: Vec<_> = group
        .properties
        .iter()
        .map(|p| (p.path.as_str(), p.before.as_deref(), p.after.as_deref(), p.requires_replacement))
        .collect();
    assert_eq!(
        told,
        [("/Properties/MinSize", Some("1"), Some("4"), false), ("/Properties/LaunchTemplate", None, None, true)],
        "once per property, and no placeholder as a value"
    );
    assert_eq!((old.action, old.physical_id.as_deref()), (ChangeAction::Remove, None));
    assert_eq!(server.calls("cloudformation", "DescribeChangeSet")[0].field("IncludePropertyValues"), "true");
}

#[tokio::test]
async fn a_stand_in_that_knows_no_property_values_is_asked_without() {
    let server = Replay::start();
    server.on_call("cloudformation", "DescribeChangeSet", |call| match call.field("IncludePropertyValues").as_str() {
        "true" => page(500),
        _ => xml(change_set("CREATE_COMPLETE", "", "", "")),
    });
    let found = reading(&server).await.stacks.change_set("s", "cs").await.expect("read").expect("there");
    assert_eq!(found.state, ChangeSetState::Ready);
}

fn request() -> ChangeSetRequest {
    ChangeSetRequest {
        stack: "shop-compute".into(),
        name: "lifeboat-1".into(),
        kind: ChangeSetKind::Update,
        template: TemplateSource::Body("{}".into()),
        parameters: BTreeMap::from([("Min".to_owned(), "4".to_owned())]),
        tags: BTreeMap::from([("app".to_owned(), "shop".to_owned())]),
        token: "run-1-step-1".into(),
    }
}

#[tokio::test]
async fn a_change_set_is_asked_for_with_its_token() {
    let server = Replay::start();
    let answer = "<CreateChangeSetResponse><CreateChangeSetResult><Id>arn:cs</Id></CreateChangeSetResult>\
        </CreateChangeSetResponse>";
    server.on("cloudformation", "CreateChangeSet", [xml(answer)]);
    assert_eq!(writing(&server).await.stacks.create_change_set(&request()).await, Ok("arn:cs".to_owned()));
    let call = &server.calls("cloudformation", "CreateChangeSet")[0];
    let fields = ["ChangeSetType", "ClientToken", "Parameters.member.1.ParameterValue", "Tags.member.1.Value"];
    assert_eq!(fields.map(|name| call.field(name)), ["UPDATE", "run-1-step-1", "4", "shop"]);
}

#[tokio::test]
async fn nothing_to_change_is_empty_however_it_is_said() {
    let server = Replay::start();
    let failed = "The submitted information didn't contain changes. Submit different information.";
    server.on("cloudformation", "DescribeChangeSet", [xml(change_set("FAILED", failed, "", ""))]);
    let refused = query_error(400, "ValidationError", "No updates are to be performed.");
    server.on("cloudformation", "CreateChangeSet", [refused]);
    let read = reading(&server).await;
    let found = read.stacks.change_set("s", "arn:cs").await.expect("read").expect("there");
    assert_eq!(found.state, ChangeSetState::Empty);

    let write = writing(&server).await;
    let id = write.stacks.create_change_set(&request()).await.expect("refused, which means empty");
    let calls = server.count();
    let found = read.stacks.change_set("s", &id).await.expect("read").expect("there");
    assert_eq!(found.state, ChangeSetState::Empty);
    write.stacks.delete_change_set("s", &id).await.expect("nothing to delete");
    assert_eq!(server.count(), calls, "what was never made is not asked for");
}

#[tokio::test]
async fn what_is_not_there_is_deleted_already() {
    let server = Replay::start();
    server.on("cloudformation", "DescribeChangeSet", [query_error(404, "ChangeSetNotFound", "no such")]);
    server.on("cloudformation", "DeleteChangeSet", [query_error(404, "ChangeSetNotFound", "no such")]);
    let missing = query_error(400, "ValidationError", "Stack [s] does not exist");
    server.on("cloudformation", "DeleteStack", [missing]);
    assert_eq!(reading(&server).await.stacks.change_set("s", "x").await, Ok(None));
    let ports = writing(&server).await;
    assert_eq!(ports.stacks.delete_change_set("s", "x").await, Ok(()));
    assert_eq!(ports.stacks.delete_stack("s", "token").await, Ok(()));
}

#[tokio::test]
async fn termination_protection_is_switched_and_what_is_not_there_is_an_error() {
    let server = Replay::start();
    server.on_call("cloudformation", "UpdateTerminationProtection", |call| match call.field("StackName").as_str() {
        "shop-data" => {
            xml("<UpdateTerminationProtectionResponse><UpdateTerminationProtectionResult><StackId>arn:1</StackId>\
             </UpdateTerminationProtectionResult></UpdateTerminationProtectionResponse>")
        }
        "nested" => query_error(400, "ValidationError", "Cannot set TerminationProtection on a nested stack"),
        name => query_error(400, "ValidationError", &format!("Stack [{name}] does not exist")),
    });
    let ports = writing(&server).await;
    let set = async |stack: &str, on: bool| ports.stacks.set_termination_protection(stack, on).await;
    assert_eq!((set("shop-data", true).await, set("shop-data", false).await), (Ok(()), Ok(())));
    let calls = server.calls("cloudformation", "UpdateTerminationProtection");
    let asked: Vec<String> = calls.iter().map(|call| call.field("EnableTerminationProtection")).collect();
    assert_eq!(asked, ["true", "false"]);
    assert_eq!(set("gone", true).await.expect_err("absent").kind, CloudErrorKind::NotFound);
    assert_eq!(set("nested", true).await.expect_err("nested").kind, CloudErrorKind::Invalid);
}

#[tokio::test]
async fn a_stand_in_without_termination_protection_says_so_at_once() {
    let server = Replay::start();
    server.on("cloudformation", "UpdateTerminationProtection", [page(500)]);
    let ports = writing(&server).await;
    let error = ports.stacks.set_termination_protection("s", true).await.expect_err("not there");
    assert_eq!((error.kind, server.count()), (CloudErrorKind::Unsupported, 1));
}

#[tokio::test]
async fn drift_is_waited_for_and_partial_results_are_kept() {
    let server = Replay::start();
    let started = "<DetectStackDriftResponse><DetectStackDriftResult><StackDriftDetectionId>d-1</StackDriftDetectionId>\
        </DetectStackDriftResult></DetectStackDriftResponse>";
    server.on("cloudformation", "DetectStackDrift", [xml(started)]);
    let status = |status: &str, reason: &str| {
        xml(format!(
            "<DescribeStackDriftDetectionStatusResponse><DescribeStackDriftDetectionStatusResult><StackId>s</StackId>\
             <StackDriftDetectionId>d-1</StackDriftDetectionId><DetectionStatus>{status}</DetectionStatus>\
             <DetectionStatusReason>{reason}</DetectionStatusReason><Timestamp>2026-01-01T00:00:00Z</Timestamp>\
             </DescribeStackDriftDetectionStatusResult></DescribeStackDriftDetectionStatusResponse>"
        ))
    };
    let waits = [status("DETECTION_IN_PROGRESS", ""), status("DETECTION_FAILED", "Rate exceeded for [Alarm]")];
    server.on("cloudformation", "DescribeStackDriftDetectionStatus", waits);
    let resource = |id: &str, status: &str, differences: &str| {
        format!(
            "<member><StackId>s</StackId><LogicalResourceId>{id}</LogicalResourceId><ResourceType>T</ResourceType>\
             <StackResourceDriftStatus>{status}</StackResourceDriftStatus><Timestamp>2026-01-01T00:00:00Z</Timestamp>\
             <PropertyDifferences>{differences}</PropertyDifferences></member>"
        )
    };
    let difference = "<member><PropertyPath>/MinSize</PropertyPath><ExpectedValue>1</ExpectedValue>\
        <ActualValue>3</ActualValue><DifferenceType>NOT_EQUAL</DifferenceType></member>";
    let drifts = resource("Group", "MODIFIED", difference)
        + &resource("Alarm", "UNKNOWN", "")
        + &resource("Custom", "UNSUPPORTED", "");
    server.on(
        "cloudformation",
        "DescribeStackResourceDrifts",
        [xml(format!(
            "<DescribeStackResourceDriftsResponse><DescribeStackResourceDriftsResult><StackResourceDrifts>{drifts}\
             </StackResourceDrifts></DescribeStackResourceDriftsResult></DescribeStackResourceDriftsResponse>"
        ))],
    );
    let drift = reading(&server).await.stacks.detect_drift("s").await.expect("drift");
    assert_eq!((drift.complete, drift.reason.as_deref()), (false, Some("Rate exceeded for [Alarm]")));
    let told: Vec<_> = drift.resources.iter().map(|r| (r.logical_id.as_str(), r.status)).collect();
    assert_eq!(told, [("Group", DriftStatus::Modified), ("Alarm", DriftStatus::Unknown)]);
    assert_eq!(drift.resources[0].differences[0].actual, "3");
}

#[tokio::test]
async fn a_stand_in_without_drift_detection_says_so_at_once() {
    let server = Replay::start();
    server.on("cloudformation", "DetectStackDrift", [page(500)]);
    let error = reading(&server).await.stacks.detect_drift("s").await.expect_err("not there");
    assert_eq!((error.kind, server.count()), (CloudErrorKind::Unsupported, 1));
}

#[tokio::test]
async fn a_large_template_needs_a_bucket() {
    let server = Replay::start();
    let error = writing(&server).await.stacks.upload_template("compute.json", "{}").await.expect_err("no bucket");
    assert_eq!((error.kind, server.count()), (CloudErrorKind::Unsupported, 0));
    assert!(error.message.contains("use an s3:// store in us-west-2"), "{error}");

    server.on("s3", "PUT", [xml("")]);
    let cloud = cloud().with_template_bucket("shop-dr", "templates");
    let ports = cloud.write(SideName::Standby, &side(server.url())).await.expect("ports");
    let url = ports.stacks.upload_template("compute.json", "{}").await.expect("uploaded");
    assert_eq!(url, format!("{}/shop-dr/templates/compute.json", server.url()));
    let put = &server.calls("s3", "PUT")[0];
    assert!(put.path.starts_with("/shop-dr/templates/compute.json") && put.body.contains("{}"), "{put:?}");
}
