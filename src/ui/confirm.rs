//! Owns confirmation: typing the environment's name, or `--yes`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::{Exit, Failure, Printer};
use crate::run::Stop;

/// Asks for the environment's name to be typed; `yes` stands for it in scripts. Without a terminal it refuses at once. A
/// person who thinks about it keeps nothing else waiting, a wish to stop least of all.
pub async fn confirm_name(printer: &Printer, name: &str, what: &str, yes: bool, stop: &Stop) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::refused("not confirmed: there is no terminal to ask on")
            .because(what)
            .hint("add --yes when a script is meant to do this"));
    }
    printer.note(&format!("{what}. Type the environment's name to go on."));
    let prompt = format!("{name}> ");
    let typed = tokio::task::spawn_blocking(move || {
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "{prompt}").and_then(|()| err.flush());
        drop(err);
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).ok().map(|_| line)
    });
    let typed = tokio::select! {
        typed = typed => typed.ok().flatten(),
        () = stop.wait() => return Err(Failure::new(Exit::Interrupted, "interrupted; nothing was changed")),
    };
    if typed.is_some_and(|line| line.trim() == name) {
        return Ok(());
    }
    Err(Failure::refused("not confirmed; nothing was changed"))
}
