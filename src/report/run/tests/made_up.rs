//! Owns made-up runs: one that succeeded, one that stopped, one that was resumed and ended degraded.

use jiff::Timestamp;

use crate::model::{Digest, GroupSize, Objectives, SideName, Span};
use crate::plan::runbook::{
    Action, BasedOn, Estimate, EstimateSource, Mode, RUNBOOK_SCHEMA, RunKind, Runbook, Step, StepId,
};
use crate::report::run::RunReport;
use crate::run::journal::{Entry, Event, JOURNAL_SCHEMA, Measures};

/// Who carries out.
pub const ALICE: &str = "arn:aws:sts::111122223333:assumed-role/dr-operator/alice";
/// Who goes on.
pub const BOB: &str = "arn:aws:sts::111122223333:assumed-role/dr-operator/bob";

/// A runbook of a failover: fence, three tiers, the probe, the report.
pub fn runbook() -> Runbook {
    let estimate = |seconds: u64| Estimate {
        seconds,
        source: EstimateSource::Default { why: "an instance boots in three minutes".to_owned() },
    };
    let step = |id: &str, title: &str, action: Action, needs: &[&str], seconds: u64| Step {
        id: StepId(id.to_owned()),
        title: title.to_owned(),
        best_effort: matches!(action, Action::FencePrimary { .. }),
        action,
        needs: needs.iter().map(|id| StepId((*id).to_owned())).collect(),
        sides: [SideName::Standby].into(),
        estimate: estimate(seconds),
        skipped: None,
    };
    let scale = |tier: &str, desired: u32| Action::Scale {
        tier: tier.to_owned(),
        group: format!("shop-{tier}-standby"),
        size: GroupSize { min: desired, max: desired * 2, desired },
        instance_types: vec!["m6i.large".to_owned(), "m5.large".to_owned()],
    };
    let serving = |tier: &str, wanted: u32| Action::AwaitServing {
        tier: tier.to_owned(),
        group: format!("shop-{tier}-standby"),
        wanted,
        accept_percent: 20,
        timeout_s: 900,
    };
    let gate = Action::Gate { question: "Is the primary really gone?".to_owned() };
    let fence = Action::FencePrimary { groups: vec!["shop-web".to_owned()], events: std::collections::BTreeMap::new() };
    let probe = Action::AwaitServing {
        tier: "web".to_owned(),
        group: "shop-web".to_owned(),
        wanted: 1,
        accept_percent: 0,
        timeout_s: 300,
    };
    Runbook {
        schema_version: RUNBOOK_SCHEMA,
        id: "20261120T031207Z-7f3a".to_owned(),
        environment: "shop".to_owned(),
        kind: RunKind::Declare,
        mode: Mode::Ungraceful,
        reason: "us-east-1 has not answered since 03:02; AWS confirms an impaired Region (INC-4711).".to_owned(),
        declared_by: ALICE.to_owned(),
        host: "ops-laptop-12".to_owned(),
        declared_at: at(0),
        incident_at: Some(at(-600)),
        tool_version: "0.1.0".to_owned(),
        objectives: Objectives { rto: Span::from_secs(1800), rpo: Span::from_secs(300) },
        scope: crate::plan::runbook::Scope::default(),
        rehearses: Vec::new(),
        based_on: BasedOn { environment: Digest::of_bytes(b"environment"), baseline: Digest::of_bytes(b"baseline") },
        steps: vec![
            step("gate", "Confirm that the primary is gone", gate, &[], 60),
            step("fence", "Fence the primary", fence, &["gate"], 10),
            step("scale-db", "Scale tier db", scale("db", 3), &["gate"], 5),
            step("serve-db", "Wait for tier db to serve", serving("db", 3), &["scale-db"], 240),
            step("scale-web", "Scale tier web", scale("web", 10), &["serve-db"], 5),
            step("scale-jobs", "Scale tier jobs", scale("jobs", 4), &["serve-db"], 5),
            step("serve-web", "Wait for tier web to serve", serving("web", 10), &["scale-web"], 240),
            step("serve-jobs", "Wait for tier jobs to serve", serving("jobs", 4), &["scale-jobs"], 240),
            step("probe", "Probe the service", probe, &["serve-web", "serve-jobs"], 15),
            step("report", "Write the report", Action::Report, &["probe"], 2),
        ],
        digest: Digest(String::new()),
    }
    .sealed()
}

/// So many seconds after the declaration.
pub fn at(seconds: i64) -> Timestamp {
    let declared: Timestamp = "2026-11-20T03:12:07Z".parse().expect("a time");
    Timestamp::from_second(declared.as_second() + seconds).expect("a time")
}

/// A journal in the making.
pub struct Journal {
    runbook: Runbook,
    entries: Vec<Entry>,
}

impl Journal {
    pub fn new(runbook: Runbook) -> Self {
        Journal { runbook, entries: vec![] }
    }

    /// One more line.
    pub fn line(&mut self, seconds: i64, step: &str, event: Event) -> &mut Self {
        let prev = Digest::of_value(&self.entries.last());
        self.entries.push(Entry {
            schema_version: JOURNAL_SCHEMA,
            seq: self.entries.len() as u64 + 1,
            at: at(seconds),
            step: (!step.is_empty()).then(|| StepId(step.to_owned())),
            event,
            prev,
        });
        self
    }

    pub fn begin(&mut self, seconds: i64) -> &mut Self {
        let runbook = self.runbook.digest.clone();
        let event = Event::Began {
            by: ALICE.to_owned(),
            host: "ops-laptop-12".to_owned(),
            tool_version: "0.1.0".to_owned(),
            runbook,
            fence: 7,
        };
        self.line(seconds, "", event)
    }

    pub fn start(&mut self, seconds: i64, step: &str) -> &mut Self {
        self.line(seconds, step, Event::Started { token: format!("token-{step}") })
    }

    /// A step from start to end.
    pub fn done(&mut self, from: i64, to: i64, step: &str, text: &str, measures: Measures) -> &mut Self {
        self.start(from, step).line(to, step, Event::Succeeded { text: text.to_owned(), measures })
    }

    pub fn report(&self) -> RunReport {
        let head = Digest::of_value(&self.entries.last());
        RunReport::of(&self.runbook, &self.entries, &head)
    }
}

/// Whose time a step took.
pub fn spent(ours_s: f64, aws_s: f64) -> Measures {
    Measures { ours_s, aws_s, ..Measures::default() }
}

fn came(ours_s: f64, aws_s: f64, asked: u32, came: u32) -> Measures {
    Measures { asked: Some(asked), came: Some(came), ..spent(ours_s, aws_s) }
}

/// The beginning that all runs share: the gate, the fence that the dark primary does not answer, tier db.
fn opened(runbook: Runbook) -> Journal {
    let mut journal = Journal::new(runbook);
    journal.begin(2).done(2, 41, "gate", "confirmed by alice", spent(0.1, 0.0)).start(41, "fence").line(
        46,
        "fence",
        Event::Failed {
            what: "the primary's groups could not be set to zero".to_owned(),
            why: vec!["us-east-1 did not answer within 5 s".to_owned()],
            left_behind: vec!["shop-web in us-east-1 may still take traffic once the Region is back".to_owned()],
            hint: Some("before the failback, look whether shop-web runs".to_owned()),
            measures: spent(0.2, 4.8),
        },
    );
    journal.done(41, 44, "scale-db", "shop-db-standby: min 3 desired 3 max 6", spent(0.4, 2.3));
    journal.done(44, 214, "serve-db", "3 of 3 in service, all healthy", came(0.9, 169.0, 3, 3));
    journal
}

/// A run in which everything came.
pub fn succeeded() -> RunReport {
    let mut journal = opened(runbook());
    journal.done(214, 216, "scale-web", "shop-web-standby: min 10 desired 10 max 20", spent(0.4, 1.2));
    journal.start(214, "scale-jobs").line(
        215,
        "scale-jobs",
        Event::AlreadySo { text: "shop-jobs-standby has 4 already".to_owned() },
    );
    let measures = Measures { recovery_point_s: Some(4), ..came(0.3, 9.0, 4, 4) };
    journal.done(215, 231, "serve-jobs", "4 of 4 in service", measures);
    journal.done(216, 455, "serve-web", "10 of 10 in service, all healthy", came(1.4, 236.0, 10, 10));
    journal.done(455, 463, "probe", "https://shop.example.com/healthz answered 200 in 0.2 s", spent(0.3, 7.0));
    journal.done(463, 464, "report", "written to the store", spent(0.4, 0.2));
    journal.line(464, "", Event::Ended { degraded: false });
    journal.report()
}

/// A run that stopped because a tier could not be scaled.
pub fn stopped() -> RunReport {
    let mut journal = opened(runbook());
    fail_web(&mut journal);
    journal.report()
}

fn fail_web(journal: &mut Journal) {
    journal.start(214, "scale-web").start(214, "scale-jobs").line(
        216,
        "scale-web",
        Event::Failed {
            what: "shop-web-standby could not be set to min 10 desired 10 max 20".to_owned(),
            why: vec![
                "UpdateAutoScalingGroup was refused in us-west-2".to_owned(),
                "the role dr-operator lacks autoscaling:UpdateAutoScalingGroup on this group".to_owned(),
            ],
            left_behind: vec!["shop-web-standby stays at 2 instances".to_owned()],
            hint: Some("grant the permission, then: lifeboat runs resume 20261120T031207Z-7f3a".to_owned()),
            measures: spent(0.4, 1.1),
        },
    );
    let text = "shop-jobs-standby: min 4 desired 4 max 8".to_owned();
    journal.line(216, "scale-jobs", Event::Succeeded { text, measures: spent(0.3, 1.4) });
    journal.line(217, "", Event::Stopped { reason: "step scale-web failed".to_owned() });
}

/// A run that stopped, was taken up by another person and broke off once more, and ended short with a step left out.
pub fn degraded() -> RunReport {
    let mut planned = runbook();
    planned.steps[0].skipped = Some("the bridge call has confirmed it".to_owned());
    let mut journal = Journal::new(planned.sealed());
    let skip = Event::Skipped { because: "the bridge call has confirmed it".to_owned(), by: ALICE.to_owned() };
    journal.begin(2).line(2, "gate", skip).start(3, "scale-db");
    let text = "shop-db-standby: min 3 desired 3 max 6".to_owned();
    let skip = Event::Skipped { because: "us-east-1 is dark".to_owned(), by: ALICE.to_owned() };
    journal.line(3, "fence", skip);
    journal.line(6, "scale-db", Event::Succeeded { text, measures: spent(0.4, 2.3) });
    let measures = Measures { recovery_point_s: Some(412), ..came(0.9, 169.0, 3, 3) };
    journal.done(6, 214, "serve-db", "3 of 3 in service, all healthy", measures);
    fail_web(&mut journal);
    let resumed = |fence| Event::Resumed { by: BOB.to_owned(), host: "ops-laptop-3".to_owned(), fence };
    journal.line(3900, "", resumed(8)).start(3902, "scale-web").line(3960, "", resumed(9));
    journal.line(3961, "scale-web", Event::Unknown { what: "the session before broke off".to_owned() });
    journal.done(3961, 3964, "scale-web", "shop-web-standby: min 10 desired 10 max 20", spent(0.4, 2.1));
    journal.done(3964, 3991, "serve-jobs", "4 of 4 in service", came(0.3, 26.0, 4, 4));
    let measures = Measures {
        substitutions: vec![
            "m5.large for m6i.large: 5 instances (InsufficientInstanceCapacity in us-west-2a)".to_owned(),
            "us-west-2c for us-west-2a: 3 instances".to_owned(),
        ],
        ..came(2.4, 520.0, 10, 8)
    };
    journal.done(3964, 4490, "serve-web", "8 of 10 in service: within the accepted 20 %", measures);
    journal.done(4490, 4499, "probe", "https://shop.example.com/healthz answered 200 in 0.4 s", spent(0.3, 7.0));
    journal.done(4499, 4500, "report", "written to the store", spent(0.4, 0.2));
    journal.line(4500, "", Event::Ended { degraded: true });
    journal.report()
}
