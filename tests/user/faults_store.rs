//! Owns what becomes of runs when their store is full, damaged, or written by a newer lifeboat or by a clock that is wrong:
//! a clear word, a way on, and never a panic.

use std::process::Stdio;

use lifeboat::model::Digest;
use serde_json::Value;

use super::binary::{Desk, Ran};
use super::shop_http::{Shop, file, planned, provision, sizes};
use super::story_declare::{desired, disaster, runs, state};

const DECLARE: [&str; 5] = ["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes"];

/// A run that stopped part-way, and is to be gone on with.
fn stopped(desk: &Desk) -> String {
    desk.expect(0, &["sim", "fail", "us-west-2", "--deny", "UpdateAutoScalingGroup"]);
    desk.expect(4, &DECLARE);
    desk.expect(0, &["sim", "mend", "us-west-2"]);
    runs(desk).remove(0)
}

fn object(run: &str) -> String {
    format!(".lifeboat/shop/runs/{run}/journal/000001.jsonl")
}

/// Changes every entry of a run's journal, and makes its chain and seals anew, as another lifeboat would have written it.
fn rewrite(desk: &Desk, run: &str, change: impl Fn(&mut Value)) {
    let mut prev = Digest::of_bytes(run.as_bytes());
    for number in 1.. {
        let name = format!(".lifeboat/shop/runs/{run}/journal/{number:06}.jsonl");
        if !desk.path(&name).exists() {
            assert!(number > 1, "no journal");
            return;
        }
        let mut text = String::new();
        for line in desk.read(&name).lines().filter(|line| !line.starts_with("{\"seal\"")) {
            let mut entry: Value = serde_json::from_str(line).expect("an entry");
            change(&mut entry);
            entry["prev"] = prev.0.clone().into();
            let line = entry.to_string();
            prev = Digest::of_bytes(line.as_bytes());
            text.push_str(&line);
            text.push('\n');
        }
        let seal = serde_json::json!({ "seal": Digest::of_bytes(text.as_bytes()) });
        desk.write(&name, &format!("{text}{seal}\n"));
    }
}

fn set_clock(desk: &Desk, hours: i64) {
    let mut state = state(desk);
    let now: jiff::Timestamp = state["now"].as_str().and_then(|text| text.parse().ok()).expect("a time");
    state["now"] = (now + jiff::SignedDuration::from_hours(hours)).to_string().into();
    desk.write(".lifeboat/sim.json", &state.to_string());
}

fn clear(ran: &Ran) {
    let told = format!("{}{}", ran.out, ran.err);
    assert!(!told.contains("panicked") && !told.contains("RUST_BACKTRACE"), "{told}");
}

#[test]
fn a_damaged_run_is_named_with_its_place_and_can_be_given_up() {
    for (damage, told) in [
        (
            &(|text: String| text.replacen("\"seq\":1", "\"seq\":7", 1)) as &dyn Fn(String) -> String,
            "the journal is damaged",
        ),
        (&|text| text[..text.len() / 2].to_owned(), "the journal is damaged"),
        (&|text| text.replacen('{', "<", 1), "the journal is damaged"),
        (&|_| String::new(), "the journal is damaged"),
    ] {
        let desk = disaster();
        let run = stopped(&desk);
        let place = object(&run);
        let text = desk.read(&place);
        desk.write(&place, &damage(text));
        let name = format!("runs/{run}/journal/000001.jsonl");
        for arguments in [
            &["runs", "show", "shop.yaml"][..],
            &["runs", "resume", "shop.yaml", &run, "--yes"],
            &DECLARE,
            &["failback", "shop.yaml", "--reason", "x", "--yes"],
        ] {
            let refused = desk.expect(5, arguments);
            clear(&refused);
            assert!(refused.err.contains(told) && refused.err.contains(&name), "{arguments:?}: {}", refused.err);
            assert!(refused.err.contains("lifeboat runs abandon"), "{arguments:?}: {}", refused.err);
        }
        let listed = desk.expect(3, &["runs", "list", "shop.yaml"]);
        assert!(listed.out.contains(told), "{}", listed.out);
        assert!(desired(&desk, "us-west-2", "shop-web") < 10);
        // What the hints say goes through.
        desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "the disk died"]);
        desk.expect(0, &DECLARE);
        assert!(desired(&desk, "us-west-2", "shop-web") >= 10);
        // What a person gave up is known, damaged or not.
        let listed = desk.expect(0, &["runs", "list", "shop.yaml", "-o", "json"]);
        assert!(listed.out.contains("the disk died"), "{}", listed.out);
    }
}

#[test]
fn a_damaged_plan_is_named_and_its_run_can_be_given_up() {
    let desk = disaster();
    let run = stopped(&desk);
    let place = format!(".lifeboat/shop/runs/{run}/runbook.json");
    let text = desk.read(&place);
    desk.write(&place, &text.replace("scale-web", "scale-wob"));
    let altered = desk.expect(5, &["runs", "resume", "shop.yaml", &run, "--yes"]);
    assert!(altered.err.contains("the runbook was altered after it was sealed"), "{}", altered.err);
    desk.write(&place, &text[..text.len() / 3]);
    for arguments in [&["runs", "resume", "shop.yaml", &run, "--yes"][..], &DECLARE, &["runs", "show", "shop.yaml"]] {
        let refused = desk.expect(5, arguments);
        clear(&refused);
        assert!(refused.err.contains("runbook.json is damaged"), "{}", refused.err);
        assert!(refused.err.contains("lifeboat runs abandon"), "{arguments:?}: {}", refused.err);
    }
    desk.expect(0, &["runs", "abandon", "shop.yaml", &run, "--because", "the disk died"]);
    desk.expect(0, &DECLARE);
}

#[test]
fn a_run_of_a_newer_lifeboat_is_read_and_not_written() {
    let desk = disaster();
    let run = stopped(&desk);
    rewrite(&desk, &run, |entry| entry["schema_version"] = 2.into());
    let shown = desk.expect(0, &["runs", "show", "shop.yaml", &run]);
    assert!(shown.out.contains("us-east-1 is dark"), "{}", shown.out);
    for arguments in
        [&["runs", "resume", "shop.yaml", &run, "--yes"][..], &["runs", "abandon", "shop.yaml", &run, "--because", "x"]]
    {
        let refused = desk.expect(5, arguments);
        clear(&refused);
        assert!(refused.err.contains("has format version 2; this lifeboat writes version 1"), "{}", refused.err);
        assert!(refused.err.contains("use a lifeboat at least as new"), "{}", refused.err);
    }
    let refused = desk.expect(5, &DECLARE);
    assert!(refused.err.contains("is not finished") && refused.err.contains("use a lifeboat"), "{}", refused.err);
    assert!(!refused.err.contains("abandon"), "it would be refused too: {}", refused.err);
    let lease = desk.read(".lifeboat/shop/lease.json").replace("\"schema_version\": 1", "\"schema_version\": 2");
    desk.write(".lifeboat/shop/lease.json", &lease);
    rewrite(&desk, &run, |entry| entry["schema_version"] = 1.into());
    let refused = desk.expect(5, &["runs", "resume", "shop.yaml", &run, "--yes"]);
    clear(&refused);
    assert!(refused.err.contains("lease.json") && refused.err.contains("newer lifeboat"), "{}", refused.err);
}

#[test]
fn a_clock_that_was_hours_ahead_keeps_nobody_out_and_turns_no_order_round() {
    // What a machine with a wrong clock stopped in is gone on with by one whose clock is right.
    let desk = disaster();
    set_clock(&desk, 5);
    let run = stopped(&desk);
    let mut lease: Value = serde_json::from_str(&desk.read(".lifeboat/shop/lease.json")).expect("the lease");
    lease.as_object_mut().expect("an object").remove("released_at").expect("it was given back");
    desk.write(".lifeboat/shop/lease.json", &lease.to_string());
    set_clock(&desk, -5);
    let nonce = lease["nonce"].as_str().expect("a nonce")[..8].to_owned();
    let resume = ["runs", "resume", "shop.yaml", &run, "--yes", "-o", "json"];
    let held = desk.expect(5, &resume);
    assert!(held.err.contains(&format!("--take-over {nonce}")), "{}", held.err);
    let done = desk.expect(0, &[&resume[..], &["--take-over", &nonce]].concat());
    clear(&done);
    let done = done.json();
    assert_eq!(done["record"]["state"], "ended", "{done}");
    assert!(desired(&desk, "us-west-2", "shop-web") >= 10);
    assert!(!done["record"]["totals"].to_string().contains('-'), "a negative time: {}", done["record"]["totals"]);

    // The way home was planned after it, whatever the clocks said: it is not taken for stale, and it is the newest.
    desk.expect(0, &["sim", "mend", "us-east-1"]);
    let home = desk.expect(0, &["failback", "shop.yaml", "--reason", "it is back", "--yes", "-o", "json"]).json();
    assert_eq!(home["record"]["state"], "ended", "{home}");
    let last = desk.expect(0, &["runs", "show", "shop.yaml", "-o", "json"]).json();
    assert_eq!(last["run"], home["record"]["run"]);
    desk.expect(0, &["runs", "list", "shop.yaml"]);
    let status = desk.expect(0, &["status", "shop.yaml"]);
    clear(&status);
}

#[tokio::test]
async fn a_full_disk_stops_a_run_with_a_clear_word_and_room_lets_it_go_on() {
    let shop = Shop::open().await;
    let desk = shop.desk(&file(shop.url(), shop.url(), ".lifeboat"));
    provision(&desk);
    let (before, wanted) = (shop.sizes().await, planned(&desk));
    let mut codes = Vec::new();
    for blocks in [0, 1, 2, 4, 6, 8, 12, 16, 24, 32, 64] {
        shop.reset(&before).await;
        for gone in ["runs", "lease.json", "posture.json"] {
            let path = desk.path(&format!(".lifeboat/shop/{gone}"));
            let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
        }
        // No file may grow beyond so many blocks, as if the disk had no more; the signal that comes with it is ignored.
        let binary = env!("CARGO_BIN_EXE_lifeboat");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut shell = std::process::Command::new("sh");
        let asked = desk.command(&DECLARE);
        shell.arg("-c").arg(script).arg(binary).args(DECLARE).current_dir(desk.folder.path()).env_clear();
        shell.envs(asked.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let ran = Ran::at_the_end_of(shell.spawn().expect("a shell"));
        clear(&ran);
        assert!([0, 1, 4].contains(&ran.code), "{blocks} blocks: exit {}\n{}\n{}", ran.code, ran.out, ran.err);
        if ran.code != 0 {
            assert!(
                ran.err.contains("File too large") && ran.err.contains(".lifeboat"),
                "{blocks} blocks: {}",
                ran.err
            );
        }
        match ran.code {
            0 => {}
            4 => {
                let line = ran.err.lines().find_map(|line| line.split("continue with: lifeboat ").nth(1));
                let line = line.unwrap_or_else(|| panic!("{blocks} blocks: no command in {}", ran.err));
                let again: Vec<&str> = line.split_whitespace().chain(["--yes"]).collect();
                desk.expect(0, &again);
            }
            _ => {
                assert_eq!(shop.sizes().await, before, "{blocks} blocks: it acted before it could record");
                desk.expect(0, &DECLARE);
            }
        }
        assert_eq!(shop.sizes().await, wanted, "{blocks} blocks");
        codes.push((blocks, ran.code));
    }
    println!("a declaration with room for files of so many blocks ends with exit code: {codes:?}");
    let of = |code: i32| codes.iter().filter(|(_, found)| *found == code).count();
    assert!(of(0) > 0 && of(1) > 0 && of(4) > 0, "{codes:?}");
    assert_eq!(sizes(&shop.standby).await, wanted);
}

#[test]
fn a_store_that_cannot_be_written_refuses_before_anything_is_done() {
    let desk = disaster();
    desk.write(".lifeboat/shop/runs", "not a folder");
    let refused = desk.expect(1, &DECLARE);
    clear(&refused);
    assert!(refused.err.contains(".lifeboat/shop/runs"), "{}", refused.err);
    assert!(desired(&desk, "us-west-2", "shop-web") < 10);
}
