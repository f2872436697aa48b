//! Owns reading template overrides from a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::render::Templates;
use crate::ui::{Exit, Failure};

/// Where template overrides are.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct TemplateArgs {
    /// A folder whose files take the place of embedded templates of the same name
    #[arg(long = "templates", value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// The embedded templates with the folder's files in their place.
pub fn templates(args: &TemplateArgs) -> Result<Templates, Failure> {
    let Some(folder) = &args.folder else { return Ok(Templates::embedded()) };
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files)?;
    Templates::with_overrides(files).map_err(|problems| {
        Failure::new(Exit::Usage, format!("the templates in {} cannot be used: {problems}", folder.display()))
    })
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> Result<(), Failure> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Failure::new(Exit::Usage, format!("cannot read {}: {error}", path.display()))
    };
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "hbs")
            && let Ok(relative) = path.strip_prefix(root)
        {
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            files.insert(relative.to_string_lossy().replace('\\', "/"), text);
        }
    }
    Ok(())
}
