//! Owns the check that credentials belong to the account the environment file names.

use std::fmt;

use crate::cloud::{CloudError, ReadPorts};
use crate::model::{AccountId, Caller, Region, Side, SideName};

/// The credentials belong to another account, or nobody could tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrongAccount {
    /// STS gave no answer.
    Cloud(CloudError),
    /// They belong to another account.
    Differs {
        /// The side.
        side: SideName,
        /// Its Region.
        region: Region,
        /// What the file says.
        expected: AccountId,
        /// Who the credentials are.
        caller: Caller,
    },
}

impl fmt::Display for WrongAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WrongAccount::Cloud(error) => error.fmt(f),
            WrongAccount::Differs { side, region, expected, caller } => write!(
                f,
                "the {side} side ({region}) belongs to account {expected}, but the credentials are {} of account {}",
                caller.arn, caller.account
            ),
        }
    }
}

impl std::error::Error for WrongAccount {}

/// Who we are on a side, once it is sure that it is the right account.
pub async fn check_account(ports: &ReadPorts, side: &Side) -> Result<Caller, WrongAccount> {
    let caller = ports.identity.caller().await.map_err(WrongAccount::Cloud)?;
    if caller.account == side.account {
        return Ok(caller);
    }
    Err(WrongAccount::Differs { side: ports.side, region: side.region.clone(), expected: side.account.clone(), caller })
}
