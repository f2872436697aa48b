//! Owns the tests of every page: complete, well-formed, and with nothing in it that runs or loads.

mod came_short;
mod stopped;

use super::made_up::{Journal, degraded, runbook, spent, stopped, succeeded};
use crate::report::run::html;
use crate::run::journal::Event;

/// The text of a page, a line for each line that is shown, without its style sheet.
fn shown(page: &str) -> String {
    let body = page.split_once("</style>").map_or(page, |(_, rest)| rest);
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if inside => {}
            _ => text.push(c),
        }
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[test]
fn the_same_record_gives_the_same_page() {
    assert_eq!(html(&succeeded()), html(&succeeded()));
    assert_ne!(html(&succeeded()), html(&stopped()));
}

#[test]
fn what_people_wrote_is_never_markup() {
    let evil = "<script>alert('x')</script>\" onload=\"y\u{202e}\u{1b}]0;z\u{7}";
    let mut planned = runbook();
    planned.reason = evil.to_owned();
    planned.environment = evil.to_owned();
    planned.host = evil.to_owned();
    planned.declared_by = evil.to_owned();
    planned.steps[1].title = evil.to_owned();
    planned.steps[2].skipped = Some(evil.to_owned());
    let mut journal = Journal::new(planned.sealed());
    journal.begin(1).done(1, 2, "gate", evil, spent(0.1, 0.0)).start(2, "fence").line(
        3,
        "fence",
        Event::Failed {
            what: evil.to_owned(),
            why: vec![evil.to_owned()],
            left_behind: vec![evil.to_owned()],
            hint: Some(evil.to_owned()),
            measures: spent(0.0, 0.0),
        },
    );
    journal.line(4, "", Event::Stopped { reason: evil.to_owned() });
    let page = html(&journal.report());
    assert!(!page.contains("<script") && !page.contains("\" onload"), "{page}");
    assert!(!page.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'));
    assert!(
        page.matches("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onload=&quot;y\\u{202e}").count() >= 10
    );
    let text = crate::report::run::text(&journal.report(), false);
    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text}");
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    for page in [html(&succeeded()), html(&stopped()), html(&degraded())] {
        for loads in ["<script", "<link", "<img", "<iframe", "src=", "@import", "url(", "href="] {
            assert!(!page.contains(loads), "{loads}");
        }
        assert!(page.contains("default-src &#39;none&#39;"));
    }
}

#[test]
fn every_element_closes_in_order_and_every_label_has_its_heading() {
    for page in [html(&succeeded()), html(&stopped()), html(&degraded())] {
        let body = page.split_once("</style>").expect("a style sheet").1;
        let mut open: Vec<&str> = vec!["html", "head"];
        for piece in body.split('<').skip(1) {
            let tag = piece.split(['>', ' ']).next().expect("a name");
            match tag.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed), "{piece}"),
                None => open.push(tag),
            }
        }
        assert_eq!(open, Vec::<&str>::new());
        for label in body.split("aria-labelledby=\"").skip(1) {
            let id = label.split('"').next().expect("an id");
            assert_eq!(body.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
        }
    }
}
