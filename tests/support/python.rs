//! Owns the Python environment of the tests: made under `target/` on first use, shared by all test binaries.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// The folder with `cfn-lint`, `moto_server` and `python`, installed at the versions `requirements.txt` pins.
///
/// The first caller makes it, which takes a minute or two and needs Python 3 and its package index; others wait for it on
/// a file lock. A change of the requirements makes it anew.
pub fn python_env() -> PathBuf {
    let root = root();
    fs::create_dir_all(&root).expect("target is writable");
    let lock = File::create(root.join("lock")).expect("target is writable");
    lock.lock().expect("the lock can be had");
    let venv = root.join("venv");
    let marker = root.join("requirements.installed");
    let bin = if cfg!(windows) { venv.join("Scripts") } else { venv.join("bin") };
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == REQUIREMENTS) && bin.exists() {
        return bin;
    }
    let _ = fs::remove_file(&marker);
    let _ = fs::remove_dir_all(&venv);
    let wanted = root.join("requirements.txt");
    fs::write(&wanted, REQUIREMENTS).expect("target is writable");
    run(Command::new(python()).arg("-m").arg("venv").arg(&venv));
    run(Command::new(bin.join("python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(&wanted));
    fs::write(&marker, REQUIREMENTS).expect("target is writable");
    bin
}

/// `target/python`, also where `CARGO_TARGET_DIR` moved `target` elsewhere.
fn root() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent().unwrap_or(tmp).join("python")
}

fn python() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; install Python 3"));
    assert!(
        output.status.success(),
        "{command:?} failed\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
