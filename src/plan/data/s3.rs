//! Owns replicated buckets in plans: a declaration looks whether the replica is there, and on the way home a person copies
//! what S3 does not.

use std::collections::BTreeSet;

use super::{DataTrouble, Declared, Homeward, Kind, Restored};
use crate::model::{BucketData, DataSet};
use crate::plan::declare::{DeclareInput, Remarks, check};
use crate::plan::failback::FailbackInput;
use crate::plan::runbook::{Runbook, Step, StepId};

struct Bucket<'a> {
    data: &'a DataSet,
    bucket: &'a BucketData,
}

impl Kind for BucketData {
    fn declared<'a>(&'a self, data: &'a DataSet, _: &'a DeclareInput<'_>) -> Box<dyn Declared + 'a> {
        Box::new(Bucket { data, bucket: self })
    }

    fn homeward<'a>(&'a self, data: &'a DataSet, _: &FailbackInput<'a>) -> Result<Box<dyn Homeward + 'a>, DataTrouble> {
        Ok(Box::new(Bucket { data, bucket: self }))
    }

    fn restored(&self) -> Result<&dyn Restored, &'static str> {
        Err("a bucket that S3 replicates")
    }
}

impl Declared for Bucket<'_> {
    fn check(&self, input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
        Some(check(input, self.data, needs))
    }

    fn remark(&self, input: &DeclareInput<'_>, _: &Runbook, found: &mut Remarks) {
        let BucketData { bucket, replica } = self.bucket;
        let known = input.baseline.facts.buckets.get(bucket);
        if known.is_some_and(|known| !known.replicates_to.contains_key(replica)) {
            found
                .warnings
                .push(format!("{}: by the baseline nothing replicates {bucket} to {replica}", self.data.name));
        }
    }
}

impl Homeward for Bucket<'_> {
    /// Each side takes writes: where both serve by intent nothing is taken from the standby.
    fn freezes(&self, both_serve: bool) -> bool {
        !both_serve
    }

    fn when_writing_stops(&self, frozen: bool) -> Option<String> {
        match frozen {
            true => Some(format!("what was written to {} is copied by you at the next gate", self.bucket.replica)),
            false => self.copied_by_hand(),
        }
    }

    fn copied_by_hand(&self) -> Option<String> {
        let BucketData { bucket, replica } = self.bucket;
        Some(format!("copy what was written to {replica} to {bucket}, unless S3 replicates that way too"))
    }
}
