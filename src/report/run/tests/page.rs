//! Owns the tests of the page: complete, well-formed, and with nothing in it that runs or loads.

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
fn the_page_of_a_run_that_came_short() {
    insta::assert_snapshot!(shown(&html(&degraded())), @r"
    Failover of shop
    succeeded, degraded
    2026-11-20 03:12:07 UTC · run 20261120T031207Z-7f3a
    The standby took over 1 h 24 min 59 s after the beginning of the incident, beyond the recovery time objective of 30 min. It is degraded: web lacks 2 of 10, 2 steps were skipped. The recovery point is 6 min 52 s, beyond the objective of 5 min.
    Recovery time (RTO)
    1 h 24 min 59 s
    missed · objective 30 min
    from the beginning of the incident until service was back
    Recovery point (RPO)
    6 min 52 s
    missed · objective 5 min
    the lag of data, recorded by “Wait for tier db to serve”
    Steps done
    8 of 10
    2 skipped · taken up again 2 times
    Whose time
    5.8 s ours
    12 min 09 s AWS’s
    added up over the steps; by the clock it took 1 h 15 min
    Declaration
    us-east-1 has not answered since 03:02; AWS confirms an impaired Region (INC-4711).
    Declared by
    arn:aws:sts::111122223333:assumed-role/dr-operator/alice
    On host
    ops-laptop-12
    Declared at
    2026-11-20 03:12:07 UTC
    Incident began
    2026-11-20 03:02:07 UTC
    Ended at
    2026-11-20 04:27:07 UTC
    lifeboat
    0.1.0
    Timeline
    From the declaration at 2026-11-20 03:12:07 UTC. The plan expected 8 min 27 s in all. Long pauses between sessions are drawn short.
    lifeboat’s own time
    AWS’s time
    waiting: a person, or its turn
    ended without success
    nobody carried it out
    recovery time objective
    0 s2 min1 h 6 min1 h 8 min1 h 10 min1 h 12 min1 h 14 min
    Confirm that the primary is gone skipped
    Fence the primary skipped
    Scale tier db 3.0 s
    Wait for tier db to serve 3 min 28 s
    Scale tier web 5.0 s
    Scale tier jobs 2.0 s
    Wait for tier web to serve 8 min 46 s
    Wait for tier jobs to serve 27 s
    Probe the service 9.0 s
    Write the report 1.0 s
    Shortfalls and substitutions
    Capacity that did not come
    What
    Asked for
    Came
    Lacks
    web
    10
    8 (80 %)
    2
    What stood in for what
    Step
    Substitution
    Wait for tier web to serve
    m5.large for m6i.large: 5 instances (InsufficientInstanceCapacity in us-west-2a)
    Wait for tier web to serve
    us-west-2c for us-west-2a: 3 instances
    What was skipped
    Steps that a person left out
    Step
    Because
    By
    Confirm that the primary is gone
    the bridge call has confirmed it
    arn:aws:sts::111122223333:assumed-role/dr-operator/alice
    Fence the primary
    us-east-1 is dark
    arn:aws:sts::111122223333:assumed-role/dr-operator/alice
    Steps
    Every step of the plan, in its order
    Step
    State
    Began
    Took
    Expected
    Ours
    AWS’s
    Result
    Confirm that the primary is gonegate
    skipped
    –
    –
    1 min
    –
    –
    the bridge call has confirmed it
    Fence the primaryfence
    skipped
    –
    –
    10 s
    –
    –
    us-east-1 is dark
    Scale tier dbscale-db
    done
    +3.0 s
    3.0 s
    5 s
    0.4 s
    2.3 s
    shop-db-standby: min 3 desired 3 max 6
    Wait for tier db to serveserve-db
    done
    +6.0 s
    3 min 28 s
    4 min
    0.9 s
    2 min 49 s
    3 of 3 in service, all healthyrecovery point 6 min 52 s
    Scale tier webscale-web
    done
    +3 min 34 s
    5.0 s
    5 s
    0.8 s
    3.2 s
    shop-web-standby: min 10 desired 10 max 203 attempts
    Scale tier jobsscale-jobs
    done
    +3 min 34 s
    2.0 s
    5 s
    0.3 s
    1.4 s
    shop-jobs-standby: min 4 desired 4 max 8
    Wait for tier web to serveserve-web
    done
    +1 h 06 min
    8 min 46 s
    4 min
    2.4 s
    8 min 40 s
    8 of 10 in service: within the accepted 20 %8 of 10 came
    Wait for tier jobs to serveserve-jobs
    done
    +1 h 06 min
    27 s
    4 min
    0.3 s
    26 s
    4 of 4 in service
    Probe the serviceprobe
    done
    +1 h 15 min
    9.0 s
    15 s
    0.3 s
    7.0 s
    https://shop.example.com/healthz answered 200 in 0.4 s
    Write the reportreport
    done
    +1 h 15 min
    1.0 s
    2 s
    0.4 s
    0.2 s
    written to the store
    Began is counted from the declaration. Steps that do not depend on each other run side by side, so their times may add up to more than the whole.
    Who carried it out
    Taken up again 2 times.
    Sessions, in order
    Session
    By
    Host
    Lease
    Before it
    2026-11-20 03:12:09 UTC
    arn:aws:sts::111122223333:assumed-role/dr-operator/alice
    ops-laptop-12
    7
    –
    2026-11-20 04:17:07 UTC
    arn:aws:sts::111122223333:assumed-role/dr-operator/bob
    ops-laptop-3
    8
    stopped for 1 h 01 min: step scale-web failed
    2026-11-20 04:18:07 UTC
    arn:aws:sts::111122223333:assumed-role/dr-operator/bob
    ops-laptop-3
    9
    broke off without a word 58 s before
    Evidence
    Every line of the journal holds the digest of the line before it: who has the digest of the last line can tell whether any line was changed.
    Journal, last line
    sha256:591627c2fec14763112d1ffb5d2e3c81e0e4671ddf40b2f55a425634b5f4903b
    Journal, lines
    27
    Runbook
    sha256:8b95971c823c86cb36fa19a6b9f62a6186229e40301f3093dfe42585f02a986e
    Runbook, check
    contents match the digest, and the journal was begun for it
    Environment
    sha256:ba5285161ba6eed0085fb13784ce5c92f70ebc268b94fd66aa1d68a32884204d
    Baseline
    sha256:8ba8496a2525ae171ffd104d632dede6ef418d9b95962a9d88e2fcdbc8d48d24
    Made by lifeboat 0.1.0 from the run’s journal; the same journal gives the same page.
    ");
}

#[test]
fn the_page_of_a_run_that_stopped() {
    insta::assert_snapshot!(shown(&html(&stopped())), @r"
    Failover of shop
    stopped part-way
    2026-11-20 03:12:07 UTC · run 20261120T031207Z-7f3a
    The failover stopped 3 min 37 s after the declaration: step scale-web failed. 4 of 10 steps are settled; the run can be resumed.
    Recovery time (RTO)
    not measured
    objective 30 min
    the run stopped before service was back
    Recovery point (RPO)
    not measured
    objective 5 min
    no step of this run recorded the lag of data
    Steps done
    4 of 10
    2 failed · 4 not begun · never interrupted
    Whose time
    2.3 s ours
    2 min 59 s AWS’s
    added up over the steps; by the clock it took 3 min 37 s
    What failed
    Scale tier web
    failed shop-web-standby could not be set to min 10 desired 10 max 20
    Because
    UpdateAutoScalingGroup was refused in us-west-2
    the role dr-operator lacks autoscaling:UpdateAutoScalingGroup on this group
    Left behind
    shop-web-standby stays at 2 instances
    What to do
    grant the permission, then: lifeboat runs resume 20261120T031207Z-7f3a
    Fence the primary
    failed the primary&#39;s groups could not be set to zero
    Because
    us-east-1 did not answer within 5 s
    Left behind
    shop-web in us-east-1 may still take traffic once the Region is back
    What to do
    before the failback, look whether shop-web runs
    Best effort: the run goes on without it.
    Declaration
    us-east-1 has not answered since 03:02; AWS confirms an impaired Region (INC-4711).
    Declared by
    arn:aws:sts::111122223333:assumed-role/dr-operator/alice
    On host
    ops-laptop-12
    Declared at
    2026-11-20 03:12:07 UTC
    Incident began
    2026-11-20 03:02:07 UTC
    Stopped at
    2026-11-20 03:15:44 UTC
    lifeboat
    0.1.0
    Timeline
    From the declaration at 2026-11-20 03:12:07 UTC. The plan expected 9 min 27 s in all.
    lifeboat’s own time
    AWS’s time
    waiting: a person, or its turn
    ended without success
    0 s1 min2 min3 min
    Confirm that the primary is gone 39 s
    Fence the primary failed, 5.0 s
    Scale tier db 3.0 s
    Wait for tier db to serve 2 min 50 s
    Scale tier web failed, 2.0 s
    Scale tier jobs 2.0 s
    Wait for tier web to serve not begun
    Wait for tier jobs to serve not begun
    Probe the service not begun
    Write the report not begun
    Steps
    Every step of the plan, in its order
    Step
    State
    Began
    Took
    Expected
    Ours
    AWS’s
    Result
    Confirm that the primary is gonegate
    done
    +2.0 s
    39 s
    1 min
    0.1 s
    0.0 s
    confirmed by alice
    Fence the primaryfence
    failed
    +41 s
    5.0 s
    10 s
    0.2 s
    4.8 s
    the primary&#39;s groups could not be set to zerobest effort: the run goes on without it
    Scale tier dbscale-db
    done
    +41 s
    3.0 s
    5 s
    0.4 s
    2.3 s
    shop-db-standby: min 3 desired 3 max 6
    Wait for tier db to serveserve-db
    done
    +44 s
    2 min 50 s
    4 min
    0.9 s
    2 min 49 s
    3 of 3 in service, all healthy
    Scale tier webscale-web
    failed
    +3 min 34 s
    2.0 s
    5 s
    0.4 s
    1.1 s
    shop-web-standby could not be set to min 10 desired 10 max 20
    Scale tier jobsscale-jobs
    done
    +3 min 34 s
    2.0 s
    5 s
    0.3 s
    1.4 s
    shop-jobs-standby: min 4 desired 4 max 8
    Wait for tier web to serveserve-web
    not begun
    –
    –
    4 min
    –
    –
    –
    Wait for tier jobs to serveserve-jobs
    not begun
    –
    –
    4 min
    –
    –
    –
    Probe the serviceprobe
    not begun
    –
    –
    15 s
    –
    –
    –
    Write the reportreport
    not begun
    –
    –
    2 s
    –
    –
    –
    Began is counted from the declaration. Steps that do not depend on each other run side by side, so their times may add up to more than the whole.
    Who carried it out
    One session, never interrupted.
    Sessions, in order
    Session
    By
    Host
    Lease
    Before it
    2026-11-20 03:12:09 UTC
    arn:aws:sts::111122223333:assumed-role/dr-operator/alice
    ops-laptop-12
    7
    –
    Evidence
    Every line of the journal holds the digest of the line before it: who has the digest of the last line can tell whether any line was changed.
    Journal, last line
    sha256:5a335d31191082d6816c735ee1da5f2e271444c48c19087b536e3ec9e75b87c0
    Journal, lines
    14
    Runbook
    sha256:277e2de786978f0f5ec0973688e6a1fb942045e6e46120471266996c9287c9d4
    Runbook, check
    contents match the digest, and the journal was begun for it
    Environment
    sha256:ba5285161ba6eed0085fb13784ce5c92f70ebc268b94fd66aa1d68a32884204d
    Baseline
    sha256:8ba8496a2525ae171ffd104d632dede6ef418d9b95962a9d88e2fcdbc8d48d24
    Made by lifeboat 0.1.0 from the run’s journal; the same journal gives the same page.
    ");
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
