//! Owns the stories in which the standby follows production: parameters, images, copies, and what drift tells.

use base64::Engine as _;

use super::super::binary::Desk;
use super::super::seeded::stand_by;
use super::{desk, state};

#[test]
fn drift_tells_an_image_a_parameter_and_a_rule_apart_and_sync_mends_what_it_can() {
    let desk = desk();
    stand_by(&desk);
    desk.expect(0, &["sim", "drift", "image"]);
    desk.expect(0, &["sim", "drift", "parameter"]);
    desk.expect(0, &["sim", "drift", "rule"]);
    let drift = desk.expect(2, &["drift", "shop.yaml", "-o", "json"]).json();
    assert_eq!(drift["schema_version"], 1);
    let kinds =
        |kind: &str| drift["findings"].as_array().expect("findings").iter().filter(|one| one["kind"] == kind).count();
    assert!(kinds("drift") >= 1, "{drift}");
    assert!(kinds("parity") >= 2, "{drift}");
    desk.expect(0, &["sync", "shop.yaml"]);
    let after = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(after.out.contains("parity=0") || !after.out.contains("/shop/prod"), "{}", after.out);
}

/// The host name of a side's load balancer of the API.
fn api_host(desk: &Desk, region: &str) -> String {
    let state = state(desk);
    let balancers = state["regions"][region]["load_balancers"].as_object().expect("load balancers");
    let mut names = balancers.values().map(|one| one["dns_name"].as_str().expect("a name").to_owned());
    names.find(|name| name.starts_with("internal-")).expect("the API's load balancer is internal")
}

fn api_url(desk: &Desk) -> Option<String> {
    let parameter = &state(desk)["regions"]["us-west-2"]["parameters"]["/shop/prod/api/url"];
    let versions = parameter["versions"].as_array()?;
    Some(versions.last()?["value"].as_str()?.to_owned())
}

#[test]
fn load_balancers_are_called_by_the_standbys_names_in_user_data_and_parameters() {
    let desk = desk();
    desk.expect(0, &["baseline", "shop.yaml"]);
    let early = desk.expect(0, &["sync", "shop.yaml", "-o", "json"]).json();
    assert_eq!(early["held"], serde_json::json!(["/shop/prod/api/url", "/shop/prod/db/host"]), "{early}");
    assert_eq!(api_url(&desk), None, "half a translation is worse than none");
    let again = desk.expect(0, &["sync", "shop.yaml"]);
    assert!(again.out.contains("2 parameters are held back"), "{}", again.out);
    assert!(again.out.contains("provision, then sync again"), "{}", again.out);
    let plan = desk.expect(0, &["plan", "shop.yaml"]);
    assert!(plan.out.contains("is known only after edge is deployed"), "{}", plan.out);
    let provisioned = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(provisioned.err.contains("lifeboat sync shop.yaml"), "{}", provisioned.err);
    let drift = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("drift=0 pending=0 parity=2"), "{}", drift.out);
    desk.expect(0, &["sync", "shop.yaml"]);
    let drift = desk.expect(0, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("drift=0 pending=0 parity=0"), "{}", drift.out);

    let (there, here) = (api_host(&desk, "us-east-1"), api_host(&desk, "us-west-2"));
    assert_ne!(there.replace("us-east-1", "us-west-2"), here, "the Region's name alone does not lead there");
    assert_eq!(api_url(&desk), Some(format!("http://{here}")));
    let west = state(&desk)["regions"]["us-west-2"]["launch_templates"].clone();
    let web = west.as_object().expect("launch templates").values().find(|one| one["name"].to_string().contains("Web"));
    let facts = &web.expect("the web tier's")["versions"]["1"];
    let decoded = base64::engine::general_purpose::STANDARD.decode(facts["user_data"].as_str().expect("user data"));
    let user_data = String::from_utf8(decoded.expect("base64")).expect("text");
    assert!(user_data.contains(&format!("export API_URL=http://{here}\n")), "{user_data}");

    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}", again.out);
    // When the standby is gone, what its value should be is not known: it stays, and that is told.
    desk.expect(0, &["teardown", "shop.yaml", "--yes"]);
    let held = desk.expect(0, &["sync", "shop.yaml", "-o", "json"]).json();
    assert_eq!(held["held"], serde_json::json!(["/shop/prod/api/url"]), "{held}");
    assert_eq!(api_url(&desk), Some(format!("http://{here}")));
}

#[test]
fn a_sync_without_a_baseline_says_what_it_cannot_translate() {
    let desk = desk();
    let synced = desk.expect(0, &["sync", "shop.yaml"]);
    assert!(synced.out.contains("there is no baseline"), "{}", synced.out);
}

#[test]
fn a_copy_under_a_bad_key_fails_late_and_is_not_published() {
    let desk = desk();
    let text = desk.read("shop.yaml").replace("key: alias/shop-dr", "key: alias/missing");
    desk.write("shop.yaml", &text);
    desk.expect(0, &["baseline", "shop.yaml"]);
    let ran = desk.expect(1, &["sync", "shop.yaml"]);
    assert!(ran.err.contains("sync.images.key"), "{}", ran.err);
    let state = state(&desk);
    let published = state["regions"]["us-west-2"]["parameters"].as_object().expect("parameters");
    assert!(published.keys().all(|name| !name.starts_with("/lifeboat/")), "a failed copy was published");
    desk.write("shop.yaml", &text.replace("alias/missing", "alias/shop-dr"));
    desk.expect(0, &["sync", "shop.yaml"]);
    let again = desk.expect(0, &["sync", "shop.yaml", "--dry-run"]);
    assert!(!again.out.contains("+ copy"), "{}", again.out);
}

#[test]
fn old_copies_are_removed_beyond_keep_and_never_one_in_use() {
    let desk = desk();
    let text = desk.read("shop.yaml").replace("keep: 3", "keep: 1");
    desk.write("shop.yaml", &text);
    stand_by(&desk);
    for _ in 0..3 {
        desk.expect(0, &["sim", "drift", "image"]);
        desk.expect(0, &["sync", "shop.yaml"]);
    }
    let state = state(&desk);
    let region = &state["regions"]["us-west-2"];
    let images = region["images"].as_object().expect("images");
    let used: Vec<String> = region["groups"]
        .as_object()
        .expect("groups")
        .values()
        .flat_map(|group| group["instances"].as_array().cloned().unwrap_or_default())
        .filter(|instance| instance["terminated_at"].is_null())
        .filter_map(|instance| instance["image_id"].as_str().map(str::to_owned))
        .collect();
    assert!(!used.is_empty());
    for image in used {
        assert!(images.contains_key(&image), "{image} is in use and was removed");
    }
    assert!(images.len() < 6, "old copies stayed: {}", images.len());
    desk.expect(0, &["drift", "shop.yaml"]);
}
