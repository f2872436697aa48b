//! Owns the styles of reports: few, named by what they mean, and gone where there is no colour.

use anstyle::{AnsiColor, Style};

/// Something that comes, or is as it should be.
pub const ADDED: Style = AnsiColor::Green.on_default();
/// Something that goes, or is gone.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// Something that changes.
pub const CHANGED: Style = AnsiColor::Yellow.on_default();
/// Something that could not be told.
pub const UNKNOWN: Style = AnsiColor::Magenta.on_default();
/// Something to look at first.
pub const ALARM: Style = AnsiColor::Red.on_default().bold();
/// A heading.
pub const HEADING: Style = Style::new().bold();
/// What may be skipped when reading.
pub const QUIET: Style = Style::new().dimmed();
/// No style.
pub const PLAIN: Style = Style::new();

/// Puts styles on text, or leaves it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    color: bool,
}

impl Paint {
    /// Paint that colours, or does not.
    pub fn new(color: bool) -> Self {
        Paint { color }
    }

    /// The text in a style.
    pub fn text(self, style: Style, text: &str) -> String {
        if self.color && style != PLAIN && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Text with control characters spelt out, so that a value cannot steer the terminal; tabs stay, and so do newlines
/// where lines are printed one by one.
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let steers = c.is_control() && c != '\t' && c != '\n';
            // Marks that reorder the text around them are no control characters to Unicode.
            let reorders = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if steers || reorders { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_only_when_asked_and_no_steering() {
        assert_eq!(Paint::new(false).text(ALARM, "x"), "x");
        assert_eq!(Paint::new(true).text(REMOVED, "x"), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(printable("a\u{1b}[2Jb\tc"), "a\\u{1b}[2Jb\tc");
        assert_eq!(printable("a\u{202e}b"), "a\\u{202e}b");
    }
}
