//! Reading tab-separated values as the shell writes them, and PostgreSQL's COPY: a line a record, `\t`, `\n`, `\r` and `\\` within a
//! field, `\N` for NULL.

use super::csv::Record;

/// The fields of a line, whose end is taken off.
pub(super) fn record(line: &str) -> Result<Record, &'static str> {
    line.split('\t').map(field).collect()
}

fn field(text: &str) -> Result<Option<String>, &'static str> {
    if text == "\\N" {
        return Ok(None);
    }
    let mut field = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            field.push(c);
            continue;
        }
        field.push(match characters.next() {
            Some('t') => '\t',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('\\') => '\\',
            _ => return Err("a backslash stands before t, n, r, N or another one"),
        });
    }
    Ok(Some(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_nulls_are_read() {
        let text = |text: &str| Some(text.to_owned());
        let expected = vec![text("a\tb\\\n"), None, text(""), text("N")];
        assert_eq!(record("a\\tb\\\\\\n\t\\N\t\tN"), Ok(expected));
        assert!(record("a\\x").is_err());
        assert!(record("a\\").is_err());
    }
}
