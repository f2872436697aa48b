//! Owns evaluating expressions: Ref, GetAtt and the intrinsic functions.

use std::collections::BTreeMap;

use base64::Engine as _;
use serde_json::{Map, Value};

/// Finds a resource's physical id, or one of its attributes.
pub type Lookup<'a> = dyn Fn(&str, Option<&str>) -> Result<Value, String> + 'a;

/// What CloudFormation shows for a value it cannot know before it is carried out.
pub const KNOWN_AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// Everything an expression may refer to.
pub struct Scope<'a> {
    /// Parameters, lists as arrays.
    pub parameters: BTreeMap<String, Value>,
    /// Mappings.
    pub mappings: &'a Value,
    /// Conditions as written.
    pub conditions: &'a BTreeMap<String, Value>,
    /// `AWS::Region` and the other pseudo parameters.
    pub pseudo: BTreeMap<&'static str, Value>,
    /// Zone names of the Region.
    pub zones: Vec<String>,
    /// A resource's physical id, or one of its attributes.
    pub resource: &'a Lookup<'a>,
    /// An SSM parameter's value, by name.
    pub ssm: &'a dyn Fn(&str) -> Option<String>,
}

/// Whether a value holds nothing that is known only later.
pub fn known(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains(KNOWN_AFTER_APPLY),
        Value::Array(items) => items.iter().all(known),
        Value::Object(map) => map.values().all(known),
        _ => true,
    }
}

/// The value of an expression; none for `AWS::NoValue`.
pub fn evaluate(scope: &Scope<'_>, value: &Value) -> Result<Option<Value>, String> {
    match value {
        Value::Object(map) if map.len() == 1 => {
            let (name, argument) = map.iter().next().ok_or("empty function")?;
            match name.as_str() {
                "Ref" => scope.reference(argument),
                "Condition" if argument.is_string() => Ok(Some(Value::Bool(scope.condition(argument)?))),
                name if name.starts_with("Fn::") => scope.function(name, argument),
                _ => scope.object(map).map(Some),
            }
        }
        Value::Object(map) => scope.object(map).map(Some),
        Value::Array(items) => {
            let mut out = Vec::with_capacity(items.len());
            for item in items {
                out.extend(evaluate(scope, item)?);
            }
            Ok(Some(Value::Array(out)))
        }
        Value::String(text) => scope.dynamic(text).map(|text| Some(Value::String(text))),
        other => Ok(Some(other.clone())),
    }
}

impl Scope<'_> {
    /// Whether a condition of that name holds.
    pub fn holds(&self, name: &str) -> Result<bool, String> {
        let written = self
            .conditions
            .get(name)
            .ok_or_else(|| format!("Template format error: Unresolved condition dependency {name}"))?;
        match evaluate(self, written)? {
            Some(Value::Bool(holds)) => Ok(holds),
            _ => Err(format!("Template format error: condition {name} is not a condition")),
        }
    }

    fn condition(&self, argument: &Value) -> Result<bool, String> {
        self.holds(argument.as_str().unwrap_or_default())
    }

    fn object(&self, map: &Map<String, Value>) -> Result<Value, String> {
        let mut out = Map::new();
        for (key, value) in map {
            if let Some(value) = evaluate(self, value)? {
                out.insert(key.clone(), value);
            }
        }
        Ok(Value::Object(out))
    }

    fn reference(&self, argument: &Value) -> Result<Option<Value>, String> {
        let name = argument.as_str().ok_or("Template format error: Ref takes a name")?;
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.pseudo.get(name).or_else(|| self.parameters.get(name)) {
            return Ok(Some(value.clone()));
        }
        (self.resource)(name, None).map(Some)
    }

    fn function(&self, name: &str, argument: &Value) -> Result<Option<Value>, String> {
        let wrong = |what: &str| format!("Template error: every {name} object requires {what}");
        match name {
            "Fn::GetAtt" => {
                let (logical_id, attribute) = match argument {
                    Value::String(path) => path.split_once('.').ok_or_else(|| wrong("a resource and an attribute"))?,
                    Value::Array(parts) => {
                        match (parts.first().and_then(Value::as_str), parts.get(1).and_then(Value::as_str)) {
                            (Some(logical_id), Some(attribute)) => (logical_id, attribute),
                            _ => return Err(wrong("a resource and an attribute")),
                        }
                    }
                    _ => return Err(wrong("a resource and an attribute")),
                };
                (self.resource)(logical_id, Some(attribute)).map(Some)
            }
            "Fn::Sub" => self.sub(argument).map(|text| Some(Value::String(text))),
            "Fn::Join" => {
                let parts = self.arguments(argument, 2).map_err(|_| wrong("a delimiter and a list"))?;
                let delimiter = parts[0].as_str().ok_or_else(|| wrong("a delimiter and a list"))?;
                if !known(&parts[1]) {
                    return Ok(Some(unknown()));
                }
                let items = parts[1].as_array().ok_or_else(|| wrong("a delimiter and a list"))?;
                Ok(Some(Value::String(items.iter().map(text_of).collect::<Vec<_>>().join(delimiter))))
            }
            "Fn::Split" => {
                let parts = self.arguments(argument, 2).map_err(|_| wrong("a delimiter and a string"))?;
                if !known(&parts[1]) {
                    return Ok(Some(unknown()));
                }
                let (Some(delimiter), Some(text)) = (parts[0].as_str(), parts[1].as_str()) else {
                    return Err(wrong("a delimiter and a string"));
                };
                Ok(Some(text.split(delimiter).map(|part| Value::String(part.to_owned())).collect()))
            }
            "Fn::Select" => {
                let parts = self.arguments(argument, 2).map_err(|_| wrong("an index and a list"))?;
                let index: usize = text_of(&parts[0]).parse().map_err(|_| wrong("an index and a list"))?;
                match &parts[1] {
                    Value::Array(items) => items.get(index).cloned().map(Some).ok_or_else(|| {
                        format!("Template error: Fn::Select cannot select nonexistent value at index {index}")
                    }),
                    other if !known(other) => Ok(Some(unknown())),
                    _ => Err(wrong("an index and a list")),
                }
            }
            "Fn::FindInMap" => {
                let parts = self.arguments(argument, 3).map_err(|_| wrong("a map and two keys"))?;
                let keys: Vec<String> = parts.iter().map(text_of).collect();
                self.mappings
                    .get(&keys[0])
                    .and_then(|map| map.get(&keys[1]))
                    .and_then(|map| map.get(&keys[2]))
                    .cloned()
                    .map(Some)
                    .ok_or_else(|| format!("Template error: Unable to get mapping for {}", keys.join("::")))
            }
            "Fn::If" => {
                let parts =
                    argument.as_array().filter(|parts| parts.len() == 3).ok_or_else(|| wrong("three arguments"))?;
                let branch = if self.condition(&parts[0])? { &parts[1] } else { &parts[2] };
                evaluate(self, branch)
            }
            "Fn::Equals" => {
                let parts = self.arguments(argument, 2).map_err(|_| wrong("two values"))?;
                Ok(Some(Value::Bool(text_of(&parts[0]) == text_of(&parts[1]))))
            }
            "Fn::Not" => Ok(Some(Value::Bool(!self.truths(name, argument)?.into_iter().all(|truth| truth)))),
            "Fn::And" => Ok(Some(Value::Bool(self.truths(name, argument)?.into_iter().all(|truth| truth)))),
            "Fn::Or" => Ok(Some(Value::Bool(self.truths(name, argument)?.into_iter().any(|truth| truth)))),
            "Fn::Base64" => {
                let value = evaluate(self, argument)?.ok_or_else(|| wrong("a string"))?;
                if !known(&value) {
                    return Ok(Some(unknown()));
                }
                let encoded = base64::engine::general_purpose::STANDARD.encode(text_of(&value));
                Ok(Some(Value::String(encoded)))
            }
            "Fn::GetAZs" => Ok(Some(self.zones.iter().cloned().map(Value::String).collect())),
            other => Err(format!("Template error: the simulated cloud does not evaluate {other}")),
        }
    }

    fn arguments(&self, argument: &Value, count: usize) -> Result<Vec<Value>, String> {
        let parts = argument.as_array().filter(|parts| parts.len() == count).ok_or("wrong number of arguments")?;
        parts.iter().map(|part| evaluate(self, part)?.ok_or_else(|| "AWS::NoValue is not a value".to_owned())).collect()
    }

    fn truths(&self, name: &str, argument: &Value) -> Result<Vec<bool>, String> {
        let parts = argument.as_array().ok_or_else(|| format!("Template error: {name} takes a list of conditions"))?;
        parts
            .iter()
            .map(|part| match evaluate(self, part)? {
                Some(Value::Bool(truth)) => Ok(truth),
                _ => Err(format!("Template error: {name} takes conditions")),
            })
            .collect()
    }

    fn sub(&self, argument: &Value) -> Result<String, String> {
        let (text, vars) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Array(parts) => {
                (parts.first().and_then(Value::as_str).unwrap_or_default(), parts.get(1).and_then(Value::as_object))
            }
            _ => return Err("Template error: every Fn::Sub object requires a string".to_owned()),
        };
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some(end) = rest[start..].find('}').map(|end| start + end) else { break };
            out.push_str(&rest[..start]);
            let name = &rest[start + 2..end];
            rest = &rest[end + 1..];
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let value = match vars.and_then(|vars| vars.get(name)) {
                Some(var) => evaluate(self, var)?.ok_or("AWS::NoValue is not a value")?,
                None => match name.split_once('.') {
                    Some((logical_id, attribute)) => (self.resource)(logical_id, Some(attribute))?,
                    None => self.reference(&Value::String(name.to_owned()))?.ok_or("AWS::NoValue is not a value")?,
                },
            };
            if !known(&value) {
                return Ok(KNOWN_AFTER_APPLY.to_owned());
            }
            out.push_str(&text_of(&value));
        }
        out.push_str(rest);
        self.dynamic(&out)
    }

    /// `{{resolve:ssm:name}}`; with a space after the braces CloudFormation reads it literally.
    fn dynamic(&self, text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{resolve:") {
            let Some(end) = rest[start..].find("}}").map(|end| start + end) else { break };
            out.push_str(&rest[..start]);
            let reference = &rest[start + 10..end];
            rest = &rest[end + 2..];
            let name = reference
                .strip_prefix("ssm:")
                .ok_or_else(|| format!("the simulated cloud does not resolve {{{{resolve:{reference}}}}}"))?;
            let bare = name.split(':').next().unwrap_or(name);
            let value = (self.ssm)(bare).ok_or_else(|| format!("Parameters: [ssm:{name}] cannot be found."))?;
            out.push_str(&value);
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn unknown() -> Value {
    Value::String(KNOWN_AFTER_APPLY.to_owned())
}

/// A scalar as CloudFormation writes it into text.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
