//! Owns what `status` tells before anything else: runs that are not finished, nobody serving, no standby; and what to run.

use std::fmt::Write as _;

use super::open_run::Ways;
use super::outage::Outage;
use super::status::StatusView;
use super::status_data::{DataRole, DataStatus, LeadsTo};
use super::style::{ALARM, CHANGED, Paint};
use crate::run::spent::Spent;

impl StatusView<'_> {
    /// What froze the standby. Nothing but a freeze sets a maximum of zero, and no footprint does.
    pub(super) fn frozen(&self) -> Option<&Outage> {
        let at_zero = self.tiers.iter().any(|tier| tier.size.is_some_and(|size| size.max == 0));
        self.outage.filter(|outage| matches!(outage, Outage::Frozen(_)) && at_zero)
    }

    /// What left nobody serving, and is still to be seen in the standby. Whether the primary has been set back by hand is not
    /// to be seen there; whether the users have been led over by hand is.
    pub(super) fn outage(&self) -> Option<&Outage> {
        let led_over = self.traffic.is_some_and(|traffic| traffic.leads_to == LeadsTo::Standby);
        self.outage.filter(|outage| match outage {
            Outage::Frozen(_) => self.frozen().is_some(),
            Outage::Fenced(_) => !led_over,
        })
    }

    /// The lines that tell runs that are not finished, and an outage: what to know before anything else.
    pub(super) fn alarms(&self, paint: Paint) -> String {
        let mut out = String::new();
        let outage = self.outage();
        for open in self.open {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{}", paint.text(if open.ways().is_alive() { CHANGED } else { ALARM }, open.words()));
            // The outage says what they lead to.
            for advice in open.advice().iter().filter(|_| outage.is_none_or(|outage| outage.run() != open.run)) {
                let _ = writeln!(out, "  {advice}");
            }
        }
        if let Some(outage) = outage {
            let open = self.open.iter().find(|open| open.run == outage.run());
            let ways = open.map_or_else(|| Ways::ended(self.file, outage.run(), None), |open| open.ways().clone());
            let _ = writeln!(
                out,
                "{}\n  {}",
                paint.text(ALARM, &outage.words()),
                outage.advice(&ways, &self.environment.standby.region)
            );
        }
        out
    }

    /// That nothing stands by, where that is so, and what ends it. A failback is proposed where no run is in its way.
    pub(super) fn spent_words(&self, paint: Paint) -> Option<String> {
        let Some(spent) = self.spent else { return self.taken_over_unrecorded(paint) };
        let follows =
            |data: &DataStatus| !data.one_writer || matches!(data.role, DataRole::Replica | DataRole::Unknown);
        let none = !self.data.iter().all(follows) || matches!(spent, Spent::Users { led: true, .. });
        let label = if none { paint.text(ALARM, "you now have no standby") } else { "it was declared".to_owned() };
        let run = spent.run();
        let file = self.file;
        let words = match spent {
            Spent::Users { led: true, .. } => format!("{label}: it was declared in run {run}"),
            // What led them there without this run is not in its journal.
            Spent::Users { .. } if none => {
                format!("{label}: it was declared in run {run}, which led nobody there itself; the users may be there")
            }
            Spent::Users { .. } => {
                format!("{label} in run {run}, which led nobody there itself; the users may be there")
            }
            Spent::Declared { .. } if none => {
                format!("{label}: it was declared in run {run}, and nobody was led there")
            }
            Spent::Declared { .. } => format!("{label} in run {run}, and nobody was led there"),
            Spent::Capacity { .. } => {
                format!("run {run} raised capacity alone and led nobody there{}", self.users_beside_runs())
            }
            Spent::Home { failback, .. } => format!(
                "{}: the users are home since failback {failback}, and it is not all a standby again",
                if none { label } else { "not done".to_owned() }
            ),
        };
        let then = match spent {
            _ if !self.open.is_empty() || self.frozen().is_some() => String::new(),
            // Said with the outage.
            Spent::Declared { .. } if self.outage().is_some() => String::new(),
            Spent::Capacity { schedules: true, .. } => {
                format!(
                    "; `lifeboat failback {file} --reason TEXT` takes it back, with the scheduled actions it put in force"
                )
            }
            // Whose capacity would be taken is not known.
            Spent::Capacity { .. } if self.may_serve_by_itself() => {
                format!("; `lifeboat failback {file} --reason TEXT` brings service home")
            }
            Spent::Capacity { .. } => format!("; `lifeboat scale {file} --to standby` takes it back"),
            _ => format!("; `lifeboat failback {file} --reason TEXT` makes it a standby again"),
        };
        Some(words + &then)
    }

    /// Where the users are after a run that led nobody anywhere, as far as the record tells.
    fn users_beside_runs(&self) -> &'static str {
        match self.traffic.map(|traffic| traffic.leads_to) {
            Some(LeadsTo::Primary) => ": the primary serves the users",
            Some(LeadsTo::Standby) => ", and yet the standby serves the users: their record leads there by itself",
            Some(LeadsTo::Both) => ": both sides serve the users",
            Some(LeadsTo::Unknown | LeadsTo::Undecided) => "; where the users are is decided elsewhere, and not known",
            Some(LeadsTo::NotProvisioned) | None => "",
        }
    }

    /// Whether the record leads users to the standby without a run, or may.
    fn may_serve_by_itself(&self) -> bool {
        self.traffic.is_some_and(|traffic| matches!(traffic.leads_to, LeadsTo::Standby | LeadsTo::Unknown))
    }

    /// That the standby has taken over to all appearances, and the store tells of no run that did it: it may be another's
    /// store, or a copy from before.
    fn taken_over_unrecorded(&self, paint: Paint) -> Option<String> {
        let led = self.traffic.filter(|traffic| traffic.leads_to == LeadsTo::Standby);
        let led = led.map(|traffic| format!("{} leads to the standby", traffic.record));
        let alone = self.data.iter().filter(|data| data.one_writer && data.role == DataRole::StandsAlone);
        let alone = alone.map(|data| format!("{} {} stands alone there", data.kind, data.name));
        let seen: Vec<String> = led.into_iter().chain(alone).collect();
        if seen.is_empty() {
            return None;
        }
        let label = paint.text(ALARM, "you now have no standby");
        Some(format!(
            "{label}: {}, and no run in this store tells of it; look for the store that does, on another computer perhaps, \
             before anything is changed",
            seen.join(", ")
        ))
    }
}
