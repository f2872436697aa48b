//! Owns how the targets of a tier fare: how many are healthy in the target group that has fewest, and what the others are.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use crate::cloud::{CloudResult, ReadBalancing};
use crate::facts::{GroupFacts, TargetHealth};

/// "Target group not used by any load balancer, or target in a zone that its load balancer does not serve" (Elastic Load
/// Balancing, target health reason codes).
const NOT_IN_USE: &str = "Target.NotInUse";

/// The targets of one target group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    /// The target group.
    pub arn: String,
    /// How many are healthy, in units of the group's sizes.
    pub healthy: u32,
    /// How many are not, by state and reason code.
    others: BTreeMap<(String, Option<String>), u32>,
}

impl Targets {
    /// Those of the target group that has the fewest healthy ones; none without target groups. Without a group every target
    /// counts for one. Fails where one of the target groups cannot be seen.
    pub async fn fewest_healthy(
        balancing: &dyn ReadBalancing,
        arns: &[String],
        group: Option<&GroupFacts>,
    ) -> CloudResult<Option<Self>> {
        let weight = |target: &str| group.map_or(1, |group| group.weight_of(target));
        let answers = join_all(arns.iter().map(|arn| balancing.target_health(arn))).await;
        let mut fewest: Option<Targets> = None;
        for (arn, answer) in arns.iter().zip(answers) {
            let targets = Targets::of(arn, &answer?, weight);
            if fewest.as_ref().is_none_or(|fewest| targets.healthy < fewest.healthy) {
                fewest = Some(targets);
            }
        }
        Ok(fewest)
    }

    /// What DescribeTargetHealth told of one target group.
    pub fn of(arn: &str, health: &[TargetHealth], weight: impl Fn(&str) -> u32) -> Self {
        let mut targets = Targets { arn: arn.to_owned(), healthy: 0, others: BTreeMap::new() };
        for target in health {
            if target.state == "healthy" {
                targets.healthy += weight(&target.target_id);
            } else {
                let others = targets.others.entry((target.state.clone(), target.reason.clone())).or_default();
                *others += weight(&target.target_id);
            }
        }
        targets
    }

    /// Whether no listener sends them anything, so that nothing checks their health and no wait makes them healthy. Those on
    /// their way out do not count.
    pub fn are_unused(&self) -> bool {
        let mut staying = self.others.keys().filter(|(state, _)| state != "draining").peekable();
        let unused = |(state, reason): &(String, Option<String>)| {
            state == "unused" && reason.as_deref().is_none_or(|reason| reason == NOT_IN_USE)
        };
        self.healthy == 0 && staying.peek().is_some() && staying.all(unused)
    }

    /// `8 healthy (2 unhealthy: Target.FailedHealthChecks)`; what the others are is told while fewer than `wanted` are healthy.
    pub fn words(&self, wanted: u32) -> String {
        let others: Vec<String> = self
            .others
            .iter()
            .filter(|_| self.healthy < wanted)
            .map(|((state, reason), count)| match reason {
                Some(reason) => format!("{count} {state}: {reason}"),
                None => format!("{count} {state}"),
            })
            .collect();
        let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
        format!("{} healthy{others}", self.healthy)
    }

    /// Why they will never be healthy, where [`Targets::are_unused`].
    pub fn unused_words(&self) -> String {
        format!("no listener forwards to {}, or its load balancer does not serve the zones of the instances", self.arn)
    }

    /// What puts that right.
    pub fn unused_hint(&self) -> String {
        format!(
            "attach it to a listener of the standby, as `aws elbv2 create-rule --listener-arn LISTENER --priority N --conditions \
             ... --actions Type=forward,TargetGroupArn={}{}` does (lifeboat mirrors no listener rules)",
            self.arn,
            self.in_region()
        )
    }

    /// The command that shows what the health check says of each.
    pub fn look_command(&self) -> String {
        format!("aws elbv2 describe-target-health --target-group-arn {}{}", self.arn, self.in_region())
    }

    /// The AWS CLI asks its own Region, whatever the ARN says (arn:PARTITION:SERVICE:REGION:...).
    fn in_region(&self) -> String {
        let region = self.arn.split(':').nth(3).filter(|region| !region.is_empty());
        region.map(|region| format!(" --region {region}")).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(states: &[(&str, Option<&str>)]) -> Targets {
        let target = |(index, (state, reason)): (usize, &(&str, Option<&str>))| TargetHealth {
            target_id: format!("i-{index}"),
            state: (*state).to_owned(),
            reason: reason.map(str::to_owned),
        };
        let health: Vec<TargetHealth> = states.iter().enumerate().map(target).collect();
        Targets::of("arn:tg", &health, |_| 1)
    }

    const UNUSED: (&str, Option<&str>) = ("unused", Some(NOT_IN_USE));
    const FAILED: (&str, Option<&str>) = ("unhealthy", Some("Target.FailedHealthChecks"));
    const WELL: (&str, Option<&str>) = ("healthy", None);
    const LEAVING: (&str, Option<&str>) = ("draining", Some("Target.DeregistrationInProgress"));

    #[test]
    fn what_is_not_healthy_is_told_as_long_as_it_matters() {
        assert_eq!(targets(&[UNUSED, UNUSED]).words(2), "0 healthy (2 unused: Target.NotInUse)");
        let mixed = targets(&[WELL, FAILED, WELL, LEAVING, ("initial", None)]);
        let all = "2 healthy (1 draining: Target.DeregistrationInProgress, 1 initial, 1 unhealthy: Target.FailedHealthChecks)";
        assert_eq!(mixed.words(3), all);
        assert_eq!(mixed.words(2), "2 healthy");
        assert_eq!(targets(&[]).words(1), "0 healthy");
    }

    #[test]
    fn what_counts_for_more_units_counts_for_more() {
        let target = |id: &str, state: &str| TargetHealth { target_id: id.into(), state: state.into(), reason: None };
        let health = [target("i-1", "healthy"), target("i-2", "healthy"), target("i-3", "initial")];
        let targets = Targets::of("arn:tg", &health, |id| if id == "i-2" { 1 } else { 4 });
        assert_eq!(targets.words(9), "5 healthy (4 initial)");
    }

    #[test]
    fn only_targets_that_nothing_is_sent_to_are_hopeless() {
        for (states, expected) in [
            (&[UNUSED, UNUSED][..], true),
            (&[UNUSED, LEAVING], true),
            (&[("unused", None)], true),
            (&[], false),
            (&[LEAVING], false),
            (&[UNUSED, WELL], false),
            (&[UNUSED, FAILED], false),
            (&[UNUSED, ("initial", Some("Elb.RegistrationInProgress"))], false),
            // It was stopped: Auto Scaling replaces it.
            (&[("unused", Some("Target.InvalidState"))], false),
        ] {
            assert_eq!(targets(states).are_unused(), expected, "{states:?}");
        }
    }
}
