//! Owns the wish for a new version of a launch template.

/// One version more of a launch template: another one's settings, and another image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLaunchVersion {
    /// The template's id.
    pub template: String,
    /// The version whose settings it has.
    pub source: u64,
    /// The image.
    pub image: String,
    /// What it is for, at most 255 characters (CreateLaunchTemplateVersion, VersionDescription).
    pub description: String,
    /// Idempotency token, at most 128 ASCII characters (CreateLaunchTemplateVersion, ClientToken).
    pub token: String,
}
