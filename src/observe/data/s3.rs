//! Owns looking at replicated buckets, each on the side it is on.

use futures_util::future::join_all;

use super::{DataSeen, InProduction, Kind, keep};
use crate::cloud::ReadPorts;
use crate::facts::{Noun, SideFacts};
use crate::model::{BucketData, DataKind, Environment, SideName};

impl Kind for BucketData {
    fn in_production<'a>(&'a self, facts: &SideFacts) -> InProduction<'a> {
        InProduction { noun: Noun::Bucket, name: &self.bucket, is_there: facts.buckets.contains_key(&self.bucket) }
    }
}

pub(super) async fn look(ports: &ReadPorts, environment: &Environment) -> DataSeen {
    let names = environment.data.iter().filter_map(|data| match (&data.kind, ports.side) {
        (DataKind::S3(buckets), SideName::Primary) => Some(&buckets.bucket),
        (DataKind::S3(buckets), SideName::Standby) => Some(&buckets.replica),
        _ => None,
    });
    let buckets = join_all(names.map(|name| async move { (name.clone(), ports.buckets.bucket(name).await) })).await;
    let mut seen = DataSeen::default();
    seen.buckets = keep(buckets, Noun::Bucket, &mut seen.gaps);
    seen
}
