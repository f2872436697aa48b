//! Owns `lifeboat init`: writes a commented environment file to begin with.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::environment::starter;
use crate::model::Strategy;
use crate::ui::{Exit, Failure, Printer};

/// Writes a commented environment file that checks clean, for you to change.
///
/// An existing file is never overwritten.
#[derive(Debug, Clone, clap::Args)]
pub struct InitArgs {
    /// The environment's name: lower-case letters, digits and dashes
    #[arg(value_name = "NAME", default_value = "shop")]
    pub name: String,
    /// How much of production stands ready
    #[arg(short, long, value_name = "STRATEGY", value_enum, default_value_t = StrategyChoice::WarmStandby)]
    pub strategy: StrategyChoice,
    /// Where to write [default: NAME.yaml]
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// The strategies on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum StrategyChoice {
    /// Templates, images and configuration only; nothing runs
    BackupAndRestore,
    /// Everything is there; the groups stand at zero
    PilotLight,
    /// A small, working copy
    WarmStandby,
    /// A full copy
    MultiSite,
}

impl From<StrategyChoice> for Strategy {
    fn from(choice: StrategyChoice) -> Self {
        match choice {
            StrategyChoice::BackupAndRestore => Strategy::BackupAndRestore,
            StrategyChoice::PilotLight => Strategy::PilotLight,
            StrategyChoice::WarmStandby => Strategy::WarmStandby,
            StrategyChoice::MultiSite => Strategy::MultiSite,
        }
    }
}

/// Writes the starter and prints what to do next.
pub fn run(args: &InitArgs, printer: &Printer) -> Result<Exit, Failure> {
    let text = starter::text(&args.name, args.strategy.into()).map_err(|refusal| {
        let (why, hint) = refusal.split_once('\n').unwrap_or((refusal.as_str(), ""));
        let failure = Failure::new(Exit::Usage, why);
        if hint.is_empty() { failure } else { failure.hint(hint) }
    })?;
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.yaml", args.name)));
    write_new(&path, &text)?;
    let shown = path.display();
    printer.result(&format!(
        "wrote {shown}

Next, name your production in it, then
  lifeboat check {shown}
  lifeboat baseline {shown}      # observes production and records it, with its peak size
  lifeboat sync {shown}          # copies its images and parameters to the standby
  lifeboat plan {shown}          # shows what would be made in the standby
  lifeboat provision {shown}     # makes it
For completion in an editor
  lifeboat schema > {}",
        path.with_file_name("lifeboat.schema.json").display()
    ));
    Ok(Exit::Done)
}

/// Writes a file that must not be there yet.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let shown = path.display();
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::refused(format!("{shown} is already there"))
            .hint("choose another place with `-o PATH`, or move that file away"),
        std::io::ErrorKind::NotFound => Failure::new(Exit::Usage, format!("cannot write {shown}"))
            .because("its folder does not exist")
            .hint("make the folder first"),
        _ => Failure::failed(format!("cannot write {shown}")).because(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::load::load;
    use crate::ui::ColorChoice;

    fn init(name: &str, path: &Path) -> Result<Exit, Failure> {
        let args =
            InitArgs { name: name.to_owned(), strategy: StrategyChoice::PilotLight, output: Some(path.to_path_buf()) };
        run(&args, &Printer::new(ColorChoice::Never, true))
    }

    #[test]
    fn writes_a_file_that_loads_and_never_overwrites_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.yaml");
        assert_eq!(init("shop", &path), Ok(Exit::Done));
        let environment = load(&path, &Printer::new(ColorChoice::Never, true)).expect("it loads");
        assert_eq!((environment.name.as_str(), environment.strategy), ("shop", Strategy::PilotLight));

        std::fs::write(&path, "mine").expect("written");
        assert_eq!(init("shop", &path).expect_err("refused").exit, Exit::Refused);
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "mine");
    }

    #[test]
    fn refuses_a_name_that_stacks_cannot_have() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.yaml");
        let failure = init("My Shop", &path).expect_err("a bad name");
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.hints[0].contains("`my-shop`"), "{failure:?}");
        assert!(!path.exists());
        assert_eq!(init("shop", &folder.path().join("no/such/x.yaml")).expect_err("no folder").exit, Exit::Usage);
    }
}
