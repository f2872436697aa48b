//! Owns the declaration that a drill rehearses a part of: what it has besides, and how long the whole would take with what
//! the drill has measured.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Action, Step, StepId};

/// One step of the declaration that a drill rehearses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// Its id; the drill's own step of that id is the same step.
    pub id: StepId,
    /// Steps that it comes after.
    pub needs: BTreeSet<StepId>,
    /// How long it should take, in seconds.
    pub seconds: u64,
    /// Whether service is back only when it has ended.
    pub brings_service: bool,
    /// What it is part of.
    pub part: Part,
}

/// What a step of a declaration is part of, as a verdict names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Capacity: what a drill measures.
    Tiers,
    /// A database stands alone.
    Promotion,
    /// A database gets production's class.
    ClassChange,
    /// Event sources are switched on.
    EventSources,
    /// Users are led over.
    Dns,
    /// The service is asked from outside.
    Probe,
    /// Anything else.
    Other,
}

/// How long a declaration would take until service is back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AsDeclared {
    /// In seconds.
    pub seconds: u64,
    /// The parts of it that are estimates and decide the whole, in their order.
    pub estimated: Vec<Part>,
}

impl Rehearsed {
    /// Of a declaration's steps those that service waits for, in their order.
    pub fn of(steps: &[Step]) -> Vec<Rehearsed> {
        let mut needed: BTreeSet<&StepId> = BTreeSet::new();
        let mut kept = Vec::new();
        // Every step comes after those it needs.
        for step in steps.iter().rev() {
            if step.action.brings_service() || needed.contains(&step.id) {
                needed.extend(&step.needs);
                kept.push(Rehearsed {
                    id: step.id.clone(),
                    needs: step.needs.clone(),
                    seconds: step.estimate.seconds,
                    brings_service: step.action.brings_service(),
                    part: Part::of(&step.action),
                });
            }
        }
        kept.reverse();
        kept
    }
}

impl Part {
    fn of(action: &Action) -> Part {
        match action {
            Action::Scale { .. } | Action::AwaitServing { .. } => Part::Tiers,
            Action::MeasureReplica { .. } | Action::Promote { .. } => Part::Promotion,
            Action::RaiseDatabase { .. } => Part::ClassChange,
            Action::EnableEvents { .. } => Part::EventSources,
            Action::SwitchTraffic { .. } | Action::AwaitTraffic { .. } => Part::Dns,
            Action::Probe { .. } | Action::AskStandby { .. } => Part::Probe,
            _ => Part::Other,
        }
    }

    /// The word of it.
    pub fn word(self) -> &'static str {
        match self {
            Part::Tiers => "tiers",
            Part::Promotion => "promotion",
            Part::ClassChange => "class change",
            Part::EventSources => "event sources",
            Part::Dns => "DNS",
            Part::Probe => "probe",
            Part::Other => "the rest",
        }
    }
}

/// How long the declaration would take: a step that was measured ends when it did, in seconds from the beginning; every other
/// takes what it is estimated to, once all it needs has ended. None where it is not known what a declaration has.
pub fn as_declared(steps: &[Rehearsed], measured: &BTreeMap<&StepId, u64>) -> Option<AsDeclared> {
    let mut ends: BTreeMap<&StepId, u64> = BTreeMap::new();
    let mut decides: BTreeMap<&StepId, Option<&StepId>> = BTreeMap::new();
    for step in steps {
        let last = step.needs.iter().filter_map(|id| Some((*ends.get(id)?, id))).max();
        let start = last.map_or(0, |(end, _)| end);
        ends.insert(&step.id, measured.get(&step.id).copied().unwrap_or(start.saturating_add(step.seconds)));
        decides.insert(&step.id, last.map(|(_, id)| id));
    }
    let serving = steps.iter().filter(|step| step.brings_service);
    let (seconds, last) = serving.filter_map(|step| Some((*ends.get(&step.id)?, &step.id))).max()?;
    let (mut path, mut at) = (BTreeSet::new(), Some(last));
    while let Some(id) = at {
        path.insert(id);
        at = decides.get(id).copied().flatten();
    }
    let mut estimated: Vec<Part> = Vec::new();
    for step in steps.iter().filter(|step| path.contains(&step.id) && step.seconds > 0) {
        if step.part != Part::Tiers && !estimated.contains(&step.part) {
            estimated.push(step.part);
        }
    }
    Some(AsDeclared { seconds, estimated })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: &str, needs: &[&str], seconds: u64, part: Part) -> Rehearsed {
        Rehearsed {
            id: StepId(id.into()),
            needs: needs.iter().map(|id| StepId((*id).into())).collect(),
            seconds,
            brings_service: !matches!(part, Part::ClassChange | Part::EventSources),
            part,
        }
    }

    #[test]
    fn what_was_measured_stands_and_the_longer_chain_decides() {
        let steps = [
            step("promote", &[], 300, Part::Promotion),
            step("raise", &["promote"], 600, Part::ClassChange),
            step("await-web", &[], 200, Part::Tiers),
            step("switch", &["raise", "await-web"], 1, Part::Dns),
            step("await-traffic", &["switch"], 90, Part::Dns),
        ];
        let web = StepId("await-web".into());
        let take = |measured: Option<u64>| {
            let measured = measured.map(|end| (&web, end)).into_iter().collect();
            as_declared(&steps, &measured).map(|whole| (whole.seconds, whole.estimated))
        };
        let data = vec![Part::Promotion, Part::ClassChange, Part::Dns];
        assert_eq!(take(None), Some((991, data.clone())));
        assert_eq!(take(Some(130)), Some((991, data)));
        assert_eq!(take(Some(1_300)), Some((1_391, vec![Part::Dns])), "the tiers came last");
        assert_eq!(as_declared(&[], &BTreeMap::new()), None, "an older drill does not know");
    }
}
