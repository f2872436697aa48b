//! Owns the identity port on AWS: who the credentials belong to, by the Region's own STS endpoint.

use std::sync::Arc;

use async_trait::async_trait;

use super::api::Api;
use super::pacing::Rate;
use super::session::Session;
use crate::cloud::{CloudErrorKind, CloudResult, ReadIdentity};
use crate::model::{AccountId, Caller};

const GET_CALLER_IDENTITY: Api = Api::own("sts", "GetCallerIdentity", Rate::AMPLE);

/// Identity on AWS.
#[derive(Debug)]
pub(super) struct AwsIdentity {
    session: Arc<Session>,
    client: aws_sdk_sts::Client,
}

impl AwsIdentity {
    pub fn new(session: Arc<Session>) -> Self {
        AwsIdentity { client: aws_sdk_sts::Client::new(&session.config), session }
    }
}

#[async_trait]
impl ReadIdentity for AwsIdentity {
    async fn caller(&self) -> CloudResult<Caller> {
        let answer = self.session.call(&GET_CALLER_IDENTITY, || self.client.get_caller_identity().send()).await?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(Caller { account: AccountId(account), arn }),
            _ => {
                let message = "the answer names no account";
                Err(self.session.place.error(CloudErrorKind::Other, GET_CALLER_IDENTITY.operation, message))
            }
        }
    }
}
