//! Owns the tests of waiting: what counts, what ends a wait, and what is told of it.

use super::*;
use crate::facts::TargetHealth;
use crate::run::actors::tests::group;

fn wait(serving: u32, accept_percent: u32) -> Wait<'static> {
    let mut wait = Wait {
        tier: "web",
        group: "shop-web",
        region: "us-west-2",
        wanted: 10,
        accept_percent,
        instance_types: vec![],
        serving: 0,
        at_first: None,
        most: 0,
        grew_at: Timestamp::UNIX_EPOCH,
        facts: None,
        targets: None,
        unseen: None,
        failures: Vec::new(),
    };
    wait.take(seen(9, &targets(serving, 9 - serving.min(9))), Timestamp::UNIX_EPOCH);
    wait
}

const FAILED: &str = "Target.FailedHealthChecks";

fn targets(well: u32, ill: u32) -> Vec<TargetHealth> {
    let target = |state: &str, reason: Option<&str>| TargetHealth {
        target_id: "i-1".into(),
        state: state.into(),
        reason: reason.map(str::to_owned),
    };
    let well = (0..well).map(|_| target("healthy", None));
    well.chain((0..ill).map(|_| target("unhealthy", Some(FAILED)))).collect()
}

/// A group that wants ten, so many of which are in service.
fn seen(in_service: u32, health: &[TargetHealth]) -> Seen {
    let targets = Some(Targets::of("arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/web/1", health, |_| 1));
    Seen::Group { facts: Box::new(group("shop-web", 10, in_service)), targets }
}

#[test]
fn the_accepted_shortfall_is_exact() {
    for (serving, accept, expected) in [(10, 0, true), (9, 0, false), (9, 10, true), (8, 10, false), (0, 100, true)] {
        // Nine are in service, so no more than nine serve.
        assert_eq!(
            wait(serving, accept).acceptable(),
            expected && (serving < 10 || accept >= 10),
            "{serving} {accept}"
        );
    }
}

#[test]
fn what_stood_in_and_what_is_missing_are_told() {
    let wait = wait(8, 0);
    let error = wait.timed_out(Duration::from_secs(1_200));
    insta::assert_snapshot!(error.why.join("\n"), @r"
    9 of 10 in service, 8 healthy (1 unhealthy: Target.FailedHealthChecks) after 1200 s
    2 short (20 %)
    web: 8 of m5.large in place of m6i.large
    web: nothing in us-west-2b, other zones stand in
    ");
    assert!(error.effect_known && !error.interrupted);
    let done = wait.done(Duration::from_secs(60), None);
    assert_eq!((done.measures.asked, done.measures.came), (Some(10), Some(8)));
}

#[test]
fn the_share_that_is_told_as_short_is_the_one_that_accept_is_judged_by() {
    for (wanted, serving, told) in [(6, 2, 67), (5, 1, 80), (10, 8, 20), (3, 0, 100)] {
        let mut wait = Wait { wanted, ..wait(serving, 0) };
        let why = wait.timed_out(Duration::from_secs(9)).why;
        assert_eq!(why[1], format!("{} short ({told} %)", wanted - serving));
        for (accept, accepted) in [(told, true), (told - 1, false)] {
            wait.accept_percent = accept;
            assert_eq!(wait.acceptable(), accepted, "{serving} of {wanted}, {accept} % accepted");
        }
    }
}

#[test]
fn a_stall_begins_when_nothing_new_comes() {
    let mut wait = wait(8, 0);
    let later = Timestamp::from_second(60).expect("in range");
    wait.take(seen(9, &targets(8, 1)), later);
    assert_eq!(wait.grew_at, Timestamp::UNIX_EPOCH);
    wait.take(seen(9, &targets(9, 0)), later);
    assert_eq!(wait.grew_at, later);
}

#[test]
fn targets_that_are_not_healthy_are_told_with_their_reasons_and_not_as_missing_capacity() {
    let mut wait = wait(8, 0);
    wait.take(seen(10, &targets(8, 2)), Timestamp::UNIX_EPOCH);
    let error = wait.timed_out(Duration::from_secs(1_200));
    let told = |error: &ActError| format!("{}\n{}", error.why.join("\n"), error.hint.clone().unwrap_or_default());
    insta::assert_snapshot!(told(&error), @r"
    10 of 10 in service, 8 healthy (2 unhealthy: Target.FailedHealthChecks) after 1200 s
    2 short (20 %)
    web: 9 of m5.large in place of m6i.large
    web: nothing in us-west-2b, other zones stand in
    see what the health check says: `aws elbv2 describe-target-health --target-group-arn arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/web/1 --region us-west-2`; resume to wait again, or skip the step and go on short
    ");
    // Both: something did not come, and something that came is not healthy.
    wait.take(seen(9, &targets(8, 1)), Timestamp::UNIX_EPOCH);
    insta::assert_snapshot!(told(&wait.timed_out(Duration::from_secs(1_200))), @r"
    9 of 10 in service, 8 healthy (1 unhealthy: Target.FailedHealthChecks) after 1200 s
    2 short (20 %)
    web: 8 of m5.large in place of m6i.large
    web: nothing in us-west-2b, other zones stand in
    see `aws autoscaling describe-scaling-activities --auto-scaling-group-name shop-web --region us-west-2`, and what the health check says: `aws elbv2 describe-target-health --target-group-arn arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/web/1 --region us-west-2`; resume to wait again, or skip the step and go on short
    ");
}

#[test]
fn a_wait_for_targets_that_nothing_is_sent_to_ends_at_once() {
    let mut wait = wait(8, 0);
    assert!(wait.never().is_none());
    let unused =
        TargetHealth { target_id: "i-1".into(), state: "unused".into(), reason: Some("Target.NotInUse".into()) };
    wait.take(seen(6, &vec![unused; 6]), Timestamp::UNIX_EPOCH);
    let error = wait.never().expect("no wait helps");
    let told = [vec![error.what], error.why, error.left_behind, error.hint.into_iter().collect()].concat();
    insta::assert_snapshot!(told.join("\n"), @r"
    web cannot serve at 10
    6 of 10 in service, 0 healthy (6 unused: Target.NotInUse): no listener forwards to arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/web/1, or its load balancer does not serve the zones of the instances
    shop-web stays at its size and goes on launching; nothing was taken away
    attach it to a listener of the standby, as `aws elbv2 create-rule --listener-arn LISTENER --priority N --conditions ... --actions Type=forward,TargetGroupArn=arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/web/1 --region us-west-2` does (lifeboat mirrors no listener rules), then resume; or skip the step and go on without the tier
    ");
    wait.take(Seen::Unknown(error_of(CloudErrorKind::Throttled)), Timestamp::UNIX_EPOCH);
    assert!(wait.never().is_none(), "what was seen once may have changed");
}

fn error_of(kind: CloudErrorKind) -> CloudError {
    CloudError {
        kind,
        operation: "DescribeAutoScalingGroups".into(),
        side: None,
        region: crate::model::Region("us-west-2".into()),
        code: None,
        message: String::new(),
        request_id: None,
    }
}

#[test]
fn a_look_that_is_refused_for_good_ends_the_wait_with_its_cause() {
    for (seen, expected) in [
        (Seen::Unknown(error_of(CloudErrorKind::Denied)), true),
        (Seen::Unknown(error_of(CloudErrorKind::Credentials)), true),
        (Seen::Unknown(error_of(CloudErrorKind::NotFound)), true),
        (Seen::Gone, true),
        (Seen::Unknown(error_of(CloudErrorKind::Throttled)), false),
        (Seen::Unknown(error_of(CloudErrorKind::Unreachable)), false),
        (Seen::Unknown(error_of(CloudErrorKind::Service)), false),
    ] {
        let mut wait = wait(8, 0);
        wait.take(seen.clone(), Timestamp::UNIX_EPOCH);
        assert_eq!(wait.refused().is_some(), expected, "{seen:?}");
    }
    let mut wait = wait(8, 0);
    wait.take(Seen::Unknown(error_of(CloudErrorKind::Denied)), Timestamp::UNIX_EPOCH);
    let refused = wait.refused().expect("it is refused for good");
    insta::assert_snapshot!(format!("{}\n{}", refused.what, refused.why.join("\n")), @r"
    cannot see whether web serves at 10
    DescribeAutoScalingGroups (us-west-2) was denied
    last seen: 9 of 10 in service, 8 healthy (1 unhealthy: Target.FailedHealthChecks)
    ");
    assert!(refused.effect_known);
}

#[test]
fn what_was_not_seen_is_not_known_and_never_nothing() {
    let mut wait = wait(8, 100);
    let moment = |second| Timestamp::from_second(second).expect("in range");
    wait.take(Seen::Unknown(error_of(CloudErrorKind::Unreachable)), moment(60));
    wait.take(Seen::Unknown(error_of(CloudErrorKind::Throttled)), moment(70));
    let error = wait.measured(wait.timed_out(Duration::from_secs(1_200)), Duration::from_secs(1_200));
    insta::assert_snapshot!(error.why[..3].join("\n"), @r"
    how many of 10 serve is not known since 00:01:00 UTC after 1200 s
    DescribeAutoScalingGroups (us-west-2) was throttled
    last seen: 9 of 10 in service, 8 healthy (1 unhealthy: Target.FailedHealthChecks)
    ");
    assert_eq!((error.measures.asked, error.measures.came, error.measures.aws_s), (None, None, 1_200.0));
}

#[test]
fn who_goes_on_without_the_wait_goes_on_with_what_came() {
    let wait = wait(8, 0);
    for error in [wait.timed_out(Duration::from_secs(9)), wait.interrupted()] {
        let error = wait.measured(error, Duration::from_secs(9));
        assert_eq!((error.measures.asked, error.measures.came), (Some(10), Some(8)), "{}", error.what);
    }
}
