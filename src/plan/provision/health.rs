//! Owns what a plan's health checks would ask: a check that fails from its first day leads users away, although nobody has
//! declared anything.

use serde_json::Value;

use super::{Intent, ProvisionPlan, StackAction};

/// The addresses that health checks ask which the plan makes or changes, as they would ask them. Left out are those that
/// are turned round, which ask for what is not there, and those that only connect.
pub fn asked_by_checks(intent: &Intent, plan: &ProvisionPlan) -> Vec<String> {
    let mut asked = Vec::new();
    for stack in &intent.stacks {
        let Some(planned) = plan.stack(stack.part) else { continue };
        let is_made = matches!(planned.action, StackAction::Create | StackAction::Recreate { .. });
        let body: Value = serde_json::from_str(&stack.body).unwrap_or_default();
        for (id, resource) in body["Resources"].as_object().into_iter().flatten() {
            let changes = is_made || planned.changes.iter().any(|change| change.logical_id == *id);
            if resource["Type"] == "AWS::Route53::HealthCheck" && changes {
                asked.extend(address(&resource["Properties"]["HealthCheckConfig"]));
            }
        }
    }
    asked
}

fn address(config: &Value) -> Option<String> {
    let scheme = match config["Type"].as_str()? {
        "HTTP" => "http",
        "HTTPS" => "https",
        _ => return None,
    };
    if is_true(&config["Inverted"]) {
        return None;
    }
    let host = config["FullyQualifiedDomainName"].as_str()?;
    let port = match &config["Port"] {
        Value::Null => String::new(),
        port => format!(":{}", port.as_str().map_or_else(|| port.to_string(), str::to_owned)),
    };
    Some(format!("{scheme}://{host}{port}{}", config["ResourcePath"].as_str().unwrap_or("/")))
}

fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or(false) || value.as_str() == Some("true")
}

/// Whether Route 53 takes an answer for healthy (developer guide, "How Route 53 determines whether a health check is
/// healthy": 2xx and 3xx).
pub fn is_healthy(status: u16) -> bool {
    (200..400).contains(&status)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_check_is_asked_as_route_53_asks() {
        let check = json!({
            "Type": "HTTPS", "FullyQualifiedDomainName": "web.elb", "Port": 443, "ResourcePath": "/up", "Inverted": false,
        });
        assert_eq!(address(&check).as_deref(), Some("https://web.elb:443/up"));
        let plain = json!({"Type": "HTTP", "FullyQualifiedDomainName": "web.elb", "Port": "8080"});
        assert_eq!(address(&plain).as_deref(), Some("http://web.elb:8080/"));
        let mut inverted = check.clone();
        inverted["Inverted"] = json!(true);
        let tcp = json!({"Type": "TCP", "FullyQualifiedDomainName": "web.elb", "Port": 443});
        assert_eq!((address(&inverted), address(&tcp), address(&Value::Null)), (None, None, None));
        assert_eq!([199, 200, 301, 399, 404, 503].map(is_healthy), [false, true, true, true, false, false]);
    }
}
