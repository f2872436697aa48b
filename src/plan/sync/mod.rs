//! Owns deciding what a sync does: images and parameters, only what differs.

pub mod balancers;
pub mod home;
pub mod images;
pub mod parameters;

pub use balancers::BalancerQuery;
pub use home::{HomePlan, HomeStep, HomeWorld, home_rule, home_step, plan_home};
pub use images::{ImagePlan, ImageStep, ImageWorld, plan_images};
pub use parameters::{ParameterPlan, ParameterProblem, ParameterStep, plan_parameters};
