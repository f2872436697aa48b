//! Owns what stood in for what when capacity did not come as asked: other instance types, other zones, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{GroupFacts, InstanceFacts, LaunchFailure};

/// The longest part of a message without a code that is passed on, in characters.
const MESSAGE_LIMIT: usize = 120;

/// What stood in and why: one line per type, per zone that has less than its share, and for what nothing stood in for.
pub(super) fn substitutions(
    tier: &str,
    wanted: u32,
    serving: u32,
    facts: &GroupFacts,
    failures: &[LaunchFailure],
) -> Vec<String> {
    let mut lines = types(tier, facts, failures);
    lines.extend(zones(tier, facts, failures));
    let short = wanted.saturating_sub(serving);
    if short > 0 {
        let why = reason(facts, failures, &[]);
        // Without a reason it may still be on its way: that is no news beside the numbers.
        lines.extend(why.map(|why| format!("{tier}: nothing stood in for {short} of {wanted} ({why})")));
    }
    lines
}

/// Whether there is nothing to ask about: every instance is of the preferred type, and the zones are evenly filled.
pub(super) fn is_as_asked(facts: &GroupFacts) -> bool {
    let share = in_service(facts).count() / facts.availability_zones.len().max(1);
    let filled = |zone: &String| in_service(facts).filter(|one| one.availability_zone == *zone).count() >= share;
    types("", facts, &[]).is_empty() && facts.availability_zones.iter().all(filled)
}

fn types(tier: &str, facts: &GroupFacts, failures: &[LaunchFailure]) -> Vec<String> {
    let Some(preferred) = facts.overrides.first() else { return Vec::new() };
    let mut others: BTreeMap<&str, u32> = BTreeMap::new();
    for instance in in_service(facts).filter(|one| !one.instance_type.is_empty() && one.instance_type != *preferred) {
        *others.entry(&instance.instance_type).or_insert(0) += 1;
    }
    let why = in_brackets(reason(facts, failures, &[preferred]));
    others.iter().map(|(other, count)| format!("{tier}: {count} of {other} in place of {preferred}{why}")).collect()
}

fn zones(tier: &str, facts: &GroupFacts, failures: &[LaunchFailure]) -> Vec<String> {
    let share = in_service(facts).count() / facts.availability_zones.len().max(1);
    let mut lines = Vec::new();
    for zone in &facts.availability_zones {
        let count = in_service(facts).filter(|instance| instance.availability_zone == *zone).count();
        let why = reason(facts, failures, &[zone]);
        // An uneven spread alone is ordinary; an empty zone, or one that refused, is not. With fewer instances than zones
        // some are empty by arithmetic.
        if count >= share || (count > 0 && why.is_none()) {
            continue;
        }
        let why = in_brackets(why);
        lines.push(match count {
            0 => format!("{tier}: nothing in {zone}, other zones stand in{why}"),
            count => format!("{tier}: {count} in {zone} instead of {share}, other zones stand in{why}"),
        });
    }
    lines
}

fn in_service(facts: &GroupFacts) -> impl Iterator<Item = &InstanceFacts> {
    facts.instances.iter().filter(|instance| instance.in_service())
}

/// Why launches failed, in short: the newest failure that names one of these, with every zone that failed like it.
fn reason(facts: &GroupFacts, failures: &[LaunchFailure], about: &[&str]) -> Option<String> {
    let mut fitting = failures.iter().map(|failure| failure.message.as_str());
    let newest = fitting.find(|message| about.is_empty() || about.iter().any(|word| names(message, word)))?;
    let Some(code) = code(newest) else {
        let end = newest.char_indices().nth(MESSAGE_LIMIT).map_or(newest.len(), |(end, _)| end);
        return newest.get(..end).map(str::to_owned);
    };
    let alike = std::iter::once(newest).chain(fitting).filter(|message| {
        message.contains(code) && (about.is_empty() || about.iter().any(|word| names(message, word)))
    });
    let messages: Vec<&str> = alike.collect();
    let failed = |zone: &&String| messages.iter().any(|message| names(message, zone));
    let zones: BTreeSet<&str> = facts.availability_zones.iter().filter(failed).map(String::as_str).collect();
    if zones.is_empty() {
        return Some(code.to_owned());
    }
    Some(format!("{code} in {}", zones.into_iter().collect::<Vec<_>>().join(", ")))
}

fn in_brackets(why: Option<String>) -> String {
    why.map(|why| format!(" ({why})")).unwrap_or_default()
}

/// Whether a message names a type or zone, as a word of its own.
fn names(message: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    message.split(|c: char| !is_part(c)).any(|part| part.trim_end_matches('.') == word)
}

/// The error code in a message: a word like `InsufficientInstanceCapacity`. Auto Scaling does not always give one.
fn code(message: &str) -> Option<&str> {
    let is_code = |word: &&str| {
        word.len() > 10
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().filter(char::is_ascii_uppercase).count() >= 2
            && word.chars().any(|c| c.is_ascii_lowercase())
    };
    message.split(|c: char| !c.is_ascii_alphanumeric()).find(is_code)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::run::actors::tests::group;

    const SHORT: &str = "We currently do not have sufficient m6i.large capacity in the Availability Zone you requested \
                         (us-west-2b). Launching EC2 instance failed. (InsufficientInstanceCapacity)";

    fn check(wanted: u32, in_service: u32, messages: &[&str], expected: &[&str]) {
        let failure = |message: &&str| LaunchFailure { at: Timestamp::UNIX_EPOCH, message: (*message).to_owned() };
        let failures: Vec<LaunchFailure> = messages.iter().map(failure).collect();
        // The first of its instances is of the preferred type; all are in the first of two zones.
        let facts = group("shop-web", wanted, in_service);
        assert_eq!(substitutions("web", wanted, in_service, &facts, &failures), expected, "{wanted} {in_service}");
    }

    #[test]
    fn what_stood_in_is_told_with_its_reason() {
        check(1, 1, &[], &[]);
        check(
            4,
            4,
            &[],
            &["web: 3 of m5.large in place of m6i.large", "web: nothing in us-west-2b, other zones stand in"],
        );
        let why = "InsufficientInstanceCapacity in us-west-2b";
        check(
            4,
            4,
            &[SHORT],
            &[
                &format!("web: 3 of m5.large in place of m6i.large ({why})"),
                &format!("web: nothing in us-west-2b, other zones stand in ({why})"),
            ],
        );
    }

    #[test]
    fn an_uneven_spread_is_asked_about() {
        let mut even = group("shop-web", 2, 2);
        even.instances[1].instance_type = "m6i.large".into();
        assert!(!is_as_asked(&even), "the second zone is empty");
        even.instances[1].availability_zone = "us-west-2b".into();
        assert!(is_as_asked(&even));
        even.instances[1].instance_type = "m5.large".into();
        assert!(!is_as_asked(&even), "one is of another type");
    }

    #[test]
    fn what_nothing_stood_in_for_is_told_with_its_reason() {
        let quota = "You have requested more vCPU capacity than your current vCPU limit. (VcpuLimitExceeded)";
        check(3, 1, &[quota], &["web: nothing stood in for 2 of 3 (VcpuLimitExceeded)"]);
        check(3, 1, &["The image is gone"], &["web: nothing stood in for 2 of 3 (The image is gone)"]);
        check(3, 1, &[], &[]);
    }

    #[test]
    fn words_are_whole() {
        assert!(names("in zone (us-west-2a).", "us-west-2a") && names("of m5.large.", "m5.large"));
        assert!(!names("in us-west-2ab", "us-west-2a") && !names("of m5.large2", "m5.large"));
        assert_eq!(
            code("Could not launch On-Demand Instances. InsufficientInstanceCapacity - We"),
            Some("InsufficientInstanceCapacity")
        );
        assert_eq!(code("We currently do not have sufficient m5.large capacity"), None);
    }
}
