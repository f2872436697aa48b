//! Owns the ports of that Region that no step of these tests uses.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{Region, error};
use crate::cloud::*;
use crate::facts::*;

fn no<T>() -> CloudResult<T> {
    Err(error(CloudErrorKind::Unsupported, "unused"))
}

#[async_trait]
impl ReadNetwork for Region {
    async fn security_groups(&self, _: &[String]) -> CloudResult<Vec<SecurityGroupFacts>> {
        no()
    }
    async fn vpcs(&self, _: &[String]) -> CloudResult<Vec<VpcFacts>> {
        no()
    }
    async fn vpcs_of_subnets(&self, _: &[String]) -> CloudResult<Vec<String>> {
        no()
    }
    async fn zones(&self) -> CloudResult<Vec<ZoneFacts>> {
        no()
    }
}

#[async_trait]
impl ReadStacks for Region {
    async fn stacks(&self, _: &[String]) -> CloudResult<BTreeMap<String, StackFacts>> {
        no()
    }
    async fn resources(&self, _: &str) -> CloudResult<Vec<StackResource>> {
        no()
    }
    async fn events_since(&self, _: &str, _: Option<&str>) -> CloudResult<Vec<StackEvent>> {
        no()
    }
    async fn template(&self, _: &str) -> CloudResult<String> {
        no()
    }
    async fn detect_drift(&self, _: &str) -> CloudResult<StackDrift> {
        no()
    }
    async fn change_set(&self, _: &str, _: &str) -> CloudResult<Option<ChangeSet>> {
        no()
    }
}

#[async_trait]
impl WriteStacks for Region {
    async fn create_change_set(&self, _: &ChangeSetRequest) -> CloudResult<String> {
        no()
    }
    async fn execute_change_set(&self, _: &str, _: &str, _: &str) -> CloudResult<()> {
        no()
    }
    async fn delete_change_set(&self, _: &str, _: &str) -> CloudResult<()> {
        no()
    }
    async fn delete_stack(&self, _: &str, _: &str) -> CloudResult<()> {
        no()
    }
    async fn set_termination_protection(&self, _: &str, _: bool) -> CloudResult<()> {
        no()
    }
    async fn upload_template(&self, _: &str, _: &str) -> CloudResult<String> {
        no()
    }
}
