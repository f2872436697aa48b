//! Owns the local AWS stand-in: a moto server of this test process's own, on a free port of the loopback.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running moto server; stopped when dropped.
pub struct Moto {
    child: Child,
    /// Where it answers.
    pub url: String,
}

impl Moto {
    /// Starts moto from a Python environment's `bin` folder and waits until it answers.
    pub fn start(bin: &Path) -> Self {
        let port = free_port();
        let child = Command::new(bin.join("moto_server"))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("MOTO_ENABLE_AMI_VALIDATION", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto starts");
        let mut moto = Moto { child, url: format!("http://127.0.0.1:{port}") };
        // moto answers within a second; a minute is for a machine that does ten other things.
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return moto;
            }
            if let Some(status) = moto.child.try_wait().expect("moto can be asked") {
                panic!("moto ended at once: {status}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("moto does not answer on {}", moto.url);
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port nobody listens on at the moment.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port").port()
}
