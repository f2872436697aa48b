//! Owns everything AWS: the only folder that names `aws_sdk_*`. Sessions, pacing, one adapter per port, the S3 store.
//!
//! Every call goes through [`session::Session::call`]: it waits its turn (pacing), is made once, and is made again only as
//! `retry` decides. The SDK's own retries are off, because its retry quota loses writes when a bucket runs dry.

mod api;
mod balancing;
mod bucket;
mod ca_bundle;
mod change_sets;
mod cloud;
mod drift;
mod error;
mod error_codes;
mod groups;
mod http;
mod identity;
mod images;
mod later;
mod launch_template_facts;
mod launch_templates;
mod metrics;
mod missing;
mod network;
mod pacing;
mod parameters;
mod retry;
mod s3_store;
mod session;
mod settings;
mod stacks;
mod tags;
mod time;

pub use cloud::AwsCloud;
pub use s3_store::S3Store;
