//! Owns findings: one difference each, of one of three kinds that are never mixed.

use std::fmt;

use serde::Serialize;

use super::shown::Shown;

/// Which question a finding answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The standby differs from its own deployed stack.
    Drift,
    /// The deployed stack differs from what would be rendered now.
    Pending,
    /// The standby does not match production where it should.
    Parity,
}

impl Kind {
    /// Every kind, in the order of reports.
    pub const ALL: [Kind; 3] = [Kind::Drift, Kind::Pending, Kind::Parity];

    /// The kind as a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Drift => "drift",
            Kind::Pending => "pending",
            Kind::Parity => "parity",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How what is there relates to what should be there. What a deploy would add is therefore `Deleted` in a pending finding,
/// and what it would remove is `Added`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is there and differs.
    Modified,
    /// It should be there and is not.
    Deleted,
    /// It is there and should not be.
    Added,
    /// It could not be told.
    Unknown,
}

/// What a difference means for a failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The standby could not take over, or not this tier.
    BlocksFailover,
    /// It would take over, but not as production is.
    Degrades,
    /// It would not be noticed.
    Cosmetic,
}

impl Severity {
    /// The severity as words.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::BlocksFailover => "blocks failover",
            Severity::Degrades => "degrades",
            Severity::Cosmetic => "cosmetic",
        }
    }
}

/// What the standby was held against, or where the difference was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Live resources against their stack.
    Live,
    /// The template as it would be rendered now.
    Template,
    /// Production as seen now.
    Production,
    /// Production as recorded.
    Baseline,
}

/// Where a finding is, in CloudFormation's terms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Resource {
    /// Stack name.
    pub stack: String,
    /// Logical id; empty for the stack itself.
    pub logical_id: String,
    /// Physical id, where it has one.
    pub physical_id: Option<String>,
    /// Type, such as `AWS::EC2::SecurityGroup`.
    pub resource_type: String,
}

/// Whether a finding counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It does.
    Counts,
    /// It is what was asked for: shown, not counted.
    Intended(String),
    /// The environment file lives with it.
    Ignored {
        /// The rule's path.
        rule: String,
        /// The rule's reason.
        reason: String,
        /// The rule's line in the environment file.
        line: u32,
    },
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which question it answers.
    pub kind: Kind,
    /// A stack's part for drift and pending, a tier's name or `parameters` for parity: what reports group by.
    pub subject: String,
    /// The place that ignore rules name: segments joined by `/`, the subject first.
    pub path: String,
    /// The last part of the place, as people read it within its group.
    pub place: String,
    /// How what is there relates to what should be.
    pub status: Status,
    /// What it means for a failover.
    pub severity: Severity,
    /// Held against what.
    pub source: Source,
    /// Whether a thing as a whole is concerned; one that is gone can never be ignored.
    pub whole: bool,
    /// Whether only the size of a group is concerned.
    pub scaling: bool,
    /// The CloudFormation resource, where there is one.
    pub resource: Option<Resource>,
    /// What should be there.
    pub expected: Shown,
    /// What is there.
    pub actual: Shown,
    /// What a person should know besides.
    pub note: Option<String>,
    /// Whether it counts.
    pub standing: Standing,
}

impl Finding {
    /// A finding at `subject/place`; one of a whole thing when `place` says so later.
    pub fn new(kind: Kind, subject: &str, place: &str, status: Status, severity: Severity, source: Source) -> Self {
        Finding {
            kind,
            subject: subject.to_owned(),
            path: format!("{subject}/{}", place.trim_start_matches('/')),
            place: place.to_owned(),
            status,
            severity,
            source,
            whole: false,
            scaling: false,
            resource: None,
            expected: Shown::Absent,
            actual: Shown::Absent,
            note: None,
            standing: Standing::Counts,
        }
    }

    /// With both values.
    pub fn values(mut self, expected: Shown, actual: Shown) -> Self {
        self.expected = expected;
        self.actual = actual;
        self
    }

    /// With a note.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Read at another place than the one rules name: where the value itself says the rest.
    pub fn placed(mut self, place: String) -> Self {
        self.place = place;
        self
    }

    /// About a thing as a whole.
    pub fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// Of a resource of a stack: its logical id comes between the subject and the place.
    pub fn of(mut self, resource: Resource) -> Self {
        let place = self.place.trim_start_matches('/');
        self.path = [self.subject.as_str(), resource.logical_id.as_str(), place]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/");
        self.resource = Some(resource);
        self
    }

    /// What was asked for, for that reason.
    pub fn intended(mut self, reason: impl Into<String>) -> Self {
        self.standing = Standing::Intended(reason.into());
        self
    }

    /// Whether it is a difference that counts.
    pub fn is_difference(&self) -> bool {
        self.standing == Standing::Counts && self.status != Status::Unknown
    }

    /// Whether it counts as something that could not be told.
    pub fn is_unknown(&self) -> bool {
        self.standing == Standing::Counts && self.status == Status::Unknown
    }

    /// The order of reports: by kind, subject, path, status and values.
    pub fn sort_key(&self) -> impl Ord + use<> {
        (self.kind, self.subject.clone(), self.path.clone(), self.status, self.expected.clone(), self.actual.clone())
    }
}
