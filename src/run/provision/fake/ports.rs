//! Owns the ports of the scripted CloudFormation.

use std::collections::{BTreeMap, VecDeque};

use async_trait::async_trait;

use super::*;

#[async_trait]
impl ReadStacks for Fake {
    async fn stacks(&self, names: &[String]) -> CloudResult<BTreeMap<String, StackFacts>> {
        self.scripted("DescribeStacks")?;
        let now = Clock::now(self);
        Ok(self.edit(|state| {
            state.polls += 1;
            for name in names {
                let Some(stack) = state.stacks.get_mut(name) else { continue };
                let Some((status, mut events)) = stack.frames.pop_front() else { continue };
                stack.facts.status = StackStatus(status.into());
                events.reverse();
                events.iter_mut().for_each(|event| event.at = now);
                stack.events.splice(0..0, events);
                if status.ends_with("_COMPLETE")
                    && !status.contains("ROLLBACK")
                    && let Some((body, parameters)) = stack.next.take()
                {
                    stack.resources = resources(&body);
                    (stack.body, stack.facts.parameters) = (body, parameters);
                }
            }
            state.stacks.retain(|_, stack| stack.facts.status.0 != "DELETE_COMPLETE");
            state.stacks.iter().filter(|(n, _)| names.contains(n)).map(|(n, s)| (n.clone(), s.facts.clone())).collect()
        }))
    }

    async fn resources(&self, stack: &str) -> CloudResult<Vec<StackResource>> {
        self.edit(|state| {
            let found = state.stacks.get(stack).map(|s| s.resources.clone());
            found.ok_or_else(|| error(CloudErrorKind::NotFound, "ListStackResources"))
        })
    }

    async fn events_since(&self, stack: &str, last_seen: Option<&str>) -> CloudResult<Vec<StackEvent>> {
        self.scripted("DescribeStackEvents")?;
        self.edit(|state| {
            let found = state.stacks.values().find(|s| s.facts.name == stack || s.facts.id == stack);
            let found = found.ok_or_else(|| error(CloudErrorKind::Invalid, "DescribeStackEvents"))?;
            Ok(found.events.iter().take_while(|e| Some(e.id.as_str()) != last_seen).cloned().collect())
        })
    }

    async fn template(&self, stack: &str) -> CloudResult<String> {
        self.edit(|state| {
            state
                .stacks
                .get(stack)
                .map(|s| s.body.clone())
                .ok_or_else(|| error(CloudErrorKind::NotFound, "GetTemplate"))
        })
    }

    async fn detect_drift(&self, _: &str) -> CloudResult<StackDrift> {
        Err(error(CloudErrorKind::Unsupported, "DetectStackDrift"))
    }

    async fn change_set(&self, _: &str, id: &str) -> CloudResult<Option<ChangeSet>> {
        self.scripted("DescribeChangeSet")?;
        Ok(self.edit(|state| {
            let (_, set, pending) = state.sets.get_mut(id)?;
            let mut set = set.clone();
            if *pending > 0 {
                *pending -= 1;
                set.state = ChangeSetState::Pending;
            }
            Some(set)
        }))
    }
}

#[async_trait]
impl WriteStacks for Fake {
    async fn create_change_set(&self, request: &ChangeSetRequest) -> CloudResult<String> {
        self.scripted("CreateChangeSet")?;
        self.edit(|state| {
            let size = match &request.template {
                TemplateSource::Body(body) => body.len(),
                TemplateSource::Url(_) => 0,
            };
            assert!(size <= 51_200, "CloudFormation refuses templates of {size} bytes in a call");
            state.ledger.push(format!("create change set {} {:?}", request.stack, request.kind));
            let id = format!("{}/{}", request.stack, request.name);
            let new = match &request.template {
                TemplateSource::Body(body) | TemplateSource::Url(body) => body.clone(),
            };
            let old = state.stacks.get(&request.stack).map(|s| (s.body.clone(), s.facts.parameters.clone()));
            if old.is_none() {
                let intent = StackIntent {
                    part: Part::Network,
                    name: StackName(request.stack.clone()),
                    body: "{}".into(),
                    digest: Digest::of_bytes(b""),
                    parameters: BTreeMap::new(),
                    inputs: BTreeMap::new(),
                };
                let fresh = Fake::new().with(&intent, "REVIEW_IN_PROGRESS", &[]);
                let mut stack = fresh.edit(|s| s.stacks.remove(&request.stack)).unwrap();
                stack.events.clear();
                state.stacks.insert(request.stack.clone(), stack);
            }
            let mut changes = state
                .changes
                .get(&request.stack)
                .cloned()
                .unwrap_or_else(|| template::compare(old.as_ref().map(|(body, _)| body.as_str()), &new));
            let same = old.as_ref().is_some_and(|(_, parameters)| *parameters == request.parameters);
            if changes.is_empty() && !same {
                changes.push(change("Parameters", ChangeAction::Modify, Replacement::Never));
            }
            let empty = if changes.is_empty() { ChangeSetState::Empty } else { ChangeSetState::Ready };
            let set_state = state.set_state.get(&request.stack).cloned().unwrap_or(empty);
            let set = ChangeSet { id: id.clone(), state: set_state, changes };
            state.sets.insert(id.clone(), (request.clone(), set, 1));
            Ok(id)
        })
    }

    async fn execute_change_set(&self, stack: &str, id: &str, token: &str) -> CloudResult<()> {
        self.scripted("ExecuteChangeSet")?;
        self.edit(|state| {
            state.ledger.push(format!("execute {stack} {token}"));
            let (request, _, _) = state.sets.remove(id).ok_or_else(|| error(CloudErrorKind::NotFound, "Execute"))?;
            state.sets.retain(|_, (other, _, _)| other.stack != stack);
            let verb = if request.kind == ChangeSetKind::Create { "CREATE" } else { "UPDATE" };
            let TemplateSource::Body(new) = request.template else { panic!("only bodies here") };
            let found = state.stacks.get_mut(stack).unwrap();
            let scripted = state.endings.get_mut(stack).and_then(VecDeque::pop_front);
            found.frames = scripted.map_or_else(|| going_well(verb, &new, token), VecDeque::from);
            found.next = Some((new, request.parameters));
            Ok(())
        })
    }

    async fn delete_change_set(&self, stack: &str, id: &str) -> CloudResult<()> {
        self.scripted("DeleteChangeSet")?;
        self.edit(|state| {
            state.ledger.push(format!("delete change set {stack}"));
            state.sets.retain(|key, (set, _, _)| key != id && !(set.stack == stack && set.name == id));
        });
        Ok(())
    }

    async fn delete_stack(&self, stack: &str, token: &str) -> CloudResult<()> {
        self.scripted("DeleteStack")?;
        self.edit(|state| {
            if state.stacks.get(stack).is_some_and(|found| found.facts.termination_protection) {
                return Err(error(CloudErrorKind::Invalid, "DeleteStack"));
            }
            state.ledger.push(format!("delete stack {stack}"));
            let scripted = state.endings.get_mut(stack).and_then(VecDeque::pop_front);
            if let Some(found) = state.stacks.get_mut(stack) {
                found.frames = scripted.map_or_else(|| going_well("DELETE", &found.body, token), VecDeque::from);
            }
            state.sets.retain(|_, (set, _, _)| set.stack != stack);
            Ok(())
        })
    }

    async fn set_termination_protection(&self, stack: &str, on: bool) -> CloudResult<()> {
        self.scripted("UpdateTerminationProtection")?;
        self.edit(|state| {
            let found = state.stacks.get_mut(stack);
            let found = found.ok_or_else(|| error(CloudErrorKind::NotFound, "UpdateTerminationProtection"))?;
            found.facts.termination_protection = on;
            state.ledger.push(format!("protect {stack} {on}"));
            Ok(())
        })
    }

    async fn upload_template(&self, name: &str, body: &str) -> CloudResult<String> {
        self.edit(|state| {
            if !state.bucket {
                return Err(error(CloudErrorKind::Unsupported, "PutObject"));
            }
            state.ledger.push(format!("upload {name}"));
            Ok(body.to_owned())
        })
    }
}

#[async_trait]
impl ReadDatabases for Fake {
    async fn databases(&self, ids: &[String]) -> CloudResult<Vec<DatabaseFacts>> {
        self.scripted("DescribeDBInstances")?;
        Ok(self.edit(|state| state.databases.iter().filter(|one| ids.contains(&one.id)).cloned().collect()))
    }

    async fn all_databases(&self) -> CloudResult<Vec<DatabaseFacts>> {
        self.scripted("DescribeDBInstances")?;
        Ok(self.edit(|state| state.databases.clone()))
    }

    async fn database(&self, id: &str) -> CloudResult<Option<DatabaseFacts>> {
        Ok(self.databases(&[id.to_owned()]).await?.pop())
    }
}

#[async_trait]
impl ReadNetwork for Fake {
    async fn security_groups(&self, _: &[String]) -> CloudResult<Vec<SecurityGroupFacts>> {
        Ok(vec![])
    }

    async fn vpcs(&self, _: &[String]) -> CloudResult<Vec<VpcFacts>> {
        Ok(vec![])
    }

    async fn vpcs_of_subnets(&self, _: &[String]) -> CloudResult<Vec<String>> {
        Ok(vec![])
    }

    async fn zones(&self) -> CloudResult<Vec<ZoneFacts>> {
        let zones = self.edit(|state| state.zones.clone());
        Ok(zones.into_iter().map(|name| ZoneFacts { id: name.clone(), name }).collect())
    }
}

#[async_trait]
impl ReadGroups for Fake {
    async fn groups(&self, _: &[String]) -> CloudResult<Vec<GroupFacts>> {
        self.scripted("DescribeAutoScalingGroups")?;
        Ok(self.edit(|state| state.groups.clone()))
    }

    async fn all_groups(&self) -> CloudResult<Vec<GroupFacts>> {
        self.groups(&[]).await
    }
}

#[async_trait]
impl ReadBalancing for Fake {
    async fn target_groups(&self, _: &[String]) -> CloudResult<Vec<TargetGroupFacts>> {
        Ok(vec![])
    }

    async fn load_balancers(&self, arns: &[String]) -> CloudResult<Vec<LoadBalancerFacts>> {
        self.scripted("DescribeLoadBalancers")?;
        Ok(self.edit(|state| state.balancers.iter().filter(|one| arns.contains(&one.arn)).cloned().collect()))
    }

    async fn target_health(&self, _: &str) -> CloudResult<Vec<TargetHealth>> {
        Ok(vec![])
    }
}
