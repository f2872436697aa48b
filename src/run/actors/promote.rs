//! Owns promoting a replica. Its lag is read right before the call: that is the achieved recovery point, where no step before
//! has told it.

use std::time::Duration;

use super::database::{LOOK, Sight, sight, stands_alone, was_promoted};
use super::lag::Behind;
use super::order::Order;
use super::vigil::Next;
use super::{Actors, trouble};
use crate::facts::DatabaseFacts;
use crate::model::SideName;
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::{Leave, Stop, Watch};

impl Actors {
    pub(super) async fn look_promote(&self, side: SideName, database: &str) -> Result<Look, ActError> {
        let facts = self.database(side, database, &format!("cannot promote {database}")).await?;
        if was_promoted(&facts) {
            return Ok(Look::AlreadySo(format!("{database} is no replica and {}", writes(&facts))));
        }
        Ok(Look::Needed)
    }

    pub(super) async fn promote(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::Promote { side, database, backup_retention_days, timeout_s, .. } = &step.action else {
            return Err(trouble::not_here("it promotes nothing"));
        };
        let what = format!("cannot promote {database}");
        let ports = self.ports_to_change(*side, stop).await?;
        let vigil = self.vigil(step, *timeout_s, LOOK, watch, stop);
        let (mut order, mut behind) = (Order::new("promotion", "it is still a replica"), None);
        loop {
            let seen = match sight(ports, database, &what, &order).await? {
                Sight::Is(facts) if stands_alone(&facts) => {
                    return Ok(done(&facts, vigil.waited(), behind));
                }
                Sight::Is(facts) => {
                    if facts.is_replica() && facts.is_available() && vigil.is_due(&order) {
                        let known = self.behind(ports, database).await;
                        // Whatever becomes of this process: nobody can measure it afterwards.
                        let leave = watch.keep(known.measures(Some(&facts))).await;
                        // Both take their time, and what is ordered cannot be taken back.
                        if leave == Leave::Withdrawn || stop.requested() {
                            let error = trouble::interrupted(format!("the promotion of {database} was not ordered"));
                            return Err(order.left(error));
                        }
                        behind = Some(known);
                        let answer = ports.write.databases.promote(database, *backup_retention_days).await;
                        let taken = order.take(self.clock.now(), answer);
                        taken.map_err(|error| trouble::cloud(&what, &error))?;
                    }
                    words(&facts, &order)
                }
                Sight::Unseen(why) => why,
            };
            match vigil.next(&seen).await {
                Next::Look => {}
                Next::Stopped => {
                    let error = trouble::interrupted(format!("stopped waiting for the promotion of {database}"));
                    return Err(order.left(error));
                }
                Next::TimeUp => {
                    let why = format!("{seen} after {timeout_s} s");
                    let hint = format!(
                        "see `aws rds describe-events --source-type db-instance --source-identifier {database} --region \
                         {}`; resume to look and go on",
                        ports.read.region
                    );
                    return Err(order.left(trouble::plain(&what, why, Some(hint))));
                }
            }
        }
    }
}

fn words(facts: &DatabaseFacts, order: &Order) -> String {
    let against = order.against();
    match (facts.status.as_str(), order.was_given()) {
        ("backing-up", false) => {
            format!("{} is backing-up: RDS refuses a promotion until that is done{against}", facts.id)
        }
        (status, false) => format!("{} is {status} and not yet promoted{against}", facts.id),
        (status, true) => {
            let still = if facts.is_replica() { "still a replica" } else { "no replica any more" };
            format!("{} is {status}, {still}{against}", facts.id)
        }
    }
}

/// Whether writes get through to what stands alone.
fn writes(facts: &DatabaseFacts) -> &'static str {
    match facts.status.as_str() {
        "storage-full" => "takes no writes until it has more storage: it is storage-full",
        _ => "takes writes",
    }
}

fn done(facts: &DatabaseFacts, waited: Duration, behind: Option<Behind>) -> Done {
    let text = behind.as_ref().map_or_else(
        || "how far it was behind is what the attempt that ordered the promotion measured, if any".to_owned(),
        |behind| format!("right before, {}", behind.words()),
    );
    let measures = behind.as_ref().map(|behind| behind.measures(Some(facts))).unwrap_or_default();
    let measures = Measures { aws_s: waited.as_secs_f64(), ..measures };
    Done { text: format!("{} {}; {text}", facts.id, writes(facts)), measures }
}
