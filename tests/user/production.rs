//! Owns making a production through the AWS SDK, as it would stand in an account: network, groups, load balancer,
//! images, parameters.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_autoscaling::types as asg;
use aws_sdk_ec2::types as ec2;
use aws_sdk_elasticloadbalancingv2::types as elb;
use aws_sdk_ssm::types as ssm;
use base64::Engine as _;

/// What the tests need to know of the production they made.
pub struct Production {
    /// SDK settings of the primary Region.
    pub config: SdkConfig,
    /// The image the web tier launches from.
    pub web_image: String,
    /// The web tier's launch template.
    pub web_template: String,
    /// The web tier's instances' security group.
    pub web_group: String,
}

/// SDK settings for one Region of a stand-in.
pub async fn config(url: &str, region: &str) -> SdkConfig {
    let credentials = aws_sdk_ec2::config::Credentials::new("testing", "testing", None, None, "tests");
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_owned()))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(credentials)
        .load()
        .await
}

/// Makes the production of an environment `shop` with the tiers web (behind a load balancer) and worker.
pub async fn make(url: &str, region: &str) -> Production {
    let config = config(url, region).await;
    let ec2_client = aws_sdk_ec2::Client::new(&config);
    let vpc = ec2_client.create_vpc().cidr_block("10.20.0.0/16").send().await.expect("a vpc");
    let vpc_id = vpc.vpc.and_then(|vpc| vpc.vpc_id).expect("a vpc id");
    let mut subnets = Vec::new();
    for (index, zone) in ["a", "b"].iter().enumerate() {
        let subnet = ec2_client
            .create_subnet()
            .vpc_id(&vpc_id)
            .cidr_block(format!("10.20.{index}.0/24"))
            .availability_zone(format!("{region}{zone}"))
            .send()
            .await
            .expect("a subnet");
        subnets.push(subnet.subnet.and_then(|subnet| subnet.subnet_id).expect("a subnet id"));
    }
    let balancer_group = security_group(&ec2_client, &vpc_id, "shop-lb", None).await;
    let web_group = security_group(&ec2_client, &vpc_id, "shop-web", Some(&balancer_group)).await;
    let web_image = image(&ec2_client, &subnets[0], "shop-web-2026-11-01").await;
    let worker_image = image(&ec2_client, &subnets[0], "shop-worker-2026-11-01").await;
    let web_template = template(&ec2_client, "shop-web", &web_image, &web_group).await;
    let worker_template = template(&ec2_client, "shop-worker", &worker_image, &web_group).await;
    let target_group = load_balancer(&config, &vpc_id, &subnets, &balancer_group).await;
    let zones = subnets.join(",");
    group(&config, "shop-web", &web_template, 3, &zones, Some(&target_group)).await;
    group(&config, "shop-worker", &worker_template, 2, &zones, None).await;
    parameters(&config).await;
    Production { config, web_image, web_template, web_group }
}

async fn security_group(client: &aws_sdk_ec2::Client, vpc: &str, name: &str, from: Option<&str>) -> String {
    let made = client
        .create_security_group()
        .group_name(name)
        .description(format!("{name} of production"))
        .vpc_id(vpc)
        .send()
        .await
        .expect("a security group");
    let id = made.group_id.expect("its id");
    let mut permission = ec2::IpPermission::builder().ip_protocol("tcp").from_port(80).to_port(80);
    permission = match from {
        Some(peer) => permission.user_id_group_pairs(ec2::UserIdGroupPair::builder().group_id(peer).build()),
        None => permission.ip_ranges(ec2::IpRange::builder().cidr_ip("0.0.0.0/0").description("the world").build()),
    };
    client
        .authorize_security_group_ingress()
        .group_id(&id)
        .ip_permissions(permission.build())
        .send()
        .await
        .expect("a rule");
    id
}

/// An image of the account's own, made from an instance of one that the stand-in has.
pub async fn image(client: &aws_sdk_ec2::Client, subnet: &str, name: &str) -> String {
    let public = client.describe_images().owners("amazon").send().await.expect("images");
    let base = public
        .images()
        .iter()
        .filter(|image| image.architecture() == Some(&ec2::ArchitectureValues::X8664))
        .filter_map(|image| image.image_id())
        .min()
        .expect("an image to begin with")
        .to_owned();
    let ran = client
        .run_instances()
        .image_id(base)
        .instance_type(ec2::InstanceType::T3Micro)
        .subnet_id(subnet)
        .min_count(1)
        .max_count(1)
        .send()
        .await
        .expect("an instance");
    let instance = ran.instances().first().and_then(|instance| instance.instance_id()).expect("its id").to_owned();
    let made = client.create_image().instance_id(&instance).name(name).send().await.expect("an image");
    client.terminate_instances().instance_ids(&instance).send().await.expect("the instance ends");
    made.image_id.expect("its id")
}

/// The settings of a launch template version that launches from an image.
pub fn template_data(image: &str, group: &str) -> ec2::RequestLaunchTemplateData {
    let user_data = base64::engine::general_purpose::STANDARD
        .encode("#!/bin/bash\necho \"REGION=us-east-1\" > /etc/shop.env\nsystemctl restart shop\n");
    ec2::RequestLaunchTemplateData::builder()
        .image_id(image)
        .instance_type(ec2::InstanceType::T3Micro)
        .security_group_ids(group)
        .user_data(user_data)
        .block_device_mappings(
            ec2::LaunchTemplateBlockDeviceMappingRequest::builder()
                .device_name("/dev/xvda")
                .ebs(
                    ec2::LaunchTemplateEbsBlockDeviceRequest::builder()
                        .volume_size(20)
                        .volume_type(ec2::VolumeType::Gp3)
                        .build(),
                )
                .build(),
        )
        .metadata_options(
            ec2::LaunchTemplateInstanceMetadataOptionsRequest::builder()
                .http_tokens(ec2::LaunchTemplateHttpTokensState::Required)
                .build(),
        )
        .build()
}

async fn template(client: &aws_sdk_ec2::Client, name: &str, image: &str, group: &str) -> String {
    let made = client
        .create_launch_template()
        .launch_template_name(name)
        .launch_template_data(template_data(image, group))
        .send()
        .await
        .expect("a launch template");
    made.launch_template.and_then(|template| template.launch_template_id).expect("its id")
}

async fn load_balancer(config: &SdkConfig, vpc: &str, subnets: &[String], group: &str) -> String {
    let client = aws_sdk_elasticloadbalancingv2::Client::new(config);
    let made = client
        .create_load_balancer()
        .name("shop-web")
        .set_subnets(Some(subnets.to_vec()))
        .security_groups(group)
        .send()
        .await
        .expect("a load balancer");
    let balancer = made.load_balancers().first().and_then(|one| one.load_balancer_arn()).expect("its arn").to_owned();
    let made = client
        .create_target_group()
        .name("shop-web")
        .protocol(elb::ProtocolEnum::Http)
        .port(80)
        .vpc_id(vpc)
        .health_check_path("/healthz")
        .send()
        .await
        .expect("a target group");
    let target = made.target_groups().first().and_then(|one| one.target_group_arn()).expect("its arn").to_owned();
    let action = elb::Action::builder().r#type(elb::ActionTypeEnum::Forward).target_group_arn(&target).build();
    client
        .create_listener()
        .load_balancer_arn(balancer)
        .protocol(elb::ProtocolEnum::Http)
        .port(80)
        .default_actions(action)
        .send()
        .await
        .expect("a listener");
    target
}

async fn group(config: &SdkConfig, name: &str, template: &str, size: i32, zones: &str, target: Option<&str>) {
    let client = aws_sdk_autoscaling::Client::new(config);
    let specification =
        asg::LaunchTemplateSpecification::builder().launch_template_id(template).version("$Latest").build();
    client
        .create_auto_scaling_group()
        .auto_scaling_group_name(name)
        .launch_template(specification)
        .min_size(1)
        .max_size(size * 2)
        .desired_capacity(size)
        .vpc_zone_identifier(zones)
        .set_target_group_arns(target.map(|arn| vec![arn.to_owned()]))
        .send()
        .await
        .expect("a group");
}

async fn parameters(config: &SdkConfig) {
    let client = aws_sdk_ssm::Client::new(config);
    for (name, kind, value) in [
        ("/shop/prod/db/host", ssm::ParameterType::String, "orders.us-east-1.example.com"),
        ("/shop/prod/features", ssm::ParameterType::StringList, "search,basket"),
        ("/shop/prod/db/password", ssm::ParameterType::SecureString, "correct-horse-battery-staple"),
    ] {
        client.put_parameter().name(name).r#type(kind).value(value).send().await.expect("a parameter");
    }
}
