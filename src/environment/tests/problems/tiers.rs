//! Owns the tests of what is wrong with tiers: strategy, sizes, stacks, and what collides.

use super::super::{GOOD, load, messages};
use super::{added, replaced, told};

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
