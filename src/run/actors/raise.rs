//! Owns giving a database what production's has: class, a standby in another zone, protection against deletion.

use super::database::{LOOK, Sight, sight};
use super::order::Order;
use super::vigil::Next;
use super::{Actors, trouble};
use crate::facts::{DatabaseChange, DatabaseFacts};
use crate::model::Region;
use crate::plan::runbook::{Action, Step};
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::{Stop, Watch};

/// What is left to change; none where everything is so.
fn lacking(facts: &DatabaseFacts, action: &Action) -> Option<DatabaseChange> {
    let Action::RaiseDatabase { class, multi_az, deletion_protection, .. } = action else { return None };
    let change = DatabaseChange {
        class: class.clone().filter(|class| *class != facts.class),
        multi_az: multi_az.filter(|wanted| *wanted != facts.multi_az),
        deletion_protection: deletion_protection.filter(|wanted| *wanted != facts.deletion_protection),
        ..DatabaseChange::default()
    };
    (change != DatabaseChange::default()).then_some(change)
}

fn has(facts: &DatabaseFacts) -> String {
    let zones = if facts.multi_az { ", with a standby in another zone" } else { "" };
    let kept = if facts.deletion_protection { ", protected against deletion" } else { "" };
    format!("{} is {}, {}{zones}{kept}", facts.id, facts.class, facts.status)
}

impl Actors {
    pub(super) async fn look_raise(&self, step: &Step) -> Result<Look, ActError> {
        let Action::RaiseDatabase { side, database, wait, .. } = &step.action else {
            return Err(trouble::not_here("it raises nothing"));
        };
        let facts = self.database(*side, database, &format!("cannot change {database}")).await?;
        if lacking(&facts, &step.action).is_none() && (!wait || facts.is_available()) {
            return Ok(Look::AlreadySo(has(&facts)));
        }
        Ok(Look::Needed)
    }

    pub(super) async fn raise(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::RaiseDatabase { side, database, wait, timeout_s, .. } = &step.action else {
            return Err(trouble::not_here("it raises nothing"));
        };
        let what = format!("cannot change {database}");
        let ports = self.ports_to_change(*side, stop).await?;
        let vigil = self.vigil(step, *timeout_s, LOOK, watch, stop);
        let mut order = Order::new("change", "it is as it was, and takes writes");
        loop {
            let seen = match sight(ports, database, &what, &order).await? {
                Sight::Is(facts) => {
                    let lacks = lacking(&facts, &step.action);
                    if lacks.is_none() && (!wait || facts.is_available()) {
                        return Ok(done(has(&facts), &vigil));
                    }
                    if let Some(change) = lacks
                        && facts.is_available()
                        && vigil.is_due(&order)
                    {
                        let answer = ports.write.databases.modify(database, &change).await;
                        let was_taken = answer.is_ok();
                        let taken = order.take(self.clock.now(), answer);
                        taken.map_err(|error| {
                            let failed = trouble::cloud(&what, &error);
                            let hint = failed
                                .hint
                                .clone()
                                .unwrap_or_else(|| refused(step, &change, &facts, &ports.read.region));
                            order.left(ActError { hint: Some(hint), ..failed })
                        })?;
                        if was_taken && !wait {
                            return Ok(done(
                                format!("RDS has taken the order and goes on changing {database}"),
                                &vigil,
                            ));
                        }
                    }
                    format!("{}{}", has(&facts), order.against())
                }
                Sight::Unseen(why) => why,
            };
            match vigil.next(&seen).await {
                Next::Look => {}
                Next::Stopped => {
                    return Err(order.left(trouble::interrupted(format!("stopped waiting for {database}"))));
                }
                Next::TimeUp => {
                    let hint = "resume to look and go on, or skip the step and change it later".to_owned();
                    return Err(order.left(trouble::plain(&what, format!("{seen} after {timeout_s} s"), Some(hint))));
                }
            }
        }
    }
}

/// What to do about a change that RDS refuses for good: most of all a class that its Region does not offer.
fn refused(step: &Step, change: &DatabaseChange, facts: &DatabaseFacts, region: &Region) -> String {
    let Some(class) = &change.class else {
        return format!("resume to order it again, or skip {} and change it later", step.id);
    };
    format!(
        "`aws rds describe-orderable-db-instance-options --engine {} --engine-version {} --db-instance-class {class} \
         --region {region}` tells whether it is offered there; resume to order it again, or skip {} and serve with {}",
        facts.engine, facts.engine_version, step.id, facts.class
    )
}

fn done(text: String, vigil: &super::vigil::Vigil<'_>) -> Done {
    Done { text, measures: Measures { aws_s: vigil.waited().as_secs_f64(), ..Measures::default() } }
}
