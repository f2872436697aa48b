//! Owns the fleet: many small groups, to see that looking at many takes calls by the page.

use jiff::Timestamp;
use serde_json::json;

use super::make::Maker;
use super::{ACCOUNT, SeedError};
use crate::model::AccountId;
use crate::sim::state::SimState;

/// An account with so many groups, `fleet-0001` and on, in us-east-1, two instances each, and an empty us-west-2.
pub fn fleet(now: Timestamp, count: usize) -> Result<SimState, SeedError> {
    let mut state = SimState::empty(AccountId(ACCOUNT.to_owned()), now);
    state.region_mut("us-west-2");
    state.with_region("us-east-1", |region, account| groups(&mut Maker { region, account, now }, count))?;
    Ok(state)
}

fn groups(maker: &mut Maker<'_>, count: usize) -> Result<(), SeedError> {
    maker.region.vcpu_quota = u32::MAX;
    let (vpc, _, private) = maker.network("fleet", "10.30", 3)?;
    let security_group = maker.make(
        "AWS::EC2::SecurityGroup",
        "fleet",
        json!({"GroupName": "fleet", "GroupDescription": "Fleet", "VpcId": vpc}),
    )?;
    let image = maker.image("fleet-1", "fleet", false, "2026-11-01T00:00:00.000Z", &[]);
    for n in 1..=count {
        let name = format!("fleet-{n:04}");
        let data = json!({"ImageId": image, "InstanceType": "t3.small", "SecurityGroupIds": [security_group]});
        let template = maker.make(
            "AWS::EC2::LaunchTemplate",
            &name,
            json!({"LaunchTemplateName": name, "LaunchTemplateData": data}),
        )?;
        maker.make(
            "AWS::AutoScaling::AutoScalingGroup",
            &name,
            json!({
                "AutoScalingGroupName": name,
                "MinSize": 1,
                "MaxSize": 4,
                "DesiredCapacity": 2,
                "VPCZoneIdentifier": private,
                "LaunchTemplate": {"LaunchTemplateId": template, "Version": "$Latest"},
                "MetricsCollection": [{"Granularity": "1Minute"}],
            }),
        )?;
    }
    Ok(())
}
