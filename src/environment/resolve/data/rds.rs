//! Owns the rules of RDS instances: the key is the standby's, and RDS takes the replica's name.

use super::{Kind, Name, Named};
use crate::environment::remark::Remark;
use crate::environment::resolve::given;
use crate::environment::resolve::side::Regions;
use crate::environment::resolve::sync::key_is_in_standby;
use crate::environment::values::bad_database_id;
use crate::environment::written::WrittenRds;
use crate::model::{DataKind, RdsData, standby_database_name};

impl Kind for WrittenRds {
    fn names(&self) -> Vec<Name<'_>> {
        let source = self.source.get().map(|(id, place)| ("database", "rds.source", id.0.as_str(), place));
        let parameter = self.endpoint_parameter.as_ref().and_then(|parameter| parameter.get());
        let parameter =
            parameter.map(|(name, place)| ("endpoint parameter", "rds.endpoint_parameter", name.0.as_str(), place));
        source.into_iter().chain(parameter).collect()
    }

    fn resolve(&self, i: usize, regions: Regions<'_>, remarks: &mut Vec<Remark>) -> Option<DataKind> {
        key_is_in_standby(&format!("data[{i}].rds.key"), &self.key, regions, remarks);
        self.standby.value?;
        Some(DataKind::Rds(RdsData {
            source: self.source.value.as_ref()?.0.clone(),
            key: given(&self.key, |key| key.0.clone())?,
            class: given(&self.class, |class| class.0.clone())?,
            endpoint_parameter: given(&self.endpoint_parameter, |name| name.0.clone())?,
        }))
    }

    /// The standby's instance is called after the environment and the data store.
    fn name_fits(named: &Named<'_>, remarks: &mut Vec<Remark>) {
        let standby = standby_database_name(named.environment, named.name);
        if let Some(why) = bad_database_id(&standby) {
            let message = format!("the standby's database would be `{standby}`, and RDS refuses that: {why}");
            remarks.push(
                Remark::error(named.place, format!("data[{}].name", named.i), message)
                    .help("choose a shorter or plainer name for the data store, or for the environment"),
            );
        }
    }
}
