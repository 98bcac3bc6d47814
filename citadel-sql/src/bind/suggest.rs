//! "Did you mean …?"

use crate::error::Error;

/// Adds the candidate that is nearest to a name that was not found, if one is near enough.
pub(super) fn hint<'a>(
    error: Error,
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Error {
    match nearest(name, candidates) {
        Some(candidate) => error.hint(format!("did you mean \"{candidate}\"?")),
        None => error,
    }
}

fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.to_ascii_lowercase().chars().collect();
    let limit = (name.len() / 3).clamp(1, 3);
    candidates
        .map(|candidate| (distance(&name, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance with swaps of neighbours, row by row (Damerau, Levenshtein).
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let names = ["title", "embedding", "id"];
        assert_eq!(nearest("tilte", names.into_iter()), Some("title"));
        assert_eq!(nearest("Embeding", names.into_iter()), Some("embedding"));
        assert_eq!(nearest("xyz", names.into_iter()), None);
        assert_eq!(nearest("", names.into_iter()), None);
    }
}
