//! Owns what tells on sight that the standby serves, whatever the store knows of runs: where the record leads, and a database
//! that stands alone; and what that says beside the runs.

use futures_util::future::join;

use super::context::Session;
use super::data;
use super::status_data::leads_over;
use crate::model::SideName;
use crate::run::spent::Spent;

/// What was seen of a standby that may serve.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// What leads the users there; none: nothing does, as far as was seen.
    pub led: Option<String>,
    /// The databases that take writes there.
    pub alone: Vec<String>,
    /// What could not be seen, and why.
    pub unseen: Vec<String>,
}

/// Looks at the standby. No call where the environment has neither a record nor data with one writer.
pub(super) async fn look(session: &Session) -> Sight {
    let environment = &session.environment;
    let ports = match session.read(SideName::Standby).await {
        Ok(ports) => ports,
        Err(failure) => return Sight { unseen: vec![failure.what], ..Sight::default() },
    };
    let databases = async {
        match environment.instances(SideName::Standby).is_empty() {
            true => Ok(Default::default()),
            false => data::sources(environment, &ports).await,
        }
    };
    let (led, databases) = join(leads_over(environment, &ports), databases).await;
    let mut sight = Sight::default();
    match led {
        Ok(led) => sight.led = led,
        Err(why) => sight.unseen.push(why),
    }
    match databases {
        Ok(sources) => sight.alone = sources.into_iter().filter(|(_, of)| of.is_none()).map(|(id, _)| id).collect(),
        Err(error) => sight.unseen.push(error.to_string()),
    }
    sight
}

impl Sight {
    /// Why the standby may be serving the users by all that is to be seen, and what comes first; none where it does not look so.
    /// The store may be another computer's, or a copy from before the declaration; and Route 53 leads users by itself.
    pub(super) fn says(&self, spent: Option<&Spent>, file: &str) -> Option<(String, String)> {
        // A failback that led the users home leaves data that still has to be made a replica.
        let alone = self.alone.first().filter(|_| !matches!(spent, Some(Spent::Home { .. })));
        let alone = alone.map(|id| format!("database {id} of the standby stands alone and takes writes"));
        // What was raised may be serving by now, and what could not be seen is not taken for absent.
        let unseen = self.unseen.first().filter(|_| matches!(spent, Some(Spent::Capacity { .. })));
        let unseen = unseen.map(|why| format!("whether the users are in the standby is not known ({why})"));
        let seen = self.led.clone().or(alone).or(unseen)?;
        let (why, next) = match spent {
            None => (
                format!(
                    "the standby may be serving the users: {seen}, and no run in this store tells of a declaration"
                ),
                "look for the store that does, on another computer perhaps".to_owned(),
            ),
            Some(spent) => (
                format!("the standby may be serving the users: {seen}, although run {} led nobody there", spent.run()),
                format!("bring service home first: lifeboat failback {file} --reason TEXT"),
            ),
        };
        Some((why, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_seen_counts_whatever_the_store_knows() {
        let sight = |led: Option<&str>, alone: &[&str]| Sight {
            led: led.map(str::to_owned),
            alone: alone.iter().map(|id| (*id).to_owned()).collect(),
            unseen: vec![],
        };
        let told = |spent: Option<Spent>, sight: Sight| sight.says(spent.as_ref(), "e.yaml").map(|(why, _)| why);
        assert_eq!(told(None, sight(None, &[])), None);
        let unknown =
            told(None, sight(Some("shop.example.com leads to the standby (the object is there)"), &["shop-orders"]));
        insta::assert_snapshot!(unknown.expect("told"), @"the standby may be serving the users: shop.example.com leads to the standby (the object is there), and no run in this store tells of a declaration");
        insta::assert_snapshot!(told(None, sight(None, &["shop-orders"])).expect("told"), @"the standby may be serving the users: database shop-orders of the standby stands alone and takes writes, and no run in this store tells of a declaration");
        let capacity = || Some(Spent::Capacity { run: "r1".into(), schedules: false });
        insta::assert_snapshot!(told(capacity(), sight(Some("it leads there"), &[])).expect("told"), @"the standby may be serving the users: it leads there, although run r1 led nobody there");
        let blind = || Sight { unseen: vec!["Route 53 does not answer".into()], ..Sight::default() };
        insta::assert_snapshot!(told(capacity(), blind()).expect("told"), @"the standby may be serving the users: whether the users are in the standby is not known (Route 53 does not answer), although run r1 led nobody there");
        assert_eq!(told(None, blind()), None, "nothing was raised for them");
        // On the way home the data comes last.
        let home = || Some(Spent::Home { run: "r1".into(), failback: "r2".into() });
        assert_eq!(told(home(), sight(None, &["shop-orders"])), None);
        assert!(told(home(), sight(Some("it leads there"), &[])).is_some());
    }
}
