//! Owns the exit codes: an interface, so numbers never change their meaning.

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, or no differences.
    Done,
    /// Failed.
    Failed,
    /// Differences, or not ready.
    Differences,
    /// Unknown: coverage incomplete.
    Unknown,
    /// A run stopped part-way and can be resumed.
    Stopped,
    /// Refused: lock, stale plan, confirmation, wrong account.
    Refused,
    /// The command line or an input file is wrong.
    Usage,
    /// Interrupted by the user.
    Interrupted,
}

impl Exit {
    /// The number the process exits with.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Differences => 2,
            Exit::Unknown => 3,
            Exit::Stopped => 4,
            Exit::Refused => 5,
            Exit::Usage => 64,
            Exit::Interrupted => 130,
        }
    }
}
