//! Owns what commands without a journal heed: a run that is under way, and a declaration after which the standby serves.

use std::path::Path;

use super::context::Session;
use super::declare::is_open;
use super::earlier::past_runs;
use super::past::past;
use super::runs::held::{give_up, kind_of, lease_failure};
use super::sight;
use crate::plan::runbook::RunKind;
use crate::report::barred::Barred;
use crate::report::open_run::Ways;
use crate::report::runs::HeldBy;
use crate::run::engine::RunRecord;
use crate::run::spent::{Spent, declared_in, spent};
use crate::store::Lease;
use crate::store::lease::holder;
use crate::ui::Failure;

/// Refuses while a run is carried out: both would write the same things, and the run would undo or miss what was done. A
/// lease that its process should have renewed by now is told, and stands in nobody's way.
pub(super) async fn refuse_under_way(session: &Session, file: &Path) -> Result<(), Failure> {
    let file = file.display().to_string();
    let held = match holder(session.store.as_ref(), &session.environment.name).await {
        Ok(held) => held,
        Err(error) => return Err(lease_failure(session, &error, &file).await),
    };
    let Some(lease) = held else { return Ok(()) };
    let kind = kind_of(session, &lease.run).await;
    if lease.is_stale(session.clock().now()) {
        session.printer().warn(&format!(
            "run {} is not finished, and its process is gone since {}: see `lifeboat runs show {file} {}`",
            lease.run,
            lease.expires_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            lease.run
        ));
        return Ok(());
    }
    Err(under_way(&lease, kind, &file))
}

fn under_way(lease: &Lease, kind: Option<RunKind>, file: &str) -> Failure {
    let failure = Failure::refused(format!("run {} is under way; nothing was changed", lease.run))
        .because(format!(
            "{} on {} has been carrying it out since {}",
            lease.holder,
            lease.host,
            lease.since.strftime("%Y-%m-%d %H:%M:%S UTC")
        ))
        .hint(format!("watch it: lifeboat runs show {file} {} --follow", lease.run));
    match kind {
        Some(RunKind::Drill) => failure
            .because("it is a drill: its stand-down would undo what is done now")
            .hint(format!("in a disaster, give the drill up: {}", give_up(lease, file)))
            .hint(format!("then declare: lifeboat declare {file} --reason TEXT")),
        _ => failure.hint("run this again when it has ended"),
    }
}

/// Refuses what would start servers in the standby while a failback has frozen it, or has brought its writes home and not
/// made it a standby again. No flag opens this: the way is to end the run, or to declare.
pub(super) async fn refuse_barred(session: &Session, file: &Path) -> Result<(), Failure> {
    match Barred::by_last(&past(session).await?) {
        Some(barred) => Err(told(session, &barred, file).await),
        None => Ok(()),
    }
}

/// The same for what people may have to do on the way home: while the run can be gone on with it is refused, and after that
/// only told.
pub(super) async fn refuse_while_barred(session: &Session, file: &Path) -> Result<(), Failure> {
    match Barred::by_last(&past(session).await?) {
        Some(barred) if barred.is_open() => Err(told(session, &barred, file).await),
        Some(barred) => {
            session.printer().warn(&format!("{}: {}", barred.words(), barred.why().join("; ")));
            Ok(())
        }
        None => Ok(()),
    }
}

/// The refusal to start anything, with the commands that work whoever holds the lease.
pub(super) async fn told(session: &Session, barred: &Barred, file: &Path) -> Failure {
    let held = holder(session.store.as_ref(), &session.environment.name).await.ok().flatten();
    let held = held.filter(|lease| lease.run == barred.run);
    let now = session.clock().now();
    let by = held.map(|lease| HeldBy::of(&lease, format!("{} on {}", lease.holder, lease.host), now));
    refused(barred, &Ways::of(&file.display().to_string(), &barred.run, by.as_ref()))
}

fn refused(barred: &Barred, ways: &Ways) -> Failure {
    let refused = Failure::refused(format!("{}; nothing was changed", barred.words()));
    let refused = barred.why().into_iter().fold(refused, Failure::because);
    barred.hints(ways).into_iter().fold(refused, Failure::hint)
}

/// Refuses what would hurt a standby that serves the users, unless the person says so. `risk`: what it would do to them.
pub(super) async fn refuse_while_serving(
    session: &Session,
    file: &Path,
    risk: &str,
    while_serving: bool,
) -> Result<(), Failure> {
    if while_serving {
        return Ok(());
    }
    let (basis, last) = past_runs(session, file).await?;
    let (spent, barred) = match declared_in(basis.posture.as_ref(), &last) {
        Some(_) => {
            let past = past(session).await?;
            (spent(basis.posture.as_ref(), &past), Barred::by_last(&past))
        }
        None => (None, None),
    };
    let name = file.display().to_string();
    let (why, next) = match (serving(spent.as_ref(), &last, &name), barred) {
        // Frozen, or with its writes home, it serves nobody, and that has a way on of its own.
        (Some(_), Some(barred)) => return Err(told(session, &barred, file).await),
        (Some(told), None) => told,
        (None, _) => {
            let sight = sight::look(session).await;
            for unseen in &sight.unseen {
                session.printer().warn(&format!("whether the standby serves the users could not be seen: {unseen}"));
            }
            if let Some(Spent::Capacity { run, schedules: true }) = &spent {
                session.printer().warn(&format!(
                    "run {run} put scheduled actions in force in the standby, and they stay; lifeboat failback {name} \
                     --reason TEXT takes them back as well"
                ));
            }
            match sight.says(spent.as_ref(), &name) {
                Some(told) => told,
                None => return Ok(()),
            }
        }
    };
    Err(Failure::refused(format!("{why}; nothing was changed"))
        .because(risk)
        .hint(next)
        .hint("or, knowing that, add --while-serving"))
}

/// Why the standby may be serving the users, and what comes first; none where it is not.
fn serving(spent: Option<&Spent>, past: &[RunRecord], file: &str) -> Option<(String, String)> {
    // A process that died has recorded no posture yet.
    let open = past.iter().rev().find(|record| record.kind == RunKind::Declare && is_open(record));
    if let Some(open) = open {
        let run = &open.run;
        return Some((
            format!("run {run} has declared and is not finished: the standby may be serving the users"),
            format!("bring it to its end first: lifeboat runs resume {file} {run}"),
        ));
    }
    let why = match spent? {
        Spent::Users { run, led: true } => format!("the standby serves the users since run {run}"),
        Spent::Users { run, led: false } => format!("the standby may be serving the users since run {run}"),
        Spent::Declared { run } => format!("run {run} declared and led nobody over: the primary may be fenced"),
        // No run led them there.
        Spent::Capacity { .. } | Spent::Home { .. } => return None,
    };
    Some((why, format!("bring service home first: lifeboat failback {file} --reason TEXT")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;
    use crate::model::GroupSize;
    use crate::plan::runbook::Action;
    use crate::run::engine::tests::world::{runbook, step};
    use crate::run::journal::{RunState, StepState};
    use crate::store::bundle::PostureRecord;

    #[test]
    fn a_standby_serves_after_a_declaration_and_while_one_is_not_finished() {
        let posture = |run: &str| PostureRecord {
            schema_version: 1,
            at: Timestamp::UNIX_EPOCH,
            by: "arn".to_owned(),
            target: "full".to_owned(),
            minimums: BTreeMap::new(),
            declared_in: Some(run.to_owned()),
        };
        let record = |kind, state| {
            let mut record = RunRecord::of(&runbook("019a-one", vec![step("scale", &[])]), &[]);
            let (tier, group) = ("web".to_owned(), "shop-web".to_owned());
            let size = GroupSize { min: 6, max: 6, desired: 6 };
            record.steps[0].action = Action::Scale { tier, group, size, instance_types: vec![] };
            record.steps[0].state = StepState::Succeeded;
            RunRecord { kind, state, ..record }
        };
        let ended = RunState::Ended { degraded: false };
        for (declared_in, kind, state, serves) in [
            // Its process was killed before it saved the posture.
            (None, RunKind::Declare, ended, Some("the standby may be serving the users since run 019a-one")),
            (
                None,
                RunKind::Declare,
                RunState::Abandoned,
                Some("the standby may be serving the users since run 019a-one"),
            ),
            (None, RunKind::Drill, ended, None),
            (None, RunKind::Drill, RunState::Running, None),
            (None, RunKind::Declare, RunState::Running, Some("run 019a-one has declared and is not finished")),
            (None, RunKind::Declare, RunState::Stopped, Some("run 019a-one has declared and is not finished")),
            (
                Some("019a-zero"),
                RunKind::Declare,
                ended,
                Some("the standby may be serving the users since run 019a-zero"),
            ),
            // The way home is not over.
            (Some("019a-zero"), RunKind::Failback, RunState::Stopped, Some("since run 019a-zero")),
        ] {
            let past = [record(kind, state)];
            let spent = spent(declared_in.map(posture).as_ref(), &past);
            let told = serving(spent.as_ref(), &past, "shop.yaml").map(|(why, _)| why);
            match serves {
                Some(words) => {
                    assert!(told.as_ref().is_some_and(|told| told.contains(words)), "{kind:?} {state:?}: {told:?}")
                }
                None => assert_eq!(told, None, "{kind:?} {state:?}"),
            }
        }
        let why = |spent| serving(Some(&spent), &[], "shop.yaml").map(|(why, _)| why);
        assert_eq!(why(Spent::Capacity { run: "r1".into(), schedules: false }), None, "no run led them there");
        assert_eq!(why(Spent::Home { run: "r1".into(), failback: "r2".into() }), None, "the users are home");
        assert!(why(Spent::Declared { run: "r1".into() }).is_some_and(|why| why.contains("may be fenced")));
    }

    #[test]
    fn a_run_under_way_is_told_with_who_carries_it_out_and_a_drill_with_the_way_out() {
        let lease = Lease {
            schema_version: 1,
            nonce: "aaaaaaaabbbb".to_owned(),
            run: "r1".to_owned(),
            holder: "arn:ben".to_owned(),
            host: "desk".to_owned(),
            fence: 1,
            since: Timestamp::from_second(1_800_000_000).expect("a time"),
            expires_at: Timestamp::from_second(1_800_000_120).expect("a time"),
            released_at: None,
        };
        let told = |kind| {
            let failure = under_way(&lease, kind, "shop.yaml");
            [&failure.why[..], &failure.hints].concat().join("\n")
        };
        insta::assert_snapshot!(told(Some(RunKind::Declare)), @r"
        arn:ben on desk has been carrying it out since 2027-01-15 08:00:00 UTC
        watch it: lifeboat runs show shop.yaml r1 --follow
        run this again when it has ended
        ");
        insta::assert_snapshot!(told(Some(RunKind::Drill)), @r"
        arn:ben on desk has been carrying it out since 2027-01-15 08:00:00 UTC
        it is a drill: its stand-down would undo what is done now
        watch it: lifeboat runs show shop.yaml r1 --follow
        in a disaster, give the drill up: lifeboat runs abandon shop.yaml r1 --take-over aaaaaaaa --because TEXT
        then declare: lifeboat declare shop.yaml --reason TEXT
        ");
    }
}
