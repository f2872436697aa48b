//! Owns confirmation: typing the environment's name, or `--yes`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::{Failure, Printer};

/// Asks for the environment's name to be typed; `yes` stands for it in scripts. Without a terminal it refuses at once.
pub fn confirm_name(printer: &Printer, name: &str, what: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::refused("not confirmed: there is no terminal to ask on")
            .because(what)
            .hint("add --yes when a script is meant to do this"));
    }
    printer.note(&format!("{what}. Type the environment's name to go on."));
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{name}> ").and_then(|()| err.flush());
    drop(err);
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    if read.is_ok() && line.trim() == name {
        return Ok(());
    }
    Err(Failure::refused("not confirmed; nothing was changed"))
}
