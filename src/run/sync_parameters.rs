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
    let of = plan.steps.len();
    let subject = "parameters".to_owned();
    for (index, step) in plan.steps.iter().enumerate() {
        watch.event(RunEvent::Waiting {
            subject: subject.clone(),
            done: u64::try_from(index).unwrap_or(u64::MAX),
            of: u64::try_from(of).unwrap_or(u64::MAX),
            text: "writing".to_owned(),
        });
        let (name, result) = match step {
            ParameterStep::Put { put, .. } => (&put.name, write.put_parameter(put).await.map(|_| true)),
            ParameterStep::Delete { name } => (name, write.delete_parameter(name).await.map(|()| false)),
        };
        match result {
            Ok(written) => {
                outcome.written += usize::from(written);
                outcome.deleted += usize::from(!written);
            }
            Err(error) => {
                watch.event(RunEvent::Failed { subject: name.clone(), text: error.to_string() });
                outcome.failures.push((name.clone(), error.to_string()));
            }
        }
    }
    if of > 0 {
        let text =
            format!("{} written, {} deleted, {} failed", outcome.written, outcome.deleted, outcome.failures.len());
        watch.event(RunEvent::Done { subject, text });
    }
    outcome
}
