//! Owns reading and evaluating CloudFormation templates.

mod body;
mod depends;
mod eval;
mod inputs;
mod parse;

pub use body::Body;
pub use depends::Order;
pub use eval::{KNOWN_AFTER_APPLY, Scope, evaluate, known};
pub use inputs::{scope_parameters, take_inputs};
pub use parse::Template;
