//! Owns the tests of SSM parameters.

use lifeboat::cloud::{CloudErrorKind, PutParameter, SecretText};
use lifeboat::facts::{ParameterTier, ParameterType};
use serde_json::json;

use super::replay::{Replay, json as answer, json_error};
use super::{names, reading, writing};

#[tokio::test]
async fn a_path_is_read_to_the_end_and_merged_with_what_only_the_description_tells() {
    let server = Replay::start();
    let parameter = |name: &str, kind: &str| json!({ "Name": name, "Type": kind, "Value": "v", "Version": 3 });
    server.on(
        "ssm",
        "GetParametersByPath",
        [
            answer(json!({ "Parameters": [parameter("/shop/prod/b", "SecureString")], "NextToken": "more" })),
            answer(json!({ "Parameters": [parameter("/shop/prod/a", "String")] })),
        ],
    );
    let described = json!({ "Parameters": [
        { "Name": "/shop/prod/b", "Tier": "Advanced", "Description": "db", "KeyId": "alias/k", "Version": 3 },
        { "Name": "/shop/prod/a", "Tier": "Standard", "AllowedPattern": "^v$", "Version": 3 }
    ]});
    server.on("ssm", "DescribeParameters", [answer(described)]);
    let found = reading(&server).await.parameters.parameters_by_path("/shop/prod/").await.expect("parameters");
    assert_eq!(found.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["/shop/prod/a", "/shop/prod/b"]);
    assert_eq!(found[0].allowed_pattern.as_deref(), Some("^v$"));
    assert_eq!((found[1].kind, found[1].tier), (ParameterType::SecureString, ParameterTier::Advanced));
    assert_eq!((found[1].key_id.as_deref(), found[1].description.as_str()), (Some("alias/k"), "db"));
    let calls = server.calls("ssm", "GetParametersByPath");
    assert_eq!(calls[0].json()["Path"], "/shop/prod", "SSM wants no slash at the end");
    assert_eq!(calls[0].json()["WithDecryption"], true);
    assert_eq!(calls[1].json()["NextToken"], "more");
}

#[tokio::test]
async fn names_are_asked_ten_a_call_and_missing_ones_are_absent() {
    let server = Replay::start();
    server.on_call("ssm", "GetParameters", |call| {
        let asked = call.json()["Names"].as_array().cloned().unwrap_or_default();
        assert!(asked.len() <= 10, "GetParameters takes ten names");
        let (missing, found): (Vec<_>, Vec<_>) = asked.into_iter().partition(|name| name == "/p/7");
        let found: Vec<_> =
            found.iter().map(|n| json!({ "Name": n, "Type": "String", "Value": "v", "Version": 1 })).collect();
        answer(json!({ "Parameters": found, "InvalidParameters": missing }))
    });
    let asked: Vec<String> = (0..25).map(|n| format!("/p/{n}")).collect();
    let found = reading(&server).await.parameters.parameters(&asked).await.expect("parameters");
    assert_eq!(found.len(), 24);
    assert_eq!(server.count(), 3);
}

fn put(value: &str) -> PutParameter {
    PutParameter {
        name: "/shop/prod/password".into(),
        kind: ParameterType::SecureString,
        tier: ParameterTier::Advanced,
        value: SecretText::new(value),
        data_type: "text".into(),
        description: String::new(),
        allowed_pattern: None,
        key_id: Some("alias/dr".into()),
    }
}

#[tokio::test]
async fn a_write_overwrites_with_type_tier_and_key() {
    let server = Replay::start();
    server.on("ssm", "PutParameter", [answer(json!({ "Version": 4, "Tier": "Advanced" }))]);
    assert_eq!(writing(&server).await.parameters.put_parameter(&put("hunter2")).await, Ok(4));
    let sent = server.calls("ssm", "PutParameter")[0].json();
    assert_eq!(
        [&sent["Type"], &sent["Tier"], &sent["KeyId"], &sent["Overwrite"], &sent["Value"]],
        [&json!("SecureString"), &json!("Advanced"), &json!("alias/dr"), &json!(true), &json!("hunter2")]
    );
}

#[tokio::test]
async fn a_refusal_that_quotes_the_value_does_not_pass_it_on() {
    let server = Replay::start();
    let message = "1 validation error detected: Value 'hunter2' at 'value' failed to satisfy constraint";
    server.on("ssm", "PutParameter", [json_error(400, "ValidationException", message)]);
    let error = writing(&server).await.parameters.put_parameter(&put("hunter2")).await.expect_err("refused");
    assert_eq!(error.kind, CloudErrorKind::Invalid);
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    assert!(error.message.contains("(value withheld)"), "{error}");
}

#[tokio::test]
async fn deleting_what_is_not_there_is_done_already() {
    let server = Replay::start();
    server.on("ssm", "DeleteParameter", [json_error(400, "ParameterNotFound", "")]);
    assert_eq!(writing(&server).await.parameters.delete_parameter("/x").await, Ok(()));
    assert!(reading(&server).await.parameters.parameters(&names(&["/x"])).await.is_err(), "not scripted");
}
