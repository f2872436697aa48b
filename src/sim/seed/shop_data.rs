//! Owns the shop's parameters and the metrics of its last fourteen days.

use jiff::{SignedDuration, Timestamp};

use crate::facts::{ParameterTier, ParameterType};
use crate::sim::state::{Parameter, RegionState};

/// Puts the parameters below `/shop/prod/` into a Region.
pub(super) fn parameters(region: &mut RegionState, api_dns: &str, database: &str) {
    let routing: Vec<String> =
        (0..120).map(|n| format!("{{\"postcode\":\"{n:05}\",\"depot\":\"us-east-1-{}\"}}", n % 7)).collect();
    let plain: [(&str, ParameterType, String, &str); 10] = [
        ("region", ParameterType::String, "us-east-1".to_owned(), "Where this is"),
        ("db/host", ParameterType::String, database.to_owned(), "Writer of the orders database"),
        ("db/name", ParameterType::String, "orders".to_owned(), ""),
        ("db/port", ParameterType::String, "5432".to_owned(), ""),
        ("api/url", ParameterType::String, format!("http://{api_dns}"), "Internal load balancer of the API"),
        (
            "queue/url",
            ParameterType::String,
            "https://sqs.us-east-1.amazonaws.com/111122223333/shop-orders".to_owned(),
            "",
        ),
        ("features", ParameterType::StringList, "checkout-v2,gift-cards,same-day".to_owned(), "Switched on"),
        ("hosts", ParameterType::StringList, "shop.example.com,www.shop.example.com".to_owned(), ""),
        ("web/greeting", ParameterType::String, "Say \"hello\",\nthen sell.".to_owned(), "Quotes and a newline"),
        ("web/workers", ParameterType::String, "16".to_owned(), ""),
    ];
    for (name, kind, value, description) in plain {
        put(region, name, kind, ParameterTier::Standard, value, description);
    }
    for (name, value) in [
        ("db/password", "correct-horse-battery-staple"),
        ("api/key", "sk_prod_51H8example"),
        ("session/secret", "7f3c0f7a9d"),
    ] {
        put(region, name, ParameterType::SecureString, ParameterTier::Standard, value.to_owned(), "");
    }
    let long = format!("[{}]", routing.join(","));
    put(region, "routing", ParameterType::String, ParameterTier::Advanced, long, "Depot by postcode");
}

fn put(
    region: &mut RegionState,
    name: &str,
    kind: ParameterType,
    tier: ParameterTier,
    value: String,
    description: &str,
) {
    let mut parameter = Parameter {
        kind,
        tier,
        data_type: "text".to_owned(),
        description: description.to_owned(),
        allowed_pattern: (name == "db/port").then(|| "^[0-9]+$".to_owned()),
        key_id: (kind == ParameterType::SecureString).then(|| "alias/aws/ssm".to_owned()),
        versions: Vec::new(),
    };
    parameter.push(value);
    region.parameters.insert(format!("/shop/prod/{name}"), parameter);
}

/// A fortnight of days that go down at night and up at noon; the highest noon was five days ago.
pub(super) fn metrics(region: &mut RegionState, now: Timestamp) {
    for (group, night, noon, highest, current) in
        [("shop-web", 4, 8, 10, 6), ("shop-api", 3, 5, 6, 4), ("shop-worker", 2, 4, 5, 3)]
    {
        let mut changes = Vec::new();
        for day in (1..=14_i64).rev() {
            for (hour, units) in
                [(24, night), (18, noon - 1), (12, if day == 5 { highest } else { noon }), (4, current)]
            {
                let before = SignedDuration::from_hours(day * 24 - 24 + hour);
                changes.push((now.checked_sub(before).unwrap_or(now), units));
            }
        }
        region.metrics.insert(group.to_owned(), changes);
    }
}
