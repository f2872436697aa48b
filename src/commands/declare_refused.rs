//! Owns how it is told that a declaration is refused, and what to do then.

use std::collections::BTreeSet;

use super::declare::DeclareArgs;
use crate::model::Region;
use crate::plan::declare::{DeclareRefusal, FENCE, promote_id};
use crate::plan::scale::ScaleRefusal;
use crate::report::copies::name_back;
use crate::ui::{Exit, Failure};

/// The failure; `region` is that of the standby.
pub(super) fn tell(refusal: &DeclareRefusal, args: &DeclareArgs, region: &Region) -> Failure {
    let file = args.environment.display();
    let usage = || Failure::new(Exit::Usage, refusal.to_string());
    match refusal {
        DeclareRefusal::Scale(ScaleRefusal::NotProvisioned { .. }) => {
            Failure::failed(refusal.to_string()).hint(format!("run `lifeboat provision {file}` first"))
        }
        DeclareRefusal::Scale(ScaleRefusal::NoBasis { .. }) => Failure::failed(refusal.to_string())
            .hint(format!("run `lifeboat baseline {file}` while production is well")),
        DeclareRefusal::Scale(ScaleRefusal::UnknownTier { .. }) => usage(),
        DeclareRefusal::NoReason | DeclareRefusal::UnknownSteps { .. } | DeclareRefusal::NoBecause { .. } => usage(),
        DeclareRefusal::NoReplica { databases } => {
            let skips: Vec<String> =
                databases.iter().map(|one| format!("--skip {} --because TEXT", promote_id(&one.data))).collect();
            let mut failure = Failure::failed(refusal.to_string());
            for (one, kept) in databases.iter().filter_map(|one| Some((one, one.kept.as_ref()?))) {
                failure = failure.hint(format!(
                    "give {kept} its name back, wait until it is available, then declare again: {}",
                    name_back(region, kept, &one.id)
                ));
            }
            if databases.iter().any(|one| one.kept.is_none()) {
                failure = failure.hint(format!("run `lifeboat provision {file}` while production is well"));
            }
            failure.hint(format!("to bring up everything else now: {}", skips.join(" ")))
        }
        DeclareRefusal::NothingToFence { .. } => Failure::refused(refusal.to_string())
            .hint(format!(
                "see what they are called now, correct {file}, and record production again: lifeboat baseline {file}"
            ))
            .hint(format!("or see that nothing of them runs any more, and say so: --skip {FENCE} --because TEXT")),
        DeclareRefusal::Stale { databases } => {
            let runs: BTreeSet<&str> = databases.iter().map(|old| old.run.as_str()).collect();
            let refused = Failure::refused(refusal.to_string());
            let refused = runs.iter().fold(refused, |failure, run| {
                failure.hint(format!("bring that failback to its end: lifeboat runs resume {file} {run}"))
            });
            refused
                .hint(format!("or make the replica anew: lifeboat failback {file} --reason TEXT"))
                .hint("a declaration without --graceful leads users to the old data, and says so")
        }
        DeclareRefusal::Doubtful { databases } => {
            let skips: Vec<String> =
                databases.iter().map(|(data, _)| format!("--skip {} --because TEXT", promote_id(data))).collect();
            Failure::refused(refusal.to_string())
                .hint(format!("compare what both sides hold; where the standby's has every write, say so: {}", skips.join(" ")))
                .hint("where the primary's has more, rename the standby's out of the way and provision: a new replica is made")
        }
        DeclareRefusal::PrimarySilent { .. } => Failure::refused(refusal.to_string())
            .hint("declare without --graceful: then nothing needs the primary, and data not yet copied may be lost"),
    }
}
