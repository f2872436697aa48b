//! Owns `lifeboat completions` and `lifeboat man`: what shells and manuals are generated from the command line itself.

use clap_complete::Shell;

use crate::ui::{Exit, Failure, Printer};

/// Arguments of `lifeboat completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints completions for a shell.
pub fn completions(args: &CompletionsArgs, command: &mut clap::Command, printer: &Printer) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, command, "lifeboat", &mut text);
    printer.result(&String::from_utf8_lossy(&text));
    Ok(Exit::Done)
}

/// Prints the manual page, with a section for every command.
pub fn man(command: clap::Command, printer: &Printer) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    let unwritable = |error: std::io::Error| Failure::failed(format!("cannot write the manual page: {error}"));
    clap_mangen::Man::new(command.clone()).render(&mut text).map_err(unwritable)?;
    for verb in command.get_subcommands() {
        let page = clap_mangen::Man::new(verb.clone().name(format!("lifeboat-{}", verb.get_name())));
        page.render(&mut text).map_err(unwritable)?;
    }
    printer.result(&String::from_utf8_lossy(&text));
    Ok(Exit::Done)
}
