//! Owns the bucket and object ports on S3.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketVersioningStatus, ReplicationRule, ReplicationRuleStatus};

use super::api::Api;
use super::pacing::Rate;
use super::session::Session;
use crate::cloud::{CloudErrorKind, CloudResult, ReadBuckets, WriteObjects};
use crate::facts::BucketFacts;
use crate::model::bucket_host;

const HEAD_BUCKET: Api = Api::own("s3", "HeadBucket", Rate::AMPLE).allowed_by("s3:ListBucket");
const VERSIONING: Api = Api::own("s3", "GetBucketVersioning", Rate::AMPLE);
const REPLICATION: Api =
    Api::own("s3", "GetBucketReplication", Rate::AMPLE).allowed_by("s3:GetReplicationConfiguration");
const HEAD_OBJECT: Api = Api::own("s3", "HeadObject", Rate::AMPLE).allowed_by("s3:GetObject");
const PUT_OBJECT: Api = Api::own("s3", "PutObject", Rate::AMPLE);
const DELETE_OBJECT: Api = Api::own("s3", "DeleteObject", Rate::AMPLE);

/// Buckets and their objects on AWS.
#[derive(Debug)]
pub(super) struct AwsBuckets {
    session: Arc<Session>,
    client: aws_sdk_s3::Client,
}

impl AwsBuckets {
    pub fn new(session: Arc<Session>) -> Self {
        // Stand-ins have no name per bucket to resolve.
        let config = aws_sdk_s3::config::Builder::from(&session.config).force_path_style(session.place.stand_in);
        AwsBuckets { client: aws_sdk_s3::Client::from_conf(config.build()), session }
    }

    async fn is_there(&self, name: &str) -> CloudResult<bool> {
        let request = || self.client.head_bucket().bucket(name).send();
        known(self.session.call(&HEAD_BUCKET, request).await.map(drop))
    }

    async fn is_versioned(&self, name: &str) -> CloudResult<bool> {
        let request = || self.client.get_bucket_versioning().bucket(name).send();
        let answer = self.session.call(&VERSIONING, request).await?;
        Ok(answer.status() == Some(&BucketVersioningStatus::Enabled))
    }

    async fn replicates_to(&self, name: &str) -> CloudResult<BTreeMap<String, Vec<String>>> {
        let request = || self.client.get_bucket_replication().bucket(name).send();
        match self.session.call(&REPLICATION, request).await {
            Ok(answer) => Ok(answer.replication_configuration().map(|c| destinations(c.rules())).unwrap_or_default()),
            Err(e) if e.code.as_deref() == Some("ReplicationConfigurationNotFoundError") => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl ReadBuckets for AwsBuckets {
    async fn bucket(&self, name: &str) -> CloudResult<Option<BucketFacts>> {
        if !self.is_there(name).await? {
            return Ok(None);
        }
        let told = futures_util::future::try_join(self.is_versioned(name), self.replicates_to(name));
        let (versioned, replicates_to) = told.await?;
        Ok(Some(BucketFacts { name: name.to_owned(), versioned, replicates_to }))
    }

    async fn object_exists(&self, bucket: &str, key: &str) -> CloudResult<bool> {
        let request = || self.client.head_object().bucket(bucket).key(key).send();
        known(self.session.call(&HEAD_OBJECT, request).await.map(drop))
    }

    fn object_url(&self, bucket: &str, key: &str) -> String {
        match &self.session.objects_at {
            Some(endpoint) => format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/')),
            None => format!("https://{}/{key}", bucket_host(bucket, &self.session.place.region)),
        }
    }
}

#[async_trait]
impl WriteObjects for AwsBuckets {
    async fn put_object(&self, bucket: &str, key: &str, body: &[u8]) -> CloudResult<()> {
        let request = || {
            let call = self.client.put_object().bucket(bucket).key(key).content_type("text/plain; charset=utf-8");
            call.body(ByteStream::from(body.to_vec())).send()
        };
        self.session.call(&PUT_OBJECT, request).await.map(drop)
    }

    async fn delete_object(&self, bucket: &str, key: &str) -> CloudResult<()> {
        let request = || self.client.delete_object().bucket(bucket).key(key).send();
        match self.session.call(&DELETE_OBJECT, request).await {
            Err(e) if e.code.as_deref() == Some("NoSuchKey") => Ok(()),
            other => other.map(drop),
        }
    }
}

/// Whether what was asked for is there.
fn known(answer: CloudResult<()>) -> CloudResult<bool> {
    match answer {
        Ok(()) => Ok(true),
        Err(error) if error.kind == CloudErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Prefixes by destination bucket. Rules that copy only objects with some tag are left out: they copy no prefix whole.
fn destinations(rules: &[ReplicationRule]) -> BTreeMap<String, Vec<String>> {
    let mut destinations: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| *rule.status() == ReplicationRuleStatus::Enabled) {
        let Some(to) = rule.destination().map(|destination| destination.bucket()) else { continue };
        let Some(prefix) = prefix(rule) else { continue };
        // An ARN in every partition: arn:aws:s3:::bucket.
        let bucket = to.rsplit(":::").next().unwrap_or(to);
        destinations.entry(bucket.to_owned()).or_default().push(prefix);
    }
    for prefixes in destinations.values_mut() {
        prefixes.sort();
        prefixes.dedup();
    }
    destinations
}

/// What a rule copies whole; none where it also asks for tags.
fn prefix(rule: &ReplicationRule) -> Option<String> {
    let Some(filter) = rule.filter() else {
        // The first version of replication rules had no filter.
        #[expect(deprecated)]
        return Some(rule.prefix().unwrap_or_default().to_owned());
    };
    let both = filter.and();
    if filter.tag().is_some() || both.is_some_and(|both| !both.tags().is_empty()) {
        return None;
    }
    Some(filter.prefix().or(both.and_then(|both| both.prefix())).unwrap_or_default().to_owned())
}
