//! Owns the rules of the standby's network: one that lifeboat makes or one that is there, not a mixture.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::{every, given_or};
use crate::environment::defaults;
use crate::environment::remark::Remark;
use crate::environment::values::SubnetId;
use crate::environment::written::{May, WrittenNetwork};
use crate::model::Network;
use crate::yaml::read::{Place, Placed};

/// The standby's network.
pub fn network(written: &May<WrittenNetwork>, remarks: &mut Vec<Remark>) -> Option<Network> {
    let cidr: Ipv4Net = defaults::CIDR.parse().ok()?;
    let Some(placed) = written else {
        return Some(Network::New { cidr, availability_zones: defaults::ZONES });
    };
    let network = placed.value.as_ref()?;
    let places = |keys: [(&'static str, Option<Place>); 3]| keys.into_iter().find_map(|(key, at)| Some((key, at?)));
    let made = places([
        ("cidr", network.cidr.as_ref().map(|value| value.place)),
        ("availability_zones", network.availability_zones.as_ref().map(|value| value.place)),
        ("", None),
    ]);
    let there = places([
        ("vpc_id", network.vpc_id.as_ref().map(|value| value.place)),
        ("private_subnet_ids", network.private_subnet_ids.as_ref().map(|value| value.place)),
        ("public_subnet_ids", network.public_subnet_ids.as_ref().map(|value| value.place)),
    ]);
    match (made, there) {
        (Some((new, new_place)), Some((old, old_place))) => {
            let message =
                format!("`{new}` is for a network that lifeboat makes, `{old}` for one that is already there");
            remarks.push(
                Remark::error(new_place, format!("network.{new}"), message)
                    .help("keep `cidr` and `availability_zones`, or `vpc_id` and the subnets")
                    .related(old_place, "already there"),
            );
            None
        }
        (_, Some((_, place))) => existing(network, place, remarks),
        (_, None) => Some(Network::New {
            cidr: given_or(&network.cidr, cidr, |cidr| cidr.0)?,
            availability_zones: given_or(&network.availability_zones, defaults::ZONES, |zones| zones.0)?,
        }),
    }
}

fn existing(network: &WrittenNetwork, place: Place, remarks: &mut Vec<Remark>) -> Option<Network> {
    let public = subnets("public_subnet_ids", &network.public_subnet_ids, remarks);
    let private = subnets("private_subnet_ids", &network.private_subnet_ids, remarks);
    if network.vpc_id.is_none() {
        remarks.push(
            Remark::error(place, "network.vpc_id", "subnets of an existing network need its `vpc_id`")
                .help("add `vpc_id: vpc-…`, the VPC these subnets are in"),
        );
    }
    let few = |count: usize, key: &str| {
        Remark::error(
            network.private_subnet_ids.as_ref().map_or(place, |subnets| subnets.place),
            format!("network.{key}"),
            format!("an existing network needs two private subnets or more, and has {count}"),
        )
        .help("list subnets in different availability zones, so that one zone may fail")
    };
    if let Some(private) = &private
        && private.len() < 2
    {
        remarks.push(few(private.len(), "private_subnet_ids"));
    }
    let vpc_id = network.vpc_id.as_ref()?.value.as_ref()?.0.clone();
    Some(Network::Existing { vpc_id, public_subnet_ids: public?, private_subnet_ids: private? })
}

fn subnets(key: &str, written: &May<Vec<Placed<SubnetId>>>, remarks: &mut Vec<Remark>) -> Option<Vec<String>> {
    let Some(placed) = written else { return Some(Vec::new()) };
    let mut seen: BTreeMap<&SubnetId, Place> = BTreeMap::new();
    for (i, item) in placed.value.as_ref()?.iter().enumerate() {
        let Some((subnet, place)) = item.get() else { continue };
        if let Some(first) = seen.insert(subnet, place) {
            remarks.push(
                Remark::error(
                    place,
                    format!("network.{key}[{i}]"),
                    format!("the subnet `{}` is listed twice", subnet.0),
                )
                .help("list each subnet once")
                .related(first, "first here"),
            );
        }
    }
    every(placed.value.as_ref()?, |_, item| Some(item.value.as_ref()?.0.clone()))
}
