//! Owns the kinds of number: their ranges, each with the reason for its limits.

use super::kind::number_kinds;
use crate::model::MAX_COMPUTE_STACKS;

number_kinds! {
    /// A percentage of full production size.
    Percent(u32): "a percentage of full production size", from 0 to 100_u32;
    /// A number of instances, or a place in an order.
    Count(u32): "this number", from 0 to u32::MAX;
    /// How many image copies are kept: without one the standby could not launch.
    Keep(u32): "the number of image copies to keep", from 1 to u32::MAX;
    /// A TCP port.
    Port(u16): "a port", from 1 to u16::MAX;
    /// Zones of the standby's network: two, so that one may fail; four subnets of each kind still fit a /24.
    Zones(u8): "the number of availability zones", from 2 to 4_u8;
    /// Failed health checks before a side is taken out of service (CreateHealthCheck).
    CheckFailures(u32): "the number of failed checks", from 1 to 10_u32;
    /// A weight of a weighted record (ChangeResourceRecordSets).
    Weight(u8): "a weight", from 0 to u8::MAX;
    /// An HTTP status.
    StatusCode(u16): "an HTTP status", from 100 to 599_u16;
    /// Compute stacks: one holds about 40 to 65 tiers, as CloudFormation takes 200 parameters per stack.
    ComputeStacks(u8): "the number of compute stacks", from 1 to MAX_COMPUTE_STACKS;
}
