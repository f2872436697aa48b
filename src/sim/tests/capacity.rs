//! Sizes, launching, capacity that runs out, health and refreshing.

use super::bench::Bench;
use crate::cloud::{ChangeSetKind, CloudErrorKind};
use crate::facts::GroupFacts;
use crate::model::GroupSize;
use crate::sim::tests::bench::{estate, request};

async fn web(bench: &Bench) -> GroupFacts {
    bench.standby.groups.groups(&["shop-web".to_owned()]).await.expect("answers").remove(0)
}

async fn resize(bench: &Bench, min: u32, desired: u32, max: u32) {
    bench.write.groups.set_size("shop-web", GroupSize { min, max, desired }).await.expect("resizes");
}

/// How many instances are in service, and how many units those are.
async fn serving(bench: &Bench) -> (usize, u32) {
    let group = web(bench).await;
    (group.instances.iter().filter(|one| one.in_service()).count(), group.in_service())
}

#[tokio::test]
async fn instances_boot_and_become_healthy_in_their_time() {
    let bench = Bench::estate().await;
    bench.wait(300).await;
    resize(&bench, 6, 6, 10).await;
    let group = web(&bench).await;
    assert_eq!((group.instances.len(), group.in_service()), (6, 2), "the new ones are pending");
    let zones: Vec<usize> = ["us-west-2a", "us-west-2b"]
        .iter()
        .map(|zone| group.instances.iter().filter(|i| i.availability_zone == *zone).count())
        .collect();
    assert_eq!(zones, [3, 3]);
    let arn = group.target_group_arns[0].clone();
    let states = || async {
        let mut states: Vec<String> =
            bench.standby.balancing.target_health(&arn).await.expect("answers").into_iter().map(|t| t.state).collect();
        states.sort();
        states.dedup();
        states.join(" ")
    };
    assert_eq!(states().await, "healthy");
    bench.wait(46).await;
    assert_eq!(web(&bench).await.in_service(), 6, "in service before their checks went well");
    assert_eq!(states().await, "healthy initial");
    bench.wait(30).await;
    assert_eq!(states().await, "healthy");
    resize(&bench, 2, 2, 10).await;
    assert_eq!(states().await, "draining healthy");
    bench.wait(61).await;
    assert_eq!(web(&bench).await.instances.len(), 2);
}

#[tokio::test]
async fn sizes_must_fit_each_other() {
    let bench = Bench::estate().await;
    for (min, desired, max, expected) in [
        (5, 5, 4, "Max bound, 4, must be greater than or equal to min bound, 5"),
        (2, 11, 10, "Desired capacity:11 must be between the specified min size:2 and max size:10"),
        (2, 1, 10, "Desired capacity:1 must be between"),
    ] {
        let refused =
            bench.write.groups.set_size("shop-web", GroupSize { min, max, desired }).await.expect_err("refused");
        assert!(refused.message.contains(expected), "{refused}");
        assert_eq!(refused.kind, CloudErrorKind::Invalid);
    }
    assert_eq!(web(&bench).await.size.desired, 2);
    let missing = bench.write.groups.set_size("nobody", GroupSize::default()).await.expect_err("refused");
    assert_eq!(missing.kind, CloudErrorKind::NotFound);
}

/// How many of ten instances come under a capacity fault.
async fn check_capacity(faults: &[(&str, u32)], expected: usize) {
    let bench = Bench::estate().await;
    bench.faults("us-west-2", |region| {
        region.capacity = faults.iter().map(|(what, n)| ((*what).to_owned(), *n)).collect()
    });
    resize(&bench, 10, 10, 10).await;
    let group = web(&bench).await;
    assert_eq!((group.size.desired, group.instances.len()), (10, expected), "{faults:?}: desired stays");
    bench.faults("us-west-2", |region| region.capacity.clear());
    assert_eq!(web(&bench).await.instances.len(), 10, "Auto Scaling tries again");
}

#[tokio::test]
async fn capacity_runs_out_by_type_zone_or_altogether() {
    check_capacity(&[("m6i.large", 7)], 7).await;
    check_capacity(&[("*", 4)], 4).await;
    // Two instances of the first zone are there; the second takes the rest.
    check_capacity(&[("us-west-2a", 1)], 10).await;
    check_capacity(&[("us-west-2a", 1), ("m6i.large@us-west-2b", 3)], 4).await;
    check_capacity(&[("c6i.large", 0)], 10).await;
}

#[tokio::test]
async fn quotas_count_vcpus() {
    let bench = Bench::estate().await;
    bench.edit(|state| state.region_mut("us-west-2").vcpu_quota = 15);
    resize(&bench, 10, 10, 10).await;
    assert_eq!(web(&bench).await.instances.len(), 7, "two each");
    let west = &bench.state().regions["us-west-2"];
    assert!(west.groups["shop-web"].activities[0].message.contains("VcpuLimitExceeded"));
}

#[tokio::test]
async fn without_its_image_no_instance_ever_comes() {
    let bench = Bench::estate().await;
    let image = bench.stack("shop-all").await.expect("there").resolved_parameters["Image"].clone();
    let facts = bench.standby.images.images(&[image]).await.expect("answers").remove(0);
    bench.write.images.remove_image(&facts).await.expect("EC2 does not ask who needs it");
    resize(&bench, 4, 4, 10).await;
    bench.wait(3600).await;
    assert_eq!(web(&bench).await.instances.len(), 2);
    let why = &bench.state().regions["us-west-2"].groups["shop-web"].activities[0].message;
    assert!(why.contains(&format!("The image id '[{}]' does not exist", facts.id)), "{why}");
}

#[tokio::test]
async fn suspended_processes_stand_still() {
    let bench = Bench::estate().await;
    bench.edit(|state| crate::sim::hands::suspend(state, "us-west-2", "shop-web", "Launch")).expect("suspends");
    resize(&bench, 4, 4, 10).await;
    assert_eq!(web(&bench).await.instances.len(), 2);
    assert_eq!(web(&bench).await.suspended_processes, ["Launch"]);
}

#[tokio::test]
async fn a_refresh_replaces_every_instance_and_keeps_serving() {
    let bench = Bench::estate().await;
    resize(&bench, 4, 4, 10).await;
    bench.wait(60).await;
    let ids = |group: &GroupFacts| -> Vec<String> {
        group.instances.iter().filter(|i| i.in_service()).map(|i| i.id.clone()).collect()
    };
    let before = ids(&web(&bench).await);
    bench.write.groups.start_refresh("shop-web").await.expect("starts");
    let again = bench.write.groups.start_refresh("shop-web").await.expect_err("one at a time");
    assert_eq!(again.kind, CloudErrorKind::Conflict);
    for _ in 0..40 {
        bench.wait(10).await;
        assert!(web(&bench).await.in_service() >= 3);
    }
    let after = ids(&web(&bench).await);
    assert_eq!(after.len(), 4);
    assert!(after.iter().all(|id| !before.contains(id)));
}

#[tokio::test]
async fn a_stack_without_desired_capacity_only_raises_and_lowers_to_its_bounds() {
    let bench = Bench::estate().await;
    resize(&bench, 10, 10, 10).await;
    let image = "/lifeboat/shop/images/web";
    for (name, min, max, expected) in [("a", "1", "10", 10), ("b", "1", "8", 8), ("c", "9", "9", 9)] {
        let update = [("Image", image), ("Min", min), ("Max", max)];
        bench.deploy(&request("shop-all", name, ChangeSetKind::Update, &estate(), &update)).await;
        assert_eq!(web(&bench).await.size.desired, expected, "{name}");
    }
}

#[tokio::test]
async fn scheduled_actions_alone_are_suspended_and_resumed() {
    let bench = Bench::estate().await;
    bench.edit(|state| crate::sim::hands::suspend(state, "us-west-2", "shop-web", "AZRebalance")).expect("suspends");
    let groups = &bench.write.groups;
    for _ in 0..2 {
        groups.suspend_schedules("shop-web").await.expect("suspended");
        assert_eq!(web(&bench).await.suspended_processes, ["AZRebalance", "ScheduledActions"]);
    }
    for _ in 0..2 {
        groups.resume_schedules("shop-web").await.expect("resumed");
        assert_eq!(web(&bench).await.suspended_processes, ["AZRebalance"]);
    }
    assert!(groups.suspend_schedules("gone").await.is_err());
}

#[tokio::test]
async fn weighted_instances_count_for_their_weight_and_the_last_may_be_more_than_was_missing() {
    let bench = Bench::estate().await;
    bench.wait(300).await;
    bench.edit(|state| {
        let group = state.region_mut("us-west-2").groups.get_mut("shop-web").expect("the group");
        group.facts.overrides = vec!["m6i.xlarge".into(), "m6i.large".into()];
        group.facts.weights = [("m6i.xlarge".to_owned(), 4), ("m6i.large".to_owned(), 2)].into();
        group.instances.iter_mut().for_each(|instance| instance.weight = 2);
        group.facts.size.desired = 4;
    });
    // Two instances of two units each are there; two of four come, and one of two goes again.
    resize(&bench, 9, 9, 20).await;
    bench.wait(300).await;
    assert_eq!(serving(&bench).await, (3, 10), "one more than desired stays");
    resize(&bench, 5, 5, 20).await;
    bench.wait(300).await;
    assert_eq!(serving(&bench).await, (2, 8), "none is ended that would leave too few");
    bench.faults("us-west-2", |faults| {
        faults.capacity.insert("m6i.xlarge".to_owned(), 1);
    });
    resize(&bench, 12, 12, 20).await;
    bench.wait(300).await;
    assert_eq!(serving(&bench).await, (4, 12), "another type with its own weight stands in");
}

#[tokio::test]
async fn what_a_launch_template_or_its_image_keeps_outlives_its_instance() {
    for by_image in [false, true] {
        kept_volumes_stay(by_image).await;
    }
}

async fn kept_volumes_stay(by_image: bool) {
    let bench = Bench::shop().await;
    bench.edit(|state| {
        let region = state.region_mut("us-east-1");
        let templates = region.launch_templates.values_mut().filter(|one| one.name == "shop-web");
        for version in templates.flat_map(|one| one.versions.values_mut()) {
            let device = &mut version.block_devices[0];
            device.delete_on_termination = (!by_image).then_some(false);
            let image = version.image_id.as_ref().filter(|_| by_image).and_then(|id| region.images.get_mut(id));
            if let Some(image) = image {
                image.facts.keeps = vec![device.device_name.clone()];
            }
        }
    });
    let write = bench.write_primary().await;
    let groups = || async { bench.primary.groups.groups(&["shop-web".to_owned()]).await.expect("answers").remove(0) };
    let volumes = || async { bench.primary.volumes.volumes_tagged("Name", "shop-web").await.expect("answers") };
    let before = groups().await;
    assert!(volumes().await.is_empty(), "what goes with its instance is not told");
    let more = GroupSize { desired: before.size.desired + 2, ..before.size };
    write.groups.set_size("shop-web", more).await.expect("resizes");
    let kept = volumes().await;
    let ids: Vec<String> = groups().await.instances.into_iter().map(|one| one.id).collect();
    let on = |volume: &crate::facts::VolumeFacts| volume.attached.clone().map(|how| how.instance);
    assert!(kept.len() == 2 && kept.iter().all(|one| on(one).is_some_and(|id| ids.contains(&id))), "{kept:?}");
    let none = GroupSize { min: 0, desired: 0, ..before.size };
    write.groups.set_size("shop-web", none).await.expect("resizes");
    assert!(volumes().await.iter().all(|one| one.attached.is_some()), "they are let go when the instance is gone");
    bench.wait(120).await;
    let left = volumes().await;
    assert!(left.len() == 2 && left.iter().all(|one| one.attached.is_none()), "{left:?}");
    assert!(bench.primary.volumes.volumes_tagged("Name", "shop-api").await.expect("answers").is_empty());
}
