//! Owns looking: read ports -> facts; bounded fan-out; failures become gaps.
//!
//! It holds read ports only, so it cannot change anything. Calls go by the page: what is needed is collected first and
//! asked for together, whatever the number of groups.

pub mod account;
pub mod baseline;
pub mod data;
pub mod events;
pub mod parameters;
pub mod redact;
pub mod side;
pub mod traffic;

pub use account::{WrongAccount, check_account};
pub use baseline::{BaselineError, Missing, observe_baseline};
pub use data::{DataSeen, observe_data};
pub use parameters::{ParameterView, observe_parameters};
pub use side::{SideQuery, observe_side};
pub use traffic::{TrafficSeen, observe_traffic};
