//! Looking: what production tells, and how many calls that takes.

use jiff::SignedDuration;

use super::bench::Bench;
use crate::facts::{ListenerAction, RulePeer};
use crate::sim::SimCloud;
use crate::sim::seed::{START, fleet};

#[tokio::test]
async fn the_shop_tells_what_is_there() {
    let bench = Bench::shop().await;
    let caller = bench.primary.identity.caller().await.expect("answers");
    assert_eq!(caller.account.as_str(), "111122223333");
    let groups = bench.primary.groups.all_groups().await.expect("answers");
    let web = groups.iter().find(|group| group.name == "shop-web").expect("there");
    assert_eq!(web.in_service(), 6);
    let worker = groups.iter().find(|group| group.name == "shop-worker").expect("there");
    assert_eq!(worker.overrides, ["c6i.large", "c5.large"]);

    let references: Vec<_> = groups.iter().filter_map(|group| group.launch_template.clone()).collect();
    let templates = bench.primary.launch_templates.launch_templates(&references).await.expect("answers");
    assert_eq!(templates.len(), 3);
    let template = templates.values().find(|template| template.name == "shop-web").expect("there");
    assert_eq!(template.metadata_options.as_ref().and_then(|options| options.http_tokens.as_deref()), Some("required"));
    assert_eq!(template.block_devices[0].volume_type.as_deref(), Some("gp3"));
    assert!(template.user_data_text().expect("text").contains("http://internal-shop-api-"));

    let targets = bench.primary.balancing.target_groups(&web.target_group_arns).await.expect("answers").remove(0);
    assert_eq!(targets.health_check.path.as_deref(), Some("/healthz"));
    let balancer =
        bench.primary.balancing.load_balancers(&targets.load_balancer_arns).await.expect("answers").remove(0);
    let ports: Vec<u16> = balancer.listeners.iter().map(|listener| listener.port).collect();
    assert_eq!(ports, [80, 443]);
    assert!(matches!(balancer.listeners[0].actions[0], ListenerAction::Redirect { .. }));
    assert_eq!(balancer.listeners[1].certificate_arns, ["arn:aws:acm:us-east-1:111122223333:certificate/aaaa"]);
    let health = bench.primary.balancing.target_health(&targets.arn).await.expect("answers");
    assert!(health.len() == 6 && health.iter().all(|target| target.state == "healthy"), "{health:?}");

    let groups = bench.primary.network.security_groups(&template.security_group_ids).await.expect("answers");
    assert!(matches!(&groups[0].ingress[0].peer, RulePeer::Group(_)));
    let vpcs = bench.primary.network.vpcs_of_subnets(&web.subnet_ids).await.expect("answers");
    let vpc = bench.primary.network.vpcs(&vpcs).await.expect("answers").remove(0);
    assert_eq!((vpc.cidr.as_str(), vpc.subnets.len()), ("10.20.0.0/16", 6));
    assert_eq!(bench.standby.network.zones().await.expect("answers").len(), 4);
}

#[tokio::test]
async fn peaks_are_higher_than_now() {
    let bench = Bench::shop().await;
    let names: Vec<String> = ["shop-api", "shop-web", "nobody"].into_iter().map(str::to_owned).collect();
    let from = START.checked_sub(SignedDuration::from_hours(14 * 24)).expect("a time");
    let peaks = bench.primary.metrics.group_peaks(&names, from, START).await.expect("answers");
    let told: Vec<(&str, u32)> = peaks.iter().map(|(name, peak)| (name.as_str(), peak.units)).collect();
    assert_eq!(told, [("shop-api", 6), ("shop-web", 10)]);
    let recent = START.checked_sub(SignedDuration::from_hours(2)).expect("a time");
    let peaks = bench.primary.metrics.group_peaks(&names, recent, START).await.expect("answers");
    assert_eq!(peaks["shop-web"].units, 6);
    bench.faults("us-east-1", |faults| faults.no_metrics = true);
    assert!(bench.primary.metrics.group_peaks(&names, from, START).await.expect("answers").is_empty());
}

#[tokio::test]
async fn many_groups_are_told_by_the_page() {
    let bench = Bench::of(SimCloud::in_memory(fleet(START, 300).expect("the seed fits"))).await;
    let groups = bench.primary.groups.all_groups().await.expect("answers");
    assert_eq!(groups.len(), 300);
    let names: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
    assert_eq!(bench.primary.groups.groups(&names).await.expect("answers").len(), 300);
    let references: Vec<_> = groups.iter().filter_map(|group| group.launch_template.clone()).collect();
    assert_eq!(bench.primary.launch_templates.launch_templates(&references).await.expect("answers").len(), 300);
    bench.primary.metrics.group_peaks(&names, START, START).await.expect("answers");
    let state = bench.state();
    let calls = |operation: &str| state.calls("us-east-1", operation);
    assert_eq!(
        (calls("DescribeAutoScalingGroups"), calls("DescribeLaunchTemplateVersions"), calls("GetMetricData")),
        (6, 2, 1)
    );
}
