//! Owns just enough CBOR (RFC 8949) for CloudWatch's answers, and for what is asked of it: texts and numbers below 65,536.

// Each test crate that includes this file uses a part of it.
#![allow(dead_code)]

use super::replay::{Answer, http};

/// The head of a major type with a number below 65,536.
fn head(major: u8, n: usize) -> Vec<u8> {
    match n {
        0..24 => vec![major << 5 | n as u8],
        _ => vec![major << 5 | 25, (n >> 8) as u8, n as u8],
    }
}

/// A text.
pub fn text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

/// A number.
pub fn double(number: f64) -> Vec<u8> {
    [vec![0xfb], number.to_be_bytes().to_vec()].concat()
}

/// A moment, in seconds since 1970.
pub fn time(seconds: f64) -> Vec<u8> {
    [vec![0xc1], double(seconds)].concat()
}

/// A list.
pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, items.len()), items.concat()].concat()
}

/// A map.
pub fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let fields: Vec<u8> = pairs.iter().flat_map(|(key, value)| [text(key), value.clone()].concat()).collect();
    [head(5, pairs.len()), fields].concat()
}

/// An answer with that body.
pub fn cbor(body: Vec<u8>) -> Answer {
    let Answer::Http { status, mut headers, body } = http(200, "application/cbor", body) else {
        panic!("a whole answer")
    };
    headers.push(("smithy-protocol".to_owned(), "rpc-v2-cbor".to_owned()));
    Answer::Http { status, headers, body }
}

/// The points of one metric of a GetMetricData: value and time.
pub fn metric(id: &str, points: &[(f64, f64)]) -> Vec<u8> {
    let values: Vec<Vec<u8>> = points.iter().map(|(value, _)| double(*value)).collect();
    let times: Vec<Vec<u8>> = points.iter().map(|(_, at)| time(*at)).collect();
    map(&[("Id", text(id)), ("Values", array(&values)), ("Timestamps", array(&times))])
}

/// The texts of a body, in order: what starts like a text and is one to its end.
pub fn texts(body: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut at = 0;
    while let Some(&first) = body.get(at) {
        let (start, length) = match first {
            0x60..=0x77 => (at + 1, usize::from(first & 0x1f)),
            0x78 => (at + 2, body.get(at + 1).map_or(0, |n| usize::from(*n))),
            // What holds others is gone into; numbers are stepped over.
            0x18 | 0x38 | 0xd8 => {
                at += 2;
                continue;
            }
            0x19 | 0x39 | 0xf9 => {
                at += 3;
                continue;
            }
            0x1a | 0x3a | 0xfa => {
                at += 5;
                continue;
            }
            0x1b | 0x3b | 0xfb => {
                at += 9;
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        texts.push(String::from_utf8_lossy(body.get(start..start + length).unwrap_or_default()).into_owned());
        at = start + length;
    }
    texts
}
