//! Owns the promise of `environments/`: every example checks, renders in both footprints and passes cfn-lint.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::binary::Desk;

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("environments");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("environments/")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    found.sort();
    assert!(found.len() >= 3, "the examples are where this test looks");
    found
}

#[test]
fn every_example_checks_renders_and_passes_cfn_lint() {
    let lint = super::python::python_env().join("cfn-lint");
    for example in examples() {
        let mut desk = Desk::new();
        desk.set("LIFEBOAT_CLOUD", "sim");
        desk.write("example.yaml", &std::fs::read_to_string(&example).expect("an example"));
        desk.expect(0, &["check", "example.yaml"]);
        desk.expect(0, &["sim", "seed"]);
        desk.expect(0, &["baseline", "example.yaml"]);
        for footprint in ["standby", "full"] {
            let ran = desk.expect(0, &["render", "example.yaml", "-o", footprint, "--footprint", footprint]);
            assert!(ran.out.contains("-compute.template.json"), "{}", ran.out);
            let templates: Vec<PathBuf> = std::fs::read_dir(desk.path(footprint))
                .expect("rendered files")
                .map(|entry| entry.expect("an entry").path())
                .filter(|path| path.to_string_lossy().ends_with(".template.json"))
                .collect();
            // A stack of databases where the example names one.
            let text = std::fs::read_to_string(&example).expect("an example");
            let expected = if text.contains("rds:") { 5 } else { 4 };
            assert_eq!(templates.len(), expected, "{}", example.display());
            let output = Command::new(&lint)
                .args(["--regions", "us-west-2", "--non-zero-exit-code", "error", "--"])
                .args(&templates)
                .output()
                .expect("cfn-lint runs");
            assert!(
                output.status.success(),
                "{} ({footprint})\n{}",
                example.display(),
                String::from_utf8_lossy(&output.stdout)
            );
        }
    }
}

#[test]
fn every_example_that_was_just_provisioned_drifts_clean() {
    for example in examples() {
        let mut desk = Desk::new();
        desk.set("LIFEBOAT_CLOUD", "sim");
        desk.write("example.yaml", &std::fs::read_to_string(&example).expect("an example"));
        for command in [&["sim", "seed"][..], &["baseline", "example.yaml"], &["sync", "example.yaml"]] {
            desk.expect(0, command);
        }
        desk.expect(0, &["provision", "example.yaml", "--yes"]);
        desk.expect(0, &["sync", "example.yaml"]);
        let drift = desk.expect(0, &["drift", "example.yaml"]);
        assert!(drift.out.contains("drift=0 pending=0 parity=0"), "{}\n{}", example.display(), drift.out);
    }
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    let mut desk = Desk::new();
    desk.set("LIFEBOAT_CLOUD", "sim");
    desk.write("shop.yaml", &std::fs::read_to_string(&examples()[2]).expect("an example"));
    desk.expect(0, &["sim", "seed"]);
    desk.expect(0, &["baseline", "shop.yaml"]);
    let files = |folder: &str| {
        desk.expect(0, &["render", "shop.yaml", "-o", folder]);
        let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(desk.path(folder))
            .expect("rendered files")
            .map(|entry| entry.expect("an entry").path())
            .map(|path| {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, std::fs::read(path).expect("a file"))
            })
            .collect();
        found.sort();
        found
    };
    assert_eq!(files("one"), files("two"));
}

#[test]
fn what_init_writes_checks_for_every_strategy() {
    for strategy in ["pilot-light", "warm-standby", "multi-site"] {
        let desk = Desk::new();
        desk.expect(0, &["init", "basket", "--strategy", strategy]);
        let files: Vec<_> = std::fs::read_dir(desk.folder.path())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".yaml"))
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        desk.expect(0, &["check", &files[0]]);
        desk.expect(5, &["init", "basket", "--strategy", strategy]);
    }
}
