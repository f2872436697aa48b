//! Owns the comparison of parameters: production's, already rewritten, against the standby's, by path.

use super::context::Parity;
use crate::diff::finding::{Finding, Kind, Severity, Source, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::{Gap, Noun, ParameterFacts, ParameterValue};
use crate::model::{ParameterSync, Rewrite, SideName};

/// What findings about parameters are grouped under.
pub const SUBJECT: &str = "parameters";

/// Judges every synced path. The baseline cannot stand in: it holds production's own names and digests.
pub fn judge(parity: &Parity<'_>, found: &mut Found) {
    for sync in &parity.input.environment.sync.parameters {
        if parity.source == Source::Baseline {
            found.coverage(Kind::Parity, SUBJECT).unknown();
            continue;
        }
        judge_path(parity, sync, found);
    }
}

fn judge_path(parity: &Parity<'_>, sync: &ParameterSync, found: &mut Found) {
    let input = parity.input;
    let path = Rewrite::of_parameters(input.environment, sync, input.balancers).apply(&sync.path);
    let below = |name: &String| name.starts_with(&path);
    let unseen = [(SideName::Primary, &sync.path), (SideName::Primary, &path), (SideName::Standby, &path)]
        .into_iter()
        .any(|(side, path)| parity.may_be_unseen(side, Noun::Parameter, path));
    let wanted = || parity.production.parameters.values().filter(|parameter| below(&parameter.name));
    // Parameters of production whose value in the standby is not known yet are gaps of their own.
    let is_held = |gap: &&Gap| gap.noun == Noun::Parameter && below(&gap.subject) && gap.subject != path;
    let held = parity.production.gaps.iter().filter(is_held).count();
    (0..held).for_each(|_| found.coverage(Kind::Parity, SUBJECT).unknown());
    if unseen {
        found.coverage(Kind::Parity, SUBJECT).unknown();
    } else if wanted().next().is_none() && held == 0 {
        // Loud emptiness: a path nobody fills is a mistake, not agreement.
        found.coverage(Kind::Parity, SUBJECT).unknown();
        found.push(
            finding(&sync.path, "", Status::Unknown, Severity::Degrades)
                .note(format!("nothing is below `{}` in production: is the path right?", sync.path)),
        );
        return;
    }
    for production in wanted() {
        match parity.standby.parameters.get(&production.name) {
            Some(standby) => {
                found.coverage(Kind::Parity, SUBJECT).checked();
                compare(production, standby, found);
            }
            None if unseen => found.coverage(Kind::Parity, SUBJECT).unknown(),
            None => {
                found.coverage(Kind::Parity, SUBJECT).checked();
                found.push(
                    finding(&production.name, "", Status::Deleted, Severity::Degrades)
                        .whole()
                        .values(value(production), Shown::Absent)
                        .note("missing in standby: run `lifeboat sync`"),
                );
            }
        }
    }
    if unseen {
        return;
    }
    for standby in parity.standby.parameters.values().filter(|parameter| below(&parameter.name)) {
        let is_held = parity.may_be_unseen(SideName::Primary, Noun::Parameter, &standby.name);
        if !is_held && !parity.production.parameters.contains_key(&standby.name) {
            let extra = finding(&standby.name, "", Status::Added, Severity::Cosmetic)
                .values(Shown::Absent, value(standby))
                .note("missing in production");
            found.coverage(Kind::Parity, SUBJECT).checked();
            found.push(if sync.delete { extra } else { extra.intended("sync deletes nothing below this path") });
        }
    }
}

fn compare(production: &ParameterFacts, standby: &ParameterFacts, found: &mut Found) {
    let name = &production.name;
    let mut same = |field: &str, severity, expected: Shown, actual: Shown| {
        if expected != actual {
            found.push(finding(name, field, Status::Modified, severity).values(expected, actual));
        }
    };
    let debug = |text: String| Shown::text(text);
    same("type", Severity::Degrades, debug(format!("{:?}", production.kind)), debug(format!("{:?}", standby.kind)));
    same("tier", Severity::Cosmetic, debug(format!("{:?}", production.tier)), debug(format!("{:?}", standby.tier)));
    same(
        "data-type",
        Severity::Cosmetic,
        Shown::text(production.data_type.as_str()),
        Shown::text(standby.data_type.as_str()),
    );
    same(
        "description",
        Severity::Cosmetic,
        Shown::text(production.description.as_str()),
        Shown::text(standby.description.as_str()),
    );
    same(
        "allowed-pattern",
        Severity::Cosmetic,
        Shown::maybe(production.allowed_pattern.as_ref()),
        Shown::maybe(standby.allowed_pattern.as_ref()),
    );
    let comparable = matches!(
        (&production.value, &standby.value),
        (ParameterValue::Plain(_), ParameterValue::Plain(_)) | (ParameterValue::Secret(_), ParameterValue::Secret(_))
    );
    // A digest says nothing of a plain value; the type, which differs too, has been told.
    if comparable && production.value != standby.value {
        found.push(finding(name, "", Status::Modified, Severity::Degrades).values(value(production), value(standby)));
    }
}

fn value(parameter: &ParameterFacts) -> Shown {
    match &parameter.value {
        ParameterValue::Plain(text) => Shown::text(text.as_str()),
        ParameterValue::Secret(_) => Shown::Secret,
    }
}

/// A finding at `parameters/<name>`, or at one of its fields.
fn finding(name: &str, field: &str, status: Status, severity: Severity) -> Finding {
    let place = if field.is_empty() { name.to_owned() } else { format!("{name}#{field}") };
    Finding::new(Kind::Parity, SUBJECT, &place, status, severity, Source::Production)
}
