//! Owns YAML: the only folder that names `serde_saphyr`. Strict reading of typed files, and untyped nodes with tags.

pub mod intrinsics;
pub mod node;
pub mod read;
