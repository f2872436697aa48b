//! Owns the tests of what goes wrong on the way, and of the sentence an operator reads then.

use std::time::{Duration, Instant};

use lifeboat::cloud::{Cloud as _, CloudErrorKind};
use lifeboat::model::{GroupSize, SideName};

use super::replay::{Answer, Replay, closed_port, ec2_error, http, page, query_error, xml};
use super::{cloud, names, reading, side, writing};

fn identity() -> Answer {
    xml("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/op</Arn>\
         <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
}

fn updated() -> Answer {
    xml("<UpdateAutoScalingGroupResponse/>")
}

/// What failing GetCallerIdentity in some way says.
async fn told(answer: Answer) -> (CloudErrorKind, String, usize) {
    let server = Replay::start();
    server.on("sts", "GetCallerIdentity", [answer]);
    let error = reading(&server).await.identity.caller().await.expect_err("a fault");
    (error.kind, error.to_string().replace(&server.url(), "http://endpoint"), server.count())
}

#[tokio::test]
async fn a_fault_on_the_way_is_ridden_out() {
    for fault in [
        query_error(400, "Throttling", "Rate exceeded"),
        query_error(503, "ServiceUnavailable", "try later"),
        http(502, "text/html", "<html>bad gateway</html>"),
        Answer::Hangup,
        Answer::Half(Box::new(identity())),
        Answer::Slow(Duration::from_millis(50), Box::new(query_error(500, "InternalFailure", ""))),
    ] {
        let server = Replay::start();
        server.on("sts", "GetCallerIdentity", [fault.clone(), identity()]);
        let caller = reading(&server).await.identity.caller().await.unwrap_or_else(|e| panic!("{fault:?}: {e}"));
        assert_eq!(caller.account.as_str(), "111122223333");
        assert_eq!(server.count(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_denial_names_the_action() {
    let message = "User: arn:aws:iam::111122223333:user/op is not authorized to perform: sts:GetCallerIdentity";
    let (kind, told, calls) = told(query_error(403, "AccessDenied", message)).await;
    assert_eq!((kind, calls), (CloudErrorKind::Denied, 1));
    insta::assert_snapshot!(told, @"GetCallerIdentity (standby side, us-west-2) was denied: User: arn:aws:iam::111122223333:user/op is not authorized to perform: sts:GetCallerIdentity [AccessDenied] (request req-1)");
}

#[tokio::test]
async fn ec2_denials_name_the_action_too() {
    let server = Replay::start();
    let message = "You are not authorized to perform this operation. Encoded authorization failure message: 4GmZ0ab";
    server.on("ec2", "DescribeVpcs", [ec2_error(403, "UnauthorizedOperation", message)]);
    let error = reading(&server).await.network.vpcs(&names(&["vpc-1"])).await.expect_err("denied");
    insta::assert_snapshot!(error, @"DescribeVpcs (standby side, us-west-2) was denied: ec2:DescribeVpcs is not allowed: You are not authorized to perform this operation. [UnauthorizedOperation] (request req-1)");
}

#[tokio::test]
async fn expired_credentials_are_told_apart_from_a_denial() {
    let message = "The security token included in the request is expired";
    let (kind, told, calls) = told(query_error(403, "ExpiredToken", message)).await;
    assert_eq!((kind, calls), (CloudErrorKind::Credentials, 1));
    insta::assert_snapshot!(told, @"GetCallerIdentity (standby side, us-west-2) had no usable credentials: The security token included in the request is expired [ExpiredToken] (request req-1)");
}

#[tokio::test]
async fn what_a_stand_in_lacks_is_told_at_once() {
    let (kind, told, calls) = told(page(500)).await;
    assert_eq!((kind, calls), (CloudErrorKind::Unsupported, 1));
    insta::assert_snapshot!(told, @"GetCallerIdentity (standby side, us-west-2) is not offered there: the endpoint answered HTTP 500 without an AWS error (request req-1)");
}

#[tokio::test]
async fn a_service_that_keeps_failing_is_given_up_after_three() {
    let (kind, told, calls) = told(query_error(500, "InternalFailure", "boom")).await;
    assert_eq!((kind, calls), (CloudErrorKind::Service, 3));
    insta::assert_snapshot!(told, @"GetCallerIdentity (standby side, us-west-2) failed inside the service: boom [InternalFailure] (request req-1)");
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_is_unreachable() {
    let (kind, told, calls) = told(Answer::Hangup).await;
    assert_eq!((kind, calls), (CloudErrorKind::Unreachable, 3));
    assert!(told.starts_with("GetCallerIdentity (standby side, us-west-2) got no answer: http://endpoint: "), "{told}");
    assert!(!told.contains('{'), "no debug dump: {told}");
}

#[tokio::test]
async fn a_closed_port_is_told_within_a_second() {
    let url = closed_port();
    let ports = cloud().read(SideName::Primary, &side(url.clone())).await.expect("opening makes no call");
    let began = Instant::now();
    let error = ports.identity.caller().await.expect_err("nobody listens");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(error.kind, CloudErrorKind::Unreachable);
    insta::assert_snapshot!(error.to_string().replace(&url, "http://endpoint"), @"GetCallerIdentity (primary side, us-west-2) got no answer: http://endpoint: tcp connect error: Connection refused (os error 111)");
}

#[tokio::test]
async fn a_throttled_burst_of_writes_all_gets_through() {
    let server = Replay::start();
    let mut asked = 0;
    // Every third call is refused, as an empty bucket would.
    server.on_call("autoscaling", "UpdateAutoScalingGroup", move |_| {
        asked += 1;
        if asked % 3 == 0 { query_error(400, "Throttling", "Rate exceeded") } else { updated() }
    });
    let ports = writing(&server).await;
    let size = GroupSize { min: 1, max: 1, desired: 1 };
    let group_names: Vec<String> = (0..40).map(|n| format!("g{n}")).collect();
    let writes = group_names.iter().map(|name| ports.groups.set_size(name, size));
    for outcome in futures_util::future::join_all(writes).await {
        outcome.expect("written in the end");
    }
}

#[tokio::test]
async fn a_write_that_meets_a_pending_update_is_made_again() {
    // Auto Scaling gives one of the two with a status of the service's own failures.
    for (status, code) in [(500, "ResourceContention"), (400, "ResourceContention"), (400, "ScalingActivityInProgress")]
    {
        let server = Replay::start();
        let pending = || query_error(status, code, "You already have a pending update to an Auto Scaling resource.");
        server.on("autoscaling", "UpdateAutoScalingGroup", [pending(), pending(), updated()]);
        writing(&server).await.groups.set_size("web", GroupSize::default()).await.expect("the third time");
        assert_eq!(server.count(), 3, "{status} {code}");
    }
}

#[tokio::test]
async fn even_a_write_without_a_token_is_made_again_where_a_pending_update_has_kept_it_from_beginning() {
    let server = Replay::start();
    let begun =
        xml("<StartInstanceRefreshResponse><StartInstanceRefreshResult><InstanceRefreshId>r-1</InstanceRefreshId>\
                     </StartInstanceRefreshResult></StartInstanceRefreshResponse>");
    let pending = query_error(400, "ResourceContention", "You already have a pending update");
    server.on("autoscaling", "StartInstanceRefresh", [pending, begun]);
    assert_eq!(writing(&server).await.groups.start_refresh("web").await.expect("the second time"), "r-1");
    assert_eq!(server.count(), 2);
    // One that is under way is another matter: it lasts, and a second one is not wanted.
    let server = Replay::start();
    server.on("autoscaling", "StartInstanceRefresh", [query_error(400, "InstanceRefreshInProgress", "")]);
    let error = writing(&server).await.groups.start_refresh("web").await.expect_err("one is under way");
    assert_eq!((error.kind, server.count()), (CloudErrorKind::Conflict, 1));
}

#[tokio::test]
async fn a_write_that_would_happen_twice_is_not_repeated_after_a_lost_answer() {
    let server = Replay::start();
    server.on("autoscaling", "StartInstanceRefresh", [Answer::Hangup]);
    let error = writing(&server).await.groups.start_refresh("web").await.expect_err("unknown outcome");
    assert_eq!(error.kind, CloudErrorKind::Unreachable);
    assert!(!error.kind.no_effect());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn an_absolute_write_is_repeated_after_a_lost_answer() {
    let server = Replay::start();
    server.on("autoscaling", "UpdateAutoScalingGroup", [Answer::Hangup, updated()]);
    writing(&server).await.groups.set_size("web", GroupSize::default()).await.expect("absolute");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_wrong_clock_is_put_right_by_the_service_s_date() {
    let server = Replay::start();
    let in_2099 = |answer: Answer| {
        let Answer::Http { status, mut headers, body } = answer else { panic!("a whole answer") };
        headers.push(("date".to_owned(), "Thu, 01 Jan 2099 12:00:00 GMT".to_owned()));
        Answer::Http { status, headers, body }
    };
    let skewed = query_error(403, "SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than");
    server.on("sts", "GetCallerIdentity", [in_2099(skewed), in_2099(identity())]);
    reading(&server).await.identity.caller().await.expect("signed right the second time");
    let dates: Vec<String> =
        server.calls("sts", "GetCallerIdentity").iter().map(|c| c.headers["x-amz-date"].clone()).collect();
    assert!(dates.len() == 2 && dates[1].starts_with("20990101T12"), "{dates:?}");
}
