//! Owns `lifeboat sim drift`: what other hands change.

use clap::{Args, Subcommand};

use crate::model::GroupSize;
use crate::sim::SimState;
use crate::sim::hands::{self, NothingThere};

/// What other hands change.
#[derive(Debug, Clone, Args)]
pub struct DriftArgs {
    /// What.
    #[command(subcommand)]
    pub change: DriftChange,
}

/// What other hands change.
#[derive(Debug, Clone, Subcommand)]
pub enum DriftChange {
    /// A new image in production, and a group moved to it.
    Image {
        /// The Region.
        #[arg(long, default_value = "us-east-1")]
        region: String,
        /// The group.
        #[arg(long, default_value = "shop-web")]
        group: String,
    },
    /// A parameter's value in production.
    Parameter {
        /// The Region.
        #[arg(long, default_value = "us-east-1")]
        region: String,
        /// The parameter.
        #[arg(long, default_value = "/shop/prod/web/workers")]
        name: String,
        /// Its new value.
        #[arg(long, default_value = "24")]
        value: String,
    },
    /// A security group's rule in the standby.
    Rule {
        /// The Region.
        #[arg(long, default_value = "us-west-2")]
        region: String,
        /// The security group, by name or id; the first one with inbound rules when absent.
        #[arg(long)]
        group: Option<String>,
    },
    /// User data in production.
    Userdata {
        /// The Region.
        #[arg(long, default_value = "us-east-1")]
        region: String,
        /// The group.
        #[arg(long, default_value = "shop-web")]
        group: String,
        /// The line that is added.
        #[arg(long, default_value = "export FEATURE_CHECKOUT=v3")]
        line: String,
    },
    /// A group's size; what is not given stays.
    Size {
        /// The Region.
        #[arg(long, default_value = "us-east-1")]
        region: String,
        /// The group.
        #[arg(long, default_value = "shop-web")]
        group: String,
        /// Minimum.
        #[arg(long)]
        min: Option<u32>,
        /// Maximum.
        #[arg(long)]
        max: Option<u32>,
        /// Desired capacity; two more when no size is given.
        #[arg(long)]
        desired: Option<u32>,
    },
    /// A scaling process of a group, suspended.
    Suspend {
        /// The Region.
        #[arg(long, default_value = "us-west-2")]
        region: String,
        /// The group.
        #[arg(long)]
        group: String,
        /// The process.
        #[arg(long, default_value = "Launch")]
        process: String,
    },
    /// An event source in the standby, switched on.
    Event {
        /// The Region.
        #[arg(long, default_value = "us-west-2")]
        region: String,
        /// The rule or the function, by name.
        #[arg(long, default_value = "shop-nightly")]
        name: String,
        /// Switch it off instead.
        #[arg(long)]
        off: bool,
    },
    /// Rules of a load balancer: it answers another status to what is not asked for under its users' host name.
    Answers {
        /// The Region.
        #[arg(long, default_value = "us-east-1")]
        region: String,
        /// The load balancer.
        #[arg(long, default_value = "shop-web")]
        balancer: String,
        /// The host name that is answered as before.
        #[arg(long, value_name = "HOST")]
        but_host: Option<String>,
        /// Only this path; any when absent.
        #[arg(long)]
        path: Option<String>,
        /// The status; without it the rules are taken away.
        #[arg(long)]
        status: Option<u16>,
    },
    /// Block Public Access of the whole account, switched on.
    PublicAccess {
        /// Switch it off instead.
        #[arg(long)]
        off: bool,
    },
}

impl DriftArgs {
    /// Does it; what was done, in words.
    pub(super) fn apply(&self, state: &mut SimState) -> Result<String, NothingThere> {
        match &self.change {
            DriftChange::Image { region, group } => hands::new_image(state, region, group),
            DriftChange::Parameter { region, name, value } => hands::change_parameter(state, region, name, value),
            DriftChange::Rule { region, group } => hands::change_rule(state, region, group.as_deref()),
            DriftChange::Userdata { region, group, line } => hands::change_user_data(state, region, group, line),
            DriftChange::Suspend { region, group, process } => hands::suspend(state, region, group, process),
            DriftChange::Event { region, name, off } => hands::switch_event(state, region, name, !off),
            DriftChange::Answers { region, balancer, but_host, path, status } => {
                let which = (but_host.as_deref(), path.as_deref());
                hands::answer_otherwise(state, region, balancer, which, *status)
            }
            DriftChange::PublicAccess { off } => Ok(hands::block_public_access(state, !off)),
            DriftChange::Size { region, group, min, max, desired } => {
                let found = state.regions.get(region).and_then(|place| place.groups.get(group));
                let now = found.map_or(GroupSize::default(), |found| found.facts.size);
                hands::change_size(state, region, group, resized(now, *min, *max, *desired))
            }
        }
    }
}

/// The new size: what is not given stays, unless it no longer fits what is given.
fn resized(now: GroupSize, min: Option<u32>, max: Option<u32>, desired: Option<u32>) -> GroupSize {
    let asked = if min.is_none() && max.is_none() { desired.or(Some(now.desired + 2)) } else { desired };
    let desired = asked.unwrap_or(now.desired);
    let min = min.unwrap_or_else(|| now.min.min(desired));
    let max = max.unwrap_or_else(|| now.max.max(desired)).max(min);
    GroupSize { min, max, desired: desired.clamp(min, max) }
}
