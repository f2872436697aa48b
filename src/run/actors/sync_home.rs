//! Owns bringing parameters home that changed in the standby. Values are read here and nowhere kept or shown.

use std::collections::BTreeSet;

use futures_util::future::join;

use super::{Actors, trouble};
use crate::cloud::{ReadParameters, WriteParameters};
use crate::facts::PutParameter;
use crate::model::{Region, SideName};
use crate::plan::runbook::{Action, HomeRule, Step};
use crate::plan::sync::{HomeStep, home_step};
use crate::run::Stop;
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

/// What is still to be done.
#[derive(Default)]
struct Rest {
    puts: Vec<PutParameter>,
    /// What has no sure way home, one sentence each.
    unsure: Vec<String>,
}

/// Where parameters are read.
struct Homing<'a> {
    primary: &'a dyn ReadParameters,
    standby: &'a dyn ReadParameters,
    region: &'a Region,
}

impl Actors {
    fn homing(&self) -> Result<Homing<'_>, ActError> {
        let (primary, standby) = (&self.primary()?.read, &self.standby.read);
        let (primary, region) = (primary.parameters.as_ref(), &standby.region);
        Ok(Homing { primary, standby: standby.parameters.as_ref(), region })
    }

    pub(super) async fn look_sync_home(&self, parameters: &[String], rules: &[HomeRule]) -> Result<Look, ActError> {
        let rest = self.homing()?.rest(parameters, rules).await?;
        match rest.puts.is_empty() && rest.unsure.is_empty() {
            true => Ok(Look::AlreadySo(format!("{} have the same meaning in the primary", counted(parameters.len())))),
            false => Ok(Look::Needed),
        }
    }

    pub(super) async fn sync_home(&self, step: &Step, stop: &Stop) -> Result<Done, ActError> {
        let Action::SyncHome { parameters, rules, running } = &step.action else {
            return Err(trouble::not_here("it brings no parameters home"));
        };
        let begun = self.clock.now();
        let primary = self
            .ports_to_change(SideName::Primary, stop)
            .await
            .map_err(|error| ActError { what: "cannot bring parameters home".to_owned(), ..error })?;
        let rest = self.homing()?.rest(parameters, rules).await?;
        let names = rest.write(primary.write.parameters.as_ref(), stop).await?;
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        let mut text = format!("written in the primary: {}", names.join(", "));
        if !names.is_empty() {
            text.push_str(&stale(running, &primary.read.region));
        }
        Ok(Done { text, measures: Measures { ours_s, ..Measures::default() } })
    }
}

impl Rest {
    /// Writes all of it, or nothing where something is unsure; the names.
    async fn write(self, write: &dyn WriteParameters, stop: &Stop) -> Result<Vec<String>, ActError> {
        if !self.unsure.is_empty() {
            let what = "cannot bring every parameter home, so none was written";
            let hint = "set in production what is named, then resume; or skip the step".to_owned();
            return Err(ActError { why: self.unsure, ..trouble::plain(what, "", Some(hint)) });
        }
        let of = self.puts.len();
        let mut names = Vec::new();
        for put in &self.puts {
            let left = vec![format!("{} of {of} are written", names.len())];
            if stop.requested() {
                return Err(ActError { left_behind: left, ..trouble::interrupted("stopped bringing parameters home") });
            }
            if let Err(error) = write.put_parameter(put).await {
                let failed = trouble::cloud(format!("cannot write {} in the primary", put.name), &error);
                return Err(ActError { left_behind: left, ..failed });
            }
            names.push(put.name.clone());
        }
        Ok(names)
    }
}

impl Homing<'_> {
    /// What is still to be done about those parameters, all paths read as they are now.
    async fn rest(&self, parameters: &[String], rules: &[HomeRule]) -> Result<Rest, ActError> {
        let cannot = |error| trouble::cloud("cannot look at parameters", &error);
        let mut missing: BTreeSet<&str> = parameters.iter().map(String::as_str).collect();
        let mut rest = Rest::default();
        for rule in rules {
            let rewrite = rule.rewriting();
            let path = rewrite.apply(&rule.path);
            let (primary, standby) =
                join(self.primary.parameters_by_path(&rule.path), self.standby.parameters_by_path(&path)).await;
            let (primary, standby) = (primary.map_err(cannot)?, standby.map_err(cannot)?);
            for production in &primary {
                let name = rewrite.apply(&production.name);
                let Some(there) = standby.iter().find(|one| one.name == name) else { continue };
                if !missing.remove(name.as_str()) {
                    continue;
                }
                match home_step(&rewrite, production, there, self.region) {
                    Ok(HomeStep::InStep) => {}
                    Ok(HomeStep::Put(put)) => rest.puts.push(put),
                    Err(why) => rest.unsure.push(format!("{name}: {why}")),
                }
            }
        }
        rest.unsure.extend(missing.into_iter().map(|name| format!("{name} is not on both sides any more")));
        Ok(rest)
    }
}

/// What to say of servers that started before parameters were written: applications mostly read them once.
fn stale(running: &[String], region: &Region) -> String {
    if running.is_empty() {
        return String::new();
    }
    let refresh = |group: &String| {
        format!("`aws autoscaling start-instance-refresh --auto-scaling-group-name {group} --region {region}`")
    };
    let commands: Vec<String> = running.iter().map(refresh).collect();
    format!(
        "; servers of the primary that started before may hold the old values, and are replaced by {}",
        commands.join(", ")
    )
}

fn counted(parameters: usize) -> String {
    format!("{parameters} parameter{}", if parameters == 1 { "" } else { "s" })
}

#[cfg(test)]
#[path = "sync_home_tests.rs"]
mod tests;
