//! A script as a list of items.

/// One item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// A comment, or a blank line between statements.
    Verbatim(String),
    /// `connection NAME`.
    Connection(String),
    /// `quiet`.
    Quiet,
    /// `reopen`.
    Reopen,
    /// A statement; what it gave is not kept.
    Statement(String),
}

const OUTPUT: &str = "----";

/// Takes a script apart.
pub(crate) fn parse(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut statement = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if statement.is_empty()
            && let Some(item) = between_statements(line)
        {
            items.push(item);
            continue;
        }
        if !statement.is_empty() {
            statement.push('\n');
        }
        statement.push_str(line);
        if line.trim_end().ends_with(';') {
            items.push(Item::Statement(std::mem::take(&mut statement)));
            if lines.peek() == Some(&OUTPUT) {
                while lines.next_if(|line| !line.trim().is_empty()).is_some() {}
            }
        }
    }
    if !statement.is_empty() {
        items.push(Item::Statement(statement));
    }
    items
}

fn between_statements(line: &str) -> Option<Item> {
    let words = line.trim();
    if words.is_empty() || words.starts_with("--") {
        return Some(Item::Verbatim(line.to_owned()));
    }
    match words {
        "quiet" => Some(Item::Quiet),
        "reopen" => Some(Item::Reopen),
        _ => words
            .strip_prefix("connection ")
            .map(|name| Item::Connection(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_comments_directives_and_statements() {
        let text = "-- about\n\nconnection b\nSELECT 1,\n 2;\n----\nold | output\n1 | 2\n\nquiet\nCALL x();\n";
        assert_eq!(
            parse(text),
            [
                Item::Verbatim("-- about".into()),
                Item::Verbatim(String::new()),
                Item::Connection("b".into()),
                Item::Statement("SELECT 1,\n 2;".into()),
                Item::Verbatim(String::new()),
                Item::Quiet,
                Item::Statement("CALL x();".into()),
            ]
        );
    }
}
