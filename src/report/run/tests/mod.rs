//! Owns the tests of run reports: three made-up runs as text, as JSON and as a page.

mod copies;
pub(super) mod made_up;
mod page;

use made_up::{Journal, at, degraded, runbook, stopped, succeeded};

use super::text;
use crate::model::SideName;
use crate::plan::runbook::{Action, Lever, RunKind};
use crate::run::journal::{Event, Measures, StepState};

#[test]
fn a_run_in_which_everything_came() {
    insta::assert_snapshot!(text(&succeeded(), false), @r"
    Failover of shop (run 20261120T031207Z-7f3a)
      STEP        STATE       BEGAN        TOOK        OURS   AWS
      gate        done        +2.0 s       39 s        0.1 s  0.0 s       confirmed by alice
      fence       failed      +41 s        5.0 s       0.2 s  4.8 s       the primary's groups could not be set to zero
      scale-db    done        +41 s        3.0 s       0.4 s  2.3 s       shop-db-standby: min 3 desired 3 max 6
      serve-db    done        +44 s        2 min 50 s  0.9 s  2 min 49 s  3 of 3 in service, all healthy
      scale-web   done        +3 min 34 s  2.0 s       0.4 s  1.2 s       shop-web-standby: min 10 desired 10 max 20
      scale-jobs  already so  +3 min 34 s  1.0 s       0.0 s  0.0 s       shop-jobs-standby has 4 already
      serve-web   done        +3 min 36 s  3 min 59 s  1.4 s  3 min 56 s  10 of 10 in service, all healthy
      serve-jobs  done        +3 min 35 s  16 s        0.3 s  9.0 s       4 of 4 in service
      probe       done        +7 min 35 s  8.0 s       0.3 s  7.0 s       https://shop.example.com/healthz answered 200 in 0.2 s
      report      done        +7 min 43 s  1.0 s       0.4 s  0.2 s       written to the store
    failed: fence: the primary's groups could not be set to zero
      because us-east-1 did not answer within 5 s
      left behind: shop-web in us-east-1 may still take traffic once the Region is back
      hint: before the failback, look whether shop-web runs
    recovery time 17 min 43 s (objective 30 min), recovery point 4 s (objective 5 min)
    succeeded: The standby took over 17 min 43 s after the beginning of the incident, within the recovery time objective of 30 min. The recovery point is 4 s, within the objective of 5 min. 1 best-effort step ended without success.
    ");
}

#[test]
fn a_run_that_stopped_says_what_is_left_and_what_to_do() {
    insta::assert_snapshot!(text(&stopped(), false), @r"
    Failover of shop (run 20261120T031207Z-7f3a)
      STEP        STATE      BEGAN        TOOK        OURS   AWS
      gate        done       +2.0 s       39 s        0.1 s  0.0 s       confirmed by alice
      fence       failed     +41 s        5.0 s       0.2 s  4.8 s       the primary's groups could not be set to zero
      scale-db    done       +41 s        3.0 s       0.4 s  2.3 s       shop-db-standby: min 3 desired 3 max 6
      serve-db    done       +44 s        2 min 50 s  0.9 s  2 min 49 s  3 of 3 in service, all healthy
      scale-web   failed     +3 min 34 s  2.0 s       0.4 s  1.1 s       shop-web-standby could not be set to min 10 desired 10 max 20
      scale-jobs  done       +3 min 34 s  2.0 s       0.3 s  1.4 s       shop-jobs-standby: min 4 desired 4 max 8
      serve-web   not begun  -            -           -      -
      serve-jobs  not begun  -            -           -      -
      probe       not begun  -            -           -      -
      report      not begun  -            -           -      -
    failed: fence: the primary's groups could not be set to zero
      because us-east-1 did not answer within 5 s
      left behind: shop-web in us-east-1 may still take traffic once the Region is back
      hint: before the failback, look whether shop-web runs
    failed: scale-web: shop-web-standby could not be set to min 10 desired 10 max 20
      because UpdateAutoScalingGroup was refused in us-west-2
      because the role dr-operator lacks autoscaling:UpdateAutoScalingGroup on this group
      left behind: shop-web-standby stays at 2 instances
      hint: grant the permission, then: lifeboat runs resume 20261120T031207Z-7f3a
    recovery time not measured (objective 30 min), recovery point not measured (objective 5 min)
    stopped part-way: The failover stopped 3 min 37 s after the declaration: step scale-web failed. 4 of 10 steps are settled; the run can be resumed.
    ");
}

#[test]
fn a_run_that_was_resumed_and_came_short() {
    insta::assert_snapshot!(text(&degraded(), false), @r"
    Failover of shop (run 20261120T031207Z-7f3a)
      STEP        STATE    BEGAN        TOOK        OURS   AWS
      gate        skipped  -            -           -      -           the bridge call has confirmed it
      fence       skipped  -            -           -      -           us-east-1 is dark
      scale-db    done     +3.0 s       3.0 s       0.4 s  2.3 s       shop-db-standby: min 3 desired 3 max 6
      serve-db    done     +6.0 s       3 min 28 s  0.9 s  2 min 49 s  3 of 3 in service, all healthy
      scale-web   done     +3 min 34 s  5.0 s       0.8 s  3.2 s       shop-web-standby: min 10 desired 10 max 20
      scale-jobs  done     +3 min 34 s  2.0 s       0.3 s  1.4 s       shop-jobs-standby: min 4 desired 4 max 8
      serve-web   done     +1 h 06 min  8 min 46 s  2.4 s  8 min 40 s  8 of 10 in service: within the accepted 20 %
      serve-jobs  done     +1 h 06 min  27 s        0.3 s  26 s        4 of 4 in service
      probe       done     +1 h 15 min  9.0 s       0.3 s  7.0 s       https://shop.example.com/healthz answered 200 in 0.4 s
      report      done     +1 h 15 min  1.0 s       0.4 s  0.2 s       written to the store
    short: web: 8 of 10 came
    stood in: serve-web: m5.large for m6i.large: 5 instances (InsufficientInstanceCapacity in us-west-2a)
    stood in: serve-web: us-west-2c for us-west-2a: 3 instances
    recovery time 1 h 24 min 59 s (objective 30 min), recovery point 6 min 52 s (objective 5 min)
    succeeded, degraded: The standby took over 1 h 24 min 59 s after the beginning of the incident, beyond the recovery time objective of 30 min. It is degraded: web lacks 2 of 10, 2 steps were skipped. The recovery point is 6 min 52 s, beyond the objective of 5 min.
    ");
}

#[test]
fn the_document_holds_what_an_auditor_compares() {
    let document = degraded().json();
    insta::assert_json_snapshot!(document["evidence"], @r#"
    {
      "journal_lines": 27,
      "journal_head": "sha256:591627c2fec14763112d1ffb5d2e3c81e0e4671ddf40b2f55a425634b5f4903b",
      "runbook": "sha256:8b95971c823c86cb36fa19a6b9f62a6186229e40301f3093dfe42585f02a986e",
      "runbook_intact": true,
      "journal_is_of_runbook": true,
      "based_on": {
        "environment": "sha256:ba5285161ba6eed0085fb13784ce5c92f70ebc268b94fd66aa1d68a32884204d",
        "baseline": "sha256:8ba8496a2525ae171ffd104d632dede6ef418d9b95962a9d88e2fcdbc8d48d24"
      }
    }
    "#);
    insta::assert_json_snapshot!(document["pauses"], @r#"
    [
      {
        "from": "2026-11-20T03:15:44Z",
        "until": "2026-11-20T04:17:07Z",
        "reason": "step scale-web failed"
      },
      {
        "from": "2026-11-20T04:17:09Z",
        "until": "2026-11-20T04:18:07Z",
        "reason": null
      }
    ]
    "#);
    insta::assert_json_snapshot!(document["shortfalls"], @r#"
    [
      {
        "name": "web",
        "asked": 10,
        "came": 8
      }
    ]
    "#);
    insta::assert_json_snapshot!(document["course"]["scale-web"], @r#"
    {
      "needs": [
        "serve-db"
      ],
      "expected_from": {
        "from": "default",
        "why": "an instance boots in three minutes"
      },
      "planned_skip": null,
      "attempts": [
        {
          "began_at": "2026-11-20T03:15:41Z",
          "ended_at": "2026-11-20T03:15:43Z",
          "until": "2026-11-20T03:15:43Z",
          "state": "failed",
          "ours_s": 0.4,
          "aws_s": 1.1
        },
        {
          "began_at": "2026-11-20T04:17:09Z",
          "ended_at": "2026-11-20T04:17:09Z",
          "until": "2026-11-20T04:17:09Z",
          "state": "unknown",
          "ours_s": 0.0,
          "aws_s": 0.0
        },
        {
          "began_at": "2026-11-20T04:18:08Z",
          "ended_at": "2026-11-20T04:18:11Z",
          "until": "2026-11-20T04:18:11Z",
          "state": "succeeded",
          "ours_s": 0.4,
          "aws_s": 2.1
        }
      ],
      "took_s": 5.0,
      "waiting_s": 1.0
    }
    "#);
    let keys: Vec<&String> = document.as_object().expect("an object").keys().collect();
    insta::assert_debug_snapshot!(keys, @r#"
    [
        "schema_version",
        "verdict",
        "summary",
        "record",
        "course",
        "shortfalls",
        "pauses",
        "abandoned_by",
        "until",
        "took_s",
        "expected_s",
        "next",
        "evidence",
    ]
    "#);
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["record"]["state"], "ended");
}

#[test]
fn a_plan_that_was_changed_after_its_seal_is_said() {
    let mut changed = runbook();
    changed.reason = "another reason".to_owned();
    let mut journal = Journal::new(changed);
    journal.begin(1);
    assert!(!journal.report().evidence.runbook_intact);
    assert!(super::html(&journal.report()).contains("CONTENTS DO NOT MATCH"));
    assert!(!super::html(&succeeded()).contains("CONTENTS DO NOT MATCH"));
}

#[test]
fn an_attempt_without_an_outcome_is_unknown_once_its_session_is_over() {
    let mut journal = Journal::new(runbook());
    journal.begin(1).start(2, "gate");
    let gate = |journal: &Journal| {
        let report = journal.report();
        let (step, course) = report.steps().next().expect("a step");
        (course.state(step), course.took_s)
    };
    assert_eq!(gate(&journal), (StepState::Started, Some(0.0)));
    journal.line(20, "", Event::Stopped { reason: "interrupted".to_owned() });
    assert_eq!(gate(&journal), (StepState::Unknown, Some(18.0)));
}

#[test]
fn where_the_lag_grows_idle_less_may_be_lost_and_that_is_said() {
    let ended = |seconds, lag_grows_idle| {
        let mut journal = Journal::new(runbook());
        journal.begin(1);
        for step in runbook().steps {
            let measures = Measures { recovery_point_s: Some(seconds), lag_grows_idle, ..Measures::default() };
            journal.done(2, 3, &step.id.0, "done", measures);
        }
        journal.line(4, "", Event::Ended { degraded: false });
        journal.report().summary
    };
    let said = " Less may be lost: PostgreSQL's lag grows while nobody writes, and no time of the incident was given.";
    for (seconds, idle, expected) in [(240, true, true), (240, false, false), (0, true, false)] {
        assert_eq!(ended(seconds, idle).contains(said), expected, "{seconds} {idle}: {}", ended(seconds, idle));
    }
}

#[test]
fn a_database_that_kept_a_smaller_class_degrades_and_the_command_that_raises_it_is_told() {
    let mut runbook = runbook();
    runbook.steps[1].action = Action::RaiseDatabase {
        data: "orders".to_owned(),
        side: SideName::Standby,
        database: "shop-orders".to_owned(),
        class: Some("db.r6g.large".to_owned()),
        multi_az: None,
        deletion_protection: None,
        wait: true,
        timeout_s: 1_200,
    };
    runbook.steps[1].best_effort = true;
    let mut journal = Journal::new(runbook.clone().sealed());
    journal.begin(1);
    for step in &runbook.steps {
        if matches!(step.action, Action::RaiseDatabase { .. }) {
            journal.start(2, &step.id.0).line(
                3,
                &step.id.0,
                Event::Failed {
                    what: "cannot change shop-orders".to_owned(),
                    why: vec!["no capacity".to_owned()],
                    left_behind: vec!["it is as it was".to_owned()],
                    hint: Some("`aws rds modify-db-instance` changes it later".to_owned()),
                    measures: Measures::default(),
                },
            );
        } else {
            journal.done(2, 3, &step.id.0, "done", Measures::default());
        }
    }
    assert!(journal.report().record.is_degraded(), "it is less than production's");
    journal.line(4, "", Event::Ended { degraded: true });
    insta::assert_snapshot!(journal.report().summary, @"The standby took over 10 min 3 s after the beginning of the incident, within the recovery time objective of 30 min. It is degraded: 1 best-effort step ended without success. fence came to nothing: cannot change shop-orders: no capacity; `aws rds modify-db-instance` changes it later. The recovery point was not measured.");
}

#[test]
fn by_the_time_of_the_incident_the_recovery_point_says_where_it_comes_from() {
    let mut runbook = runbook();
    runbook.incident_at = Some(at(-2_400));
    let mut journal = Journal::new(runbook.clone().sealed());
    journal.begin(1);
    for step in &runbook.steps {
        let held = (step.id.0 == "serve-db").then(|| at(-2_403));
        let measures = Measures {
            recovery_point_s: held.map(|_| 2_403),
            holds_until: held,
            lag_grows_idle: true,
            ..Measures::default()
        };
        journal.done(2, 3, &step.id.0, "done", measures);
    }
    journal.line(4, "", Event::Ended { degraded: false });
    insta::assert_snapshot!(journal.report().summary, @"The standby took over 40 min 3 s after the beginning of the incident, beyond the recovery time objective of 30 min. The recovery point is 3 s, within the objective of 5 min. It is told by the time of the incident: production wrote nothing after the incident at 2026-11-20 02:32:07 UTC, and “Wait for tier db to serve” had everything until 2026-11-20 02:32:04 UTC.");
}

#[test]
fn clocks_that_go_back_shorten_nothing_below_zero() {
    let mut journal = Journal::new(runbook());
    journal.begin(-30).done(-20, -40, "gate", "confirmed", made_up::spent(1.0, 2.0));
    let report = journal.report();
    assert_eq!(report.course.values().map(|course| course.waiting_s).fold(0.0, f64::max), 0.0);
    assert!(report.course.values().filter_map(|course| course.took_s).all(|took| took == 3.0));
    assert_eq!((report.until, report.took_s), (at(-40), 0.0));
    assert!(!super::html(&report).contains("width:-"));
}

#[test]
fn a_run_that_never_began_and_one_that_was_given_up_are_told() {
    let mut journal = Journal::new(runbook());
    insta::assert_snapshot!(journal.report().summary, @"The failover was declared and has not begun.");
    journal.begin(1);
    insta::assert_snapshot!(journal.report().summary, @"The journal has no end yet; its last line was written 1.0 s after the declaration. 0 of 10 steps are settled.");
    let by = made_up::BOB.to_owned();
    journal.line(90, "", Event::Abandoned { because: "us-east-1 is back.".to_owned(), by });
    insta::assert_snapshot!(journal.report().summary, @"The failover was given up by arn:aws:sts::111122223333:assumed-role/dr-operator/bob 90 s after the declaration: us-east-1 is back. 0 of 10 steps are settled.");
}

#[test]
fn users_who_never_left_are_not_said_to_have_come_home() {
    let mut plan = runbook();
    plan.kind = RunKind::Failback;
    plan.steps.truncate(1);
    plan.steps[0].action = Action::SwitchTraffic {
        to: SideName::Primary,
        record: "shop.example.com".into(),
        by: Lever::Object { bucket: "b".into(), key: "k".into() },
    };
    let of = |event: fn() -> Event| {
        let mut journal = Journal::new(plan.clone().sealed());
        journal.begin(1).start(1, "gate").line(2, "gate", event());
        journal.line(3, "", Event::Ended { degraded: false });
        journal.report().summary
    };
    let was_so = of(|| Event::AlreadySo { text: "it is so".into() });
    assert!(
        was_so.starts_with("The standby was made one again in 3.0 s. The users were led to the primary already"),
        "{was_so}"
    );
    let led = of(|| Event::Succeeded { text: "led".into(), measures: Measures::default() });
    assert!(led.starts_with("Service went home to the primary"), "{led}");
}
