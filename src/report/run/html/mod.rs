//! Owns the page of a run: one file that needs nothing else, for the incident commander, the auditor and the manager.

mod copies;
mod evidence;
mod exceptions;
mod head;
mod left;
mod markup;
mod scale;
mod steps;
mod timeline;

use markup::Markup;

use super::value::RunReport;
use super::words;

/// Nothing may be loaded and nothing may run, whatever a text contains.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// About how many bytes a page has without steps, and how many more a step takes.
const PAGE: usize = 32 << 10;
const STEP: usize = 3 << 10;

/// The page.
pub fn html(report: &RunReport) -> String {
    let mut page = Markup::document(PAGE + report.record.steps.len() * STEP);
    page.element("html", &[("lang", "en")], |page| {
        page.element("head", &[], |page| {
            page.element("meta", &[("charset", "utf-8")], |_| {});
            page.element("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)], |_| {});
            page.element("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")], |_| {});
            page.element("meta", &[("name", "color-scheme"), ("content", "light dark")], |_| {});
            page.leaf("title", &[], &format!("{}: {}", words::title(report), report.verdict));
            page.style(include_str!("page.css"));
        });
        page.element("body", &[], |page| {
            page.element("main", &[], |page| {
                head::header(page, report);
                head::tiles(page, report);
                exceptions::failures(page, report);
                exceptions::next(page, report);
                head::declaration(page, report);
                timeline::timeline(page, report);
                exceptions::capacity(page, report);
                exceptions::skipped(page, report);
                copies::copies(page, report);
                left::volumes(page, report);
                steps::steps(page, report);
                evidence::sessions(page, report);
                evidence::evidence(page, report);
            });
            page.element("footer", &[], |page| {
                page.text("Made by lifeboat ");
                page.text(env!("CARGO_PKG_VERSION"));
                page.text(" from the run’s journal; the same journal gives the same page.");
            });
        });
    });
    page.finish()
}
