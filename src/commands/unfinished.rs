//! Owns how a run that is not finished is told to whoever wants to begin another: what it is, and the commands that work.

use std::path::Path;
use std::sync::Arc;

use super::context::Session;
use crate::plan::runbook::{RunKind, Runbook};
use crate::report::open_run::Ways;
use crate::report::runs::HeldBy;
use crate::run::engine::RunRecord;
use crate::run::journal::{Event, Journal, JournalError};
use crate::run::overtaken::{Overtaken, overtaken};
use crate::store::lease::holder;
use crate::store::{Lease, Runs};
use crate::ui::Failure;

/// The refusal to begin another run, once it is known who holds the open one and whether its journal can be written here.
/// `past`: the last runs.
pub(super) async fn unfinished(session: &Session, open: &RunRecord, past: &[RunRecord], file: &Path) -> Failure {
    let name = &session.environment.name;
    // Who holds it decides about the hints only.
    let held = holder(session.store.as_ref(), name).await.ok().flatten().filter(|lease| lease.run == open.run);
    let stale = held.as_ref().is_some_and(|lease| lease.is_stale(session.clock().now()));
    let journal = Journal::open(Arc::clone(&session.store), name, &open.run).await;
    let plan = Runs::of(name).load::<Runbook>(session.store.as_ref(), &open.run).await;
    let can = match (&journal, &plan) {
        (Err(JournalError::Newer { .. }), _) => Can::Newer,
        (Ok(journal), Ok(plan)) if is_altered(plan, journal) => Can::Altered,
        _ => overtaken(open, past).map_or(Can::GoOn, Can::Overtaken),
    };
    tell(open, held.as_ref().map(|lease| (lease, stale)), &can, &file.display().to_string())
}

/// What this lifeboat can do with an open run.
#[derive(Clone, PartialEq, Eq)]
enum Can {
    /// Go on with it, or give it up.
    GoOn,
    /// Give it up: its plan is not the one that was sealed, or not the one its journal was written for.
    Altered,
    /// Give it up: of what came after it.
    Overtaken(Overtaken),
    /// Nothing: only a newer one may write its journal.
    Newer,
}

fn is_altered(plan: &Runbook, journal: &Journal) -> bool {
    let other = |event: &Event| matches!(event, Event::Began { runbook, .. } if *runbook != plan.digest);
    !plan.is_intact() || journal.entries().iter().any(|entry| other(&entry.event))
}

/// `held`: the lease that is held for the run, and whether it is stale.
fn tell(open: &RunRecord, held: Option<(&Lease, bool)>, can: &Can, file: &str) -> Failure {
    let run = &open.run;
    let began = if open.kind == RunKind::Drill { "began" } else { "declared" };
    let failure = Failure::refused(format!("run {run} is not finished"))
        .because(format!("{} {began} it: {}", open.declared_by, open.reason));
    if *can == Can::Newer {
        return failure
            .because("a newer lifeboat wrote its journal, so this one can neither go on with it nor give it up")
            .hint(format!(
                "use a lifeboat at least as new as the one that wrote it (its plan was made by {}); this one is {}",
                open.tool_version,
                env!("CARGO_PKG_VERSION")
            ));
    }
    let by = held.map(|(lease, stale)| HeldBy {
        holder: lease.holder.clone(),
        lease: lease.short().to_owned(),
        gone_since: stale.then_some(lease.expires_at),
    });
    let ways = Ways::of(file, run, by.as_ref());
    let (resume, give_up) = (ways.resume(), format!("give it up: {}", ways.abandon()));
    let failure = match held {
        None => failure,
        Some((lease, true)) => failure.because(format!(
            "its process on {} is gone since {}",
            lease.host,
            lease.expires_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        )),
        Some((lease, false)) => failure
            .because(format!("{} on {} is carrying it out", lease.holder, lease.host))
            .hint(format!("watch it: {}", ways.watch())),
    };
    let over = match can {
        Can::Altered => Some("its plan was altered after it was sealed, so nobody can go on with it".to_owned()),
        Can::Overtaken(overtaken) => Some(format!("nobody can go on with it, because {}", overtaken.words())),
        Can::GoOn | Can::Newer => None,
    };
    if let Some(over) = over {
        return failure.because(over).hint(give_up).hint("then run this again");
    }
    let once = if ways.is_alive() { ", once you know that its process is dead" } else { "" };
    failure.hint(format!("go on with it{once}: {resume}")).hint(give_up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::engine::tests::world::{runbook, step};
    use crate::run::journal::RunState;
    use crate::run::overtaken::overtaken_by;

    fn told(held: Option<bool>, can: Can) -> String {
        let record = RunRecord::of(&runbook("019a-one", vec![step("scale", &[])]), &[]);
        let lease = Lease {
            schema_version: 1,
            nonce: "aaaaaaaabbbb".to_owned(),
            run: "019a-one".to_owned(),
            holder: "arn:ben".to_owned(),
            host: "desk".to_owned(),
            fence: 1,
            since: record.declared_at,
            expires_at: record.declared_at,
            released_at: None,
        };
        let failure = tell(&record, held.map(|stale| (&lease, stale)), &can, "shop.yaml");
        [&failure.why[1..], &failure.hints].concat().join("\n")
    }

    #[test]
    fn every_hint_is_a_command_that_works() {
        insta::assert_snapshot!(told(None, Can::GoOn), @r"
        go on with it: lifeboat runs resume shop.yaml 019a-one
        give it up: lifeboat runs abandon shop.yaml 019a-one --because TEXT
        ");
        insta::assert_snapshot!(told(Some(false), Can::GoOn), @r"
        arn:ben on desk is carrying it out
        watch it: lifeboat runs show shop.yaml 019a-one --follow
        go on with it, once you know that its process is dead: lifeboat runs resume shop.yaml 019a-one --take-over aaaaaaaa
        give it up: lifeboat runs abandon shop.yaml 019a-one --take-over aaaaaaaa --because TEXT
        ");
        insta::assert_snapshot!(told(Some(true), Can::GoOn), @r"
        its process on desk is gone since 2027-01-15 08:00:00 UTC
        go on with it: lifeboat runs resume shop.yaml 019a-one --take-over aaaaaaaa
        give it up: lifeboat runs abandon shop.yaml 019a-one --take-over aaaaaaaa --because TEXT
        ");
        insta::assert_snapshot!(told(None, Can::Newer), @r"
        a newer lifeboat wrote its journal, so this one can neither go on with it nor give it up
        use a lifeboat at least as new as the one that wrote it (its plan was made by 0.1.0); this one is 0.1.0
        ");
        let declared = overtaken_by(RunKind::Failback, RunState::Stopped, &[("019b-two".into(), RunKind::Declare)]);
        insta::assert_snapshot!(told(None, Can::Overtaken(declared.expect("it was declared"))), @r"
        nobody can go on with it, because 019b-two was declared after it
        give it up: lifeboat runs abandon shop.yaml 019a-one --because TEXT
        then run this again
        ");
        insta::assert_snapshot!(told(Some(true), Can::Altered), @r"
        its process on desk is gone since 2027-01-15 08:00:00 UTC
        its plan was altered after it was sealed, so nobody can go on with it
        give it up: lifeboat runs abandon shop.yaml 019a-one --take-over aaaaaaaa --because TEXT
        then run this again
        ");
    }
}
