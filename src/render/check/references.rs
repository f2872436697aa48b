//! Owns finding every reference in a template: Ref, GetAtt, Sub, DependsOn, conditions and mappings.

use serde_json::{Map, Value};

/// What a reference names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A parameter, a resource or a pseudo parameter.
    Named(String),
    /// A resource only.
    Resource(String),
    /// A condition.
    Condition(String),
    /// A mapping.
    Mapping(String),
}

impl Target {
    pub fn name(&self) -> &str {
        match self {
            Target::Named(name) | Target::Resource(name) | Target::Condition(name) | Target::Mapping(name) => name,
        }
    }
}

/// A reference with its place, such as `Resources/Vpc/Properties/Tags/0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// The resource it stands in; none in other sections.
    pub from: Option<String>,
    pub place: String,
    pub target: Target,
}

/// Every reference in a template.
pub(super) fn find(document: &Value) -> Vec<Reference> {
    let mut finder = Finder { found: Vec::new(), from: None };
    for (section, contents) in document.as_object().into_iter().flatten() {
        if matches!(section.as_str(), "Metadata" | "Parameters" | "Mappings") {
            continue;
        }
        for (name, value) in contents.as_object().into_iter().flatten() {
            finder.from = (section == "Resources").then(|| name.clone());
            let place = format!("{section}/{name}");
            finder.attributes(&place, value);
            finder.walk(&place, value);
        }
    }
    finder.found
}

/// How many dynamic references a template holds.
pub(super) fn dynamic(value: &Value) -> usize {
    match value {
        Value::String(text) => text.matches("{{resolve:").count(),
        Value::Array(items) => items.iter().map(dynamic).sum(),
        Value::Object(map) => map.values().map(dynamic).sum(),
        _ => 0,
    }
}

struct Finder {
    found: Vec<Reference>,
    from: Option<String>,
}

impl Finder {
    fn add(&mut self, place: &str, target: Target) {
        self.found.push(Reference { from: self.from.clone(), place: place.to_owned(), target });
    }

    /// What stands beside a resource's properties.
    fn attributes(&mut self, place: &str, resource: &Value) {
        let names: Vec<&str> = match resource.get("DependsOn") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        for name in names {
            self.add(&format!("{place}/DependsOn"), Target::Resource(name.to_owned()));
        }
        if let Some(Value::String(name)) = resource.get("Condition") {
            self.add(&format!("{place}/Condition"), Target::Condition(name.clone()));
        }
    }

    fn walk(&mut self, place: &str, value: &Value) {
        match value {
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.walk(&format!("{place}/{i}"), item);
                }
            }
            Value::Object(map) => {
                self.function(place, map);
                for (key, inner) in map {
                    self.walk(&format!("{place}/{key}"), inner);
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, place: &str, map: &Map<String, Value>) {
        let Some((name, argument)) = map.iter().next().filter(|_| map.len() == 1) else { return };
        let first = argument.get(0).and_then(Value::as_str);
        match (name.as_str(), argument) {
            ("Ref", Value::String(name)) => self.add(place, Target::Named(name.clone())),
            ("Condition", Value::String(name)) => self.add(place, Target::Condition(name.clone())),
            ("Fn::GetAtt", Value::String(text)) => {
                let resource = text.split('.').next().unwrap_or_default();
                self.add(place, Target::Resource(resource.to_owned()));
            }
            ("Fn::GetAtt", _) => {
                if let Some(resource) = first {
                    self.add(place, Target::Resource(resource.to_owned()));
                }
            }
            ("Fn::If", _) => {
                if let Some(condition) = first {
                    self.add(place, Target::Condition(condition.to_owned()));
                }
            }
            ("Fn::FindInMap", _) => {
                if let Some(mapping) = first {
                    self.add(place, Target::Mapping(mapping.to_owned()));
                }
            }
            ("Fn::Sub", Value::String(text)) => self.sub(place, text, None),
            ("Fn::Sub", Value::Array(_)) => self.sub(place, first.unwrap_or_default(), argument.get(1)),
            _ => {}
        }
    }

    /// `${Name}`, `${Name.Attribute}`; `${!Literal}` is none, and names of its own map are known.
    fn sub(&mut self, place: &str, text: &str, own: Option<&Value>) {
        for piece in text.split("${").skip(1) {
            let Some((name, _)) = piece.split_once('}') else { continue };
            let name = name.trim();
            if name.starts_with('!') || own.is_some_and(|own| own.get(name).is_some()) {
                continue;
            }
            match name.split_once('.') {
                Some((resource, _)) => self.add(place, Target::Resource(resource.to_owned())),
                None => self.add(place, Target::Named(name.to_owned())),
            }
        }
    }
}
