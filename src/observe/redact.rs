//! Owns the step from parameters with values to facts without secrets.

use crate::cloud::Parameter;
use crate::facts::{ParameterFacts, ParameterType, ParameterValue};
use crate::model::{Rewrite, SecretKey};

/// The facts of a parameter: a SecureString's value becomes a keyed digest. With `rewrite`, name and value are first
/// put into the standby's words, so that both sides can be compared even where the value is secret.
pub fn parameter_facts(parameter: &Parameter, rewrite: Option<&Rewrite>, key: &SecretKey) -> ParameterFacts {
    let turn = |text: &str| rewrite.map_or_else(|| text.to_owned(), |rules| rules.apply(text));
    let value = turn(parameter.value.expose());
    ParameterFacts {
        name: turn(&parameter.name),
        kind: parameter.kind,
        tier: parameter.tier,
        value: match parameter.kind {
            ParameterType::SecureString => ParameterValue::Secret(key.digest(&value)),
            ParameterType::String | ParameterType::StringList => ParameterValue::Plain(value),
        },
        version: parameter.version,
        data_type: parameter.data_type.clone(),
        description: parameter.description.clone(),
        allowed_pattern: parameter.allowed_pattern.clone(),
        key_id: parameter.key_id.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cloud::SecretText;
    use crate::facts::ParameterTier;

    #[test]
    fn a_secret_value_never_becomes_a_fact() {
        let key = SecretKey::from_bytes(&[1; 32]);
        let parameter = Parameter {
            name: "/shop/prod/us-east-1/password".into(),
            kind: ParameterType::SecureString,
            tier: ParameterTier::Standard,
            value: SecretText::new("hunter2@us-east-1"),
            version: 3,
            data_type: "text".into(),
            description: String::new(),
            allowed_pattern: None,
            key_id: None,
        };
        let map = BTreeMap::from([("us-east-1".to_owned(), "us-west-2".to_owned())]);
        let facts = parameter_facts(&parameter, Some(&Rewrite::new([&map])), &key);
        let saved = serde_json::to_string(&facts).expect("facts serialise");
        assert!(!saved.contains("hunter2"), "{saved}");
        assert_eq!(facts.name, "/shop/prod/us-west-2/password");
        assert_eq!(facts.value, ParameterValue::Secret(key.digest("hunter2@us-west-2")));
    }
}
