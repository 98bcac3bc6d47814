//! Arrows point down only: between crates, and between the stations (top-level modules) of a crate.

use std::collections::{BTreeMap, BTreeSet};

use super::Complaint;
use super::source::Tree;

/// Which crates of the house a crate may use.
const CRATES: [(&str, &[&str]); 9] = [
    ("citadel-core", &[]),
    ("citadel-txn", &["citadel-core"]),
    ("citadel-vector", &[]),
    ("citadel-lake", &["citadel-vector"]),
    (
        "citadel-sql",
        &["citadel-txn", "citadel-vector", "citadel-lake"],
    ),
    ("citadel-cli", &["citadel-sql"]),
    (
        "tests",
        &[
            "citadel-core",
            "citadel-txn",
            "citadel-vector",
            "citadel-sql",
        ],
    ),
    (
        "bench",
        &[
            "citadel-txn",
            "citadel-sql",
            "citadel-vector",
            "citadel-lake",
        ],
    ),
    ("xtask", &[]),
];

/// A crate's manifest names only the crates below it.
pub(crate) fn crates(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (name, below) in CRATES {
        let path = format!("{name}/Cargo.toml");
        let Some(manifest) = tree.files.iter().find(|file| file.path == path) else {
            complaints.push(format!("{path}: not there"));
            continue;
        };
        let used = manifest
            .text
            .lines()
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            .filter(|word| word.starts_with("citadel-"));
        complaints.extend(
            used.filter(|word| !below.contains(word))
                .map(|word| format!("{path}: {name} may not use {word}: arrows point down only")),
        );
    }
    complaints
}

/// The top-level modules of a crate form no circle.
pub(crate) fn stations(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (name, _) in CRATES {
        let arrows = arrows_of(tree, name);
        if let Some(circle) = circle(&arrows) {
            complaints.push(format!(
                "{name}: modules form a circle: {}",
                circle.join(" → ")
            ));
        }
    }
    complaints
}

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Which stations each station names as `crate::station`, tests left out.
fn arrows_of(tree: &Tree, name: &str) -> Arrows {
    let files: Vec<_> = tree
        .rust()
        .filter(|file| file.crate_name() == Some(name))
        .collect();
    let stations: BTreeSet<&str> = files.iter().filter_map(|file| file.station()).collect();
    let mut arrows = Arrows::new();
    for file in &files {
        let Some(from) = file.station() else { continue };
        let to = arrows.entry(from.to_owned()).or_default();
        for (_, line) in file.code_lines() {
            for (start, mark) in line.match_indices("crate::") {
                let rest = &line[start + mark.len()..];
                let word: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if word != from && stations.contains(word.as_str()) {
                    to.insert(word);
                }
            }
        }
    }
    arrows
}

/// One circle, if there is any: stations without unfinished targets are taken away until none is left.
fn circle(arrows: &Arrows) -> Option<Vec<String>> {
    let mut left = arrows.clone();
    loop {
        let done: Vec<String> = left
            .iter()
            .filter(|(_, to)| to.iter().all(|t| !left.contains_key(t)))
            .map(|(from, _)| from.clone())
            .collect();
        if done.is_empty() {
            break;
        }
        for name in done {
            left.remove(&name);
        }
    }
    let mut at = left.keys().next()?.clone();
    let mut path = vec![at.clone()];
    loop {
        at = left[&at].iter().find(|to| left.contains_key(*to))?.clone();
        if let Some(start) = path.iter().position(|seen| *seen == at) {
            path.drain(..start);
            path.push(at);
            return Some(path);
        }
        path.push(at.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrows(list: &[(&str, &[&str])]) -> Arrows {
        list.iter()
            .map(|(from, to)| {
                (
                    (*from).to_owned(),
                    to.iter().map(|t| (*t).to_owned()).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn a_circle_is_found_and_a_chain_is_not() {
        assert_eq!(
            circle(&arrows(&[("a", &["b"]), ("b", &["c"]), ("c", &[])])),
            None
        );
        let found = circle(&arrows(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])])).unwrap();
        assert_eq!(found.first(), found.last());
    }
}
