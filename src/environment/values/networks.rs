//! Owns the kinds of value a network is made of.

use ipnet::Ipv4Net;

use super::kind::text_kinds;

text_kinds! {
    /// The block of a VPC.
    Cidr(Ipv4Net): expects "an IPv4 block such as 10.80.0.0/16",
        pattern "^([0-9]{1,3}\\.){3}[0-9]{1,3}/(1[6-9]|2[0-4])$", parse cidr;
    /// A VPC's id.
    VpcId(String): expects "a VPC id such as vpc-0a1b2c3d4e5f60718", pattern "^vpc-[0-9a-f]{8,17}$", parse vpc;
    /// A subnet's id.
    SubnetId(String): expects "a subnet id such as subnet-0a1b2c3d4e5f60718", pattern "^subnet-[0-9a-f]{8,17}$",
        parse subnet;
}

fn cidr(text: &str) -> Result<Ipv4Net, String> {
    let Ok(net) = text.parse::<Ipv4Net>() else {
        return Err(format!("`{text}` is not an IPv4 block\nwrite it like 10.80.0.0/16"));
    };
    // A VPC takes /16 to /28 (VPC user guide); below /24 the eight subnets of four zones get too small for load balancers.
    if !(16..=24).contains(&net.prefix_len()) {
        return Err(format!(
            "`{text}` has a size a standby cannot use: its block is from /16 to /24\nwrite it like {}/16",
            Ipv4Net::new(net.addr(), 16).map_or(net.addr(), |wide| wide.network())
        ));
    }
    if net.addr() != net.network() {
        return Err(format!("`{text}` has bits set beyond its prefix\nthe block that contains it is {}", net.trunc()));
    }
    Ok(net)
}

fn vpc(text: &str) -> Result<String, String> {
    resource_id(text, "vpc-", "VPC")
}

fn subnet(text: &str) -> Result<String, String> {
    resource_id(text, "subnet-", "subnet")
}

fn resource_id(text: &str, prefix: &str, what: &str) -> Result<String, String> {
    let hex = text.strip_prefix(prefix).unwrap_or_default();
    if (8..=17).contains(&hex.len()) && hex.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)) {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not a {what} id\nwrite it like {prefix}0a1b2c3d4e5f60718"))
}
