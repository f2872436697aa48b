//! Owns bringing a deployment and an account together: which resources there are, and the properties of each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::sim::call::Refusal;
use crate::sim::resource::{merge_tags, type_of};
use crate::sim::state::{Deployment, RegionState, StackPart};
use crate::sim::template::{Order, Scope, Template, evaluate, scope_parameters};

/// What expressions ask for: a logical id, and an attribute of it or none.
pub(super) type LookUp<'a> = dyn Fn(&str, Option<&str>) -> Result<Value, String> + 'a;

/// A deployment read against a Region.
pub(super) struct Woven<'a> {
    pub template: &'a Template,
    /// Logical ids in order.
    pub order: Order,
    region: &'a RegionState,
    deployment: &'a Deployment,
    name: &'a str,
    id: &'a str,
}

impl<'a> Woven<'a> {
    /// Reads a deployment of the stack of that name and id.
    pub fn new(
        region: &'a RegionState,
        name: &'a str,
        id: &'a str,
        deployment: &'a Deployment,
    ) -> Result<Self, Refusal> {
        let template = deployment.body.template()?;
        let order = Order { sequence: Vec::new(), needs: BTreeMap::new() };
        let mut woven = Woven { template, order, region, deployment, name, id };
        let present = woven.present().map_err(Refusal::invalid)?;
        woven.order = Order::of(woven.template, &present)?;
        Ok(woven)
    }

    fn present(&self) -> Result<BTreeSet<String>, String> {
        self.with_scope(&nothing, |scope| {
            let mut present = BTreeSet::new();
            for (logical_id, resource) in &self.template.resources {
                if resource.condition.as_deref().map_or(Ok(true), |name| scope.holds(name))? {
                    present.insert(logical_id.clone());
                }
            }
            Ok(present)
        })
    }

    /// The properties of a resource, with the stack's tags.
    pub fn properties(&self, logical_id: &str, look_up: &LookUp<'_>) -> Result<Value, String> {
        let resource = self.template.resources.get(logical_id).ok_or("no such resource")?;
        let evaluated = self.with_scope(look_up, |scope| evaluate(scope, &resource.properties))?;
        let mut properties = evaluated.unwrap_or_else(|| json!({}));
        if let Some(known) = type_of(&resource.resource_type) {
            merge_tags(known.tags, &mut properties, &self.deployment.tags);
        }
        Ok(properties)
    }

    /// The outputs.
    pub fn outputs(&self, look_up: &LookUp<'_>) -> Result<BTreeMap<String, String>, String> {
        self.with_scope(look_up, |scope| {
            let mut outputs = BTreeMap::new();
            for (name, output) in &self.template.outputs {
                let condition = output.get("Condition").and_then(Value::as_str);
                if !condition.map_or(Ok(true), |name| scope.holds(name))? {
                    continue;
                }
                let written = output.get("Value").ok_or_else(|| {
                    format!("Template format error: Every Outputs member must contain a Value object ({name})")
                })?;
                if let Some(value) = evaluate(scope, written)? {
                    outputs.insert(
                        name.clone(),
                        crate::sim::resource::text_of_scalar(&value).unwrap_or(value.to_string()),
                    );
                }
            }
            Ok(outputs)
        })
    }

    fn with_scope<T>(&self, look_up: &LookUp<'_>, act: impl FnOnce(&Scope<'_>) -> T) -> T {
        let ssm = |name: &str| self.region.parameters.get(name).map(|parameter| parameter.value().to_owned());
        let scope = Scope {
            parameters: scope_parameters(self.template, &self.deployment.parameters, &self.deployment.resolved),
            mappings: &self.template.mappings,
            conditions: &self.template.conditions,
            pseudo: BTreeMap::from([
                ("AWS::Region", json!(self.region.name)),
                ("AWS::AccountId", json!(self.region.account.0)),
                ("AWS::StackName", json!(self.name)),
                ("AWS::StackId", json!(self.id)),
                ("AWS::Partition", json!("aws")),
                ("AWS::URLSuffix", json!("amazonaws.com")),
                ("AWS::NotificationARNs", json!([])),
            ]),
            zones: self.region.zones.iter().map(|zone| zone.name.clone()).collect(),
            resource: look_up,
            ssm: &ssm,
        };
        act(&scope)
    }
}

/// Conditions can name no resources.
fn nothing(logical_id: &str, _: Option<&str>) -> Result<Value, String> {
    Err(format!("Template format error: Unresolved dependencies [{logical_id}]"))
}

/// What a resource that is there answers.
pub(super) fn look_up(
    region: &RegionState,
    parts: &BTreeMap<String, StackPart>,
    logical_id: &str,
    attribute: Option<&str>,
) -> Result<Value, String> {
    let part = parts
        .get(logical_id)
        .filter(|part| !part.physical_id.is_empty())
        .ok_or_else(|| format!("Unresolved resource dependency {logical_id}"))?;
    let Some(attribute) = attribute else {
        return Ok(Value::String(part.physical_id.clone()));
    };
    type_of(&part.resource_type)
        .and_then(|known| (known.attribute)(region, &part.physical_id, attribute))
        .map(Value::String)
        .ok_or_else(|| {
            format!(
                "Requested attribute {attribute} does not exist in schema for {} ({logical_id})",
                part.resource_type
            )
        })
}
