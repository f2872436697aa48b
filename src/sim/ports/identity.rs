//! Owns the identity port over the simulated account.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudResult, ReadIdentity};
use crate::model::{AccountId, Caller};

#[async_trait]
impl ReadIdentity for SideDesk {
    async fn caller(&self) -> CloudResult<Caller> {
        let role = self.role_arn.clone();
        self.cloud
            .call_account(self.side, &self.region, "GetCallerIdentity", move |state, _| {
                // STS names an assumed role `arn:aws:sts::<account>:assumed-role/<role>/<session>`.
                let (account, arn) = match role.as_deref().and_then(role_parts) {
                    Some((account, role)) => {
                        (AccountId(account.to_owned()), format!("arn:aws:sts::{account}:assumed-role/{role}/lifeboat"))
                    }
                    None => (state.account.clone(), format!("arn:aws:iam::{}:user/lifeboat", state.account)),
                };
                Ok(Caller { account, arn })
            })
            .await
    }
}

/// The account and the name in `arn:aws:iam::<account>:role/<name>`.
fn role_parts(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let account = parts.nth(4)?;
    let name = parts.next()?.strip_prefix("role/")?;
    Some((account, name.rsplit('/').next().unwrap_or(name)))
}
