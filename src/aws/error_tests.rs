//! Owns the tests of how AWS's error codes and words are read.

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
        ("ScalingActivityInProgress", "", 400, Conflict),
        ("InstanceRefreshInProgress", "", 400, Conflict),
        ("InvalidAMIName.Duplicate", "", 400, Conflict),
        ("PreconditionFailed", "", 412, Conflict),
        ("InvalidAction", "", 400, Unsupported),
        ("NotImplemented", "", 501, Unsupported),
        ("InternalFailure", "", 500, Service),
        ("ServiceUnavailable", "", 503, Service),
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

#[test]
fn a_denial_names_the_action_and_drops_the_blob() {
    let api = Api::own("ec2", "DescribeImages", Rate::EC2_READ);
    let text = "You are not authorized to perform this operation. Encoded authorization failure message: AbC123";
    assert_eq!(
        denied(text, &api),
        "ec2:DescribeImages is not allowed: You are not authorized to perform this operation."
    );
    let named = "User: arn:aws:iam::1:user/u is not authorized to perform: ec2:DescribeImages";
    assert_eq!(denied(named, &api), named);
}

#[test]
fn messages_become_one_bounded_line() {
    assert_eq!(tidy("a\n  b\u{1b}[31mc\t"), "a b [31mc");
    assert_eq!(tidy(&"x".repeat(700)).chars().count(), MESSAGE_LIMIT + 1);
}
