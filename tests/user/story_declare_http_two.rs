//! Owns the stories of two operators at once: one writer, and the other is told who it is and how to watch.

use std::process::Child;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Barrier, Mutex};

use super::binary::{Desk, Ran};
use super::faults_kill::Scene;
use super::proxy::Fate;
use super::replay::Call;

const DECLARE: [&str; 5] = ["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes"];

/// The first desk's declaration, which hangs in the first size it sets until it is told to go on.
fn held_in_its_first_size(scene: &Scene) -> (Child, Sender<()>) {
    let (go, wait) = channel::<()>();
    let (reached, under_way) = channel::<()>();
    let mut wait = Some(wait);
    scene.proxy.rule(move |_, call| match wait.take_if(|_| call.action == "UpdateAutoScalingGroup") {
        Some(wait) => {
            let reached = reached.clone();
            Fate::Then(Box::new(move || {
                let _ = reached.send(());
                let _ = wait.recv();
            }))
        }
        None => Fate::Pass,
    });
    let first = scene.first.start(&DECLARE);
    under_way.recv().expect("it sets a size");
    (first, go)
}

#[tokio::test]
async fn of_two_declarations_at_the_same_moment_one_writes_and_the_other_is_told_who() {
    let scene = Scene::set().await;
    for round in 0..4 {
        scene.shop.reset(&scene.before).await;
        // Both have read that nothing is under way when the first of them saves its plan; and whoever writes has not
        // ended before the other is told.
        let both = Arc::new(Barrier::new(2));
        let (told, wait) = channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        scene.proxy.rule(move |_, call: &Call| {
            if call.action == "PUT" && call.path.contains("/runbook.json") {
                let both = both.clone();
                return Fate::Then(Box::new(move || {
                    both.wait();
                }));
            }
            if call.action == "UpdateAutoScalingGroup" {
                let wait = wait.clone();
                // The sender is dropped when the other has ended.
                return Fate::Then(Box::new(move || {
                    let _ = wait.lock().expect("one at a time").recv();
                }));
            }
            Fate::Pass
        });
        let start = |desk: &Desk| {
            let child = desk.start(&DECLARE);
            std::thread::spawn(move || Ran::at_the_end_of(child))
        };
        let (ended, order) = channel();
        for desk in [&scene.first, &scene.second] {
            let (waiter, ended) = (start(desk), ended.clone());
            std::thread::spawn(move || ended.send(waiter.join().expect("it ends")));
        }
        let loser = order.recv().expect("one is refused");
        assert_eq!(loser.code, 5, "round {round}: {}\n{}", loser.out, loser.err);
        let run = scene.shop.lease().await.expect("a lease")["run"].as_str().expect("its run").to_owned();
        let follow = format!("lifeboat runs show shop.yaml {run} --follow");
        assert!(loser.err.contains("one writer at a time") && loser.err.contains(&follow), "{}", loser.err);
        assert!(loser.err.contains("arn:aws:"), "it does not say who: {}", loser.err);
        drop(told);
        let winner = order.recv().expect("the other ends");
        assert_eq!(winner.code, 0, "round {round}: {}\n{}", winner.out, winner.err);
        assert_eq!(scene.shop.runs().await, [run], "round {round}: the refused one left a run");
        assert_eq!(scene.proxy.passed("UpdateAutoScalingGroup").len(), scene.wanted.len(), "round {round}");
        scene.is_done("two at once").await;
    }
}

#[tokio::test]
async fn a_run_under_way_is_watched_from_elsewhere_and_a_dead_one_is_taken_over_only_on_command() {
    let scene = Scene::set().await;
    scene.shop.reset(&scene.before).await;
    let (first, go) = held_in_its_first_size(&scene);
    let run = scene.shop.runs().await.remove(0);

    // Another declaration and a resumption are refused; both say how to watch.
    let follow = format!("lifeboat runs show shop.yaml {run} --follow");
    let second = scene.second.expect(5, &DECLARE);
    assert!(second.err.contains(&follow) && second.err.contains("arn:aws:"), "{}", second.err);
    let resume = ["runs", "resume", "shop.yaml", &run, "--yes"];
    let refused = scene.second.expect(5, &resume);
    assert!(refused.err.contains(&follow) && refused.err.contains("has been carrying out run"), "{}", refused.err);
    let listed = scene.second.expect(0, &["runs", "list", "shop.yaml"]);
    assert!(listed.out.contains("arn:aws:"), "who carries it out is not listed: {}", listed.out);
    let watcher = scene.second.start(&["runs", "show", "shop.yaml", &run, "--follow"]);
    go.send(()).expect("it waits");
    let first = Ran::at_the_end_of(first);
    assert_eq!(first.code, 0, "{}", first.err);
    let watched = Ran::at_the_end_of(watcher);
    assert_eq!(watched.code, 0, "{}", watched.err);
    assert!(watched.err.contains("await-web"), "what was watched: {}", watched.err);

    // A process that died hours ago: refused as before, with the doubt told, until a person names its lease.
    let dies = |_: usize, call: &Call| match call.action.as_str() {
        "UpdateAutoScalingGroup" => Fate::KillBefore,
        _ => Fate::Pass,
    };
    scene.declare(dies).await;
    scene.proxy.mend();
    let run = scene.shop.runs().await.remove(0);
    let mut lease = scene.shop.lease().await.expect("a lease");
    lease["expires_at"] = "2020-01-01T00:00:00Z".into();
    scene.shop.store("lease.json", &lease.to_string()).await;
    let nonce = lease["nonce"].as_str().expect("a nonce")[..8].to_owned();
    let resume = ["runs", "resume", "shop.yaml", &run, "--yes"];
    let refused = scene.second.expect(5, &resume);
    let command = format!("lifeboat runs resume shop.yaml {run} --take-over {nonce}");
    assert!(refused.err.contains("may be dead") && refused.err.contains(&command), "{}", refused.err);
    let wrong = scene.second.expect(5, &[&resume[..], &["--take-over", "abcdef12"]].concat());
    assert!(wrong.err.contains("is not the one that is held"), "{}", wrong.err);
    assert_eq!(scene.shop.sizes().await, scene.before, "a refused command changed sizes");
    scene.second.expect(0, &[&resume[..], &["--take-over", &nonce]].concat());
    scene.is_done("taken over").await;
}

#[tokio::test]
async fn a_process_from_which_the_lease_was_taken_stops_before_its_next_write() {
    let scene = Scene::set().await;
    scene.shop.reset(&scene.before).await;
    // The first one hangs in its first size, is taken for dead, and comes back to life.
    let (first, go) = held_in_its_first_size(&scene);
    let run = scene.shop.runs().await.remove(0);
    let nonce = scene.shop.held().await.expect("it holds the lease");
    scene.second.expect(0, &["runs", "resume", "shop.yaml", &run, "--yes", "--take-over", &nonce[..8]]);
    let sizes = scene.proxy.passed("UpdateAutoScalingGroup").len();
    go.send(()).expect("it waits");
    let first = Ran::at_the_end_of(first);
    assert_eq!(first.code, 5, "{}\n{}", first.out, first.err);
    assert!(!first.err.contains("panicked at"), "{}", first.err);
    assert!(scene.proxy.passed("UpdateAutoScalingGroup").len() <= sizes + 1, "it went on writing");
    scene.only_planned("taken over", &scene.proxy.came());
    scene.is_done("taken over").await;
}
