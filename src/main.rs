//! Owns the process: it hands its arguments to the library and exits with what comes back.

fn main() -> std::process::ExitCode {
    lifeboat::commands::main()
}
