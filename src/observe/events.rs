//! Owns looking at the event sources an environment names, one call each.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use crate::cloud::ReadPorts;
use crate::facts::{EventSourceFacts, Gap, Noun};
use crate::model::{Environment, SideName};

/// The event sources of a side by their names in the file, and what could not be seen. One that is not there is absent in
/// the standby, where that is judged; in production it is a gap, because somebody expects it there. Without event sources
/// there is no call.
pub async fn observe_events(
    ports: &ReadPorts,
    environment: &Environment,
) -> (BTreeMap<String, EventSourceFacts>, Vec<Gap>) {
    let asked = environment.event_sources.iter().map(|source| async {
        let trigger = source.on(ports.side);
        let answer = ports.events.event_source(&trigger).await;
        (source.name.clone(), trigger, answer)
    });
    let (mut found, mut gaps) = (BTreeMap::new(), Vec::new());
    for (name, trigger, answer) in join_all(asked).await {
        let reason = match answer {
            Ok(Some(facts)) => {
                found.insert(name, facts);
                continue;
            }
            Ok(None) if ports.side == SideName::Standby => continue,
            Ok(None) => format!("production has no {trigger}; correct event_sources, or deploy it"),
            Err(error) => error.to_string(),
        };
        gaps.push(Gap { noun: Noun::EventSource, subject: name, reason });
    }
    (found, gaps)
}
