//! The values that `.parameter` gave, and how a statement takes its own from them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use citadel_sql::{Connection, Error, Statement, Value};

use crate::exit::{Failure, Outcome};
use crate::format;

/// Values by name, without the sign before it. A parameter without a name goes by its number, from 1.
#[derive(Debug, Default)]
pub(crate) struct Parameters(BTreeMap<String, Value>);

impl Parameters {
    pub(super) fn set(&mut self, name: &str, value: Value) -> Outcome<()> {
        let name = bare(name);
        let of_names = |c: char| c.is_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(of_names) {
            return Err(Failure::Usage(format!("{name} is no name of a parameter")));
        }
        self.0.insert(name.to_owned(), value);
        Ok(())
    }

    pub(super) fn unset(&mut self, name: &str) {
        self.0.remove(bare(name));
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// One line for each, as `set` would take it.
    pub(super) fn list(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.0 {
            let _ = writeln!(text, "{name} {}", format::literal(value.as_ref()));
        }
        text
    }

    /// The values of a statement's parameters, in order.
    pub(super) fn of(&self, statement: &Statement<'_>) -> Result<Vec<Value>, Error> {
        let value = |at: usize| {
            let number = (at + 1).to_string();
            let name = statement.parameter_name(at).unwrap_or(&number);
            self.0.get(bare(name)).cloned().ok_or_else(|| {
                let name = bare(name);
                Error::Misuse(format!(
                    "parameter {name} has no value: .parameter set {name} VALUE"
                ))
            })
        };
        (0..statement.parameter_count()).map(value).collect()
    }
}

fn bare(name: &str) -> &str {
    name.strip_prefix([':', '@', '$', '?']).unwrap_or(name)
}

/// The value of an expression; the text itself where it is none.
pub(super) fn evaluate(db: &Connection, text: &str) -> Outcome<Value> {
    let Ok(mut statement) = db.prepare(&format!("SELECT ({text})")) else {
        return Ok(Value::Text(text.to_owned()));
    };
    if statement.column_count() != 1 || statement.parameter_count() > 0 {
        return Ok(Value::Text(text.to_owned()));
    }
    Ok(statement.query_row((), |row| row.get(0))?)
}
