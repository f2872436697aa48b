//! Owns the comparison of databases: that the standby's follows production's, and what it is when it is promoted.

mod settings;

use std::collections::BTreeSet;

use super::pair;
use crate::diff::finding::{Severity, Source, Status};
use crate::diff::found::Found;
use crate::diff::parity::baseline::{listed, without};
use crate::diff::parity::context::{Parity, Spot};
use crate::diff::shown::Shown;
use crate::diff::structure::{Rules, diff, escape};
use crate::facts::{DatabaseFacts, Noun};
use crate::model::{RdsData, Span, standby_database_name};

/// Judges one database.
pub(super) fn judge(parity: &Parity<'_>, spot: &Spot<'_>, data: &str, rds: &RdsData, found: &mut Found) {
    let name = standby_database_name(&parity.input.environment.name, data);
    if parity.source == Source::Production {
        recorded(parity, spot, rds, found);
    }
    let pair = pair(
        parity,
        spot,
        Noun::Database,
        (&rds.source, parity.production.databases.get(&rds.source)),
        (&name, parity.standby.databases.get(&name)),
        found,
    );
    let Some((production, standby)) = pair else { return };
    status(spot, standby, found);
    follows(parity, spot, production, standby, found);
    let text = |value: &str| Shown::text(value);
    spot.same("engine", Severity::BlocksFailover, text(&production.engine), text(&standby.engine), found);
    let versions = (text(&production.engine_version), text(&standby.engine_version));
    spot.same("engine-version", Severity::Degrades, versions.0, versions.1, found);
    class(spot, rds, production, standby, found);
    storage(spot, production, standby, found);
    if production.encrypted && !standby.encrypted {
        found.push(
            spot.finding("encryption", Status::Modified, Severity::Degrades)
                .values(Shown::text("encrypted"), Shown::text("not encrypted")),
        );
    }
    parameters(parity, spot, production, standby, found);
    settings::judge(parity, spot, production, standby, found);
}

/// States in which RDS can neither serve nor promote (RDS user guide, "Viewing DB instance status").
fn is_stuck(status: &str) -> bool {
    const STUCK: [&str; 6] = ["deleting", "failed", "restore-error", "stopped", "stopping", "storage-full"];
    STUCK.contains(&status) || ["inaccessible-", "incompatible-"].iter().any(|prefix| status.starts_with(prefix))
}

fn status(spot: &Spot<'_>, standby: &DatabaseFacts, found: &mut Found) {
    if is_stuck(&standby.status) {
        found.push(
            spot.finding("status", Status::Modified, Severity::BlocksFailover)
                .values(Shown::text("available"), Shown::text(&standby.status)),
        );
    }
}

/// That it is a replica of production's, and how far it is behind: not known is not zero.
fn follows(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &DatabaseFacts,
    standby: &DatabaseFacts,
    found: &mut Found,
) {
    let Some(source) = &standby.source else {
        found.push(
            spot.finding("replication", Status::Deleted, Severity::BlocksFailover)
                .values(Shown::text(&production.arn), Shown::Absent)
                .note("it stands alone: what is written in production does not reach it"),
        );
        return;
    };
    if *source != production.arn && *source != production.id {
        found.push(
            spot.finding("replication", Status::Modified, Severity::BlocksFailover)
                .values(Shown::text(&production.arn), Shown::text(source))
                .note("it follows another database"),
        );
        return;
    }
    spot.checked(found);
    let objective = parity.input.environment.objectives.rpo;
    match parity.standby.replica_lags.get(&standby.id) {
        None => found.push(
            spot.finding("lag", Status::Unknown, Severity::Degrades)
                .note("CloudWatch has no lag of the replica in the last five minutes: it may have stopped following"),
        ),
        Some(lag) if lag.seconds > objective.as_secs() => found.push(
            spot.finding("lag", Status::Modified, Severity::Degrades)
                .values(
                    Shown::text(format!("at most {objective}")),
                    Shown::text(Span::from_secs(lag.seconds).to_string()),
                )
                .note("further behind than the recovery point objective allows"),
        ),
        Some(_) => {}
    }
}

/// The file's class where it names one: a promoted database has production's, and so may a replica.
fn class(spot: &Spot<'_>, rds: &RdsData, production: &DatabaseFacts, standby: &DatabaseFacts, found: &mut Found) {
    let wanted = rds.class.as_ref().unwrap_or(&production.class);
    if standby.class == *wanted || standby.class == production.class {
        return;
    }
    let values = (Shown::text(wanted), Shown::text(&standby.class));
    found.push(spot.finding("class", Status::Modified, Severity::Degrades).values(values.0, values.1));
}

/// What its storage can do, as far as it can be ordered: of small gp3 RDS tells what nobody chose.
fn storage(spot: &Spot<'_>, production: &DatabaseFacts, standby: &DatabaseFacts, found: &mut Found) {
    let kind = |facts: &DatabaseFacts| Shown::maybe(facts.storage_type.as_ref());
    spot.same("storage-type", Severity::Degrades, kind(production), kind(standby), found);
    let number = |number: Option<u32>, unit: &str| Shown::maybe(number.map(|number| format!("{number}{unit}")));
    let iops = |facts: &DatabaseFacts| number(facts.iops_to_order(), " IOPS");
    spot.same("iops", Severity::Degrades, iops(production), iops(standby), found);
    let throughput = |facts: &DatabaseFacts| number(facts.throughput_to_order(), " MiB/s");
    // A baseline of before tells of no throughput; what it is now is compared once production is recorded again.
    if production.storage_throughput.is_some() {
        spot.same("storage-throughput", Severity::Degrades, throughput(production), throughput(standby), found);
    }
}

fn parameters(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &DatabaseFacts,
    standby: &DatabaseFacts,
    found: &mut Found,
) {
    let set = |facts: &DatabaseFacts| facts.parameter_group.clone().unwrap_or_default().parameters;
    let (wanted, there) = (set(production), set(standby));
    let names: BTreeSet<&String> = wanted.keys().chain(there.keys()).collect();
    for name in names {
        let expected = Shown::maybe(wanted.get(name).map(|value| parity.translator.text(value)));
        spot.same(
            &format!("parameters/{}", escape(name)),
            Severity::Degrades,
            expected,
            Shown::maybe(there.get(name)),
            found,
        );
    }
}

/// What of a database changes by itself, or belongs to the primary alone.
const NOISE: [&str; 7] =
    ["status", "endpoint", "source", "replicas", "subnet_group", "storage_gb", "deletion_protection"];

/// That production's database is still as the baseline recorded it: the standby's is rendered from that.
fn recorded(parity: &Parity<'_>, spot: &Spot<'_>, rds: &RdsData, found: &mut Found) {
    let Some(now) = parity.production.databases.get(&rds.source) else { return };
    spot.checked(found);
    let Some(then) = parity.input.baseline.facts.databases.get(&rds.source) else {
        found.push(
            spot.finding("baseline", Status::Deleted, Severity::BlocksFailover)
                .whole()
                .values(Shown::text(&rds.source), Shown::Absent)
                .note("the baseline does not know this database: run `lifeboat baseline`"),
        );
        return;
    };
    // A baseline of before tells nothing of how it is run: that is no change of production.
    let noise: Vec<&str> = NOISE.into_iter().chain(then.settings.is_none().then_some("settings")).collect();
    let edits = diff(&without(Some(then), &noise), &without(Some(now), &noise), Rules::CLOUDFORMATION);
    let changed: BTreeSet<String> =
        edits.iter().map(|edit| edit.path.to_string().trim_start_matches('/').to_owned()).collect();
    if !changed.is_empty() {
        found.push(
            spot.finding("baseline", Status::Modified, Severity::Degrades)
                .values(Shown::text("production now"), Shown::text("production as recorded"))
                .note(format!(
                    "production has changed since it was recorded ({}): run `lifeboat baseline`",
                    listed(&changed)
                )),
        );
    }
}
