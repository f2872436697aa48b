//! Owns handlebars: which templates there are, what may stand in them, and turning a view into YAML.

mod bare;
mod cycle;
mod engine;
mod helpers;
mod lint;
mod protect;
mod scope;
mod source;

pub use engine::Engine;
pub use scope::{Variable, variables};
pub use source::Templates;
