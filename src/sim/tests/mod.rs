//! Looks at the simulated cloud through its ports, as lifeboat does.

mod account;
mod bench;
mod capacity;
mod change_sets;
mod data;
mod database_copies;
mod databases;
mod drift;
mod events;
mod names;
mod names_ipv6;
mod observe;
mod replicated;
mod stacks;
