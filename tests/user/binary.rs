//! Owns running the real binary as a user would: a folder, arguments, a clean environment, and what came back.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A folder a user works in, with the environment variables the binary sees there.
pub struct Desk {
    /// The folder; removed at the end.
    pub folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// What a run gave back.
#[derive(Debug)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Desk {
    /// An empty folder and a bare environment.
    pub fn new() -> Self {
        Desk { folder: tempfile::tempdir().expect("a temporary folder"), variables: Vec::new() }
    }

    /// Sets a variable for all runs.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a folder");
        }
        std::fs::write(path, text).expect("a file");
    }

    /// Reads a file of the folder.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The binary with these arguments, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lifeboat"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("the binary starts");
        Ran::of(output)
    }

    /// Starts the binary; what it prints is kept for [`Ran::at_the_end_of`].
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts")
    }

    /// Runs the binary and insists on an exit code.
    pub fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(
            ran.code,
            code,
            "lifeboat {}\n--- stdout\n{}\n--- stderr\n{}",
            arguments.join(" "),
            ran.out,
            ran.err
        );
        assert!(!ran.err.contains("panicked at"), "lifeboat {}: {}", arguments.join(" "), ran.err);
        ran
    }
}

impl Ran {
    /// Waits for a binary that was started.
    pub fn at_the_end_of(child: Child) -> Self {
        Ran::of(child.wait_with_output().expect("the binary ends"))
    }

    fn of(output: Output) -> Self {
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in\n{}", self.out))
    }
}
