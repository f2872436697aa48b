//! Owns resolving: the environment as written -> `Environment` with every default filled in, and every rule that looks at
//! more than one value. Values that were wrong have been reported by the reader; what depends on them is passed over.

mod data;
mod drift;
mod events;
mod map;
mod network;
mod side;
mod sync;
mod tiers;
mod traffic;

use super::remark::Remark;
use super::values::StoreText;
use super::written::{May, WrittenEnvironment, WrittenObjectives, WrittenStacks, WrittenStrategy};
use super::{Source, defaults};
use crate::model::{DriftRules, Environment, Objectives, Stacks, StoreLocation, Strategy};
use crate::yaml::read::Placed;

/// The environment, unless something in it was wrong, and every remark.
pub fn resolve(source: &Source, written: &WrittenEnvironment) -> (Option<Environment>, Vec<Remark>) {
    let mut remarks = Vec::new();
    let remarks_ref = &mut remarks;
    let strategy = strategy(written, remarks_ref);
    let objectives = objectives(&written.objectives, remarks_ref);
    let sides = side::sides(&written.primary, &written.standby, remarks_ref);
    let store = store(source, &written.store);
    let network = network::network(&written.network, remarks_ref);
    let stacks = stacks(&written.stacks);
    let tiers = tiers::tiers(&written.tiers, strategy, remarks_ref);
    let regions = side::regions(&written.primary, &written.standby);
    let data = data::data(&written.data, &written.name, regions, remarks_ref);
    let event_sources = events::event_sources(&written.event_sources, remarks_ref);
    let traffic = traffic::traffic(written, tiers.as_deref(), data.as_deref(), remarks_ref);
    let sync = sync::sync(&written.sync, regions, remarks_ref);
    let map = map::map(&written.map, regions, remarks_ref);
    let drift = match &written.drift {
        None => Some(DriftRules::default()),
        Some(rules) => drift::rules(rules, source.today, remarks_ref),
    };
    let assemble = || {
        let (primary, standby) = sides?;
        written.schema.value.as_ref()?;
        Some(Environment {
            name: written.name.value.as_ref()?.0.clone(),
            strategy: strategy?,
            objectives: objectives?,
            primary,
            standby,
            store: store?,
            network: network?,
            stacks: stacks?,
            tiers: tiers?,
            data: data?,
            event_sources: event_sources?,
            traffic: traffic?,
            sync: sync?,
            map: map?,
            drift: drift?,
        })
    };
    (assemble(), remarks)
}

/// The written value by way of `f`, or the default when none was written; `None` when it was wrong.
fn given_or<T, U>(written: &May<T>, default: U, f: impl FnOnce(&T) -> U) -> Option<U> {
    match written {
        None => Some(default),
        Some(placed) => placed.value.as_ref().map(f),
    }
}

/// The written value by way of `f`, if one was written; the outer `None` when it was wrong.
fn given<T, U>(written: &May<T>, f: impl FnOnce(&T) -> U) -> Option<Option<U>> {
    given_or(written, None, |value| Some(f(value)))
}

/// Every item of a list by way of `f`, which sees all of them; `None` when one was wrong.
fn every<'a, T, U>(items: &'a [Placed<T>], mut f: impl FnMut(usize, &'a Placed<T>) -> Option<U>) -> Option<Vec<U>> {
    let all: Vec<Option<U>> = items.iter().enumerate().map(|(i, item)| f(i, item)).collect();
    all.into_iter().collect()
}

fn strategy(written: &WrittenEnvironment, remarks: &mut Vec<Remark>) -> Option<Strategy> {
    let (word, place) = written.strategy.get()?;
    if *word == WrittenStrategy::BackupAndRestore {
        let message = "this version neither takes nor restores backups: it provisions and follows, and no server runs";
        remarks.push(
            Remark::warning(place, "strategy", message)
                .help("look after backups by other means until a later version does"),
        );
    }
    Some(match word {
        WrittenStrategy::BackupAndRestore => Strategy::BackupAndRestore,
        WrittenStrategy::PilotLight => Strategy::PilotLight,
        WrittenStrategy::WarmStandby => Strategy::WarmStandby,
        WrittenStrategy::MultiSite => Strategy::MultiSite,
    })
}

fn objectives(written: &Placed<WrittenObjectives>, remarks: &mut Vec<Remark>) -> Option<Objectives> {
    let objectives = written.value.as_ref()?;
    let rto = objectives.rto.get();
    if let Some((rto, place)) = rto
        && rto.0.as_secs() == 0
    {
        let message = "a recovery time objective of zero cannot be met: deciding alone takes time";
        remarks.push(
            Remark::error(place, "objectives.rto", message).help("write how long service may be gone, such as 30m"),
        );
        return None;
    }
    Some(Objectives { rto: rto?.0.0, rpo: objectives.rpo.get()?.0.0 })
}

fn store(source: &Source, written: &May<super::values::Store>) -> Option<StoreLocation> {
    let default = StoreLocation::Folder(source.folder.join(defaults::STORE));
    given_or(written, default, |store| match &store.0 {
        StoreText::Folder(folder) => StoreLocation::Folder(source.folder.join(folder)),
        StoreText::S3 { bucket, prefix } => StoreLocation::S3 { bucket: bucket.clone(), prefix: prefix.clone() },
    })
}

fn stacks(written: &May<WrittenStacks>) -> Option<Stacks> {
    let compute = match written {
        None => defaults::COMPUTE_STACKS,
        Some(placed) => given_or(&placed.value.as_ref()?.compute, defaults::COMPUTE_STACKS, |number| number.0)?,
    };
    Some(Stacks { compute })
}
