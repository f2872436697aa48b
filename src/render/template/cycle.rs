//! Owns the search for partials that include each other in a circle, on which rendering would overflow the stack.

use std::collections::BTreeMap;

use handlebars::Template;
use handlebars::template::TemplateElement;

/// The partials a template includes, with line and column.
pub(super) fn included(template: &Template) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (i, element) in template.elements.iter().enumerate() {
        let (line, column) = template.mapping.get(i).map_or((0, 0), |place| (place.0, place.1));
        match element {
            TemplateElement::PartialExpression(partial) | TemplateElement::PartialBlock(partial) => {
                if let Some(name) = partial.name.as_name() {
                    found.push((name.to_owned(), line, column));
                }
            }
            TemplateElement::HelperBlock(block) => {
                for inner in [&block.template, &block.inverse].into_iter().flatten() {
                    found.extend(included(inner));
                }
            }
            _ => {}
        }
    }
    found
}

/// The first circle, as the names along it; the first and the last are the same.
pub(super) fn circle(templates: &BTreeMap<String, Template>) -> Option<Vec<String>> {
    let mut done = Vec::new();
    templates.keys().find_map(|name| follow(name, templates, &mut Vec::new(), &mut done))
}

fn follow(
    name: &str,
    templates: &BTreeMap<String, Template>,
    path: &mut Vec<String>,
    done: &mut Vec<String>,
) -> Option<Vec<String>> {
    if let Some(start) = path.iter().position(|seen| seen == name) {
        let mut circle = path[start..].to_vec();
        circle.push(name.to_owned());
        return Some(circle);
    }
    if done.iter().any(|seen| seen == name) {
        return None;
    }
    path.push(name.to_owned());
    for (next, _, _) in templates.get(name).map(included).unwrap_or_default() {
        if let Some(circle) = follow(&next, templates, path, done) {
            return Some(circle);
        }
    }
    path.pop();
    done.push(name.to_owned());
    None
}
