//! Owns recognising what belongs to the primary Region: ARNs, ids, host names and the Region's own name.

use crate::model::Environment;

/// Prefixes of ids that exist in one Region only.
const REGIONAL_IDS: [&str; 19] = [
    "acl", "ami", "cr", "eipalloc", "eni", "fs", "i", "igw", "lt", "nat", "pl", "rtb", "sg", "sgr", "snap", "subnet",
    "vol", "vpc", "vpce",
];

/// Something of the primary Region found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub identifier: String,
    pub kind: Kind,
    /// Line within the text, from 1.
    pub line: usize,
}

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Arn,
    Account,
    Id,
    Host,
    Region,
}

impl Kind {
    /// What to do about it.
    pub fn advice(self, environment: &Environment) -> String {
        let (primary, standby) = (&environment.primary.region, &environment.standby.region);
        match self {
            Kind::Arn | Kind::Id => format!("add its counterpart in {standby} to `map:`"),
            Kind::Account => format!(
                "it belongs to account {}; add its counterpart in {} to `map:`",
                environment.primary.account, environment.standby.account
            ),
            Kind::Host => format!("add the host to use in {standby} to `map:`"),
            Kind::Region => {
                format!("add `{primary}: {standby}` to `map:` if it should follow, or map it to itself if it is meant")
            }
        }
    }
}

/// Knows what belongs to the primary Region.
pub(super) struct Scanner {
    region: String,
    /// Set where the two sides are different accounts.
    foreign_account: Option<String>,
}

impl Scanner {
    pub fn new(environment: &Environment) -> Self {
        let (primary, standby) = (&environment.primary.account, &environment.standby.account);
        Scanner {
            region: environment.primary.region.as_str().to_owned(),
            foreign_account: (primary != standby).then(|| primary.as_str().to_owned()),
        }
    }

    /// Everything of the primary Region in a text, in order.
    pub fn scan(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        for (i, line) in text.split('\n').enumerate() {
            for token in line.split(|c: char| !(c.is_ascii_alphanumeric() || "_./:@+-".contains(c))) {
                if let Some((identifier, kind)) = self.judge_token(token) {
                    found.push(Found { identifier, kind, line: i + 1 });
                }
            }
        }
        found
    }

    fn judge_token(&self, token: &str) -> Option<(String, Kind)> {
        if let Some(at) = token.find("arn:") {
            let arn = token[at..].trim_end_matches(['.', ':', '/']);
            let mut fields = arn.splitn(6, ':').skip(3);
            let (region, account) = (fields.next()?, fields.next()?);
            return if region == self.region {
                Some((arn.to_owned(), Kind::Arn))
            } else if self.foreign_account.as_deref() == Some(account) {
                Some((arn.to_owned(), Kind::Account))
            } else {
                None
            };
        }
        token.split(['/', ':', '@', '+']).find_map(|word| self.judge_word(word.trim_matches(['.', '-', '_'])))
    }

    fn judge_word(&self, word: &str) -> Option<(String, Kind)> {
        let kind = if is_regional_id(word) {
            Kind::Id
        } else if word.contains('.') && word.split('.').any(|label| self.names_region(label)) {
            Kind::Host
        } else if self.names_region(word) || self.is_named_within(word) {
            Kind::Region
        } else {
            return None;
        };
        Some((word.to_owned(), kind))
    }

    /// `us-east-1`, or one of its zones such as `us-east-1a`.
    fn names_region(&self, word: &str) -> bool {
        word.strip_prefix(self.region.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.len() == 1 && rest.bytes().all(|c| c.is_ascii_lowercase()))
    }

    /// `assets-us-east-1-prod`: the Region's name as a part of another name.
    fn is_named_within(&self, word: &str) -> bool {
        let ends = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
        word.match_indices(self.region.as_str())
            .any(|(at, region)| ends(word[..at].chars().next_back()) && ends(word[at + region.len()..].chars().next()))
    }
}

/// `sg-` and the like with 8 or 17 hexadecimal digits.
fn is_regional_id(word: &str) -> bool {
    word.rsplit_once('-').is_some_and(|(prefix, digits)| {
        REGIONAL_IDS.contains(&prefix)
            && matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase())
    })
}
