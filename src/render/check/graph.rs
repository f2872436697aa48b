//! Owns the search for resources that depend on each other in a circle.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::references::{Reference, Target};

/// The first circle, as the resources along it; the first and the last are the same.
pub(super) fn circle(resources: &Map<String, Value>, found: &[Reference]) -> Option<Vec<String>> {
    let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for reference in found {
        let (Some(from), Target::Named(to) | Target::Resource(to)) = (&reference.from, &reference.target) else {
            continue;
        };
        if resources.contains_key(to) {
            needs.entry(from).or_default().insert(to);
        }
    }
    // Resources whose needs are all met are taken away until none can be; what is left holds every circle.
    let mut left: BTreeSet<&str> = resources.keys().map(String::as_str).collect();
    loop {
        let open = |name: &&str| needs.get(name).into_iter().flatten().any(|need| left.contains(need));
        let met: Vec<&str> = left.iter().filter(|name| !open(name)).copied().collect();
        if met.is_empty() {
            break;
        }
        for name in met {
            left.remove(name);
        }
    }
    let mut path: Vec<&str> = vec![left.first()?];
    loop {
        let next = needs.get(path.last()?)?.iter().find(|need| left.contains(*need))?;
        if let Some(start) = path.iter().position(|seen| seen == next) {
            path.push(next);
            return Some(path[start..].iter().map(|name| (*name).to_owned()).collect());
        }
        path.push(next);
    }
}
