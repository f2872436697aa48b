//! Owns ages and lengths of time as people say them.

use jiff::Timestamp;

/// How long ago something was: `just now`, `5 minutes ago`, `3 days ago`.
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs();
    match seconds {
        ..0 => "in the future (check the clocks)".to_owned(),
        0..60 => "just now".to_owned(),
        60..3_600 => count(seconds / 60, "minute"),
        3_600..86_400 => count(seconds / 3_600, "hour"),
        _ => count(seconds / 86_400, "day"),
    }
}

fn count(number: i64, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

/// A length of time: `0.3 s`, `42 s`, `3 min 05 s`.
pub fn seconds(seconds: f64) -> String {
    if seconds < 9.95 {
        format!("{seconds:.1} s")
    } else if seconds < 119.5 {
        format!("{seconds:.0} s")
    } else {
        // Rounded first, so that 179.7 s does not become "2 min 60 s".
        let whole = seconds.round();
        format!("{} min {:02} s", (whole / 60.0).floor(), whole % 60.0)
    }
}

/// A moment to the second, in UTC.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_said_in_the_largest_unit() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        for (then, expected) in [
            ("2026-11-20T11:59:30Z", "just now"),
            ("2026-11-20T11:58:59Z", "1 minute ago"),
            ("2026-11-20T09:00:00Z", "3 hours ago"),
            ("2026-11-06T12:00:00Z", "14 days ago"),
            ("2026-11-20T12:00:01Z", "in the future (check the clocks)"),
        ] {
            assert_eq!(ago(then.parse().expect("a time"), now), expected);
        }
    }

    #[test]
    fn lengths_keep_two_digits_that_matter() {
        for (length, expected) in [(0.31, "0.3 s"), (42.2, "42 s"), (185.0, "3 min 05 s"), (179.7, "3 min 00 s")] {
            assert_eq!(seconds(length), expected);
        }
    }
}
