//! Owns the tests of the lease.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::store::fixture::MemoryStore;

const LIFE: Duration = Duration::from_secs(120);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn claim(nonce: &str, run: &str) -> Claim {
    Claim {
        nonce: nonce.to_owned(),
        run: run.to_owned(),
        holder: format!("arn:aws:sts::111122223333:assumed-role/dr/{nonce}"),
        host: "laptop".to_owned(),
        above: 0,
    }
}

async fn acquire(store: &MemoryStore, nonce: &str, second: i64) -> Result<LeaseKeeper, LeaseError> {
    LeaseKeeper::acquire(Arc::new(store.clone()), "shop", &claim(nonce, "r1"), at(second), LIFE).await
}

async fn take_over(store: &MemoryStore, nonce: &str, of: &str, second: i64) -> Result<LeaseKeeper, LeaseError> {
    LeaseKeeper::take_over(Arc::new(store.clone()), "shop", of, &claim(nonce, "r1"), at(second), LIFE).await
}

#[tokio::test]
async fn a_held_lease_is_refused_with_who_where_since_when_and_what_to_do() {
    let store = MemoryStore::empty();
    let _held = acquire(&store, "aaaaaaaabbbb", 0).await.unwrap();
    let error = acquire(&store, "ccccccccdddd", 60).await.unwrap_err();
    insta::assert_snapshot!(error, @"arn:aws:sts::111122223333:assumed-role/dr/aaaaaaaabbbb on laptop has been carrying out run r1 since 2027-01-15 08:00:00 UTC");
    insta::assert_snapshot!(error.hints("shop.yaml").join("\n"), @r"
    watch it: lifeboat runs show shop.yaml r1 --follow
    take it over, once you know that its process is dead: lifeboat runs resume shop.yaml r1 --take-over aaaaaaaa
    ");
    // One that has run out is not taken silently either.
    let error = acquire(&store, "ccccccccdddd", 600).await.unwrap_err();
    insta::assert_snapshot!(error, @"arn:aws:sts::111122223333:assumed-role/dr/aaaaaaaabbbb on laptop has been carrying out run r1 since 2027-01-15 08:00:00 UTC; it should have been heard of before 08:02:00 UTC and may be dead");
}

#[tokio::test]
async fn a_released_lease_is_free_and_its_counter_goes_on() {
    let store = MemoryStore::empty();
    let first = acquire(&store, "aaaaaaaa", 0).await.unwrap();
    assert_eq!(holder(&store, "shop").await.unwrap().map(|lease| lease.fence), Some(1));
    first.release(at(1)).await.unwrap();
    assert_eq!(holder(&store, "shop").await, Ok(None));
    let second = acquire(&store, "bbbbbbbb", 2).await.unwrap();
    assert_eq!(second.lease().await.fence, 2);
    assert!(matches!(first.renew(at(3)).await, Err(LeaseError::Lost { by: Some(_) })));
    assert!(matches!(first.release(at(3)).await, Err(LeaseError::Lost { .. })), "it is not the first one's to give");
    second.renew(at(3)).await.expect("the second still has it");
}

#[tokio::test]
async fn only_the_named_lease_is_taken_over_and_the_old_holder_has_lost_it() {
    let store = MemoryStore::empty();
    let old = acquire(&store, "aaaaaaaabbbb", 0).await.unwrap();
    for wrong in ["", "a", "aaaaa", "bbbbbbbb", "aaaaaaaabbbbc"] {
        let error = take_over(&store, "cccccccc", wrong, 600).await.unwrap_err();
        assert!(matches!(error, LeaseError::Another { held: Some(_), .. }), "{wrong}: {error}");
    }
    old.renew(at(601)).await.expect("nothing has happened to it");
    let new = take_over(&store, "cccccccc", "aaaaaaaa", 602).await.unwrap();
    assert_eq!(new.lease().await.fence, 2);
    let error = old.renew(at(603)).await.unwrap_err();
    insta::assert_snapshot!(error, @"arn:aws:sts::111122223333:assumed-role/dr/cccccccc on laptop has taken the lease over for run r1");
    // The old name is of no use any more.
    assert!(matches!(take_over(&store, "dddddddd", "aaaaaaaa", 604).await, Err(LeaseError::Another { .. })));
    new.release(at(605)).await.unwrap();
    assert!(matches!(
        take_over(&store, "dddddddd", "cccccccc", 606).await,
        Err(LeaseError::Another { held: None, .. })
    ));
}

#[tokio::test]
async fn every_lost_reply_of_our_own_writes_is_recognised() {
    for lost in 0..4 {
        let mut store = MemoryStore::empty();
        store.lose_reply = Some(lost);
        let lease = acquire(&store, "aaaaaaaa", 0).await.unwrap_or_else(|error| panic!("write {lost}: {error}"));
        lease.renew(at(30)).await.unwrap_or_else(|error| panic!("write {lost}: {error}"));
        lease.renew(at(60)).await.unwrap_or_else(|error| panic!("write {lost}: {error}"));
        assert_eq!(lease.lease().await.expires_at, at(180));
        lease.release(at(61)).await.unwrap_or_else(|error| panic!("write {lost}: {error}"));
        assert_eq!(holder(&store, "shop").await, Ok(None), "write {lost}");
    }
}

#[tokio::test]
async fn clocks_do_not_decide_and_the_counter_stays_above_the_journal() {
    let store = MemoryStore::empty();
    let lease = acquire(&store, "aaaaaaaa", 0).await.unwrap();
    assert!(!lease.is_due(at(59)).await && lease.is_due(at(60)).await);
    // A day late or a day early: as long as nobody took it, it is ours.
    for second in [86_400, -86_400, 100] {
        lease.renew(at(second)).await.unwrap_or_else(|error| panic!("{second}: {error}"));
    }
    assert_eq!(lease.lease().await.expires_at, at(86_520), "a clock that was set back shortens nothing");
    // Somebody removed the object by hand.
    crate::store::Store::delete(&store, "shop/lease.json").await.unwrap();
    assert!(matches!(lease.renew(at(0)).await, Err(LeaseError::Lost { by: None })));
    let claim = Claim { above: 7, ..claim("bbbbbbbb", "r1") };
    let again = LeaseKeeper::acquire(Arc::new(store.clone()), "shop", &claim, at(0), LIFE).await.unwrap();
    assert_eq!(again.lease().await.fence, 8);
}

#[tokio::test]
async fn a_damaged_or_newer_lease_is_refused() {
    let store = MemoryStore::empty();
    store.plant("shop/lease.json", b"{");
    assert!(matches!(acquire(&store, "aaaaaaaa", 0).await, Err(LeaseError::Damaged { .. })));
    let _ = acquire(&MemoryStore::empty(), "aaaaaaaa", 0).await.unwrap();
    let other = MemoryStore::empty();
    let held = acquire(&other, "aaaaaaaa", 0).await.unwrap().lease().await;
    let newer = Lease { schema_version: LEASE_SCHEMA + 1, ..held };
    store.plant("shop/lease.json", &to_bytes(&newer));
    let error = acquire(&store, "bbbbbbbb", 0).await.unwrap_err();
    assert!(error.to_string().contains("a newer lifeboat wrote it"), "{error}");
}
