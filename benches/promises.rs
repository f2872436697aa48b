//! Owns the two promises about time: start-up within 20 ms, and a hundred tiers rendered within 200 ms.
//!
//! `cargo bench` measures both, in a release build, and prints each beside its promise. Times are printed and not judged,
//! because machines differ; what fails is a wrong result. Without `--bench`, as `cargo test --benches` runs it, every
//! result is checked once and no time is taken.

#[path = "../tests/support/estate.rs"]
mod estate;
#[path = "../tests/support/large_estate.rs"]
mod large_estate;

use std::hint::black_box;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use lifeboat::model::{Footprint, Part};
use lifeboat::render::{Rendered, Templates, render};

const STARTUP: Duration = Duration::from_millis(20);
const RENDER: Duration = Duration::from_millis(200);
const TIERS: usize = 100;
const COMPUTE_STACKS: u8 = 4;

fn main() -> ExitCode {
    let runs = if std::env::args().any(|argument| argument == "--bench") { Runs::MEASURED } else { Runs::CHECKED };
    match all(&runs) {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("wrong result: {wrong}");
            ExitCode::FAILURE
        }
    }
}

fn all(runs: &Runs) -> Result<(), String> {
    if runs.counted > 1 {
        heading();
    }
    let (environment, baseline) = large_estate::large(TIERS, COMPUTE_STACKS);
    let templates = Templates::embedded();
    let rendering =
        || render(&environment, &baseline, Footprint::Standby, &templates).map_err(|problems| problems.to_string());
    let first = rendering()?;
    right(&first)?;

    runs.measure("start-up: lifeboat --version", Some(STARTUP), || {
        child(env!("CARGO_BIN_EXE_lifeboat"), &["--version"], concat!("lifeboat ", env!("CARGO_PKG_VERSION"), "\n"))
    })?;
    // What any program costs here, and what one in a scripting language does.
    for (name, program, arguments) in
        [("/bin/true", "/bin/true", &[][..]), ("python3 -c pass", "python3", &["-c", "pass"])]
    {
        if child(program, arguments, "").is_ok() {
            runs.measure(&format!("  beside it: {name}"), None, || child(program, arguments, ""))?;
        }
    }
    let what = format!("render: {TIERS} tiers, {COMPUTE_STACKS} compute stacks");
    runs.measure(&what, Some(RENDER), || {
        let again = black_box(rendering()?);
        (again == first).then_some(()).ok_or_else(|| "the same estate rendered to something else".to_owned())
    })
}

fn heading() {
    if cfg!(debug_assertions) {
        println!("This build is not optimised: its times say nothing about the promises.");
    }
    println!("{:<40} {:>10} {:>10} {:>10} {:>18}", "", "median", "least", "promised", "median / promised");
}

/// Every tier is in its own stack, and nothing was left untranslated.
fn right(rendered: &Rendered) -> Result<(), String> {
    let stacks: Vec<Part> = rendered.stacks.iter().map(|stack| stack.part).collect();
    if stacks != Part::all(COMPUTE_STACKS) {
        return Err(format!("stacks {stacks:?}"));
    }
    let compute = rendered.stacks.iter().filter(|stack| stack.part.is_compute());
    let groups: usize = compute.map(|stack| stack.body.matches("AWS::AutoScaling::AutoScalingGroup").count()).sum();
    if groups != TIERS || !rendered.untranslated.is_empty() {
        return Err(format!("{groups} groups of {TIERS} tiers, {} identifiers left", rendered.untranslated.len()));
    }
    Ok(())
}

/// Runs a program to its end and holds what it prints against what it should.
fn child(program: &str, arguments: &[&str], expected: &str) -> Result<(), String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program} does not start: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || told != expected {
        return Err(format!("{program} {}: {}, `{}`", arguments.join(" "), output.status, told.trim_end()));
    }
    Ok(())
}

/// How often each thing is done.
struct Runs {
    /// Before times count.
    warm_up: usize,
    /// Odd, so that one of them is the median.
    counted: usize,
}

impl Runs {
    const MEASURED: Runs = Runs { warm_up: 5, counted: 31 };
    const CHECKED: Runs = Runs { warm_up: 0, counted: 1 };

    /// Does a thing so often and prints the median and the least of its times.
    fn measure(
        &self,
        what: &str,
        promised: Option<Duration>,
        mut deed: impl FnMut() -> Result<(), String>,
    ) -> Result<(), String> {
        for _ in 0..self.warm_up {
            deed()?;
        }
        let mut times = Vec::with_capacity(self.counted);
        for _ in 0..self.counted {
            let began = Instant::now();
            deed()?;
            times.push(began.elapsed());
        }
        times.sort();
        let (Some(median), Some(least)) = (times.get(times.len() / 2), times.first()) else { return Ok(()) };
        if self.counted > 1 {
            let beside = promised.map(|promised| {
                format!("{:>10} {:>18.2}", shown(promised), median.as_secs_f64() / promised.as_secs_f64())
            });
            println!("{what:<40} {:>10} {:>10} {}", shown(*median), shown(*least), beside.unwrap_or_default());
        }
        Ok(())
    }
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
