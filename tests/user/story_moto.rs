//! Owns the whole story over HTTP: the real binary against moto, production made through the SDK.
//!
//! What moto can be trusted with is told in the assertions: every effect is checked through the SDK, in the standby and,
//! where it matters, for its absence in the primary.

use super::binary::Desk;
use super::moto::{Moto, free_port};
use super::{production, shop_http};

fn environment(primary: &str, standby: &str) -> String {
    shop_http::file(primary, standby, ".lifeboat")
}

fn credentials(desk: &mut Desk) {
    desk.set("AWS_ACCESS_KEY_ID", "testing");
    desk.set("AWS_SECRET_ACCESS_KEY", "testing");
}

#[tokio::test]
async fn from_an_environment_file_to_a_standby_at_full_size() {
    let moto = Moto::start(&super::python::python_env());
    let made = production::make(&moto.url, "us-east-1").await;
    let standby = production::config(&moto.url, "us-west-2").await;
    let ssm = aws_sdk_ssm::Client::new(&standby);
    let ec2 = aws_sdk_ec2::Client::new(&standby);
    let mut desk = Desk::new();
    credentials(&mut desk);
    desk.write("shop.yaml", &environment(&moto.url, &moto.url));

    // Baseline: CloudWatch cannot be had here, so the basis falls back, with its reason.
    let baseline = desk.expect(0, &["baseline", "shop.yaml", "-o", "json"]).json();
    assert_eq!(baseline["capacity"]["web"]["units"], 4, "{baseline}");
    assert_eq!(baseline["capacity"]["web"]["method"], "fallback");
    assert_eq!(baseline["capacity"]["worker"]["units"], 2);
    let saved = desk.read(".lifeboat/shop/baseline.json");
    assert!(!saved.contains("correct-horse"), "a secret value reached the baseline");

    // Sync first: the compute stack takes its images from the parameters that sync publishes.
    let dry = desk.expect(2, &["sync", "shop.yaml", "--dry-run", "--exit-code"]);
    assert!(!dry.out.contains("correct-horse") && !dry.err.contains("correct-horse"));
    assert!(parameter(&ssm, "/shop/prod/db/host").await.is_none(), "a dry run wrote something");
    let synced = desk.expect(0, &["sync", "shop.yaml"]);
    assert!(!synced.out.contains("correct-horse") && !synced.err.contains("correct-horse"));
    assert_eq!(parameter(&ssm, "/shop/prod/db/host").await.as_deref(), Some("orders.us-west-2.example.com"));
    assert_eq!(parameter(&ssm, "/shop/prod/db/password").await.as_deref(), Some("correct-horse-battery-staple"));
    let published = parameter(&ssm, "/lifeboat/shop/images/web").await.expect("a published image");
    let copies = ec2.describe_images().image_ids(&published).send().await.expect("the copy is in the standby");
    let tags = copies.images()[0].tags();
    assert!(
        tags.iter().any(|tag| tag.key() == Some("lifeboat:source-image") && tag.value() == Some(&made.web_image)),
        "{tags:?}"
    );
    let again = desk.expect(0, &["sync", "shop.yaml"]);
    assert!(again.out.contains("nothing to do"), "{}", again.out);

    // Plan leaves nothing behind; provision makes it.
    desk.expect(0, &["plan", "shop.yaml"]);
    assert!(groups(&standby).await.is_empty());
    let refused = desk.expect(5, &["provision", "shop.yaml"]);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    let sizes = groups(&standby).await;
    assert_eq!(sizes, [("shop-web".to_owned(), 2, 2), ("shop-worker".to_owned(), 1, 1)]);
    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}\n{}", again.out, again.err);

    // Drift: what moto cannot do is unknown, what lifeboat compares itself is in step.
    let drift = desk.run(&["drift", "shop.yaml", "-o", "json"]);
    assert!([0, 2, 3].contains(&drift.code), "{}{}", drift.out, drift.err);
    let parity_before = count(&drift.json(), "parity");

    // Production moves: a parameter and an image change, and parity shows both.
    let primary_ssm = aws_sdk_ssm::Client::new(&made.config);
    primary_ssm
        .put_parameter()
        .name("/shop/prod/features")
        .value("search,basket,gifts")
        .overwrite(true)
        .send()
        .await
        .expect("a new value");
    new_image(&made).await;
    let drift = desk.expect(2, &["drift", "shop.yaml", "-o", "json"]);
    assert_eq!(count(&drift.json(), "parity"), parity_before + 2, "{}", drift.out);
    desk.expect(0, &["sync", "shop.yaml"]);
    assert_eq!(parameter(&ssm, "/shop/prod/features").await.as_deref(), Some("search,basket,gifts"));
    assert_ne!(parameter(&ssm, "/lifeboat/shop/images/web").await, Some(published));

    // The disaster: the primary's endpoint is a closed port, and scaling neither needs nor tries it.
    let dead = format!("http://127.0.0.1:{}", free_port());
    desk.write("shop.yaml", &environment(&dead, &moto.url));
    let scaled = desk.expect(0, &["scale", "shop.yaml", "--to", "full", "-o", "json"]).json();
    assert_eq!(scaled["reached"], true, "{scaled}");
    assert_eq!(groups(&standby).await, [("shop-web".to_owned(), 4, 4), ("shop-worker".to_owned(), 2, 2)]);
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!(status["posture"], "full", "{status}");
    let dark = desk.expect(1, &["baseline", "shop.yaml"]);
    assert!(dark.err.contains("got no answer"), "{}", dark.err);

    // Back again, asked for by name.
    desk.expect(5, &["scale", "shop.yaml", "--to", "standby"]);
    desk.expect(0, &["scale", "shop.yaml", "--to", "standby", "--yes"]);
    assert_eq!(groups(&standby).await, [("shop-web".to_owned(), 2, 2), ("shop-worker".to_owned(), 1, 1)]);
}

#[tokio::test]
async fn wrong_account_no_credentials_and_dead_endpoints_are_told_apart() {
    let moto = Moto::start(&super::python::python_env());
    let mut desk = Desk::new();
    let right = environment(&moto.url, &moto.url);
    desk.write("shop.yaml", &right);
    // What could not be seen is a gap: what the store knows is told all the same.
    let none = desk.expect(3, &["status", "shop.yaml"]);
    assert!(none.out.contains("no usable credentials"), "{}", none.out);
    credentials(&mut desk);
    desk.write("other.yaml", &right.replace("123456789012", "999999999999"));
    let other = desk.expect(5, &["status", "other.yaml"]);
    assert!(other.err.contains("belongs to account 999999999999"), "{}", other.err);
    let dead = format!("http://127.0.0.1:{}", free_port());
    desk.write("dead.yaml", &environment(&moto.url, &dead));
    let dark = desk.expect(3, &["status", "dead.yaml"]);
    assert!(dark.out.contains("got no answer"), "{}", dark.out);
    let missing = desk.expect(1, &["baseline", "shop.yaml"]);
    assert!(
        missing.err.contains(
            "no Auto Scaling group `shop-worker` (tier worker) and no Auto Scaling group `shop-web` (tier web)"
        ),
        "{}",
        missing.err
    );
}

#[tokio::test]
async fn with_the_store_in_s3_another_laptop_can_go_on_while_the_primary_is_dark() {
    let moto = Moto::start(&super::python::python_env());
    production::make(&moto.url, "us-east-1").await;
    let standby = production::config(&moto.url, "us-west-2").await;
    let s3 = aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&standby).force_path_style(true).build());
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::UsWest2)
        .build();
    s3.create_bucket().bucket("shop-dr").create_bucket_configuration(place).send().await.expect("a bucket");
    let with_store = |primary: &str| shop_http::file(primary, &moto.url, "s3://shop-dr/lifeboat");
    let mut first = Desk::new();
    credentials(&mut first);
    first.write("shop.yaml", &with_store(&moto.url));
    first.expect(0, &["baseline", "shop.yaml"]);
    first.expect(0, &["sync", "shop.yaml"]);
    first.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(!first.path(".lifeboat").exists(), "something was kept locally");
    let kept = s3.list_objects_v2().bucket("shop-dr").send().await.expect("the bucket's contents");
    let keys: Vec<&str> = kept.contents().iter().filter_map(|object| object.key()).collect();
    assert!(keys.contains(&"lifeboat/shop/baseline.json"), "{keys:?}");

    // The first laptop is lost and the primary is dark: the file and the bucket are enough.
    let mut second = Desk::new();
    credentials(&mut second);
    second.write("shop.yaml", &with_store(&format!("http://127.0.0.1:{}", free_port())));
    let scaled = second.expect(0, &["scale", "shop.yaml", "--to", "full", "-o", "json"]).json();
    assert_eq!(scaled["reached"], true, "{scaled}");
    let status = second.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!((&status["posture"], &status["last_scale"]["target"]), (&"full".into(), &"full".into()), "{status}");
}

async fn new_image(made: &production::Production) {
    let ec2 = aws_sdk_ec2::Client::new(&made.config);
    let subnets = ec2.describe_subnets().send().await.expect("subnets");
    let subnet = subnets.subnets().first().and_then(|subnet| subnet.subnet_id()).expect("a subnet").to_owned();
    let image = production::image(&ec2, &subnet, "shop-web-2026-11-15").await;
    let data = production::template_data(&image, &made.web_group);
    ec2.create_launch_template_version()
        .launch_template_id(&made.web_template)
        .source_version("1")
        .launch_template_data(data)
        .send()
        .await
        .expect("a version");
}

async fn parameter(client: &aws_sdk_ssm::Client, name: &str) -> Option<String> {
    let answer = client.get_parameter().name(name).with_decryption(true).send().await.ok()?;
    answer.parameter?.value
}

/// Name, desired and minimum of every group of a Region.
async fn groups(config: &aws_config::SdkConfig) -> Vec<(String, i32, i32)> {
    let client = aws_sdk_autoscaling::Client::new(config);
    let answer = client.describe_auto_scaling_groups().send().await.expect("groups");
    let mut groups: Vec<(String, i32, i32)> = answer
        .auto_scaling_groups()
        .iter()
        .map(|group| {
            let name = group.auto_scaling_group_name().unwrap_or_default().to_owned();
            (name, group.desired_capacity().unwrap_or(-1), group.min_size().unwrap_or(-1))
        })
        .collect();
    groups.sort();
    groups
}

fn count(report: &serde_json::Value, kind: &str) -> usize {
    report["findings"].as_array().map_or(0, |findings| findings.iter().filter(|one| one["kind"] == kind).count())
}
