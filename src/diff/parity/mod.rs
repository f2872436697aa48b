//! Owns parity: the standby against production, after translating what belongs to the primary and judged by intent.

mod balancers;
mod baseline;
mod block_devices;
mod capacity;
mod context;
mod data;
mod events;
mod groups;
mod images;
mod launch;
mod lever;
mod listeners;
mod parameters;
mod rules;
mod schedules;
mod security_groups;
mod sizes;
mod tags;
mod target_groups;
mod translate;

use std::collections::BTreeSet;

use context::Parity;

use super::finding::Source;
use super::found::Found;
use super::input::DriftInput;

/// Judges every tier and every synced path. Where production cannot be reached, its recorded facts stand in.
pub fn judge(input: &DriftInput<'_>, found: &mut Found) {
    let (production, source) = match input.production {
        Some(production) => (production, Source::Production),
        None => {
            found.notes.push("production could not be reached: parity is held against the baseline".to_owned());
            (&input.baseline.facts, Source::Baseline)
        }
    };
    let parity = Parity::new(input, production, source);
    let mut shared = BTreeSet::new();
    for tier in &input.environment.tiers {
        groups::judge(&parity, tier, found);
        launch::judge(&parity, tier, found);
        images::judge(&parity, tier, found);
        security_groups::judge(&parity, tier, &mut shared, found);
        target_groups::judge(&parity, tier, &mut shared, found);
        balancers::judge(&parity, tier, &mut shared, found);
        schedules::judge(&parity, tier, found);
        if source == Source::Production {
            capacity::judge(&parity, tier, found);
            baseline::judge(&parity, tier, found);
        }
    }
    data::judge(&parity, found);
    events::judge(&parity, found);
    lever::judge(&parity, found);
    parameters::judge(&parity, found);
}
