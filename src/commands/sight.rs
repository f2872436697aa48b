//! Owns what tells on sight that the standby serves, whatever the store knows of runs: where the record leads, and a database
//! that stands alone.

use futures_util::future::join;

use super::context::Session;
use super::data;
use super::status_data::leads_over;
use crate::model::SideName;

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
