//! Owns the proof over HTTP that a declaration neither needs nor tries the primary, however that is dark.

use std::time::Instant;

use super::binary::Desk;
use super::dark::Dark;
use super::moto::free_port;
use super::proxy::{Fate, Proxy};
use super::replay::query_error;
use super::shop_http::{Shop, Sizes, planned};

const DECLARE: [&str; 7] = ["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes", "-o", "json"];

/// Declares from a desk that has nothing but the file, and insists that it is done.
async fn declared(shop: &Shop, desk: &Desk, how: &str, before: &Sizes, wanted: &Sizes) -> f64 {
    shop.reset(before).await;
    let began = Instant::now();
    let told = desk.expect(0, &DECLARE).json();
    let took = began.elapsed().as_secs_f64();
    assert_eq!(told["record"]["state"], "ended", "{how}: {told}");
    assert_eq!(shop.sizes().await, *wanted, "{how}");
    let listed = desk.expect(0, &["runs", "list", "shop.yaml", "-o", "json"]).json();
    assert_eq!(listed["runs"].as_array().map(Vec::len), Some(1), "{how}: {listed}");
    desk.expect(0, &["runs", "show", "shop.yaml"]);
    assert!(!desk.path(".lifeboat").exists(), "{how}: something was kept locally");
    took
}

#[tokio::test]
async fn a_primary_that_is_dark_in_any_way_is_not_tried_with_only_the_bucket_left() {
    let (shop, desk) = Shop::provisioned().await;
    let (before, wanted) = (shop.sizes().await, planned(&desk));
    assert_ne!(before, wanted);

    let well = Proxy::to(shop.url());
    let with = |primary: &str| shop.desk(&shop.file_in_s3(primary, shop.url()));
    let healthy = declared(&shop, &with(&well.url()), "well", &before, &wanted).await;
    assert!(well.came().is_empty(), "a primary that is well was called: {:?}", well.came());

    let closed = format!("http://127.0.0.1:{}", free_port());
    let mut took = vec![("closed port", declared(&shop, &with(&closed), "closed port", &before, &wanted).await)];
    for (how, dark) in [("takes connections and says nothing", Dark::silent()), ("takes no connection", Dark::deaf())] {
        took.push((how, declared(&shop, &with(dark.url()), how, &before, &wanted).await));
        assert_eq!(dark.connections(), 0, "{how}");
    }
    let denying = Proxy::to(shop.url());
    denying.rule(|_, _| Fate::Answer(query_error(403, "AccessDenied", "explicit deny")));
    took.push(("denies everything", declared(&shop, &with(&denying.url()), "denied", &before, &wanted).await));
    assert!(denying.came().is_empty(), "{:?}", denying.came());
    let dark = Dark::silent();
    let file = shop.file_in_s3(dark.url(), shop.url());
    let stranger = file.replace("us-east-1, account: \"123456789012\"", "us-east-1, account: \"999999999999\"");
    assert_ne!(file, stranger);
    let stranger = shop.desk(&stranger.replace("primary: {", "primary: { profile: nobody,"));
    took.push(("no credentials", declared(&shop, &stranger, "no credentials", &before, &wanted).await));
    assert_eq!(dark.connections(), 0, "no credentials");
    for (how, took) in took {
        println!("a declaration took {took:.2} s with a primary that {how}: {:.2} times as long", took / healthy);
    }
}

#[tokio::test]
async fn fencing_a_black_hole_is_best_effort_and_a_graceful_declaration_refuses_it() {
    let (shop, desk) = Shop::provisioned().await;
    let wanted = planned(&desk);
    let dark = Dark::silent();
    let mut desk = shop.desk(&shop.file_in_s3(dark.url(), shop.url()));
    // One attempt: how long a black hole is waited for is the adapter's business.
    desk.set("AWS_MAX_ATTEMPTS", "1");
    let told = desk.expect(0, &[&DECLARE[..], &["--fence"]].concat()).json();
    assert!(dark.connections() > 0, "the fence was never tried");
    let step = |id: &str| {
        let steps = told["record"]["steps"].as_array().expect("steps");
        steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id} in {told}"))
    };
    assert_eq!((&step("fence-primary")["state"], &told["record"]["state"]), (&"failed".into(), &"ended".into()));
    let why = step("fence-primary")["failure"].to_string();
    assert!(why.contains("primary side") && why.contains("may go on serving"), "{why}");
    let ended = |id: &str| step(id)["ended_at"].as_str().expect("a time").to_owned();
    assert!(ended("await-web") < ended("fence-primary"), "the standby waited for the fence");
    assert!(ended("report") < ended("fence-primary"), "the report waited for the fence");
    assert_eq!(shop.sizes().await, wanted);

    let both = ["declare", "shop.yaml", "--reason", "a planned move", "--graceful", "--yes"];
    let refused = desk.expect(5, &both);
    assert!(refused.err.contains("needs both sides") && refused.err.contains("without --graceful"), "{}", refused.err);
    assert_eq!(shop.runs().await.len(), 1, "a refused declaration left a run");
}
