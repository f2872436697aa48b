//! Owns the rules of the map: it leads from the primary's identifiers to the standby's.

use std::collections::BTreeMap;

use super::side::Regions;
use crate::environment::regions::region_of_arn;
use crate::environment::remark::Remark;
use crate::environment::values::Text;
use crate::environment::written::May;
use crate::yaml::read::Placed;

/// Primary identifiers with their standby counterparts.
pub fn map(
    written: &May<BTreeMap<Placed<Text>, Placed<Text>>>,
    regions: Regions<'_>,
    remarks: &mut Vec<Remark>,
) -> Option<BTreeMap<String, String>> {
    let Some(placed) = written else { return Some(BTreeMap::new()) };
    let mut resolved = Some(BTreeMap::new());
    for (from, to) in placed.value.as_ref()? {
        let (Some((from, from_place)), Some((to, to_place))) = (from.get(), to.get()) else {
            resolved = None;
            continue;
        };
        let path = format!("map.{}", from.0);
        if from == to {
            let message = "this maps an identifier to itself";
            remarks.push(Remark::warning(to_place, &path, message).help("name its counterpart in the standby"));
        } else if let (Some(found), Some(primary)) = (region_of_arn(&to.0), regions.primary)
            && found == primary
            && regions.standby != regions.primary
        {
            let message = format!("the counterpart is in the primary's Region `{primary}` and would be lost with it");
            remarks
                .push(Remark::warning(to_place, &path, message).help("name its counterpart in the standby's Region"));
        }
        if let (Some(found), Some(standby)) = (region_of_arn(&from.0), regions.standby)
            && found == standby
            && regions.standby != regions.primary
        {
            let message =
                format!("this names something of the standby's Region `{standby}`; production has no such thing");
            remarks.push(
                Remark::warning(from_place, &path, message)
                    .help("write the primary's identifier first, the standby's second"),
            );
        }
        if let Some(resolved) = &mut resolved {
            resolved.insert(from.0.clone(), to.0.clone());
        }
    }
    resolved
}
