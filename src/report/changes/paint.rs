//! Owns colour and number in these reports: what is made, changed and lost looks alike everywhere.

use anstyle::{AnsiColor, Style};

/// Paints, or does not.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    pub color: bool,
}

/// What a piece of text stands for.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    Heading,
    Made,
    Changed,
    Lost,
    MayBeLost,
    Quiet,
    Well,
}

impl Paint {
    pub fn it(self, ink: Ink, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        let style = match ink {
            Ink::Heading => Style::new().bold(),
            Ink::Made | Ink::Well => color(AnsiColor::Green),
            Ink::Changed => color(AnsiColor::Yellow),
            Ink::Lost => color(AnsiColor::Red).bold(),
            Ink::MayBeLost => color(AnsiColor::Magenta),
            Ink::Quiet => Style::new().dimmed(),
        };
        format!("{style}{text}{style:#}")
    }
}

/// So many of something: `1 stack`, `2 stacks`.
pub(super) fn many(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
