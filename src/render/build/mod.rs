//! Owns the way from environment and baseline to what templates see, and to the values of stack parameters.

mod blocks;
mod compute;
mod data;
mod edge;
mod inventory;
mod launch_template;
mod listener;
mod neighbours;
mod network;
mod rules;
mod security;
mod tags;
mod traffic;

use std::collections::BTreeMap;

use super::problem::RenderProblem;
use super::stack::{Counterpart, Input};
use super::translate::{Leftover, Translator};
use super::view::{ComputeView, View};
use crate::facts::Baseline;
use crate::model::{Environment, Footprint, Network, Part, Strategy};
use inventory::{Inventory, dns_name_parameter};

/// Values for stack parameters, by the parameter's name; a stack takes those its template declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Offers {
    /// Known now.
    pub literal: BTreeMap<String, String>,
    /// Known when the stack is deployed.
    pub inputs: BTreeMap<String, Input>,
}

impl Offers {
    fn resources(&mut self, parameter: &str, part: Part, logical_ids: Vec<String>) {
        self.inputs.insert(parameter.to_owned(), Input::Resources { part, logical_ids });
    }

    fn load_balancer_dns(&mut self, part: Part, logical_id: &str) {
        let input = Input::LoadBalancerDns { part, logical_id: logical_id.to_owned() };
        self.inputs.insert(dns_name_parameter(logical_id), input);
    }
}

/// Everything templates need, and everything a person should know.
pub(super) struct Built {
    pub view: View,
    /// The stacks that have something in them.
    pub parts: Vec<Part>,
    /// What each compute stack holds.
    pub compute: BTreeMap<Part, ComputeView>,
    pub offers: Offers,
    pub counterparts: BTreeMap<String, Counterpart>,
    pub leftover: Leftover,
}

/// What every builder works with.
struct Site<'a> {
    environment: &'a Environment,
    baseline: &'a Baseline,
    footprint: Footprint,
    inventory: Inventory,
}

/// Builds everything; problems are in the leftover, so that all come at once.
pub(super) fn build(environment: &Environment, baseline: &Baseline, footprint: Footprint) -> Built {
    let inventory = Inventory::new(environment, baseline);
    let site = Site { environment, baseline, footprint, inventory };
    let names = site.inventory.balancer_names(baseline);
    let mut translator = Translator::new(environment, &site.inventory.made(), &names);
    let mut offers = Offers::default();
    if environment.name != baseline.environment {
        translator.problem(RenderProblem::Baseline {
            place: "baseline".into(),
            what: format!("it was recorded for environment {}, not for {}", baseline.environment, environment.name),
            next: "run `lifeboat baseline` with this environment".into(),
        });
    }
    for gap in &baseline.facts.gaps {
        translator.note(format!("the baseline has a gap, so this may not be mirrored: {gap}"));
    }
    let network = network::build(&site, &mut translator, &mut offers);
    let security = security::build(&site, &mut translator, &mut offers);
    let data = data::build(&site, &mut translator, &mut offers);
    let edge = edge::build(&site, &mut translator, &mut offers);
    let compute = compute::build(&site, &mut translator, &mut offers);
    let filled = |part: &Part| match part {
        Part::Network => matches!(environment.network, Network::New { .. }),
        Part::Security => !security.groups.is_empty(),
        Part::Data => !data.is_empty(),
        Part::Edge => !(edge.load_balancers.is_empty() && edge.target_groups.is_empty()),
        Part::Compute(_) => compute.contains_key(part),
    };
    let parts = environment.parts().into_iter().filter(filled).collect();
    let counterparts = site.inventory.counterparts(environment, baseline);
    Built {
        parts,
        view: View {
            environment: environment.name.clone(),
            strategy: environment.strategy.to_string(),
            region: environment.standby.region.to_string(),
            account: environment.standby.account.to_string(),
            network,
            security,
            data,
            edge,
            compute: compute::whole(environment, &compute),
        },
        compute,
        offers,
        counterparts,
        leftover: translator.into_leftover(),
    }
}

/// The standby resources that are made for primary ones.
pub(super) fn counterparts(environment: &Environment, baseline: &Baseline) -> BTreeMap<String, Counterpart> {
    Inventory::new(environment, baseline).counterparts(environment, baseline)
}

/// Whether there are templates for a strategy.
pub(super) fn has_templates(strategy: Strategy) -> bool {
    !matches!(strategy, Strategy::BackupAndRestore)
}
