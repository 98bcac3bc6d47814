//! Scripts as lists of records.

use std::path::{Path, PathBuf};

/// What a record asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The statement must succeed.
    Succeed,
    /// The statement must fail.
    Fail,
    /// The query must give these rows.
    Rows(Query),
}

/// A query's part of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// A letter for each column: `I`, `R`, `T`, `B`.
    pub(crate) types: String,
    pub(crate) sort: Sort,
    /// Queries of one label give one result.
    pub(crate) label: Option<String>,
    /// The lines after `----`.
    pub(crate) expected: Vec<String>,
}

/// How a result is ordered before it is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    #[default]
    None,
    Rows,
    Values,
}

/// A record that our engine is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// The line of its head in its file.
    pub(crate) line: usize,
    pub(crate) ask: Ask,
    pub(crate) sql: String,
}

/// What scripts of SQLite say of records that PostgreSQL refuses, where we do as PostgreSQL: a column must be grouped or
/// aggregated, and nothing is divided by zero.
const EXCLUSIONS: [&str; 2] = [
    "# PostgreSQL has strict column usage for GROUP BY clauses",
    "# PostgreSQL handles NULL in DIV/0 by differently",
];

/// Reads a script and what it includes. `names` are those that our engine answers to in `onlyif` and `skipif`.
///
/// # Errors
/// A file cannot be read; a line is none that a script has.
pub(crate) fn read(path: &Path, names: &[&str]) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    read_into(path, names, &mut records)?;
    Ok(records)
}

fn read_into(path: &Path, names: &[&str], records: &mut Vec<Record>) -> Result<(), String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut lines = text.lines().enumerate().peekable();
    let mut wanted = true;
    while let Some((at, line)) = lines.next() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let ask = match words[..] {
            ["onlyif", name, ..] => {
                wanted &= names.contains(&name);
                continue;
            }
            ["skipif", name, ref reason @ ..] => {
                let is_excluded = EXCLUSIONS.contains(&reason.join(" ").as_str());
                wanted &= !names.contains(&name) && !is_excluded;
                continue;
            }
            ["include", file, ..] => {
                read_into(&beside(path, file), names, records)?;
                continue;
            }
            ["hash-threshold", ..] => continue,
            ["halt", ..] if wanted => return Ok(()),
            ["halt", ..] => {
                wanted = true;
                continue;
            }
            ["statement", "ok", ..] => Ask::Succeed,
            ["statement", "error", ..] => Ask::Fail,
            ["query", ref head @ ..] => Ask::Rows(query(head)),
            _ => return Err(format!("{}:{}: {line}", path.display(), at + 1)),
        };
        let mut record = Record {
            line: at + 1,
            ask,
            sql: String::new(),
        };
        let mut divided = false;
        while let Some((_, line)) = lines.next_if(|(_, line)| !line.trim().is_empty()) {
            match &mut record.ask {
                Ask::Rows(query) if divided => query.expected.push(line.to_owned()),
                Ask::Rows(_) if line.trim_end() == "----" => divided = true,
                _ => {
                    if !record.sql.is_empty() {
                        record.sql.push('\n');
                    }
                    record.sql.push_str(line);
                }
            }
        }
        if std::mem::replace(&mut wanted, true) {
            records.push(record);
        }
    }
    Ok(())
}

fn beside(path: &Path, file: &str) -> PathBuf {
    path.parent().unwrap_or(path).join(file)
}

fn query(head: &[&str]) -> Query {
    let mut query = Query::default();
    for word in head {
        match *word {
            "nosort" => query.sort = Sort::None,
            "rowsort" => query.sort = Sort::Rows,
            "valuesort" => query.sort = Sort::Values,
            types if query.types.is_empty() && types.chars().all(|c| c.is_ascii_uppercase()) => {
                query.types = types.to_owned();
            }
            label => query.label = Some(label.to_owned()),
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_know_their_engines_their_lines_and_their_rows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.slt");
        std::fs::write(
            folder.path().join("b.inc"),
            "statement ok\nCREATE TABLE b (x INTEGER)\n",
        )
        .unwrap();
        let text = "# about\ninclude b.inc\n\nonlyif mysql\nstatement ok\nSELECT 1 DIV 2\n\nskipif mysql # other\n\
                    query IT rowsort label-1\nSELECT 1,\n  'a b'\n----\n1\ta b\n\nstatement error\nSELECT\n\n\
                    onlyif citadel\nhalt\n\nstatement ok\nnever\n";
        std::fs::write(&path, text).unwrap();
        let records = read(&path, &["citadel"]).unwrap();
        let lines: Vec<usize> = records.iter().map(|record| record.line).collect();
        assert_eq!(lines, [1, 9, 15]);
        assert_eq!(records[1].sql, "SELECT 1,\n  'a b'");
        let Ask::Rows(query) = &records[1].ask else {
            panic!("a query");
        };
        assert_eq!((query.types.as_str(), query.sort), ("IT", Sort::Rows));
        assert_eq!(query.label.as_deref(), Some("label-1"));
        assert_eq!(query.expected, ["1\ta b"]);
        assert_eq!(records[2].ask, Ask::Fail);
    }
}
