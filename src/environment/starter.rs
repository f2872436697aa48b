//! Owns the starter: a commented environment file to begin with, which checks clean as it is.

use super::values::check_name;
use crate::model::Strategy;

/// A starter for an environment of that name. Fails when the name cannot be an environment's, saying why and, on the next
/// line, what would do.
pub fn text(name: &str, strategy: Strategy) -> Result<String, String> {
    check_name(name)?;
    let (meaning, objectives, standby) = parts(strategy);
    Ok(format!(
        r#"# yaml-language-server: $schema=./lifeboat.schema.json
# Which production to protect, and how much of it stands ready elsewhere.
# What production looks like is observed (`lifeboat baseline`), so this file says only what differs.
schema: lifeboat/v1
name: {name}

# {meaning}
strategy: {strategy}

# What the business asked for: how long service may be gone, and how much data may be lost, as a time.
objectives: {objectives}

# Account ids stand in quotes: without them YAML reads a number and drops leading zeros.
# A side may also have role_arn, external_id, profile and endpoint_url.
primary: {{ region: us-east-1, account: "111122223333" }}
standby: {{ region: us-west-2, account: "111122223333" }}

# Where the record of production and the journals live. A bucket in the standby Region is what a disaster needs:
# store: s3://{name}-dr-us-west-2/lifeboat
store: .lifeboat

# The network that lifeboat makes in the standby; or vpc_id and private_subnet_ids of one that is there.
network: {{ cidr: 10.80.0.0/16, availability_zones: 3 }}

# CloudFormation takes 200 parameters per stack, which is some 40 to 65 tiers. For more, spread them over several compute
# stacks (1 to 16). Choose before provisioning: adding a tier never moves another one, changing the number does.
# stacks: {{ compute: 1 }}

# One tier per Auto Scaling group of production. Lower orders recover first, equal ones together.
tiers:
  - name: api
    order: 10
    group: {{ auto_scaling_group: {name}-api }}
{standby}    # "Full production size" is the highest number in service over the window, never below the floor.
    full: {{ basis: peak, window: 14d, floor: 1 }}
  - name: web
    order: 20
    group: {{ auto_scaling_group: {name}-web }}
{standby}    # What may stand in when the first type cannot be had:
    # instance_types: [m6i.large, m5.large]

# The data production keeps: each is one of rds, dynamodb and s3. A read replica is made, watched and promoted; encrypted
# storage needs a key of the standby Region.
# data:
#   - name: orders
#     rds: {{ source: {name}-orders, standby: read-replica, key: alias/{name}-dr, endpoint_parameter: /{name}/prod/db/host }}
#   - name: carts
#     dynamodb: {{ table: {name}-carts }}
#   - name: uploads
#     s3: {{ bucket: {name}-uploads, replica: {name}-uploads-dr }}

# What starts code in production without a user, and would run twice if it were on in both Regions: EventBridge rules and
# Lambda event source mappings. Deploy them to the standby switched off; a declaration switches them on.
# event_sources:
#   - {{ name: nightly, rule: {name}-nightly }}
#   - {{ name: order-queue, mapping: {{ function: {name}-orders, source: {name}-orders-queue }} }}

sync:
  images: {{ keep: 3 }}
  # Everything below a path follows; Region names inside values are rewritten.
  # parameters:
  #   - path: /{name}/prod/
  #     rewrite: {{ us-east-1: us-west-2 }}

# How users reach the side that serves; without it a person moves the traffic. With standby-takes-over an object in the
# standby Region moves it; the others are failover, weighted and manual.
# traffic:
#   record: {name}.example.com
#   zone: Z0123456789ABC
#   switch: standby-takes-over
#   tier: web
#   probe: {{ url: https://{name}.example.com/healthz, status: 200 }}

# Identifiers of the primary Region that only a person can translate: certificates, key pairs.
# map:
#   "arn:aws:acm:us-east-1:111122223333:certificate/aaaa": "arn:aws:acm:us-west-2:111122223333:certificate/bbbb"

# Differences people decided to live with.
# drift:
#   ignore:
#     - path: web/tags/CostCentre
#       reason: "billing tags differ by Region"
#       expires: 2099-12-31
"#
    ))
}

/// What the strategy means, objectives of AWS's order of magnitude for it, and what a tier says about its size.
fn parts(strategy: Strategy) -> (&'static str, &'static str, &'static str) {
    match strategy {
        Strategy::BackupAndRestore => (
            "Templates, images and configuration stand ready; nothing runs until a disaster. Backups are up to you so far.",
            "{ rto: 24h, rpo: 24h }",
            "",
        ),
        Strategy::PilotLight => (
            "Everything is there; the groups stand at zero and start when a disaster is declared.",
            "{ rto: 1h, rpo: 15m }",
            "",
        ),
        Strategy::WarmStandby => (
            "A small, working copy runs all the time and grows when a disaster is declared.",
            "{ rto: 30m, rpo: 5m }",
            "    # A fifth of full production size runs, rounded up, and never less than one.\n    standby: { percent: 20, min: 1 }\n",
        ),
        Strategy::MultiSite => {
            ("A full copy runs all the time; a disaster moves the traffic only.", "{ rto: 5m, rpo: 1m }", "")
        }
    }
}
