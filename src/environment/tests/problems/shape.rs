//! Owns the tests of files that are not of the shape an environment has: keys, maps, lists, and kinds of value.

use super::super::{GOOD, messages};
use super::{added, replaced, told};

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
