//! Owns what is said of records that stand beside those that lead users to a side, in production's zone.

use super::Site;
use crate::facts::{LoadBalancerFacts, RecordFacts};
use crate::model::{SideName, Switch, Traffic};
use crate::render::problem::RenderProblem;
use crate::render::translate::Translator;

/// Route 53 refuses records of one name and type that are routed in different ways; and an AAAA record beside a pair of A
/// records alone would keep users with IPv6 where they are.
pub(super) fn refuse(
    site: &Site<'_>,
    traffic: &Traffic,
    balancer: Option<&LoadBalancerFacts>,
    translator: &mut Translator<'_>,
) {
    let name = &site.environment.name;
    let ours = [SideName::Primary, SideName::Standby].map(|side| RecordFacts::set_identifier_of(name, side));
    let is_ours = |record: &&RecordFacts| record.set_identifier.as_ref().is_some_and(|set| ours.contains(set));
    let is_weighted = matches!(traffic.switch, Switch::Weighted { .. });
    let leads_ipv6 = balancer.is_some_and(LoadBalancerFacts::speaks_ipv6);
    let clashes = |record: &&RecordFacts| match record.kind.as_str() {
        "CNAME" => true,
        "A" => !(is_weighted && record.weight.is_some()),
        "AAAA" => leads_ipv6 && !(is_weighted && record.weight.is_some()),
        _ => false,
    };
    let seen = || site.baseline.facts.records.iter().filter(|record| record.name == traffic.record);
    // One of ours goes with the next `provision`, once production speaks IPv4 only.
    if !leads_ipv6 && seen().any(|record| record.kind == "AAAA" && !is_ours(&record)) {
        let why_not = match balancer {
            Some(balancer) if balancer.ip_address_type.is_none() => format!(
                "and the baseline does not hold whether load balancer {} speaks IPv6 (an earlier lifeboat recorded it: run \
                 `lifeboat baseline` again first)",
                balancer.name
            ),
            Some(balancer) => {
                format!("and load balancer {} speaks IPv4 only, so that lifeboat leads A records only", balancer.name)
            }
            None => "and lifeboat leads A records only".to_owned(),
        };
        translator.problem(RenderProblem::Value {
            place: "traffic/record".into(),
            why: format!(
                "zone {} has an AAAA record of that name, {why_not}: users with IPv6 would stay with the primary whatever is \
                 declared; let lifeboat have a name of its own, such as dr.{}, make the A record of {} an alias of it and \
                 delete the AAAA record, or choose the switch `manual`",
                traffic.zone, traffic.record, traffic.record
            ),
        });
    }
    for record in seen().filter(|record| !is_ours(record)).filter(clashes) {
        let what = match &record.set_identifier {
            None => format!("a simple {} record", record.kind),
            Some(set) => format!("the {} record `{set}`", record.kind),
        };
        translator.problem(RenderProblem::Value {
            place: "traffic/record".into(),
            why: format!(
                "zone {} already has {what} of that name, and Route 53 takes no pair beside it; let lifeboat have a name of its \
                 own, such as dr.{}, and make {} an alias of it, or delete that record when you provision and run \
                 `lifeboat baseline` again first",
                traffic.zone, traffic.record, traffic.record
            ),
        });
    }
}
