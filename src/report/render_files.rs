//! Owns what `lifeboat render` leaves in a folder: templates, parameters and a script that needs only the AWS CLI.

use std::collections::BTreeMap;

use serde_json::json;

use crate::model::Part;
use crate::render::{Input, Rendered, RenderedStack};

/// The script's name in the folder.
const SCRIPT: &str = "deploy.sh";

/// The files of a rendering by name: per stack a template and its parameters as the AWS CLI takes them, and `deploy.sh`.
///
/// Parameters whose value is known only when the stack is deployed are not in the parameters file; the script looks them
/// up (ListStackResources, DescribeLoadBalancers, DescribeAvailabilityZones).
pub fn files(rendered: &Rendered) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for stack in &rendered.stacks {
        files.insert(template_file(stack), stack.body.clone());
        files.insert(parameters_file(stack), parameters(stack));
    }
    files.insert(SCRIPT.to_owned(), script(&rendered.stacks));
    files
}

fn template_file(stack: &RenderedStack) -> String {
    format!("{}.template.json", stack.name)
}

fn parameters_file(stack: &RenderedStack) -> String {
    format!("{}.parameters.json", stack.name)
}

/// One parameter per line, which is how the script reads them.
fn parameters(stack: &RenderedStack) -> String {
    let entries: Vec<String> = stack
        .parameters
        .iter()
        .map(|(name, value)| format!("  {}", json!({ "ParameterKey": name, "ParameterValue": value })))
        .collect();
    if entries.is_empty() {
        return "[\n]\n".to_owned();
    }
    format!("[\n{}\n]\n", entries.join(",\n"))
}

const HEAD: &str = r#"#!/bin/sh
# Deploys the stacks of this folder with nothing but the AWS CLI, in dependency order.
#
#   AWS_REGION=us-west-2 sh deploy.sh [BUCKET]
#
# BUCKET, in the same Region, is needed for templates over 51,200 bytes. The image parameters named in the parameters of
# the compute stack must be in SSM beforehand.
set -eu
cd "$(dirname "$0")"
bucket="${1:-}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# The physical ids of resources of a stack that is already there, joined by commas: resources STACK LOGICAL_ID...
resources() {
  from="$1"; shift
  joined=""
  for logical in "$@"; do
    id="$(aws cloudformation list-stack-resources --stack-name "$from" --output text \
      --query "StackResourceSummaries[?LogicalResourceId=='$logical'].PhysicalResourceId")"
    if [ -z "$id" ] || [ "$id" = None ]; then
      echo "stack $from has no resource $logical" >&2
      return 1
    fi
    joined="${joined:+$joined,}$id"
  done
  printf '%s' "$joined"
}

# The DNS name of a load balancer of a stack that is already there: dns_name STACK LOGICAL_ID
dns_name() {
  arn="$(resources "$1" "$2")" || return 1
  found="$(aws elbv2 describe-load-balancers --load-balancer-arns "$arn" --output text \
    --query "LoadBalancers[0].DNSName")" || return 1
  if [ -z "$found" ] || [ "$found" = None ]; then
    echo "load balancer $2 of stack $1 has no DNS name" >&2
    return 1
  fi
  printf '%s' "$found"
}

# The name of the Region's n-th zone, from 0; once deployed, the deployed zone stays: zone STACK PARAMETER INDEX
zone() {
  deployed="$(aws cloudformation describe-stacks --stack-name "$1" --output text \
    --query "Stacks[0].Parameters[?ParameterKey=='$2'].ParameterValue" 2>/dev/null || true)"
  if [ -n "$deployed" ] && [ "$deployed" != None ]; then
    printf '%s' "$deployed"
    return
  fi
  name="$(aws ec2 describe-availability-zones --output text \
    --filters Name=zone-type,Values=availability-zone Name=state,Values=available \
    --query "sort_by(AvailabilityZones, &ZoneName)[$3].ZoneName")"
  if [ -z "$name" ] || [ "$name" = None ]; then
    echo "the Region has no zone number $3, counted from 0" >&2
    return 1
  fi
  printf '%s' "$name"
}

# Begins the parameters of a stack with those known when it was rendered, one per line: begin STACK
begin() {
  sed -n 's/^ *{"ParameterKey":"\([A-Za-z0-9]*\)","ParameterValue":"\(.*\)"},*$/"\1=\2",/p' \
    "$1.parameters.json" > "$work/$1"
}

# Adds one more: add STACK PARAMETER VALUE
add() {
  printf '"%s=%s",\n' "$2" "$3" >> "$work/$1"
}

# deploy STACK
deploy() {
  echo "deploying $1"
  name="$1"; shift
  if [ -s "$work/$name" ]; then
    { echo '['; sed '$s/,$//' "$work/$name"; echo ']'; } > "$work/$name.json"
    set -- --parameter-overrides "file://$work/$name.json"
  fi
  if [ -n "$bucket" ]; then
    set -- "$@" --s3-bucket "$bucket"
  fi
  aws cloudformation deploy --no-fail-on-empty-changeset --stack-name "$name" \
    --template-file "$name.template.json" "$@"
}

# protect STACK: keeps it from being deleted by accident
protect() {
  echo "protecting $1"
  aws cloudformation update-termination-protection --enable-termination-protection --stack-name "$1" > /dev/null
}
"#;

fn script(stacks: &[RenderedStack]) -> String {
    let mut out = HEAD.to_owned();
    for stack in stacks {
        // Names of stacks and logical ids are words by construction; they need no quotes.
        out.push_str(&format!("\nbegin {}\n", stack.name));
        for (parameter, input) in &stack.inputs {
            // A failing look-up must stop the script, which it does only in an assignment of its own.
            out.push_str(&format!("value=\"$({})\"\n", lookup(stack, stacks, parameter, input)));
            out.push_str(&format!("add {} {parameter} \"$value\"\n", stack.name));
        }
        out.push_str(&format!("deploy {}\n", stack.name));
        if stack.part.is_protected() {
            out.push_str(&format!("protect {}\n", stack.name));
        }
    }
    out
}

fn lookup(stack: &RenderedStack, stacks: &[RenderedStack], parameter: &str, input: &Input) -> String {
    match input {
        Input::Resources { part, logical_ids } => {
            format!("resources {} {}", name_of(stacks, *part), logical_ids.join(" "))
        }
        Input::LoadBalancerDns { part, logical_id } => {
            format!("dns_name {} {logical_id}", name_of(stacks, *part))
        }
        Input::Zone { index } => format!("zone {} {parameter} {index}", stack.name),
    }
}

fn name_of(stacks: &[RenderedStack], part: Part) -> &str {
    stacks.iter().find(|stack| stack.part == part).map_or(part.as_str(), |stack| stack.name.as_str())
}

#[cfg(test)]
mod tests;
