//! Owns the network of the standby: made by us with literal blocks, or the ids of one that is there.

use super::{Offers, Site, tags};
use crate::model::{Network, Part};
use crate::render::cidr;
use crate::render::problem::RenderProblem;
use crate::render::stack::Input;
use crate::render::translate::Translator;
use crate::render::view::{NetworkView, ZoneView};

/// The parameter that holds the VPC.
pub(super) const VPC: &str = "VpcId";
/// The parameter that holds the subnets for what faces the internet.
pub(super) const PUBLIC: &str = "PublicSubnets";
/// The parameter that holds the subnets for everything else.
pub(super) const PRIVATE: &str = "PrivateSubnets";
/// The type of both.
pub(super) const SUBNETS_TYPE: &str = "List<AWS::EC2::Subnet::Id>";

pub(super) fn build(site: &Site<'_>, translator: &mut Translator<'_>, offers: &mut Offers) -> NetworkView {
    match &site.environment.network {
        Network::New { cidr, availability_zones } => {
            let Some(blocks) = cidr::plan(*cidr, *availability_zones) else {
                translator.problem(RenderProblem::Value {
                    place: "network/cidr".into(),
                    why: format!(
                        "{cidr} cannot hold a public and a private subnet in {availability_zones} zones; \
                         use a block from /16 to /24 and at most 4 zones"
                    ),
                });
                return NetworkView::default();
            };
            let environment = site.environment;
            let name = |rest: String| Some(format!("{}{rest}", environment.name));
            let zones: Vec<ZoneView> = (1..)
                .zip(blocks)
                .map(|(number, zone)| ZoneView {
                    number,
                    parameter: format!("Zone{number}"),
                    public_cidr: zone.public.to_string(),
                    private_cidr: zone.private.to_string(),
                    public_tags: tags::own(environment, &[], name(format!("-public-{number}"))),
                    private_tags: tags::own(environment, &[], name(format!("-private-{number}"))),
                })
                .collect();
            for (index, zone) in zones.iter().enumerate() {
                offers.inputs.insert(zone.parameter.clone(), Input::Zone { index });
            }
            let subnets = |kind: &str| zones.iter().map(|zone| format!("{kind}Subnet{}", zone.number)).collect();
            offers.resources(VPC, Part::Network, vec!["Vpc".into()]);
            offers.resources(PUBLIC, Part::Network, subnets("Public"));
            offers.resources(PRIVATE, Part::Network, subnets("Private"));
            NetworkView { cidr: cidr.to_string(), zones, tags: tags::own(environment, &[], name(String::new())) }
        }
        Network::Existing { vpc_id, public_subnet_ids, private_subnet_ids } => {
            offers.literal.insert(VPC.into(), vpc_id.clone());
            offers.literal.insert(PUBLIC.into(), public_subnet_ids.join(","));
            offers.literal.insert(PRIVATE.into(), private_subnet_ids.join(","));
            NetworkView::default()
        }
    }
}
