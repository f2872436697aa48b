//! Owns what every command starts from: the streams, the cloud it talks to, the store, and the check of the account.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::load::load;
use crate::aws::AwsCloud;
use crate::cloud::{Clock, Cloud, ReadPorts, WritePorts};
use crate::model::{Caller, Environment, SecretKey, SideName, StoreLocation};
use crate::observe::{WrongAccount, check_account};
use crate::run::{Stop, StopSwitch};
use crate::sim::SimCloud;
use crate::store::{Bundle, FolderStore, Store};
use crate::ui::{Failure, Printer};

/// How to go on with what carries no journal of its own.
pub const AGAIN: &str = "run the same command again to go on; what is done already is not done twice";

/// Which cloud a command talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum CloudChoice {
    /// Real AWS, or a stand-in behind the SDK's endpoint settings.
    #[default]
    Aws,
    /// The simulated cloud in a file beside the environment.
    Sim,
}

/// What the command line settled before any command runs.
#[derive(Clone)]
pub struct Context {
    /// The streams.
    pub printer: Printer,
    /// Which cloud.
    pub cloud: CloudChoice,
    /// The simulated cloud's file, where the user named one.
    pub sim_file: Option<PathBuf>,
    /// What runs ask whether they should stop waiting.
    pub stop: Stop,
    /// Flipped by the first Ctrl-C.
    pub switch: Arc<StopSwitch>,
    /// How to go on after a second Ctrl-C; set by commands that end in good order after the first.
    pub goes_on: Arc<Mutex<Option<String>>>,
}

impl Context {
    /// A context for those choices.
    pub fn new(printer: Printer, cloud: CloudChoice, sim_file: Option<PathBuf>) -> Self {
        let (switch, stop) = Stop::new();
        Context { printer, cloud, sim_file, stop, switch: Arc::new(switch), goes_on: Arc::default() }
    }

    /// The simulated cloud's file for an environment in that folder.
    pub fn sim_path(&self, folder: &Path) -> PathBuf {
        self.sim_file.clone().unwrap_or_else(|| folder.join(".lifeboat").join("sim.json"))
    }

    /// Reads an environment file and opens its store, for commands that need no cloud.
    pub async fn open_store(&self, file: &Path) -> Result<Shelf, Failure> {
        let environment = load(file, &self.printer)?;
        let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        let store = self.store(&environment, &folder).await?;
        let bundle = Bundle::of(&environment.name);
        Ok(Shelf { environment, store, bundle })
    }

    /// Reads an environment file and opens what it names. No call is made yet.
    pub async fn open(&self, file: &Path) -> Result<Session, Failure> {
        let Shelf { environment, store, bundle } = self.open_store(file).await?;
        let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        let cloud: Arc<dyn Cloud> = match self.cloud {
            CloudChoice::Sim => {
                let path = self.sim_path(&folder);
                Arc::new(SimCloud::open(&path).map_err(|error| Failure::failed(error.to_string()))?)
            }
            CloudChoice::Aws => match &environment.store {
                StoreLocation::S3 { bucket, prefix } => Arc::new(AwsCloud::new().with_template_bucket(bucket, prefix)),
                StoreLocation::Folder(_) => Arc::new(AwsCloud::new()),
            },
        };
        Ok(Session { context: self.clone(), environment, cloud, store, bundle })
    }

    async fn store(&self, environment: &Environment, folder: &Path) -> Result<Arc<dyn Store>, Failure> {
        Ok(match (&environment.store, self.cloud) {
            (StoreLocation::Folder(path), _) => Arc::new(FolderStore::new(path)),
            // The simulated cloud has no S3; a folder of the same name beside the file stands for the bucket.
            (StoreLocation::S3 { bucket, prefix }, CloudChoice::Sim) => {
                Arc::new(FolderStore::new(folder.join(".lifeboat").join(bucket).join(prefix)))
            }
            (StoreLocation::S3 { bucket, prefix }, CloudChoice::Aws) => {
                let store = AwsCloud::new().store(SideName::Standby, &environment.standby, bucket, prefix).await?;
                Arc::new(store)
            }
        })
    }

    /// From here on the first Ctrl-C only asks the command to stop; this is said when a second one ends it at once.
    pub fn end_in_order(&self, goes_on: impl Into<String>) {
        *self.goes_on.lock().unwrap_or_else(PoisonError::into_inner) = Some(goes_on.into());
    }

    /// How to go on with a command that ends in good order; none for the others.
    pub fn how_it_goes_on(&self) -> Option<String> {
        self.goes_on.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An environment with its store.
pub struct Shelf {
    /// The environment.
    pub environment: Environment,
    /// The store.
    pub store: Arc<dyn Store>,
    /// The environment's keys in the store.
    pub bundle: Bundle,
}

/// An environment with its cloud and store.
pub struct Session {
    /// Streams and choices.
    pub context: Context,
    /// The environment.
    pub environment: Environment,
    /// The cloud.
    pub cloud: Arc<dyn Cloud>,
    /// The store.
    pub store: Arc<dyn Store>,
    /// The environment's keys in the store.
    pub bundle: Bundle,
}

impl Session {
    /// The clock this session lives by.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.cloud.clock()
    }

    /// The streams.
    pub fn printer(&self) -> &Printer {
        &self.context.printer
    }

    /// Ports that look at a side, without a check of the account.
    pub async fn read(&self, side: SideName) -> Result<ReadPorts, Failure> {
        Ok(self.cloud.read(side, self.environment.side(side)).await?)
    }

    /// Ports that look at a side, once it is sure that the credentials are of the right account.
    pub async fn enter(&self, side: SideName) -> Result<(ReadPorts, Caller), Failure> {
        let ports = self.read(side).await?;
        let caller = self.caller(&ports).await?;
        Ok((ports, caller))
    }

    /// Who we are on a side; refused when the account is not the file's.
    pub async fn caller(&self, ports: &ReadPorts) -> Result<Caller, Failure> {
        check_account(ports, self.environment.side(ports.side)).await.map_err(|error| match error {
            WrongAccount::Cloud(error) => Failure::from(error).while_doing(format!(
                "cannot tell who we are on the {} side of {}",
                ports.side, self.environment.name
            )),
            WrongAccount::Differs { side, .. } => Failure::refused(error.to_string()).hint(format!(
                "use credentials of that account (AWS_PROFILE, or `profile:`/`role_arn:` under `{side}:`), or correct `{side}.account`"
            )),
        })
    }

    /// Ports that change a side.
    pub async fn write(&self, side: SideName) -> Result<WritePorts, Failure> {
        Ok(self.cloud.write(side, self.environment.side(side)).await?)
    }

    /// The key of the store's secret digests.
    pub async fn secret_key(&self) -> Result<SecretKey, Failure> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| Failure::failed(format!("the system gave no random bytes: {error}")))?;
        Ok(self.bundle.secret_key(self.store.as_ref(), || SecretKey::from_bytes(&bytes)).await?)
    }
}
