//! Owns the table from CloudFormation's reasons to what an operator does about them.

/// What to do about a reason; none when nothing general can be said.
pub fn cause_hint(reason: &str) -> Option<String> {
    let lower = reason.to_ascii_lowercase();
    let has = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
    let hint = if has(&["unable to fetch parameters", "from parameter store"]) {
        "the images have not been published yet: run `lifeboat sync` first"
    } else if has(&["not authorized", "accessdenied", "access denied", "unauthorizedoperation"]) {
        "grant the caller the action that is named, or use another role_arn"
    } else if has(&["limitexceeded", "limit exceeded", "quota", "maximum number of"]) {
        "a quota is reached: remove what is not needed or ask for a higher quota in the standby Region"
    } else if has(&["insufficientinstancecapacity", "insufficient capacity"]) {
        "AWS has none of that instance type there now: name more under `instance_types:`"
    } else if has(&["already exists", "alreadyexists"]) {
        "something outside this stack has that name: rename or remove it, then run this again"
    } else if has(&["dependencyviolation", "has dependencies", "has a dependent object", "resource is in use"]) {
        "something outside this stack still uses it: remove that first, then run this again"
    } else if has(&["invalidami", "does not exist"]) && lower.contains("ami") {
        "the image is not there: run `lifeboat sync`, then run this again"
    } else {
        return None;
    };
    Some(hint.to_owned())
}
