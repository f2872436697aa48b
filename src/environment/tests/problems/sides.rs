//! Owns the tests of what is wrong with where the two sides are: accounts, Regions, roles, networks.

use super::super::messages;
use super::{added, replaced};

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
