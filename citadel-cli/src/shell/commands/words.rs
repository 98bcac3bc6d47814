//! The words of a line.

use crate::exit::{Failure, Outcome};

/// Splits at spaces; `'…'` and `"…"` hold words together.
pub(super) fn words(line: &str) -> Outcome<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.trim_end().trim_end_matches(';').chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(Failure::Usage(format!("a quotation does not end: {line}")));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        let split = |line| words(line).ok().unwrap();
        assert_eq!(split(".read 'a b.sql' ;"), [".read", "a b.sql"]);
        assert_eq!(split(".nullvalue ''"), [".nullvalue", ""]);
        assert!(words(".print 'open").is_err());
    }
}
