//! Owns "did you mean": the known word closest to one that is not known.

/// The candidate a person most likely meant, when one is close enough: a third of its letters may differ.
pub fn closest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let plain = plain(word);
    let scored = candidates.iter().map(|candidate| (distance(&plain, &self::plain(candidate)), *candidate));
    let (steps, best) = scored.min_by_key(|(steps, _)| *steps)?;
    let allowed = best.chars().count().max(word.chars().count()).div_ceil(3).min(4);
    (steps < allowed.max(2)).then_some(best)
}

/// Case and the choice between dash and underscore are the commonest slips; they cost nothing.
fn plain(word: &str) -> Vec<char> {
    word.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Letters to insert, remove, replace or swap with their neighbour (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let mut steps = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                steps = steps.min(before[j - 1] + 1);
            }
            row.push(steps);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let keys = ["name", "strategy", "primary", "standby", "store", "network", "tiers", "sync"];
        let check = |word: &str, expected: Option<&str>| assert_eq!(closest(word, &keys), expected, "{word}");
        check("stragety", Some("strategy"));
        check("Stand-By", Some("standby"));
        check("tier", Some("tiers"));
        check("nmae", Some("name"));
        check("stores", Some("store"));
        check("databases", None);
        check("x", None);
        check("", None);
        assert_eq!(closest("name", &[]), None);
    }
}
