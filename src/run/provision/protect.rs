//! Owns switching termination protection on where a stack that stands should have it and has not.

use super::outcome::{ProvisionError, Stopped};
use super::session::Session;
use super::stopping;
use crate::cloud::CloudErrorKind;
use crate::facts::StackFacts;
use crate::plan::provision::{StackIntent, lacks_protection};

/// Switches it on where it is wanted and off; whether it did. A stand-in that knows no such thing is told of and left so.
pub(super) async fn protect(
    session: &Session<'_>,
    stack: &StackIntent,
    facts: Option<&StackFacts>,
) -> Result<bool, Stopped> {
    let name = &stack.name;
    if !lacks_protection(stack.part, facts) {
        return Ok(false);
    }
    let write = session.ports.write;
    match session.retry(async || write.set_termination_protection(name.as_str(), true).await).await {
        Ok(()) => {
            session.note(name.as_str(), "termination protection is on");
            Ok(true)
        }
        Err(error) if error.kind == CloudErrorKind::Unsupported => {
            session.note(name.as_str(), format!("it stays without termination protection: {error}"));
            Ok(false)
        }
        Err(error) => {
            let error = ProvisionError::Cloud { stack: Some(name.clone()), error };
            Err(stopping::not_protected(session, name, error))
        }
    }
}
