//! Owns where baseline, bundle and journals live: the port, and the folder that implements it. (S3 is in `src/aws/`.)

pub mod bundle;
#[cfg(test)]
pub mod fixture;
pub mod folder;
pub mod lease;
pub mod port;
pub mod runs;

pub use bundle::{Bundle, BundleError};
pub use folder::FolderStore;
pub use lease::{Claim, LEASE_LIFE, Lease, LeaseError, LeaseKeeper};
pub use port::{Condition, Shared, Store, StoreError, StoreErrorKind, Stored, Version};
pub use runs::{Runs, RunsError};
