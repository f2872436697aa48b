//! Owns the tests of event sources: rules of EventBridge by name, mappings of Lambda by function and source.

use lifeboat::cloud::CloudErrorKind;
use lifeboat::facts::EventSourceFacts;
use lifeboat::model::Trigger;
use serde_json::{Value, json};

use super::replay::{Answer, Replay, http, json, json_error};
use super::{reading, writing};

fn rule() -> Trigger {
    Trigger::Rule { bus: "orders".to_owned(), name: "shop-nightly".to_owned() }
}

fn mapping(source: Option<&str>) -> Trigger {
    Trigger::Mapping { function: "shop-orders".to_owned(), source: source.map(str::to_owned) }
}

#[tokio::test]
async fn a_rule_is_described_by_name_and_bus() {
    let server = Replay::start();
    let schedule = json!({
        "Name": "shop-nightly", "Arn": "arn:aws:events:us-west-2:1:rule/orders/shop-nightly", "EventBusName": "orders",
        "ScheduleExpression": "rate(5 minutes)", "State": "DISABLED"
    });
    let pattern = json!({ "Name": "shop-nightly", "EventPattern": "{\"source\":[\"shop\"]}", "State": "ENABLED" });
    let gone = json_error(400, "ResourceNotFoundException", "Rule shop-nightly does not exist on EventBus orders.");
    server.on("events", "DescribeRule", [json(schedule), json(pattern), gone]);
    let events = reading(&server).await.events;
    let expected = EventSourceFacts {
        id: "shop-nightly".to_owned(),
        state: "DISABLED".to_owned(),
        schedule: Some("rate(5 minutes)".to_owned()),
        ..EventSourceFacts::default()
    };
    assert_eq!(events.event_source(&rule()).await, Ok(Some(expected)));
    let asked = server.calls("events", "DescribeRule")[0].json();
    assert_eq!((&asked["Name"], &asked["EventBusName"]), (&json!("shop-nightly"), &json!("orders")));
    let found = events.event_source(&rule()).await.expect("an answer").expect("there");
    assert_eq!((found.state.as_str(), found.pattern.as_deref()), ("ENABLED", Some("{\"source\":[\"shop\"]}")));
    assert_eq!(events.event_source(&rule()).await, Ok(None));
}

#[tokio::test]
async fn a_denied_rule_names_the_permission() {
    let server = Replay::start();
    server.on("events", "DescribeRule", [json_error(400, "AccessDeniedException", "no identity-based policy")]);
    let error = reading(&server).await.events.event_source(&rule()).await.expect_err("denied");
    insta::assert_snapshot!(error, @"DescribeRule (standby side, us-west-2) was denied: events:DescribeRule is not allowed: no identity-based policy [AccessDeniedException] (request req-1)");
}

/// What Lambda answers: JSON by the path.
fn lambda(body: Value) -> Answer {
    http(200, "application/json", body.to_string())
}

/// An error of Lambda: its code is in a header.
fn refused(status: u16, code: &str, message: &str) -> Answer {
    let Answer::Http { status, mut headers, body } =
        http(status, "application/json", json!({ "Type": "User", "Message": message }).to_string())
    else {
        unreachable!("it is an answer")
    };
    headers.push(("x-amzn-errortype".to_owned(), code.to_owned()));
    Answer::Http { status, headers, body }
}

fn one(uuid: &str, arn: &str, state: &str) -> Value {
    json!({
        "UUID": uuid, "EventSourceArn": arn, "FunctionArn": "arn:aws:lambda:us-west-2:1:function:shop-orders",
        "State": state, "BatchSize": 10, "LastModified": 1_763_000_000.5
    })
}

const QUEUE: &str = "arn:aws:sqs:us-west-2:1:shop-orders-queue";
const TABLE: &str = "arn:aws:dynamodb:us-west-2:1:table/shop-carts/stream/2026-11-01T00:00:00.000";

#[tokio::test]
async fn a_mapping_is_found_by_function_and_source_on_any_page() {
    let server = Replay::start();
    server.on_call("lambda", "GET", |call| match call.path.contains("Marker=m1") {
        false => lambda(json!({ "NextMarker": "m1", "EventSourceMappings": [
            one("u-1", TABLE, "Enabled"), one("u-0", QUEUE, "Deleting")
        ] })),
        true => lambda(json!({ "EventSourceMappings": [one("u-2", QUEUE, "Disabled")] })),
    });
    let events = reading(&server).await.events;
    let expected = EventSourceFacts {
        id: "u-2".to_owned(),
        state: "Disabled".to_owned(),
        source: Some(QUEUE.to_owned()),
        batch_size: Some(10),
        ..EventSourceFacts::default()
    };
    assert_eq!(events.event_source(&mapping(Some("shop-orders-queue"))).await, Ok(Some(expected)));
    let path = &server.calls("lambda", "GET")[0].path;
    assert!(path.starts_with("/2015-03-31/event-source-mappings?"), "{path}");
    assert!(path.contains("FunctionName=shop-orders"), "{path}");
    let carts = events.event_source(&mapping(Some("shop-carts"))).await.expect("an answer").expect("there");
    assert_eq!(carts.id, "u-1");
    assert_eq!(events.event_source(&mapping(Some("other"))).await, Ok(None));
    let error = events.event_source(&mapping(None)).await.expect_err("which of the two");
    insta::assert_snapshot!(error, @"ListEventSourceMappings (standby side, us-west-2) was refused: function shop-orders has 2 event source mappings (shop-carts, shop-orders-queue): say in event_sources which is meant, by its `source`");
}

#[tokio::test]
async fn a_function_that_is_not_there_has_no_mapping() {
    let server = Replay::start();
    let gone = refused(404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:us-west-2:1:function:x");
    server.on("lambda", "GET", [gone]);
    assert_eq!(reading(&server).await.events.event_source(&mapping(None)).await, Ok(None));
}

#[tokio::test]
async fn each_is_switched_by_its_own_call() {
    let server = Replay::start();
    server.on("events", "EnableRule", [json(json!({}))]);
    server.on("events", "DisableRule", [json(json!({}))]);
    let in_use = refused(400, "ResourceInUseException", "Cannot update the event source mapping, it is in use.");
    server.on("lambda", "PUT", [http(202, "application/json", one("u-2", QUEUE, "Enabling").to_string()), in_use]);
    let events = writing(&server).await.events;
    let seen = |id: &str| EventSourceFacts { id: id.to_owned(), ..EventSourceFacts::default() };
    events.switch_event_source(&rule(), &seen("shop-nightly"), true).await.expect("on");
    events.switch_event_source(&rule(), &seen("shop-nightly"), false).await.expect("off");
    for operation in ["EnableRule", "DisableRule"] {
        let asked = server.calls("events", operation)[0].json();
        assert_eq!(asked, json!({ "Name": "shop-nightly", "EventBusName": "orders" }), "{operation}");
    }
    events.switch_event_source(&mapping(None), &seen("u-2"), true).await.expect("on its way");
    let call = &server.calls("lambda", "PUT")[0];
    assert_eq!(call.path.split('?').next(), Some("/2015-03-31/event-source-mappings/u-2"));
    assert_eq!(call.json(), json!({ "Enabled": true }), "nothing else of it changes");
    let error = events.switch_event_source(&mapping(None), &seen("u-2"), false).await.expect_err("in use");
    assert_eq!((error.kind, error.code.as_deref()), (CloudErrorKind::Conflict, Some("ResourceInUseException")));
}

#[tokio::test]
async fn a_rule_that_somebody_else_changes_at_that_moment_is_switched_all_the_same() {
    let server = Replay::start();
    let busy =
        json_error(400, "ConcurrentModificationException", "There is concurrent modification on rule shop-nightly.");
    server.on("events", "EnableRule", [busy, json(json!({}))]);
    let events = writing(&server).await.events;
    events.switch_event_source(&rule(), &EventSourceFacts::default(), true).await.expect("the second time");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn throttled_calls_are_made_again() {
    let server = Replay::start();
    let throttled = refused(429, "TooManyRequestsException", "Rate exceeded");
    server.on("lambda", "GET", [throttled, lambda(json!({ "EventSourceMappings": [one("u-2", QUEUE, "Enabled")] }))]);
    let found = reading(&server).await.events.event_source(&mapping(None)).await.expect("an answer");
    assert_eq!(found.map(|facts| facts.id).as_deref(), Some("u-2"));
}
