//! Owns what `lifeboat status` asks of the standby about traffic and event sources.

use std::collections::BTreeMap;

use crate::cloud::{Outside, ReadPorts};
use crate::facts::{Gap, LeverAnswer, LeverFacts, Noun, RecordFacts};
use crate::model::{Environment, Part, SideName, StackName, Switch, Traffic};
use crate::observe::events::observe_events;
use crate::observe::traffic::records;
use crate::report::status::EventStatus;
use crate::report::status_data::{LeadsTo, TrafficStatus};
use crate::run::lever::look_at_lever;

/// Every event source as it stands in the standby, but for those that could not be seen.
pub async fn events(environment: &Environment, ports: &ReadPorts, gaps: &mut Vec<Gap>) -> Vec<EventStatus> {
    let (found, unseen) = observe_events(ports, environment).await;
    let seen = environment.event_sources.iter().filter(|source| !unseen.iter().any(|gap| gap.subject == source.name));
    let rows = seen.map(|source| EventStatus {
        event_source: source.name.clone(),
        trigger: source.on(SideName::Standby).to_string(),
        state: found.get(&source.name).map(|facts| facts.state.clone()),
    });
    let rows = rows.collect();
    gaps.extend(unseen);
    rows
}

/// Where the record leads. Only weighted and failover records ask Route 53, whose answers come from us-east-1; the object
/// that moves traffic is in the standby.
pub async fn traffic(
    environment: &Environment,
    ports: &ReadPorts,
    outside: &dyn Outside,
    stacks: &BTreeMap<String, String>,
    gaps: &mut Vec<Gap>,
) -> Option<TrafficStatus> {
    let traffic = environment.traffic.as_ref()?;
    let is_made = stacks.contains_key(StackName::of(&environment.name, Part::Edge).as_str());
    let lever = match is_made {
        true => look_at_lever(ports.buckets.as_ref(), outside, Some(traffic)).await,
        false => None,
    };
    if let Some(LeverFacts { bucket, key, answer: LeverAnswer::Unknown { why }, .. }) = &lever {
        let subject = format!("s3://{bucket}/{key}");
        gaps.push(Gap { noun: Noun::Record, subject, reason: why.clone() });
    }
    let status = |switch, leads_to, object, because: String| {
        Some(TrafficStatus { record: traffic.record.clone(), switch, leads_to, object, because, lever: lever.clone() })
    };
    let not_made = || "lifeboat has not made its records yet".to_owned();
    match &traffic.switch {
        Switch::StandbyTakesOver { .. } if !is_made => {
            status("standby-takes-over", LeadsTo::NotProvisioned, None, not_made())
        }
        Switch::StandbyTakesOver { bucket, key } => match ports.buckets.object_exists(bucket, key).await {
            Ok(true) => {
                let because = format!("the object s3://{bucket}/{key} is there");
                status("standby-takes-over", LeadsTo::Standby, Some(true), because)
            }
            Ok(false) => {
                let because = format!("the object s3://{bucket}/{key} is not there");
                status("standby-takes-over", LeadsTo::Primary, Some(false), because)
            }
            Err(error) => {
                let subject = format!("s3://{bucket}/{key}");
                gaps.push(Gap { noun: Noun::Record, subject, reason: error.to_string() });
                status("standby-takes-over", LeadsTo::Unknown, None, "the object could not be seen".to_owned())
            }
        },
        Switch::Failover { path } => {
            let (leads_to, because) = match is_made {
                true => by_check(environment, traffic, path, ports, gaps).await,
                false => (LeadsTo::NotProvisioned, not_made()),
            };
            status("failover", leads_to, None, because)
        }
        Switch::Weighted { .. } if !is_made => status("weighted", LeadsTo::NotProvisioned, None, not_made()),
        Switch::Weighted { .. } => {
            let (leads_to, because) = weighted(environment, traffic, ports, gaps).await;
            status("weighted", leads_to, None, because)
        }
        Switch::Manual => status("manual", LeadsTo::Undecided, None, "a person moves it".to_owned()),
    }
}

/// Where the health check of the primary's record leads users, by what its checkers say.
async fn by_check(
    environment: &Environment,
    traffic: &Traffic,
    path: &str,
    ports: &ReadPorts,
    gaps: &mut Vec<Gap>,
) -> (LeadsTo, String) {
    let decides = format!("Route 53 decides by asking the primary for {path}");
    let seen = records(ports, traffic).await;
    if !seen.gaps.is_empty() {
        gaps.extend(seen.gaps);
        return (LeadsTo::Unknown, format!("{decides}, and could not be asked what it decided"));
    }
    let set = RecordFacts::set_identifier_of(&environment.name, SideName::Primary);
    let ours = seen.records.iter().find(|record| record.set_identifier.as_ref() == Some(&set));
    let Some(check) = ours.and_then(|record| record.health_check_id.as_deref()) else {
        return (LeadsTo::Unknown, "the primary's record, or its health check, is not there".to_owned());
    };
    match ports.dns.checkers_say(check).await {
        Ok(Some(say)) => {
            let leads_to = if say.is_healthy() { LeadsTo::Primary } else { LeadsTo::Standby };
            (leads_to, format!("{decides}: {} of {} health checkers get an answer", say.well, say.of))
        }
        Ok(None) => (LeadsTo::Undecided, format!("{decides}, and its checkers have said nothing yet")),
        Err(error) => {
            gaps.push(Gap { noun: Noun::Record, subject: traffic.record.clone(), reason: error.to_string() });
            (LeadsTo::Unknown, format!("{decides}, and could not be asked what it decided"))
        }
    }
}

async fn weighted(
    environment: &Environment,
    traffic: &Traffic,
    ports: &ReadPorts,
    gaps: &mut Vec<Gap>,
) -> (LeadsTo, String) {
    let seen = records(ports, traffic).await;
    if !seen.gaps.is_empty() {
        gaps.extend(seen.gaps);
        return (LeadsTo::Unknown, "its records could not be seen".to_owned());
    }
    let weight = |side: SideName| {
        let set = RecordFacts::set_identifier_of(&environment.name, side);
        seen.records.iter().find(|record| record.set_identifier.as_ref() == Some(&set)).and_then(|found| found.weight)
    };
    let (Some(primary), Some(standby)) = (weight(SideName::Primary), weight(SideName::Standby)) else {
        return (LeadsTo::Unknown, "one of its records is not there".to_owned());
    };
    let leads_to = match (primary, standby) {
        (_, 0) if primary > 0 => LeadsTo::Primary,
        (0, _) if standby > 0 => LeadsTo::Standby,
        _ => LeadsTo::Both,
    };
    (leads_to, format!("weights {primary} and {standby}"))
}
