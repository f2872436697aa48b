//! Owns how a run that is not finished is told to whoever wants to begin another: what it is, and the commands that work.

use std::path::Path;
use std::sync::Arc;

use super::context::Session;
use crate::plan::runbook::RunKind;
use crate::run::engine::RunRecord;
use crate::run::journal::{Journal, JournalError};
use crate::store::Lease;
use crate::store::lease::holder;
use crate::ui::Failure;

/// The refusal to begin another run, once it is known who holds the open one and whether its journal can be written here.
pub(super) async fn unfinished(session: &Session, open: &RunRecord, file: &Path) -> Failure {
    let name = &session.environment.name;
    // Who holds it decides about the hints only.
    let held = holder(session.store.as_ref(), name).await.ok().flatten().filter(|lease| lease.run == open.run);
    let stale = held.as_ref().is_some_and(|lease| lease.is_stale(session.clock().now()));
    let newer =
        matches!(Journal::open(Arc::clone(&session.store), name, &open.run).await, Err(JournalError::Newer { .. }));
    tell(open, held.as_ref().map(|lease| (lease, stale)), newer, &file.display().to_string())
}

/// `held`: the lease that is held for the run, and whether it is stale. `newer`: only a newer lifeboat may write its journal.
fn tell(open: &RunRecord, held: Option<(&Lease, bool)>, newer: bool, file: &str) -> Failure {
    let run = &open.run;
    let began = if open.kind == RunKind::Drill { "began" } else { "declared" };
    let failure = Failure::refused(format!("run {run} is not finished"))
        .because(format!("{} {began} it: {}", open.declared_by, open.reason));
    if newer {
        return failure
            .because("a newer lifeboat wrote its journal, so this one can neither go on with it nor give it up")
            .hint(format!(
                "use a lifeboat at least as new as the one that wrote it (its plan was made by {}); this one is {}",
                open.tool_version,
                env!("CARGO_PKG_VERSION")
            ));
    }
    let Some((lease, stale)) = held else {
        return failure
            .hint(format!("go on with it: lifeboat runs resume {file} {run}"))
            .hint(format!("give it up: lifeboat runs abandon {file} {run} --because TEXT"));
    };
    let over = format!("--take-over {}", lease.short());
    let failure = if stale {
        failure.because(format!(
            "its process on {} is gone since {}",
            lease.host,
            lease.expires_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        ))
    } else {
        failure
            .because(format!("{} on {} is carrying it out", lease.holder, lease.host))
            .hint(format!("watch it: lifeboat runs show {file} {run} --follow"))
    };
    let once = if stale { "" } else { ", once you know that its process is dead" };
    failure
        .hint(format!("go on with it{once}: lifeboat runs resume {file} {run} {over}"))
        .hint(format!("give it up: lifeboat runs abandon {file} {run} {over} --because TEXT"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::engine::tests::world::{runbook, step};

    fn told(held: Option<bool>, newer: bool) -> String {
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
        let failure = tell(&record, held.map(|stale| (&lease, stale)), newer, "shop.yaml");
        [&failure.why[1..], &failure.hints].concat().join("\n")
    }

    #[test]
    fn every_hint_is_a_command_that_works() {
        insta::assert_snapshot!(told(None, false), @r"
        go on with it: lifeboat runs resume shop.yaml 019a-one
        give it up: lifeboat runs abandon shop.yaml 019a-one --because TEXT
        ");
        insta::assert_snapshot!(told(Some(false), false), @r"
        arn:ben on desk is carrying it out
        watch it: lifeboat runs show shop.yaml 019a-one --follow
        go on with it, once you know that its process is dead: lifeboat runs resume shop.yaml 019a-one --take-over aaaaaaaa
        give it up: lifeboat runs abandon shop.yaml 019a-one --take-over aaaaaaaa --because TEXT
        ");
        insta::assert_snapshot!(told(Some(true), false), @r"
        its process on desk is gone since 2027-01-15 08:00:00 UTC
        go on with it: lifeboat runs resume shop.yaml 019a-one --take-over aaaaaaaa
        give it up: lifeboat runs abandon shop.yaml 019a-one --take-over aaaaaaaa --because TEXT
        ");
        insta::assert_snapshot!(told(None, true), @r"
        a newer lifeboat wrote its journal, so this one can neither go on with it nor give it up
        use a lifeboat at least as new as the one that wrote it (its plan was made by 0.1.0); this one is 0.1.0
        ");
    }
}
