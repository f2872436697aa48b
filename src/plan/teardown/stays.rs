//! Owns what a teardown leaves and why: the stack that holds data, what that stands on, databases, and what is in no stack.

use serde::Serialize;

use super::FoundStack;
use crate::facts::{DatabaseFacts, StackFacts, VolumeFacts};
use crate::model::{Environment, Part, Region, StackName, image_parameter_name};
use crate::plan::data::stands_on;

/// A stack that is there and stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackKept {
    /// Which part.
    pub part: Part,
    /// Stack name.
    pub name: StackName,
    /// Why.
    pub reason: String,
    /// What removes it.
    pub next: String,
}

/// Something that a teardown leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stays {
    /// What.
    pub what: String,
    /// How to remove it.
    pub next: String,
}

/// The stacks that stay, of those found (consumers before producers).
pub(super) fn kept(found: &[FoundStack], databases: &[DatabaseFacts], with_data: bool) -> Vec<StackKept> {
    let mut kept: Vec<StackKept> = Vec::new();
    for stack in found {
        let name = &stack.facts.name;
        let user = found.iter().find(|other| stays(&kept, other) && names_a_resource(&other.facts, stack));
        // While the data stack is there it is the stack that has to go first, and not its database alone.
        let alone = !kept.iter().any(|kept| kept.part == Part::Data);
        let database = databases.iter().find(|database| stands_on(database, stack));
        let (reason, next) = if stack.part == Part::Data && !with_data && !stack.resources.is_empty() {
            let next = "add --with-data to delete the stack as well; its databases stay even then".to_owned();
            ("it holds the standby's data".to_owned(), next)
        } else if let Some(database) = database.filter(|_| alone || user.is_none()) {
            let id = &database.id;
            let reason = format!("database {id} stands in it, and CloudFormation could not delete it");
            (reason, format!("delete database {id}, then run this again"))
        } else if let Some(user) = user {
            (format!("{} stands on it", user.facts.name), format!("it goes once {} is gone", user.facts.name))
        } else {
            continue;
        };
        kept.push(StackKept { part: stack.part, name: StackName(name.clone()), reason, next });
    }
    kept
}

fn stays(kept: &[StackKept], stack: &FoundStack) -> bool {
    kept.iter().any(|kept| kept.part == stack.part)
}

/// Whether a stack was given a resource of another as a parameter.
fn names_a_resource(facts: &StackFacts, other: &FoundStack) -> bool {
    let given = || facts.parameters.values().flat_map(|value| value.split(','));
    other.resources.iter().any(|r| !r.physical_id.is_empty() && given().any(|id| id.trim() == r.physical_id))
}

/// What an environment has outside its stacks: published image ids, copied images, synchronised parameters.
pub(super) fn outside_the_stacks(environment: &Environment) -> Vec<Stays> {
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

/// The volumes that no instance takes along when it goes, each with the command that deletes it.
pub(super) fn volumes_that_stay(volumes: &[VolumeFacts], region: &Region) -> Vec<Stays> {
    let staying = volumes.iter().filter(|volume| !volume.goes_with_instance());
    let told = staying.map(|volume| volume.left_in(region));
    told.map(|volume| Stays {
        what: format!("{volume}; it costs until it is deleted, and may hold data"),
        next: volume.delete_command(),
    })
    .collect()
}
