//! Owns the tests of scheduled actions: by group or by listing, written by the batch, refusals by name.

use lifeboat::cloud::CloudErrorKind;
use lifeboat::facts::ScheduleFacts;

use super::replay::{Answer, Replay, query_error, xml};
use super::{names, reading, writing};

fn action(group: &str, name: &str) -> String {
    format!(
        "<member><AutoScalingGroupName>{group}</AutoScalingGroupName><ScheduledActionName>{name}</ScheduledActionName>\
         <Recurrence>0 6 * * 1-5</Recurrence><TimeZone>Europe/Berlin</TimeZone><StartTime>2026-11-23T05:00:00Z</StartTime>\
         <MinSize>2</MinSize><MaxSize>8</MaxSize></member>"
    )
}

fn page(actions: &str, token: &str) -> Answer {
    xml(format!(
        "<DescribeScheduledActionsResponse><DescribeScheduledActionsResult><ScheduledUpdateGroupActions>{actions}\
         </ScheduledUpdateGroupActions>{token}</DescribeScheduledActionsResult></DescribeScheduledActionsResponse>"
    ))
}

fn morning(name: &str) -> ScheduleFacts {
    ScheduleFacts {
        name: name.to_owned(),
        recurrence: Some("0 6 * * 1-5".to_owned()),
        time_zone: Some("Europe/Berlin".to_owned()),
        start: Some("2026-11-23T05:00:00Z".parse().expect("a time")),
        end: None,
        min: Some(2),
        max: Some(8),
        desired: None,
    }
}

#[tokio::test]
async fn a_few_groups_are_asked_one_by_one_and_those_without_actions_are_absent() {
    let server = Replay::start();
    server.on_call("autoscaling", "DescribeScheduledActions", |call| {
        match call.field("AutoScalingGroupName").as_str() {
            "web" if call.field("NextToken").is_empty() => page(&action("web", "up"), "<NextToken>t</NextToken>"),
            "web" => page(&action("web", "down"), ""),
            "gone" => query_error(400, "ValidationError", "Group gone not found"),
            _ => page("", ""),
        }
    });
    let found = reading(&server).await.schedules.schedules(&names(&["web", "api", "gone"])).await.expect("schedules");
    assert_eq!(found.keys().collect::<Vec<_>>(), ["web"]);
    assert_eq!(found["web"], [morning("down"), morning("up")], "by name");
}

#[tokio::test]
async fn many_groups_are_one_listing_by_the_page() {
    let server = Replay::start();
    server.on(
        "autoscaling",
        "DescribeScheduledActions",
        [
            page(&format!("{}{}", action("g1", "up"), action("foreign", "up")), "<NextToken>t</NextToken>"),
            page(&action("g2", "up"), ""),
        ],
    );
    let asked: Vec<String> = (0..300).map(|n| format!("g{n}")).collect();
    let found = reading(&server).await.schedules.schedules(&asked).await.expect("schedules");
    assert_eq!(found.keys().collect::<Vec<_>>(), ["g1", "g2"]);
    let calls = server.calls("autoscaling", "DescribeScheduledActions");
    assert_eq!(calls.len(), 2);
    assert!(
        calls.iter().all(|call| call.field("AutoScalingGroupName").is_empty() && call.field("MaxRecords") == "100")
    );
}

#[tokio::test]
async fn no_groups_are_no_call() {
    let server = Replay::start();
    assert!(reading(&server).await.schedules.schedules(&[]).await.expect("nothing").is_empty());
    writing(&server).await.schedules.put_schedules("web", &[]).await.expect("nothing");
    writing(&server).await.schedules.delete_schedules("web", &[]).await.expect("nothing");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_denied_listing_is_an_error() {
    let server = Replay::start();
    server.on("autoscaling", "DescribeScheduledActions", [query_error(403, "AccessDenied", "no policy allows it")]);
    let error = reading(&server).await.schedules.schedules(&names(&["web"])).await.expect_err("denied");
    insta::assert_snapshot!(error, @"DescribeScheduledActions (standby side, us-west-2) was denied: autoscaling:DescribeScheduledActions is not allowed: no policy allows it [AccessDenied] (request req-1)");
}

fn put(failures: &str) -> Answer {
    xml(format!(
        "<BatchPutScheduledUpdateGroupActionResponse><BatchPutScheduledUpdateGroupActionResult>\
         <FailedScheduledUpdateGroupActions>{failures}</FailedScheduledUpdateGroupActions>\
         </BatchPutScheduledUpdateGroupActionResult></BatchPutScheduledUpdateGroupActionResponse>"
    ))
}

fn deleted(failures: &str) -> Answer {
    xml(format!(
        "<BatchDeleteScheduledActionResponse><BatchDeleteScheduledActionResult><FailedScheduledActions>{failures}\
         </FailedScheduledActions></BatchDeleteScheduledActionResult></BatchDeleteScheduledActionResponse>"
    ))
}

fn failure(name: &str, code: &str, message: &str) -> String {
    format!(
        "<member><ScheduledActionName>{name}</ScheduledActionName><ErrorCode>{code}</ErrorCode>\
         <ErrorMessage>{message}</ErrorMessage></member>"
    )
}

#[tokio::test]
async fn actions_are_put_fifty_a_call() {
    let server = Replay::start();
    server.on("autoscaling", "BatchPutScheduledUpdateGroupAction", [put("")]);
    let wanted: Vec<ScheduleFacts> = (0..120).map(|n| morning(&format!("a{n:03}"))).collect();
    writing(&server).await.schedules.put_schedules("web", &wanted).await.expect("put");
    let calls = server.calls("autoscaling", "BatchPutScheduledUpdateGroupAction");
    let field = |call: usize, name: &str| calls[call].field(&format!("ScheduledUpdateGroupActions.member.{name}"));
    assert_eq!(calls.len(), 3);
    assert_eq!(
        (field(0, "50.ScheduledActionName"), field(0, "51.ScheduledActionName")),
        ("a049".into(), String::new())
    );
    assert_eq!(field(2, "20.ScheduledActionName"), "a119");
    let first = ["Recurrence", "TimeZone", "StartTime", "MinSize", "MaxSize", "DesiredCapacity", "EndTime"];
    assert_eq!(
        first.map(|name| field(0, &format!("1.{name}"))),
        ["0 6 * * 1-5", "Europe/Berlin", "2026-11-23T05:00:00Z", "2", "8", "", ""]
    );
    assert_eq!(calls[0].field("AutoScalingGroupName"), "web");
}

#[tokio::test]
async fn refused_actions_are_all_named_and_the_rest_is_put() {
    let server = Replay::start();
    let refused = [
        put(&failure("a001", "LimitExceeded", "Scheduled action quota exceeded")),
        put(&failure("a060", "ValidationError", "Given start time is in the past")),
    ];
    server.on("autoscaling", "BatchPutScheduledUpdateGroupAction", refused);
    let wanted: Vec<ScheduleFacts> = (0..60).map(|n| morning(&format!("a{n:03}"))).collect();
    let error = writing(&server).await.schedules.put_schedules("web", &wanted).await.expect_err("refused");
    assert_eq!((error.kind, error.code.as_deref()), (CloudErrorKind::Limit, Some("LimitExceeded")));
    insta::assert_snapshot!(error, @"BatchPutScheduledUpdateGroupAction (standby side, us-west-2) hit a limit: scheduled actions of web: a001: Scheduled action quota exceeded [LimitExceeded]; a060: Given start time is in the past [ValidationError]");
    assert_eq!(server.count(), 2, "the second batch was sent all the same");
}

#[tokio::test]
async fn deleting_what_is_not_there_is_no_failure_and_anything_else_is() {
    let server = Replay::start();
    let gone = failure("a", "ValidationError", "Scheduled action name not found");
    let busy = failure("b", "ResourceContention", "another update is under way");
    server.on("autoscaling", "BatchDeleteScheduledAction", [deleted(&gone), deleted(&format!("{gone}{busy}"))]);
    let schedules = writing(&server).await.schedules;
    assert_eq!(schedules.delete_schedules("web", &names(&["a"])).await, Ok(()));
    let error = schedules.delete_schedules("web", &names(&["a", "b"])).await.expect_err("busy");
    assert_eq!(error.kind, CloudErrorKind::Busy);
    assert_eq!(error.message, "scheduled actions of web: b: another update is under way [ResourceContention]");
    assert_eq!(
        server.calls("autoscaling", "BatchDeleteScheduledAction")[1].list("ScheduledActionNames.member"),
        ["a", "b"]
    );
}
