//! Owns the stories of a lever that health checkers cannot see, and of a health check that production does not pass.

use serde_json::Value;

use super::binary::Desk;
use super::seeded::{example, seeded};
use super::story_declare::{declare, disaster, ready, runs, state, step};

fn lever(told: &Value) -> &Value {
    &told["traffic"]["lever"]["lever"]
}

#[test]
fn a_lever_that_works_is_proven_all_the_time_and_goes_with_the_standby() {
    let desk = ready();
    let status = desk.expect(0, &["status", "shop.yaml"]);
    assert!(status.out.contains("the lever works: https://shop-traffic-"), "{}", status.out);
    let rehearsed = desk.expect(0, &["declare", "shop.yaml", "--reason", "exercise", "--rehearse"]);
    assert!(rehearsed.out.contains("the lever works"), "{}", rehearsed.out);
    desk.expect(0, &["sync", "shop.yaml"]);
    let drift = desk.expect(0, &["drift", "shop.yaml"]);
    assert!(!drift.out.contains("lever"), "{}", drift.out);
    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}", again.out);
    desk.expect(0, &["teardown", "shop.yaml", "--yes"]);
    let buckets = state(&desk)["regions"]["us-west-2"]["buckets"].clone();
    let left = buckets.as_object().expect("buckets").keys().filter(|name| name.contains("traffic")).count();
    assert_eq!(left, 0, "a bucket that holds the proof would stay: {buckets}");
}

#[test]
fn a_lever_that_nobody_can_see_is_told_before_the_day() {
    let desk = ready();
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["sim", "drift", "public-access"]);
    let drift = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("the lever does NOT work") && drift.out.contains("parity=1"), "{}", drift.out);
    assert!(drift.out.contains("aws s3control get-public-access-block"), "{}", drift.out);
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!((lever(&status), &status["traffic"]["lever"]["status"]), (&"refused".into(), &403.into()), "{status}");
    let rehearsed = desk.expect(2, &["declare", "shop.yaml", "--reason", "exercise", "--rehearse", "-o", "json"]);
    assert_eq!(rehearsed.json()["lever"]["lever"], "refused", "{}", rehearsed.out);
    let drilled = desk.expect(2, &["drill", "shop.yaml", "--yes", "-o", "json"]).json();
    assert_eq!(step(&drilled, "prove-lever")["state"], "failed", "{drilled}");
    assert_eq!(step(&drilled, "prove-clean")["state"], "succeeded", "{drilled}");
    let provisioned = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(provisioned.err.contains("the lever does NOT work"), "{}", provisioned.err);
    desk.expect(0, &["sim", "drift", "public-access", "--off"]);
    desk.expect(0, &["drift", "shop.yaml"]);
    desk.expect(0, &["drill", "shop.yaml", "--yes"]);
}

#[test]
fn a_declaration_says_at_once_that_nobody_sees_the_lever() {
    let desk = disaster();
    desk.expect(0, &["sim", "drift", "public-access"]);
    let stopped = declare(&desk, 4, &["--yes"]);
    for told in ["answers 403 without credentials", "Block Public Access of the whole account", "get-bucket-policy"] {
        assert!(stopped.err.contains(told), "{told}: {}", stopped.err);
    }
    assert!(!stopped.err.contains("await-traffic: "), "nobody waits for users who cannot come: {}", stopped.err);
    // The rest is there; with the access mended the same run leads the users over.
    desk.expect(0, &["sim", "drift", "public-access", "--off"]);
    let run = runs(&desk).pop().expect("a run");
    let ended = desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes", "-o", "json"]).json();
    assert_eq!(step(&ended, "switch-traffic")["state"], "already-so", "the object is there, and can be seen now");
    assert_eq!(step(&ended, "await-traffic")["state"], "succeeded", "{ended}");
    // The primary is dark: the standby was asked by itself before.
    let asked = step(&ended, "ask-standby");
    assert_eq!(asked["state"], "succeeded", "{asked}");
}

#[test]
fn a_graceful_declaration_waits_for_a_standby_that_answers() {
    let desk = ready();
    let west = state(&desk)["regions"]["us-west-2"]["load_balancers"].clone();
    let mut balancers = west.as_object().expect("load balancers").values();
    let web = balancers.find(|one| one["scheme"] == "internet-facing").expect("the web tier's");
    let answers = ["sim", "drift", "answers", "--region", "us-west-2", "--balancer", web["name"].as_str().expect("it")];
    desk.expect(0, &[&answers[..], &["--status", "500"]].concat());
    let stopped = declare(&desk, 4, &["--yes", "--graceful"]);
    assert!(stopped.err.contains("the standby by itself does not answer as it should"), "{}", stopped.err);
    assert!(stopped.err.contains("answers 500, not 200, after 300 s"), "{}", stopped.err);
    let told = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!(told["traffic"]["leads_to"], "primary", "{told}");
    desk.expect(0, &answers);
    let run = runs(&desk).pop().expect("a run");
    desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes"]);

    // A disaster asks once, tells what it heard, and goes on with what it has.
    let desk = disaster();
    desk.expect(0, &["sim", "drift", "answers", "--region", "us-west-2", "--balancer", answers[6], "--status", "500"]);
    let probe = ["--skip", "probe", "--because", "it is known to answer 500"];
    let told = declare(&desk, 0, &[&["--yes", "-o", "json"][..], &probe].concat()).json();
    assert_eq!(step(&told, "ask-standby")["state"], "failed", "{told}");
    assert_eq!(step(&told, "switch-traffic")["state"], "succeeded", "{told}");
}

/// The example with failover records, not yet provisioned.
fn failing_over(check: &str) -> Desk {
    let text = example("warm-standby").replace("switch: standby-takes-over", "switch: failover");
    let desk = seeded(&text.replace("health_check: { interval: 10s, failures: 3 }", check));
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["sync", "shop.yaml"]);
    desk
}

#[test]
fn a_health_check_that_production_does_not_pass_is_not_made() {
    let desk = failing_over("health_check: { interval: 10s }");
    let checked = desk.expect(0, &["check", "shop.yaml"]);
    assert!(
        checked.err.contains("before anybody declares") && checked.err.contains("take no writes"),
        "{}",
        checked.err
    );
    let rules = ["sim", "drift", "answers", "--status", "404", "--but-host", "shop.example.com"];
    desk.expect(0, &rules);
    let refused = desk.expect(5, &["provision", "shop.yaml", "--yes"]);
    assert!(refused.err.contains("answers 404") && refused.err.contains("although nobody declared"), "{}", refused.err);
    assert!(refused.err.contains("traffic.health_check.path"), "{}", refused.err);
    assert!(state(&desk)["dns"]["checks"].as_object().expect("checks").is_empty());

    // Another path is all it takes.
    desk.expect(0, &["sim", "drift", "answers", "--status", "404", "--path", "/"]);
    desk.expect(5, &["provision", "shop.yaml", "--yes"]);
    let text = desk.read("shop.yaml").replace("health_check: { interval: 10s }", "health_check: { path: /healthz }");
    desk.write("shop.yaml", &text);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    assert!(status.out.contains("leads to the primary"), "{}", status.out);
    assert!(status.out.contains("16 of 16 health checkers get an answer"), "{}", status.out);

    // The day production answers otherwise, the status tells where its users went.
    desk.expect(0, &["sim", "drift", "answers", "--status", "503"]);
    desk.expect(0, &["sim", "advance", "10m"]);
    let status = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!(status["traffic"]["leads_to"], "standby", "{status}");
    // What is not changed is not asked again.
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let unknown = desk.expect(3, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!(unknown["traffic"]["leads_to"], "unknown", "{unknown}");
}
