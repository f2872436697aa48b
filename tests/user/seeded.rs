//! Owns desks on the simulated cloud: a worked example beside a seeded production, and its standby made.

use std::path::Path;

use super::binary::Desk;

/// The text of a worked example, such as `warm-standby`.
pub fn example(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("environments/{name}.yaml"));
    std::fs::read_to_string(file).expect("the example")
}

/// A desk with that environment file, and a production.
pub fn seeded(text: &str) -> Desk {
    let mut desk = Desk::new();
    desk.set("LIFEBOAT_CLOUD", "sim");
    desk.write("shop.yaml", text);
    desk.expect(0, &["sim", "seed"]);
    desk
}

/// Makes the standby.
pub fn stand_by(desk: &Desk) {
    desk.expect(0, &["baseline", "shop.yaml"]);
    desk.expect(0, &["sync", "shop.yaml"]);
    desk.expect(0, &["provision", "shop.yaml", "--yes"]);
    // What names the standby's load balancers could not be written before they were there.
    desk.expect(0, &["sync", "shop.yaml"]);
}
