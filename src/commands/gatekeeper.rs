//! Owns asking whoever sits at the terminal, and who is said to have answered.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use async_trait::async_trait;

use super::runs::sitting::host;
use crate::model::Caller;
use crate::run::Stop;
use crate::run::actors::{Answer, GateKeeper};
use crate::ui::Printer;

/// Asks whoever sits at the terminal.
pub(super) struct Terminal {
    printer: Printer,
    yes: bool,
    /// Whose credentials answer, and on which host: no more is known of the person.
    who: String,
    stop: Stop,
}

impl Terminal {
    /// A terminal of this process; `yes` answers for a person.
    pub fn new(printer: Printer, yes: bool, caller: &Caller, stop: Stop) -> Self {
        Terminal { printer, yes, who: format!("{} on {}", caller.arn, host()), stop }
    }
}

#[async_trait]
impl GateKeeper for Terminal {
    async fn ask(&self, question: &str) -> Answer {
        if self.yes {
            return Answer::Yes(format!("opened by --yes of {}", self.who));
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Answer::NobodyToAsk;
        }
        self.printer.details(question);
        let asked = tokio::task::spawn_blocking(|| {
            let mut err = std::io::stderr().lock();
            let _ = write!(err, "type yes to go on> ").and_then(|()| err.flush());
            drop(err);
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).is_ok() && line.trim().eq_ignore_ascii_case("yes")
        });
        tokio::select! {
            asked = asked => match asked {
                Ok(true) => Answer::Yes(format!("confirmed on the terminal by {}", self.who)),
                _ => Answer::No,
            },
            // Whoever asked the run to stop is not asked for anything more.
            () = self.stop.wait() => Answer::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AccountId;
    use crate::ui::ColorChoice;

    #[tokio::test]
    async fn an_open_gate_names_whose_credentials_opened_it() {
        let caller = Caller { account: AccountId("1".into()), arn: "arn:aws:iam::1:user/ann".into() };
        let terminal = Terminal::new(Printer::new(ColorChoice::Never, true), true, &caller, Stop::never());
        let told = format!("opened by --yes of arn:aws:iam::1:user/ann on {}", host());
        assert_eq!(terminal.ask("may it go on?").await, Answer::Yes(told));
    }
}
