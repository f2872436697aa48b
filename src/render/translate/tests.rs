//! Tests of translation.

use super::super::estate::environment;
use super::*;
use crate::model::{AccountId, Strategy};

fn with_map<T>(entries: &[(&str, &str)], act: impl FnOnce(&mut Translator<'_>) -> T) -> (T, Leftover) {
    let mut environment = environment(Strategy::WarmStandby);
    environment.map = entries.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
    let made = BTreeMap::from([("sg-0a000000000000001".to_owned(), "SgWeb".to_owned())]);
    let balancers = BTreeMap::from([
        ("Shop-web-0123.us-east-1.elb.amazonaws.com".to_owned(), Some("DnsNameLbShopWeb".to_owned())),
        ("gateway-1.us-east-1.elb.amazonaws.com".to_owned(), None),
    ]);
    let mut translator = Translator::new(&environment, &made, &balancers);
    let result = act(&mut translator);
    (result, translator.into_leftover())
}

fn check(text: &str, map: &[(&str, &str)], expected: &str, identifiers: &[&str]) {
    let (out, leftover) = with_map(map, |translator| translator.text("place", text));
    assert_eq!(out, expected, "{text}");
    let found: Vec<&str> = leftover.untranslated.iter().map(|one| one.identifier.as_str()).collect();
    assert_eq!(found, identifiers, "{text}");
}

#[test]
fn what_belongs_to_the_primary_region_is_reported() {
    check(
        "plain text, 10.0.0.0/16 and https://example.com/i-am-fine",
        &[],
        "plain text, 10.0.0.0/16 and https://example.com/i-am-fine",
        &[],
    );
    for (text, identifier) in [
        ("x=arn:aws:sns:us-east-1:111122223333:alarms;", "arn:aws:sns:us-east-1:111122223333:alarms"),
        ("'vpc-0a000000000000001'", "vpc-0a000000000000001"),
        ("ami-12345678", "ami-12345678"),
        ("http://SHOP-web-0123.us-east-1.elb.amazonaws.com/x", "SHOP-web-0123.us-east-1.elb.amazonaws.com"),
        ("tcp://db.us-east-1.rds.amazonaws.com:3306", "db.us-east-1.rds.amazonaws.com"),
        ("aws s3 --region us-east-1 ls", "us-east-1"),
        ("AZ=us-east-1b", "us-east-1b"),
        ("s3://assets-us-east-1-prod/key", "assets-us-east-1-prod"),
    ] {
        check(text, &[], text, &[identifier]);
    }
    for text in [
        "arn:aws:iam::111122223333:role/x",
        "arn:aws:s3:::bucket",
        "us-east-10",
        "arn:aws:sns:eu-west-1:1:x",
        "sg-short",
    ] {
        check(text, &[], text, &[]);
    }
}

#[test]
fn the_map_replaces_whole_identifiers_only() {
    let map = [("us-east-1", "us-west-2"), ("sg-1", "sg-2"), ("db.us-east-1.internal", "db.dr.internal")];
    check("db.us-east-1.internal us-east-1 us-east-1a", &map, "db.dr.internal us-west-2 us-east-1a", &["us-east-1a"]);
    check("sg-1 sg-12 xsg-1 (sg-1)", &map, "sg-2 sg-12 xsg-1 (sg-2)", &[]);
    check("https://sqs.us-east-1.amazonaws.com/", &map, "https://sqs.us-west-2.amazonaws.com/", &[]);
    check("keep us-east-1", &[("us-east-1", "us-east-1")], "keep us-east-1", &[]);
}

#[test]
fn another_accounts_arns_are_reported() {
    let mut environment = environment(Strategy::WarmStandby);
    environment.standby.account = AccountId("444455556666".into());
    let mut translator = Translator::new(&environment, &BTreeMap::new(), &BTreeMap::new());
    translator.text("place", "arn:aws:iam::111122223333:role/x arn:aws:iam::444455556666:role/y");
    let found = translator.into_leftover().untranslated;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].identifier, "arn:aws:iam::111122223333:role/x");
}

#[test]
fn user_data_that_is_not_text_or_too_long_is_told() {
    let engine = base64::engine::general_purpose::STANDARD;
    let binary = engine.encode([0x1f, 0x8b, 0xff]);
    let (data, leftover) = with_map(&[], |translator| translator.user_data("web/user-data", &binary));
    assert_eq!(data.expect("some").value, Value::String(binary));
    assert_eq!(leftover.notes.len(), 1);

    let (_, leftover) =
        with_map(&[], |translator| translator.user_data("web/user-data", &engine.encode("x".repeat(20_000))));
    assert_eq!(
        leftover.problems[0].to_string(),
        "web/user-data: user data of 20000 bytes is over EC2's limit of 16384"
    );
}

#[test]
fn user_data_names_lines() {
    let text = base64::engine::general_purpose::STANDARD.encode("a\nsg-0a000000000000001\n\nvpc-0a000000000000001\n");
    let (data, leftover) = with_map(&[], |translator| translator.user_data("web/user-data", &text));
    let data = data.expect("some");
    assert_eq!(data.parameters, BTreeSet::from(["SgWeb".to_owned()]));
    assert_eq!(leftover.untranslated[0].advice, "line 4: add its counterpart in us-west-2 to `map:`");
}

fn user_data(text: &str, map: &[(&str, &str)]) -> (Value, Vec<String>, Vec<String>) {
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    let (data, leftover) = with_map(map, |translator| translator.user_data("web/user-data", &encoded));
    let data = data.expect("some");
    let value = match &data.value {
        Value::String(encoded) => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).expect("base64");
            Value::String(String::from_utf8(bytes).expect("text"))
        }
        call => call["Fn::Base64"]["Fn::Join"][1].clone(),
    };
    let told = leftover.untranslated.iter().map(|one| format!("{} {}", one.identifier, one.advice)).collect();
    (value, data.parameters.into_iter().collect(), told)
}

#[test]
fn a_load_balancers_host_name_becomes_a_reference_in_user_data() {
    let region = ("us-east-1", "us-west-2");
    let web = "shop-web-0123.us-east-1.elb.amazonaws.com";
    for (text, map, expected) in [
        // The name wins over the Region's inside it, in any case, and the prefix for both address families stays.
        (
            format!("API=http://{web}:80/ us-east-1"),
            &[region][..],
            json!(["API=http://", {"Ref": "DnsNameLbShopWeb"}, ":80/ us-west-2"]),
        ),
        (format!("{}\n", web.to_uppercase()), &[region], json!([{"Ref": "DnsNameLbShopWeb"}, "\n"])),
        (
            format!("dualstack.{web} ${{AWS::Region}}"),
            &[],
            json!(["dualstack.", {"Ref": "DnsNameLbShopWeb"}, " ${AWS::Region}"]),
        ),
        (format!("{web}. {web}"), &[], json!([{"Ref": "DnsNameLbShopWeb"}, ". ", {"Ref": "DnsNameLbShopWeb"}])),
    ] {
        let (value, parameters, told) = user_data(&text, map);
        assert_eq!((value, told), (expected, vec![]), "{text}");
        assert_eq!(parameters, ["DnsNameLbShopWeb"]);
    }
    // A person's word goes first, also when it is written in another case.
    let (value, parameters, told) = user_data(&web.to_uppercase(), &[region, (web, "api.dr.example.com")]);
    assert_eq!((value, parameters, told), (json!("api.dr.example.com"), vec![], vec![]));
    // A part of another name is another name.
    let (value, parameters, _) = user_data(&format!("my-{web}"), &[]);
    assert_eq!((value, parameters), (json!(format!("my-{web}")), vec![]));
}

#[test]
fn a_load_balancers_host_name_that_cannot_be_named_is_kept_whole_and_reported() {
    let region = [("us-east-1", "us-west-2")];
    let gateway = "gateway-1.us-east-1.elb.amazonaws.com";
    let (value, _, told) = user_data(&format!("a\nX={gateway}"), &region);
    assert_eq!(value, json!(format!("a\nX={gateway}")));
    assert_eq!(
        told,
        [format!("{gateway} line 2: lifeboat does not make the standby's: add the host name to use there to `map:`")]
    );
    let web = "shop-web-0123.us-east-1.elb.amazonaws.com";
    let (value, parameters, told) = user_data(&format!("{web} {{{{resolve:ssm:/x}}}}"), &region);
    assert_eq!((value, parameters), (json!(format!("{web} {{{{resolve:ssm:/x}}}}")), vec![]));
    assert_eq!(told.len(), 1);
    // In a tag there can be no reference.
    check(web, &region, web, &[web]);
    check(web, &[(web, "web.example.com")], "web.example.com", &[]);
}
