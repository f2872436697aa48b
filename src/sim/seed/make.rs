//! Owns making resources for a seed, by the same rules as everybody else's.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::SeedError;
use crate::facts::{ImageFacts, ImageState, Tags};
use crate::sim::resource::{Place, type_of};
use crate::sim::state::{Image, RegionState, SimState};

/// Makes resources in one Region.
pub(super) struct Maker<'a> {
    pub region: &'a mut RegionState,
    pub account: &'a mut SimState,
    pub now: Timestamp,
}

impl Maker<'_> {
    /// Makes a resource; its physical id.
    pub fn make(&mut self, resource_type: &str, what: &str, properties: Value) -> Result<String, SeedError> {
        let refused = |reason: String| SeedError { what: format!("{resource_type} {what}"), reason };
        let known = type_of(resource_type).ok_or_else(|| refused("no such type".to_owned()))?;
        if let Some(problem) = known.problem(&properties) {
            return Err(refused(problem));
        }
        let mut place =
            Place { region: self.region, account: self.account, now: self.now, stack: "seed", logical_id: what };
        (known.create)(&mut place, &properties).map_err(|not_made| refused(not_made.reason))
    }

    /// An available image.
    pub fn image(
        &mut self,
        name: &str,
        description: &str,
        encrypted: bool,
        created: &str,
        tags: &[(&str, &str)],
    ) -> String {
        let id = self.region.next_id("ami");
        let snapshot = self.region.next_id("snap");
        let facts = ImageFacts {
            id: id.clone(),
            name: name.to_owned(),
            description: description.to_owned(),
            architecture: "x86_64".to_owned(),
            created: created.to_owned(),
            state: ImageState::Available,
            root_device: Some("/dev/xvda".to_owned()),
            snapshot_ids: vec![snapshot],
            encrypted,
            keeps: Vec::new(),
            tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Tags>(),
        };
        let key = encrypted.then(|| "alias/aws/ebs".to_owned());
        let image = Image { facts, done_at: None, fails: None, source: None, key, token: None };
        self.region.images.insert(id.clone(), image);
        id
    }

    /// A VPC with a public and a private subnet in each of so many zones, an internet gateway and a NAT gateway: VPC,
    /// public subnets, private subnets.
    pub fn network(
        &mut self,
        name: &str,
        prefix: &str,
        zones: usize,
    ) -> Result<(String, Vec<String>, Vec<String>), SeedError> {
        let tags = |name: &str| json!([{"Key": "Name", "Value": name}, {"Key": "Environment", "Value": "prod"}]);
        let vpc = self.make(
            "AWS::EC2::VPC",
            name,
            json!({"CidrBlock": format!("{prefix}.0.0/16"), "EnableDnsHostnames": true, "Tags": tags(name)}),
        )?;
        let gateway = self.make("AWS::EC2::InternetGateway", name, json!({"Tags": tags(name)}))?;
        self.make("AWS::EC2::VPCGatewayAttachment", name, json!({"VpcId": vpc, "InternetGatewayId": gateway}))?;
        let (mut public, mut private) = (Vec::new(), Vec::new());
        let names: Vec<String> = self.region.zones.iter().take(zones).map(|zone| zone.name.clone()).collect();
        for (i, zone) in names.iter().enumerate() {
            let subnet = |cidr: String, open: bool, name: String| json!({"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone, "MapPublicIpOnLaunch": open, "Tags": tags(&name)});
            let letter = zone.chars().next_back().unwrap_or('x');
            let open = subnet(format!("{prefix}.{i}.0/24"), true, format!("{name}-public-{letter}"));
            public.push(self.make("AWS::EC2::Subnet", "public", open)?);
            let closed = subnet(format!("{prefix}.{}.0/20", (i + 1) * 16), false, format!("{name}-private-{letter}"));
            private.push(self.make("AWS::EC2::Subnet", "private", closed)?);
        }
        let address = self.make("AWS::EC2::EIP", "nat", json!({"Domain": "vpc"}))?;
        let allocation =
            self.region.things.get(&address).and_then(|thing| thing.attributes.get("AllocationId")).cloned();
        let nat = self.make(
            "AWS::EC2::NatGateway",
            "nat",
            json!({"SubnetId": public.first(), "AllocationId": allocation, "Tags": tags("shop-nat")}),
        )?;
        for (what, subnets, target) in
            [("public", &public, json!({"GatewayId": gateway})), ("private", &private, json!({"NatGatewayId": nat}))]
        {
            let table = self.make("AWS::EC2::RouteTable", what, json!({"VpcId": vpc}))?;
            let mut route = target;
            route["RouteTableId"] = json!(table);
            route["DestinationCidrBlock"] = json!("0.0.0.0/0");
            self.make("AWS::EC2::Route", what, route)?;
            for subnet in subnets {
                let association = json!({"RouteTableId": table, "SubnetId": subnet});
                self.make("AWS::EC2::SubnetRouteTableAssociation", what, association)?;
            }
        }
        Ok((vpc, public, private))
    }
}
