//! Owns endpoints that are dark: they take connections, count them, and say nothing.

use std::io::{Read as _, sink};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A dark endpoint.
pub enum Dark {
    /// Takes connections, reads what is sent, and never answers.
    Silent {
        /// Where.
        url: String,
        /// Connections so far.
        taken: Arc<AtomicUsize>,
    },
    /// Never takes a connection: they wait in the kernel's backlog.
    Deaf {
        /// Where.
        url: String,
        /// What nobody accepts.
        listener: TcpListener,
    },
}

impl Dark {
    /// An endpoint that takes connections and never answers.
    pub fn silent() -> Self {
        let (listener, url) = listen();
        let taken = Arc::new(AtomicUsize::new(0));
        let count = taken.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || swallow(stream));
            }
        });
        Dark::Silent { url, taken }
    }

    /// An endpoint that never takes a connection.
    pub fn deaf() -> Self {
        let (listener, url) = listen();
        listener.set_nonblocking(true).expect("it can be asked without waiting");
        Dark::Deaf { url, listener }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        match self {
            Dark::Silent { url, .. } | Dark::Deaf { url, .. } => url,
        }
    }

    /// How many connections were made since it was last asked.
    pub fn connections(&self) -> usize {
        match self {
            Dark::Silent { taken, .. } => taken.swap(0, Ordering::SeqCst),
            Dark::Deaf { listener, .. } => std::iter::from_fn(|| listener.accept().ok()).count(),
        }
    }
}

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

fn swallow(mut stream: TcpStream) {
    let _ = std::io::copy(&mut stream.by_ref(), &mut sink());
}
