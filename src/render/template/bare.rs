//! Owns the rewriting of parsed templates: every bare `{{value}}` is guarded, every place is the author's.

use handlebars::Template;
use handlebars::template::{HelperTemplate, Parameter, TemplateElement};

use super::helpers::WORD;
use super::protect::Protected;

/// Guards bare values and puts columns back to where the author sees them.
pub(super) fn guard(template: &mut Template, protected: &Protected) {
    for place in &mut template.mapping {
        place.1 = protected.column(place.0, place.1);
    }
    for element in &mut template.elements {
        match element {
            TemplateElement::Expression(call) | TemplateElement::HtmlExpression(call) => guard_value(call),
            TemplateElement::HelperBlock(block) => guard_block(block, protected),
            _ => {}
        }
    }
}

fn guard_block(block: &mut HelperTemplate, protected: &Protected) {
    for inner in [&mut block.template, &mut block.inverse].into_iter().flatten() {
        guard(inner, protected);
    }
}

fn guard_value(call: &mut HelperTemplate) {
    let bare = call.params.is_empty() && call.hash.is_empty() && matches!(call.name, Parameter::Path(_));
    if bare {
        let value = std::mem::replace(&mut call.name, Parameter::Name(WORD.to_owned()));
        call.params.push(value);
    }
}
