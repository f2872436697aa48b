//! Owns the store in an S3 bucket: conditional writes that tell our own repeated write from another's.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};

use super::api::Api;
use super::pacing::Rate;
use super::session::Session;
use crate::cloud::{CloudError, CloudErrorKind, CloudResult};
use crate::store::{Condition, Store, StoreError, StoreErrorKind, Stored, Version};

const GET: Api = Api::own("s3", "GetObject", Rate::AMPLE);
const PUT: Api = Api::own("s3", "PutObject", Rate::AMPLE);
const LIST: Api = Api::own("s3", "ListObjectsV2", Rate::AMPLE).allowed_by("s3:ListBucket");
const DELETE: Api = Api::own("s3", "DeleteObject", Rate::AMPLE);

/// How often a write is repeated that met another conditional write on its way (S3 answers 409).
const CONTENTION_ATTEMPTS: u32 = 5;
const CONTENTION_WAIT: Duration = Duration::from_millis(100);

/// A store in a bucket of one Region.
#[derive(Debug, Clone)]
pub struct S3Store {
    session: Arc<Session>,
    client: aws_sdk_s3::Client,
    bucket: String,
    prefix: String,
}

impl S3Store {
    pub(super) fn new(session: Arc<Session>, bucket: &str, prefix: &str) -> Self {
        // Stand-ins have no name per bucket to resolve.
        let config = aws_sdk_s3::config::Builder::from(&session.config).force_path_style(session.place.stand_in);
        S3Store {
            client: aws_sdk_s3::Client::from_conf(config.build()),
            session,
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
        }
    }

    /// Puts an object and tells the URL by which CloudFormation of this Region reads it.
    pub(super) async fn upload(&self, name: &str, body: &[u8]) -> CloudResult<String> {
        let key = self.key(name);
        self.send(&key, body, &Condition::Always).await?;
        let place = &self.session.place;
        Ok(match &place.endpoint {
            Some(endpoint) => format!("{}/{}/{key}", endpoint.trim_end_matches('/'), self.bucket),
            None => format!("https://{}.s3.{}.amazonaws.com/{key}", self.bucket, place.region),
        })
    }

    fn key(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) }
    }

    fn at(&self, key: &str) -> String {
        format!("s3://{}/{}", self.bucket, self.key(key))
    }

    fn failed(&self, key: &str, error: &CloudError) -> StoreError {
        let kind = match error.kind {
            CloudErrorKind::Conflict => StoreErrorKind::Conflict,
            CloudErrorKind::Denied | CloudErrorKind::Credentials => StoreErrorKind::Denied,
            _ => StoreErrorKind::Failed,
        };
        let mut message = error.to_string();
        if error.kind == CloudErrorKind::Unreachable {
            message.push_str(&format!(
                "; the store itself is in {}: while that Region is down, no command that reads it can work",
                self.session.place.region
            ));
        }
        StoreError { kind, place: self.at(key), message }
    }

    async fn fetch(&self, key: &str) -> CloudResult<Option<Stored>> {
        let full = self.key(key);
        let request = || async {
            let answer = self.client.get_object().bucket(&self.bucket).key(&full).send().await?;
            let version = Version(answer.e_tag().unwrap_or_default().to_owned());
            // The SDK hands the body out unread, so an answer that breaks off half-way is made a failed call here.
            let body = answer.body.collect().await;
            let body = body.map_err(|e| SdkError::dispatch_failure(ConnectorError::io(e.into())))?;
            Ok((version, body))
        };
        match self.session.call(&GET, request).await {
            Err(e) if e.code.as_deref() == Some("NoSuchKey") => Ok(None),
            Err(e) => Err(e),
            Ok((version, body)) => Ok(Some(Stored { bytes: body.into_bytes().to_vec(), version })),
        }
    }

    async fn send(&self, full: &str, bytes: &[u8], condition: &Condition) -> CloudResult<Version> {
        let request = || {
            let call = self.client.put_object().bucket(&self.bucket).key(full);
            let call = match condition {
                Condition::Always => call,
                Condition::Absent => call.if_none_match("*"),
                Condition::Matches(version) => call.if_match(&version.0),
            };
            call.body(ByteStream::from(bytes.to_vec())).send()
        };
        let answer = self.session.call(&PUT, request).await?;
        Ok(Version(answer.e_tag.unwrap_or_default()))
    }

    /// After a refused condition: an earlier attempt of ours may have won, its answer lost on the way. Only what is
    /// stored can tell, because our records carry a nonce and no two writers write the same bytes.
    async fn ours_after_all(&self, key: &str, bytes: &[u8]) -> Result<Version, StoreError> {
        match self.fetch(key).await.map_err(|e| self.failed(key, &e))? {
            Some(stored) if stored.bytes == bytes => Ok(stored.version),
            _ => Err(StoreError {
                kind: StoreErrorKind::Conflict,
                place: self.at(key),
                message: "changed by another writer in the meantime".to_owned(),
            }),
        }
    }
}

#[async_trait]
impl Store for S3Store {
    fn place(&self) -> String {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        format!("s3://{}{slash}{}", self.bucket, self.prefix)
    }

    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        self.fetch(key).await.map_err(|e| self.failed(key, &e))
    }

    async fn put(&self, key: &str, bytes: &[u8], condition: &Condition) -> Result<Version, StoreError> {
        let full = self.key(key);
        let mut attempt = 1;
        loop {
            let error = match self.send(&full, bytes, condition).await {
                Ok(version) => return Ok(version),
                Err(error) => error,
            };
            let is_contended = error.code.as_deref() == Some("ConditionalRequestConflict");
            let is_gone = error.code.as_deref() == Some("NoSuchKey");
            match error.kind {
                CloudErrorKind::Conflict if is_contended && attempt < CONTENTION_ATTEMPTS => {
                    tokio::time::sleep(CONTENTION_WAIT * attempt).await;
                    attempt += 1;
                }
                CloudErrorKind::Conflict => return self.ours_after_all(key, bytes).await,
                // If-Match on an object that has been deleted.
                _ if is_gone && *condition != Condition::Always => return self.ours_after_all(key, bytes).await,
                _ => return Err(self.failed(key, &error)),
            }
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let full = self.key(prefix);
        let request = |token| {
            let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(&full);
            call.set_continuation_token(token).send()
        };
        let pages = self.session.pages(&LIST, |page| page.next_continuation_token(), request).await;
        let pages = pages.map_err(|e| self.failed(prefix, &e))?;
        let own = if self.prefix.is_empty() { String::new() } else { format!("{}/", self.prefix) };
        let keys = pages.iter().flat_map(|page| page.contents()).filter_map(|object| object.key());
        let mut keys: Vec<String> = keys.filter_map(|key| key.strip_prefix(&own)).map(str::to_owned).collect();
        keys.sort();
        Ok(keys)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let full = self.key(key);
        let request = || self.client.delete_object().bucket(&self.bucket).key(&full).send();
        match self.session.call(&DELETE, request).await {
            Err(e) if e.code.as_deref() == Some("NoSuchKey") => Ok(()),
            other => other.map(drop).map_err(|e| self.failed(key, &e)),
        }
    }
}
