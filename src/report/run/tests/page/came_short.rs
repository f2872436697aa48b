//! Owns the test of the page of a run that came short, as it is read.

use super::super::made_up::degraded;
use super::shown;
use crate::report::run::html;

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
    the lag of data, recorded for “Wait for tier db to serve”
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
