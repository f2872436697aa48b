//! Owns the tests of changing what groups launch.

use lifeboat::cloud::CloudErrorKind;
use lifeboat::facts::NewLaunchVersion;

use super::replay::{Replay, ec2_error, xml};
use super::writing;

fn wish() -> NewLaunchVersion {
    NewLaunchVersion {
        template: "lt-1".into(),
        source: 4,
        image: "ami-h".into(),
        description: "version 4 with ami-h".into(),
        token: "token-1".into(),
    }
}

#[tokio::test]
async fn a_version_is_made_from_another_with_its_image_alone_changed_and_under_a_token() {
    let server = Replay::start();
    let made = "<CreateLaunchTemplateVersionResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
                <launchTemplateVersion><launchTemplateId>lt-1</launchTemplateId><versionNumber>7</versionNumber>\
                </launchTemplateVersion></CreateLaunchTemplateVersionResponse>";
    server.on_call("ec2", "CreateLaunchTemplateVersion", move |call| match call.field("LaunchTemplateId").as_str() {
        "lt-1" => xml(made),
        _ => ec2_error(400, "InvalidLaunchTemplateId.NotFound", "there is no such launch template"),
    });
    server.on("ec2", "ModifyLaunchTemplate", [xml("<ModifyLaunchTemplateResponse/>")]);
    let port = writing(&server).await.launch_templates;
    assert_eq!(port.add_version(&wish()).await, Ok(7));
    let call = &server.calls("ec2", "CreateLaunchTemplateVersion")[0];
    let fields = ["SourceVersion", "LaunchTemplateData.ImageId", "ClientToken", "VersionDescription"];
    assert_eq!(fields.map(|name| call.field(name)), ["4", "ami-h", "token-1", "version 4 with ami-h"]);
    let gone = port.add_version(&NewLaunchVersion { template: "lt-9".into(), ..wish() }).await.expect_err("gone");
    assert_eq!(gone.kind, CloudErrorKind::NotFound);
    port.set_default("lt-1", 7).await.expect("set");
    let call = &server.calls("ec2", "ModifyLaunchTemplate")[0];
    assert_eq!(["LaunchTemplateId", "SetDefaultVersion"].map(|name| call.field(name)), ["lt-1", "7"]);
}

fn described(group: &str) -> String {
    format!(
        "<DescribeAutoScalingGroupsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">\
         <DescribeAutoScalingGroupsResult><AutoScalingGroups>{group}</AutoScalingGroups>\
         </DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
    )
}

#[tokio::test]
async fn a_group_is_pinned_and_a_mixed_one_keeps_its_types_and_its_distribution() {
    let server = Replay::start();
    let plain = "<member><AutoScalingGroupName>plain</AutoScalingGroupName><LaunchTemplate><LaunchTemplateId>lt-1\
                 </LaunchTemplateId><Version>4</Version></LaunchTemplate></member>";
    let mixed = "<member><AutoScalingGroupName>mixed</AutoScalingGroupName><MixedInstancesPolicy><LaunchTemplate>\
                 <LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId><LaunchTemplateName>web\
                 </LaunchTemplateName><Version>4</Version></LaunchTemplateSpecification><Overrides><member>\
                 <InstanceType>m6i.large</InstanceType></member></Overrides></LaunchTemplate><InstancesDistribution>\
                 <OnDemandBaseCapacity>2</OnDemandBaseCapacity></InstancesDistribution></MixedInstancesPolicy></member>";
    server.on_call("autoscaling", "DescribeAutoScalingGroups", move |call| {
        let asked = call.list("AutoScalingGroupNames.member");
        xml(described(match asked.first().map(String::as_str) {
            Some("plain") => plain,
            Some("mixed") => mixed,
            _ => "",
        }))
    });
    server.on_call("autoscaling", "UpdateAutoScalingGroup", |_| xml("<UpdateAutoScalingGroupResponse/>"));
    let port = writing(&server).await.launch_templates;
    port.pin_version("plain", "lt-1", 7).await.expect("pinned");
    port.pin_version("mixed", "lt-1", 7).await.expect("pinned");
    let calls = server.calls("autoscaling", "UpdateAutoScalingGroup");
    let fields = ["LaunchTemplate.LaunchTemplateId", "LaunchTemplate.Version", "MinSize", "DesiredCapacity"];
    assert_eq!(fields.map(|name| calls[0].field(name)), ["lt-1", "7", "", ""]);
    let of = |name: &str| calls[1].field(&format!("MixedInstancesPolicy.{name}"));
    let specification = "LaunchTemplate.LaunchTemplateSpecification";
    assert_eq!(of(&format!("{specification}.LaunchTemplateId")), "lt-1");
    assert_eq!(of(&format!("{specification}.Version")), "7");
    assert_eq!(of(&format!("{specification}.LaunchTemplateName")), "", "either the id or the name may be given");
    assert_eq!(of("LaunchTemplate.Overrides.member.1.InstanceType"), "m6i.large");
    assert_eq!(of("InstancesDistribution.OnDemandBaseCapacity"), "2");
    let gone = port.pin_version("gone", "lt-1", 7).await.expect_err("gone");
    assert_eq!(gone.kind, CloudErrorKind::NotFound);
    assert_eq!(server.calls("autoscaling", "UpdateAutoScalingGroup").len(), 2);
}
