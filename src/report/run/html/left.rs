//! Owns the volumes that a drill has left as its plan said: each costs until a person deletes it.

use super::markup::Markup;
use super::steps::{cell, table};
use crate::model::LeftVolume;
use crate::report::run::value::RunReport;

/// The volumes with the commands that delete them; nothing where none is left.
pub(super) fn volumes(page: &mut Markup, report: &RunReport) {
    let left: Vec<&LeftVolume> = report.record.steps.iter().flat_map(|step| &step.measures.volumes_left).collect();
    if left.is_empty() {
        return;
    }
    page.element("section", &[("aria-labelledby", "left")], |page| {
        page.leaf("h2", &[("id", "left")], "What is left and costs");
        page.leaf("p", &[("class", "note")], "A volume may hold data, so lifeboat deletes none.");
        table(page, "Volumes that no instance uses any more", &["Volume", "Command that deletes it"], |page| {
            for volume in left {
                page.element("tr", &[("role", "row")], |page| {
                    page.leaf("th", &[("role", "rowheader"), ("scope", "row")], &volume.to_string());
                    cell(page, "Command that deletes it", "mono", |page| page.text(&volume.delete_command()));
                });
            }
        });
    });
}
