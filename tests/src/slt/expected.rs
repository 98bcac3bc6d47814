//! Comparing what a query gave with what its record lists.

use std::collections::HashMap;

use md5::{Digest, Md5};

use super::engine::Rows;
use super::format::{c_driver, canonical, canonical_text};
use super::record::{Query, Sort};

/// How the results of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One value a line, or a hash: SQLite's C driver.
    Values,
    /// One row a line.
    Rows,
}

/// Results of labels that were seen in this file.
pub(crate) type Labels = HashMap<String, Vec<String>>;

/// Says how a result differs from what is expected, if it does.
pub(crate) fn difference(
    query: &Query,
    rows: &Rows,
    form: Form,
    labels: &mut Labels,
) -> Option<String> {
    let (given, expected) = match form {
        Form::Values => {
            let values = values_of(query, rows);
            if let Some(hash) = query.expected.first().filter(|line| is_hash(line)) {
                let given = format!("{} values hashing to {}", values.len(), md5_of(&values));
                let difference =
                    (given != hash.trim()).then(|| told(std::slice::from_ref(hash), &[given]));
                return difference.or_else(|| unlike_its_label(query, values, labels));
            }
            (values, query.expected.clone())
        }
        Form::Rows => (lines_of(query, rows), expected_lines(query)),
    };
    if given != expected {
        return Some(told(&expected, &given));
    }
    unlike_its_label(query, given, labels)
}

fn unlike_its_label(query: &Query, given: Vec<String>, labels: &mut Labels) -> Option<String> {
    let label = query.label.as_ref()?;
    match labels.get(label) {
        Some(other) if *other != given => Some(format!(
            "another result than an earlier query of {label}: {}",
            told(other, &given)
        )),
        Some(_) => None,
        None => {
            labels.insert(label.clone(), given);
            None
        }
    }
}

fn values_of(query: &Query, rows: &Rows) -> Vec<String> {
    let mut letters = query.types.chars().cycle();
    let mut lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let letters: Vec<char> = (&mut letters).take(query.types.len()).collect();
            let letter = |at: usize| letters.get(at).copied().unwrap_or('T');
            let values = row.iter().enumerate();
            values.map(|(at, v)| c_driver(v, letter(at))).collect()
        })
        .collect();
    if query.sort == Sort::Rows {
        lines.sort();
    }
    let mut values: Vec<String> = lines.into_iter().flatten().collect();
    if query.sort == Sort::Values {
        values.sort();
    }
    values
}

fn is_hash(line: &str) -> bool {
    line.contains(" values hashing to ")
}

fn md5_of(values: &[String]) -> String {
    let mut hasher = Md5::new();
    for value in values {
        hasher.update(value.as_bytes());
        hasher.update(b"\n");
    }
    let digest = hasher.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lines_of(query: &Query, rows: &Rows) -> Vec<String> {
    let lines = rows.iter().map(|row| {
        let values: Vec<String> = row.iter().map(canonical).collect();
        in_one_line(&values.join("\t"))
    });
    sorted(lines.collect(), query.sort)
}

fn expected_lines(query: &Query) -> Vec<String> {
    let lines = query.expected.iter().map(|line| {
        let values: Vec<String> = line.split('\t').map(canonical_text).collect();
        in_one_line(&values.join("\t"))
    });
    sorted(lines.collect(), query.sort)
}

/// A line break inside of a value cannot be written in a script.
fn in_one_line(line: &str) -> String {
    line.replace('\n', "\\n")
}

fn sorted(mut lines: Vec<String>, sort: Sort) -> Vec<String> {
    if sort != Sort::None {
        lines.sort();
    }
    lines
}

/// The first line that differs, and the counts.
fn told(expected: &[String], given: &[String]) -> String {
    let count = expected.len().max(given.len());
    let at = (0..count).find(|at| expected.get(*at) != given.get(*at));
    let line = |lines: &[String]| match at.and_then(|at| lines.get(at)) {
        Some(line) => format!("'{}'", line.replace('\t', " | ")),
        None => "nothing".into(),
    };
    format!(
        "expected {} of {}, got {} of {}",
        line(expected),
        expected.len(),
        line(given),
        given.len()
    )
}

#[cfg(test)]
mod tests {
    use citadel_sql::Value;

    use super::*;

    fn query(types: &str, sort: Sort, expected: &[&str]) -> Query {
        Query {
            types: types.into(),
            sort,
            label: Some("one".into()),
            expected: expected.iter().map(|line| (*line).into()).collect(),
        }
    }

    #[test]
    fn hashes_rows_and_labels_are_compared() {
        let rows = vec![
            vec![Value::Integer(2), Value::Null],
            vec![Value::Integer(1), Value::Real(0.5)],
        ];
        let mut labels = Labels::new();
        let mut differs = |query: &Query, form| difference(query, &rows, form, &mut labels);
        let listed = query("IR", Sort::Rows, &["1", "0.500", "2", "NULL"]);
        assert_eq!(differs(&listed, Form::Values), None);
        let text = "1\n0.500\n2\nNULL\n";
        let hash: String = Md5::digest(text)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let hash = format!("4 values hashing to {hash}");
        let hashed = query("IR", Sort::Rows, &[&hash]);
        assert_eq!(differs(&hashed, Form::Values), None);
        let by_value = query("IR", Sort::Rows, &["1\t0.50", "2\tNULL"]);
        assert!(
            differs(&by_value, Form::Rows).is_some(),
            "not its label's form"
        );
        let other = query("IR", Sort::None, &["1\t0.50", "2\tNULL"]);
        assert!(differs(&other, Form::Rows).is_some());
    }
}
