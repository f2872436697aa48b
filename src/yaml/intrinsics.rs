//! Owns the long form of CloudFormation's short tags: `!Ref x` becomes `{"Ref": "x"}`.

use serde_json::{Map, Number, Value, json};

use super::node::{Kind, Node, NodeError};

/// The functions CloudFormation knows by a short tag, besides `!Ref`, `!Condition` and `!GetAtt`.
const FUNCTIONS: [&str; 18] = [
    "And",
    "Base64",
    "Cidr",
    "Equals",
    "FindInMap",
    "ForEach",
    "GetAZs",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
];

impl Node {
    /// The node as JSON with every short tag in its long form.
    ///
    /// Whole numbers become JSON numbers; everything number-like that JSON would change (`012345678901`, `1.10`) stays
    /// text, which CloudFormation takes wherever it takes a number.
    pub fn to_json(&self) -> Result<Value, NodeError> {
        let plain = match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(text) => number(text),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::Sequence(items) => Value::Array(items.iter().map(Node::to_json).collect::<Result<_, _>>()?),
            Kind::Mapping(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    map.insert(key.clone(), value.to_json()?);
                }
                Value::Object(map)
            }
        };
        let Some(tag) = self.tag.as_deref() else { return Ok(plain) };
        let Some(name) = tag.strip_prefix('!') else { return Ok(plain) };
        match name {
            "Ref" | "Condition" => Ok(json!({ name: self.written(&plain) })),
            "GetAtt" => self.get_att(plain),
            _ if FUNCTIONS.contains(&name) => Ok(json!({ format!("Fn::{name}"): plain })),
            _ => Err(self.error(format!("CloudFormation knows no tag `{tag}`"))),
        }
    }

    /// `!GetAtt A.B.C` names the attribute `B.C` of `A`.
    fn get_att(&self, plain: Value) -> Result<Value, NodeError> {
        match plain {
            Value::String(text) => match text.split_once('.') {
                Some((resource, attribute)) => Ok(json!({ "Fn::GetAtt": [resource, attribute] })),
                None => {
                    Err(self.error(format!("`!GetAtt {text}` names no attribute; write `!GetAtt Resource.Attribute`")))
                }
            },
            Value::Array(items) => Ok(json!({ "Fn::GetAtt": items })),
            _ => Err(self.error("`!GetAtt` takes `Resource.Attribute`")),
        }
    }

    /// `!Ref 123` refers to a thing called `123`: a name, not a number.
    fn written(&self, plain: &Value) -> Value {
        match &self.kind {
            Kind::Number(text) => Value::String(text.clone()),
            Kind::Bool(value) => Value::String(value.to_string()),
            _ => plain.clone(),
        }
    }
}

fn number(text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(value) if value.to_string() == text => Value::Number(Number::from(value)),
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(yaml: &str, expected: Value) {
        assert_eq!(Node::read(yaml).expect(yaml).to_json().expect(yaml), expected, "{yaml}");
    }

    #[test]
    fn short_tags_become_long_forms() {
        check("!Ref Vpc", json!({"Ref": "Vpc"}));
        check("!Ref AWS::Region", json!({"Ref": "AWS::Region"}));
        check("!GetAtt A.B.C", json!({"Fn::GetAtt": ["A", "B.C"]}));
        check("!GetAtt [A, B]", json!({"Fn::GetAtt": ["A", "B"]}));
        check("!Sub '${A}-x'", json!({"Fn::Sub": "${A}-x"}));
        check("!Join ['', [a, !Ref B]]", json!({"Fn::Join": ["", ["a", {"Ref": "B"}]]}));
        check("!If [C, !Ref A, !Ref AWS::NoValue]", json!({"Fn::If": ["C", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]}));
        check("!Base64\n  Fn::Sub: x\n", json!({"Fn::Base64": {"Fn::Sub": "x"}}));
        check("Condition: !Condition C", json!({"Condition": {"Condition": "C"}}));
    }

    #[test]
    fn numbers_json_would_change_stay_text() {
        check(
            "[1, -2, 012, 1.10, 1_000, 123456789012345678901]",
            json!([1, -2, "012", "1.10", "1_000", "123456789012345678901"]),
        );
    }

    #[test]
    fn unknown_tags_are_refused_with_their_place() {
        let error = Node::read("a:\n  b: !Reff x\n").expect("reads").to_json().expect_err("unknown tag");
        assert_eq!((error.line, error.message.as_str()), (2, "CloudFormation knows no tag `!Reff`"));
    }
}
