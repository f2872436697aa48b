//! Owns the reading of change sets: pages, states, and the English by which an empty one is known.

use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    ChangeAction as CfnAction, ChangeSetStatus, ExecutionStatus, Replacement as CfnReplacement, RequiresRecreation,
    ResourceAttribute, ResourceChange as CfnChange, ResourceChangeDetail,
};

use crate::cloud::{ChangeAction, ChangeSet, ChangeSetState, PropertyChange, Replacement, ResourceChange};

/// Whether CloudFormation's words say that nothing would change: it calls such a change set FAILED, and stand-ins refuse
/// to make one.
pub(super) fn says_no_changes(words: &str) -> bool {
    ["didn't contain changes", "did not contain changes", "No updates are to be performed"]
        .iter()
        .any(|phrase| words.contains(phrase))
}

/// A change set from all its pages; none when there are none.
pub(super) fn from_pages(pages: &[DescribeChangeSetOutput]) -> Option<ChangeSet> {
    let first = pages.first()?;
    let changes = pages.iter().flat_map(|page| page.changes());
    Some(ChangeSet {
        id: first.change_set_id().unwrap_or_default().to_owned(),
        state: state(first.status(), first.execution_status(), first.status_reason().unwrap_or_default()),
        changes: changes.filter_map(|change| change.resource_change()).map(resource).collect(),
    })
}

fn state(status: Option<&ChangeSetStatus>, execution: Option<&ExecutionStatus>, reason: &str) -> ChangeSetState {
    match (status, execution) {
        (Some(ChangeSetStatus::Failed), _) if says_no_changes(reason) => ChangeSetState::Empty,
        (Some(ChangeSetStatus::Failed), _) => ChangeSetState::Failed(reason.to_owned()),
        (Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress), _) => ChangeSetState::Pending,
        (Some(ChangeSetStatus::CreateComplete), None | Some(ExecutionStatus::Available)) => ChangeSetState::Ready,
        (Some(ChangeSetStatus::CreateComplete), Some(ExecutionStatus::ExecuteFailed)) => {
            ChangeSetState::Failed(if reason.is_empty() {
                "its execution failed".to_owned()
            } else {
                reason.to_owned()
            })
        }
        // Obsolete, executed, under execution or being deleted: it cannot be executed.
        _ => ChangeSetState::Obsolete,
    }
}

fn resource(change: &CfnChange) -> ResourceChange {
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut properties: Vec<PropertyChange> = Vec::new();
    for property in change.details().iter().filter_map(property) {
        // One property may be told several times, once per cause.
        if !properties.contains(&property) {
            properties.push(property);
        }
    }
    ResourceChange {
        logical_id: owned(change.logical_resource_id()),
        physical_id: change.physical_resource_id().filter(|id| !id.is_empty()).map(str::to_owned),
        resource_type: owned(change.resource_type()),
        action: match change.action() {
            Some(CfnAction::Add | CfnAction::Import) => ChangeAction::Add,
            Some(CfnAction::Remove) => ChangeAction::Remove,
            _ => ChangeAction::Modify,
        },
        replacement: match change.replacement() {
            Some(CfnReplacement::True) => Replacement::Always,
            Some(CfnReplacement::Conditional) => Replacement::Conditional,
            _ => Replacement::Never,
        },
        properties,
    }
}

/// A changed property; changes of tags and metadata carry their attribute as path where CloudFormation gives none.
fn property(detail: &ResourceChangeDetail) -> Option<PropertyChange> {
    let target = detail.target()?;
    let path = match (target.path(), target.name(), target.attribute()) {
        (Some(path), _, _) if !path.is_empty() => path.to_owned(),
        (_, Some(name), _) if !name.is_empty() => format!("/Properties/{name}"),
        (_, _, Some(ResourceAttribute::Properties)) | (_, _, None) => return None,
        (_, _, Some(attribute)) => format!("/{}", attribute.as_str()),
    };
    Some(PropertyChange {
        path,
        before: target.before_value().map(str::to_owned),
        after: target.after_value().filter(|value| !is_known_later(value)).map(str::to_owned),
        requires_replacement: target.requires_recreation() == Some(&RequiresRecreation::Always),
    })
}

fn is_known_later(value: &str) -> bool {
    value == "{{changeSet:KNOWN_AFTER_APPLY}}"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_for_nothing_to_change() {
        for (words, expected) in [
            ("The submitted information didn't contain changes. Submit different information.", true),
            ("No updates are to be performed.", true),
            ("An error occurred (ValidationError): No updates are to be performed.", true),
            ("Requires capabilities : [CAPABILITY_IAM]", false),
            ("", false),
        ] {
            assert_eq!(says_no_changes(words), expected, "{words}");
        }
    }

    #[test]
    fn states_are_told_by_status_execution_and_words() {
        let check = |status: &str, execution: &str, reason: &str, expected: ChangeSetState| {
            let execution = (!execution.is_empty()).then(|| ExecutionStatus::from(execution));
            let found = state(Some(&ChangeSetStatus::from(status)), execution.as_ref(), reason);
            assert_eq!(found, expected, "{status} {reason}");
        };
        check("CREATE_PENDING", "UNAVAILABLE", "", ChangeSetState::Pending);
        check("CREATE_IN_PROGRESS", "", "", ChangeSetState::Pending);
        check("CREATE_COMPLETE", "AVAILABLE", "", ChangeSetState::Ready);
        check("CREATE_COMPLETE", "", "", ChangeSetState::Ready);
        check("CREATE_COMPLETE", "OBSOLETE", "", ChangeSetState::Obsolete);
        check("CREATE_COMPLETE", "EXECUTE_COMPLETE", "", ChangeSetState::Obsolete);
        check("FAILED", "UNAVAILABLE", "The submitted information didn't contain changes.", ChangeSetState::Empty);
        check("FAILED", "UNAVAILABLE", "No such export", ChangeSetState::Failed("No such export".to_owned()));
    }
}
