//! Owns the cases of the way home: what changed in the standby, what changed in production, and what a person decides.

use super::*;

fn parameter(name: &str, value: &str, kind: ParameterType) -> Parameter {
    Parameter {
        name: name.to_owned(),
        kind,
        tier: ParameterTier::Standard,
        value: SecretText::new(value),
        version: 1,
        data_type: "text".to_owned(),
        description: String::new(),
        allowed_pattern: None,
        key_id: (kind == ParameterType::SecureString).then(|| "alias/prod".to_owned()),
    }
}

fn plain(name: &str, value: &str) -> Parameter {
    parameter(name, value, ParameterType::String)
}

fn secret(name: &str, value: &str) -> Parameter {
    parameter(name, value, ParameterType::SecureString)
}

fn key() -> SecretKey {
    SecretKey::from_bytes(&[7; 32])
}

fn recorded(parameters: &[Parameter]) -> BTreeMap<String, ParameterFacts> {
    let facts = parameters.iter().map(|one| {
        let value = one.value.expose();
        let value = match one.kind {
            ParameterType::SecureString => ParameterValue::Secret(key().digest(value)),
            _ => ParameterValue::Plain(value.to_owned()),
        };
        let facts = ParameterFacts {
            name: one.name.clone(),
            kind: one.kind,
            tier: one.tier,
            value,
            version: 1,
            data_type: "text".to_owned(),
            description: String::new(),
            allowed_pattern: None,
            key_id: None,
        };
        (one.name.clone(), facts)
    });
    facts.collect()
}

fn rewrite() -> Rewrite {
    Rewrite::new([&BTreeMap::from([("us-east-1".to_owned(), "us-west-2".to_owned())])])
}

/// What is planned for one parameter: as recorded, in production, in the standby.
fn planned(base: Option<Parameter>, primary: Option<Parameter>, standby: Option<Parameter>) -> HomePlan {
    plan_home(
        &rewrite(),
        &HomeWorld {
            primary: &Vec::from_iter(primary),
            standby: &Vec::from_iter(standby),
            recorded: &recorded(&Vec::from_iter(base)),
            key: &key(),
            own: &BTreeSet::from(["/own".to_owned()]),
            region: &Region("us-west-2".into()),
        },
    )
}

#[test]
fn a_change_is_the_standbys_when_production_has_what_was_recorded() {
    let check = |make: fn(&str, &str) -> Parameter, base: &str, primary: &str, standby: &str, comes: bool| {
        let plan = planned(Some(make("/a", base)), Some(make("/a", primary)), Some(make("/a", standby)));
        assert_eq!(plan.parameters == ["/a"], comes, "{base} {primary} {standby}: {plan:?}");
        plan.by_hand
    };
    for make in [plain, secret] {
        let none: [&str; 0] = [];
        assert_eq!(check(make, "q.us-east-1", "q.us-east-1", "q.us-west-2", false), none);
        assert_eq!(check(make, "q.us-east-1", "q.us-east-1", "new.us-west-2", true), none);
        // Production moved on before the disaster and was not synced any more.
        assert_eq!(check(make, "q.us-east-1", "newer", "q.us-west-2", false), none);
        let both = check(make, "old", "newer", "newest", false);
        assert!(both[0].contains("changed on both sides") && !both[0].contains("newe"), "{both:?}");
        // Sync would have rewritten it, so nothing of production becomes it.
        let stray = check(make, "old", "old", "stray us-east-1", false);
        assert!(stray[0].contains("no sure way back") && !stray[0].contains("stray"), "{stray:?}");
    }
}

#[test]
fn what_is_on_one_side_alone_is_told_and_what_lifeboat_writes_is_not() {
    let told = |base, primary, standby| planned(base, primary, standby).by_hand.join("\n");
    let one = || Some(plain("/a", "1"));
    insta::assert_snapshot!(told(one(), one(), None), @"the standby has no /a any more: delete /a in production, or let the next sync bring it back");
    assert_eq!(told(None, one(), None), "", "it was made after the last sync");
    insta::assert_snapshot!(told(None, None, one()), @"/a is in the standby alone: create it in production, if it is needed there");
    insta::assert_snapshot!(told(None, one(), Some(plain("/a", "2"))), @"/a: it differs from production's, and the baseline does not tell which side changed: set production's by hand, if the standby's is the right one");
    let own = planned(Some(plain("/own", "1")), Some(plain("/own", "1")), Some(plain("/own", "2")));
    assert_eq!(own, HomePlan::default());
    assert_eq!(told(None, None, Some(plain("/own", "2"))), "");
}

#[test]
fn a_parameter_comes_home_in_productions_words_and_under_its_key() {
    let region = Region("us-west-2".into());
    let step = |now: &str, standby: &str| home_step(&rewrite(), &secret("/a", now), &secret("/a", standby), &region);
    let Ok(HomeStep::Put(put)) = step("q.us-east-1", "new.us-west-2") else { panic!("nothing to put") };
    assert_eq!((put.value.expose(), put.key_id.as_deref()), ("new.us-east-1", Some("alias/prod")));
    assert_eq!(step("q.us-east-1", "q.us-west-2"), Ok(HomeStep::InStep));
    // Production itself names the standby Region: which of the two a text means cannot be told.
    let unsure = step("us-east-1 and us-west-2", "us-west-2").expect_err("not sure");
    assert!(unsure.contains("production's present one"), "{unsure}");
    let bare = Rewrite::default();
    let named = home_step(&bare, &plain("/a", "x"), &plain("/a", "bucket.us-west-2"), &region).expect_err("not sure");
    assert!(named.contains("still name the standby Region us-west-2"), "{named}");
}

#[test]
fn a_plans_rule_translates_as_sync_does() {
    let mut environment = crate::model::fixture::environment();
    environment.map = BTreeMap::from([("us-east-1".to_owned(), "never".to_owned()), ("a".to_owned(), "b".to_owned())]);
    let balancers = BalancerNames::from([
        ("api.example".to_owned(), BalancerName::Known("there.example".into())),
        ("gone.example".to_owned(), BalancerName::NotMade),
    ]);
    let rule = &environment.sync.parameters[0];
    let kept = home_rule(&environment, rule, &balancers).rewriting();
    let sync = Rewrite::of_parameters(&environment, rule, &balancers);
    let text = "a us-east-1 http://API.example/";
    assert_eq!(kept.apply(text), sync.apply(text));
    assert_eq!(kept.undo(&sync.apply("http://api.example/")).as_deref(), Ok("http://api.example/"));
}
