//! Owns the signals that ask a process to end: Ctrl-C, the system's wish that it terminate, and a terminal that hangs up.

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A person at the keyboard.
    Interrupt,
    /// Another process: a supervisor, a shutdown.
    Terminate,
    /// The terminal went away. It comes more than once: from the kernel and from the shell.
    HangUp,
}

/// What a command does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    /// It stops in good order.
    InOrder,
    /// It goes on stopping.
    GoOn,
    /// The process ends at once.
    AtOnce,
}

/// Decides it: `first` is whether nobody asked before, `in_order` whether the command can end in good order.
pub(super) fn reply(asked: Asked, first: bool, in_order: bool) -> Reply {
    match (in_order, first, asked) {
        (false, _, _) => Reply::AtOnce,
        (true, true, _) => Reply::InOrder,
        // Nobody pressed anything twice.
        (true, false, Asked::HangUp) => Reply::GoOn,
        (true, false, Asked::Interrupt | Asked::Terminate) => Reply::AtOnce,
    }
}

/// The signals of this process.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    /// None where whoever started the process wants it to outlive its terminal, as `nohup` does.
    #[cfg(unix)]
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on; to be called inside the runtime.
    pub fn listen() -> std::io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let ignored = std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hang_up(&status));
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if ignored { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Asked {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(()) = self.interrupt.recv() => Asked::Interrupt,
            Some(()) = self.terminate.recv() => Asked::Terminate,
            Some(()) = hang_up => Asked::HangUp,
            else => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Listens from now on.
    pub fn listen() -> std::io::Result<Signals> {
        Ok(Signals {})
    }

    /// The next one.
    pub async fn next(&mut self) -> Asked {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Asked::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Whether a process of that status, as Linux tells it, was started with SIGHUP ignored. That is signal 1: the lowest bit.
#[cfg(unix)]
fn ignores_hang_up(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wish_is_heeded_in_good_order_and_only_a_repeated_one_ends_at_once() {
        use Asked::{HangUp, Interrupt, Terminate};
        for (asked, first, in_order, expected) in [
            (Interrupt, true, true, Reply::InOrder),
            (Terminate, true, true, Reply::InOrder),
            (HangUp, true, true, Reply::InOrder),
            (Interrupt, false, true, Reply::AtOnce),
            (Terminate, false, true, Reply::AtOnce),
            (HangUp, false, true, Reply::GoOn),
            (Interrupt, true, false, Reply::AtOnce),
            (Terminate, true, false, Reply::AtOnce),
            (HangUp, true, false, Reply::AtOnce),
        ] {
            assert_eq!(reply(asked, first, in_order), expected, "{asked:?} {first} {in_order}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nohup_is_respected() {
        for (status, ignored) in [
            ("Name:\tlifeboat\nSigIgn:\t0000000000001001\n", true),
            ("SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\n", false),
            ("", false),
        ] {
            assert_eq!(ignores_hang_up(status), ignored, "{status}");
        }
    }
}
