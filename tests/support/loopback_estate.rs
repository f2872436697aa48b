//! Owns an estate of many small tiers behind the loopback server, and running `declare` on it as a user would.

#![allow(dead_code)]

use std::fmt::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use lifeboat::facts::Baseline;
use lifeboat::model::Digest;
use lifeboat::store::{Bundle, FolderStore};

use super::estate;
use super::loopback::{ACCOUNT, Bucket, Loopback, Size};

/// What a group has before.
pub const STANDBY: Size = Size { min: 1, desired: 1, max: 4 };
/// What production has, and a group after.
pub const FULL: Size = Size { min: 4, desired: 4, max: 4 };

/// An environment whose standby is behind a loopback server, with its store prepared.
pub struct Fleet {
    /// The server.
    pub server: Loopback,
    folder: tempfile::TempDir,
}

/// One `declare` and how it went.
pub struct Declared {
    /// When the process was started.
    pub began: Instant,
    /// From then to its end.
    pub took: Duration,
    /// What it left.
    pub output: Output,
}

/// The groups of a fleet of so many.
pub fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("shop-{}", tier(n))).collect()
}

fn tier(n: usize) -> String {
    format!("t{n:04}")
}

impl Fleet {
    /// A fleet of so many tiers, which recover together; a round trip takes so long.
    pub async fn new(count: usize, round_trip: Duration, bucket: Option<Bucket>) -> Fleet {
        let server = Loopback::start(&names(count), STANDBY, round_trip, bucket);
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("shop.yaml"), environment(count, &server.url())).expect("written");
        let store = FolderStore::new(folder.path().join(".lifeboat"));
        Bundle::of("shop").save_baseline(&store, &baseline(count)).await.expect("saved");
        Fleet { server, folder }
    }

    /// Runs `lifeboat declare` to its end.
    pub fn declare(&self) -> Declared {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lifeboat"));
        command.args(["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes", "-o", "json"]);
        let variables = [
            ("AWS_ACCESS_KEY_ID", "AKIDTESTS"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        command.current_dir(self.folder.path()).env_clear().envs(variables).env("HOME", self.folder.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).stdin(Stdio::null());
        let began = Instant::now();
        let output = command.output().expect("the binary starts");
        Declared { began, took: began.elapsed(), output }
    }
}

/// The primary is dark: nothing listens where its endpoint is.
fn environment(count: usize, standby: &str) -> String {
    let mut text = format!(
        "schema: lifeboat/v1\nname: shop\nstrategy: warm-standby\nobjectives: {{ rto: 30m, rpo: 5m }}\n\
         primary: {{ region: us-east-1, account: \"{ACCOUNT}\", endpoint_url: \"http://127.0.0.1:9\" }}\n\
         standby: {{ region: us-west-2, account: \"{ACCOUNT}\", endpoint_url: \"{standby}\" }}\n\
         store: .lifeboat\nnetwork: {{ cidr: 10.80.0.0/16, availability_zones: 3 }}\ntiers:\n"
    );
    for n in 0..count {
        let name = tier(n);
        let _ = writeln!(text, "  - {{ name: {name}, order: 10, group: {{ auto_scaling_group: shop-{name} }} }}");
    }
    text
}

fn baseline(count: usize) -> Baseline {
    let mut baseline = estate::baseline();
    (baseline.tiers, baseline.capacity) = Default::default();
    baseline.facts.groups.clear();
    for n in 0..count {
        estate::add_tier(&mut baseline, &tier(n), &[estate::SG_WEB], &[], &[], FULL.desired);
    }
    baseline.digest = Digest(String::new());
    baseline.sealed()
}
