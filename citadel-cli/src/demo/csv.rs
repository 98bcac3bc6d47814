//! Reading comma-separated values (RFC 4180).

/// The records of a text, each as its fields. `None`: a quotation does not end, or something follows one.
pub(super) fn records(text: &str) -> Option<Vec<Vec<String>>> {
    let mut records = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut record = Vec::new();
        loop {
            let (field, after) = field(rest)?;
            record.push(field);
            if let Some(next) = after.strip_prefix(',') {
                rest = next;
                continue;
            }
            let after = after.strip_prefix('\r').unwrap_or(after);
            rest = after.strip_prefix('\n').unwrap_or(after);
            break;
        }
        records.push(record);
    }
    Some(records)
}

/// The first field, and what follows it: a comma, a line end or nothing.
fn field(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\r', '\n']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    loop {
        let end = rest.find('"')?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                value.push('"');
                rest = next;
            }
            None if rest.is_empty() || rest.starts_with([',', '\r', '\n']) => {
                return Some((value, rest));
            }
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_fields_hold_commas_quotes_and_line_ends() {
        let text = "a,\"b, c\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",,\n";
        let expected = [vec!["a", "b, c", "say \"hi\""], vec!["two\nlines", "", ""]];
        assert_eq!(records(text).unwrap(), expected);
    }

    #[test]
    fn a_quotation_must_end_before_a_comma() {
        assert!(records("\"open").is_none());
        assert!(records("\"a\"b,c").is_none());
    }
}
