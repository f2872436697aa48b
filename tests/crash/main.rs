//! Owns the crash tests on the simulated cloud: for every plan of the examples, whatever dies, is lost or is repeated, a
//! resumed run leaves the account as an undisturbed one does, with no effect twice.

// Shared with other tests, which use more of it.
#[allow(dead_code)]
#[path = "../user/binary.rs"]
mod binary;
mod cases;
mod essence;
#[allow(dead_code)]
#[path = "../../src/store/fixture.rs"]
mod fixture;
mod sitting;
mod stage;

/// Where the store fixture looks for the port.
mod port {
    pub use lifeboat::store::port::*;
}
