//! Runs `lifeboat sim` commands on a file and looks at what they left there.

use clap::Parser;

use super::*;
use crate::sim::SimState;
use crate::ui::ColorChoice;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    sim: SimArgs,
}

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Bench { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("sim.json")
    }

    fn run(&self, line: &str) -> Result<Exit, Failure> {
        let words = std::iter::once("sim").chain(line.split_whitespace());
        let args = Line::try_parse_from(words).expect(line).sim;
        run(&args, &self.path(), &Printer::new(ColorChoice::Never, true))
    }

    fn state(&self) -> SimState {
        SimCloud::open(&self.path()).and_then(|cloud| cloud.snapshot()).expect("an account")
    }
}

#[test]
fn without_an_account_every_command_says_how_to_make_one() {
    let bench = Bench::new();
    for line in ["list", "fail us-east-1", "mend --all", "drift image", "advance 2h"] {
        let failure = bench.run(line).expect_err(line);
        assert!(failure.hints.iter().any(|hint| hint.contains("lifeboat sim seed")), "{line}");
    }
}

#[test]
fn seeding_twice_is_refused_unless_forced() {
    let bench = Bench::new();
    assert_eq!(bench.run("seed"), Ok(Exit::Done));
    bench.run("fail us-east-1").expect("fails");
    assert_eq!(bench.run("seed").expect_err("refused").exit, Exit::Refused);
    assert!(bench.state().regions["us-east-1"].faults.dark);
    assert_eq!(bench.run("seed --force --groups 12"), Ok(Exit::Done));
    assert_eq!(bench.state().regions["us-east-1"].groups.len(), 12);
}

#[test]
fn faults_add_up_and_are_mended() {
    let bench = Bench::new();
    bench.run("seed").expect("seeds");
    bench.run("fail us-west-2 --capacity m6i.large=3 --throttle 20").expect("fails");
    bench.run("fail us-west-2 --deny UpdateAutoScalingGroup --lost-reply CopyImage").expect("fails");
    let faults = &bench.state().regions["us-west-2"].faults;
    assert!(!faults.dark);
    insta::assert_snapshot!(faults.words().join("\n"), @"
    the next 20 calls are throttled
    UpdateAutoScalingGroup is denied
    capacity for 3 instances of m6i.large
    the next answer of CopyImage is lost
    ");
    bench.run("mend us-west-2").expect("mends");
    assert!(bench.state().regions["us-west-2"].faults.is_clear());
}

#[test]
fn other_hands_change_what_they_say() {
    let bench = Bench::new();
    bench.run("seed").expect("seeds");
    let before = bench.state();
    for line in [
        "drift image",
        "drift parameter",
        "drift userdata --group shop-api",
        "drift rule --region us-east-1",
        "drift size",
    ] {
        bench.run(line).expect(line);
    }
    let (before, after) = (&before.regions["us-east-1"], &bench.state().regions["us-east-1"]);
    assert_eq!(after.images.len(), before.images.len() + 1);
    assert_eq!(after.parameters["/shop/prod/web/workers"].value(), "24");
    assert_eq!(after.groups["shop-web"].facts.size.desired, before.groups["shop-web"].facts.size.desired + 2);
    let reference = |group: &str| after.groups[group].facts.launch_template.clone().expect("a template");
    assert_eq!(reference("shop-web").version, "2", "a numbered version moves");
    assert_eq!(reference("shop-api").version, "$Latest", "an alias stays");
    assert_ne!(after.security_groups, before.security_groups);
    let failure = bench.run("drift image --group nobody").expect_err("nothing there");
    assert_eq!(failure.what, "us-east-1 has no group nobody; there is shop-api, shop-web, shop-worker");
}

#[test]
fn time_passes() {
    let bench = Bench::new();
    bench.run("seed").expect("seeds");
    bench.run("advance 1h30m").expect("advances");
    assert_eq!(bench.state().now.duration_since(START).as_mins(), 90);
}

#[test]
fn a_region_is_shown_in_tables() {
    let state = crate::sim::seed::shop(START).expect("the seed fits");
    let shown = list::account(&state, Some("us-east-1"));
    let upto_images: String =
        shown.lines().take_while(|line| !line.contains(": images")).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(upto_images, @"
    account 111122223333, 2026-11-20 09:00:00 UTC

    REGION     GROUPS  INSTANCES  IMAGES  PARAMETERS  STACKS  HEALTH
    us-east-1  3       13         4       14          0       well
    us-west-2  0       0          0       0           0       well

    us-east-1: groups
    GROUP        MIN  DESIRED  MAX  IN SERVICE  LAUNCHES              NEWS
    shop-api     3    4        9    4           shop-api $Latest
    shop-web     4    6        12   6           shop-web 1
    shop-worker  2    3        6    3           shop-worker $Default
    ");
    assert!(!shown.contains("correct-horse"), "secrets are not shown");
}
