//! Owns a terminal for tests: the real binary waits at its prompt until somebody types the environment's name.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::binary::{Desk, Ran};

/// Gives the binary a terminal, says when it prompts, passes one line on, and then tells all that was seen.
const SCRIPT: &str = r#"
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b''
def more():
    global seen
    try:
        got = os.read(terminal, 4096)
    except OSError:
        got = b''
    seen += got
    return got
while b'shop> ' not in seen and more():
    pass
print('at the prompt', flush=True)
os.write(terminal, sys.stdin.readline().encode())
while more():
    pass
_, status = os.waitpid(pid, 0)
sys.stdout.write(seen.decode(errors='replace'))
sys.exit(os.waitstatus_to_exitcode(status))
"#;

/// The binary at its prompt.
pub struct AtPrompt {
    child: Child,
    told: BufReader<ChildStdout>,
}

impl AtPrompt {
    /// Starts the binary and returns when it asks for the environment's name.
    pub fn of(desk: &Desk, arguments: &[&str]) -> AtPrompt {
        let asked = desk.command(arguments);
        let mut python = Command::new("python3");
        python.args(["-c", SCRIPT, env!("CARGO_BIN_EXE_lifeboat")]).args(arguments);
        python.current_dir(desk.folder.path()).env_clear();
        python.envs(asked.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("NO_COLOR", "1");
        python.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = python.spawn().expect("python3 starts");
        let mut told = BufReader::new(child.stdout.take().expect("standard output"));
        let mut line = String::new();
        told.read_line(&mut line).expect("a line");
        assert_eq!(line, "at the prompt\n");
        AtPrompt { child, told }
    }

    /// Types a line; what came of it.
    pub fn types(mut self, line: &str) -> Ran {
        let mut keyboard = self.child.stdin.take().expect("standard input");
        writeln!(keyboard, "{line}").expect("it reads");
        drop(keyboard);
        let mut seen = String::new();
        std::io::Read::read_to_string(&mut self.told, &mut seen).expect("text");
        let code = self.child.wait().expect("it ends").code().unwrap_or(-1);
        Ran { code, out: String::new(), err: seen }
    }
}
