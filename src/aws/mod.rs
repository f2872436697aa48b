//! Owns everything AWS: the only folder that names `aws_sdk_*`. Sessions, pacing, one adapter per port, the S3 store.
//!
//! Every call goes through [`session::Session::call`]: it waits its turn (pacing), is made once, and is made again only as
//! `retry` decides. The SDK's own retries are off, because its retry quota loses writes when a bucket runs dry.

mod api;
mod balancing;
mod bucket;
mod buckets;
mod ca_bundle;
mod change_sets;
mod cloud;
mod database_copies;
mod database_facts;
mod databases;
mod dns;
mod dns_facts;
mod drift;
mod error;
mod error_codes;
mod events;
mod groups;
mod http;
mod identity;
mod images;
mod launch_template_facts;
mod launch_templates;
mod launch_versions;
mod metrics;
mod missing;
mod network;
mod outside;
mod pacing;
mod parameters;
mod replica_lag;
mod retry;
mod s3_store;
mod schedules;
mod service_clock;
mod session;
mod settings;
mod stacks;
mod tables;
mod tags;
mod time;
mod volumes;

pub use cloud::AwsCloud;
pub use s3_store::S3Store;
