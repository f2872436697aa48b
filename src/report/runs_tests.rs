//! Owns the tests of how runs are told.

use super::*;
use crate::model::Digest;
use crate::plan::runbook::StepId;
use crate::report::drill::Regression;
use crate::run::engine::tests::world::{runbook, step};
use crate::run::journal::Measures;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn entry(seq: u64, second: i64, step: Option<&str>, event: Event) -> Entry {
    let step = step.map(|step| StepId(step.to_owned()));
    Entry { schema_version: 1, seq, at: at(second), step, event, prev: Digest(String::new()) }
}

fn entries() -> Vec<Entry> {
    let began = Event::Began {
        by: "ana".to_owned(),
        host: "laptop".to_owned(),
        tool_version: "0.1.0".to_owned(),
        runbook: Digest(String::new()),
        fence: 1,
    };
    let done = Event::Succeeded { text: "4 of 4 in service".to_owned(), measures: Measures::default() };
    let failed = Event::Failed {
        what: "the service answers 502\u{1b}[2J".to_owned(),
        why: vec!["no healthy target".to_owned()],
        left_behind: vec![],
        hint: None,
        measures: Measures::default(),
    };
    vec![
        entry(1, 5, None, began),
        entry(2, 5, Some("scale"), Event::Started { token: "t".to_owned() }),
        entry(3, 65, Some("scale"), done),
        entry(4, 65, Some("probe"), Event::Started { token: "t".to_owned() }),
        entry(5, 95, Some("probe"), failed),
        entry(6, 95, None, Event::Stopped { reason: "failed: probe".to_owned() }),
    ]
}

#[test]
fn a_run_is_shown_step_by_step() {
    let plan = runbook("019a-one", vec![step("scale", &[]), step("probe", &["scale"]), step("report", &["probe"])]);
    let record = RunRecord::of(&plan, &entries());
    insta::assert_snapshot!(show_text(&record, None, false), @r"
    run 019a-one of shop: stopped, can be resumed
      declare by arn:aws:iam::111122223333:user/ana on laptop, 2027-01-15 08:00:00 UTC
      reason: the Region is dark
      because: failed: probe

      succeeded  scale   60 s  4 of 4 in service
      failed     probe   30 s  the service answers 502\u{1b}[2J: no healthy target
      pending    report        do report
    ");
    let lines: Vec<String> = entries().iter().map(|entry| entry_line(&plan, entry, false)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    08:00:05  run: begun by ana on laptop
    08:00:05  scale (do scale): started
    08:01:05  scale (do scale): 4 of 4 in service
    08:01:05  probe (do probe): started
    08:01:35  probe (do probe): failed: the service answers 502\u{1b}[2J
    08:01:35  run: stopped: failed: probe
    ");
}

#[test]
fn runs_are_listed_as_a_trend() {
    let plan = runbook("019a-one", vec![step("scale", &[])]);
    let stopped = RunRecord::of(&plan, &entries());
    let done: Vec<Entry> =
        entries().into_iter().take(3).chain([entry(4, 66, None, Event::Ended { degraded: false })]).collect();
    let regression = Regression { took_s: 65, before_s: 50, run: "019a-one".into(), margin_percent: 20 };
    let slower = Trend { percent: 30, against: "019a-one".into(), regression: Some(regression) };
    let held = |gone_since| Some(HeldBy { holder: "ana".into(), lease: "aaaaaaaa".into(), gone_since });
    let unreadable = |run: &str, given_up: Option<&str>| {
        let record = Unreadable { why: "its journal is damaged".into(), given_up: given_up.map(str::to_owned) };
        Listed { run: run.into(), record: Err(record), held_by: None, trend: None }
    };
    let runs = [
        unreadable("019e-eee", Some("given up by ben: the disk died")),
        unreadable("019d-ddd", None),
        Listed { run: "019c-ccc".into(), record: Ok(stopped.clone()), held_by: held(Some(at(120))), trend: None },
        Listed { run: "019b-bbb".into(), record: Ok(stopped), held_by: held(None), trend: Some(slower) },
        Listed { run: "019a-one".into(), record: Ok(RunRecord::of(&plan, &done)), held_by: None, trend: None },
    ];
    insta::assert_snapshot!(list_text("shop", &runs, 8, at(7_200), false), @r"
    run       when         kind     achieved  objective  trend  end                                                reason
    019e-eee                                                    given up                                           given up by ben: the disk died (its journal is damaged)
    019d-ddd                                                    unreadable                                         its journal is damaged
    019c-ccc  2 hours ago  declare  65 s      30m        -      its process is gone since 2027-01-15 08:02:00 UTC  the Region is dark
    019b-bbb  2 hours ago  declare  65 s      30m        +30 %  going on, by ana                                   the Region is dark
    019a-one  2 hours ago  declare  65 s      30m        -      completed                                          the Region is dark
    regression: drill 019b-bbb took 65 s, and the last good one took 50 s (run 019a-one): more than 20 % slower
    ");
    assert_eq!(list_text("shop", &[], 8, at(0), false), "shop has had no runs yet\n");
    let json = list_json("shop", &runs);
    assert_eq!(json["runs"][0]["unreadable"], "its journal is damaged");
    assert_eq!(json["runs"][0]["given_up"], "given up by ben: the disk died");
    assert_eq!(
        (&json["runs"][2]["held_by"], &json["runs"][2]["gone_since"]),
        (&"ana".into(), &"2027-01-15T08:02:00Z".into())
    );
    assert_eq!(json["runs"][3]["trend"]["regression"]["before_s"], 50);
}
