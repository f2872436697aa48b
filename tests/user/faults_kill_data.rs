//! Owns the proof over HTTP that moving data and users survives the death of its process: the binary is killed after every
//! call that changes a database, a parameter or the record, each once, and resumed on another machine. The end is the same,
//! and nothing is done twice.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use super::binary::{Desk, Ran};
use super::data_http::{DATABASE, DataShop, PARAMETER, PRIMARY, STANDBY, moves};
use super::proxy::Fate;
use super::shop_http::{planned, provision};

const WEIGHTED: &str = "weighted\n  weights: { primary: 100, standby: 0 }";
const SKIP: [&str; 4] = ["--skip", "await-traffic", "--because", "nobody resolves a made-up name"];

/// Carries out a command to its end although the process dies after every call that moves something; those calls.
async fn survived(shop: &DataShop, desks: &[Desk; 2], begin: &[&str]) -> BTreeSet<String> {
    let died = Arc::new(Mutex::new(BTreeSet::new()));
    let mut arguments: Vec<String> = begin.iter().map(|word| (*word).to_owned()).collect();
    for turn in 0..30 {
        let survived = died.clone();
        shop.proxy.rule(move |_, call| match moves(call) {
            Some(words) if survived.lock().expect("words").insert(words.clone()) => Fate::KillAfter,
            _ => Fate::Pass,
        });
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let child = desks[turn % 2].start(&words);
        shop.proxy.may_kill(child.id());
        let ran = Ran::at_the_end_of(child);
        shop.proxy.mend();
        assert!(!ran.err.contains("panicked at"), "{}", ran.err);
        if ran.code == 0 {
            return died.lock().expect("words").clone();
        }
        assert_eq!(ran.code, -1, "{words:?} after {died:?}\n{}\n{}", ran.out, ran.err);
        let run = shop.shop.runs().await.pop().expect("a run");
        let nonce = shop.shop.held().await.expect("a dead process holds the lease");
        let resume = ["runs", "resume", "shop.yaml", &run, "--yes", "--take-over", &nonce[..8]];
        // A step is left out once and for all.
        let skip: &[&str] = if turn == 0 && !begin.contains(&"--skip") { &SKIP } else { &[] };
        arguments = resume.iter().chain(skip).map(|word| (*word).to_owned()).collect();
    }
    panic!("no end: {died:?}");
}

#[tokio::test]
async fn killed_after_every_call_that_moves_data_or_users_a_run_ends_and_does_nothing_twice() {
    let shop = DataShop::open().await;
    let file = shop.file(&shop.proxy.url(), WEIGHTED);
    let desk = shop.desk(&file);
    assert!(shop.rds.write(PRIMARY, DATABASE, "before"));
    provision(&desk);
    let (footprint, wanted) = (shop.shop.sizes().await, planned(&desk));

    let dark = shop.file("http://127.0.0.1:9", WEIGHTED);
    let desks = [shop.desk(&dark), shop.desk(&dark)];
    shop.primary_is_well.store(false, Ordering::SeqCst);
    shop.rds.forget();
    let declare = ["declare", "shop.yaml", "--reason", "us-east-1 is dark", "--yes"];
    let died = survived(&shop, &desks, &[&declare[..], &SKIP].concat()).await;
    println!("a declaration died after each of {died:#?}");
    for of in
        ["ModifyDBInstance shop-orders ,db.r6g.large", "records to the standby", "ModifyDBInstance shop-orders ,,true"]
    {
        assert!(died.iter().any(|call| call.contains(of)), "{of}: {died:?}");
    }
    // The parameter is written beside the promotion: when the process dies of the one, the other may be under way already,
    // and is then not among them.
    assert!(died.iter().any(|call| call.contains("Promote") || call.contains("PutParameter")), "{died:?}");
    insta::assert_snapshot!(shop.rds.taken().join("\n"), @r"
    us-west-2 modify shop-orders class=db.r6g.large
    us-west-2 promote shop-orders
    us-west-2 modify shop-orders protection=true multi-az=true
    ");
    assert_eq!(shop.shop.sizes().await, wanted);
    assert!(shop.rds.write(STANDBY, DATABASE, "away"));
    assert_eq!(shop.parameter(PARAMETER).await, Some(shop.rds.instance(STANDBY, DATABASE).host()));
    assert!(shop.leads_to_standby());

    let desks = [shop.desk(&file), shop.desk(&file)];
    shop.primary_is_well.store(true, Ordering::SeqCst);
    shop.rds.forget();
    let died = survived(&shop, &desks, &["failback", "shop.yaml", "--reason", "us-east-1 is back", "--yes"]).await;
    println!("a failback died after each of {died:#?}");
    assert!(died.len() >= 7, "{died:?}");
    let run = shop.shop.runs().await.pop().expect("a run").to_ascii_lowercase();
    let mirror = &shop.rds.instance(STANDBY, DATABASE).parameter_group;
    let taken = shop.rds.taken().join("\n").replace(&run, "RUN").replace(mirror, "MIRROR");
    insta::assert_snapshot!(taken, @r"
    us-east-1 modify shop-orders name=shop-orders-before-RUN
    us-east-1 replicate shop-orders
    us-east-1 modify shop-orders parameters=shop-pg16
    us-east-1 promote shop-orders
    us-west-2 modify shop-orders name=shop-orders-before-RUN
    us-west-2 replicate shop-orders
    us-west-2 modify shop-orders parameters=MIRROR
    ");
    assert!(!shop.leads_to_standby());
    assert_eq!(shop.shop.sizes().await, footprint);
    let (home, standby) = (shop.rds.instance(PRIMARY, DATABASE), shop.rds.instance(STANDBY, DATABASE));
    assert!(home.takes_writes() && home.rows.len() == 2, "{:?}", home.rows);
    assert_eq!(standby.source, Some(home.arn()));
}
