//! Owns a loopback proxy between the binary and a stand-in: it remembers every call, and by a rule it answers in the
//! stand-in's place, loses calls and replies, or kills the caller at an exact point. Something beside it may take the
//! calls that the stand-in lacks or lies about.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use super::replay::{Answer, Call, read_call, send};

/// What becomes of a call.
pub enum Fate {
    /// It reaches the stand-in, and the answer the caller.
    Pass,
    /// This runs first; then it passes.
    Then(Box<dyn FnOnce() + Send>),
    /// The stand-in never hears of it; the caller gets this.
    Answer(Answer),
    /// The stand-in never hears of it; the connection ends.
    LoseCall,
    /// It happens; the connection ends without an answer.
    LoseReply,
    /// It happens; the connection ends in the middle of the answer.
    HalfReply,
    /// Nothing ever comes back, and it does not happen.
    Silence,
    /// The caller is killed; the stand-in never hears of it.
    KillBefore,
    /// It happens; the caller is killed before it hears of it.
    KillAfter,
}

/// A call that came in.
#[derive(Debug, Clone)]
pub struct Came {
    /// The call.
    pub call: Call,
    /// Whether it reached the stand-in.
    pub passed: bool,
}

/// Takes calls in a stand-in's place.
pub trait Beside: Send + Sync {
    /// The whole answer to a call, whose bytes are given too; none where the stand-in answers. `upstream` asks that.
    fn answer(&self, call: &Call, wire: &[u8], upstream: &dyn Fn(&[u8]) -> Vec<u8>) -> Option<Vec<u8>>;
}

type Rule = Box<dyn FnMut(usize, &Call) -> Fate + Send>;

struct State {
    came: Vec<Came>,
    rule: Rule,
    /// Whom to kill.
    process: Option<u32>,
    /// Its calls that are still on their way come to nothing, as they would with its machine.
    killed: bool,
}

struct Shared {
    upstream: SocketAddr,
    beside: Option<Box<dyn Beside>>,
    state: Mutex<State>,
    named: Condvar,
    /// One call at a time passes, so that "the N-th call" is an exact point.
    turn: Mutex<()>,
}

/// The proxy; it ends with the test process.
#[derive(Clone)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts a proxy in front of a URL such as `http://127.0.0.1:5000`. Everything passes until a rule is set.
    pub fn to(upstream: &str) -> Self {
        Proxy::open(upstream, None)
    }

    /// The same, with something beside the stand-in that is asked first.
    pub fn with(upstream: &str, beside: impl Beside + 'static) -> Self {
        Proxy::open(upstream, Some(Box::new(beside)))
    }

    fn open(upstream: &str, beside: Option<Box<dyn Beside>>) -> Self {
        let upstream = upstream.trim_start_matches("http://").parse().expect("an address and a port");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = State { came: Vec::new(), rule: Box::new(|_, _| Fate::Pass), process: None, killed: false };
        let (state, named, turn) = (Mutex::new(state), Condvar::new(), Mutex::new(()));
        let shared = Arc::new(Shared { upstream, beside, state, named, turn });
        let own = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = own.clone();
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Proxy { address, shared }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Forgets what came and judges the calls from now on by a rule, which gets their number, from 1, and the call.
    pub fn rule(&self, rule: impl FnMut(usize, &Call) -> Fate + Send + 'static) {
        let mut state = self.shared.state.lock().expect("state");
        *state = State { came: Vec::new(), rule: Box::new(rule), process: None, killed: false };
    }

    /// Lets everything pass.
    pub fn mend(&self) {
        self.rule(|_, _| Fate::Pass);
    }

    /// Names the process that the rule may kill.
    pub fn may_kill(&self, process: u32) {
        self.shared.state.lock().expect("state").process = Some(process);
        self.shared.named.notify_all();
    }

    /// Every call since the rule was set.
    pub fn came(&self) -> Vec<Came> {
        // Whatever is in hand is finished first.
        let _turn = self.shared.turn.lock().expect("turn");
        self.shared.state.lock().expect("state").came.clone()
    }

    /// The calls of one action that reached the stand-in.
    pub fn passed(&self, action: &str) -> Vec<Call> {
        self.came().into_iter().filter(|came| came.passed && came.call.action == action).map(|came| came.call).collect()
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let Some((call, wire)) = read_call(&mut reader) else { return };
    let mut turn = shared.turn.lock().expect("turn");
    let (number, fate) = judge(shared, call);
    match fate {
        Fate::Pass => drop(stream.write_all(&forward(shared, number, &wire))),
        Fate::Then(run) => {
            drop(turn);
            run();
            turn = shared.turn.lock().expect("turn");
            if !shared.state.lock().expect("state").killed {
                let _ = stream.write_all(&forward(shared, number, &wire));
            }
        }
        Fate::Answer(answer) => drop(send(&mut stream, answer)),
        Fate::LoseCall => {}
        Fate::LoseReply => drop(forward(shared, number, &wire)),
        Fate::HalfReply => {
            let reply = forward(shared, number, &wire);
            let _ = stream.write_all(&reply[..reply.len() - 1]);
        }
        Fate::Silence => {
            drop(turn);
            // Until the caller gives up.
            let _ = std::io::copy(&mut reader, &mut std::io::sink());
            return;
        }
        Fate::KillBefore => kill(shared),
        Fate::KillAfter => {
            forward(shared, number, &wire);
            kill(shared);
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
    drop(turn);
}

/// Remembers a call; its place in what came, and its fate.
fn judge(shared: &Shared, call: Call) -> (usize, Fate) {
    let mut state = shared.state.lock().expect("state");
    if state.killed {
        return (usize::MAX, Fate::LoseCall);
    }
    let number = state.came.len() + 1;
    let fate = (state.rule)(number, &call);
    state.came.push(Came { call, passed: false });
    (number, fate)
}

/// Makes the call at the stand-in, or beside it; its whole answer.
fn forward(shared: &Shared, number: usize, wire: &[u8]) -> Vec<u8> {
    let mut call = None;
    if let Some(came) = shared.state.lock().expect("state").came.get_mut(number - 1) {
        came.passed = true;
        call = Some(came.call.clone());
    }
    let upstream = |wire: &[u8]| relay(shared.upstream, wire);
    let beside = shared.beside.as_ref().zip(call).and_then(|(beside, call)| beside.answer(&call, wire, &upstream));
    beside.unwrap_or_else(|| upstream(wire))
}

/// Makes one call of these bytes; the whole answer.
pub fn relay(upstream: SocketAddr, wire: &[u8]) -> Vec<u8> {
    let first = wire.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let mut reply = Vec::new();
    let done = TcpStream::connect(upstream).and_then(|mut upstream| {
        let whole = [&wire[..first], b"connection: close\r\n", &wire[first..]].concat();
        upstream.write_all(&whole)?;
        upstream.read_to_end(&mut reply)
    });
    done.expect("the stand-in answers");
    reply
}

/// Kills the caller as a power cut would: it gets to do nothing more.
fn kill(shared: &Shared) {
    let mut state = shared.state.lock().expect("state");
    while state.process.is_none() {
        state = shared.named.wait(state).expect("state");
    }
    state.killed = true;
    let process = state.process.map(|id| id.to_string()).unwrap_or_default();
    let killed = Command::new("kill").args(["-9", &process]).status().expect("kill can be run");
    assert!(killed.success(), "process {process} was not killed");
}
