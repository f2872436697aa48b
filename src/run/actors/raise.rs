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
        let mut order = Order::new("change", "it is as it was");
        // Whether RDS was seen to be at it.
        let mut at_work = false;
        let mut hint = None;
        loop {
            let seen = match sight(ports, database, &what, &order).await? {
                Sight::Is(facts) => {
                    let lacks = lacking(&facts, &step.action);
                    if lacks.is_none() && (!wait || facts.is_available()) {
                        return Ok(done(has(&facts), &vigil));
                    }
                    at_work |= order.was_given() && !facts.is_available();
                    if let Some(change) = lacks.as_ref().filter(|_| at_work && facts.is_available()) {
                        let why = "RDS took the change, worked at it and left the instance as it was".to_owned();
                        let see = format!(
                            "`aws rds describe-events --source-type db-instance --source-identifier {database} --region \
                             {}` tells why; {}",
                            ports.read.region,
                            later(step, change, &facts, &ports.read.region)
                        );
                        return Err(trouble::plain(&what, why, Some(see)));
                    }
                    if let Some(change) = lacks.filter(|_| facts.is_available())
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
                    hint = lacking(&facts, &step.action)
                        .map(|change| later(step, &change, &facts, &ports.read.region))
                        .filter(|_| !order.was_given());
                    format!("{}{}{}", has(&facts), refuses(&facts, &order), order.against())
                }
                Sight::Unseen(why) => why,
            };
            match vigil.next(&seen).await {
                Next::Look => {}
                Next::Stopped => {
                    let left = order.left(trouble::interrupted(format!("stopped waiting for {database}")));
                    // What failed is not tried again where the run goes on without; a wish to stop is no failure.
                    return Err(ActError { effect_known: left.effect_known && !step.best_effort, ..left });
                }
                Next::TimeUp => {
                    let hint = hint.or_else(|| {
                        (!step.best_effort)
                            .then(|| "resume to look and go on, or skip the step and change it later".to_owned())
                    });
                    let why = format!("{seen} after {timeout_s} s");
                    return Err(order.left(trouble::plain(&what, why, hint)));
                }
            }
        }
    }
}

/// Why RDS takes no change now, to be put behind a sentence; nothing where it would, or has taken it.
fn refuses(facts: &DatabaseFacts, order: &Order) -> &'static str {
    match facts.status.as_str() {
        "backing-up" if !order.was_given() => ": RDS refuses changes until that is done",
        _ => "",
    }
}

/// How to change later what could not be changed now.
fn later(step: &Step, change: &DatabaseChange, facts: &DatabaseFacts, region: &Region) -> String {
    let class = change.class.as_ref().map(|class| format!(" --db-instance-class {class}")).unwrap_or_default();
    let switch = |wanted: Option<bool>, on: &'static str, off: &'static str| match wanted {
        Some(true) => on,
        Some(false) => off,
        None => "",
    };
    let zones = switch(change.multi_az, " --multi-az", " --no-multi-az");
    let kept = switch(change.deletion_protection, " --deletion-protection", " --no-deletion-protection");
    let command = format!(
        "`aws rds modify-db-instance --db-instance-identifier {}{class}{zones}{kept} --apply-immediately --region {region}`",
        facts.id
    );
    match step.best_effort {
        true => format!("{command} changes it later"),
        false => format!("resume to order it again, or skip {} and change it later: {command}", step.id),
    }
}

/// What to do about a change that RDS refuses for good: most of all a class that its Region does not offer.
fn refused(step: &Step, change: &DatabaseChange, facts: &DatabaseFacts, region: &Region) -> String {
    let later = later(step, change, facts, region);
    let Some(class) = &change.class else { return later };
    format!(
        "`aws rds describe-orderable-db-instance-options --engine {} --engine-version {} --db-instance-class {class} \
         --region {region}` tells whether it is offered there; {later}",
        facts.engine, facts.engine_version
    )
}

fn done(text: String, vigil: &super::vigil::Vigil<'_>) -> Done {
    Done { text, measures: Measures { aws_s: vigil.waited().as_secs_f64(), ..Measures::default() } }
}
