//! Owns CloudFormation's drift detection: started, waited for, read by the page.

use std::time::{Duration, Instant};

use aws_sdk_cloudformation::types::{
    StackDriftDetectionStatus as Detection, StackResourceDrift, StackResourceDriftStatus as ResourceStatus,
};

use super::api::Api;
use super::pacing::Rate;
use super::session::Session;
use crate::cloud::{CloudErrorKind, CloudResult};
use crate::facts::{DriftStatus, PropertyDifference, ResourceDrift, StackDrift};

const DETECT: Api = Api::own("cloudformation", "DetectStackDrift", Rate::CLOUDFORMATION);
const STATUS: Api = Api::own("cloudformation", "DescribeStackDriftDetectionStatus", Rate::CLOUDFORMATION);
const DRIFTS: Api = Api::own("cloudformation", "DescribeStackResourceDrifts", Rate::CLOUDFORMATION);

/// How long detection may take; AWS says "several minutes" for a stack.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
/// The first wait between two looks, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Resources per page.
const PAGE: i32 = 100;

/// Detects the drift of one stack and waits for the outcome.
pub(super) async fn detect(
    session: &Session,
    client: &aws_sdk_cloudformation::Client,
    stack: &str,
) -> CloudResult<StackDrift> {
    let started = session.call(&DETECT, || client.detect_stack_drift().stack_name(stack).send()).await?;
    let id = started
        .stack_drift_detection_id
        .ok_or_else(|| session.place.error(CloudErrorKind::Other, DETECT.operation, "the answer names no detection"))?;
    let began = Instant::now();
    let mut wait = FIRST_WAIT;
    let outcome = loop {
        let request = || client.describe_stack_drift_detection_status().stack_drift_detection_id(&id).send();
        let status = session.call(&STATUS, request).await?;
        if status.detection_status() != Some(&Detection::DetectionInProgress) {
            break status;
        }
        if began.elapsed() > PATIENCE {
            let message = format!("drift detection of {stack} has not ended after {} minutes", PATIENCE.as_secs() / 60);
            return Err(session.place.error(CloudErrorKind::Unreachable, STATUS.operation, message));
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    };
    let request = |token| {
        let call = client.describe_stack_resource_drifts().stack_name(stack).max_results(PAGE);
        call.set_next_token(token).send()
    };
    // A failed detection still tells what it saw.
    let pages = session.pages(&DRIFTS, |page| page.next_token(), request).await?;
    let drifts = pages.iter().flat_map(|page| page.stack_resource_drifts());
    Ok(StackDrift {
        complete: outcome.detection_status() == Some(&Detection::DetectionComplete),
        reason: outcome.detection_status_reason().map(str::to_owned),
        resources: drifts.filter_map(resource).collect(),
    })
}

/// A resource in our words; resources of unsupported types are absent.
fn resource(drift: &StackResourceDrift) -> Option<ResourceDrift> {
    let status = status(drift.stack_resource_drift_status())?;
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut differences: Vec<PropertyDifference> = drift
        .property_differences()
        .iter()
        .map(|difference| PropertyDifference {
            path: owned(difference.property_path()),
            expected: owned(difference.expected_value()),
            actual: owned(difference.actual_value()),
        })
        .collect();
    differences.sort();
    Some(ResourceDrift {
        logical_id: owned(drift.logical_resource_id()),
        physical_id: owned(drift.physical_resource_id()),
        resource_type: owned(drift.resource_type()),
        status,
        reason: drift.drift_status_reason().map(str::to_owned),
        differences,
    })
}

/// CloudFormation's verdict in our words; none for unsupported types. A verdict of tomorrow is one we cannot read.
fn status(status: Option<&ResourceStatus>) -> Option<DriftStatus> {
    match status {
        Some(ResourceStatus::InSync) => Some(DriftStatus::InSync),
        Some(ResourceStatus::Modified) => Some(DriftStatus::Modified),
        Some(ResourceStatus::Deleted) => Some(DriftStatus::Deleted),
        Some(ResourceStatus::NotChecked) => Some(DriftStatus::NotChecked),
        Some(ResourceStatus::Unsupported) => None,
        _ => Some(DriftStatus::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_s_unknown_and_unsupported_are_told_apart() {
        for (wire, expected) in [
            ("IN_SYNC", Some(DriftStatus::InSync)),
            ("UNKNOWN", Some(DriftStatus::Unknown)),
            ("UNSUPPORTED", None),
            ("NOT_CHECKED", Some(DriftStatus::NotChecked)),
            ("SOMETHING_NEW", Some(DriftStatus::Unknown)),
        ] {
            assert_eq!(status(Some(&ResourceStatus::from(wire))), expected, "{wire}");
        }
    }
}
