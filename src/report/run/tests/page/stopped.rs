//! Owns the test of the page of a run that stopped, as it is read.

use super::super::made_up::stopped;
use super::shown;
use crate::report::run::html;

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
fn how_to_go_on_stands_on_the_page_where_it_is_known() {
    let mut report = stopped();
    assert!(!crate::report::run::html(&report).contains("How to go on"));
    report.next = vec!["lifeboat runs resume shop.yaml r1".into(), "lifeboat runs resume shop.yaml r1 --skip x".into()];
    let page = crate::report::run::html(&report);
    assert!(page.contains("lifeboat runs resume shop.yaml r1</p>") && page.contains("--skip x</li>"), "{page}");
}
