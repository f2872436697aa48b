//! Owns DynamoDB global tables in plans: both sides take writes, so a declaration looks whether they are there, and a
//! failback only has people stop writing.

use std::collections::BTreeSet;

use super::{DataTrouble, Declared, Homeward, Kind, Restored};
use crate::model::{DataSet, TableData};
use crate::plan::declare::{DeclareInput, check};
use crate::plan::failback::FailbackInput;
use crate::plan::runbook::{Step, StepId};

struct Table<'a> {
    data: &'a DataSet,
    table: &'a str,
}

impl Kind for TableData {
    fn declared<'a>(&'a self, data: &'a DataSet, _: &'a DeclareInput<'_>) -> Box<dyn Declared + 'a> {
        Box::new(Table { data, table: &self.table })
    }

    fn homeward<'a>(&'a self, data: &'a DataSet, _: &FailbackInput<'a>) -> Result<Box<dyn Homeward + 'a>, DataTrouble> {
        Ok(Box::new(Table { data, table: &self.table }))
    }

    fn restored(&self) -> Result<&dyn Restored, &'static str> {
        Err("a DynamoDB global table")
    }
}

impl Declared for Table<'_> {
    fn check(&self, input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
        Some(check(input, self.data, needs))
    }
}

impl Homeward for Table<'_> {
    /// It has two writers: where both sides serve by intent nothing is taken from the standby.
    fn freezes(&self, both_serve: bool) -> bool {
        !both_serve
    }

    fn when_writing_stops(&self, _: bool) -> Option<String> {
        Some(format!("the global table {} brings its writes home by itself", self.table))
    }
}
