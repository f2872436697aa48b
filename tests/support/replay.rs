//! Owns a loopback HTTP server that answers AWS calls by script and remembers them. It knows nothing of AWS's state.
//!
//! Answers are scripted by service and action, as the SDK signs and names them; faults are answers too.

// Each test crate that includes this file uses a part of it.
#![allow(dead_code)]

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A call as it came in.
#[derive(Debug, Clone)]
pub struct Call {
    /// The signing name of the service, such as `autoscaling`.
    pub service: String,
    /// The action: by form field, JSON target or path; for S3 the method, or `LIST`.
    pub action: String,
    /// The Region it was signed for.
    pub region: String,
    /// The access key it was signed with.
    pub access_key: String,
    /// Path and query as sent.
    pub path: String,
    /// Headers, by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Body as text.
    pub body: String,
    /// When it came.
    pub at: Instant,
}

impl Call {
    /// A field of a form body, decoded; empty when it is not there.
    pub fn field(&self, name: &str) -> String {
        let pairs = self.body.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| decoded(key) == name).map(|(_, value)| decoded(value)).next().unwrap_or_default()
    }

    /// Every value of a form list, such as `AutoScalingGroupNames.member`.
    pub fn list(&self, name: &str) -> Vec<String> {
        (1..).map(|n| self.field(&format!("{name}.{n}"))).take_while(|value| !value.is_empty()).collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or(serde_json::Value::Null)
    }
}

/// What a call gets.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A whole answer.
    Http { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    /// The connection ends without an answer, after the call was read.
    Hangup,
    /// Half the body of an answer, then the connection ends.
    Half(Box<Answer>),
    /// An answer after a wait.
    Slow(Duration, Box<Answer>),
}

/// A 200 with an XML body.
pub fn xml(body: impl Into<String>) -> Answer {
    http(200, "text/xml", body.into())
}

/// A 200 with a JSON body.
pub fn json(body: serde_json::Value) -> Answer {
    http(200, "application/x-amz-json-1.1", body.to_string())
}

/// Any answer.
pub fn http(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    let headers =
        vec![("content-type".to_owned(), content_type.to_owned()), ("x-amzn-requestid".to_owned(), "req-1".to_owned())];
    Answer::Http { status, headers, body: body.into() }
}

/// An error of a query service (Auto Scaling, CloudFormation, ELB, STS).
pub fn query_error(status: u16, code: &str, message: &str) -> Answer {
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    let error = format!("<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>");
    let body = format!("<ErrorResponse><Error>{error}</Error><RequestId>req-1</RequestId></ErrorResponse>");
    http(status, "text/xml", body)
}

/// An error of EC2.
pub fn ec2_error(status: u16, code: &str, message: &str) -> Answer {
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    http(status, "text/xml", format!("<Response><Errors>{error}</Errors><RequestID>req-1</RequestID></Response>"))
}

/// An error of a JSON service (SSM).
pub fn json_error(status: u16, code: &str, message: &str) -> Answer {
    let body = serde_json::json!({ "__type": code, "message": message });
    http(status, "application/x-amz-json-1.1", body.to_string())
}

/// An error of S3.
pub fn s3_error(status: u16, code: &str) -> Answer {
    http(status, "application/xml", format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>"))
}

/// The page a stand-in answers with for what it lacks.
pub fn page(status: u16) -> Answer {
    http(status, "text/html", "<!doctype html>\n<html lang=en><title>500 Internal Server Error</title></html>")
}

type Respond = Box<dyn FnMut(&Call) -> Answer + Send>;

#[derive(Default)]
struct Script {
    calls: Vec<Call>,
    answers: HashMap<(String, String), Respond>,
}

/// The server; it ends with the test process.
#[derive(Clone)]
pub struct Replay {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

impl Replay {
    /// Starts a server on a free port of the loopback interface.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = script.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let script = shared.clone();
                thread::spawn(move || serve(stream, &script));
            }
        });
        Replay { address, script }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers an action in turn; the last answer repeats.
    pub fn on(&self, service: &str, action: &str, answers: impl IntoIterator<Item = Answer>) {
        let mut answers: VecDeque<Answer> = answers.into_iter().collect();
        self.on_call(service, action, move |_| {
            if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }.expect("an answer")
        });
    }

    /// Answers an action by what is asked.
    pub fn on_call(&self, service: &str, action: &str, respond: impl FnMut(&Call) -> Answer + Send + 'static) {
        let key = (service.to_owned(), action.to_owned());
        self.script.lock().expect("script").answers.insert(key, Box::new(respond));
    }

    /// The calls so far of one action.
    pub fn calls(&self, service: &str, action: &str) -> Vec<Call> {
        let script = self.script.lock().expect("script");
        script.calls.iter().filter(|call| call.service == service && call.action == action).cloned().collect()
    }

    /// How many calls there were of all.
    pub fn count(&self) -> usize {
        self.script.lock().expect("script").calls.len()
    }
}

/// A port nobody listens on.
pub fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

fn serve(stream: TcpStream, script: &Mutex<Script>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut stream = stream;
    while let Some((call, _)) = read_call(&mut reader) {
        let answer = {
            let mut script = script.lock().expect("script");
            script.calls.push(call.clone());
            match script.answers.get_mut(&(call.service.clone(), call.action.clone())) {
                Some(respond) => respond(&call),
                None => query_error(400, "NotScripted", &format!("{} {}", call.service, call.action)),
            }
        };
        if !send(&mut stream, answer) {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
    }
}

/// The next call of a connection, and its bytes as they came; none at its end.
pub fn read_call(reader: &mut BufReader<TcpStream>) -> Option<(Call, Vec<u8>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut wire = line.clone().into_bytes();
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        wire.extend(line.as_bytes());
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => break,
        };
    }
    let length = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    wire.extend(&body);
    let body = String::from_utf8_lossy(&body).into_owned();
    // Credential=KEY/date/region/service/aws4_request
    let scope = headers.get("authorization").and_then(|text| text.split("Credential=").nth(1)).unwrap_or_default();
    let mut scope = scope.split([',', ' ']).next().unwrap_or_default().split('/').map(str::to_owned);
    let access_key = scope.next().unwrap_or_default();
    let (region, service) = (scope.nth(1).unwrap_or_default(), scope.next().unwrap_or_default());
    let mut call = Call { service, action: String::new(), region, access_key, path, headers, body, at: Instant::now() };
    call.action = action(&method, &call);
    Some((call, wire))
}

fn action(method: &str, call: &Call) -> String {
    if let Some(target) = call.headers.get("x-amz-target") {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    if let Some((_, operation)) = call.path.split_once("/operation/") {
        return operation.to_owned();
    }
    match (call.field("Action"), call.path.contains("list-type=2")) {
        (action, _) if !action.is_empty() => action,
        (_, true) => "LIST".to_owned(),
        _ => method.to_owned(),
    }
}

/// Sends an answer; false when the connection must end.
pub fn send(stream: &mut TcpStream, answer: Answer) -> bool {
    match answer {
        Answer::Hangup => false,
        Answer::Slow(wait, answer) => {
            thread::sleep(wait);
            send(stream, *answer)
        }
        Answer::Half(answer) => {
            let bytes = wire(&answer);
            let _ = stream.write_all(&bytes[..bytes.len() - bytes.len() / 4]);
            false
        }
        whole => stream.write_all(&wire(&whole)).is_ok(),
    }
}

/// A whole answer as it is sent; nothing of any other.
pub fn wire(answer: &Answer) -> Vec<u8> {
    let Answer::Http { status, headers, body } = answer else { return Vec::new() };
    let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| u8::from_str_radix(&String::from_utf8_lossy(hex), 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(other),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
