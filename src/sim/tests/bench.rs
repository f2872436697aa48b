//! Owns what the tests share: a cloud, both sides' ports, templates, and driving stacks to their end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cloud::{
    ChangeSet, ChangeSetKind, ChangeSetRequest, ChangeSetState, Clock, Cloud, CloudResult, ReadPorts, TemplateSource,
    WritePorts,
};
use crate::facts::{StackEvent, StackFacts, Tags};
use crate::model::{AccountId, Region, Side, SideName};
use crate::sim::seed::{START, shop};
use crate::sim::{SimCloud, SimState};

/// A cloud with both sides open.
pub struct Bench {
    pub cloud: SimCloud,
    pub primary: ReadPorts,
    pub standby: ReadPorts,
    pub write: WritePorts,
    pub clock: Arc<dyn Clock>,
}

impl Bench {
    /// The seeded shop, in memory.
    pub async fn shop() -> Self {
        Bench::of(SimCloud::in_memory(shop(START).expect("the seed fits"))).await
    }

    pub async fn of(cloud: SimCloud) -> Self {
        let east = side("us-east-1");
        let west = side("us-west-2");
        Bench {
            primary: cloud.read(SideName::Primary, &east).await.expect("opens"),
            standby: cloud.read(SideName::Standby, &west).await.expect("opens"),
            write: cloud.write(SideName::Standby, &west).await.expect("opens"),
            clock: cloud.clock(),
            cloud,
        }
    }

    /// Ports that change production.
    pub async fn write_primary(&self) -> WritePorts {
        self.cloud.write(SideName::Primary, &side("us-east-1")).await.expect("opens")
    }

    /// The port that copies databases of the standby.
    pub async fn copies(&self) -> std::sync::Arc<dyn crate::cloud::DatabaseCopies> {
        self.cloud.copies(SideName::Standby, &side("us-west-2")).await.expect("opens")
    }

    pub fn state(&self) -> SimState {
        self.cloud.snapshot().expect("in memory")
    }

    pub fn edit<T>(&self, change: impl FnOnce(&mut SimState) -> T) -> T {
        self.cloud.edit(change).expect("in memory")
    }

    pub fn faults(&self, region: &str, change: impl FnOnce(&mut crate::sim::Faults)) {
        self.edit(|state| change(&mut state.region_mut(region).faults));
    }

    pub async fn wait(&self, seconds: u64) {
        self.clock.sleep(Duration::from_secs(seconds)).await;
    }

    /// A worked out change set.
    pub async fn change_set(&self, request: &ChangeSetRequest) -> CloudResult<ChangeSet> {
        let id = self.write.stacks.create_change_set(request).await?;
        let pending = self.standby.stacks.change_set(&request.stack, &id).await?.expect("there");
        assert_eq!(pending.state, ChangeSetState::Pending);
        self.wait(10).await;
        Ok(self.standby.stacks.change_set(&request.stack, &id).await?.expect("there"))
    }

    /// Deploys a template; the stack afterwards.
    pub async fn deploy(&self, request: &ChangeSetRequest) -> StackFacts {
        let set = self.change_set(request).await.expect("a change set");
        assert_eq!(set.state, ChangeSetState::Ready, "{set:?}");
        self.write.stacks.execute_change_set(&request.stack, &set.id, &request.token).await.expect("executes");
        self.settled(&request.stack).await
    }

    /// Waits until nothing is under way for a stack.
    pub async fn settled(&self, stack: &str) -> StackFacts {
        for _ in 0..600 {
            let facts = self.stack(stack).await.expect("there");
            if !facts.status.in_progress() {
                return facts;
            }
            self.wait(5).await;
        }
        panic!("{stack} never settles");
    }

    pub async fn stack(&self, stack: &str) -> Option<StackFacts> {
        self.standby.stacks.stacks(&[stack.to_owned()]).await.expect("answers").remove(stack)
    }

    pub async fn events(&self, stack: &str) -> Vec<StackEvent> {
        let mut events = self.standby.stacks.events_since(stack, None).await.expect("answers");
        events.reverse();
        events
    }

    /// The physical id of a resource.
    pub async fn physical(&self, stack: &str, logical_id: &str) -> String {
        let resources = self.standby.stacks.resources(stack).await.expect("answers");
        resources.into_iter().find(|resource| resource.logical_id == logical_id).expect(logical_id).physical_id
    }
}

pub fn side(region: &str) -> Side {
    Side {
        region: Region(region.to_owned()),
        account: AccountId("111122223333".to_owned()),
        role_arn: None,
        external_id: None,
        profile: None,
        endpoint_url: None,
    }
}

/// A request for a change set under a token of its own.
pub fn request(
    stack: &str,
    name: &str,
    kind: ChangeSetKind,
    template: &Value,
    parameters: &[(&str, &str)],
) -> ChangeSetRequest {
    ChangeSetRequest {
        stack: stack.to_owned(),
        name: name.to_owned(),
        kind,
        template: TemplateSource::Body(template.to_string()),
        parameters: pairs(parameters),
        tags: Tags::new(),
        token: format!("{stack}-{name}"),
    }
}

pub fn pairs(items: &[(&str, &str)]) -> BTreeMap<String, String> {
    items.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A small estate in one stack: network, balancer, launch template whose image comes from SSM, group.
pub fn estate() -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"},
            "Min": {"Type": "Number"},
            "Max": {"Type": "Number"},
        },
        "Conditions": {"Never": {"Fn::Equals": [{"Ref": "Min"}, "never"]}},
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.80.0.0/16"}},
            "SubnetA": {"Type": "AWS::EC2::Subnet", "Properties": {
                "VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.80.0.0/24", "AvailabilityZone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
            }},
            "SubnetB": {"Type": "AWS::EC2::Subnet", "Properties": {
                "VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.80.1.0/24", "AvailabilityZone": {"Fn::Sub": "${AWS::Region}b"},
            }},
            "WebSg": {"Type": "AWS::EC2::SecurityGroup", "Properties": {
                "GroupDescription": "web",
                "VpcId": {"Ref": "Vpc"},
                "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": "8080", "ToPort": 8080, "CidrIp": "10.80.0.0/16"}],
            }},
            "Gossip": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {
                "GroupId": {"Fn::GetAtt": ["WebSg", "GroupId"]}, "IpProtocol": "tcp", "FromPort": 7946, "ToPort": 7946,
                "SourceSecurityGroupId": {"Fn::GetAtt": ["WebSg", "GroupId"]},
            }},
            "Targets": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {
                "VpcId": {"Ref": "Vpc"}, "Port": 8080, "Protocol": "HTTP",
                "HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 3,
            }},
            "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {
                "Scheme": "internal", "Subnets": [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}], "SecurityGroups": [{"Ref": "WebSg"}],
            }},
            "Listener": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": {
                "LoadBalancerArn": {"Ref": "Balancer"}, "Port": 80, "Protocol": "HTTP",
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}],
            }},
            "Template": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {
                "LaunchTemplateName": "shop-web",
                "LaunchTemplateData": {
                    "ImageId": {"Ref": "Image"},
                    "InstanceType": "m6i.large",
                    "KeyName": "shop-ops-west",
                    "SecurityGroupIds": [{"Ref": "WebSg"}],
                    "UserData": {"Fn::Base64": {"Fn::Sub": "export API=http://${Balancer.DNSName} REGION=${AWS::Region} HOME=${!HOME}"}},
                },
            }},
            "Web": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {
                "AutoScalingGroupName": "shop-web",
                "MinSize": {"Ref": "Min"},
                "MaxSize": {"Ref": "Max"},
                "VPCZoneIdentifier": [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}],
                "TargetGroupARNs": [{"Ref": "Targets"}],
                "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Template"}, "Version": {"Fn::GetAtt": ["Template", "LatestVersionNumber"]}},
                "Tags": [{"Key": "Name", "Value": "shop-web", "PropagateAtLaunch": true}],
            }},
            "Absent": {"Type": "AWS::SSM::Parameter", "Condition": "Never", "Properties": {"Type": "String", "Value": "x"}},
        },
        "Outputs": {"Dns": {"Value": {"Fn::GetAtt": ["Balancer", "DNSName"]}}},
    })
}

/// The estate's parameters.
pub const ESTATE: [(&str, &str); 3] = [("Image", "/lifeboat/shop/images/web"), ("Min", "2"), ("Max", "10")];

impl Bench {
    /// An available image in the standby, published where the estate looks for it.
    pub async fn publish_image(&self) -> String {
        let id = self.edit(|state| {
            let image = state.region_mut("us-east-1").images.values().next().cloned().expect("the seed has one");
            let region = state.region_mut("us-west-2");
            let id = region.next_id("ami");
            let mut image = image;
            image.facts.id.clone_from(&id);
            region.images.insert(id.clone(), image);
            id
        });
        let put = crate::cloud::PutParameter {
            name: "/lifeboat/shop/images/web".to_owned(),
            kind: crate::facts::ParameterType::String,
            tier: crate::facts::ParameterTier::Standard,
            value: crate::cloud::SecretText::new(id.clone()),
            data_type: "aws:ec2:image".to_owned(),
            description: String::new(),
            allowed_pattern: None,
            key_id: None,
        };
        self.write.parameters.put_parameter(&put).await.expect("published");
        id
    }

    /// The estate, deployed with 2 to 10 instances.
    pub async fn estate() -> Self {
        let bench = Bench::shop().await;
        bench.publish_image().await;
        let stack = bench.deploy(&request("shop-all", "first", ChangeSetKind::Create, &estate(), &ESTATE)).await;
        assert_eq!(stack.status.0, "CREATE_COMPLETE", "{:#?}", bench.events("shop-all").await);
        bench
    }
}
