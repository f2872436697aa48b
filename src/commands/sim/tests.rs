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
    bench.run("fail us-west-2 --busy EnableRule=3").expect("fails");
    let faults = &bench.state().regions["us-west-2"].faults;
    assert!(!faults.dark);
    insta::assert_snapshot!(faults.words().join("\n"), @"
    the next 20 calls are throttled
    the next 3 calls of EnableRule meet another change
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

#[test]
fn databases_are_broken_by_name() {
    let bench = Bench::new();
    bench.run("seed").expect("seeds");
    bench.run("fail us-east-1 --backing-up shop-orders=300").expect("fails");
    let faults = &bench.state().regions["us-east-1"].faults;
    assert!(!faults.dark);
    assert_eq!(faults.words(), ["shop-orders is backing up until 09:05:00 UTC"]);
    let failure = bench.run("fail us-east-1 --lag shop-orders=60").expect_err("it is no replica");
    assert_eq!(failure.what, "us-east-1 has no database replica shop-orders; there is none");
    let failure = bench.run("fail us-east-1 --dark --backing-up nobody").expect_err("nothing there");
    assert_eq!(failure.what, "us-east-1 has no database nobody; there is shop-orders");
    assert!(!bench.state().regions["us-east-1"].faults.dark, "nothing is broken when something is wrong");
    bench.run("fail us-east-1 --backing-up shop-orders").expect("fails");
    assert_eq!(bench.state().regions["us-east-1"].faults.words(), ["shop-orders is backing up"]);
    bench.run("mend --all").expect("mends");
    assert!(bench.state().regions["us-east-1"].faults.is_clear());
}

#[test]
fn data_and_names_are_shown() {
    let mut state = crate::sim::seed::shop(START).expect("the seed fits");
    state.dns.zones.get_mut("Z0SHOPEXAMPLE").expect("the zone").records.push(crate::facts::RecordFacts {
        name: "shop.example.com".to_owned(),
        kind: "A".to_owned(),
        set_identifier: None,
        failover: None,
        weight: None,
        ttl_s: Some(300),
        health_check_id: None,
        alias: None,
        values: vec!["192.0.2.7".to_owned()],
    });
    let cloud = SimCloud::in_memory(state);
    let state = cloud.snapshot().expect("in memory");
    let shown = list::account(&state, None);
    let data: Vec<&str> = shown
        .split("\n\n")
        .filter(|part| {
            ["databases", "tables", "buckets", "scheduled", "records"].iter().any(|t| part.contains(&format!(": {t}")))
        })
        .collect();
    insta::assert_snapshot!(data.join("\n\n"), @"
    us-east-1: databases
    DATABASE     ROLE          STATUS     CLASS         MULTI-AZ  LAG  HOLDS WRITES UNTIL
    shop-orders  stands alone  available  db.r6g.large  yes            2026-11-20 09:00:00 UTC

    us-east-1: tables
    TABLE       STATUS  REPLICAS
    shop-carts  ACTIVE  us-west-2

    us-east-1: buckets
    BUCKET        VERSIONED  REPLICATES TO
    shop-uploads  yes        shop-uploads-dr

    us-east-1: scheduled actions
    GROUP        ACTION          WHEN                         MIN  DESIRED  MAX
    shop-worker  nightly-import  30 1 * * * America/New_York  4    4        8

    us-west-2: tables
    TABLE       STATUS  REPLICAS
    shop-carts  ACTIVE  us-east-1

    us-west-2: buckets
    BUCKET           VERSIONED  REPLICATES TO
    shop-uploads-dr  yes

    Route 53: records
    RECORD            TYPE  SET  ROLE    TARGET     ANSWERS  USERS ARE LED
    shop.example.com  A          simple  192.0.2.7  yes      here
    ");
}
