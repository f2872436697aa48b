//! Owns the proof that Ctrl-C ends a declaration in good order, that a second one ends it at once, and that both can be
//! resumed: the real binary gets the signal over HTTP, while a write is on its way.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::faults_kill::Scene;
use super::proxy::Fate;

/// A declaration whose first write is held at the proxy.
struct Held {
    child: Child,
    told: BufReader<std::process::ChildStderr>,
    /// Lets the write go on.
    release: Sender<()>,
}

/// Declares, and returns when its first write is on its way and held.
async fn declare_and_hold(scene: &Scene) -> Held {
    scene.shop.reset(&scene.before).await;
    let (came, has_come) = channel::<()>();
    let (release, released) = channel::<()>();
    let mut once = Some((came, released));
    scene.proxy.rule(move |_, call| match once.take_if(|_| call.action == "UpdateAutoScalingGroup") {
        Some((came, released)) => Fate::Then(Box::new(move || hold(&came, &released))),
        None => Fate::Pass,
    });
    let mut child = scene.first.start(&["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes"]);
    let told = BufReader::new(child.stderr.take().expect("standard error"));
    has_come.recv().expect("a write comes");
    Held { child, told, release }
}

fn hold(came: &Sender<()>, released: &Receiver<()>) {
    // A test that is over waits for nothing.
    let _ = came.send(());
    let _ = released.recv();
}

impl Held {
    /// Presses Ctrl-C.
    fn interrupt(&self) {
        self.signal("-INT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill can be run");
        assert!(sent.success(), "the binary is gone");
    }

    /// Presses Ctrl-C, and reads until it is said that this was heard.
    fn interrupt_and_read(&mut self) {
        self.signal_and_read("-INT");
    }

    fn signal_and_read(&mut self, signal: &str) {
        self.signal(signal);
        let mut line = String::new();
        while !line.contains("press Ctrl-C again to stop at once") {
            line.clear();
            assert_ne!(self.told.read_line(&mut line).expect("standard error"), 0, "it ended without a word");
        }
    }

    /// Waits for the end; the exit code, and what it said after what was read before.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.told.read_to_string(&mut rest).expect("standard error");
        (self.child.wait().expect("it ends").code(), rest)
    }
}

#[tokio::test]
async fn ctrl_c_once_ends_in_good_order_and_twice_at_once_and_both_are_resumed() {
    let scene = Scene::set().await;

    let mut held = declare_and_hold(&scene).await;
    held.interrupt_and_read();
    held.release.send(()).expect("the proxy waits");
    let (code, said) = held.end();
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("stopped on request") && said.contains("lifeboat runs resume shop.yaml"), "{said}");
    let first = scene.proxy.passed("UpdateAutoScalingGroup");
    assert!(!first.is_empty() && first.len() < scene.wanted.len(), "{} sizes were set", first.len());
    // What was in flight is on record, and the lease is free.
    assert_eq!(scene.shop.held().await, None);
    assert_eq!(scene.go_on("Ctrl-C once").await, "resumed");
    let then = scene.proxy.passed("UpdateAutoScalingGroup");
    assert_eq!(first.len() + then.len(), scene.wanted.len(), "a size was set twice");

    let mut held = declare_and_hold(&scene).await;
    held.interrupt_and_read();
    // The write is still on its way, and it stays there.
    held.interrupt();
    let release = held.release.clone();
    let (code, said) = held.end();
    assert_eq!(code, Some(130), "{said}");
    let nonce = scene.shop.held().await.expect("a process that ends at once gives no lease back");
    let goes_on = format!("lifeboat runs resume shop.yaml {} --take-over {}", scene.shop.runs().await[0], &nonce[..8]);
    assert!(said.contains(&goes_on), "{said}");
    release.send(()).expect("the proxy waits");
    assert_eq!(scene.go_on("Ctrl-C twice").await, "taken over and resumed");
}

#[tokio::test]
async fn a_system_that_shuts_down_and_a_terminal_that_hangs_up_are_heeded_in_good_order() {
    let scene = Scene::set().await;
    let mut signals = vec!["-TERM"];
    // What a process ignores its children ignore: the binary is right not to heed it where `nohup` runs these tests.
    match hang_ups_are_ignored() {
        true => println!("SIGHUP is ignored here, as under nohup: not tried"),
        false => signals.push("-HUP"),
    }
    for signal in signals {
        let mut held = declare_and_hold(&scene).await;
        held.signal_and_read(signal);
        if signal == "-HUP" {
            // The shell passes on what the kernel has told already.
            held.signal(signal);
        }
        held.release.send(()).expect("the proxy waits");
        let (code, said) = held.end();
        assert_eq!(code, Some(4), "{signal}: {said}");
        assert!(said.contains("stopped on request"), "{signal}: {said}");
        assert_eq!(scene.shop.held().await, None, "{signal}: the lease was kept");
        assert_eq!(scene.go_on(signal).await, "resumed");
    }
}

/// Whether this process ignores SIGHUP: the lowest bit of the mask.
fn hang_ups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim();
    u64::from_str_radix(mask, 16).is_ok_and(|mask| mask & 1 == 1)
}
