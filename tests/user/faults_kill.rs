//! Owns the proof that a declaration survives the death of its process at every single call, over HTTP: the binary is
//! killed there, and `runs resume` on another machine ends what it began.

use serde_json::Value;

use super::binary::{Desk, Ran};
use super::proxy::{Came, Fate, Proxy};
use super::replay::Call;
use super::shop_http::{Shop, Sizes, planned};

const DECLARE: [&str; 5] = ["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes"];

/// A shop whose standby is reached through a proxy, and two machines.
pub struct Scene {
    pub shop: Shop,
    pub proxy: Proxy,
    pub first: Desk,
    pub second: Desk,
    pub before: Sizes,
    pub wanted: Sizes,
}

impl Scene {
    pub async fn set() -> Self {
        let (shop, desk) = Shop::provisioned().await;
        let (before, wanted) = (shop.sizes().await, planned(&desk));
        let proxy = Proxy::to(shop.url());
        // Nobody listens on port 9 of the loopback; the primary is dark.
        let file = shop.file_in_s3("http://127.0.0.1:9", &proxy.url());
        let (first, second) = (shop.desk(&file), shop.desk(&file));
        Scene { shop, proxy, first, second, before, wanted }
    }

    /// Declares on the first machine under a rule, from the beginning.
    pub async fn declare(&self, rule: impl FnMut(usize, &Call) -> Fate + Send + 'static) -> (Ran, Vec<Came>) {
        self.shop.reset(&self.before).await;
        self.proxy.rule(rule);
        let child = self.first.start(&DECLARE);
        self.proxy.may_kill(child.id());
        let ran = Ran::at_the_end_of(child);
        assert!(!ran.err.contains("panicked at") && !ran.err.contains("RUST_BACKTRACE"), "{}", ran.err);
        (ran, self.proxy.came())
    }

    /// Ends on the second machine what the first began, with everything mended; what had to be done for it.
    pub async fn go_on(&self, point: &str) -> &'static str {
        self.proxy.mend();
        let (runs, held) = (self.shop.runs().await, self.shop.held().await);
        let (how, ran) = match (runs.as_slice(), held) {
            ([], None) => ("declared again", self.second.run(&DECLARE)),
            ([run], None) => ("resumed", self.second.run(&["runs", "resume", "shop.yaml", run, "--yes"])),
            ([run], Some(nonce)) => {
                let resume = ["runs", "resume", "shop.yaml", run, "--yes", "--take-over", &nonce[..8]];
                ("taken over and resumed", self.second.run(&resume))
            }
            (runs, held) => panic!("{point}: runs {runs:?} and lease {held:?}"),
        };
        let how = match ran.code {
            // Only its lease, or its record, was left to do.
            0 if ran.err.contains("had ended") => "was over, and tidied up",
            5 if ran.err.contains("the run has ended") => "was over",
            0 => how,
            code => panic!("{point}, {how}: exit {code}\n{}\n{}", ran.out, ran.err),
        };
        self.is_done(point).await;
        how
    }

    /// Production size is there, the run has ended and is on record, and nobody holds the lease.
    pub async fn is_done(&self, point: &str) {
        assert_eq!(self.shop.sizes().await, self.wanted, "{point}");
        assert_eq!(self.shop.held().await, None, "{point}: the lease is still held");
        let run = self.shop.lease().await.expect("a lease")["run"].as_str().expect("its run").to_owned();
        let json = async |key: &str| -> Value {
            let text = self.shop.stored(key).await.unwrap_or_else(|| panic!("{point}: no {key}"));
            serde_json::from_str(&text).expect("JSON")
        };
        let report = json(&format!("runs/{run}/report.json")).await;
        assert_eq!(report["record"]["state"], "ended", "{point}: {report}");
        let page = self.shop.stored(&format!("runs/{run}/report.html")).await.unwrap_or_default();
        assert!(page.contains("us-east-1 is dark"), "{point}: no page");
        // Without it, the next deploy would take the standby for one that stands by.
        let posture = json("posture.json").await;
        assert_eq!(posture["declared_in"], run.as_str(), "{point}: {posture}");
    }

    /// Insists that every size that was set is the planned one.
    pub fn only_planned(&self, point: &str, came: &[Came]) {
        for came in came.iter().filter(|came| came.passed && came.call.action == "UpdateAutoScalingGroup") {
            let number = |name: &str| came.call.field(name).parse::<i32>().ok();
            let group = came.call.field("AutoScalingGroupName");
            let set = (number("MinSize"), number("DesiredCapacity"), number("MaxSize"));
            let wanted = self.wanted.get(&group).map(|(min, desired, max)| (Some(*min), Some(*desired), Some(*max)));
            assert_eq!(Some(set), wanted, "{point}: {group}");
        }
    }
}

/// Whether a call changes something.
pub fn is_write(call: &Call) -> bool {
    matches!(call.action.as_str(), "UpdateAutoScalingGroup" | "PUT" | "DELETE")
}

#[tokio::test]
async fn killed_at_any_call_a_declaration_is_ended_from_another_machine() {
    let scene = Scene::set().await;
    let mut ways = std::collections::BTreeMap::<&str, usize>::new();
    let set =
        |came: &[Came]| came.iter().filter(|one| one.passed && one.call.action == "UpdateAutoScalingGroup").count();
    for point in 1.. {
        let name = format!("killed at call {point}");
        // A read is cut off before it is made; a write after it was made and before it is heard of. What is there when a
        // write is cut off before it is made is what the call before it left.
        let rule = move |n: usize, call: &Call| match (n == point, is_write(call)) {
            (false, _) => Fate::Pass,
            (true, false) => Fate::KillBefore,
            (true, true) => Fate::KillAfter,
        };
        let (ran, came) = scene.declare(rule).await;
        scene.only_planned(&name, &came);
        if ran.code != -1 {
            assert_eq!(ran.code, 0, "{name}: {}", ran.err);
            assert!(point > 20, "only {point} calls");
            break;
        }
        *ways.entry(scene.go_on(&name).await).or_default() += 1;
        let resumed = scene.proxy.came();
        scene.only_planned(&name, &resumed);
        // A size that was set is looked at and not set again.
        assert_eq!(set(&came) + set(&resumed), scene.wanted.len(), "{name}");
    }
    println!("killed at each of {} calls of a declaration, and gone on: {ways:?}", ways.values().sum::<usize>());
    assert!(ways.contains_key("declared again") && ways.contains_key("taken over and resumed"), "{ways:?}");
}

#[tokio::test]
async fn killed_while_resuming_a_run_is_resumed_again() {
    let scene = Scene::set().await;
    // Dead after the first size is set; the second machine dies at every call of its take-over in turn.
    for point in (1..).step_by(6) {
        let name = format!("killed before call {point} of the resumption");
        let first = |_: usize, call: &Call| match call.action.as_str() {
            "UpdateAutoScalingGroup" => Fate::KillAfter,
            _ => Fate::Pass,
        };
        let (ran, came) = scene.declare(first).await;
        assert_eq!(ran.code, -1, "{name}: {}", ran.err);
        scene.only_planned(&name, &came);
        let run = scene.shop.runs().await.remove(0);
        let nonce = scene.shop.held().await.expect("a dead process holds the lease");
        scene.proxy.rule(move |n, _| if n == point { Fate::KillBefore } else { Fate::Pass });
        let child = scene.first.start(&["runs", "resume", "shop.yaml", &run, "--yes", "--take-over", &nonce[..8]]);
        scene.proxy.may_kill(child.id());
        let ran = Ran::at_the_end_of(child);
        scene.only_planned(&name, &scene.proxy.came());
        if ran.code != -1 {
            assert_eq!(ran.code, 0, "{name}: {}", ran.err);
            assert!(point > 10, "only {point} calls");
            println!("killed before every sixth of {point} calls of a resumption, and resumed again");
            break;
        }
        scene.go_on(&name).await;
        scene.only_planned(&name, &scene.proxy.came());
    }
}
