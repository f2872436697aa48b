//! Owns the plans of the examples: each made by the real binary, with the account as it was before it was carried out.

use std::path::Path;
use std::sync::OnceLock;

use lifeboat::environment::{self, Source};
use lifeboat::model::Environment;
use lifeboat::plan::runbook::Runbook;
use lifeboat::sim::{SimCloud, SimState};

use super::binary::Desk;

/// A plan and the account before it.
pub struct Scene {
    /// Which example, what kind of run.
    pub name: String,
    /// The environment.
    pub environment: Environment,
    /// The plan.
    pub runbook: Runbook,
    /// The account.
    pub before: SimState,
}

/// Every plan of every example: an ungraceful and a graceful declaration, the failback after each, and a drill; of one
/// of them a drill that copies data, too.
pub fn scenes() -> &'static [Scene] {
    static SCENES: OnceLock<Vec<Scene>> = OnceLock::new();
    SCENES.get_or_init(|| {
        std::thread::scope(|scope| {
            let examples =
                ["pilot-light", "warm-standby", "multi-site"].map(|example| scope.spawn(|| of_example(example)));
            examples.into_iter().flat_map(|made| made.join().expect("the example's plans")).collect()
        })
    })
}

fn of_example(example: &str) -> Vec<Scene> {
    let mut scenes = Vec::new();
    let ready = provisioned(example);
    for graceful in [false, true] {
        let desk = on_sim();
        copy(ready.folder.path(), desk.folder.path());
        let mode = if graceful { "graceful" } else { "ungraceful" };
        let mut declare = vec!["declare", "shop.yaml", "--yes", "--reason", "a test"];
        if graceful {
            declare.push("--graceful");
        } else {
            scenes.push(scene(&desk, format!("{example}, drill"), &["drill", "shop.yaml", "--yes"]));
            if example == "pilot-light" {
                let drill = ["drill", "shop.yaml", "--yes", "--copy-data"];
                scenes.push(scene(&desk, format!("{example}, drill with a copy of data"), &drill));
            }
        }
        scenes.push(scene(&desk, format!("{example}, {mode} declaration"), &declare));
        let home = ["failback", "shop.yaml", "--rehearse", "--reason", "a test", "-o", "json"];
        scenes.push(planned(&desk, format!("{example}, failback after a {mode} declaration"), &home));
    }
    scenes
}

/// A desk whose commands work on the simulated cloud.
fn on_sim() -> Desk {
    let mut desk = Desk::new();
    desk.set("LIFEBOAT_CLOUD", "sim");
    desk
}

/// A desk with the example on the simulated shop, its standby provisioned.
fn provisioned(example: &str) -> Desk {
    let desk = on_sim();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("environments/{example}.yaml"));
    desk.write("shop.yaml", &std::fs::read_to_string(file).expect("the example"));
    desk.expect(0, &["sim", "seed"]);
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    desk.expect(0, &["sync", "shop.yaml"]);
    desk
}

/// Carries a command out with the binary; its plan, and the account before it.
fn scene(desk: &Desk, name: String, command: &[&str]) -> Scene {
    let (before, environment) = (account(desk), environment_of(desk));
    let runs = format!(".lifeboat/{}/runs", environment.name);
    let known = names(desk, &runs);
    desk.expect(0, command);
    let run = names(desk, &runs).into_iter().find(|run| !known.contains(run)).expect("a run");
    let runbook = desk.read(&format!("{runs}/{run}/runbook.json"));
    Scene { name, environment, runbook: serde_json::from_str(&runbook).expect("a runbook"), before }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Has a plan made by the binary and not carried out.
fn planned(desk: &Desk, name: String, command: &[&str]) -> Scene {
    let (before, environment) = (account(desk), environment_of(desk));
    let mut told = desk.expect(0, command).json();
    let runbook = serde_json::from_value(told["runbook"].take()).expect("a runbook");
    Scene { name, environment, runbook, before }
}

fn environment_of(desk: &Desk) -> Environment {
    let loaded = environment::read(&Source {
        name: "shop.yaml".to_owned(),
        text: desk.read("shop.yaml"),
        folder: desk.folder.path().to_owned(),
        today: jiff::civil::date(2026, 11, 20),
    });
    loaded.expect("a good example").environment
}

fn account(desk: &Desk) -> SimState {
    SimCloud::open(&desk.path(".lifeboat/sim.json")).and_then(|cloud| cloud.snapshot()).expect("the account")
}

fn names(desk: &Desk, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(desk.path(folder)).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
