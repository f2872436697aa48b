//! Owns how a problem looks beside its piece of the file: the only file that names `annotate_snippets`.

use annotate_snippets::{Annotation, AnnotationKind, Level, Origin, Renderer, Snippet};

use super::problem::{Problem, Severity};
use crate::yaml::read::Place;

/// The problem in rustc's manner. An empty file has no piece to show; its name and place are shown instead.
pub fn render(problem: &Problem, color: bool) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(problem.message.as_str());
    let mut group = if problem.text.trim().is_empty() {
        let origin = Origin::path(problem.file.as_str()).line(problem.line as usize);
        title.element(origin.char_column(problem.column as usize))
    } else {
        title.element(piece(problem))
    };
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

fn piece(problem: &Problem) -> Snippet<'_, Annotation<'_>> {
    let related = problem.related.iter().map(|(place, label)| {
        let mark = AnnotationKind::Context.span(visible(&problem.text, place));
        mark.label(label.as_str())
    });
    Snippet::source(&*problem.text)
        .path(problem.file.as_str())
        .annotation(AnnotationKind::Primary.span(visible(&problem.text, &problem.place)))
        .annotations(related)
}

/// The bytes to underline: within the text, on character borders, and only the first line of what spans several.
fn visible(text: &str, place: &Place) -> std::ops::Range<usize> {
    let start = floor(text, place.start);
    let end = floor(text, place.end).max(start);
    let first_line = text[start..end].find('\n').map_or(end, |newline| start + newline);
    start..first_line
}

fn floor(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}
