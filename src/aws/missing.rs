//! Owns what is asked next when one missing id has refused a whole batch.

/// The batches to ask instead: the same without the ids the refusal names, or else its halves; none when nothing is left.
pub(super) fn ask_instead(asked: &[String], refusal: &str) -> Vec<Vec<String>> {
    let words: Vec<&str> = refusal
        .split(|c: char| c.is_whitespace() || "'\"[](),".contains(c))
        .map(|word| word.trim_end_matches(['.', ';']))
        .collect();
    let rest: Vec<String> = asked.iter().filter(|id| !words.contains(&id.as_str())).cloned().collect();
    if rest.len() < asked.len() {
        return if rest.is_empty() { Vec::new() } else { vec![rest] };
    }
    match asked.len() {
        0 | 1 => Vec::new(),
        many => {
            let (left, right) = asked.split_at(many / 2);
            vec![left.to_vec(), right.to_vec()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: &[&str], refusal: &str, expected: &[&[&str]]) {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let expected: Vec<Vec<String>> = expected.iter().map(|ids| owned(ids)).collect();
        assert_eq!(ask_instead(&owned(asked), refusal), expected, "{asked:?} {refusal}");
    }

    #[test]
    fn named_ids_are_left_out_and_unnamed_ones_found_by_halves() {
        check(&["ami-1", "ami-12"], "The image id '[ami-1]' does not exist", &[&["ami-12"]]);
        check(&["ami-1", "ami-2", "ami-3"], "The image ids '[ami-1, ami-3]' do not exist", &[&["ami-2"]]);
        check(&["ami-1"], "The image ID 'ami-1' is no longer available.", &[]);
        check(&["a", "b", "c"], "One or more target groups not found", &[&["a"], &["b", "c"]]);
        check(&["a"], "One or more target groups not found", &[]);
        check(&[], "anything", &[]);
    }
}
