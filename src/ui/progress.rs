//! Owns live progress: one redrawn line per subject on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::sync::Mutex;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Printer;
use crate::run::{RunEvent, Watch};

/// Shows run events on standard error.
pub struct Progress {
    printer: Printer,
    bars: MultiProgress,
    open: Mutex<BTreeMap<String, Subject>>,
}

struct Subject {
    bar: Option<ProgressBar>,
    last: String,
}

impl Progress {
    /// Progress on that printer's standard error.
    pub fn new(printer: &Printer) -> Self {
        let bars = MultiProgress::with_draw_target(if printer.can_redraw() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        Progress { printer: printer.clone(), bars, open: Mutex::new(BTreeMap::new()) }
    }

    fn line(&self, text: &str) {
        if self.printer.quiet() {
            return;
        }
        if self.printer.can_redraw() {
            // Lines must pass through the bars, or the two would overwrite each other.
            let _ = self.bars.println(text);
        } else {
            self.printer.note(text);
        }
    }

    fn waiting(&self, subject: &str, done: u64, of: u64, text: &str) {
        let Ok(mut open) = self.open.lock() else { return };
        let entry = open.entry(subject.to_owned()).or_insert_with(|| {
            let bar = self.printer.can_redraw().then(|| {
                let bar = self.bars.add(ProgressBar::new(of));
                if let Ok(style) = ProgressStyle::with_template("  {prefix:16} {bar:24} {pos}/{len} {msg}") {
                    bar.set_style(style);
                }
                bar.set_prefix(subject.to_owned());
                bar
            });
            Subject { bar, last: String::new() }
        });
        if let Some(bar) = &entry.bar {
            bar.set_length(of);
            bar.set_position(done);
            bar.set_message(text.to_owned());
        } else if entry.last != text {
            // Off a terminal a line is worth printing only when it says something new.
            entry.last = text.to_owned();
            drop(open);
            self.line(&format!("  {subject}: {text}"));
        }
    }

    fn close(&self, subject: &str) {
        if let Ok(mut open) = self.open.lock()
            && let Some(Subject { bar: Some(bar), .. }) = open.remove(subject)
        {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Progress {
    fn event(&self, event: RunEvent) {
        match event {
            RunEvent::Started { subject, text } | RunEvent::Note { subject, text } => {
                self.line(&format!("  {subject}: {text}"));
            }
            RunEvent::Waiting { subject, done, of, text } => self.waiting(&subject, done, of, &text),
            RunEvent::Done { subject, text } => {
                self.close(&subject);
                self.line(&format!("  {subject}: {text}"));
            }
            RunEvent::Failed { subject, text } => {
                self.close(&subject);
                self.line(&format!("  {subject}: failed: {text}"));
            }
        }
    }
}
