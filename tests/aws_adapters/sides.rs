//! Owns the tests of sides: Region, credentials, profile and role, each side's own.

use lifeboat::aws::AwsCloud;
use lifeboat::cloud::{Cloud as _, CloudErrorKind};
use lifeboat::model::{Side, SideName};

use super::replay::{Answer, Replay, closed_port, query_error, xml};
use super::{cloud, side};

const ROLE: &str = "arn:aws:iam::111122223333:role/dr-operator";

fn identity() -> Answer {
    xml(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/dr/lifeboat</Arn>\
         <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    )
}

fn assumed() -> Answer {
    xml("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>\
         <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
         </Credentials><AssumedRoleUser><AssumedRoleId>A:lifeboat</AssumedRoleId><Arn>arn:aws:sts::1:assumed-role/dr/lifeboat\
         </Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>")
}

fn with_role(endpoint: String) -> Side {
    Side { role_arn: Some(ROLE.to_owned()), external_id: Some("external-1".to_owned()), ..side(endpoint) }
}

#[tokio::test]
async fn opening_a_side_makes_no_call() {
    let server = Replay::start();
    let cloud = cloud();
    let with_role = with_role(server.url());
    cloud.read(SideName::Primary, &with_role).await.expect("read");
    cloud.write(SideName::Primary, &with_role).await.expect("write");
    cloud.store(SideName::Standby, &side(server.url()), "bucket", "prefix").await.expect("store");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn objects_are_asked_for_where_everybody_asks_unless_an_endpoint_is_named() {
    let at_aws = Side { endpoint_url: None, ..side(String::new()) };
    let url = |ports: lifeboat::cloud::ReadPorts| ports.buckets.object_url("shop-traffic", "x/reachable");
    let ports = cloud().read(SideName::Standby, &at_aws).await.expect("read");
    assert_eq!(url(ports), "https://shop-traffic.s3.us-west-2.amazonaws.com/x/reachable");
    let ports = cloud().read(SideName::Standby, &side("http://127.0.0.1:5000/".to_owned())).await.expect("read");
    assert_eq!(url(ports), "http://127.0.0.1:5000/shop-traffic/x/reachable");
}

#[tokio::test]
async fn calls_are_signed_for_the_side_s_region() {
    let server = Replay::start();
    server.on("sts", "GetCallerIdentity", [identity()]);
    let ports = cloud().read(SideName::Standby, &side(server.url())).await.expect("ports");
    let caller = ports.identity.caller().await.expect("caller");
    assert_eq!(caller.arn, "arn:aws:sts::111122223333:assumed-role/dr/lifeboat");
    let call = &server.calls("sts", "GetCallerIdentity")[0];
    assert_eq!((call.region.as_str(), call.access_key.as_str()), ("us-west-2", "AKIDTESTS"));
}

#[tokio::test]
async fn a_role_is_assumed_once_in_the_side_s_region_and_then_used() {
    let server = Replay::start();
    server.on("sts", "AssumeRole", [assumed()]);
    server.on("sts", "GetCallerIdentity", [identity()]);
    let cloud = cloud();
    let side = with_role(server.url());
    let first = cloud.read(SideName::Standby, &side).await.expect("ports");
    first.identity.caller().await.expect("caller");
    // Settings, and with them the credentials, are shared by everything that opens the same side.
    let second = cloud.read(SideName::Standby, &side).await.expect("ports");
    second.identity.caller().await.expect("caller");
    let assumes = server.calls("sts", "AssumeRole");
    assert_eq!(assumes.len(), 1);
    assert_eq!(
        ["RoleArn", "ExternalId", "RoleSessionName"].map(|name| assumes[0].field(name)),
        [ROLE, "external-1", "lifeboat"]
    );
    assert_eq!(assumes[0].region, "us-west-2", "the Region's own STS");
    assert!(server.calls("sts", "GetCallerIdentity").iter().all(|call| call.access_key == "ASIAROLE"));
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_told_as_such() {
    let server = Replay::start();
    let message = "User: arn:aws:iam::1:user/op is not authorized to perform: sts:AssumeRole on resource: dr-operator";
    server.on("sts", "AssumeRole", [query_error(403, "AccessDenied", message)]);
    let ports = cloud().read(SideName::Standby, &with_role(server.url())).await.expect("ports");
    let error = ports.groups.all_groups().await.expect_err("no role");
    assert_eq!((error.kind, error.operation.as_str()), (CloudErrorKind::Denied, "AssumeRole"));
    assert!(error.message.contains("sts:AssumeRole on resource: dr-operator"), "{error}");
}

#[tokio::test]
async fn a_dark_sts_is_unreachable_and_not_a_matter_of_credentials() {
    let ports = cloud().read(SideName::Primary, &with_role(closed_port())).await.expect("ports");
    let error = ports.groups.all_groups().await.expect_err("dark");
    assert_eq!((error.kind, error.operation.as_str()), (CloudErrorKind::Unreachable, "AssumeRole"));
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_named_and_nothing_else_is_used_instead() {
    let server = Replay::start();
    let side = Side { profile: Some("no-such-profile-of-lifeboat".to_owned()), ..side(server.url()) };
    let ports = AwsCloud::new().read(SideName::Primary, &side).await.expect("ports");
    let error = ports.identity.caller().await.expect_err("no credentials");
    assert_eq!(error.kind, CloudErrorKind::Credentials);
    assert!(error.message.contains("no-such-profile-of-lifeboat"), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_ca_bundle_that_cannot_be_used_is_refused_when_the_side_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, "not a certificate").expect("written");
    for path in [path, folder.path().join("missing.pem")] {
        let cloud = cloud().with_ca_bundle(&path);
        let error = cloud.read(SideName::Primary, &side(closed_port())).await.err().expect("refused");
        assert_eq!(error.kind, CloudErrorKind::Invalid);
        assert!(error.message.contains(&path.display().to_string()), "{error}");
    }
}
