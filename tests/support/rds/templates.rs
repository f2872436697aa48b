//! Owns what CloudFormation makes of databases. moto cannot make a replica of another Region from a template: it looks for
//! the replica's subnet group where its source is. So moto is given a type that it does not know and passes over, and the
//! instance is made here once the change set is executed; what moto tells of it has the right type again.

use std::collections::BTreeMap;

use serde_json::Value;

use super::State;
use super::actions::{Wanted, create_replica};
use crate::replay::Call;

const REAL: &str = "AWS::RDS::DBInstance";
/// As long as the real one, so that nothing else of a message changes.
const UNKNOWN: &str = "AWS::OUR::DBInstance";

/// The newest template of each stack with databases, by Region and stack.
pub(super) type Templates = BTreeMap<(String, String), Template>;

/// A template with the values of its parameters.
#[derive(Clone)]
pub(super) struct Template {
    body: Value,
    parameters: BTreeMap<String, String>,
}

/// A call of CloudFormation and its answer.
pub(super) fn act(state: &mut State, call: &Call, wire: &[u8], upstream: &dyn Fn(&[u8]) -> Vec<u8>) -> Option<Vec<u8>> {
    let stack = (call.region.clone(), call.field("StackName"));
    if call.action == "CreateChangeSet" {
        let body = call.field("TemplateBody");
        if body.contains(REAL) {
            state.templates.insert(stack.clone(), Template::of(call, &body));
        }
    }
    let encoded = |name: &str| name.replace(':', "%3A");
    let mut reply = upstream(&replaced(wire, &encoded(REAL), &encoded(UNKNOWN)));
    if let Some(template) = state.templates.get(&stack).cloned() {
        match call.action.as_str() {
            "ExecuteChangeSet" if reply.starts_with(b"HTTP/1.1 200") => {
                let groups = ["DescribeDBSubnetGroups", "DescribeDBParameterGroups"].map(|action| {
                    let wire = with_body(wire, &format!("Action={action}&Version=2014-10-31"));
                    let wire = String::from_utf8_lossy(&wire).replacen("/cloudformation/aws4", "/rds/aws4", 1);
                    String::from_utf8_lossy(&upstream(wire.as_bytes())).into_owned()
                });
                make(state, &stack, &template, &groups.concat());
            }
            "ListStackResources" => reply = named(&reply, state, &call.region, &template),
            _ => {}
        }
    }
    Some(replaced(&reply, UNKNOWN, REAL))
}

impl Template {
    fn of(call: &Call, body: &str) -> Self {
        let field = |n: usize, what: &str| call.field(&format!("Parameters.member.{n}.Parameter{what}"));
        let parameters = (1..).map(|n| (field(n, "Key"), field(n, "Value"))).take_while(|(key, _)| !key.is_empty());
        Template { body: serde_json::from_str(body).expect("a template as JSON"), parameters: parameters.collect() }
    }

    /// Its databases with their properties, by logical id.
    fn databases(&self) -> impl Iterator<Item = (&String, &Value)> {
        let resources = self.body["Resources"].as_object().expect("resources");
        resources.iter().filter(|(_, one)| one["Type"] == REAL).map(|(id, one)| (id, &one["Properties"]))
    }
}

/// Makes what is not there yet.
fn make(state: &mut State, (region, stack): &(String, String), template: &Template, groups: &str) {
    for (_, properties) in template.databases() {
        let text = |node: &Value| match (node, node["Ref"].as_str()) {
            (_, Some(name)) => {
                let found = template.parameters.get(name).cloned().or_else(|| group(groups, stack, name));
                found.unwrap_or_else(|| panic!("{name} is neither a parameter nor a resource"))
            }
            (Value::Null, _) => String::new(),
            (Value::String(text), _) => text.clone(),
            (other, _) => other.to_string(),
        };
        let property = |name: &str| text(&properties[name]);
        let list = |name: &str| properties[name].as_array().cloned().unwrap_or_default();
        let wanted = Wanted {
            region: region.to_owned(),
            id: property("DBInstanceIdentifier"),
            source: property("SourceDBInstanceIdentifier"),
            class: property("DBInstanceClass"),
            multi_az: property("MultiAZ") == "true",
            storage_type: property("StorageType"),
            iops: property("Iops"),
            max_storage_gb: property("MaxAllocatedStorage"),
            key: property("KmsKeyId"),
            subnet_group: property("DBSubnetGroupName"),
            parameter_group: property("DBParameterGroupName"),
            security_groups: list("VPCSecurityGroups").iter().map(text).collect(),
            deletion_protection: property("DeletionProtection") == "true",
            iam: property("EnableIAMDatabaseAuthentication") == "true",
            tags: list("Tags").iter().map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect(),
            by_stack: true,
        };
        if state.instances.iter().any(|one| one.is(region, &wanted.id)) {
            continue;
        }
        if let Err(refusal) = create_replica(state, &wanted) {
            panic!("the stack's replica is refused: {refusal:?}");
        }
    }
}

/// The subnet or parameter group that moto made of a resource, which it lists without its name.
fn group(groups: &str, stack: &str, logical: &str) -> Option<String> {
    let begins = format!("{stack}-{logical}-").to_ascii_lowercase();
    let texts = groups.split(['<', '>']);
    texts.filter(|text| text.starts_with(&begins)).map(str::to_owned).next()
}

/// A list of a stack's resources with its databases among them.
fn named(reply: &[u8], state: &State, region: &str, template: &Template) -> Vec<u8> {
    let databases = template.databases().filter_map(|(logical, properties)| {
        let id = properties["DBInstanceIdentifier"].as_str()?;
        state.instances.iter().any(|one| one.is(region, id)).then(|| {
            format!(
                "<member><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LogicalResourceId>{logical}\
                 </LogicalResourceId><PhysicalResourceId>{id}</PhysicalResourceId><ResourceType>{REAL}</ResourceType>\
                 <LastUpdatedTimestamp>2026-11-01T00:00:00Z</LastUpdatedTimestamp></member>"
            )
        })
    });
    let text = String::from_utf8_lossy(reply);
    let Some((_, body)) = text.split_once("\r\n\r\n") else { return reply.to_vec() };
    // What it passed over is listed without a name.
    let named = body.split_inclusive("</member>").filter(|member| !member.contains("<LogicalResourceId/>"));
    let end = "</StackResourceSummaries>";
    let body = named.collect::<String>().replacen(end, &format!("{}{end}", databases.collect::<String>()), 1);
    with_body(reply, &body)
}

/// A message with another body.
fn with_body(wire: &[u8], body: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(wire);
    let head = text.split_once("\r\n\r\n").map_or(&*text, |(head, _)| head);
    let length = |line: &&str| line.to_ascii_lowercase().starts_with("content-length:");
    let lines: Vec<&str> = head.split("\r\n").filter(|line| !length(line)).collect();
    format!("{}\r\ncontent-length: {}\r\n\r\n{body}", lines.join("\r\n"), body.len()).into_bytes()
}

/// Bytes with one text put in place of another that is as long.
fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let (from, mut bytes) = (from.as_bytes(), bytes.to_vec());
    let mut at = 0;
    while at + from.len() <= bytes.len() {
        if &bytes[at..at + from.len()] == from {
            bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        }
        at += 1;
    }
    bytes
}
