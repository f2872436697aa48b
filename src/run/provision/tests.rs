//! Tests of previews and provisionings against the scripted CloudFormation: what they leave, and what they say.

mod carrying_out;
mod previews;
mod protecting;

use super::fake::*;
use super::*;
use crate::cloud::{ChangeSetState, CloudErrorKind};
use crate::facts::sample::balancer;
use crate::facts::{ChangeAction, Replacement};
use crate::model::Part;
use crate::plan::provision::{Allow, Intent, LaterReason, PreviewBasis, Protection, ProvisionPlan, StackAction};
use crate::render::stack::Input;
use crate::run::event::Recorded;
use crate::run::{RunEvent, Stop};

const COMPUTE: &[(&str, &str)] = &[("VpcId", "vpc-1"), ("WebMin", "2"), ("WebMax", "10")];

/// Both stacks as an earlier deploy of the same intent left them.
fn deployed(intent: &Intent) -> Fake {
    Fake::new().with(&intent.stacks[0], "CREATE_COMPLETE", &[]).with(&intent.stacks[1], "UPDATE_COMPLETE", COMPUTE)
}

async fn plan_of(fake: &Fake, intent: &Intent) -> ProvisionPlan {
    preview(&fake.ports(), intent, &options(), &Recorded::default(), &Stop::never()).await.unwrap()
}

async fn carry_out(
    fake: &Fake,
    intent: &Intent,
    plan: &ProvisionPlan,
    allow: Allow,
) -> (ProvisionReport, Vec<RunEvent>) {
    let watch = Recorded::default();
    let report = provision(&fake.ports(), intent, plan, &allow, &options(), &watch, &Stop::never()).await;
    (report, watch.events())
}

fn actions(plan: &ProvisionPlan) -> Vec<&'static str> {
    plan.stacks.iter().map(|stack| crate::plan::provision::stale::kind(&stack.action)).collect()
}
