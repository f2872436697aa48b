//! Owns `AwsCloud`: sides opened as sessions, cached, and their ports.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sts::config::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::Mutex;

use super::balancing::AwsBalancing;
use super::buckets::AwsBuckets;
use super::database_copies::AwsDatabaseCopies;
use super::databases::AwsDatabases;
use super::dns::AwsDns;
use super::error::Place;
use super::events::AwsEvents;
use super::groups::AwsGroups;
use super::identity::AwsIdentity;
use super::images::AwsImages;
use super::launch_templates::AwsLaunchTemplates;
use super::launch_versions::AwsLaunchVersions;
use super::metrics::AwsMetrics;
use super::network::AwsNetwork;
use super::outside::Internet;
use super::pacing::Pacer;
use super::parameters::AwsParameters;
use super::s3_store::S3Store;
use super::schedules::AwsSchedules;
use super::session::Session;
use super::settings::{self, RetrySettings};
use super::stacks::AwsStacks;
use super::tables::AwsTables;
use super::time::SystemClock;
use super::volumes::AwsVolumes;
use super::{http, session};
use crate::cloud::{Clock, Cloud, CloudErrorKind, CloudResult, DatabaseCopies, Outside, ReadPorts, WritePorts};
use crate::model::{Side, SideName};

/// AWS, or a stand-in that speaks its protocols.
///
/// Every distinct (account, role, Region, profile, endpoint) has one set of SDK settings, made when first asked for.
#[derive(Debug, Default)]
pub struct AwsCloud {
    ca_bundle: Option<PathBuf>,
    credentials: Option<Credentials>,
    template_bucket: Option<TemplateBucket>,
    opened: Mutex<Opened>,
    pacer: Arc<Pacer>,
}

/// Where large templates are put.
#[derive(Debug, Clone)]
pub(super) struct TemplateBucket {
    /// The bucket, in the side's Region.
    pub bucket: String,
    /// Key prefix without slashes at its ends; may be empty.
    pub prefix: String,
}

#[derive(Debug, Default)]
struct Opened {
    http: Option<SharedHttpClient>,
    configs: Vec<(Side, SdkConfig)>,
}

impl AwsCloud {
    /// AWS by the SDK's usual settings; a custom CA bundle where `AWS_CA_BUNDLE` names one.
    pub fn new() -> Self {
        let ca_bundle = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()).map(PathBuf::from);
        AwsCloud { ca_bundle, ..AwsCloud::default() }
    }

    /// The same, putting templates too large for a call into a bucket of the side's Region.
    pub fn with_template_bucket(mut self, bucket: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.template_bucket = Some(TemplateBucket { bucket: bucket.into(), prefix: prefix.into() });
        self
    }

    /// The same, trusting the certificates of a PEM file besides the system's.
    pub fn with_ca_bundle(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_bundle = Some(path.into());
        self
    }

    /// The same, with fixed credentials instead of those of the environment: for stand-ins, which take any.
    pub fn with_credentials(mut self, access_key_id: &str, secret_access_key: &str) -> Self {
        self.credentials = Some(Credentials::new(access_key_id, secret_access_key, None, None, "fixed"));
        self
    }

    /// A store in a bucket of a side's Region. Makes no call.
    pub async fn store(&self, name: SideName, side: &Side, bucket: &str, prefix: &str) -> CloudResult<S3Store> {
        Ok(S3Store::new(self.session(name, side).await?, bucket, prefix))
    }

    async fn session(&self, name: SideName, side: &Side) -> CloudResult<Arc<Session>> {
        let mut place = Place {
            side: Some(name),
            region: side.region.clone(),
            stand_in: false,
            endpoint: side.endpoint_url.clone(),
            profile: side.profile.clone(),
        };
        let refuse = |place: &Place, message| place.error(CloudErrorKind::Invalid, "reading AWS settings", message);
        let var = |name: &str| std::env::var(name).ok();
        let retries = RetrySettings::read(var("AWS_MAX_ATTEMPTS").as_deref(), var("AWS_RETRY_MODE").as_deref())
            .map_err(|message| refuse(&place, message))?;
        let mut opened = self.opened.lock().await;
        let config = match opened.configs.iter().find(|(known, _)| known == side) {
            Some((_, config)) => config.clone(),
            None => {
                let http = match &opened.http {
                    Some(http) => http.clone(),
                    None => http::client(self.ca_bundle.as_deref()).map_err(|message| refuse(&place, message))?,
                };
                opened.http = Some(http.clone());
                let config = settings::load(side, http, retries, self.credentials.clone()).await;
                opened.configs.push((side.clone(), config.clone()));
                config
            }
        };
        let for_one_service =
            std::env::vars_os().any(|(key, _)| key.to_string_lossy().starts_with("AWS_ENDPOINT_URL_"));
        place.endpoint = config.endpoint_url().map(str::to_owned);
        place.stand_in = place.endpoint.is_some() || for_one_service;
        // What the file says goes before the variables, and the service's own variable before the general one.
        let for_objects = var("AWS_ENDPOINT_URL_S3").filter(|url| !url.is_empty());
        let objects_at = side.endpoint_url.clone().or(for_objects).or_else(|| place.endpoint.clone());
        let scope = format!("{}/{}", side.account, side.region);
        Ok(Arc::new(session::Session { place, config, scope, objects_at, pacer: self.pacer.clone(), retries }))
    }
}

#[async_trait]
impl Cloud for AwsCloud {
    async fn read(&self, name: SideName, side: &Side) -> CloudResult<ReadPorts> {
        let session = self.session(name, side).await?;
        let parameters = Arc::new(AwsParameters::new(session.clone()));
        let groups = Arc::new(AwsGroups::new(session.clone()));
        let launch_templates = Arc::new(AwsLaunchTemplates::new(session.clone(), parameters.clone()));
        Ok(ReadPorts {
            side: name,
            region: side.region.clone(),
            identity: Arc::new(AwsIdentity::new(session.clone())),
            images: Arc::new(AwsImages::new(session.clone(), groups.clone(), launch_templates.clone())),
            databases: Arc::new(AwsDatabases::new(session.clone())),
            tables: Arc::new(AwsTables::new(session.clone())),
            buckets: Arc::new(AwsBuckets::new(session.clone())),
            dns: Arc::new(AwsDns::new(&session)),
            schedules: Arc::new(AwsSchedules::new(session.clone())),
            events: Arc::new(AwsEvents::new(session.clone())),
            volumes: Arc::new(AwsVolumes::new(session.clone())),
            groups,
            launch_templates,
            network: Arc::new(AwsNetwork::new(session.clone())),
            balancing: Arc::new(AwsBalancing::new(session.clone())),
            metrics: Arc::new(AwsMetrics::new(session.clone())),
            parameters,
            stacks: Arc::new(AwsStacks::new(session, self.template_bucket.clone())),
        })
    }

    async fn write(&self, name: SideName, side: &Side) -> CloudResult<WritePorts> {
        let session = self.session(name, side).await?;
        let parameters = Arc::new(AwsParameters::new(session.clone()));
        let groups = Arc::new(AwsGroups::new(session.clone()));
        let launch_templates = Arc::new(AwsLaunchTemplates::new(session.clone(), parameters.clone()));
        Ok(WritePorts {
            launch_templates: Arc::new(AwsLaunchVersions::new(session.clone())),
            images: Arc::new(AwsImages::new(session.clone(), groups.clone(), launch_templates)),
            databases: Arc::new(AwsDatabases::new(session.clone())),
            objects: Arc::new(AwsBuckets::new(session.clone())),
            dns: Arc::new(AwsDns::new(&session)),
            schedules: Arc::new(AwsSchedules::new(session.clone())),
            events: Arc::new(AwsEvents::new(session.clone())),
            groups,
            parameters,
            stacks: Arc::new(AwsStacks::new(session, self.template_bucket.clone())),
        })
    }

    async fn copies(&self, name: SideName, side: &Side) -> CloudResult<Arc<dyn DatabaseCopies>> {
        Ok(Arc::new(AwsDatabaseCopies::new(self.session(name, side).await?)))
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }

    fn outside(&self) -> Arc<dyn Outside> {
        Arc::new(Internet::new(self.ca_bundle.clone()))
    }
}
