//! Owns the user's view: the real binary run as a user runs it, on the simulated cloud and over HTTP against moto.

mod binary;
#[path = "../support/cbor.rs"]
mod cbor;
#[path = "../support/dark.rs"]
mod dark;
mod data_http;
mod errors;
mod examples;
mod faults_http;
mod faults_interrupt;
mod faults_kill;
mod faults_kill_data;
mod faults_store;
mod moto;
mod production;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/rds.rs"]
mod rds;
#[path = "../support/replay.rs"]
mod replay;
mod seeded;
mod shop_http;
mod story_data_http;
mod story_data_safety;
mod story_declare;
mod story_declare_http;
mod story_declare_http_dark;
mod story_declare_http_two;
mod story_drill;
mod story_drill_copy;
mod story_events;
mod story_image_home;
mod story_ipv6;
mod story_lever;
mod story_moto;
mod story_one_writer;
mod story_sim;
mod story_substitution;
mod story_teardown;
mod story_verdicts;
mod story_way_back;
mod story_way_out;
mod story_whose_data;
mod terminal;
