//! Owns the protection of CloudFormation's dynamic references: handlebars must not take `{{resolve:...}}` for its own.

/// A template's text with every `{{resolve:` escaped, and where that moved columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Protected {
    /// The text handlebars reads.
    pub text: String,
    /// Line and column (from 1, in the protected text) of every added backslash.
    added: Vec<(usize, usize)>,
}

impl Protected {
    /// The column in the template as its author wrote it.
    pub fn column(&self, line: usize, column: usize) -> usize {
        column - self.added.iter().filter(|(l, c)| *l == line && *c < column).count()
    }
}

/// Escapes dynamic references. A blank before `resolve:` is an error (line, column): CloudFormation would take the text
/// literally (cfn-lint W1053).
pub(super) fn protect(source: &str) -> Result<Protected, (usize, usize)> {
    let mut text = String::with_capacity(source.len());
    let mut added = Vec::new();
    let (mut line, mut column) = (1, 1);
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = opaque(rest);
        if skipped == 0 && rest.starts_with("{{") && !text.ends_with('\\') {
            let inside = &rest[2..];
            if inside.starts_with("resolve:") {
                added.push((line, column));
                text.push('\\');
                column += 1;
            } else if inside.trim_start_matches([' ', '\t', '~']).starts_with("resolve:") {
                return Err((line, column));
            }
        }
        for c in rest[..skipped.max(c.len_utf8())].chars() {
            text.push(c);
            if c == '\n' {
                (line, column) = (line + 1, 1);
            } else {
                column += 1;
            }
        }
        rest = &rest[skipped.max(c.len_utf8())..];
    }
    Ok(Protected { text, added })
}

/// How many bytes at the start are a comment or a raw block, in which handlebars reads nothing.
fn opaque(rest: &str) -> usize {
    let until = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    if rest.starts_with("{{!--") {
        until("--}}")
    } else if rest.starts_with("{{!") {
        until("}}")
    } else if rest.starts_with("{{{{") {
        until("{{{{/")
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        assert_eq!(protect(source).map(|protected| protected.text), Ok(expected.to_owned()), "{source}");
    }

    #[test]
    fn escapes_what_is_not_escaped_yet() {
        check("a: '{{resolve:ssm:/x}}'", "a: '\\{{resolve:ssm:/x}}'");
        check("a: '\\{{resolve:ssm:/x}}'", "a: '\\{{resolve:ssm:/x}}'");
        check("{{!-- {{resolve:x}} --}}b", "{{!-- {{resolve:x}} --}}b");
        check("{{{{raw}}}}{{resolve:x}}{{{{/raw}}}}", "{{{{raw}}}}{{resolve:x}}{{{{/raw}}}}");
        check("{{json x}}", "{{json x}}");
    }

    #[test]
    fn columns_are_the_authors() {
        let protected = protect("x\n{{resolve:a}} {{typo}}").expect("protects");
        assert_eq!(protected.column(2, 16), 15);
        assert_eq!(protected.column(1, 16), 16);
    }

    #[test]
    fn a_blank_before_resolve_is_refused() {
        assert_eq!(protect("a\n b: {{ resolve:ssm:/x}}"), Err((2, 5)));
    }
}
