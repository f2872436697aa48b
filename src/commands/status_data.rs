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

/// What leads the users to the standby, in words; none where nothing does. The error says why that could not be seen. Records
/// that lifeboat has not made lead nobody.
pub async fn leads_over(environment: &Environment, ports: &ReadPorts) -> Result<Option<String>, String> {
    let Some(traffic) = &environment.traffic else { return Ok(None) };
    let mut gaps = Vec::new();
    let (leads_to, because) = match &traffic.switch {
        Switch::StandbyTakesOver { bucket, key } => {
            let there = ports.buckets.object_exists(bucket, key).await.map_err(|error| error.to_string())?;
            let because = format!("the object s3://{bucket}/{key} is there");
            (if there { LeadsTo::Standby } else { LeadsTo::Primary }, because)
        }
        Switch::Failover { path } => by_check(environment, traffic, path, ports, &mut gaps).await,
        Switch::Weighted { .. } => weighted(environment, traffic, ports, &mut gaps).await,
        Switch::Manual => return Ok(None),
    };
    if let Some(gap) = gaps.into_iter().next() {
        return Err(format!("where {} leads: {}", gap.subject, gap.reason));
    }
    Ok((leads_to == LeadsTo::Standby).then(|| format!("{} leads to the standby ({because})", traffic.record)))
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
    if lacks_one_for_ipv6(environment, &seen.records) {
        return (LeadsTo::Unknown, ONE_LACKS.to_owned());
    }
    let set = RecordFacts::set_identifier_of(&environment.name, SideName::Primary);
    let ours = seen.records.iter().filter(|record| record.set_identifier.as_ref() == Some(&set));
    let mut checks: Vec<Option<&str>> = ours.map(|record| record.health_check_id.as_deref()).collect();
    checks.dedup();
    // Records for IPv4 and IPv6 share one check.
    let check = match checks.as_slice() {
        [Some(check)] => *check,
        [] | [None] => {
            return (LeadsTo::Unknown, "the primary's record, or its health check, is not there".to_owned());
        }
        _ => {
            let why = "the primary's records for IPv4 and IPv6 do not share a health check".to_owned();
            return (LeadsTo::Unknown, why);
        }
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
    let weights = |kind: &str| {
        [SideName::Primary, SideName::Standby].map(|side| {
            let set = RecordFacts::set_identifier_of(&environment.name, side);
            let mut all = seen.records.iter();
            let ours = all.find(|record| record.kind == kind && record.set_identifier.as_ref() == Some(&set));
            ours.and_then(|record| record.weight)
        })
    };
    let leads_to = |primary: u8, standby: u8| match (primary, standby) {
        (_, 0) if primary > 0 => LeadsTo::Primary,
        (0, _) if standby > 0 => LeadsTo::Standby,
        _ => LeadsTo::Both,
    };
    let ([Some(primary), Some(standby)], ipv6) = (weights("A"), weights("AAAA")) else {
        return (LeadsTo::Unknown, "one of its records is not there".to_owned());
    };
    let (leads, told) = (leads_to(primary, standby), format!("weights {primary} and {standby}"));
    match ipv6 {
        [None, None] => (leads, told),
        [Some(one), Some(other)] if (one, other) == (primary, standby) => (leads, told),
        [Some(one), Some(other)] => {
            let both = if leads_to(one, other) == leads { leads } else { LeadsTo::Both };
            (both, format!("{told}, for IPv6 {one} and {other}"))
        }
        _ => (LeadsTo::Unknown, ONE_LACKS.to_owned()),
    }
}

const ONE_LACKS: &str = "one of its two records for IPv6 is not there";

/// Whether one side alone has a record for IPv6: its users would stay there, or be led away.
fn lacks_one_for_ipv6(environment: &Environment, records: &[RecordFacts]) -> bool {
    let has = |side| {
        let set = RecordFacts::set_identifier_of(&environment.name, side);
        records.iter().any(|record| record.kind == "AAAA" && record.set_identifier.as_ref() == Some(&set))
    };
    has(SideName::Primary) != has(SideName::Standby)
}
