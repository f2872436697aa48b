//! Owns the stories of capacity that does not come as asked: what stands in for it, and that it is on record.

use serde_json::Value;

use super::story_declare::{declare, disaster, step};

/// What the record says stood in for what, of the step that waits for web, under a shortage.
fn stood_in(shortage: &str, more: &[&str]) -> (Value, Vec<String>) {
    let desk = disaster();
    desk.expect(0, &["sim", "fail", "us-west-2", "--capacity", shortage]);
    let told = declare(&desk, 0, &[&["--yes", "-o", "json"], more].concat()).json();
    let web = step(&told, "await-web").clone();
    let lines = web["measures"]["substitutions"].as_array().into_iter().flatten();
    let lines: Vec<String> = lines.filter_map(|line| line.as_str().map(str::to_owned)).collect();
    let run = told["record"]["run"].as_str().expect("a run");
    let page = desk.read(&format!(".lifeboat/shop/runs/{run}/report.html"));
    for line in &lines {
        assert!(page.contains(line.as_str()), "the page does not tell: {line}");
    }
    (web, lines)
}

#[test]
fn another_type_of_the_list_stands_in_for_one_that_has_run_out() {
    let (web, lines) = stood_in("m6i.large=0", &[]);
    assert_eq!(web["state"], "succeeded", "{web}");
    assert_eq!(web["measures"]["came"], web["measures"]["asked"], "{web}");
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(line.starts_with("web: ") && line.contains(" of m5.large in place of m6i.large ("), "{line}");
    assert!(line.contains("InsufficientInstanceCapacity in us-west-2"), "{line}");
}

#[test]
fn other_zones_stand_in_for_one_that_is_full() {
    let (web, lines) = stood_in("us-west-2a=0", &[]);
    assert_eq!(web["measures"]["came"], web["measures"]["asked"], "{web}");
    let end = "other zones stand in (InsufficientInstanceCapacity in us-west-2a)";
    assert!(lines.iter().any(|line| line.contains("in us-west-2a") && line.ends_with(end)), "{lines:?}");
}

#[test]
fn what_nothing_stands_in_for_is_on_record_with_its_number_and_reason() {
    let (web, lines) = stood_in("*=16", &["--accept", "60"]);
    let number = |name: &str| web["measures"][name].as_u64().expect("a number");
    let (asked, came) = (number("asked"), number("came"));
    assert!(came < asked, "{web}");
    let expected = format!("web: nothing stood in for {} of {asked} (InsufficientInstanceCapacity", asked - came);
    assert!(lines.iter().any(|line| line.starts_with(&expected)), "{lines:?}");
}
