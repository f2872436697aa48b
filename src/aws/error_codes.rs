//! Owns what AWS's error codes, statuses and set phrases stand for.

use crate::cloud::CloudErrorKind;

/// Another change of the same thing is under way for a moment, and this one was not begun. Lambda's `ResourceInUse` and
/// `ResourceConflict` and RDS's states are none of these: what they wait for takes minutes, and shows when it is looked at.
const BUSY: [&str; 6] = [
    // EC2 Auto Scaling: "you already have a pending update to a resource", such as a scaling policy's.
    "ResourceContention",
    "ScalingActivityInProgress",
    // EventBridge: "there is concurrent modification on a rule".
    "ConcurrentModification",
    // Route 53 takes one change of a zone at a time; the next goes through when that one is done.
    "PriorRequestNotComplete",
    // S3: "a conflicting operation is in progress against this resource, try again".
    "OperationAborted",
    // EC2: tags of one resource cannot be changed by two calls at once.
    "ConcurrentTagAccess",
];

/// The kind an AWS error code stands for. Codes are told apart by their ends, because services spell one thing many ways.
pub(super) fn kind_of(code: &str, message: &str, status: u16) -> CloudErrorKind {
    let code = code.strip_suffix("Exception").or_else(|| code.strip_suffix("Fault")).unwrap_or(code);
    let any = |codes: &[&str]| codes.contains(&code);
    if any(&["RequestLimitExceeded", "SlowDown", "TooManyRequests", "TooManyUpdates", "BandwidthLimitExceeded"])
        || code.contains("Throttl")
        || status == 429
    {
        CloudErrorKind::Throttled
    } else if any(&BUSY) {
        CloudErrorKind::Busy
    } else if code == "AuthFailure" && message.contains("Not authorized") {
        CloudErrorKind::Denied
    } else if any(&[
        "AuthFailure",
        "ExpiredToken",
        "RequestExpired",
        "InvalidClientTokenId",
        "UnrecognizedClient",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "InvalidSignature",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "InvalidToken",
        "RequestTimeTooSkewed",
    ]) {
        CloudErrorKind::Credentials
    } else if any(&[
        "UnauthorizedOperation",
        "NotAuthorized",
        "AuthorizationError",
        "OptInRequired",
        "AllAccessDisabled",
    ]) || code.starts_with("AccessDenied")
    {
        CloudErrorKind::Denied
    } else if code == "ValidationError" {
        validation_kind(message)
    } else if code.ends_with("NotFound")
        || code.ends_with("NotFoundError")
        || code.starts_with("NoSuch")
        || any(&["InvalidAMIID.Unavailable", "InvalidLaunchTemplateName.NotFound"])
    {
        CloudErrorKind::NotFound
    } else if code.contains("LimitExceeded")
        || code.contains("QuotaExceeded")
        || code.starts_with("Insufficient")
        || code == "ProvisionedIopsNotAvailableInAZ"
    {
        // InsufficientCapabilities is about the template, not about capacity.
        if code.starts_with("InsufficientCapabilities") { CloudErrorKind::Invalid } else { CloudErrorKind::Limit }
    } else if code.contains("AlreadyExists")
        || code.ends_with(".Duplicate")
        || code.ends_with("InProgress")
        || any(&[
            "ResourceInUse",
            "ResourceConflict",
            "IncorrectState",
            "InvalidDBInstanceState",
            "InvalidDBSnapshotState",
            "InvalidChangeSetStatus",
            "IdempotentParameterMismatch",
            "PreconditionFailed",
            "ConditionalRequestConflict",
            "DependencyViolation",
            "InvalidSnapshot.InUse",
        ])
    {
        CloudErrorKind::Conflict
    } else if any(&["NotImplemented", "InvalidAction", "UnknownOperation", "UnsupportedOperation", "Unsupported"]) {
        CloudErrorKind::Unsupported
    } else if status >= 500 {
        CloudErrorKind::Service
    } else if status >= 400 {
        CloudErrorKind::Invalid
    } else {
        CloudErrorKind::Other
    }
}

/// CloudFormation and Auto Scaling say several things with one code; only their English tells them apart.
fn validation_kind(message: &str) -> CloudErrorKind {
    let is_missing = (message.starts_with("Stack") && message.contains("does not exist"))
        || message.contains("name not found")
        || (message.starts_with("Group ") && message.contains("not found"))
        || (message.starts_with("ChangeSet") && message.contains("does not exist"));
    if is_missing {
        CloudErrorKind::NotFound
    } else if message.contains("_IN_PROGRESS state") || message.contains("already in progress") {
        CloudErrorKind::Conflict
    } else {
        CloudErrorKind::Invalid
    }
}

/// The kind of an answer that carries no AWS code: by its status, and by whether a stand-in gave it.
pub(super) fn kind_without_code(status: u16, page: bool, stand_in: bool) -> CloudErrorKind {
    match status {
        429 => CloudErrorKind::Throttled,
        401 | 403 => CloudErrorKind::Denied,
        404 | 405 | 501 => CloudErrorKind::Unsupported,
        409 | 412 => CloudErrorKind::Conflict,
        // moto answers what it lacks with a page and status 500.
        500 if page && stand_in => CloudErrorKind::Unsupported,
        500..=599 => CloudErrorKind::Service,
        _ => CloudErrorKind::Other,
    }
}

/// Whether a refused signature may be the fault of this machine's clock: the SDK client learns the offset from every
/// answer, so that the next call is signed right.
pub(super) fn may_be_clock(code: Option<&str>) -> bool {
    matches!(code, Some("RequestTimeTooSkewed" | "SignatureDoesNotMatch" | "InvalidSignatureException" | "AuthFailure"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_kinds() {
        use CloudErrorKind::*;
        for (code, message, status, expected) in [
            ("Throttling", "Rate exceeded", 400, Throttled),
            ("ThrottlingException", "Rate exceeded", 400, Throttled),
            ("RequestLimitExceeded", "", 503, Throttled),
            ("SlowDown", "", 503, Throttled),
            ("TooManyUpdates", "", 400, Throttled),
            ("AccessDenied", "", 403, Denied),
            ("AccessDeniedException", "", 400, Denied),
            ("UnauthorizedOperation", "", 403, Denied),
            ("AuthFailure", "Not authorized for images: [ami-1]", 403, Denied),
            ("AuthFailure", "AWS was not able to validate the provided access credentials", 401, Credentials),
            ("ExpiredToken", "", 403, Credentials),
            ("ExpiredTokenException", "", 400, Credentials),
            ("InvalidClientTokenId", "", 403, Credentials),
            ("RequestTimeTooSkewed", "", 403, Credentials),
            ("InvalidAMIID.NotFound", "", 400, NotFound),
            ("TargetGroupNotFound", "", 400, NotFound),
            ("ChangeSetNotFound", "", 404, NotFound),
            ("ParameterNotFound", "", 400, NotFound),
            ("NoSuchKey", "", 404, NotFound),
            ("ValidationError", "Stack with id shop-web does not exist", 400, NotFound),
            ("ValidationError", "Stack [shop-web] does not exist", 400, NotFound),
            ("ValidationError", "AutoScalingGroup name not found - null", 400, NotFound),
            ("ValidationError", "Parameters: [Nope] do not exist in the template", 400, Invalid),
            ("ValidationError", "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.", 400, Conflict),
            ("VcpuLimitExceeded", "", 400, Limit),
            ("LimitExceededException", "", 400, Limit),
            ("InsufficientInstanceCapacity", "", 500, Limit),
            ("InsufficientCapabilitiesException", "", 400, Invalid),
            ("AlreadyExists", "", 400, Conflict),
            ("AlreadyExistsException", "", 400, Conflict),
            ("ScalingActivityInProgress", "", 400, Busy),
            ("ScalingActivityInProgressFault", "", 400, Busy),
            ("ResourceContention", "", 500, Busy),
            ("ResourceContentionFault", "", 400, Busy),
            ("OperationAborted", "", 409, Busy),
            ("ConditionalRequestConflict", "", 409, Conflict),
            ("ConcurrentTagAccess", "", 400, Busy),
            ("InstanceRefreshInProgress", "", 400, Conflict),
            ("InvalidAMIName.Duplicate", "", 400, Conflict),
            ("PreconditionFailed", "", 412, Conflict),
            ("InvalidAction", "", 400, Unsupported),
            ("NotImplemented", "", 501, Unsupported),
            ("InternalFailure", "", 500, Service),
            ("ServiceUnavailable", "", 503, Service),
            ("DBInstanceNotFound", "", 404, NotFound),
            ("DBParameterGroupNotFound", "", 404, NotFound),
            ("DBInstanceAlreadyExists", "", 400, Conflict),
            ("DBSnapshotAlreadyExists", "", 400, Conflict),
            ("DBSnapshotNotFound", "", 404, NotFound),
            ("InvalidDBSnapshotState", "", 400, Conflict),
            ("SnapshotQuotaExceeded", "", 400, Limit),
            ("InvalidDBInstanceState", "", 400, Conflict),
            ("InvalidDBInstanceStateFault", "", 400, Conflict),
            ("StorageQuotaExceeded", "", 400, Limit),
            ("InstanceQuotaExceeded", "", 400, Limit),
            ("InsufficientDBInstanceCapacity", "", 400, Limit),
            ("ProvisionedIopsNotAvailableInAZFault", "", 400, Limit),
            ("KMSKeyNotAccessibleFault", "", 400, Invalid),
            ("DBSubnetGroupDoesNotCoverEnoughAZs", "", 400, Invalid),
            ("NoSuchHostedZone", "", 404, NotFound),
            ("NoSuchHealthCheck", "", 404, NotFound),
            ("PriorRequestNotComplete", "", 400, Busy),
            ("InvalidChangeBatch", "", 400, Invalid),
            ("ReplicationConfigurationNotFoundError", "", 404, NotFound),
            ("ResourceConflictException", "", 409, Conflict),
            ("ResourceInUseException", "", 400, Conflict),
            ("ConcurrentModificationException", "", 400, Busy),
            ("TooManyRequestsException", "", 429, Throttled),
            ("NotFound", "", 404, NotFound),
            ("ResourceNotFoundException", "", 400, NotFound),
            ("LimitExceeded", "", 400, Limit),
            ("ValidationError", "Scheduled action name not found", 400, NotFound),
            ("ValidationError", "Group shop-web not found", 400, NotFound),
            ("ValidationError", "Given start time is in the past", 400, Invalid),
            ("InvalidParameterValue", "", 400, Invalid),
        ] {
            assert_eq!(kind_of(code, message, status), expected, "{code} {message:?}");
        }
    }

    #[test]
    fn answers_without_a_code_are_judged_by_status_and_place() {
        use CloudErrorKind::*;
        for (status, page, stand_in, expected) in [
            (500, true, true, Unsupported),
            (500, true, false, Service),
            (500, false, true, Service),
            (503, true, true, Service),
            (404, false, true, Unsupported),
            (501, false, false, Unsupported),
            (403, false, false, Denied),
            (429, false, false, Throttled),
            (412, false, false, Conflict),
        ] {
            assert_eq!(kind_without_code(status, page, stand_in), expected, "{status} {page} {stand_in}");
        }
    }
}
