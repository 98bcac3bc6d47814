//! Text → syntax tree.
//!
//! Three steps. [`tokens`] reads sqlparser's tokens, puts together what this engine spells differently (`<->`,
//! `:q`), numbers the parameters, bounds the depth and cuts the text into statements. [`heads`] looks at a
//! statement's first words and parses itself what sqlparser lacks. [`convert`] turns sqlparser's tree into
//! [`crate::ast`] at once.
//!
//! What always holds: no type of sqlparser leaves this folder; a clause that parses and is not supported is an error
//! that names it (structs are taken apart field by field, so that none can be forgotten); arbitrary text is
//! answered with an error, never with a panic or an exhausted stack.

mod alter;
mod analyze;
mod as_of;
mod comment;
mod conflict_target;
mod convert;
mod copy;
mod dialect;
mod domain;
mod exclusions;
mod foreign_key;
mod generated;
mod heads;
mod identity;
mod identity_change;
mod in_table;
mod keeper;
mod locator;
mod materialized;
mod merge_defaults;
mod parameters;
mod parts;
mod replace;
mod sequence;
mod syntax_error;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;
mod transaction;
mod trigger;
mod trigger_block;
mod words;

pub(crate) use convert::unknown_type;

use std::ops::Range;

use crate::ast::Statement;
use crate::error::Result;

/// One statement of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) statement: Statement,
    /// Where in the text it stands, in bytes; without the semicolon and the white space around it.
    pub(crate) text: Range<usize>,
}

/// Parses all statements of a text; empty statements are left out.
pub(crate) fn parse(sql: &str) -> Result<Vec<Parsed>> {
    let script = tokens::read(sql)?;
    let mut parsed = Vec::with_capacity(script.statements.len());
    for statement in script.statements {
        parsed.push(Parsed {
            text: statement.text.clone(),
            statement: heads::parse_statement(statement, &script.locator)?,
        });
    }
    Ok(parsed)
}
