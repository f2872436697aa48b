//! Owns the tests of networks, security groups and load balancers.

use lifeboat::facts::{ListenerAction, RulePeer};

use super::replay::{Replay, query_error, xml};
use super::{names, reading};

#[tokio::test]
async fn rules_have_one_peer_each_and_a_stable_order() {
    let server = Replay::start();
    let group = "<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-1</groupId>\
        <groupName>web</groupName><groupDescription>d</groupDescription><vpcId>vpc-1</vpcId><ipPermissions><item>\
        <ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>\
        <groups><item><groupId>sg-2</groupId><userId>1</userId></item></groups>\
        <ipRanges><item><cidrIp>10.1.0.0/16</cidrIp></item><item><cidrIp>10.0.0.0/16</cidrIp>\
        <description>office</description></item></ipRanges>\
        <ipv6Ranges><item><cidrIpv6>::/0</cidrIpv6></item></ipv6Ranges>\
        <prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds></item></ipPermissions>\
        <ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item>\
        </ipRanges></item></ipPermissionsEgress></item></securityGroupInfo></DescribeSecurityGroupsResponse>";
    server.on("ec2", "DescribeSecurityGroups", [xml(group)]);
    let found = reading(&server).await.network.security_groups(&names(&["sg-1", "sg-gone"])).await.expect("groups");
    let peers: Vec<RulePeer> = found[0].ingress.iter().map(|rule| rule.peer.clone()).collect();
    assert_eq!(
        peers,
        [
            RulePeer::Cidr4("10.0.0.0/16".into()),
            RulePeer::Cidr4("10.1.0.0/16".into()),
            RulePeer::Cidr6("::/0".into()),
            RulePeer::Group("sg-2".into()),
            RulePeer::PrefixList("pl-1".into())
        ]
    );
    assert_eq!(found[0].ingress[0].description, "office");
    assert_eq!((found[0].egress[0].from_port, found[0].egress[0].protocol.as_str()), (None, "-1"));
    let call = &server.calls("ec2", "DescribeSecurityGroups")[0];
    assert_eq!(call.field("Filter.1.Name"), "group-id", "by filter, so that a missing id refuses nothing");
}

#[tokio::test]
async fn asking_for_nothing_calls_nothing() {
    let server = Replay::start();
    let ports = reading(&server).await;
    assert_eq!(ports.network.security_groups(&[]).await, Ok(vec![]));
    assert_eq!(ports.network.vpcs(&[]).await, Ok(vec![]));
    assert_eq!(ports.balancing.target_groups(&[]).await, Ok(vec![]));
    assert_eq!(ports.balancing.load_balancers(&[]).await, Ok(vec![]));
    assert_eq!(ports.groups.groups(&[]).await, Ok(vec![]));
    assert_eq!(ports.images.images(&[]).await, Ok(vec![]));
    assert_eq!(ports.parameters.parameters(&[]).await, Ok(vec![]));
    assert_eq!(server.count(), 0, "an empty list must never mean everything");
}

#[tokio::test]
async fn zones_that_are_not_open_to_the_account_are_left_out() {
    let server = Replay::start();
    let zone = |name: &str, state: &str, kind: &str, joined: &str| {
        format!(
            "<item><zoneName>{name}</zoneName><zoneId>{name}-id</zoneId><zoneState>{state}</zoneState>\
             <zoneType>{kind}</zoneType><optInStatus>{joined}</optInStatus></item>"
        )
    };
    let zones = zone("us-west-2b", "available", "availability-zone", "opt-in-not-required")
        + &zone("us-west-2a", "available", "availability-zone", "opt-in-not-required")
        + &zone("us-west-2c", "impaired", "availability-zone", "opt-in-not-required")
        + &zone("us-west-2-lax-1a", "available", "local-zone", "opted-in")
        + &zone("us-west-2d", "available", "availability-zone", "not-opted-in");
    server.on(
        "ec2",
        "DescribeAvailabilityZones",
        [xml(format!(
            "<DescribeAvailabilityZonesResponse><availabilityZoneInfo>{zones}</availabilityZoneInfo>\
             </DescribeAvailabilityZonesResponse>"
        ))],
    );
    let found = reading(&server).await.network.zones().await.expect("zones");
    assert_eq!(found.iter().map(|zone| zone.name.as_str()).collect::<Vec<_>>(), ["us-west-2a", "us-west-2b"]);
}

fn target_group(arn: &str) -> String {
    format!(
        "<member><TargetGroupArn>{arn}</TargetGroupArn><TargetGroupName>{arn}</TargetGroupName>\
         <Protocol>HTTP</Protocol><Port>8080</Port><VpcId>vpc-1</VpcId><TargetType>instance</TargetType>\
         <HealthCheckPath>/healthz</HealthCheckPath><HealthCheckPort>traffic-port</HealthCheckPort>\
         <HealthCheckIntervalSeconds>10</HealthCheckIntervalSeconds><Matcher><HttpCode>200-299</HttpCode></Matcher>\
         <LoadBalancerArns><member>lb-1</member></LoadBalancerArns></member>"
    )
}

fn target_groups_page(members: &str) -> String {
    format!(
        "<DescribeTargetGroupsResponse><DescribeTargetGroupsResult><TargetGroups>{members}</TargetGroups>\
         </DescribeTargetGroupsResult></DescribeTargetGroupsResponse>"
    )
}

#[tokio::test]
async fn a_missing_target_group_does_not_hide_the_others() {
    let server = Replay::start();
    server.on_call("elasticloadbalancing", "DescribeTargetGroups", |call| {
        let asked = call.list("TargetGroupArns.member");
        if asked.iter().any(|arn| arn == "tg-gone") {
            return query_error(400, "TargetGroupNotFound", "One or more target groups not found");
        }
        xml(target_groups_page(&asked.iter().map(|arn| target_group(arn)).collect::<String>()))
    });
    let asked = names(&["tg-1", "tg-gone", "tg-2"]);
    let mut found = reading(&server).await.balancing.target_groups(&asked).await.expect("groups");
    found.sort_by(|a, b| a.arn.cmp(&b.arn));
    assert_eq!(found.iter().map(|group| group.arn.as_str()).collect::<Vec<_>>(), ["tg-1", "tg-2"]);
    assert_eq!(found[0].port, Some(8080));
    assert_eq!(found[0].health_check.matcher.as_deref(), Some("200-299"));
    assert_eq!(found[0].load_balancer_arns, names(&["lb-1"]));
}

#[tokio::test]
async fn many_target_groups_are_read_as_one_listing() {
    let server = Replay::start();
    let all: String = (0..350).map(|n| target_group(&format!("tg-{n}"))).collect();
    server.on("elasticloadbalancing", "DescribeTargetGroups", [xml(target_groups_page(&all))]);
    let asked: Vec<String> = (0..300).map(|n| format!("tg-{n}")).collect();
    let found = reading(&server).await.balancing.target_groups(&asked).await.expect("groups");
    assert_eq!(found.len(), 300, "only those asked for");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn load_balancers_come_with_listeners_by_port_and_tags() {
    let server = Replay::start();
    let balancer = "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member>\
        <LoadBalancerArn>lb-1</LoadBalancerArn><LoadBalancerName>web</LoadBalancerName><Scheme>internal</Scheme>\
        <Type>application</Type><IpAddressType>dualstack</IpAddressType><DNSName>web.example.com</DNSName><CanonicalHostedZoneId>Z1H1FL5HABSF5</CanonicalHostedZoneId><SecurityGroups><member>sg-1</member></SecurityGroups>\
        <AvailabilityZones><member><ZoneName>us-west-2a</ZoneName><SubnetId>subnet-1</SubnetId></member>\
        </AvailabilityZones></member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>";
    server.on("elasticloadbalancing", "DescribeLoadBalancers", [xml(balancer)]);
    let listeners = "<DescribeListenersResponse><DescribeListenersResult><Listeners><member>\
        <ListenerArn>l-443</ListenerArn><Port>443</Port><Protocol>HTTPS</Protocol><SslPolicy>P</SslPolicy>\
        <Certificates><member><CertificateArn>cert-1</CertificateArn></member></Certificates><DefaultActions>\
        <member><Type>forward</Type><Order>2</Order><ForwardConfig><TargetGroups><member>\
        <TargetGroupArn>tg-1</TargetGroupArn><Weight>1</Weight></member><member><TargetGroupArn>tg-2</TargetGroupArn>\
        <Weight>1</Weight></member></TargetGroups></ForwardConfig></member>\
        <member><Type>authenticate-oidc</Type><Order>1</Order></member></DefaultActions></member><member>\
        <ListenerArn>l-80</ListenerArn><Port>80</Port><Protocol>HTTP</Protocol><DefaultActions><member>\
        <Type>redirect</Type><RedirectConfig><Protocol>HTTPS</Protocol><Port>443</Port><StatusCode>HTTP_301</StatusCode>\
        </RedirectConfig></member></DefaultActions></member></Listeners></DescribeListenersResult>\
        </DescribeListenersResponse>";
    server.on("elasticloadbalancing", "DescribeListeners", [xml(listeners)]);
    let tags = "<DescribeTagsResponse><DescribeTagsResult><TagDescriptions><member><ResourceArn>lb-1</ResourceArn><Tags>\
        <member><Key>app</Key><Value>shop</Value></member></Tags></member></TagDescriptions></DescribeTagsResult>\
        </DescribeTagsResponse>";
    server.on("elasticloadbalancing", "DescribeTags", [xml(tags)]);
    let found = reading(&server).await.balancing.load_balancers(&names(&["lb-1"])).await.expect("balancers");
    assert_eq!((found[0].scheme.as_str(), found[0].subnet_ids[0].as_str()), ("internal", "subnet-1"));
    assert_eq!(found[0].zone_id.as_deref(), Some("Z1H1FL5HABSF5"));
    assert_eq!(found[0].ip_address_type.as_deref(), Some("dualstack"));
    assert_eq!(found[0].tags.get("app").map(String::as_str), Some("shop"));
    let [plain, tls] = &found[0].listeners[..] else { panic!("two listeners: {found:?}") };
    assert_eq!((plain.port, tls.port), (80, 443), "by port");
    assert_eq!(
        tls.actions,
        [
            ListenerAction::Other { name: "authenticate-oidc".into() },
            ListenerAction::Forward { target_group_arns: names(&["tg-1", "tg-2"]) }
        ],
        "in AWS's order"
    );
    assert_eq!(tls.certificate_arns, names(&["cert-1"]));
}

#[tokio::test]
async fn volumes_are_found_by_tag_on_every_page_with_who_has_them() {
    let server = Replay::start();
    let volume = |id: &str, state: &str, attachment: &str| {
        format!(
            "<item><volumeId>{id}</volumeId><size>20</size><status>{state}</status><attachmentSet>{attachment}\
             </attachmentSet><tagSet><item><key>lifeboat:tier</key><value>web</value></item></tagSet></item>"
        )
    };
    let on = |instance: &str, goes: bool| {
        format!(
            "<item><instanceId>{instance}</instanceId><status>attached</status>\
             <deleteOnTermination>{goes}</deleteOnTermination></item>"
        )
    };
    server.on_call("ec2", "DescribeVolumes", move |call| {
        let (volumes, token) = match call.field("NextToken").as_str() {
            "" => (
                volume("vol-3", "available", "") + &volume("vol-4", "deleting", "") + &volume("vol-5", "deleted", ""),
                "<nextToken>t1</nextToken>",
            ),
            _ => (volume("vol-1", "in-use", &on("i-1", true)) + &volume("vol-2", "in-use", &on("i-1", false)), ""),
        };
        xml(format!("<DescribeVolumesResponse><volumeSet>{volumes}</volumeSet>{token}</DescribeVolumesResponse>"))
    });
    let found = reading(&server).await.volumes.volumes_tagged("lifeboat:environment", "shop").await.expect("volumes");
    let told: Vec<_> = found
        .iter()
        .map(|one| {
            (one.id.as_str(), one.attached.as_ref().map(|how| (how.instance.as_str(), how.delete_on_termination)))
        })
        .collect();
    assert_eq!(told, [("vol-1", Some(("i-1", true))), ("vol-2", Some(("i-1", false))), ("vol-3", None)]);
    assert_eq!((found[0].size_gib, found[0].tags["lifeboat:tier"].as_str()), (20, "web"));
    let call = &server.calls("ec2", "DescribeVolumes")[0];
    assert_eq!(
        (call.field("Filter.1.Name"), call.field("Filter.1.Value.1")),
        ("tag:lifeboat:environment".to_owned(), "shop".to_owned())
    );
}
