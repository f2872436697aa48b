//! Owns the DNS ports on Route 53, a global service: one endpoint, one signing Region and one rate per account.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecordSet, RrType};
use aws_smithy_runtime_api::client::result::SdkError;

use super::api::Api;
use super::dns_facts::{health_check, is_same_name, record, record_set, say};
use super::error::tidy;
use super::pacing::Rate;
use super::session::{Session, side_by_side};
use crate::cloud::{CloudError, CloudErrorKind, CloudResult, ReadDns, WriteDns};
use crate::facts::{CheckersSay, HealthCheckFacts, RecordFacts};
use crate::model::Region;

const LIST: Api = shared("ListResourceRecordSets");
const GET_HEALTH_CHECK: Api = shared("GetHealthCheck");
const GET_STATUS: Api = shared("GetHealthCheckStatus");
const CHANGE: Api = shared("ChangeResourceRecordSets");

/// Record sets of one page (ListResourceRecordSets maxitems).
const PAGE: i32 = 300;
/// Most records of one change (ChangeResourceRecordSets: 1,000, and an UPSERT counts twice).
const UPSERTS_PER_CALL: usize = 500;

const fn shared(operation: &'static str) -> Api {
    Api::shared("route53", operation, "all calls", Rate::ROUTE_53)
}

/// DNS on AWS.
#[derive(Debug)]
pub(super) struct AwsDns {
    session: Arc<Session>,
    client: aws_sdk_route53::Client,
}

/// Where a page of records begins.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Start {
    name: String,
    kind: Option<RrType>,
    set_identifier: Option<String>,
}

impl AwsDns {
    pub fn new(session: &Session) -> Self {
        let mut session = session.clone();
        session.place.region = control_region(&session.place.region);
        // Both sides draw from one bucket where they are one account.
        session.scope = session.scope.split('/').next().unwrap_or_default().to_owned();
        let region = aws_config::Region::new(session.place.region.as_str().to_owned());
        let config = aws_sdk_route53::config::Builder::from(&session.config).region(region).build();
        AwsDns { client: aws_sdk_route53::Client::from_conf(config), session: Arc::new(session) }
    }

    async fn health_check(&self, id: String) -> CloudResult<Option<HealthCheckFacts>> {
        let request = || self.client.get_health_check().health_check_id(&id).send();
        match self.session.call(&GET_HEALTH_CHECK, request).await {
            Ok(answer) => Ok(answer.health_check().and_then(health_check)),
            Err(error) if error.kind == CloudErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl ReadDns for AwsDns {
    async fn records(&self, zone: &str, name: &str) -> CloudResult<Vec<RecordFacts>> {
        let mut records = Vec::new();
        let mut start = Start { name: name.to_owned(), kind: None, set_identifier: None };
        loop {
            let request = || {
                let call = self.client.list_resource_record_sets().hosted_zone_id(zone).max_items(PAGE);
                call.start_record_name(&start.name)
                    .set_start_record_type(start.kind.clone())
                    .set_start_record_identifier(start.set_identifier.clone())
                    .send()
            };
            let page = self.session.call(&LIST, request).await?;
            let own = |set: &&ResourceRecordSet| is_same_name(set.name(), name);
            records.extend(page.resource_record_sets().iter().filter(own).map(record));
            // Records come in the order of their names: past the name there is nothing more of it.
            let next = page.next_record_name().filter(|next| page.is_truncated() && is_same_name(next, name));
            let Some(next) = next else { break };
            let next = Start {
                name: next.to_owned(),
                kind: page.next_record_type().cloned(),
                set_identifier: page.next_record_identifier().map(str::to_owned),
            };
            if next == start {
                let message = "the service gave the same page twice; the listing is incomplete";
                return Err(self.session.place.error(CloudErrorKind::Service, LIST.operation, message));
            }
            start = next;
        }
        records.sort();
        Ok(records)
    }

    async fn health_checks(&self, ids: &[String]) -> CloudResult<Vec<HealthCheckFacts>> {
        let found = side_by_side(ids.iter().map(|id| self.health_check(id.clone())).collect()).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn checkers_say(&self, id: &str) -> CloudResult<Option<CheckersSay>> {
        let request = || self.client.get_health_check_status().health_check_id(id).send();
        match self.session.call(&GET_STATUS, request).await {
            Ok(answer) => Ok(say(answer.health_check_observations())),
            Err(error) if error.kind == CloudErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl WriteDns for AwsDns {
    async fn upsert_records(&self, zone: &str, records: &[RecordFacts]) -> CloudResult<()> {
        if records.is_empty() {
            return Ok(());
        }
        let refuse = |message: String| self.session.place.error(CloudErrorKind::Invalid, CHANGE.operation, message);
        if records.len() > UPSERTS_PER_CALL {
            let message = format!("{} records are more than the {UPSERTS_PER_CALL} of one change", records.len());
            return Err(refuse(message));
        }
        let batch = batch(records).map_err(|error| refuse(error.to_string()))?;
        let unwrapped = Mutex::new(None);
        let request = || async {
            let call = self.client.change_resource_record_sets().hosted_zone_id(zone);
            let answer = call.change_batch(batch.clone()).send().await;
            if let Err(SdkError::ServiceError(error)) = &answer {
                *unwrapped.lock().unwrap_or_else(PoisonError::into_inner) =
                    unwrapped_refusal(error.raw().body().bytes());
            }
            answer
        };
        // Records are set to a value, so that a change made twice is made once.
        let answer = self.session.call(&CHANGE, request).await;
        let told = unwrapped.into_inner().unwrap_or_else(PoisonError::into_inner);
        answer.map(drop).map_err(|error| match told {
            Some(message) => {
                let code = Some("InvalidChangeBatch".to_owned());
                CloudError { kind: CloudErrorKind::Invalid, code, message, ..error }
            }
            None => error,
        })
    }
}

fn batch(records: &[RecordFacts]) -> Result<ChangeBatch, aws_sdk_route53::error::BuildError> {
    let mut batch = ChangeBatch::builder();
    for facts in records {
        let change = Change::builder().action(ChangeAction::Upsert).resource_record_set(record_set(facts)?);
        batch = batch.changes(change.build()?);
    }
    batch.build()
}

/// What a refused change says where it comes without the envelope other errors have (ChangeResourceRecordSets,
/// InvalidChangeBatch: a document of its own with a list of messages), which the SDK does not read.
fn unwrapped_refusal(body: Option<&[u8]>) -> Option<String> {
    let body = String::from_utf8_lossy(body?);
    if !body.contains("<InvalidChangeBatch") {
        return None;
    }
    let messages = body.split("<Message>").skip(1).filter_map(|rest| rest.split("</Message>").next());
    let messages: Vec<String> = messages.map(|message| tidy(&unescaped(message))).collect();
    Some(messages.join("; ")).filter(|told| !told.is_empty())
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&apos;", "'").replace("&#39;", "'");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Where the control plane of a Region's partition lives, and calls are signed for.
fn control_region(region: &Region) -> Region {
    let name = region.as_str();
    let home = match () {
        () if name.starts_with("cn-") => "cn-northwest-1",
        () if name.starts_with("us-gov-") => "us-gov-west-1",
        // Partitions apart from the rest; the SDK's own rules know their homes.
        () if name.contains("-iso") || name.starts_with("eusc-") => name,
        () => "us-east-1",
    };
    Region(home.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_plane_is_the_partition_s() {
        for (region, expected) in [
            ("eu-central-1", "us-east-1"),
            ("us-west-2", "us-east-1"),
            ("us-gov-east-1", "us-gov-west-1"),
            ("cn-north-1", "cn-northwest-1"),
            ("us-isob-east-1", "us-isob-east-1"),
        ] {
            assert_eq!(control_region(&Region(region.to_owned())).as_str(), expected, "{region}");
        }
    }

    #[test]
    fn a_refusal_without_envelope_is_read_and_others_are_left() {
        let body = "<InvalidChangeBatch xmlns=\"x\"><Messages><Message>[Tried to create &quot;a&quot;]</Message>\
                    <Message>second</Message></Messages></InvalidChangeBatch>";
        let told = unwrapped_refusal(Some(body.as_bytes()));
        assert_eq!(told.as_deref(), Some("[Tried to create \"a\"]; second"));
        for other in ["", "<InvalidChangeBatch/>", "<ErrorResponse><Error><Message>m</Message></Error></ErrorResponse>"]
        {
            assert_eq!(unwrapped_refusal(Some(other.as_bytes())), None, "{other}");
        }
        assert_eq!(unwrapped_refusal(None), None);
    }
}
