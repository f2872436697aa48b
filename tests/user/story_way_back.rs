//! Owns the stories of a failback that stopped, and of what is so by then: a later declaration has brought the standby up, or
//! the users are at home already and only the standby is missing.

use super::binary::{Desk, Ran};
use super::story_declare::{declare, desired, ready};
use super::story_way_out::{away, failback, newest, says};

fn all(ran: &Ran) -> String {
    format!("{}{}", ran.out, ran.err)
}

/// A desk whose failback froze the standby and stopped, after which the standby was declared again; both runs.
fn declared_again(deny: &[&str]) -> (Desk, String, String) {
    let desk = away();
    desk.expect(0, &[&["sim", "fail", "us-east-1", "--deny"], deny].concat());
    let stopped = failback(&desk, 4);
    says(&stopped.err, &["the standby is frozen", "service is down unless the primary serves"]);
    let home = newest(&desk);
    declare(&desk, 0, &["--yes"]);
    assert!(desired(&desk, "us-west-2", "shop-web") >= 10, "the standby serves");
    let again = newest(&desk);
    (desk, home, again)
}

#[test]
fn a_failback_that_a_declaration_overtook_is_only_given_up_and_no_outage_is_told_of_it() {
    let (desk, home, again) = declared_again(&["PromoteReadReplica"]);
    let why = format!("nobody can go on with it, because {again} was declared after it");
    let abandon = format!("lifeboat runs abandon shop.yaml {home} --because TEXT");
    let drill = ["drill", "shop.yaml", "--yes"];
    for told in [
        desk.expect(0, &["status", "shop.yaml"]),
        desk.expect(0, &["runs", "list", "shop.yaml"]),
        desk.expect(0, &["runs", "show", "shop.yaml", &home]),
        failback(&desk, 5),
        desk.expect(5, &drill),
    ] {
        let told = all(&told);
        says(&told, &[&why, &abandon]);
        assert!(!told.contains("runs resume") && !told.contains("frozen by"), "{told}");
    }
    desk.expect(5, &["runs", "resume", "shop.yaml", &home, "--yes"]);
    let given_up =
        desk.expect(0, &["runs", "abandon", "shop.yaml", &home, "--because", "declared again", "-o", "json"]);
    assert!(!given_up.err.contains("down") && !given_up.err.contains("frozen"), "{}", given_up.err);
    assert_eq!((&given_up.json()["nobody_serves"], &given_up.json()["way_back"]), (&().into(), &().into()));
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    failback(&desk, 0);
}

#[test]
fn a_failback_that_stopped_after_its_promotion_is_no_outage_once_the_standby_serves_again() {
    let (desk, home, _) = declared_again(&["UpdateAutoScalingGroup", "--after", "2"]);
    let given_up = desk.expect(0, &["runs", "abandon", "shop.yaml", &home, "--because", "declared again"]);
    let told = all(&given_up);
    assert!(!told.contains("frozen") && !told.contains("take the writes by now"), "{told}");
}

#[test]
fn users_who_are_home_already_are_not_said_to_be_served_by_nobody_and_a_lost_primary_has_a_whole_way() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "CreateDBInstanceReadReplica"]);
    let stopped = failback(&desk, 4);
    let run = newest(&desk);
    let served = "the users were led home and the primary was seen to serve them";
    let resume = format!("`lifeboat runs resume shop.yaml {run}` goes on making it all a standby again");
    let rename = format!(
        "aws rds modify-db-instance --region us-west-2 --db-instance-identifier shop-orders-before-{} \
         --new-db-instance-identifier shop-orders --apply-immediately",
        run.to_lowercase()
    );
    let status = desk.expect(0, &["status", "shop.yaml"]);
    for told in [&stopped.err, &status.out] {
        says(told, &[served, &resume, &rename]);
        assert!(!told.contains("service is down"), "{told}");
    }
    says(&stopped.out, &[served]);
    assert!(!stopped.out.contains("service is down"), "{}", stopped.out);
    let json = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!((&json["nobody_serves"], &json["frozen_by_run"]), (&().into(), &run.as_str().into()));
    // The primary is lost: what was advised beforehand is what a declaration asks for.
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    desk.expect(0, &["sim", "fail", "us-east-1"]);
    let given_up = desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "lost", "-o", "json"]);
    says(
        &given_up.err,
        &[served, &rename, "`lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again"],
    );
    assert!(given_up.json()["nobody_serves"].is_null(), "{}", given_up.out);
    let refused = declare(&desk, 1, &["--yes"]);
    says(&refused.err, &[&rename]);
    // What a person does who runs that command.
    let (cloud, aside) = (".lifeboat/sim.json", format!("shop-orders-before-{}", run.to_lowercase()));
    desk.write(cloud, &desk.read(cloud).replace(&aside, "shop-orders"));
    declare(&desk, 0, &["--yes"]);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    assert!(!status.out.contains("frozen"), "{}", status.out);
}

#[test]
fn a_failback_that_was_given_up_when_its_replica_did_not_come_is_followed_by_one_that_makes_it() {
    let desk = away();
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "CreateDBInstanceReadReplica"]);
    failback(&desk, 4);
    let run = newest(&desk);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "the key was wrong"]);
    // What the database was is told by what the first one has kept, under a name with that run in it.
    failback(&desk, 0);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    says(&status.out, &["at its standby footprint", "shop-orders      replica"]);
    let drift = desk.run(&["drift", "shop.yaml"]);
    assert!(!drift.out.contains("blocks failover"), "{}", drift.out);
}

#[test]
fn a_standby_below_its_footprint_is_told_as_such() {
    let desk = ready();
    for group in ["shop-web", "shop-api"] {
        let zero = ["--group", group, "--min", "0", "--desired", "0"];
        desk.expect(0, &[&["sim", "drift", "size", "--region", "us-west-2"][..], &zero].concat());
    }
    let status = desk.expect(0, &["status", "shop.yaml"]);
    says(&status.out, &["the standby is below its standby footprint in api, web"]);
    let json = desk.expect(0, &["status", "shop.yaml", "-o", "json"]).json();
    assert_eq!(json["below_standby_footprint"], serde_json::json!(["api", "web"]));
}
