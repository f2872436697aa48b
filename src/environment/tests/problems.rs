//! Owns the tests of problems: what people read for each kind of mistake.

use super::{GOOD, load, messages};

/// What people read about the good file with one piece replaced.
fn replaced(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "`{from}` is not in the good file");
    told(&GOOD.replacen(from, to, 1))
}

/// What people read about the good file with more lines.
fn added(lines: &str) -> String {
    told(&format!("{GOOD}{lines}"))
}

fn told(text: &str) -> String {
    match load(text) {
        Ok(loaded) => {
            let warnings: Vec<String> = loaded.warnings.iter().map(|warning| warning.render(false)).collect();
            format!("can be used\n{}", warnings.join("\n"))
        }
        Err(problems) => problems.render(false),
    }
}

#[test]
fn unknown_key_with_what_was_meant() {
    insta::assert_snapshot!(replaced("    group:", "    percnet: 20\n    groop:"), @r#"
    error: the key `percnet` is not known here
     --> shop.yaml:9:5
      |
    9 |     percnet: 20
      |     ^^^^^^^
      |
      = help: the keys here are `name`, `order`, `group`, `standby`, `full`, `instance_types`, `load_balancer`

    error: the key `groop` is not known here
      --> shop.yaml:10:5
       |
    10 |     groop: { auto_scaling_group: shop-web }
       |     ^^^^^
       |
       = help: did you mean `group`?
    "#);
}

#[test]
fn key_on_the_wrong_level() {
    insta::assert_snapshot!(messages(&format!("{GOOD}    percent: 20\n    floor: 6\nkeep: 3\n")), @r#"
    10:5 tiers[0].percent: the key `percent` is not known here
      -> `percent` belongs one level down, below `standby`
    11:5 tiers[0].floor: the key `floor` is not known here
      -> `floor` belongs one level down, below `full`
    12:1 keep: the key `keep` is not known here
      -> the keys here are `schema`, `name`, `strategy`, `objectives`, `primary`, `standby`, `store`, `network`, `stacks`, `tiers`, `data`, `event_sources`, `sync`, `traffic`, `map`, `drift`
    "#);
}

#[test]
fn unknown_key_that_resembles_nothing() {
    insta::assert_snapshot!(added("colour: red\n"), @r#"
    error: the key `colour` is not known here
      --> shop.yaml:10:1
       |
    10 | colour: red
       | ^^^^^^
       |
       = help: the keys here are `schema`, `name`, `strategy`, `objectives`, `primary`, `standby`, `store`, `network`, `stacks`, `tiers`, `data`, `event_sources`, `sync`, `traffic`, `map`, `drift`
    "#);
}

#[test]
fn keys_of_a_later_version() {
    insta::assert_snapshot!(
        added("sync: { secrets: [ shop/prod/* ] }\n"),
        @r#"
    error: `sync.secrets` is not supported by this version of lifeboat
      --> shop.yaml:10:9
       |
    10 | sync: { secrets: [ shop/prod/* ] }
       |         ^^^^^^^
       |
       = help: take the key away; until a later version does, secrets need another way to the standby
    "#
    );
}

#[test]
fn duplicate_keys_and_everything_else_too() {
    insta::assert_snapshot!(added("name: shop2\nstore: ftp://x\n"), @r#"
    error: the key `name` stands here a second time
      --> shop.yaml:10:1
       |
     2 | name: shop
       | ---- first here
    ...
    10 | name: shop2
       | ^^^^
       |
       = help: keep one of them: which of the two would hold is a guess

    error: `ftp://x` is not a store
      --> shop.yaml:11:8
       |
    11 | store: ftp://x
       |        ^^^^^^^
       |
       = help: write `s3://bucket/prefix`, or a folder relative to this file
    "#);
}

#[test]
fn missing_keys() {
    insta::assert_snapshot!(told("schema: lifeboat/v1\nstandby: { region: us-west-2 }\ntiers:\n  - name: web\n"), @r#"
    error: the required key `name` is missing
     --> shop.yaml:1:1
      |
    1 | schema: lifeboat/v1
      | ^^^^^^
      |
      = help: add `name: shop`

    error: the required key `strategy` is missing
     --> shop.yaml:1:1
      |
    1 | schema: lifeboat/v1
      | ^^^^^^
      |
      = help: add `strategy: warm-standby`

    error: the required key `objectives` is missing
     --> shop.yaml:1:1
      |
    1 | schema: lifeboat/v1
      | ^^^^^^
      |
      = help: add `objectives: { rto: 30m, rpo: 5m }`

    error: the required key `primary` is missing
     --> shop.yaml:1:1
      |
    1 | schema: lifeboat/v1
      | ^^^^^^
      |
      = help: add `primary: { region: us-east-1, account: "111122223333" }`

    error: the required key `account` is missing
     --> shop.yaml:2:1
      |
    2 | standby: { region: us-west-2 }
      | ^^^^^^^
      |
      = help: add `account: "111122223333"`

    error: the required key `group` is missing
     --> shop.yaml:4:5
      |
    4 |   - name: web
      |     ^^^^
      |
      = help: add `group: { auto_scaling_group: shop-web }`
    "#);
}

#[test]
fn empty_file() {
    insta::assert_snapshot!(told(""), @r#"
    error: expected a map with `schema`, `name`, `strategy`, `primary`, `standby` and `tiers`, found nothing
    --> shop.yaml:1:1
    "#);
    insta::assert_snapshot!(told("# nothing yet\n"), @r#"
    error: expected a map with `schema`, `name`, `strategy`, `primary`, `standby` and `tiers`, found nothing
     --> shop.yaml:1:15
      |
    1 | # nothing yet
      |              ^
    "#);
}

#[test]
fn not_yaml() {
    insta::assert_snapshot!(replaced("objectives: {", "objectives: [{"), @r#"
    error: this cannot be read as YAML: illegal placement of ':' indicator
     --> shop.yaml:5:8
      |
    5 | primary: { region: us-east-1, account: "111122223333" }
      |        ^
      |
      = help: look on this line and the one before for a missing quote, bracket, colon or space, or for a tab
    "#);
    insta::assert_snapshot!(replaced("name: shop", "name: !secret shop"), @r#"
    error: this cannot be read as YAML: unsupported tag `!secret`
     --> shop.yaml:2:15
      |
    2 | name: !secret shop
      |               ^^^^
      |
      = help: write the plain value
    "#);
    insta::assert_snapshot!(replaced("name: shop", "\tname: shop"), @r#"
    error: this cannot be read as YAML: while scanning a plain scalar, found a tab
     --> shop.yaml:1:9
      |
    1 | schema: lifeboat/v1
      |         ^
      |
      = help: look on this line and the one before for a missing quote, bracket, colon or space, or for a tab
    "#);
    insta::assert_snapshot!(added("sync: &a { images: { keep: 3 } }\ndrift: { <<: *a }\n"), @r#"
    error: this cannot be read as YAML: the merge key `<<` is not supported
      --> shop.yaml:11:10
       |
    11 | drift: { <<: *a }
       |          ^^
       |
       = help: write the keys out here
    "#);
    insta::assert_snapshot!(messages(&format!("{GOOD}map: {}{}", "[".repeat(200), "]".repeat(200))), @r#"
    10:29 : this cannot be read as YAML: the file is larger or more deeply nested than such a file can be
      -> it may have 20,000 values, 24 levels and 1,000,000 characters of text, aliases counted in full
    "#);
    insta::assert_snapshot!(added("---\nname: other\n"), @r#"
    error: this cannot be read as YAML: a second document begins here
      --> shop.yaml:11:1
       |
    11 | name: other
       | ^
       |
       = help: a file holds one: take one of them out
    "#);
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(
        messages(&GOOD.replace("name: shop\n", "name: [shop]\n").replace("name: web", "name: 12").replace(
            "{ auto_scaling_group: shop-web }",
            "shop-web\n    order: ten\n    standby: { percent: \"20\", min: -1 }\n    instance_types: m6i.large"
        )),
        @r#"
    2:1 name: expected a name in lower-case letters, digits and dashes, found a list
      -> -
    8:11 tiers[0].name: expected a name in lower-case letters, digits and dashes, found the number `12`
      -> -
    9:12 tiers[0].group: expected a map with `auto_scaling_group`, found the text `shop-web`
      -> -
    10:12 tiers[0].order: expected a whole number, 0 or more, found the text `ten`
      -> write it without quotes, unit or leading zeros
    11:25 tiers[0].standby.percent: expected a whole number, from 0 to 100, found the text `20`
      -> write it without quotes, unit or leading zeros
    11:36 tiers[0].standby.min: this number is 0 or more, not -1
      -> -
    12:21 tiers[0].instance_types: expected a list, found the text `m6i.large`
      -> write a list of one in brackets: [value]
    "#
    );
    insta::assert_snapshot!(added("sync: { parameters: [{ path: /shop/prod/, delete: yes }] }\n"), @r#"
    error: expected `true` or `false`, found the text `yes`
      --> shop.yaml:10:51
       |
    10 | sync: { parameters: [{ path: /shop/prod/, delete: yes }] }
       |                                                   ^^^
       |
       = help: `yes`, `no`, `on` and `off` are text here; write `true` or `false`, without quotes
    "#);
}

#[test]
fn account_without_quotes() {
    insta::assert_snapshot!(replaced("standby: { region: us-west-2, account: \"111122223333\"", "standby: { region: us-west-2, account: 012345678901"), @r#"
    error: expected an account id: twelve digits in quotes, found the number `012345678901`
     --> shop.yaml:6:40
      |
    6 | standby: { region: us-west-2, account: 012345678901 }
      |                                        ^^^^^^^^^^^^
      |
      = help: without quotes YAML reads a number, and a number has no leading zeros: write it like "012345678901"
    "#);
}

#[test]
fn names_regions_and_accounts() {
    let text = "schema: lifeboat/v2
name: My Shop
strategy: warm-stanby
objectives: { rto: 30, rpo: 5 minutes }
primary: { region: us-east-1a, account: 1111-2222-3333 }
standby: { region: Oregon, account: \"1234\", role_arn: lifeboat, endpoint_url: localhost:5000, external_id: \"\" }
tiers:
  - name: web_frontend
    group: { auto_scaling_group: \"arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:x\" }
  - name: a-name-that-is-much-longer-than-allowed
    group: { auto_scaling_group: shop-api }
";
    insta::assert_snapshot!(messages(text), @r#"
    1:9 schema: `lifeboat/v2` is not a version of the environment file that this lifeboat reads
      -> write `schema: lifeboat/v1`
    2:7 name: `My Shop` cannot be a name: it contains `M`
      -> stack names are made of it, so it has lower-case letters, digits and dashes only, such as `my-shop`
    3:11 strategy: `warm-stanby` is not known here
      -> did you mean `warm-standby`? Known are `backup-and-restore`, `pilot-light`, `warm-standby`, `multi-site`
    4:20 objectives.rto: expected a length of time such as 30m, found the number `30`
      -> a number alone would leave its unit to guessing: write it like 60s, 30m, 4h or 14d
    4:29 objectives.rpo: `5 minutes` is not a length of time
      -> write it like 60s, 30m, 4h or 14d
    5:20 primary.region: `us-east-1a` is not a Region code
      -> this is an availability zone; its Region is `us-east-1`
    5:41 primary.account: `1111-2222-3333` is not an account id
      -> write only the digits: "111122223333"
    6:20 standby.region: `Oregon` is not a Region code
      -> write a Region's code, such as us-west-2
    6:37 standby.account: `1234` is not an account id
      -> it has twelve digits, leading zeros included; `aws sts get-caller-identity` shows it
    6:55 standby.role_arn: `lifeboat` is not the ARN of a role
      -> write it like arn:aws:iam::111122223333:role/lifeboat
    6:79 standby.endpoint_url: `localhost:5000` is not an endpoint
      -> write a URL such as http://127.0.0.1:5000
    6:108 standby.external_id: the text is empty
      -> write something, or take the key away
    8:11 tiers[0].name: `web_frontend` cannot be a name: it contains `_`
      -> stack names are made of it, so it has lower-case letters, digits and dashes only, such as `web-frontend`
    9:34 tiers[0].group.auto_scaling_group: `arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:x` is not the name of an Auto Scaling group
      -> write its name as the EC2 console shows it, not its ARN
    10:11 tiers[1].name: `a-name-that-is-much-longer-than-allowed` cannot be a name: it has 39 characters, and 32 are allowed
      -> stack names are made of it, so it has lower-case letters, digits and dashes only, such as `a-name-that-is-much-longer-than`
    "#);
}

#[test]
fn unknown_strategy() {
    insta::assert_snapshot!(replaced("strategy: warm-standby", "strategy: hot-standby"), @r#"
    error: `hot-standby` is not known here
     --> shop.yaml:3:11
      |
    3 | strategy: hot-standby
      |           ^^^^^^^^^^^
      |
      = help: known are `backup-and-restore`, `pilot-light`, `warm-standby`, `multi-site`
    "#);
}

#[test]
fn compute_stacks_are_one_to_sixteen() {
    let all = ["stacks: { compute: 0 }", "stacks: { compute: 17 }", "stacks: { computes: 2 }", "compute: 2"];
    let told: Vec<String> = all.iter().map(|line| messages(&format!("{GOOD}{line}\n"))).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    10:20 stacks.compute: the number of compute stacks is from 1 to 16, not 0
      -> -
    10:20 stacks.compute: the number of compute stacks is from 1 to 16, not 17
      -> -
    10:11 stacks.computes: the key `computes` is not known here
      -> did you mean `compute`?
    10:1 compute: the key `compute` is not known here
      -> `compute` belongs one level down, below `stacks`
    ");
    for number in [1, 16] {
        let loaded = load(&format!("{GOOD}stacks: {{ compute: {number} }}\n")).expect("a good file");
        assert_eq!(loaded.environment.stacks.compute, number);
    }
}

#[test]
fn sizes_paths_and_kinds_of_value() {
    let text = format!(
        "{GOOD}    standby: {{ percent: 120, min: 1.5 }}
    full: {{ basis: peek, window: 2y, floor: 007 }}
    instance_types: [m6i, m6i.large]
    load_balancer: {{ listener: 70000, health_check: healthz }}
store: s3://Shop_DR/x
network: {{ cidr: 10.80.0.0/8, availability_zones: 5 }}
sync:
  images: {{ key: shop-dr, keep: 0 }}
  parameters:
    - {{ path: shop/prod }}
    - {{ path: /shop/*/ }}
    - {{ path: / }}
    - {{ path: /aws/service/ }}
    - {{ path: /lifeboat/shop/ }}
map: {{ \"\": x }}
drift:
  ignore:
    - {{ path: web//tags, reason: \" \", expires: 2027-02-30 }}
"
    );
    insta::assert_snapshot!(messages(&text), @r#"
    10:25 tiers[0].standby.percent: a percentage of full production size is from 0 to 100, not 120
      -> -
    10:35 tiers[0].standby.min: expected a whole number, 0 or more, found the number `1.5`
      -> write it without quotes, unit or leading zeros
    11:20 tiers[0].full.basis: `peek` is not known here
      -> did you mean `peak`? Known are `peak`, `current`
    11:34 tiers[0].full.window: `2y` is not a length of time
      -> write it like 60s, 30m, 4h or 14d
    11:45 tiers[0].full.floor: expected a whole number, 0 or more, found the number `007`
      -> write it without quotes, unit or leading zeros
    12:22 tiers[0].instance_types[0]: `m6i` is not an instance type
      -> write family, dot and size: m6i.large
    13:32 tiers[0].load_balancer.listener: a port is from 1 to 65535, not 70000
      -> -
    13:53 tiers[0].load_balancer.health_check: `healthz` does not begin with a slash
      -> write a path such as /healthz, without scheme or host
    14:8 store: `Shop_DR` is not a bucket name
      -> a bucket's name has 3 to 63 lower-case letters, digits, dots and dashes
    15:18 network.cidr: `10.80.0.0/8` has a size a standby cannot use: its block is from /16 to /24
      -> write it like 10.80.0.0/16
    15:51 network.availability_zones: the number of availability zones is from 2 to 4, not 5
      -> -
    17:18 sync.images.key: `shop-dr` is not a KMS key
      -> write an alias such as alias/shop-dr, a key id, or a key's ARN
    17:33 sync.images.keep: the number of image copies to keep is 1 or more, not 0
      -> -
    19:15 sync.parameters[0].path: `shop/prod` is not a path of parameters
      -> a path begins and ends with a slash: /shop/prod/
    20:15 sync.parameters[1].path: `/shop/*/` is not a path of parameters
      -> its levels have letters, digits, `_`, `.` and `-` only; there are no wildcards: everything below the path follows
    21:15 sync.parameters[2].path: `/` is not a path of parameters
      -> name one such as /shop/prod/; not everything in an account can follow
    22:15 sync.parameters[3].path: `/aws/service/` belongs to AWS
      -> names that begin with aws or ssm cannot be written
    23:15 sync.parameters[4].path: `/lifeboat/shop/` is where lifeboat publishes images
      -> name a path of the application
    24:8 map.: the text is empty
      -> write something, or take the key away
    27:15 drift.ignore[0].path: `web//tags` is not the path of a finding
      -> write it as `lifeboat drift` prints it, such as web/tags/CostCentre; `*` stands for any part of one segment, `**` for the rest
    27:34 drift.ignore[0].reason: the text is empty
      -> write something, or take the key away
    27:48 drift.ignore[0].expires: `2027-02-30` is not a day of the calendar
      -> write year, month and day: 2027-01-31
    "#);
}

#[test]
fn networks() {
    insta::assert_snapshot!(added("network: { cidr: 10.80.1.0/16 }\n"), @r#"
    error: `10.80.1.0/16` has bits set beyond its prefix
      --> shop.yaml:10:18
       |
    10 | network: { cidr: 10.80.1.0/16 }
       |                  ^^^^^^^^^^^^
       |
       = help: the block that contains it is 10.80.0.0/16
    "#);
    insta::assert_snapshot!(added("network: { cidr: 10.80.0.0, availability_zones: 1 }\n"), @r#"
    error: `10.80.0.0` is not an IPv4 block
      --> shop.yaml:10:18
       |
    10 | network: { cidr: 10.80.0.0, availability_zones: 1 }
       |                  ^^^^^^^^^
       |
       = help: write it like 10.80.0.0/16

    error: the number of availability zones is from 2 to 4, not 1
      --> shop.yaml:10:49
       |
    10 | network: { cidr: 10.80.0.0, availability_zones: 1 }
       |                                                 ^
    "#);
    insta::assert_snapshot!(added("network: { cidr: 10.80.0.0/16, vpc_id: vpc-0a1b2c3d }\n"), @r#"
    error: `cidr` is for a network that lifeboat makes, `vpc_id` for one that is already there
      --> shop.yaml:10:18
       |
    10 | network: { cidr: 10.80.0.0/16, vpc_id: vpc-0a1b2c3d }
       |                  ^^^^^^^^^^^^          ------------ already there
       |
       = help: keep `cidr` and `availability_zones`, or `vpc_id` and the subnets
    "#);
    insta::assert_snapshot!(added("network: { private_subnet_ids: [subnet-0a1b2c3d, subnet-0a1b2c3d] }\n"), @r#"
    error: subnets of an existing network need its `vpc_id`
      --> shop.yaml:10:12
       |
    10 | network: { private_subnet_ids: [subnet-0a1b2c3d, subnet-0a1b2c3d] }
       |            ^^^^^^^^^^^^^^^^^^
       |
       = help: add `vpc_id: vpc-…`, the VPC these subnets are in

    error: the subnet `subnet-0a1b2c3d` is listed twice
      --> shop.yaml:10:50
       |
    10 | network: { private_subnet_ids: [subnet-0a1b2c3d, subnet-0a1b2c3d] }
       |                                 ---------------  ^^^^^^^^^^^^^^^
       |                                 |
       |                                 first here
       |
       = help: list each subnet once
    "#);
    insta::assert_snapshot!(added("network: { vpc_id: vpc-0a1b2c3d, private_subnet_ids: [sn-1] }\n"), @r#"
    error: `sn-1` is not a subnet id
      --> shop.yaml:10:55
       |
    10 | network: { vpc_id: vpc-0a1b2c3d, private_subnet_ids: [sn-1] }
       |                                                       ^^^^
       |
       = help: write it like subnet-0a1b2c3d4e5f60718
    "#);
    insta::assert_snapshot!(added("network: { vpc_id: vpc-0a1b2c3d }\n"), @r#"
    error: an existing network needs two private subnets or more, and has 0
      --> shop.yaml:10:20
       |
    10 | network: { vpc_id: vpc-0a1b2c3d }
       |                    ^^^^^^^^^^^^
       |
       = help: list subnets in different availability zones, so that one zone may fail
    "#);
}

#[test]
fn sides_that_are_not_apart() {
    insta::assert_snapshot!(replaced("us-west-2", "us-east-1"), @r#"
    error: the standby has the primary's Region and account: it would be lost with it
     --> shop.yaml:6:20
      |
    5 | primary: { region: us-east-1, account: "111122223333" }
      |                    --------- the primary's Region
    6 | standby: { region: us-east-1, account: "111122223333" }
      |                    ^^^^^^^^^           -------------- the primary's account as well
      |
      = help: choose another Region for the standby, or at least another account
    "#);
    insta::assert_snapshot!(replaced("us-west-2, account: \"111122223333\"", "us-east-1, account: \"444455556666\""), @r#"
    can be used
    warning: both sides are in one Region: losing the Region would lose both
     --> shop.yaml:6:20
      |
    5 | primary: { region: us-east-1, account: "111122223333" }
      |                    --------- the primary's Region
    6 | standby: { region: us-east-1, account: "444455556666" }
      |                    ^^^^^^^^^
      |
      = help: choose another Region for the standby if Regions are what it protects against
    "#);
    insta::assert_snapshot!(replaced("us-west-2", "cn-north-1"), @r#"
    error: `us-east-1` and `cn-north-1` are in different AWS partitions: images cannot be copied there
     --> shop.yaml:6:20
      |
    5 | primary: { region: us-east-1, account: "111122223333" }
      |                    --------- partition aws
    6 | standby: { region: cn-north-1, account: "111122223333" }
      |                    ^^^^^^^^^^
      |
      = help: choose a standby Region in the primary's partition
    "#);
}

#[test]
fn region_that_is_not_known() {
    insta::assert_snapshot!(replaced("us-west-2", "us-wset-2"), @r#"
    can be used
    warning: `us-wset-2` is not a Region this version knows
     --> shop.yaml:6:20
      |
    6 | standby: { region: us-wset-2, account: "111122223333" }
      |                    ^^^^^^^^^
      |
      = help: did you mean `us-west-2`? If the Region is new, this does no harm
    "#);
}

#[test]
fn roles_and_external_ids() {
    insta::assert_snapshot!(
        replaced(
            "us-west-2, account: \"111122223333\"",
            "us-west-2, account: \"111122223333\", role_arn: \"arn:aws:iam::444455556666:role/dr\""
        ),
        @r#"
    error: the role belongs to another account than the standby side
     --> shop.yaml:6:66
      |
    6 | standby: { region: us-west-2, account: "111122223333", role_arn: "arn:aws:iam::444455556666:role/dr" }
      |                                        --------------            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |                                        |
      |                                        the side's account
      |
      = help: write a role of the side's own account; it is assumed to get there
    "#
    );
    insta::assert_snapshot!(
        replaced("us-west-2, account: \"111122223333\"", "us-west-2, account: \"111122223333\", external_id: abc"),
        @r#"
    error: an external id is told only to a role, and there is no `role_arn`
     --> shop.yaml:6:69
      |
    6 | standby: { region: us-west-2, account: "111122223333", external_id: abc }
      |                                                                     ^^^
      |
      = help: add the `role_arn`, or take the external id away
    "#
    );
}

#[test]
fn tiers_that_collide() {
    insta::assert_snapshot!(
        added(
            "  - { name: web, group: { auto_scaling_group: shop-api } }
  - { name: api-1, group: { auto_scaling_group: shop-web } }
  - { name: api1, group: { auto_scaling_group: shop-worker } }
"
        ),
        @r#"
    error: there are two tiers named `web`
      --> shop.yaml:10:13
       |
     8 |   - name: web
       |           --- first here
     9 |     group: { auto_scaling_group: shop-web }
    10 |   - { name: web, group: { auto_scaling_group: shop-api } }
       |             ^^^
       |
       = help: give each tier a name of its own

    error: two tiers mirror the group `shop-web`: it would be counted twice
      --> shop.yaml:11:49
       |
     9 |     group: { auto_scaling_group: shop-web }
       |                                  -------- first here
    10 |   - { name: web, group: { auto_scaling_group: shop-api } }
    11 |   - { name: api-1, group: { auto_scaling_group: shop-web } }
       |                                                 ^^^^^^^^
       |
       = help: mirror each group in one tier

    error: the tiers `api-1` and `api1` would both be `Api1` in templates
      --> shop.yaml:12:13
       |
    11 |   - { name: api-1, group: { auto_scaling_group: shop-web } }
       |             ----- first here
    12 |   - { name: api1, group: { auto_scaling_group: shop-worker } }
       |             ^^^^
       |
       = help: give each tier a name of its own
    "#
    );
    insta::assert_snapshot!(replaced("tiers:\n  - name: web\n    group: { auto_scaling_group: shop-web }", "tiers: []"), @r#"
    error: there is no tier: nothing would be protected
     --> shop.yaml:7:1
      |
    7 | tiers: []
      | ^^^^^
      |
      = help: add one entry per Auto Scaling group, such as `- { name: web, group: { auto_scaling_group: shop-web } }`
    "#);
    insta::assert_snapshot!(added("    instance_types: [m6i.large, m5.large, m6i.large]\n"), @r#"
    error: `m6i.large` is listed twice
      --> shop.yaml:10:43
       |
    10 |     instance_types: [m6i.large, m5.large, m6i.large]
       |                      --------- first here ^^^^^^^^^
       |
       = help: list each type once, the preferred one first
    "#);
}

#[test]
fn sizes_that_say_nothing_under_the_strategy() {
    for strategy in ["pilot-light", "multi-site"] {
        let text = format!("{GOOD}    standby: {{ percent: 20 }}\n").replace("warm-standby", strategy);
        let loaded = load(&text).expect("it can be used");
        assert_eq!(loaded.warnings.len(), 1, "{strategy}");
    }
    insta::assert_snapshot!(
        told(&format!("{GOOD}    standby: {{ percent: 20 }}\n").replace("warm-standby", "pilot-light")),
        @r#"
    can be used
    warning: under pilot-light the groups stand at zero, so `standby` says nothing here
      --> shop.yaml:10:5
       |
    10 |     standby: { percent: 20 }
       |     ^^^^^^^
       |
       = help: take it away, or choose the strategy warm-standby
    "#
    );
    insta::assert_snapshot!(replaced("warm-standby", "backup-and-restore"), @r#"
    can be used
    warning: this version neither takes nor restores backups: it provisions and follows, and no server runs
     --> shop.yaml:3:11
      |
    3 | strategy: backup-and-restore
      |           ^^^^^^^^^^^^^^^^^^
      |
      = help: look after backups by other means until a later version does
    "#);
    insta::assert_snapshot!(added("    full: { basis: current, window: 7d }\n"), @r#"
    can be used
    warning: a window is for the basis `peak`; the basis `current` looks at one moment
      --> shop.yaml:10:37
       |
    10 |     full: { basis: current, window: 7d }
       |                                     ^^
       |
       = help: take the window away, or choose `basis: peak`
    "#);
}

#[test]
fn times_that_cannot_be() {
    insta::assert_snapshot!(replaced("rto: 30m", "rto: 0s"), @r#"
    error: a recovery time objective of zero cannot be met: deciding alone takes time
     --> shop.yaml:4:20
      |
    4 | objectives: { rto: 0s, rpo: 5m }
      |                    ^^
      |
      = help: write how long service may be gone, such as 30m
    "#);
    insta::assert_snapshot!(added("    full: { window: 500d }\n"), @r#"
    error: a peak is looked for over 1h to 455d, which CloudWatch keeps, not 500d
      --> shop.yaml:10:21
       |
    10 |     full: { window: 500d }
       |                     ^^^^
       |
       = help: the default is 14d
    "#);
}

#[test]
fn parameters_that_overlap_and_keys_elsewhere() {
    insta::assert_snapshot!(
        added(
            "sync:
  images: { key: \"arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000\" }
  parameters: [{ path: /shop/ }, { path: /shop/prod/ }, { path: /other/ }, { path: /other/ }]
"
        ),
        @r#"
    error: the key is in `us-east-1`, and the copies it would encrypt are in `us-west-2`
      --> shop.yaml:11:18
       |
    11 |   images: { key: "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000" }
       |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: name a key of us-west-2, such as alias/shop-dr

    error: `/shop/` and `/shop/prod/` overlap: what is below both would be written twice
      --> shop.yaml:12:42
       |
    12 |   parameters: [{ path: /shop/ }, { path: /shop/prod/ }, { path: /other/ }, { path: /other/ }]
       |                        ------ first here ^^^^^^^^^^^
       |
       = help: list paths that do not contain each other

    error: the path `/other/` is listed twice
      --> shop.yaml:12:84
       |
    12 |   parameters: [{ path: /shop/ }, { path: /shop/prod/ }, { path: /other/ }, { path: /other/ }]
       |                                                                 ------- first here ^^^^^^^
       |
       = help: list paths that do not contain each other
    "#
    );
}

#[test]
fn map_entries_that_lead_nowhere() {
    insta::assert_snapshot!(
        added(
            "map:
  shop-ops: shop-ops
  \"arn:aws:acm:us-west-2:111122223333:certificate/b\": \"arn:aws:acm:us-east-1:111122223333:certificate/a\"
"
        ),
        @r#"
    can be used
    warning: this maps an identifier to itself
      --> shop.yaml:11:13
       |
    11 |   shop-ops: shop-ops
       |             ^^^^^^^^
       |
       = help: name its counterpart in the standby
    warning: this names something of the standby's Region `us-west-2`; production has no such thing
      --> shop.yaml:12:3
       |
    12 |   "arn:aws:acm:us-west-2:111122223333:certificate/b": "arn:aws:acm:us-east-1:111122223333:certificate/a"
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write the primary's identifier first, the standby's second
    warning: the counterpart is in the primary's Region `us-east-1` and would be lost with it
      --> shop.yaml:12:55
       |
    12 |   "arn:aws:acm:us-west-2:111122223333:certificate/b": "arn:aws:acm:us-east-1:111122223333:certificate/a"
       |                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: name its counterpart in the standby's Region
    "#
    );
    insta::assert_snapshot!(added("map:\n  a: x\n  a: y\n  b: 12\n"), @r#"
    error: the key `a` stands here a second time
      --> shop.yaml:12:3
       |
    11 |   a: x
       |   - first here
    12 |   a: y
       |   ^
       |
       = help: keep one of them: which of the two would hold is a guess

    error: expected text, found the number `12`
      --> shop.yaml:13:6
       |
    13 |   b: 12
       |      ^^
       |
       = help: put it in quotes to make it text
    "#);
}

#[test]
fn expired_rule() {
    insta::assert_snapshot!(
        added("drift:\n  ignore:\n    - { path: web/tags/x, reason: moving, expires: 2026-11-19 }\n"),
        @r#"
    can be used
    warning: this rule expired on 2026-11-19: the difference counts as drift again
      --> shop.yaml:12:52
       |
    12 |     - { path: web/tags/x, reason: moving, expires: 2026-11-19 }
       |                                                    ^^^^^^^^^^
       |
       = help: mend the difference, or decide again and write a later day
    "#
    );
}

#[test]
fn problems_of_shape_and_of_meaning_come_together_in_the_order_of_the_file() {
    let text =
        format!("{GOOD}  - {{ name: web, group: {{ auto_scaling_group: shop-web }}, ordre: 1 }}\nstore: http://x\n")
            .replace("us-west-2", "us-east-1")
            .replace("rto: 30m", "rto: soon");
    insta::assert_snapshot!(messages(&text), @r#"
    4:20 objectives.rto: `soon` is not a length of time
      -> write it like 60s, 30m, 4h or 14d
    6:20 standby: the standby has the primary's Region and account: it would be lost with it
      -> choose another Region for the standby, or at least another account
    10:13 tiers[1].name: there are two tiers named `web`
      -> give each tier a name of its own
    10:47 tiers[1].group.auto_scaling_group: two tiers mirror the group `shop-web`: it would be counted twice
      -> mirror each group in one tier
    10:59 tiers[1].ordre: the key `ordre` is not known here
      -> did you mean `order`?
    11:8 store: `http://x` is not a store
      -> write `s3://bucket/prefix`, or a folder relative to this file
    "#);
}

#[test]
fn text_beyond_ascii_keeps_its_columns() {
    insta::assert_snapshot!(added("map: { \"größe\": \"x\", ключ: 3 }\n"), @r#"
    error: expected text, found the number `3`
      --> shop.yaml:10:28
       |
    10 | map: { "größe": "x", ключ: 3 }
       |                            ^
       |
       = help: put it in quotes to make it text
    "#);
}

#[test]
fn colour_only_when_asked_for() {
    let problems = load("name: 1\n").expect_err("problems");
    assert!(problems.render(true).contains('\u{1b}'));
    assert!(!problems.render(false).contains('\u{1b}'));
}

#[test]
fn programs_get_the_same_as_values() {
    let problems = load(&GOOD.replacen("strategy: warm-standby", "strategy: warm-stanby", 1)).expect_err("problems");
    insta::assert_json_snapshot!(problems, @r#"
    [
      {
        "severity": "error",
        "file": "shop.yaml",
        "line": 3,
        "column": 11,
        "path": "strategy",
        "message": "`warm-stanby` is not known here",
        "help": "did you mean `warm-standby`? Known are `backup-and-restore`, `pilot-light`, `warm-standby`, `multi-site`"
      }
    ]
    "#);
}
