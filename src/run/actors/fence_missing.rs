//! Owns what a fence names and does not find: what goes by another name now may go on unseen.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::sides::PATIENCE;
use super::{SidePorts, trouble};
use crate::facts::GroupFacts;
use crate::model::{SideName, Trigger};
use crate::run::engine::ActError;

/// Groups that were looked for and not found.
pub(super) fn groups_missing(names: &[String], found: &[GroupFacts]) -> Vec<String> {
    let lost = names.iter().filter(|name| !found.iter().any(|group| group.name == **name));
    lost.map(|name| format!("Auto Scaling group {name}")).collect()
}

/// Event sources that are not there. What could not be seen is not among them: switching it off tells.
pub(super) async fn events_missing(ports: &SidePorts, events: &BTreeMap<String, Trigger>) -> Vec<String> {
    let looks = events.values().map(|trigger| async move {
        let seen = tokio::time::timeout(PATIENCE, ports.read.events.event_source(trigger)).await;
        matches!(seen, Ok(Ok(None))).then(|| trigger.to_string())
    });
    join_all(looks).await.into_iter().flatten().collect()
}

/// What is added to what was done, where something was not found.
pub(super) fn told(missing: &[String]) -> String {
    if missing.is_empty() { String::new() } else { format!("; not found: {}", missing.join(", ")) }
}

/// That a side cannot be relied on to be silent.
pub(super) fn refuse(side: SideName, missing: &[String]) -> Result<(), ActError> {
    if missing.is_empty() {
        return Ok(());
    }
    let (hint, goes_on) = match side {
        SideName::Primary => (
            "see what they are called now: correct the environment file, record production again with `lifeboat \
             baseline`, give this run up and declare anew; or see that nothing of them runs any more and resume with \
             --skip fence-primary --because TEXT",
            "serving",
        ),
        SideName::Standby => (
            "see what became of them; once nothing of them runs any more, resume with --skip freeze-standby --because TEXT",
            "writing",
        ),
    };
    let mut error = trouble::plain(
        format!("whether nothing runs in the {side} any more cannot be told"),
        format!("the {side} has no {}", missing.join(", no ")),
        Some(hint.to_owned()),
    );
    error.left_behind = vec![format!("what goes by another name there may go on {goes_on}")];
    Err(error)
}
