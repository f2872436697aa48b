//! Owns the plan of a teardown: which stacks are there, in which order they go, and what stays.

use serde::Serialize;

use crate::facts::{StackFacts, StackResource};
use crate::model::{Digest, Environment, Part, Region, StackName, image_parameter_name};

/// The version of the plan's JSON.
pub const TEARDOWN_PLAN_SCHEMA: u32 = 1;

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
    /// Stacks that are not there.
    pub absent: Vec<StackName>,
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

/// Something outside the stacks that a teardown leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stays {
    /// What.
    pub what: String,
    /// How to remove it.
    pub next: String,
}

/// The plan: stacks by part, with those that exist and what is in them, in any order. `compute_stacks` is how many the
/// environment file names; there may be others from the time when it named more.
pub fn teardown_plan(
    environment: &str,
    compute_stacks: u8,
    region: &Region,
    found: Vec<(Part, StackFacts, Vec<StackResource>)>,
    stays: Vec<Stays>,
) -> TeardownPlan {
    let mut found: Vec<_> = found.into_iter().filter(|(_, facts, _)| facts.status.0 != "DELETE_COMPLETE").collect();
    found.sort_by_key(|(part, _, _)| std::cmp::Reverse(*part));
    let stacks: Vec<StackToDelete> = found
        .into_iter()
        .map(|(part, facts, resources)| StackToDelete {
            part,
            blocked: blocked(&facts, region),
            id: facts.id,
            name: StackName(facts.name),
            status: facts.status.0,
            resources: resources.into_iter().filter(|r| r.status != "DELETE_COMPLETE").collect(),
        })
        .collect();
    let absent = Part::all(compute_stacks)
        .iter()
        .rev()
        .filter(|part| !stacks.iter().any(|stack| stack.part == **part))
        .map(|part| StackName::of(environment, *part))
        .collect();
    let digest = Digest::of_value(&(environment, region, &stacks));
    TeardownPlan {
        schema_version: TEARDOWN_PLAN_SCHEMA,
        environment: environment.to_owned(),
        region: region.clone(),
        stacks,
        absent,
        stays,
        digest,
    }
}

fn blocked(facts: &StackFacts, region: &Region) -> Option<Blocked> {
    let name = &facts.name;
    if facts.termination_protection {
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

/// What an environment has outside its stacks: published image ids, copied images, synchronised parameters.
pub fn outside_the_stacks(environment: &Environment) -> Vec<Stays> {
    let region = &environment.standby.region;
    let mut stays: Vec<Stays> = environment
        .tiers
        .iter()
        .map(|tier| {
            let name = image_parameter_name(&environment.name, &tier.name);
            Stays {
                what: format!(
                    "the published image of tier {}: parameter {name}, and the copied images it named",
                    tier.name
                ),
                next: format!("aws ssm delete-parameter --name {name} --region {region}"),
            }
        })
        .collect();
    stays.extend(environment.sync.parameters.iter().map(|sync| Stays {
        what: format!("parameters copied under {}", sync.path),
        next: format!("aws ssm get-parameters-by-path --recursive --path {} --region {region}", sync.path),
    }));
    stays
}
