//! Owns the writing of HTML: whatever comes in as text goes out escaped, and every element that opens closes.

/// A page, or a part of one, in the making.
pub(super) struct Markup {
    out: String,
}

/// Attributes of an element: names are ours, values are escaped.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a str)];

/// Elements that have no content.
const VOID: [&str; 2] = ["meta", "br"];

impl Markup {
    /// The beginning of a document that may become so many bytes long: one that grows as it goes is copied again and again.
    pub(super) fn document(about: usize) -> Self {
        let mut out = String::with_capacity(about);
        out.push_str("<!DOCTYPE html>\n");
        Markup { out }
    }

    /// An element and what is within.
    pub(super) fn element(&mut self, tag: &'static str, attributes: Attributes, within: impl FnOnce(&mut Self)) {
        self.open(tag, attributes);
        within(self);
        if !VOID.contains(&tag) {
            self.out.push_str("</");
            self.out.push_str(tag);
            self.out.push('>');
        }
        if is_block(tag) {
            self.out.push('\n');
        }
    }

    /// An element that holds nothing but text.
    pub(super) fn leaf(&mut self, tag: &'static str, attributes: Attributes, text: &str) {
        self.element(tag, attributes, |page| page.text(text));
    }

    /// Text.
    pub(super) fn text(&mut self, text: &str) {
        self.escaped(text);
    }

    /// A style sheet of ours.
    pub(super) fn style(&mut self, sheet: &'static str) {
        self.out.push_str("<style>\n");
        self.out.push_str(sheet);
        self.out.push_str("</style>\n");
    }

    /// The page.
    pub(super) fn finish(self) -> String {
        self.out
    }

    fn open(&mut self, tag: &'static str, attributes: Attributes) {
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.escaped(value);
            self.out.push('"');
        }
        self.out.push('>');
    }

    fn escaped(&mut self, text: &str) {
        // Nearly everything is plain, and a report of a thousand tiers has a hundred thousand texts.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !b"&<>\"'".contains(&byte)) {
            self.out.push_str(text);
            return;
        }
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                _ if misleads(c) => self.out.extend(c.escape_unicode()),
                _ => self.out.push(c),
            }
        }
    }
}

/// Whether a character shows as nothing, or makes others show elsewhere: a reader must see that it is there.
fn misleads(c: char) -> bool {
    let reorders = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    (c.is_control() && c != '\n' && c != '\t') || reorders || hides
}

/// Whether a line of the source may end after it without changing what is shown.
fn is_block(tag: &str) -> bool {
    !matches!(tag, "span" | "b" | "i" | "code" | "time" | "a" | "strong" | "abbr")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut page = Markup { out: String::new() };
        page.leaf("span", &[("title", text)], text);
        page.finish()
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        for (text, expected) in [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\" onload=\"x", "&quot; onload=&quot;x"),
            ("it's & more", "it&#39;s &amp; more"),
            ("a\u{1b}[2Jb\0", "a\\u{1b}[2Jb\\u{0}"),
            ("a\u{202e}b\u{2066}c\u{200f}", "a\\u{202e}b\\u{2066}c\\u{200f}"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("two\nlines\tand grün", "two\nlines\tand grün"),
        ] {
            assert_eq!(written(text), format!("<span title=\"{expected}\">{expected}</span>"), "{text:?}");
        }
    }

    #[test]
    fn elements_close_unless_they_hold_nothing() {
        let mut page = Markup { out: String::new() };
        page.element("section", &[], |page| {
            page.element("meta", &[("charset", "utf-8")], |_| {});
            page.leaf("p", &[], "x");
        });
        assert_eq!(page.finish(), "<section><meta charset=\"utf-8\">\n<p>x</p>\n</section>\n");
    }
}
