//! Owns the two streams: results to standard output, everything else to standard error.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anstyle::{AnsiColor, Style};

use super::Failure;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set or TERM is dumb.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Prints results and messages.
#[derive(Debug, Clone)]
pub struct Printer {
    color_out: bool,
    color_err: bool,
    quiet: bool,
    terminal_err: bool,
    /// Whether a result has been printed: clones share it.
    told: Arc<AtomicBool>,
    /// Why a result could not be written, the first time: clones share it.
    lost: Arc<OnceLock<String>>,
}

impl Printer {
    /// A printer for this process's streams.
    pub fn new(choice: ColorChoice, quiet: bool) -> Self {
        let stdout = std::io::stdout();
        let stderr = std::io::stderr();
        Printer {
            color_out: wants_color(choice, stdout.is_terminal()),
            color_err: wants_color(choice, stderr.is_terminal()),
            quiet,
            told: Arc::default(),
            lost: Arc::default(),
            terminal_err: stderr.is_terminal() && std::env::var("TERM").as_deref() != Ok("dumb"),
        }
    }

    /// The same printer, quiet if it was or if asked.
    pub fn quieter(&self, quiet: bool) -> Self {
        Printer { quiet: self.quiet || quiet, ..self.clone() }
    }

    /// Whether results may be coloured.
    pub fn color_out(&self) -> bool {
        self.color_out
    }

    /// Whether messages may be coloured.
    pub fn color_err(&self) -> bool {
        self.color_err
    }

    /// Whether messages go to a terminal that can redraw lines.
    pub fn can_redraw(&self) -> bool {
        self.terminal_err && !self.quiet
    }

    /// Whether messages are suppressed.
    pub fn quiet(&self) -> bool {
        self.quiet
    }

    /// Prints a result to standard output. A reader that went away is not an error; whatever else keeps it from being
    /// written is kept for [`Printer::lost_result`].
    pub fn result(&self, text: &str) {
        self.told.store(true, Ordering::Relaxed);
        let mut out = std::io::stdout().lock();
        let end: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
        let written = out.write_all(text.as_bytes()).and_then(|()| out.write_all(end)).and_then(|()| out.flush());
        self.written(&written);
    }

    /// Keeps why standard output could not be written.
    pub fn written(&self, written: &std::io::Result<()>) {
        if let Err(error) = written
            && error.kind() != ErrorKind::BrokenPipe
        {
            // The first is the cause of those that follow.
            let _ = self.lost.set(error.to_string());
        }
    }

    /// The failure of a command whose result could not be written; none where everything was.
    pub fn lost_result(&self) -> Option<Failure> {
        let why = self.lost.get()?;
        Some(Failure::failed(format!("the result could not be written to standard output: {why}")))
    }

    /// Prints a message to standard error, unless quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.err_line(text);
        }
    }

    /// Prints a warning to standard error.
    pub fn warn(&self, text: &str) {
        let label = self.paint_err(Style::new().bold().fg_color(Some(AnsiColor::Yellow.into())), "warning");
        self.err_line(&format!("{label}: {text}"));
    }

    /// Prints text that stands on its own, such as a rendered snippet, to standard error, quiet or not.
    pub fn details(&self, text: &str) {
        self.err_line(text);
    }

    /// Tells a failure on standard error: what, why, what next.
    pub fn failure(&self, failure: &Failure) {
        if let Some(details) = &failure.details {
            self.err_line(details.trim_end_matches('\n'));
        }
        let label = self.paint_err(Style::new().bold().fg_color(Some(AnsiColor::Red.into())), "error");
        self.err_line(&format!("{label}: {}", failure.what));
        for why in &failure.why {
            self.err_line(&format!("  because: {why}"));
        }
        let label = self.paint_err(Style::new().bold().fg_color(Some(AnsiColor::Cyan.into())), "hint");
        for hint in &failure.hints {
            self.err_line(&format!("{label}: {hint}"));
        }
    }

    /// Prints a failure as one JSON document to standard output, where no result went before it: a program that asked for
    /// JSON finds exactly one document.
    pub fn failure_json(&self, failure: &Failure) {
        if !self.told.load(Ordering::Relaxed) {
            self.result(&format!("{:#}", failure.json()));
        }
    }

    fn paint_err(&self, style: Style, text: &str) -> String {
        if self.color_err { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn err_line(&self, text: &str) {
        // In one write: standard error has no buffer, and a run of a thousand tiers prints thousands of lines.
        let _ = std::io::stderr().lock().write_all(format!("{text}\n").as_bytes());
    }
}

fn wants_color(choice: ColorChoice, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR") => false,
        ColorChoice::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
        ColorChoice::Auto => terminal && std::env::var("TERM").as_deref() != Ok("dumb"),
    }
}
