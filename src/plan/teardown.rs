//! Owns the plan of a teardown: which stacks are there, in which order they go, and what stays.

mod stays;

use serde::Serialize;

use super::data;
use crate::facts::{DatabaseFacts, StackFacts, StackResource, VolumeFacts};
use crate::model::{Digest, Environment, Part, Region, SideName, StackName};

pub use super::data::{databases_concerned, databases_wanted};
pub use stays::{StackKept, Stays};
use stays::{kept, outside_the_stacks, volumes_that_stay};

/// The version of the plan's JSON.
pub const TEARDOWN_PLAN_SCHEMA: u32 = 1;

/// What is to be torn down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeardownIntent {
    /// The environment's name.
    pub environment: String,
    /// How many compute stacks the file names; there may be others from the time when it named more.
    pub compute_stacks: u8,
    /// The identifiers of the standby's databases.
    pub databases: Vec<String>,
    /// Whether the stack that holds data goes as well.
    pub with_data: bool,
    /// What the environment has outside its stacks.
    pub outside: Vec<Stays>,
}

impl TeardownIntent {
    /// Of everything an environment has; of its data stack only when that is asked for.
    pub fn of(environment: &Environment, with_data: bool) -> Self {
        TeardownIntent {
            environment: environment.name.clone(),
            compute_stacks: environment.stacks.compute,
            databases: environment.instances(SideName::Standby),
            with_data,
            outside: outside_the_stacks(environment),
        }
    }

    /// With the environment's volumes in the standby's Region: those that outlive their instances stay.
    pub fn with_volumes(mut self, volumes: &[VolumeFacts], region: &Region) -> Self {
        self.outside.extend(volumes_that_stay(volumes, region));
        self
    }
}

/// A stack that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundStack {
    /// Which part.
    pub part: Part,
    /// The stack.
    pub facts: StackFacts,
    /// What is in it.
    pub resources: Vec<StackResource>,
}

/// What a teardown would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TeardownPlan {
    /// Version of this format.
    pub schema_version: u32,
    /// The environment's name.
    pub environment: String,
    /// The Region of the standby.
    pub region: Region,
    /// The stacks to delete, consumers before producers.
    pub stacks: Vec<StackToDelete>,
    /// Stacks that are there and stay: the one that holds data, and those that what stays stands on.
    pub kept: Vec<StackKept>,
    /// Stacks that are not there.
    pub absent: Vec<StackName>,
    /// Databases of the standby: none is ever deleted.
    pub databases: Vec<Stays>,
    /// What lifeboat made or wrote that is in no stack, and therefore stays.
    pub stays: Vec<Stays>,
    /// The digest of the above.
    pub digest: Digest,
}

/// A stack to delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackToDelete {
    /// Which part.
    pub part: Part,
    /// Stack name.
    pub name: StackName,
    /// Stack id, by which its history is read once it is gone.
    pub id: String,
    /// Its status.
    pub status: String,
    /// What is in it.
    pub resources: Vec<StackResource>,
    /// Whether its termination protection is switched off first.
    pub unprotect: bool,
    /// Why it cannot be deleted as it stands; none when it can.
    pub blocked: Option<Blocked>,
}

/// Why something cannot be done and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// Why.
    pub reason: String,
    /// What to do.
    pub next: String,
}

/// The plan, from the stacks and databases that are there, in any order.
pub fn teardown_plan(
    intent: TeardownIntent,
    region: &Region,
    mut found: Vec<FoundStack>,
    databases: &[DatabaseFacts],
) -> TeardownPlan {
    found.retain(|stack| stack.facts.status.0 != "DELETE_COMPLETE");
    for stack in &mut found {
        stack.resources.retain(|resource| resource.status != "DELETE_COMPLETE");
    }
    found.sort_by_key(|stack| std::cmp::Reverse(stack.part));
    let absent = Part::all(intent.compute_stacks)
        .iter()
        .rev()
        .filter(|part| !found.iter().any(|stack| stack.part == **part))
        .map(|part| StackName::of(&intent.environment, *part))
        .collect();
    let wanted = databases_wanted(&intent, &found);
    let kept = kept(&found, databases, intent.with_data);
    let stays = |stack: &FoundStack| kept.iter().any(|kept| kept.part == stack.part);
    let stacks: Vec<StackToDelete> = found
        .into_iter()
        .filter(|stack| !stays(stack))
        .map(|stack| to_delete(stack, intent.with_data, region))
        .collect();
    let digest = Digest::of_value(&(&intent.environment, region, &stacks, &kept));
    TeardownPlan {
        schema_version: TEARDOWN_PLAN_SCHEMA,
        environment: intent.environment,
        region: region.clone(),
        stacks,
        kept,
        absent,
        databases: data::databases_that_stay(databases, &wanted, region),
        stays: intent.outside,
        digest,
    }
}

fn to_delete(stack: FoundStack, with_data: bool, region: &Region) -> StackToDelete {
    let FoundStack { part, facts, resources } = stack;
    // Asking for the data to go is asking for its protection to go; that of another stack is another person's.
    let unprotect = facts.termination_protection && part == Part::Data && with_data;
    StackToDelete {
        part,
        unprotect,
        blocked: blocked(&facts, unprotect, region),
        id: facts.id,
        name: StackName(facts.name),
        status: facts.status.0,
        resources,
    }
}

fn blocked(facts: &StackFacts, unprotect: bool, region: &Region) -> Option<Blocked> {
    let name = &facts.name;
    if facts.termination_protection && !unprotect {
        return Some(Blocked {
            reason: "it is protected against termination".to_owned(),
            next: format!(
                "lift that with `aws cloudformation update-termination-protection --no-enable-termination-protection \
                 --stack-name {name} --region {region}`"
            ),
        });
    }
    // A deletion under way is what is wanted: it is waited for.
    (facts.status.in_progress() && facts.status.0 != "DELETE_IN_PROGRESS").then(|| Blocked {
        reason: format!("{} is under way", facts.status),
        next: "wait until it has ended, then run this again".to_owned(),
    })
}

#[cfg(test)]
mod tests;
