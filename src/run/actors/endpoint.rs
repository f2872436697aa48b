//! Owns telling applications a database's host name: one parameter, which keeps everything but its value.

use super::{Actors, SidePorts, trouble};
use crate::cloud::{CloudError, CloudResult};
use crate::facts::{Parameter, ParameterTier, ParameterType, PutParameter};
use crate::model::{SecretText, SideName};
use crate::run::Stop;
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

impl Actors {
    pub(super) async fn look_endpoint(
        &self,
        side: SideName,
        database: &str,
        parameter: &str,
    ) -> Result<Look, ActError> {
        let host = self.host(side, database, parameter).await?;
        match value(self.ports(side)?, parameter).await {
            Ok(Some(there)) if there.value.expose() == host => {
                Ok(Look::AlreadySo(format!("{parameter} holds the host name of {database}")))
            }
            Ok(_) => Ok(Look::Needed),
            Err(error) => Err(cannot(parameter, &error)),
        }
    }

    pub(super) async fn publish_endpoint(
        &self,
        side: SideName,
        data: &str,
        database: &str,
        parameter: &str,
        stop: &Stop,
    ) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let ports = self.ports_to_change(side, stop).await?;
        let host = self.host(side, database, parameter).await?;
        let there = whole(ports, parameter).await.map_err(|error| cannot(parameter, &error))?;
        let made = if there.is_some() { "" } else { "made and " };
        let put = put(data, parameter, &host, there);
        self.again(stop, || ports.write.parameters.put_parameter(&put))
            .await
            .map_err(|error| cannot(parameter, &error))?;
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        // Host names are no secret, and a person may want to compare.
        let text = format!("{parameter} is {made}set to {host}");
        Ok(Done { text, measures: Measures { ours_s, ..Measures::default() } })
    }

    async fn host(&self, side: SideName, database: &str, parameter: &str) -> Result<String, ActError> {
        let what = format!("cannot tell applications the host name of {database} in {parameter}");
        let facts = self.database(side, database, &what).await?;
        let none = || {
            let why = format!("{database} is {} and has no host name", facts.status);
            trouble::plain(&what, why, Some("resume when it has one".to_owned()))
        };
        facts.endpoint.as_ref().map(|endpoint| endpoint.host.clone()).ok_or_else(none)
    }
}

fn cannot(parameter: &str, error: &CloudError) -> ActError {
    trouble::cloud(format!("cannot set {parameter}"), error)
}

async fn value(ports: &SidePorts, name: &str) -> CloudResult<Option<Parameter>> {
    let found = ports.read.parameters.parameters(&[name.to_owned()]).await?;
    Ok(found.into_iter().find(|one| one.name == name))
}

/// The parameter with its tier, description and pattern, which only a look at its path tells.
async fn whole(ports: &SidePorts, name: &str) -> CloudResult<Option<Parameter>> {
    let Some(one) = value(ports, name).await? else { return Ok(None) };
    let Some((path, _)) = name.rsplit_once('/').filter(|(path, _)| !path.is_empty()) else { return Ok(Some(one)) };
    let beside = ports.read.parameters.parameters_by_path(&format!("{path}/")).await?;
    Ok(beside.into_iter().find(|other| other.name == name).or(Some(one)))
}

/// What to write: a parameter that is there keeps its type, tier, key, description and pattern.
fn put(data: &str, name: &str, host: &str, there: Option<Parameter>) -> PutParameter {
    let value = SecretText::new(host);
    match there {
        Some(there) => PutParameter {
            name: name.to_owned(),
            kind: there.kind,
            tier: there.tier,
            value,
            data_type: there.data_type,
            description: there.description,
            allowed_pattern: there.allowed_pattern,
            key_id: there.key_id,
        },
        None => PutParameter {
            name: name.to_owned(),
            kind: ParameterType::String,
            tier: ParameterTier::Standard,
            value,
            data_type: "text".to_owned(),
            description: format!("Host name of the database of {data}."),
            allowed_pattern: None,
            key_id: None,
        },
    }
}
