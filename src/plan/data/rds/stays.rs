//! Owns which databases of the standby a teardown leaves, the stacks they stand on, and how a person deletes them.

use crate::facts::DatabaseFacts;
use crate::model::{Part, Region};
use crate::plan::aside::is_aside;
use crate::plan::teardown::{FoundStack, Stays, TeardownIntent};

/// The identifiers of the databases a teardown has to know of: those of the file, and those of the stacks that are there.
pub fn databases_wanted(intent: &TeardownIntent, found: &[FoundStack]) -> Vec<String> {
    let there = found.iter().flat_map(|stack| &stack.resources).filter(|r| r.resource_type == "AWS::RDS::DBInstance");
    let there = there.map(|resource| resource.physical_id.clone()).filter(|id| !id.is_empty());
    let mut ids: Vec<String> = intent.databases.iter().cloned().chain(there).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Of all databases those that a teardown tells of: those wanted, and what failbacks have kept aside of them.
pub fn databases_concerned(ids: &[String], mut all: Vec<DatabaseFacts>) -> Vec<DatabaseFacts> {
    all.retain(|one| ids.iter().any(|id| one.id == *id || is_aside(id, &one.id)));
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// Whether a database of the standby uses a stack: its subnets are the network's, its security groups tell of themselves.
pub fn stands_on(database: &DatabaseFacts, stack: &FoundStack) -> bool {
    match stack.part {
        Part::Network => true,
        Part::Security => stack.resources.iter().any(|r| database.security_group_ids.contains(&r.physical_id)),
        Part::Data | Part::Edge | Part::Compute(_) => false,
    }
}

/// The databases, each with the commands that delete it.
pub fn databases_that_stay(databases: &[DatabaseFacts], wanted: &[String], region: &Region) -> Vec<Stays> {
    let one = |database: &DatabaseFacts| {
        let id = &database.id;
        let (kind, snapshot) = match &database.source {
            // RDS refuses a final snapshot of a replica.
            Some(source) => (format!("a replica of {source}"), "--skip-final-snapshot".to_owned()),
            None => ("no replica: it stands alone".to_owned(), format!("--final-db-snapshot-identifier {id}-final")),
        };
        let delete = format!("aws rds delete-db-instance --db-instance-identifier {id} {snapshot} --region {region}");
        let unprotect = format!(
            "aws rds modify-db-instance --db-instance-identifier {id} --no-deletion-protection --apply-immediately \
             --region {region} && "
        );
        Stays {
            what: match wanted.iter().find(|wanted| is_aside(wanted, id)) {
                Some(of) => format!("database {id}, {kind}; a failback kept it aside when it made {of} anew"),
                None => format!("database {id}, {kind}; while it is there no other can be made under its name"),
            },
            next: if database.deletion_protection { unprotect + &delete } else { delete },
        }
    };
    databases.iter().map(one).collect()
}
