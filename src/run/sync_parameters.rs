//! Owns carrying out a parameter plan: one write at a time, because SSM allows three a second.

use super::event::{RunEvent, Watch};
use crate::cloud::WriteParameters;
use crate::plan::sync::{ParameterPlan, ParameterStep};

/// How a parameter plan came out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParameterOutcome {
    /// Parameters written.
    pub written: usize,
    /// Parameters deleted.
    pub deleted: usize,
    /// What failed: name and reason.
    pub failures: Vec<(String, String)>,
}

/// Carries out a parameter plan. A parameter that cannot be written does not keep the others from being written.
pub async fn run_parameters(plan: &ParameterPlan, write: &dyn WriteParameters, watch: &dyn Watch) -> ParameterOutcome {
    let mut outcome = ParameterOutcome::default();
    for step in &plan.steps {
        let (name, result) = match step {
            ParameterStep::Put { put, .. } => (&put.name, write.put_parameter(put).await.map(|_| true)),
            ParameterStep::Delete { name } => (name, write.delete_parameter(name).await.map(|()| false)),
        };
        match result {
            Ok(written) => {
                outcome.written += usize::from(written);
                outcome.deleted += usize::from(!written);
                watch.event(RunEvent::Done { subject: "parameter".to_owned(), text: step.describe() });
            }
            Err(error) => {
                watch.event(RunEvent::Failed { subject: name.clone(), text: error.to_string() });
                outcome.failures.push((name.clone(), error.to_string()));
            }
        }
    }
    outcome
}
