//! Owns the tests of groups, launch templates and images.

use std::collections::BTreeMap;

use lifeboat::cloud::{CloudErrorKind, CopyImage};
use lifeboat::facts::{ImageState, LaunchTemplateRef};
use lifeboat::model::{GroupSize, Region};

use super::replay::{Call, Replay, ec2_error, query_error, xml};
use super::{names, reading, writing};

fn group(name: &str) -> String {
    format!(
        "<member><AutoScalingGroupName>{name}</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>9</MaxSize>\
         <DesiredCapacity>3</DesiredCapacity><DefaultCooldown>300</DefaultCooldown></member>"
    )
}

fn groups_page(groups: &str, token: &str) -> String {
    format!(
        "<DescribeAutoScalingGroupsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">\
         <DescribeAutoScalingGroupsResult><AutoScalingGroups>{groups}</AutoScalingGroups>{token}\
         </DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
    )
}

#[tokio::test]
async fn groups_are_asked_by_name_a_hundred_a_call_and_missing_ones_are_absent() {
    let server = Replay::start();
    server.on_call("autoscaling", "DescribeAutoScalingGroups", |call| {
        let asked = call.list("AutoScalingGroupNames.member");
        let found: String = asked.iter().filter(|name| *name != "g7").map(|name| group(name)).collect();
        xml(groups_page(&found, ""))
    });
    let asked: Vec<String> = (0..250).map(|n| format!("g{n}")).collect();
    let found = reading(&server).await.groups.groups(&asked).await.expect("groups");
    assert_eq!(found.len(), 249);
    assert_eq!(found[0].size, GroupSize { min: 1, max: 9, desired: 3 });
    let sizes: Vec<usize> = server
        .calls("autoscaling", "DescribeAutoScalingGroups")
        .iter()
        .map(|call| call.list("AutoScalingGroupNames.member").len())
        .collect();
    assert_eq!(sizes.iter().sum::<usize>(), 250);
    assert_eq!(sizes.len(), 3, "by the page, not by the group: {sizes:?}");
}

#[tokio::test]
async fn a_group_is_told_in_our_words() {
    let server = Replay::start();
    let member = "<member><AutoScalingGroupName>shop-web</AutoScalingGroupName>\
        <AutoScalingGroupARN>arn:asg</AutoScalingGroupARN><MinSize>0</MinSize><MaxSize>4</MaxSize>\
        <DesiredCapacity>2</DesiredCapacity><DefaultCooldown>60</DefaultCooldown>\
        <MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId>\
        <LaunchTemplateName>web</LaunchTemplateName></LaunchTemplateSpecification><Overrides>\
        <member><InstanceType>m6i.large</InstanceType><WeightedCapacity>2</WeightedCapacity></member>\
        <member><InstanceType>m5.large</InstanceType><WeightedCapacity>3</WeightedCapacity></member>\
        </Overrides></LaunchTemplate></MixedInstancesPolicy>\
        <AvailabilityZones><member>us-west-2a</member></AvailabilityZones>\
        <VPCZoneIdentifier>subnet-1, subnet-2</VPCZoneIdentifier>\
        <TrafficSources><member><Identifier>arn:aws:elasticloadbalancing:x:1:targetgroup/web/1</Identifier></member>\
        </TrafficSources><HealthCheckType>ELB</HealthCheckType><HealthCheckGracePeriod>90</HealthCheckGracePeriod>\
        <TerminationPolicies><member>Default</member></TerminationPolicies>\
        <SuspendedProcesses><member><ProcessName>Launch</ProcessName></member></SuspendedProcesses>\
        <EnabledMetrics><member><Metric>GroupInServiceInstances</Metric></member></EnabledMetrics>\
        <Tags><member><Key>aws:cloudformation:stack-name</Key><Value>x</Value></member>\
        <member><Key>app</Key><Value>shop</Value></member></Tags>\
        <Instances><member><InstanceId>i-1</InstanceId><AvailabilityZone>us-west-2a</AvailabilityZone>\
        <LifecycleState>InService</LifecycleState><HealthStatus>Healthy</HealthStatus>\
        <InstanceType>m5.large</InstanceType><WeightedCapacity>3</WeightedCapacity>\
        <ProtectedFromScaleIn>false</ProtectedFromScaleIn></member></Instances>\
        <DesiredCapacityType>units</DesiredCapacityType>\
        </member>";
    server.on("autoscaling", "DescribeAutoScalingGroups", [xml(groups_page(member, ""))]);
    let found = reading(&server).await.groups.groups(&names(&["shop-web"])).await.expect("groups");
    let [web] = &found[..] else { panic!("one group: {found:?}") };
    let template = LaunchTemplateRef { id: "lt-1".into(), name: "web".into(), version: "$Default".into() };
    assert_eq!(web.launch_template, Some(template), "no version means the default one");
    assert_eq!(web.overrides, names(&["m6i.large", "m5.large"]));
    assert_eq!(web.subnet_ids, names(&["subnet-1", "subnet-2"]));
    assert_eq!(web.target_group_arns, names(&["arn:aws:elasticloadbalancing:x:1:targetgroup/web/1"]));
    assert_eq!((web.health_check_type.as_str(), web.health_check_grace_s, web.default_cooldown_s), ("ELB", 90, 60));
    assert_eq!(web.suspended_processes, names(&["Launch"]));
    assert!(web.metrics_enabled);
    assert_eq!(web.tags, BTreeMap::from([("app".to_owned(), "shop".to_owned())]));
    assert_eq!(web.weights, BTreeMap::from([("m6i.large".to_owned(), 2), ("m5.large".to_owned(), 3)]));
    assert_eq!((web.in_service(), web.capacity_type.as_deref()), (3, None), "an instance counts for its weight");
}

#[tokio::test]
async fn listings_are_read_to_the_end_and_a_repeated_page_is_an_error() {
    let server = Replay::start();
    server.on(
        "autoscaling",
        "DescribeAutoScalingGroups",
        [xml(groups_page(&group("a"), "<NextToken>t1</NextToken>")), xml(groups_page(&group("b"), ""))],
    );
    let ports = reading(&server).await;
    let all = ports.groups.all_groups().await.expect("both pages");
    assert_eq!(all.iter().map(|g| g.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(server.calls("autoscaling", "DescribeAutoScalingGroups")[1].field("NextToken"), "t1");

    server.on(
        "autoscaling",
        "DescribeAutoScalingGroups",
        [xml(groups_page(&group("a"), "<NextToken>same</NextToken>"))],
    );
    let error = ports.groups.all_groups().await.expect_err("would never end");
    assert!(error.to_string().contains("the listing is incomplete"), "{error}");
}

#[tokio::test]
async fn a_size_is_set_in_one_absolute_call_and_a_missing_group_is_told() {
    let server = Replay::start();
    server.on_call("autoscaling", "UpdateAutoScalingGroup", |call| match call.field("AutoScalingGroupName").as_str() {
        "shop-web" => xml("<UpdateAutoScalingGroupResponse/>"),
        _ => query_error(400, "ValidationError", "AutoScalingGroup name not found - null"),
    });
    let ports = writing(&server).await;
    ports.groups.set_size("shop-web", GroupSize { min: 4, max: 9, desired: 4 }).await.expect("set");
    let calls = server.calls("autoscaling", "UpdateAutoScalingGroup");
    let fields = ["MinSize", "MaxSize", "DesiredCapacity"].map(|name| calls[0].field(name));
    assert_eq!(fields, ["4", "9", "4"]);
    let error = ports.groups.set_size("gone", GroupSize::default()).await.expect_err("no such group");
    assert_eq!(error.kind, CloudErrorKind::NotFound);
}

#[tokio::test]
async fn scheduled_actions_alone_are_suspended_and_resumed() {
    let server = Replay::start();
    server.on_call("autoscaling", "SuspendProcesses", |call| match call.field("AutoScalingGroupName").as_str() {
        "shop-web" => xml("<SuspendProcessesResponse/>"),
        _ => query_error(400, "ValidationError", "AutoScalingGroup name not found - null"),
    });
    server.on_call("autoscaling", "ResumeProcesses", |_| query_error(403, "AccessDenied", "no policy allows it"));
    let groups = writing(&server).await.groups;
    groups.suspend_schedules("shop-web").await.expect("suspended");
    assert_eq!(groups.suspend_schedules("gone").await.expect_err("no group").kind, CloudErrorKind::NotFound);
    let error = groups.resume_schedules("shop-web").await.expect_err("denied").to_string();
    assert!(error.contains("autoscaling:ResumeProcesses is not allowed"), "{error}");
    for operation in ["SuspendProcesses", "ResumeProcesses"] {
        let call = &server.calls("autoscaling", operation)[0];
        // Without a name AWS takes every process.
        let named = ["ScalingProcesses.member.1", "ScalingProcesses.member.2"].map(|field| call.field(field));
        assert_eq!(named, ["ScheduledActions", ""], "{operation}");
    }
}

fn version(id: usize, number: u64, is_default: bool, image: &str) -> String {
    format!(
        "<item><launchTemplateId>lt-{id}</launchTemplateId><launchTemplateName>t{id}</launchTemplateName>\
         <versionNumber>{number}</versionNumber><defaultVersion>{is_default}</defaultVersion>\
         <launchTemplateData><imageId>{image}</imageId></launchTemplateData></item>"
    )
}

fn versions_page(items: &str, token: &str) -> String {
    format!(
        "<DescribeLaunchTemplateVersionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <launchTemplateVersionSet>{items}</launchTemplateVersionSet><nextToken>{token}</nextToken>\
         </DescribeLaunchTemplateVersionsResponse>"
    )
}

fn reference(id: usize, version: &str) -> LaunchTemplateRef {
    LaunchTemplateRef { id: format!("lt-{id}"), name: String::new(), version: version.to_owned() }
}

/// 300 templates: version 1 is the default, version 2 the latest, and template 5 has a version 9 between them.
fn many_templates(call: &Call) -> super::replay::Answer {
    let id = call.field("LaunchTemplateId");
    if !id.is_empty() {
        return match (id.as_str(), call.list("LaunchTemplateVersion")) {
            ("lt-5", versions) if versions == ["9"] => xml(versions_page(&version(5, 9, false, "ami-9"), "")),
            (_, versions) => {
                let message = format!("Could not find the specified version {versions:?} for {id}");
                ec2_error(400, "InvalidLaunchTemplateId.VersionNotFound", &message)
            }
        };
    }
    // 200 versions a page: a hundred templates.
    let from = call.field("NextToken").parse::<usize>().unwrap_or(0);
    let items: String = (from..from + 100)
        .map(|id| version(id, 1, true, "ami-1") + &version(id, 2, false, "resolve:ssm:/shop/image"))
        .collect();
    xml(versions_page(&items, &if from == 200 { String::new() } else { (from + 100).to_string() }))
}

#[tokio::test]
async fn three_hundred_launch_templates_cost_pages_not_calls() {
    let server = Replay::start();
    server.on_call("ec2", "DescribeLaunchTemplateVersions", many_templates);
    server.on_call("ssm", "GetParameters", |_| {
        let found =
            serde_json::json!([{ "Name": "/shop/image", "Type": "String", "Value": "ami-resolved", "Version": 1 }]);
        super::replay::json(serde_json::json!({ "Parameters": found }))
    });
    let mut asked: Vec<LaunchTemplateRef> =
        (0..300).map(|id| reference(id, ["$Latest", "$Default", "1"][id % 3])).collect();
    asked.push(reference(5, "9"));
    asked.push(reference(6, "77"));
    asked.push(reference(999, "1"));
    let found = reading(&server).await.launch_templates.launch_templates(&asked).await.expect("templates");
    assert_eq!(found.len(), 301, "a missing version and a missing template are absent");
    let image = |id, version| found[&reference(id, version)].image_id.clone().unwrap_or_default();
    assert_eq!(image(0, "$Latest"), "ami-resolved", "an image named by parameter is resolved");
    assert_eq!(image(1, "$Default"), "ami-1");
    assert_eq!(found[&reference(0, "$Latest")].version, 2);
    assert_eq!(image(5, "9"), "ami-9");
    let calls = server.calls("ec2", "DescribeLaunchTemplateVersions");
    assert_eq!(calls.len(), 5, "three pages, and one call for each version the sweep did not bring");
    assert_eq!(calls[0].list("LaunchTemplateVersion"), ["$Latest", "$Default"]);
    assert_eq!(calls[0].field("ResolveAlias"), "true");
}

#[tokio::test]
async fn a_parameter_that_cannot_be_resolved_does_not_hide_the_template() {
    let server = Replay::start();
    server.on_call("ec2", "DescribeLaunchTemplateVersions", |call| match call.field("ResolveAlias").as_str() {
        "true" => ec2_error(400, "InvalidParameterValue", "Could not resolve the parameter /gone"),
        _ => xml(versions_page(&version(1, 3, true, "resolve:ssm:/gone"), "")),
    });
    server.on("ssm", "GetParameters", [super::replay::json(serde_json::json!({ "InvalidParameters": ["/gone"] }))]);
    let asked = [reference(1, "$Default")];
    let found = reading(&server).await.launch_templates.launch_templates(&asked).await.expect("templates");
    assert_eq!(found[&asked[0]].image_id.as_deref(), Some("resolve:ssm:/gone"), "left as it stands");
}

fn image(id: &str, state: &str) -> String {
    format!(
        "<item><imageId>{id}</imageId><name>{id}-name</name><imageState>{state}</imageState>\
         <architecture>arm64</architecture><stateReason><message>copy failed: no access to key</message></stateReason>\
         <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>snap-1</snapshotId>\
         <encrypted>true</encrypted><deleteOnTermination>true</deleteOnTermination></ebs></item>\
         <item><deviceName>/dev/sdf</deviceName><ebs><deleteOnTermination>false</deleteOnTermination></ebs></item>\
         </blockDeviceMapping>\
         <tagSet><item><key>aws:ec2:x</key><value>1</value></item><item><key>app</key><value>shop</value></item></tagSet>\
         </item>"
    )
}

fn images_page(items: &str) -> String {
    format!("<DescribeImagesResponse><imagesSet>{items}</imagesSet></DescribeImagesResponse>")
}

#[tokio::test]
async fn a_missing_image_does_not_hide_the_others() {
    let server = Replay::start();
    server.on_call("ec2", "DescribeImages", |call| {
        let asked = call.list("ImageId");
        if asked.iter().any(|id| id == "ami-gone") {
            return ec2_error(400, "InvalidAMIID.NotFound", "The image id '[ami-gone]' does not exist");
        }
        if asked.iter().any(|id| id == "ami-old") {
            return ec2_error(400, "InvalidAMIID.Unavailable", "The image ID 'ami-old' is no longer available");
        }
        xml(images_page(
            &asked.iter().map(|id| image(id, if id == "ami-2" { "failed" } else { "available" })).collect::<String>(),
        ))
    });
    let asked = names(&["ami-1", "ami-gone", "ami-2", "ami-old", "ami-1"]);
    let found = reading(&server).await.images.images(&asked).await.expect("images");
    assert_eq!(found.iter().map(|i| i.id.as_str()).collect::<Vec<_>>(), ["ami-1", "ami-2"]);
    assert_eq!(found[1].state, ImageState::Failed { reason: "copy failed: no access to key".to_owned() });
    assert!(found[0].encrypted);
    assert_eq!(found[0].snapshot_ids, names(&["snap-1"]));
    assert_eq!(found[0].keeps, names(&["/dev/sdf"]));
    assert_eq!(found[0].tags, BTreeMap::from([("app".to_owned(), "shop".to_owned())]));
}

#[tokio::test]
async fn a_copy_carries_its_token_key_and_tags() {
    let server = Replay::start();
    server.on("ec2", "CopyImage", [xml("<CopyImageResponse><imageId>ami-copy</imageId></CopyImageResponse>")]);
    server.on("ec2", "CreateTags", [xml("<CreateTagsResponse><return>true</return></CreateTagsResponse>")]);
    let copy = CopyImage {
        source_region: Region("us-east-1".into()),
        source_image: "ami-1".into(),
        name: "web".into(),
        description: "of ami-1".into(),
        encrypted: true,
        key: Some("alias/dr".into()),
        token: "run-1-step-2".into(),
        tags: BTreeMap::from([("source".to_owned(), "ami-1".to_owned())]),
    };
    assert_eq!(writing(&server).await.images.copy_image(&copy).await, Ok("ami-copy".to_owned()));
    let call = &server.calls("ec2", "CopyImage")[0];
    let fields =
        ["SourceRegion", "SourceImageId", "ClientToken", "Encrypted", "KmsKeyId", "TagSpecification.2.ResourceType"];
    assert_eq!(
        fields.map(|name| call.field(name)),
        ["us-east-1", "ami-1", "run-1-step-2", "true", "alias/dr", "snapshot"]
    );
    assert_eq!(call.region, "us-west-2", "the call goes to the Region that gets the copy");
}

#[tokio::test]
async fn removing_an_image_leaves_a_snapshot_others_use_and_repeats_without_harm() {
    let server = Replay::start();
    server.on("ec2", "DeregisterImage", [ec2_error(400, "InvalidAMIID.Unavailable", "no longer available")]);
    server.on("ec2", "DeleteSnapshot", [ec2_error(400, "InvalidSnapshot.InUse", "in use by ami-2")]);
    server.on("ec2", "DescribeImages", [xml(images_page(&image("ami-1", "available")))]);
    let found = reading(&server).await.images.images(&names(&["ami-1"])).await.expect("image");
    writing(&server).await.images.remove_image(&found[0]).await.expect("removed already");
    assert_eq!(server.calls("ec2", "DeleteSnapshot")[0].field("SnapshotId"), "snap-1");
}

#[tokio::test]
async fn an_image_in_use_names_its_users() {
    let server = Replay::start();
    let instances = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>\
        </item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
    server.on("ec2", "DescribeInstances", [xml(instances)]);
    let uses = "<member><AutoScalingGroupName>g</AutoScalingGroupName><LaunchTemplate>\
        <LaunchTemplateId>lt-5</LaunchTemplateId><Version>9</Version></LaunchTemplate></member>";
    server.on("autoscaling", "DescribeAutoScalingGroups", [xml(groups_page(uses, ""))]);
    server.on_call("ec2", "DescribeLaunchTemplateVersions", many_templates);
    server.on("ssm", "GetParameters", [super::replay::json(serde_json::json!({}))]);
    let users = reading(&server).await.images.image_users("ami-9").await.expect("users");
    assert_eq!(users, names(&["instance i-1", "launch template t5 (lt-5) version 9"]));
}
