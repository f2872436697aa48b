//! Owns how a lease that cannot be had is told: who has it, and the way on that works.

use jiff::Timestamp;

use crate::commands::context::Session;
use crate::plan::runbook::{RunKind, Runbook};
use crate::store::{Lease, LeaseError, Runs};
use crate::ui::Failure;

/// The failure of a command that could not have the lease. Reads what kind of run has it.
pub(in crate::commands) async fn lease_failure(session: &Session, error: &LeaseError, file: &str) -> Failure {
    let held = match error {
        LeaseError::Held { lease, .. } => Some(lease),
        _ => None,
    };
    let kind = match held {
        Some(lease) => kind_of(session, &lease.run).await,
        None => None,
    };
    tell(error, kind, &session.environment.name, file)
}

/// What kind of run that is; none where its plan cannot be read.
pub(in crate::commands) async fn kind_of(session: &Session, run: &str) -> Option<RunKind> {
    let runbook = Runs::of(&session.environment.name).load::<Runbook>(session.store.as_ref(), run).await;
    runbook.ok().map(|runbook| runbook.kind)
}

/// The command that takes a run from its process and gives it up.
pub(in crate::commands) fn give_up(lease: &Lease, file: &str) -> String {
    format!("lifeboat runs abandon {file} {} --take-over {} --because TEXT", lease.run, lease.short())
}

fn tell(error: &LeaseError, kind: Option<RunKind>, environment: &str, file: &str) -> Failure {
    let mut failure = match error {
        LeaseError::Store(_) => Failure::failed(error.to_string()),
        _ => Failure::refused(format!("{environment} has one writer at a time, and this is not it: {error}")),
    };
    let in_the_way = match kind {
        Some(RunKind::Drill) => Some(("drill", "it is a drill, and going on with it stands the standby down")),
        Some(RunKind::Failback) => Some(("failback", "it is a failback, and going on with it needs the primary")),
        Some(RunKind::Declare) | None => None,
    };
    if let (LeaseError::Held { lease, .. }, Some((noun, because))) = (error, in_the_way) {
        failure = failure
            .because(because)
            .hint(format!("in a disaster, give the {noun} up: {}", give_up(lease, file)))
            .hint(format!("then declare again: lifeboat declare {file} --reason TEXT"));
    }
    error.hints(file).into_iter().fold(failure, Failure::hint)
}

/// The lease of a run that has no plan: nobody carries it out, and until it is stale its process may still be tidying up.
pub(super) fn never_began(held: &Lease, now: Timestamp, environment: &str, file: &str) -> Failure {
    let left = held.expires_at.duration_since(now).as_secs().max(0);
    Failure::refused(format!(
        "{environment} has one writer at a time, and {} on {} had the lease last",
        held.holder, held.host
    ))
    .because(format!("run {} ended before it began, and did not give the lease back", held.run))
    .hint(format!(
        "wait {left} s, until {}, and run this again: the lease is taken over then",
        held.expires_at.strftime("%H:%M:%S UTC")
    ))
    .hint(format!("or free it now: {}", give_up(held, file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease() -> Lease {
        let since = Timestamp::from_second(1_800_000_000).expect("a time");
        Lease {
            schema_version: 1,
            nonce: "aaaaaaaabbbb".to_owned(),
            run: "r1".to_owned(),
            holder: "arn:ben".to_owned(),
            host: "desk".to_owned(),
            fence: 1,
            since,
            expires_at: Timestamp::from_second(1_800_000_120).expect("a time"),
            released_at: None,
        }
    }

    #[test]
    fn a_drill_or_a_failback_in_the_way_of_a_disaster_is_given_up_and_not_gone_on_with() {
        let error = LeaseError::Held { lease: Box::new(lease()), stale: false };
        let hints = |kind| tell(&error, kind, "shop", "shop.yaml").hints.join("\n");
        insta::assert_snapshot!(hints(Some(RunKind::Drill)), @r"
        in a disaster, give the drill up: lifeboat runs abandon shop.yaml r1 --take-over aaaaaaaa --because TEXT
        then declare again: lifeboat declare shop.yaml --reason TEXT
        watch it: lifeboat runs show shop.yaml r1 --follow
        take it over, once you know that its process is dead: lifeboat runs resume shop.yaml r1 --take-over aaaaaaaa
        ");
        insta::assert_snapshot!(hints(Some(RunKind::Failback)), @r"
        in a disaster, give the failback up: lifeboat runs abandon shop.yaml r1 --take-over aaaaaaaa --because TEXT
        then declare again: lifeboat declare shop.yaml --reason TEXT
        watch it: lifeboat runs show shop.yaml r1 --follow
        take it over, once you know that its process is dead: lifeboat runs resume shop.yaml r1 --take-over aaaaaaaa
        ");
        for kind in [Some(RunKind::Declare), None] {
            assert!(!hints(kind).contains("abandon"), "{kind:?}");
        }
    }

    #[test]
    fn a_lease_of_a_run_that_never_began_is_free_in_so_many_seconds() {
        let told = never_began(&lease(), Timestamp::from_second(1_800_000_030).expect("a time"), "shop", "shop.yaml");
        insta::assert_snapshot!(told.hints.join("\n"), @r"
        wait 90 s, until 08:02:00 UTC, and run this again: the lease is taken over then
        or free it now: lifeboat runs abandon shop.yaml r1 --take-over aaaaaaaa --because TEXT
        ");
    }
}
