//! Owns the order of resources: who refers to whom, unresolved references, cycles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::parse::{Template, format_error};
use crate::sim::call::Refusal;

/// The order of a template's resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Logical ids, each after everything it refers to.
    pub sequence: Vec<String>,
    /// What each resource refers to directly.
    pub needs: BTreeMap<String, BTreeSet<String>>,
}

impl Order {
    /// Works out the order of the resources that are there under these conditions; refuses references to nothing and
    /// cycles.
    pub fn of(template: &Template, present: &BTreeSet<String>) -> Result<Self, Refusal> {
        let mut unresolved = BTreeSet::new();
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (logical_id, resource) in &template.resources {
            let mut named = BTreeSet::new();
            references(&resource.properties, &mut named);
            named.extend(resource.depends_on.iter().cloned());
            for name in &named {
                if !template.resources.contains_key(name) && !template.parameters.contains_key(name) {
                    unresolved.insert(name.clone());
                }
            }
            if present.contains(logical_id) {
                named.retain(|name| present.contains(name));
                needs.insert(logical_id.clone(), named);
            }
        }
        if !unresolved.is_empty() {
            let names: Vec<String> = unresolved.into_iter().collect();
            return Err(format_error(&format!(
                "Unresolved resource dependencies [{}] in the Resources block of the template",
                names.join(", ")
            )));
        }
        let sequence = sorted(&needs).map_err(|cycle| {
            Refusal::invalid(format!("Circular dependency between resources: [{}]", cycle.join(", ")))
        })?;
        Ok(Order { sequence, needs })
    }

    /// Who refers directly to each resource.
    pub fn needed_by(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (user, needs) in &self.needs {
            for need in needs {
                users.entry(need.clone()).or_default().insert(user.clone());
            }
        }
        users
    }
}

fn sorted(needs: &BTreeMap<String, BTreeSet<String>>) -> Result<Vec<String>, Vec<String>> {
    let mut left: BTreeMap<&String, BTreeSet<&String>> =
        needs.iter().map(|(id, needs)| (id, needs.iter().collect())).collect();
    let mut sequence = Vec::new();
    while !left.is_empty() {
        let ready: Vec<&String> = left.iter().filter(|(_, needs)| needs.is_empty()).map(|(id, _)| *id).collect();
        if ready.is_empty() {
            return Err(left.keys().map(|id| (*id).clone()).collect());
        }
        for id in ready {
            left.remove(id);
            left.values_mut().for_each(|needs| {
                needs.remove(id);
            });
            sequence.push(id.clone());
        }
    }
    Ok(sequence)
}

/// The names an expression refers to by Ref, Fn::GetAtt and Fn::Sub; pseudo parameters left out.
pub fn references(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("Ref", Value::String(name)) if !name.starts_with("AWS::") => {
                        names.insert(name.clone());
                    }
                    ("Fn::GetAtt", Value::String(path)) => {
                        names.insert(path.split('.').next().unwrap_or(path).to_owned());
                    }
                    ("Fn::GetAtt", Value::Array(path)) => {
                        names.extend(path.first().and_then(Value::as_str).map(str::to_owned));
                    }
                    ("Fn::Sub", Value::String(text)) => sub_names(text, &BTreeSet::new(), names),
                    ("Fn::Sub", Value::Array(parts)) => {
                        let own: BTreeSet<String> = parts
                            .get(1)
                            .and_then(Value::as_object)
                            .map(|vars| vars.keys().cloned().collect())
                            .unwrap_or_default();
                        if let Some(text) = parts.first().and_then(Value::as_str) {
                            sub_names(text, &own, names);
                        }
                        if let Some(vars) = parts.get(1) {
                            references(vars, names);
                        }
                    }
                    _ => references(inner, names),
                }
            }
        }
        _ => {}
    }
}

fn sub_names(text: &str, own: &BTreeSet<String>, names: &mut BTreeSet<String>) {
    for name in text.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
        let bare = name.split('.').next().unwrap_or(name);
        if !name.starts_with('!') && !name.starts_with("AWS::") && !own.contains(bare) {
            names.insert(bare.to_owned());
        }
    }
}
