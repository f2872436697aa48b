//! Owns lengths of time as people write them: `60s`, `30m`, `36h`, `14d`.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in whole seconds, written `45s`, `30m`, `4h`, `14d` or a sum such as `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    seconds: u64,
}

impl Span {
    /// A span of so many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Span { seconds }
    }

    /// The length in seconds.
    pub const fn as_secs(self) -> u64 {
        self.seconds
    }

    /// The length as a standard duration.
    pub const fn as_duration(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Reads `30m`, `1h30m`, `14d`; a bare number is refused because its unit would be a guess.
    pub fn parse(text: &str) -> Result<Self, String> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let mut seconds: u64 = 0;
        let mut digits = String::new();
        let mut seen = false;
        for c in compact.chars() {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            let unit = match c {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => return Err(format!("`{text}` is not a length of time; write it like 60s, 30m, 4h or 14d")),
            };
            let number: u64 = digits
                .parse()
                .map_err(|_| format!("`{text}` is not a length of time; write it like 60s, 30m, 4h or 14d"))?;
            seconds = number
                .checked_mul(unit)
                .and_then(|part| seconds.checked_add(part))
                .ok_or_else(|| format!("`{text}` is longer than can be counted"))?;
            digits.clear();
            seen = true;
        }
        if !digits.is_empty() || !seen {
            return Err(format!("`{text}` has no unit; write it like 60s, 30m, 4h or 14d"));
        }
        Ok(Span { seconds })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seconds == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.seconds;
        for (unit, letter) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
            let count = rest / unit;
            if count > 0 {
                write!(f, "{count}{letter}")?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Span::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for (text, seconds) in [("60s", 60), ("30m", 1_800), ("1h30m", 5_400), ("14d", 1_209_600), ("1d 2h", 93_600)] {
            let span = Span::parse(text).expect(text);
            assert_eq!(span.as_secs(), seconds, "{text}");
            assert_eq!(Span::parse(&span.to_string()), Ok(span), "{text}");
        }
    }

    #[test]
    fn refuses_a_number_without_a_unit() {
        for text in ["30", "", "m", "3x", "1h5", "99999999999999999999d"] {
            assert!(Span::parse(text).is_err(), "{text}");
        }
    }
}
