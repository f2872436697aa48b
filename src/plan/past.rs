//! Owns what the records of runs tell of a database, and what follows from it: on which side its writes count.
//!
//! A run knows what it did, not what people did beside it. So a promotion that was only ordered, or left to a person, counts
//! as well where its database stands alone; and where nothing tells, that is the answer.

use jiff::Timestamp;

use crate::model::SideName;

/// What runs did to one database and to its users.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Past {
    /// Oldest first.
    deeds: Vec<Deed>,
}

/// Something that a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The run.
    pub run: String,
    /// When that had ended.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The database of a side follows nothing any more.
    Promoted {
        /// The side.
        side: SideName,
        /// Whether the run saw it so. Else it ordered it, or left it to a person.
        seen: bool,
    },
    /// The standby's is a replica of the primary's again.
    Protected,
    /// Users were led to a side.
    Led {
        /// The side.
        to: SideName,
        /// Whether that came to its end, or a person took it over; else it may have led them.
        sure: bool,
    },
    /// The primary's, which may have taken writes of its own, was kept under another name to make it a replica of the
    /// standby's, or that was tried.
    PutAside,
    /// The primary's servers were fenced off: a run saw its groups set to zero.
    Fenced,
    /// Its record cannot be read.
    Unread,
}

/// What is known of the last promotion, where the standby's database stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last<'a> {
    /// No run tells.
    Untold,
    /// The standby's was promoted.
    Standby(&'a Deed),
    /// The primary's was promoted, and the standby's has followed nothing since.
    Primary(&'a Deed),
    /// The standby's had been made a replica again: somebody promoted it since, and no run tells who.
    Protected(&'a Deed),
    /// The primary's may have been promoted: nobody saw it.
    PrimaryPerhaps(&'a Deed),
}

/// Where runs led the users last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Users<'a> {
    /// No run led them anywhere.
    Untold,
    /// To the standby, for sure, and nothing led them home since.
    Standby,
    /// To the primary, or that was tried.
    Primary(&'a Deed),
}

impl Past {
    /// What these runs did, in any order.
    pub fn of(mut deeds: Vec<Deed>) -> Past {
        // An older run may have been resumed after a newer one.
        deeds.sort_by_key(|deed| deed.at);
        Past { deeds }
    }

    /// What is known of the last promotion. `primary_alone`: whether the primary's stands alone; none where nobody may look.
    pub fn last(&self, primary_alone: Option<bool>) -> Last<'_> {
        for deed in self.deeds.iter().rev() {
            match deed.what {
                What::Promoted { side: SideName::Standby, .. } => return Last::Standby(deed),
                What::Promoted { side: SideName::Primary, seen } => match primary_alone {
                    _ if seen => return Last::Primary(deed),
                    Some(true) => return Last::Primary(deed),
                    // It was not promoted after all.
                    Some(false) => {}
                    // Users are not led home to what is not promoted, unless a person says that it is.
                    None if self.led_since(deed, SideName::Primary).is_some() => return Last::Primary(deed),
                    None => return Last::PrimaryPerhaps(deed),
                },
                What::Protected => return Last::Protected(deed),
                What::Unread => return Last::Untold,
                What::Led { .. } | What::PutAside | What::Fenced => {}
            }
        }
        Last::Untold
    }

    /// Where the users were led last.
    pub fn users(&self) -> Users<'_> {
        for deed in self.deeds.iter().rev() {
            match deed.what {
                What::Led { to: SideName::Standby, sure: true } => return Users::Standby,
                What::Led { to: SideName::Primary, .. } => return Users::Primary(deed),
                // What came of it is not known, so what came before tells.
                What::Led { to: SideName::Standby, sure: false } => {}
                What::Unread => return Users::Untold,
                What::Promoted { .. } | What::Protected | What::PutAside | What::Fenced => {}
            }
        }
        Users::Untold
    }

    /// The first run since a deed that led users to a side, or may have.
    pub fn led_since(&self, deed: &Deed, side: SideName) -> Option<&Deed> {
        self.since(deed).find(|later| matches!(later.what, What::Led { to, .. } if to == side))
    }

    /// Whether a run since a deed led users to a side for sure.
    pub fn surely_led_since(&self, deed: &Deed, side: SideName) -> bool {
        self.since(deed).any(|later| later.what == What::Led { to: side, sure: true })
    }

    /// What took the writes to the standby, where no run is known to have fenced the primary then or since: its database may
    /// have taken writes of its own beside the standby's.
    pub fn unfenced(&self) -> Option<&Deed> {
        let ends =
            |deed: &Deed| matches!(deed.what, What::Protected | What::Promoted { side: SideName::Primary, seen: true });
        let took = |deed: &&Deed| {
            matches!(
                deed.what,
                What::Promoted { side: SideName::Standby, .. } | What::Led { to: SideName::Standby, .. }
            )
        };
        let from = self.deeds.iter().rposition(ends).map_or(0, |place| place + 1);
        let away = &self.deeds[from..];
        let first = away.iter().find(took)?;
        // A fence of another run before that was lifted when service went home.
        let fenced = |deed: &Deed| deed.what == What::Fenced && (deed.run == first.run || deed.at >= first.at);
        (!away.iter().any(fenced)).then_some(first)
    }

    /// The run that kept what [`Past::unfenced`] tells of under another name: the last that found it under its own.
    pub fn put_aside(&self) -> Option<&Deed> {
        self.since(self.unfenced()?).filter(|later| later.what == What::PutAside).last()
    }

    fn since<'a>(&'a self, deed: &Deed) -> impl Iterator<Item = &'a Deed> {
        let after = self.deeds.iter().position(|one| one == deed).map_or(0, |place| place + 1);
        self.deeds.iter().skip(after)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The past of a database that a run promoted on a side, as the users were led there.
    pub fn led_to(side: SideName, at: Timestamp) -> Past {
        let deed = |what| Deed { run: "r0".into(), at, what };
        Past::of(vec![deed(What::Promoted { side, seen: true }), deed(What::Led { to: side, sure: true })])
    }

    /// The past told by runs `r1`, `r2`, ... in that order.
    pub fn told(deeds: &[(u32, What)]) -> Past {
        let deed = |(second, (run, what)): (i64, &(u32, What))| Deed {
            run: format!("r{run}"),
            at: Timestamp::from_second(second).expect("in range"),
            what: *what,
        };
        Past::of((0..).zip(deeds).map(deed).collect())
    }

    pub const OUT: What = What::Promoted { side: SideName::Standby, seen: true };
    pub const OUT_PERHAPS: What = What::Promoted { side: SideName::Standby, seen: false };
    pub const HOME: What = What::Promoted { side: SideName::Primary, seen: true };
    pub const HOME_PERHAPS: What = What::Promoted { side: SideName::Primary, seen: false };
    pub const LED_OUT: What = What::Led { to: SideName::Standby, sure: true };
    pub const LED_HOME: What = What::Led { to: SideName::Primary, sure: true };

    fn last(past: &Past, primary_alone: Option<bool>) -> String {
        match past.last(primary_alone) {
            Last::Untold => "untold".to_owned(),
            Last::Standby(deed) => format!("standby {}", deed.run),
            Last::Primary(deed) => format!("primary {}", deed.run),
            Last::Protected(deed) => format!("protected {}", deed.run),
            Last::PrimaryPerhaps(deed) => format!("perhaps {}", deed.run),
        }
    }

    #[test]
    fn the_last_promotion_is_what_runs_saw_or_what_stands_alone_after_they_asked_for_it() {
        let out = [(1, OUT), (1, LED_OUT)];
        let round = [&out[..], &[(2, HOME), (2, LED_HOME), (2, What::Protected)]].concat();
        let again = [&round[..], &[(3, OUT_PERHAPS), (3, LED_OUT)]].concat();
        let skipped = [&out[..], &[(2, HOME_PERHAPS), (2, LED_HOME)]].concat();
        let ordered = [&out[..], &[(2, HOME_PERHAPS)]].concat();
        let unread = [&round[..], &[(3, What::Unread)]].concat();
        for (deeds, expected) in [
            (&[][..], ["untold"; 3]),
            (&out[..], ["standby r1"; 3]),
            (&round[..5], ["protected r2"; 3]),
            (&round[..4], ["primary r2"; 3]),
            (&again[..], ["standby r3"; 3]),
            (&skipped[..], ["primary r2", "standby r1", "primary r2"]),
            (&ordered[..], ["primary r2", "standby r1", "perhaps r2"]),
            (&unread[..], ["untold"; 3]),
        ] {
            let past = told(deeds);
            assert_eq!([Some(true), Some(false), None].map(|alone| last(&past, alone)), expected, "{deeds:?}");
        }
    }

    #[test]
    fn users_are_in_the_standby_only_where_that_is_sure_and_nothing_led_them_home_since() {
        let may = |to| What::Led { to, sure: false };
        for (deeds, expected) in [
            (&[][..], "untold"),
            (&[(1, LED_OUT)], "standby"),
            (&[(1, LED_OUT), (2, may(SideName::Standby))], "standby"),
            (&[(1, may(SideName::Standby))], "untold"),
            (&[(1, LED_OUT), (2, may(SideName::Primary))], "primary"),
            (&[(1, LED_OUT), (2, LED_HOME)], "primary"),
            (&[(1, LED_OUT), (2, LED_HOME), (3, LED_OUT)], "standby"),
            (&[(1, LED_OUT), (2, What::Unread)], "untold"),
        ] {
            let past = told(deeds);
            let word = match past.users() {
                Users::Untold => "untold",
                Users::Standby => "standby",
                Users::Primary(_) => "primary",
            };
            assert_eq!(word, expected, "{deeds:?}");
        }
    }

    #[test]
    fn a_primary_may_have_written_where_no_run_fenced_it_once_the_standby_took_the_writes() {
        let fence = What::Fenced;
        for (deeds, expected) in [
            (&[][..], None),
            (&[(1, OUT), (1, LED_OUT)], Some("r1")),
            (&[(1, LED_OUT)], Some("r1")),
            // A graceful one fences before it promotes; an ungraceful one beside it, or a later one.
            (&[(1, fence), (1, OUT), (1, LED_OUT)], None),
            (&[(1, OUT), (1, LED_OUT), (1, fence)], None),
            (&[(1, OUT), (1, LED_OUT), (2, fence)], None),
            // What was fenced before is up again.
            (&[(1, fence), (2, OUT), (2, LED_OUT)], Some("r2")),
            (&[(1, fence), (1, OUT), (2, HOME), (2, What::Protected), (3, OUT)], Some("r3")),
            (&[(1, OUT), (2, HOME), (2, LED_HOME), (2, What::Protected)], None),
        ] {
            assert_eq!(told(deeds).unfenced().map(|deed| deed.run.as_str()), expected, "{deeds:?}");
        }
    }

    #[test]
    fn an_old_run_that_was_resumed_later_counts_when_it_acted() {
        let deed = |run: &str, second, what| Deed {
            run: run.into(),
            at: Timestamp::from_second(second).expect("in range"),
            what,
        };
        let past = Past::of(vec![deed("r2", 20, LED_OUT), deed("r2", 10, OUT), deed("r1", 30, HOME)]);
        assert_eq!(last(&past, None), "primary r1");
        assert_eq!(past.led_since(&deed("r2", 10, OUT), SideName::Standby).map(|led| led.run.as_str()), Some("r2"));
        assert!(!past.surely_led_since(&deed("r1", 30, HOME), SideName::Standby));
    }
}
