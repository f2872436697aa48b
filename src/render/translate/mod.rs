//! Owns the translation of primary-Region identifiers: by `map:`, by what lifeboat makes, or reported with their place.

mod pattern;
mod scan;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use serde_json::{Value, json};

use super::problem::RenderProblem;
use super::stack::Untranslated;
use crate::model::Environment;
use pattern::{Patterns, Piece};
use scan::Scanner;

/// The largest user data EC2 takes, before base64 (EC2 user guide, "user data").
const USER_DATA_LIMIT: usize = 16_384;

/// Translates values of production, and keeps what it could not translate.
pub(super) struct Translator<'a> {
    environment: &'a Environment,
    scanner: Scanner,
    map: Patterns,
    /// The same, with the resources lifeboat makes.
    made: Patterns,
    untranslated: BTreeSet<Untranslated>,
    notes: BTreeSet<String>,
    problems: Vec<RenderProblem>,
}

/// What a translator leaves behind.
pub(super) struct Leftover {
    pub untranslated: Vec<Untranslated>,
    pub notes: Vec<String>,
    pub problems: Vec<RenderProblem>,
}

/// User data as CloudFormation takes it, with the stack parameters it refers to.
pub(super) struct UserData {
    pub value: Value,
    pub parameters: BTreeSet<String>,
}

impl<'a> Translator<'a> {
    /// `made` are the primary identifiers whose standby counterpart's physical id a stack parameter can hold; `balancers`
    /// the host names of production's load balancers, each with the parameter that can hold its counterpart's.
    pub fn new(
        environment: &'a Environment,
        made: &BTreeMap<String, String>,
        balancers: &BTreeMap<String, Option<String>>,
    ) -> Self {
        // Where there can be no reference, a host name is kept whole: half of it translated would lead nowhere.
        let unnamed = balancers.keys().map(|name| (name.clone(), None)).collect();
        Translator {
            environment,
            scanner: Scanner::new(environment),
            map: Patterns::new(&environment.map, &BTreeMap::new(), &unnamed),
            made: Patterns::new(&environment.map, made, balancers),
            untranslated: BTreeSet::new(),
            notes: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    pub fn into_leftover(self) -> Leftover {
        Leftover {
            untranslated: self.untranslated.into_iter().collect(),
            notes: self.notes.into_iter().collect(),
            problems: self.problems,
        }
    }

    /// Something a person should know.
    pub fn note(&mut self, note: String) {
        self.notes.insert(note);
    }

    /// A reason to render nothing.
    pub fn problem(&mut self, problem: RenderProblem) {
        self.problems.push(problem);
    }

    /// An identifier nobody could translate.
    pub fn untranslated(&mut self, place: &str, identifier: &str, advice: String) {
        self.untranslated.insert(Untranslated { place: place.to_owned(), identifier: identifier.to_owned(), advice });
    }

    /// What `map:` says of exactly this identifier.
    pub fn mapped(&self, identifier: &str) -> Option<String> {
        self.environment.map.get(identifier).cloned()
    }

    /// An identifier only a person can translate; without an entry in `map:` it is left out and reported.
    pub fn by_map(&mut self, place: &str, identifier: &str, advice: &str) -> Option<String> {
        let found = self.mapped(identifier);
        if found.is_none() {
            self.untranslated(place, identifier, advice.to_owned());
        }
        found
    }

    /// Any text: `map:` is applied, what is left of the primary Region is reported, dynamic references are refused.
    pub fn text(&mut self, place: &str, text: &str) -> String {
        let out: String = self
            .map
            .split(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Original { text, line } => {
                    self.report(place, text, line, false);
                    text.to_owned()
                }
                Piece::Mapped(text) => text,
                Piece::Made { text, .. } => text.to_owned(),
                Piece::Balancer { text, .. } => {
                    let advice = "the standby's load balancer gets its name when it is made, and lifeboat can put that into \
                                  user data and parameters only: add a name of your own that moves with the traffic, or one \
                                  of the standby, to `map:`";
                    self.untranslated(place, text, advice.into());
                    text.to_owned()
                }
            })
            .collect();
        if out.contains("{{resolve:") {
            self.problems.push(RenderProblem::Value {
                place: place.to_owned(),
                why: format!(
                    "the value `{out}` holds a CloudFormation dynamic reference, which would be resolved when the stack is \
                     deployed; change it in production or translate it with `map:`"
                ),
            });
        }
        out
    }

    /// User data, from base64. It goes into the template as base64, so that nothing inside it means anything to
    /// CloudFormation; only where a standby resource must be named does it become a join inside `Fn::Base64`.
    pub fn user_data(&mut self, place: &str, encoded: &str) -> Option<UserData> {
        let engine = base64::engine::general_purpose::STANDARD;
        let compact: String = encoded.chars().filter(|c| !c.is_whitespace()).collect();
        let text = engine.decode(&compact).ok().map(String::from_utf8);
        let Some(Ok(text)) = text else {
            self.note(format!("{place}: the user data is not text; it is passed on as it is, unread"));
            return Some(UserData { value: Value::String(compact), parameters: BTreeSet::new() });
        };
        if text.is_empty() {
            return None;
        }
        // Text beside a join is text to CloudFormation, which would resolve references in it.
        let inert = !text.contains("{{resolve:") && !self.environment.map.values().any(|v| v.contains("{{resolve:"));
        let mut parts: Vec<Value> = Vec::new();
        let mut literal = String::new();
        let mut size = 0;
        let mut parameters = BTreeSet::new();
        for piece in self.made.split(&text) {
            match piece {
                Piece::Original { text, line } => {
                    self.report(place, text, line, true);
                    literal.push_str(text);
                }
                Piece::Mapped(text) => literal.push_str(&text),
                Piece::Made { text, parameter, .. } if inert => {
                    // The counterpart's identifier is of the same kind, and so about as long.
                    size += text.len() + literal.len();
                    parts.push(Value::String(std::mem::take(&mut literal)));
                    parts.push(json!({ "Ref": parameter }));
                    parameters.insert(parameter);
                }
                Piece::Made { text, line, .. } => {
                    let advice = format!(
                        "line {}: lifeboat makes its counterpart, but cannot name it in user data that also holds \
                         `{{{{resolve:`; take that out, or add the identifier to `map:`",
                        line + 1
                    );
                    self.untranslated(place, text, advice);
                    literal.push_str(text);
                }
                Piece::Balancer { text, line } => {
                    let advice = format!(
                        "line {}: lifeboat does not make the standby's: add the host name to use there to `map:`",
                        line + 1
                    );
                    self.untranslated(place, text, advice);
                    literal.push_str(text);
                }
            }
        }
        size += literal.len();
        if size > USER_DATA_LIMIT {
            self.problems.push(RenderProblem::Value {
                place: place.to_owned(),
                why: format!("user data of {size} bytes is over EC2's limit of {USER_DATA_LIMIT}"),
            });
        }
        if parts.is_empty() {
            return Some(UserData { value: Value::String(engine.encode(literal)), parameters });
        }
        parts.push(Value::String(literal));
        parts.retain(|part| part.as_str() != Some(""));
        Some(UserData { value: json!({ "Fn::Base64": { "Fn::Join": ["", parts] } }), parameters })
    }

    fn report(&mut self, place: &str, text: &str, line: usize, with_line: bool) {
        for found in self.scanner.scan(text) {
            let at = if with_line { format!("line {}: ", line + found.line) } else { String::new() };
            let advice = format!("{at}{}", found.kind.advice(self.environment));
            let known = self.untranslated.iter().any(|one| one.place == place && one.identifier == found.identifier);
            if !known {
                self.untranslated(place, &found.identifier, advice);
            }
        }
    }
}

#[cfg(test)]
mod tests;
