//! Owns the copies of data that a drill restored: how long each took, and how old its data was.

use super::markup::Markup;
use super::steps::{cell, table};
use crate::report::copies::{end, point, restore, snapshot};
use crate::report::run::value::RunReport;

/// The copies; nothing where there was none.
pub(super) fn copies(page: &mut Markup, report: &RunReport) {
    let copies = &report.record.totals.copies;
    if copies.is_empty() {
        return;
    }
    page.element("section", &[("aria-labelledby", "copies")], |page| {
        page.leaf("h2", &[("id", "copies")], "Restored copies of data");
        page.leaf(
            "p",
            &[("class", "note")],
            "The recovery point is how far the data in the snapshot was behind the moment it was taken. The standby’s own \
             databases were left alone.",
        );
        let heads = ["Data", "Snapshot", "Restore", "Recovery point", "Copy", "End"];
        table(page, "From a snapshot of the standby’s database to a database of its own", &heads, |page| {
            for copy in copies {
                page.element("tr", &[("role", "row")], |page| {
                    page.leaf("th", &[("role", "rowheader"), ("scope", "row")], &copy.data);
                    cell(page, "Snapshot", "number", |page| page.text(&snapshot(copy)));
                    cell(page, "Restore", "number", |page| page.text(&restore(copy)));
                    cell(page, "Recovery point", "number", |page| page.text(&point(copy)));
                    cell(page, "Copy", "mono", |page| page.text(&copy.id));
                    cell(page, "End", "", |page| page.text(end(copy)));
                });
            }
        });
    });
}
