//! Owns the tests of what is wrong with how the standby follows production: times, parameters, the map, rules of drift.

use super::{added, replaced};

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
