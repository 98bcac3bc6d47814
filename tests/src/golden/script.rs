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
        if ends(&statement, line) {
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

/// Ends the line the statement? The lines of a trigger do not, but for its last.
fn ends(statement: &str, line: &str) -> bool {
    let words = statement.to_ascii_uppercase();
    let is_trigger =
        words.starts_with("CREATE TRIGGER") || words.starts_with("CREATE OR REPLACE TRIGGER");
    let is_whole = !is_trigger || !words.contains("BEGIN");
    let line = line.trim_end().to_ascii_uppercase();
    line.ends_with(';') && (is_whole || line.ends_with("END;"))
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
    fn a_trigger_is_one_statement() {
        let text =
            "CREATE TRIGGER a AFTER INSERT ON t BEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\nSELECT 1;\n";
        let (trigger, _) = text.split_once("\nSELECT 1;\n").unwrap();
        assert_eq!(
            parse(text),
            [
                Item::Statement(trigger.into()),
                Item::Statement("SELECT 1;".into())
            ]
        );
    }

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
