//! Owns the story of data in a teardown, told by the real binary: protected, left, let go only when asked for.

use serde_json::{Value, json};

use super::binary::Desk;
use super::story_declare::{ready, state};

/// The status of each stack of the standby that is there.
fn stacks(desk: &Desk) -> Vec<String> {
    let stacks = state(desk)["regions"]["us-west-2"]["stacks"].clone();
    stacks.as_object().map(|stacks| stacks.keys().cloned().collect()).unwrap_or_default()
}

fn is_protected(desk: &Desk) -> bool {
    state(desk)["regions"]["us-west-2"]["stacks"]["shop-data"]["termination_protection"] == true
}

/// What somebody does in the console, of which the simulated cloud has no command.
fn by_hand(desk: &Desk, change: impl FnOnce(&mut Value)) {
    let mut account = state(desk);
    change(&mut account["regions"]["us-west-2"]);
    desk.write(".lifeboat/sim.json", &account.to_string());
}

#[test]
fn data_is_protected_stays_in_a_teardown_and_outlives_its_stack() {
    let desk = ready();
    assert!(is_protected(&desk));
    let again = desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    assert!(again.out.contains("No changes"), "{}", again.out);

    // Found off, it is a difference of its own, and the next deploy mends it.
    by_hand(&desk, |region| region["stacks"]["shop-data"]["termination_protection"] = false.into());
    let plan = desk.expect(2, &["plan", "shop.yaml", "--exit-code"]);
    assert!(plan.out.contains("termination protection  off -> on"), "{}", plan.out);
    let drift = desk.expect(2, &["drift", "shop.yaml"]);
    assert!(drift.out.contains("termination-protection"), "{}", drift.out);
    let mended = desk.expect(0, &["provision", "shop.yaml", "--yes", "-o", "json"]).json();
    let deeds: Vec<&Value> = mended["done"].as_array().into_iter().flatten().map(|done| &done["deed"]).collect();
    assert_eq!(deeds.iter().filter(|deed| **deed != "unchanged").collect::<Vec<_>>(), [&&json!("protected")]);
    assert!(is_protected(&desk));

    // An ordinary teardown leaves it, and what it stands on.
    let told = desk.expect(0, &["teardown", "shop.yaml", "--yes"]);
    for words in ["shop-data  stays", "add --with-data", "shop-data stands on it", "database shop-orders, a replica of"]
    {
        assert!(told.out.contains(words), "no `{words}` in {}", told.out);
    }
    let left = stacks(&desk);
    assert!(left.contains(&"shop-data".to_owned()) && left.contains(&"shop-network".to_owned()), "{left:?}");
    assert!(!left.iter().any(|name| name == "shop-compute" || name == "shop-edge"), "{left:?}");
    assert!(is_protected(&desk));
    let again = desk.expect(0, &["teardown", "shop.yaml", "--yes"]);
    assert!(again.out.contains("Nothing to delete. What is there stays."), "{}", again.out);

    // Asked for, the stack goes; the database does not, and nothing is begun that it would make fail.
    desk.expect(5, &["teardown", "shop.yaml", "--with-data"]);
    assert!(is_protected(&desk), "nothing is lifted before it is confirmed");
    let gone = desk.expect(0, &["teardown", "shop.yaml", "--with-data", "--yes", "-o", "json"]).json();
    let behind = gone["left_behind"].to_string();
    assert!(behind.contains("(shop-orders), kept by its deletion policy"), "{behind}");
    assert!(behind.contains("stack shop-network: database shop-orders stands in it"), "{behind}");
    let account = state(&desk);
    let west = &account["regions"]["us-west-2"];
    assert!(west["databases"]["shop-orders"].is_object() && west["stacks"]["shop-data"].is_null());
    assert_eq!(west["stacks"]["shop-network"]["status"], "CREATE_COMPLETE");

    // A person deletes the database; now nothing holds the rest.
    by_hand(&desk, |region| {
        region["databases"].as_object_mut().expect("databases").remove("shop-orders");
    });
    desk.expect(0, &["teardown", "shop.yaml", "--yes"]);
    assert_eq!(stacks(&desk), Vec::<String>::new());
}
