//! Owns the port that changes stacks over the simulated account.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{ChangeSetRequest, CloudError, CloudErrorKind, CloudResult, WriteStacks};
use crate::sim::stack;

#[async_trait]
impl WriteStacks for SideDesk {
    async fn create_change_set(&self, request: &ChangeSetRequest) -> CloudResult<String> {
        self.call("CreateChangeSet", |region, now| stack::create_change_set(region, now, request)).await
    }

    async fn execute_change_set(&self, stack: &str, id: &str, token: &str) -> CloudResult<()> {
        self.call("ExecuteChangeSet", |region, now| stack::execute(region, now, stack, id, token)).await
    }

    async fn delete_change_set(&self, stack: &str, id: &str) -> CloudResult<()> {
        // The stack of a CREATE change set stays in review: only DeleteStack removes it.
        self.call("DeleteChangeSet", |region, _| {
            for found in region.stacks.values_mut().filter(|found| found.name == stack || found.id == stack) {
                found.change_sets.retain(|_, set| set.id != id && set.name != id);
            }
            Ok(())
        })
        .await
    }

    async fn delete_stack(&self, stack: &str, token: &str) -> CloudResult<()> {
        self.call("DeleteStack", |region, now| stack::delete_stack(region, now, stack, token)).await
    }

    async fn set_termination_protection(&self, stack: &str, on: bool) -> CloudResult<()> {
        self.call("UpdateTerminationProtection", |region, _| stack::protect(region, stack, on)).await
    }

    async fn upload_template(&self, name: &str, _body: &str) -> CloudResult<String> {
        Err(CloudError {
            kind: CloudErrorKind::Unsupported,
            operation: "PutObject".to_owned(),
            side: Some(self.side),
            region: self.region.clone(),
            code: None,
            message: format!("the simulated cloud has no buckets to put {name} into"),
            request_id: None,
        })
    }
}
