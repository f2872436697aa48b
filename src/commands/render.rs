//! Owns `lifeboat render`: environment + baseline -> CloudFormation templates in a folder; no AWS call.

use std::fs;
use std::path::PathBuf;

use super::context::Context;
use super::templates::{TemplateArgs, templates};
use crate::model::Footprint;
use crate::render::{Rendered, render};
use crate::report::render_files::files;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat render`.
#[derive(Debug, clap::Args)]
pub struct RenderArgs {
    /// The environment file
    pub environment: PathBuf,
    /// The folder to write; it is made when it is not there
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Which sizes: what stands ready, or full production size
    #[arg(long, default_value = "standby", value_parser = parse_footprint, value_name = "standby|full")]
    pub footprint: Footprint,
    /// Where template overrides are
    #[command(flatten)]
    pub templates: TemplateArgs,
}

fn parse_footprint(text: &str) -> Result<Footprint, String> {
    match text {
        "standby" => Ok(Footprint::Standby),
        "full" => Ok(Footprint::Full),
        _ => Err("it is standby or full".to_owned()),
    }
}

/// Runs `lifeboat render`.
pub async fn run(args: &RenderArgs, context: &Context) -> Result<Exit, Failure> {
    let shelf = context.open_store(&args.environment).await?;
    let baseline = shelf.bundle.baseline(shelf.store.as_ref()).await?;
    let set = templates(&args.templates)?;
    let rendered =
        render(&shelf.environment, &baseline, args.footprint, &set).map_err(|problems| render_failure(&problems))?;
    let unwritable = |path: &std::path::Path, error: std::io::Error| {
        Failure::failed(format!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(&args.output).map_err(|error| unwritable(&args.output, error))?;
    for (name, text) in files(&rendered) {
        let path = args.output.join(&name);
        fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
        context.printer.result(&path.display().to_string());
    }
    tell_notes(context, &rendered);
    Ok(if rendered.untranslated.is_empty() { Exit::Done } else { Exit::Differences })
}

/// Says on standard error what a person should know of a rendering.
pub fn tell_notes(context: &Context, rendered: &Rendered) {
    for note in &rendered.notes {
        context.printer.note(&format!("note: {note}"));
    }
    for left in &rendered.untranslated {
        context.printer.warn(&format!("{}: {} is left untranslated; {}", left.place, left.identifier, left.advice));
    }
}

/// What could not be rendered, all of it at once.
pub fn render_failure(problems: &impl std::fmt::Display) -> Failure {
    let mut failure = Failure::new(Exit::Usage, "the templates cannot be rendered");
    failure.details = Some(problems.to_string());
    failure
}
