//! Owns what was seen of the object that moves traffic as Route 53's health checkers see it: without credentials.

use serde::Serialize;

/// How the lever of `standby-takes-over` looked from outside, by the object beside it that is always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeverFacts {
    /// The bucket.
    pub bucket: String,
    /// The key of the object that was asked for.
    pub key: String,
    /// The address that was asked.
    pub url: String,
    /// What came of it.
    #[serde(flatten)]
    pub answer: LeverAnswer,
}

/// What came of asking for an object without credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "lever", rename_all = "kebab-case")]
pub enum LeverAnswer {
    /// Everybody may read it.
    Works,
    /// It is there, and health checkers may not read it.
    Refused {
        /// The status they are answered.
        status: u16,
    },
    /// It is not there: `provision` writes it.
    Absent,
    /// It could not be asked.
    Unknown {
        /// Why.
        why: String,
    },
}

impl LeverFacts {
    /// Whether users could be led by it; none where that could not be asked.
    pub fn works(&self) -> Option<bool> {
        match self.answer {
            LeverAnswer::Works => Some(true),
            LeverAnswer::Refused { .. } | LeverAnswer::Absent => Some(false),
            LeverAnswer::Unknown { .. } => None,
        }
    }

    /// What it came to, in one line.
    pub fn words(&self) -> String {
        let LeverFacts { bucket, key, url, answer } = self;
        match answer {
            LeverAnswer::Works => format!("the lever works: {url} answers 200 without credentials"),
            LeverAnswer::Refused { status } => format!(
                "the lever does NOT work: {url} answers {status} without credentials, so health checkers would not see the \
                 object that leads users to the standby; {}",
                closed(bucket)
            ),
            LeverAnswer::Absent => format!(
                "the lever is NOT proven: there is no s3://{bucket}/{key}, which shows that health checkers can read there; \
                 `lifeboat provision` writes it"
            ),
            LeverAnswer::Unknown { why } => format!("whether the lever works is not known: {why}"),
        }
    }
}

/// Where to look when health checkers may not read an object of that bucket.
pub fn closed(bucket: &str) -> String {
    format!(
        "look at Block Public Access of the whole account (`aws s3control get-public-access-block --account-id ACCOUNT`), \
         which a policy of its organization may hold, at that of the bucket (`aws s3api get-public-access-block --bucket \
         {bucket}`) and at its policy (`aws s3api get-bucket-policy --bucket {bucket}`)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_told_in_one_line() {
        let facts = |answer| LeverFacts {
            bucket: "b".into(),
            key: "shop.example.com/reachable".into(),
            url: "https://b.s3.us-west-2.amazonaws.com/shop.example.com/reachable".into(),
            answer,
        };
        let all = [
            LeverAnswer::Works,
            LeverAnswer::Refused { status: 403 },
            LeverAnswer::Absent,
            LeverAnswer::Unknown { why: "b.s3.us-west-2.amazonaws.com does not resolve".into() },
        ];
        assert_eq!(all.clone().map(|a| facts(a).works()), [Some(true), Some(false), Some(false), None]);
        insta::assert_snapshot!(all.map(|a| facts(a).words()).join("\n"));
    }
}
