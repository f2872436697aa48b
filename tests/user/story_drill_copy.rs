//! Owns the stories of drills that copy data: what they measure, that nothing of the copy is left, what they refuse.

use serde_json::Value;

use super::binary::{Desk, Ran};
use super::seeded::{example, seeded, stand_by};

/// A desk with a worked example, its standby provisioned.
fn desk(name: &str) -> Desk {
    let desk = seeded(&example(name));
    stand_by(&desk);
    desk
}

fn region(desk: &Desk) -> Value {
    let mut state: Value = serde_json::from_str(&desk.read(".lifeboat/sim.json")).expect("the simulated cloud's file");
    state["regions"]["us-west-2"].take()
}

/// The databases of the standby with what each replicates, and the snapshots there.
fn data(desk: &Desk) -> (Vec<(String, Value)>, usize) {
    let region = region(desk);
    let databases = region["databases"].as_object().expect("databases").iter();
    let databases = databases.map(|(id, one)| (id.clone(), one["facts"]["source"].clone())).collect();
    (databases, region["db_snapshots"].as_object().expect("snapshots").len())
}

fn drill(desk: &Desk, code: i32, more: &[&str]) -> Ran {
    let mut command = vec!["drill", "shop.yaml", "--yes", "-o", "json"];
    command.extend(more);
    desk.expect(code, &command)
}

fn step<'a>(ran: &'a Value, id: &str) -> &'a Value {
    let steps = ran["record"]["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id} in {ran}"))
}

fn run_id(ran: &Value) -> String {
    ran["record"]["run"].as_str().expect("a run").to_owned()
}

#[test]
fn a_drill_measures_a_restore_and_leaves_nothing_of_it() {
    let desk = desk("warm-standby");
    let before = data(&desk);
    let ran = drill(&desk, 0, &["--copy-data"]);
    assert!(ran.err.contains("it is not copied, because there is nothing to restore"), "{}", ran.err);
    let ran = ran.json();
    assert_eq!(data(&desk), before, "the replica is as it was, and nothing else is there");
    let copy = &ran["record"]["totals"]["copies"][0];
    assert_eq!((&copy["data"], &copy["verified"], &copy["left"]), (&"orders".into(), &true.into(), &false.into()));
    assert!((470.0..520.0).contains(&copy["restore_s"].as_f64().expect("measured")), "{copy}");
    assert_eq!(copy["recovery_point_s"], 2, "the replica's lag: {copy}");
    let totals = &ran["record"]["totals"];
    assert_eq!((&totals["recovery_point_met"], &totals["recovery_time_met"]), (&true.into(), &true.into()));
    let proof = step(&ran, "prove-clean")["text"].as_str().expect("text");
    assert!(proof.contains("nothing is left of the copied data"), "{proof}");
    assert_eq!(ran["drill"]["good"], true, "{ran}");

    let listed = desk.expect(0, &["runs", "list", "shop.yaml"]).out;
    assert!(listed.contains("orders: restore 8 min"), "{listed}");
    let shown = desk.expect(0, &["runs", "show", "shop.yaml", &run_id(&ran)]).out;
    assert!(shown.contains("recovery point 2 s; verified, and removed"), "{shown}");
    let page = desk.read(&format!(".lifeboat/shop/runs/{}/report.html", run_id(&ran)));
    assert!(page.contains("Restored copies of data"), "the page shows it");
    desk.expect(0, &["drift", "shop.yaml"]);

    let plain = drill(&desk, 0, &[]).json();
    assert!(plain["record"]["totals"]["copies"].is_null() && !plain.to_string().contains("snapshot-orders"), "{plain}");
    assert!(!desk.read(&format!(".lifeboat/shop/runs/{}/report.html", run_id(&plain))).contains("Restored copies"));
    assert_eq!(plain["drill"]["regression"], Value::Null, "a copy takes nothing from the time of the tiers");
}

#[test]
fn a_drill_that_cannot_clean_up_stops_and_a_resumed_one_does() {
    let desk = desk("pilot-light");
    let before = data(&desk);
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "DeleteDBInstance"]);
    let stopped = desk.expect(4, &["drill", "shop.yaml", "--yes", "--copy-data=orders"]);
    let resume = stopped.err.lines().find(|line| line.contains("continue with: lifeboat runs resume shop.yaml"));
    let run = resume.and_then(|line| line.split_whitespace().last()).expect("the command that goes on").to_owned();
    assert!(
        stopped.out.contains("copies of data may still be there: ") && stopped.out.contains(&run),
        "{}",
        stopped.out
    );
    assert!(stopped.out.contains("aws rds delete-db-instance --db-instance-identifier"), "{}", stopped.out);
    assert_ne!(data(&desk), before);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    let resumed = desk.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes", "-o", "json"]).json();
    assert_eq!(data(&desk), before);
    assert_eq!(resumed["record"]["totals"]["copies"][0]["left"], false, "{resumed}");
    assert_eq!(step(&resumed, "restore-orders")["attempts"], 1, "nothing was made twice");
}

#[test]
fn a_copy_that_does_not_come_makes_the_drill_not_good_and_is_cleaned_up() {
    let desk = desk("pilot-light");
    let before = data(&desk);
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "RestoreDBInstanceFromDBSnapshot"]);
    let ran = drill(&desk, 2, &["--copy-data"]).json();
    assert!(ran["drill"]["reasons"].to_string().contains("restore-orders: cannot restore"), "{ran}");
    assert_eq!(step(&ran, "prove-clean")["state"], "succeeded");
    assert_eq!(data(&desk), before);
}

#[test]
fn a_given_up_drill_names_what_removes_its_copy_and_the_next_one_finds_it() {
    let desk = desk("pilot-light");
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "DeleteDBInstance"]);
    let stopped = drill(&desk, 4, &["--copy-data"]).json();
    let given_up = desk.expect(0, &["runs", "abandon", "shop.yaml", &run_id(&stopped), "--because", "enough"]);
    let id = stopped["record"]["totals"]["copies"][0]["id"].as_str().expect("an id").to_owned();
    for command in ["delete-db-instance --db-instance-identifier", "delete-db-snapshot --db-snapshot-identifier"] {
        assert!(given_up.err.contains(&format!("aws rds {command} {id}")), "{}", given_up.err);
    }
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    let before = data(&desk);
    let next = drill(&desk, 0, &["--copy-data"]).json();
    let proof = step(&next, "prove-clean")["text"].as_str().expect("text");
    assert!(proof.contains(&format!("left by another drill: database {id}: aws rds delete-db-instance")), "{proof}");
    assert_eq!(data(&desk), before, "it removes nothing but its own");
}

#[test]
fn what_cannot_be_copied_is_refused_before_anything_is_done() {
    let desk = desk("multi-site");
    let quiet = region(&desk)["groups"].clone();
    let refused = desk.expect(64, &["drill", "shop.yaml", "--yes", "--copy-data"]);
    assert!(refused.err.contains("no RDS database"), "{}", refused.err);
    assert_eq!(region(&desk)["groups"], quiet);
    let other = self::desk("pilot-light");
    let refused = other.expect(64, &["drill", "shop.yaml", "--yes", "--copy-data=order"]);
    assert!(refused.err.contains("did you mean `orders`?"), "{}", refused.err);
    assert_eq!(names(&other), Vec::<String>::new(), "no run was begun");
}

fn names(desk: &Desk) -> Vec<String> {
    let entries = std::fs::read_dir(desk.path(".lifeboat/shop-pilot/runs")).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The process is killed when the snapshot shows, when the copy shows, and when the copy is being deleted.
#[test]
fn a_killed_drill_is_taken_over_and_leaves_nothing() {
    let desk = desk("pilot-light");
    let before = data(&desk);
    let stages = ["\"status\":\"backing-up\"", "\"status\":\"creating\"", "\"status\":\"deleting\""];
    let mut killed = 0;
    for stage in stages {
        let mut child = desk.start(&["drill", "shop.yaml", "--yes", "--copy-data"]);
        // The account is replaced whole, so a reader sees one state or the next.
        while child.try_wait().expect("a child").is_none() && !desk.read(".lifeboat/sim.json").contains(stage) {
            std::thread::yield_now();
        }
        let ended = child.try_wait().expect("a child").is_some();
        child.kill().expect("killed, or over");
        child.wait().expect("over");
        let run = names(&desk).into_iter().max().expect("a run");
        if !ended {
            killed += 1;
            let lease: Value =
                serde_json::from_str(&desk.read(".lifeboat/shop-pilot/lease.json")).expect("the dead process's lease");
            let nonce = lease["nonce"].as_str().expect("a nonce");
            let ran =
                desk.run(&["runs", "resume", "shop.yaml", &run, "--yes", "--take-over", &nonce[..8], "-o", "json"]);
            let resumed = ran.json();
            // Killed before everything was there, its time measures nothing: not known.
            let interrupted = resumed["drill"]["interrupted"] == true;
            assert_eq!(ran.code, if interrupted { 3 } else { 0 }, "{stage}: {resumed}");
            assert_eq!(resumed["record"]["totals"]["copies"][0]["verified"], true, "{stage}: {resumed}");
            assert_eq!(step(&resumed, "prove-clean")["state"], "succeeded", "{stage}: {resumed}");
        }
        assert_eq!(data(&desk), before, "{stage}");
    }
    assert!(killed > 0, "every drill was over before it could be killed");
}
