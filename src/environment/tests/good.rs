//! Owns the tests of files that are right: defaults, everything written, examples and starters.

use std::path::PathBuf;

use super::{GOOD, load};
use crate::environment::{Source, read, schema, starter};
use crate::model::{Basis, Network, Span, StoreLocation, Strategy};

#[test]
fn every_default_is_filled_in() {
    let loaded = load(GOOD).expect("a good file");
    assert_eq!(loaded.warnings, vec![]);
    insta::assert_json_snapshot!(loaded.environment, @r#"
    {
      "name": "shop",
      "strategy": "warm-standby",
      "objectives": {
        "rto": "30m",
        "rpo": "5m"
      },
      "primary": {
        "region": "us-east-1",
        "account": "111122223333",
        "role_arn": null,
        "external_id": null,
        "profile": null,
        "endpoint_url": null
      },
      "standby": {
        "region": "us-west-2",
        "account": "111122223333",
        "role_arn": null,
        "external_id": null,
        "profile": null,
        "endpoint_url": null
      },
      "store": {
        "folder": "environments/.lifeboat"
      },
      "network": {
        "new": {
          "cidr": "10.80.0.0/16",
          "availability_zones": 3
        }
      },
      "stacks": {
        "compute": 1
      },
      "tiers": [
        {
          "name": "web",
          "order": 10,
          "auto_scaling_group": "shop-web",
          "standby": {
            "percent": 20,
            "min": 1
          },
          "full": {
            "basis": "peak",
            "window": "14d",
            "floor": 1
          },
          "instance_types": [],
          "load_balancer": null
        }
      ],
      "sync": {
        "images": {
          "key": null,
          "keep": 3
        },
        "parameters": []
      },
      "map": {},
      "drift": {
        "ignore": []
      }
    }
    "#);
}

#[test]
fn what_is_written_holds() {
    let text = format!(
        "{GOOD}    order: 20
    standby: {{ percent: 50, min: 2 }}
    full: {{ basis: current, floor: 6 }}
    instance_types: [m6i.large, m5.large]
    load_balancer: {{ listener: 443, health_check: /healthz }}
  - {{ name: api, order: 20, group: {{ auto_scaling_group: shop-api }} }}
  - {{ name: worker, order: 5, group: {{ auto_scaling_group: shop-worker }}, full: {{ window: 1d12h }} }}
store: s3://shop-dr-us-west-2/lifeboat/
network: {{ vpc_id: vpc-0a1b2c3d, private_subnet_ids: [subnet-0a1b2c3d, subnet-0a1b2c3e] }}
sync:
  images: {{ key: alias/shop-dr, keep: 5 }}
  parameters:
    - {{ path: /shop/prod/, rewrite: {{ us-east-1: us-west-2 }}, delete: true }}
map: {{ shop-ops: shop-ops-west }}
drift:
  ignore:
    - {{ path: web/tags/CostCentre, reason: billing, expires: 2026-11-20 }}
"
    );
    let environment = load(&text).expect("a good file").environment;
    let order: Vec<&str> = environment.tiers.iter().map(|tier| tier.name.as_str()).collect();
    assert_eq!(order, ["worker", "api", "web"], "by order, then by name");
    let web = environment.tier("web").expect("web");
    assert_eq!((web.standby.percent, web.standby.min), (50, 2));
    assert_eq!((web.full.basis, web.full.floor), (Basis::Current, 6));
    assert_eq!(web.instance_types, ["m6i.large", "m5.large"]);
    let balancer = web.load_balancer.as_ref().expect("a load balancer");
    assert_eq!((balancer.listener, balancer.health_check.as_deref()), (Some(443), Some("/healthz")));
    assert_eq!(environment.tier("worker").map(|tier| tier.full.window), Some(Span::from_secs(36 * 3_600)));
    let store = StoreLocation::S3 { bucket: "shop-dr-us-west-2".into(), prefix: "lifeboat".into() };
    assert_eq!(environment.store, store);
    assert!(
        matches!(&environment.network, Network::Existing { private_subnet_ids, .. } if private_subnet_ids.len() == 2)
    );
    assert_eq!((environment.sync.images.key.as_deref(), environment.sync.images.keep), (Some("alias/shop-dr"), 5));
    let parameters = &environment.sync.parameters[0];
    assert_eq!((parameters.path.as_str(), parameters.delete), ("/shop/prod/", true));
    assert_eq!(parameters.rewrite["us-east-1"], "us-west-2");
    assert_eq!(environment.map["shop-ops"], "shop-ops-west");
    assert_eq!(environment.drift.ignore[0].line, 26);
}

#[test]
fn a_relative_store_begins_at_the_file() {
    let folder = |text: &str| load(text).expect("a good file").environment.store;
    assert_eq!(folder(GOOD), StoreLocation::Folder(PathBuf::from("environments/.lifeboat")));
    assert_eq!(folder(&format!("{GOOD}store: ../state\n")), StoreLocation::Folder("environments/../state".into()));
    assert_eq!(folder(&format!("{GOOD}store: /var/lib/x\n")), StoreLocation::Folder("/var/lib/x".into()));
}

#[test]
fn an_empty_value_is_the_default() {
    let text = format!("{GOOD}stacks:\nsync:\nmap:\ndrift:\nnetwork:\n    \n");
    assert_eq!(load(&text).expect("a good file").environment, load(GOOD).expect("a good file").environment);
}

#[test]
fn every_starter_checks_clean() {
    for strategy in [Strategy::PilotLight, Strategy::WarmStandby, Strategy::MultiSite, Strategy::BackupAndRestore] {
        let loaded = load(&starter::text("shop", strategy).expect("a name")).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((loaded.environment.name.as_str(), loaded.environment.strategy), ("shop", strategy));
        let warned = loaded.warnings.len();
        assert_eq!(warned, usize::from(strategy == Strategy::BackupAndRestore), "{:?}", loaded.warnings);
    }
    assert!(starter::text("My Shop", Strategy::PilotLight).is_err());
}

#[test]
fn a_starter_is_still_right_with_its_comments_taken_off() {
    let text = starter::text("shop", Strategy::WarmStandby).expect("a name");
    let (head, tail) = text.split_once("sync:\n").expect("sync");
    let tail = ["  # Everything", "# How users", "# standby Region", "# Ident", "# Diff"]
        .iter()
        .fold(tail.to_owned(), |tail, prose| tail.replace(prose, &prose.replace('#', "##")));
    let tail: Vec<String> = tail
        .lines()
        .map(|line| if line.contains("##") { line.to_owned() } else { line.replacen("# ", "", 1) })
        .collect();
    let loaded = load(&format!("{head}sync:\n{}\n", tail.join("\n"))).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(loaded.environment.sync.parameters[0].path, "/shop/prod/");
    assert_eq!(loaded.environment.traffic.map(|traffic| traffic.record).as_deref(), Some("shop.example.com"));
    assert_eq!(loaded.environment.map.len(), 1);
    assert_eq!(loaded.environment.drift.ignore.len(), 1);
    assert_eq!(loaded.warnings, vec![]);
    let (before, data) = text.split_once("# data:\n").expect("data");
    let (data, after) = data.split_once("\n\n").expect("the end of data");
    let (between, events) = after.split_once("# event_sources:\n").expect("event sources");
    let (events, after) = events.split_once("\n\n").expect("the end of event sources");
    let bare = |lines: &str| -> String {
        let lines: Vec<&str> = lines.lines().map(|line| line.strip_prefix("# ").expect("a comment")).collect();
        lines.join("\n")
    };
    let (data, events) = (bare(data), bare(events));
    let whole = format!("{before}data:\n{data}\n\n{between}event_sources:\n{events}\n\n{after}");
    let environment = load(&whole).unwrap_or_else(|e| panic!("{e}")).environment;
    assert_eq!((environment.data.len(), environment.event_sources.len()), (3, 2));
    let stacks = loaded.environment.stacks.compute;
    let split = text.replace("# stacks: { compute: 1 }", "stacks: { compute: 5 }");
    assert_eq!((stacks, load(&split).unwrap_or_else(|e| panic!("{e}")).environment.stacks.compute), (1, 5));
}

#[test]
fn every_example_loads_without_a_warning() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("environments");
    for (file, name, strategy) in [
        ("pilot-light.yaml", "shop-pilot", Strategy::PilotLight),
        ("warm-standby.yaml", "shop", Strategy::WarmStandby),
        ("multi-site.yaml", "shop-multi", Strategy::MultiSite),
    ] {
        let text = std::fs::read_to_string(folder.join(file)).expect(file);
        assert!(text.starts_with("# yaml-language-server: $schema=./lifeboat.schema.json\n"), "{file}");
        let today = jiff::civil::date(2026, 11, 20);
        let loaded = read(&Source { name: file.to_owned(), text, folder: folder.clone(), today });
        let loaded = loaded.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(loaded.warnings, vec![], "{file}");
        assert_eq!((loaded.environment.name.as_str(), loaded.environment.strategy), (name, strategy));
        let tiers: Vec<&str> = loaded.environment.tiers.iter().map(|tier| tier.name.as_str()).collect();
        assert_eq!(tiers, ["api", "worker", "web"], "{file}");
    }
}

#[test]
fn the_schema_beside_the_examples_is_the_one_printed() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("environments/lifeboat.schema.json");
    let kept = std::fs::read_to_string(path).expect("environments/lifeboat.schema.json");
    assert_eq!(kept, schema::json_schema(), "write the output of `lifeboat schema` there");
}
