//! Owns the shop's network, security groups, load balancers and groups.

use base64::Engine as _;
use serde_json::{Value, json};

use super::SeedError;
use super::make::Maker;

/// The shop's certificate in us-east-1.
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:111122223333:certificate/aaaa";

/// Everything one tier is made from.
struct Tier<'a> {
    name: &'a str,
    instance_type: &'a str,
    image: String,
    security_group: &'a str,
    user_data: String,
    volume_gib: u32,
    sizes: [u32; 3],
    subnets: &'a [String],
    target_group: Option<String>,
    version: &'a str,
    overrides: &'a [&'a str],
}

/// What else in the shop needs to know of its tiers.
pub(super) struct Tiers {
    /// The VPC.
    pub vpc: String,
    /// Its private subnets.
    pub private: Vec<String>,
    /// Security groups that use the database.
    pub users: Vec<String>,
    /// DNS name of the internal load balancer of the API.
    pub api_dns: String,
}

/// Makes production.
pub(super) fn make(maker: &mut Maker<'_>) -> Result<Tiers, SeedError> {
    let (vpc, public, private) = maker.network("shop", "10.20", 3)?;
    let groups = security_groups(maker, &vpc)?;
    let [web_lb, web, api_lb, api, worker] = &groups;

    maker.image(
        "shop-web-2026.10.29",
        "web 2026.10.29",
        true,
        "2026-10-29T10:12:00.000Z",
        &[("Version", "2026.10.29")],
    );
    let web_image = maker.image(
        "shop-web-2026.11.12",
        "web 2026.11.12",
        true,
        "2026-11-12T09:41:00.000Z",
        &[("Version", "2026.11.12")],
    );
    let api_image = maker.image(
        "shop-api-2026.11.10",
        "api 2026.11.10",
        true,
        "2026-11-10T14:03:00.000Z",
        &[("Version", "2026.11.10")],
    );
    let worker_image = maker.image(
        "shop-worker-2026.11.03",
        "worker 2026.11.03",
        false,
        "2026-11-03T08:30:00.000Z",
        &[("Version", "2026.11.03")],
    );

    let web_targets = target_group(maker, "shop-web", &vpc, 8080, "/healthz")?;
    let api_targets = target_group(maker, "shop-api", &vpc, 9090, "/ready")?;
    let web_balancer = balancer(maker, "shop-web", "internet-facing", &public, web_lb)?;
    let api_balancer = balancer(maker, "shop-api", "internal", &private, api_lb)?;
    let forward = |arn: &str| json!([{"Type": "forward", "TargetGroupArn": arn}]);
    let redirect =
        json!([{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}]);
    for (what, properties) in [
        ("http", json!({"LoadBalancerArn": web_balancer, "Port": 80, "Protocol": "HTTP", "DefaultActions": redirect})),
        (
            "https",
            json!({
                "LoadBalancerArn": web_balancer,
                "Port": 443,
                "Protocol": "HTTPS",
                "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "Certificates": [{"CertificateArn": CERTIFICATE}],
                "DefaultActions": forward(&web_targets),
            }),
        ),
        (
            "api",
            json!({"LoadBalancerArn": api_balancer, "Port": 80, "Protocol": "HTTP", "DefaultActions": forward(&api_targets)}),
        ),
    ] {
        maker.make("AWS::ElasticLoadBalancingV2::Listener", what, properties)?;
    }
    let api_dns =
        maker.region.load_balancers.get(&api_balancer).map(|balancer| balancer.dns_name.clone()).unwrap_or_default();

    for tier in [
        Tier {
            name: "shop-web",
            instance_type: "m6i.large",
            image: web_image,
            security_group: web,
            user_data: user_data("web", &format!("export API_URL=http://{api_dns}\n")),
            volume_gib: 30,
            sizes: [4, 12, 6],
            subnets: &private,
            target_group: Some(web_targets),
            version: "1",
            overrides: &[],
        },
        Tier {
            name: "shop-api",
            instance_type: "c6i.large",
            image: api_image,
            security_group: api,
            user_data: user_data("api", "export DB_HOST_PARAMETER=/shop/prod/db/host\n"),
            volume_gib: 40,
            sizes: [3, 9, 4],
            subnets: &private,
            target_group: Some(api_targets),
            version: "$Latest",
            overrides: &[],
        },
        Tier {
            name: "shop-worker",
            instance_type: "c6i.large",
            image: worker_image,
            security_group: worker,
            user_data: user_data("worker", "export QUEUE_PARAMETER=/shop/prod/queue/url\n"),
            volume_gib: 60,
            sizes: [2, 6, 3],
            subnets: &private,
            target_group: None,
            version: "$Default",
            overrides: &["c6i.large", "c5.large"],
        },
    ] {
        make_tier(maker, &tier)?;
    }
    let users = vec![api.clone(), worker.clone()];
    Ok(Tiers { vpc, users, api_dns, private })
}

fn security_groups(maker: &mut Maker<'_>, vpc: &str) -> Result<[String; 5], SeedError> {
    let mut group = |name: &str, description: &str, ingress: Value| {
        maker.make(
            "AWS::EC2::SecurityGroup",
            name,
            json!({
                "GroupName": name,
                "GroupDescription": description,
                "VpcId": vpc,
                "SecurityGroupIngress": ingress,
                "Tags": [{"Key": "Name", "Value": name}, {"Key": "Environment", "Value": "prod"}],
            }),
        )
    };
    let from_group = |port: u16, id: &str, why: &str| json!([{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "SourceSecurityGroupId": id, "Description": why}]);
    let open = json!([
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0", "Description": "HTTP, redirected"},
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0", "Description": "HTTPS"},
    ]);
    let web_lb = group("shop-web-lb", "Load balancer of the web tier", open)?;
    let web = group("shop-web", "Web servers", from_group(8080, &web_lb, "from the load balancer"))?;
    let api_lb = group("shop-api-lb", "Load balancer of the API", from_group(80, &web, "from the web servers"))?;
    let api = group("shop-api", "API servers", from_group(9090, &api_lb, "from the load balancer"))?;
    let worker = group("shop-worker", "Workers", from_group(9100, &api, "metrics, from the API"))?;
    // Members of the API tier also talk among themselves, and the web servers call the workers' status page: rules that
    // cite the group they are in, and rules that cite each other.
    for (id, port, peer, why) in [(&api, 7946, &api, "gossip"), (&api, 9100, &worker, "status, from the workers")] {
        maker.make(
            "AWS::EC2::SecurityGroupIngress",
            "rule",
            json!({"GroupId": id, "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "SourceSecurityGroupId": peer, "Description": why}),
        )?;
    }
    Ok([web_lb, web, api_lb, api, worker])
}

fn target_group(maker: &mut Maker<'_>, name: &str, vpc: &str, port: u16, path: &str) -> Result<String, SeedError> {
    maker.make(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        name,
        json!({
            "Name": name,
            "VpcId": vpc,
            "Port": port,
            "Protocol": "HTTP",
            "TargetType": "instance",
            "HealthCheckPath": path,
            "HealthCheckIntervalSeconds": 10,
            "HealthCheckTimeoutSeconds": 5,
            "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 3,
            "Matcher": {"HttpCode": "200-299"},
        }),
    )
}

fn balancer(
    maker: &mut Maker<'_>,
    name: &str,
    scheme: &str,
    subnets: &[String],
    security_group: &str,
) -> Result<String, SeedError> {
    maker.make(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        name,
        json!({
            "Name": name,
            "Scheme": scheme,
            "Type": "application",
            "Subnets": subnets,
            "SecurityGroups": [security_group],
            "Tags": [{"Key": "Environment", "Value": "prod"}],
        }),
    )
}

fn user_data(tier: &str, more: &str) -> String {
    format!(
        "#!/bin/bash\nset -euo pipefail\nexport AWS_REGION=us-east-1\n{more}\
         aws ssm get-parameters-by-path --region us-east-1 --path /shop/prod/ --with-decryption > /etc/shop/{tier}.json\n\
         systemctl enable --now shop-{tier}.service\n"
    )
}

fn make_tier(maker: &mut Maker<'_>, tier: &Tier<'_>) -> Result<(), SeedError> {
    let tags = json!([{"Key": "Name", "Value": tier.name}, {"Key": "Environment", "Value": "prod"}]);
    let encoded = base64::engine::general_purpose::STANDARD.encode(&tier.user_data);
    let template = maker.make(
        "AWS::EC2::LaunchTemplate",
        tier.name,
        json!({
            "LaunchTemplateName": tier.name,
            "LaunchTemplateData": {
                "ImageId": tier.image,
                "InstanceType": tier.instance_type,
                "KeyName": "shop-ops",
                "UserData": encoded,
                "IamInstanceProfile": {"Name": tier.name},
                "SecurityGroupIds": [tier.security_group],
                "BlockDeviceMappings": [{
                    "DeviceName": "/dev/xvda",
                    "Ebs": {"VolumeSize": tier.volume_gib, "VolumeType": "gp3", "Encrypted": true, "DeleteOnTermination": true},
                }],
                "MetadataOptions": {"HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1},
                "Monitoring": {"Enabled": true},
                "EbsOptimized": true,
                "TagSpecifications": [
                    {"ResourceType": "instance", "Tags": tags},
                    {"ResourceType": "volume", "Tags": tags},
                ],
            },
        }),
    )?;
    let specification = json!({"LaunchTemplateId": template, "Version": tier.version});
    let [min, max, desired] = tier.sizes;
    let balanced = tier.target_group.is_some();
    let mut group = json!({
        "AutoScalingGroupName": tier.name,
        "MinSize": min,
        "MaxSize": max,
        "DesiredCapacity": desired,
        "VPCZoneIdentifier": tier.subnets,
        "TargetGroupARNs": tier.target_group.iter().collect::<Vec<_>>(),
        "HealthCheckType": if balanced { "ELB" } else { "EC2" },
        "HealthCheckGracePeriod": 120,
        "MetricsCollection": [{"Granularity": "1Minute"}],
        "Tags": [
            {"Key": "Name", "Value": tier.name, "PropagateAtLaunch": true},
            {"Key": "Environment", "Value": "prod", "PropagateAtLaunch": true},
            {"Key": "CostCentre", "Value": "4711", "PropagateAtLaunch": false},
        ],
    });
    if tier.overrides.is_empty() {
        group["LaunchTemplate"] = specification;
    } else {
        let overrides: Vec<Value> = tier.overrides.iter().map(|one| json!({"InstanceType": one})).collect();
        group["MixedInstancesPolicy"] =
            json!({"LaunchTemplate": {"LaunchTemplateSpecification": specification, "Overrides": overrides}});
    }
    maker.make("AWS::AutoScaling::AutoScalingGroup", tier.name, group)?;
    Ok(())
}
