//! Owns the measurement of `declare` against its floor, beside a plain fan-out with the SDK's standard retries.
//!
//! `cargo bench --bench declare` runs the real binary over HTTP against a loopback server whose answers come 50 ms late:
//! what is measured is what a user waits for, from the start of the process to its end, with the store in a folder. The
//! fan-out runs inside this process, without a start-up, a journal or a report: it describes, writes with 64 workers, and
//! describes again. Ratios are printed and not judged, because machines differ; what fails is a wrong result. Without
//! `--bench` the result is checked once and no time is taken. `-- 1000` measures only the case of so many groups, and
//! `LIFEBOAT_BENCH_COURSE=1` tells where the time of every `declare` went.
//!
//! The floor of n calls: start + 3 round trips (describe, write, verify), + one for every further 64 writes, or
//! (n - burst) / refill where a bucket holds them back. The formula this is taken from also counts two round trips for the
//! first connection: on a loopback it costs none, so they are left out and the floor is the lower one. Who is calling is
//! asked beside the first describe. `declare` itself has up to 100 calls under way, and may be below a floor of 64 at once:
//! the last column is its time over the floor that its own 100 would have.

#[path = "../tests/support/estate.rs"]
mod estate;
#[path = "../tests/support/loopback.rs"]
mod loopback;
#[path = "../tests/support/loopback_estate.rs"]
mod loopback_estate;
#[path = "../tests/support/replay.rs"]
mod replay;

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_autoscaling::config::Credentials;
use futures_util::StreamExt as _;

use loopback::{Bucket, Loopback, Tally};
use loopback_estate::{FULL, Fleet, STANDBY, names};

const ROUND_TRIP: Duration = Duration::from_millis(50);
/// Workers of the fan-out, and the calls at once that the floor allows.
const AT_ONCE: usize = 64;
/// Calls that `declare` has under way at most (the window of its pacing).
const OWN_AT_ONCE: usize = 100;
/// DescribeAutoScalingGroups: names in a call.
const NAMES: usize = 100;
const SHARED: Bucket = Bucket { burst: 100.0, refill: 10.0 };

struct Case {
    groups: usize,
    bucket: Option<Bucket>,
    /// How often each is measured; odd, so that one is the median.
    rounds: usize,
    /// What `declare` should stay within, as a part of the floor.
    target: f64,
}

const CASES: [Case; 4] = [
    Case { groups: 10, bucket: None, rounds: 7, target: 1.25 },
    Case { groups: 100, bucket: None, rounds: 7, target: 1.25 },
    Case { groups: 1000, bucket: None, rounds: 5, target: 1.25 },
    Case { groups: 300, bucket: Some(SHARED), rounds: 1, target: 1.05 },
];

/// One measurement.
struct Measured {
    took: Duration,
    tally: Tally,
    failed_writes: usize,
}

fn main() -> ExitCode {
    let measures = std::env::args().any(|argument| argument == "--bench");
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async { if measures { all().await } else { once().await } });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("wrong result: {wrong}");
            ExitCode::FAILURE
        }
    }
}

async fn once() -> Result<(), String> {
    declare(10, Duration::ZERO, None).await.map(drop)
}

async fn all() -> Result<(), String> {
    if cfg!(debug_assertions) {
        println!("This build is not optimised: its ratios say nothing about the targets.");
    }
    let start = start_up()?;
    println!("round trip {}, start-up {}", shown(ROUND_TRIP), shown(start));
    println!(
        "the bucket of {} and {}/s is an assumption: AWS publishes none for EC2 Auto Scaling",
        SHARED.burst, SHARED.refill
    );
    println!(
        "{:<26} {:>9} {:>9} {:>7} {:>7} {:>6} {:>9} {:>7} {:>8}   {:<}",
        "", "median", "floor", "ratio", "target", "calls", "throttled", "failed", "own", "least, most"
    );
    let only: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for case in CASES.iter().filter(|case| only.is_empty() || only.contains(&case.groups)) {
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        // One after the other in turn, so that a noisy moment of the machine meets both.
        for _ in 0..case.rounds {
            ours.push(declare(case.groups, ROUND_TRIP, case.bucket).await?);
            plain.push(fan_out(case).await?);
        }
        let (floor, own) = (floor(case, AT_ONCE), floor(case, OWN_AT_ONCE));
        let what = case.bucket.map_or(format!("{} groups", case.groups), |bucket| {
            format!("{} groups, {}+{}/s", case.groups, bucket.burst, bucket.refill)
        });
        row(&format!("{what}: declare"), ours, floor + start, Some((case.target, own + start)));
        row("  plain SDK fan-out", plain, floor, None);
    }
    Ok(())
}

/// The median of starting the binary and ending it at once.
fn start_up() -> Result<Duration, String> {
    let mut times = Vec::new();
    for _ in 0..11 {
        let began = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lifeboat"));
        let status = command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).status();
        status.map_err(|error| format!("the binary does not start: {error}"))?;
        times.push(began.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}

/// The floor with so many calls at once, without a start-up.
fn floor(case: &Case, at_once: usize) -> Duration {
    let trips = 2 + case.groups.div_ceil(at_once);
    match case.bucket {
        None => ROUND_TRIP * u32::try_from(trips).unwrap_or(u32::MAX),
        Some(bucket) => {
            let calls = case.groups + 2 * case.groups.div_ceil(NAMES);
            let held = ((calls as f64 - bucket.burst) / bucket.refill).max(0.0);
            ROUND_TRIP * 3 + Duration::from_secs_f64(held)
        }
    }
}

/// `aim`: the target, and the floor with as many calls at once as `declare` allows itself.
fn row(what: &str, mut measured: Vec<Measured>, floor: Duration, aim: Option<(f64, Duration)>) {
    measured.sort_by_key(|one| one.took);
    let median = &measured[measured.len() / 2];
    let (least, most) = (shown(measured[0].took), shown(measured[measured.len() - 1].took));
    let over = |floor: Duration| median.took.as_secs_f64() / floor.as_secs_f64();
    println!(
        "{what:<26} {:>9} {:>9} {:>7.3} {:>7} {:>6} {:>9} {:>7} {:>8}   {least}, {most}",
        shown(median.took),
        shown(floor),
        over(floor),
        aim.map(|(target, _)| target.to_string()).unwrap_or_default(),
        median.tally.calls(),
        median.tally.throttles(),
        measured.iter().map(|one| one.failed_writes).max().unwrap_or(0),
        aim.map(|(_, own)| format!("{:.3}", over(own))).unwrap_or_default(),
    );
}

async fn declare(groups: usize, round_trip: Duration, bucket: Option<Bucket>) -> Result<Measured, String> {
    let fleet = Fleet::new(groups, round_trip, bucket).await;
    let declared = fleet.declare();
    let output = &declared.output;
    let tally = fleet.server.tally();
    let others = fleet.server.others_than(FULL);
    let twice = tally.effects.values().filter(|count| **count != 1).count();
    if !output.status.success() || !others.is_empty() || twice > 0 {
        let err = String::from_utf8_lossy(&output.stderr);
        let last: Vec<&str> = err.lines().rev().take(10).collect();
        return Err(format!(
            "{groups} groups: {}; {} are not at their size, {twice} were changed twice; {}",
            output.status,
            others.len(),
            last.into_iter().rev().collect::<Vec<_>>().join(" | ")
        ));
    }
    if std::env::var_os("LIFEBOAT_BENCH_COURSE").is_some() {
        course(&declared, &tally);
    }
    let failed_writes = others.len();
    Ok(Measured { took: declared.took, tally, failed_writes })
}

/// Where the time of one `declare` went.
fn course(declared: &loopback_estate::Declared, tally: &Tally) {
    let since = |at: Option<Instant>| at.map(|at| shown(at.duration_since(declared.began))).unwrap_or_default();
    println!(
        "  first call after {}, last write after {}, last call after {}, end after {}",
        since(tally.first_call),
        since(tally.last_write),
        since(tally.last_call),
        shown(declared.took)
    );
}

/// What a script would do with the SDK as it comes: standard retries, three attempts.
async fn fan_out(case: &Case) -> Result<Measured, String> {
    let names = names(case.groups);
    let server = Loopback::start(&names, STANDBY, ROUND_TRIP, case.bucket);
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-west-2"))
        .endpoint_url(server.url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::new("AKIDTESTS", "secret", None, None, "fixed"))
        .load()
        .await;
    let client = aws_sdk_autoscaling::Client::new(&config);
    let began = Instant::now();
    describe(&client, &names).await;
    let writes = names.iter().map(|name| {
        let call = client.update_auto_scaling_group().auto_scaling_group_name(name);
        let (min, max) = (FULL.min as i32, FULL.max as i32);
        call.min_size(min).max_size(max).desired_capacity(FULL.desired as i32).send()
    });
    let results: Vec<bool> =
        futures_util::stream::iter(writes).buffer_unordered(AT_ONCE).map(|result| result.is_err()).collect().await;
    describe(&client, &names).await;
    let took = began.elapsed();
    Ok(Measured { took, tally: server.tally(), failed_writes: results.into_iter().filter(|failed| *failed).count() })
}

async fn describe(client: &aws_sdk_autoscaling::Client, names: &[String]) {
    let calls = names.chunks(NAMES).map(|chunk| {
        let call = client.describe_auto_scaling_groups().max_records(NAMES as i32);
        call.set_auto_scaling_group_names(Some(chunk.to_vec())).send()
    });
    futures_util::future::join_all(calls).await;
}

fn shown(time: Duration) -> String {
    if time < Duration::from_secs(10) {
        format!("{:.0} ms", time.as_secs_f64() * 1_000.0)
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}
