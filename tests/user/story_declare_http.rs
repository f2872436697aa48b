//! Owns the stories of runs over HTTP: declared, shown, brought home and drilled by the real binary against moto.

use super::binary::Desk;
use super::shop_http::{Shop, file, planned, provision, sizes};

/// The whole story of one store: declared in the dark, seen from elsewhere, brought home, drilled.
async fn tell(shop: &Shop, desk: &Desk, read: impl AsyncFn(&str) -> String) {
    // What the first round made, the second finds.
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    let before = shop.sizes().await;
    let wanted = planned(desk);
    assert_eq!(shop.sizes().await, before, "a rehearsal changed sizes");
    let production = sizes(&shop.primary).await;

    let told = desk.expect(0, &["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes", "-o", "json"]).json();
    assert_eq!(told["record"]["state"], "ended", "{told}");
    assert_eq!(told["record"]["totals"]["recovery_time_met"], true, "{told}");
    assert_eq!(shop.sizes().await, wanted);
    assert_eq!(sizes(&shop.primary).await, production, "an ungraceful declaration changed the primary");
    let run = told["record"]["run"].as_str().expect("a run").to_owned();
    let page = read(&format!("runs/{run}/report.html")).await;
    assert!(page.contains("us-east-1 is dark") && page.contains("</html>"), "{page}");
    let listed = desk.expect(0, &["runs", "list", "shop.yaml"]);
    assert!(listed.out.contains("us-east-1 is dark"), "{}", listed.out);
    let shown = desk.expect(0, &["runs", "show", "shop.yaml", "-o", "json"]).json();
    assert_eq!((&shown["run"], &shown["state"]), (&run.as_str().into(), &"ended".into()), "{shown}");
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!(status["posture"], "full", "{status}");

    // A provision in these days does not take away what the disaster needed.
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert_eq!(shop.sizes().await, wanted, "a provision shrank a standby that serves");

    let home =
        desk.expect(0, &["failback", "shop.yaml", "--reason", "us-east-1 is back", "--yes", "-o", "json"]).json();
    assert_eq!(home["record"]["state"], "ended", "{home}");
    assert_eq!(shop.sizes().await, before, "the standby does not stand by");
    // As many serve at home as served in the standby; production's own minimum stays.
    let at_home = sizes(&shop.primary).await;
    for (group, (min, desired, _)) in &at_home {
        let own = production[group];
        assert!(*desired >= own.1 && *min == own.0, "{group} is at {desired}, at least {min}, in the primary");
    }
    let again = desk.expect(0, &["failback", "shop.yaml", "--reason", "again", "--yes"]);
    assert_eq!(shop.sizes().await, before, "{}", again.out);

    let drilled = desk.expect(0, &["drill", "shop.yaml", "--yes", "-o", "json"]).json();
    assert_eq!(drilled["record"]["state"], "ended", "{drilled}");
    assert_eq!(shop.sizes().await, before, "the drill left something behind");
    let steps = drilled["record"]["steps"].as_array().expect("steps");
    let proof = steps.iter().find(|step| step["id"] == "prove-clean").expect("the proof");
    assert!(proof["text"].as_str().is_some_and(|text| text.contains("; no volume is left")), "{proof}");
    assert_eq!(sizes(&shop.primary).await, at_home, "the drill changed production's sizes");
    let listed = desk.expect(0, &["runs", "list", "shop.yaml", "-o", "json"]).json();
    assert_eq!(listed["runs"].as_array().map(Vec::len), Some(3), "{listed}");
}

#[tokio::test]
async fn declared_brought_home_and_drilled_with_the_store_in_s3() {
    let (shop, desk) = Shop::provisioned().await;
    tell(&shop, &desk, async |key| shop.stored(key).await.unwrap_or_else(|| panic!("no {key} in the bucket"))).await;
    assert!(!desk.path(".lifeboat").exists(), "something was kept locally");
}

#[tokio::test]
async fn declared_brought_home_and_drilled_with_the_store_in_a_folder() {
    let shop = Shop::open().await;
    let desk = shop.desk(&file(shop.url(), shop.url(), ".lifeboat"));
    provision(&desk);
    tell(&shop, &desk, async |key| desk.read(&format!(".lifeboat/shop/{key}"))).await;
    assert!(shop.keys().await.is_empty(), "something was put into a bucket");
}
