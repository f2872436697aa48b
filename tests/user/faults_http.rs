//! Owns what becomes of a declaration when the standby's API fails under it, over HTTP, call by call.

use std::collections::BTreeMap;

use super::faults_kill::Scene;
use super::proxy::Fate;
use super::replay::{Answer, Call, ec2_error, query_error, s3_error};

/// An error in the words of the service that was called.
fn error(call: &Call, status: u16, code: &str, message: &str) -> Answer {
    match call.service.as_str() {
        "s3" => s3_error(status, code),
        "ec2" => ec2_error(status, code, message),
        _ => query_error(status, code, message),
    }
}

fn throttled(call: &Call) -> Answer {
    match call.service.as_str() {
        "s3" => error(call, 503, "SlowDown", "Please reduce your request rate."),
        "ec2" => error(call, 503, "RequestLimitExceeded", "Request limit exceeded."),
        _ => error(call, 400, "Throttling", "Rate exceeded"),
    }
}

fn pending(call: &Call) -> Answer {
    error(call, 500, "ResourceContention", "You already have a pending update to an Amazon EC2 Auto Scaling resource.")
}

fn broken(call: &Call) -> Answer {
    error(call, 500, "InternalError", "We encountered an internal error.")
}

fn expired(call: &Call) -> Answer {
    let code = if call.service == "ec2" { "RequestExpired" } else { "ExpiredToken" };
    error(
        call,
        if call.service == "s3" { 400 } else { 403 },
        code,
        "The security token included in the request is expired",
    )
}

/// Every so many calls of a declaration meet a fault.
const APART: usize = 11;

#[tokio::test]
async fn a_fault_at_any_call_is_ridden_out() {
    let scene = Scene::set().await;
    let faults = ["throttled", "broken", "lost call", "lost reply", "half reply"];
    let mut met = 0;
    for first in 0..APART {
        let (ran, came) = scene
            .declare(move |n, call| match faults[(n / APART + n) % faults.len()] {
                _ if n % APART != first => Fate::Pass,
                "throttled" => Fate::Answer(throttled(call)),
                "broken" => Fate::Answer(broken(call)),
                "lost call" => Fate::LoseCall,
                "lost reply" => Fate::LoseReply,
                _ => Fate::HalfReply,
            })
            .await;
        let name = format!("a fault at call {first} and every {APART} calls from there");
        assert_eq!(ran.code, 0, "{name}: {}\n{}", ran.out, ran.err);
        scene.only_planned(&name, &came);
        scene.is_done(&name).await;
        met += came.len() / APART;
    }
    println!("faults at {met} calls of a declaration: each was ridden out");
    assert!(met > 40, "only {met} faults");
}

#[tokio::test]
async fn credentials_that_expire_on_the_way_stop_a_run_that_can_be_gone_on_with() {
    let scene = Scene::set().await;
    let mut ways = BTreeMap::<String, usize>::new();
    for point in (1..).step_by(2) {
        let rule = move |n: usize, call: &Call| if n >= point { Fate::Answer(expired(call)) } else { Fate::Pass };
        let (ran, came) = scene.declare(rule).await;
        let name = format!("expired from call {point} ({:?}) on", came.get(point - 1).map(|one| &one.call.action));
        scene.only_planned(&name, &came);
        if came.len() < point {
            assert_eq!(ran.code, 0, "{name}: {}", ran.err);
            break;
        }
        let begun = scene.shop.keys().await.iter().any(|key| key.ends_with("000001.jsonl"));
        let expected: &[i32] = if begun { &[0, 4] } else { &[1, 4] };
        assert!(expected.contains(&ran.code), "{name}: exit {}\n{}\n{}", ran.code, ran.out, ran.err);
        let told = format!("{}{}", ran.out, ran.err);
        assert!(told.contains("expired") || told.contains("Expired"), "{name}: {told}");
        if ran.code == 4 {
            let run = scene.shop.runs().await.remove(0);
            let go_on = format!("continue with: lifeboat runs resume shop.yaml {run}");
            assert!(ran.err.contains(&go_on), "{name}: {}", ran.err);
            // What is printed is what works, once there are credentials again.
            scene.proxy.mend();
            let line =
                ran.err.lines().find_map(|line| line.split("continue with: lifeboat ").nth(1)).expect("a command");
            let again: Vec<&str> = line.split_whitespace().chain(["--yes"]).collect();
            scene.second.expect(0, &again);
            scene.is_done(&name).await;
            *ways.entry("exit 4, and the printed command went on".to_owned()).or_default() += 1;
        } else {
            // Whoever comes next must know whose lease stands in the way.
            if let Some(nonce) = scene.shop.held().await {
                assert!(ran.err.contains(&format!("--take-over {}", &nonce[..8])), "{name}: {}", ran.err);
            }
            let how = scene.go_on(&name).await;
            *ways.entry(format!("exit {}, then {how}", ran.code)).or_default() += 1;
        }
    }
    println!("credentials that expire at every second call of a declaration: {ways:?}");
}

#[tokio::test]
async fn a_standby_api_that_keeps_failing_stops_the_run_and_one_that_is_silent_for_once_does_not() {
    let scene = Scene::set().await;
    let mut silent = true;
    let (ran, came) = scene
        .declare(move |_, call| match call.action == "UpdateAutoScalingGroup" && std::mem::take(&mut silent) {
            true => Fate::Silence,
            false => Fate::Pass,
        })
        .await;
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    scene.only_planned("silent", &came);
    scene.is_done("silent").await;

    // Half of all size changes are refused as too fast, half of all reads fail: slower, and done.
    let mut asked = 0;
    let (ran, came) = scene
        .declare(move |_, call| match (call.service.as_str(), call.action.as_str()) {
            ("autoscaling", action) => {
                asked += 1;
                match (asked % 2, action) {
                    (1, "UpdateAutoScalingGroup") => Fate::Answer(throttled(call)),
                    (1, _) => Fate::Answer(broken(call)),
                    _ => Fate::Pass,
                }
            }
            _ => Fate::Pass,
        })
        .await;
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    scene.only_planned("throttled", &came);
    scene.is_done("throttled").await;

    // A scaling policy acts at that very moment, on every group.
    let mut met = BTreeMap::<String, usize>::new();
    let (ran, came) = scene
        .declare(move |_, call| {
            let group = (call.action == "UpdateAutoScalingGroup").then(|| call.field("AutoScalingGroupName"));
            let Some(group) = group else { return Fate::Pass };
            let times = met.entry(group).or_default();
            *times += 1;
            if *times > 2 { Fate::Pass } else { Fate::Answer(pending(call)) }
        })
        .await;
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    scene.only_planned("pending updates", &came);
    scene.is_done("pending updates").await;

    // It fails for good.
    let (ran, came) = scene
        .declare(|_, call| match call.action.as_str() {
            "UpdateAutoScalingGroup" => Fate::Answer(broken(call)),
            _ => Fate::Pass,
        })
        .await;
    assert_eq!(ran.code, 4, "{}\n{}", ran.out, ran.err);
    assert!(
        ran.err.contains("UpdateAutoScalingGroup (standby side, us-west-2) failed inside the service"),
        "{}",
        ran.err
    );
    assert!(came.iter().all(|one| !one.passed || one.call.action != "UpdateAutoScalingGroup"));
    assert_eq!(scene.go_on("it failed for good").await, "resumed");
}
