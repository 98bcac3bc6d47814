//! sqlparser's tree → ours.
//!
//! Every struct of sqlparser is taken apart without `..`: a field that an upgrade adds is a compile error here, and
//! a clause that we do not support is refused by name with [`Clauses::refuse`].

mod alter_table;
mod array;
mod clauses;
mod conflict;
mod data_type;
mod ddl;
mod dml;
mod enum_type;
mod expr;
mod foreign_key;
mod from;
mod function;
mod grouping;
mod literal;
mod merge;
mod operator;
mod query;
mod row_value;
mod statement;
mod subquery;
mod temporal;
mod view;
mod window;

pub(crate) use data_type::unknown_type;

use std::cell::Cell;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::as_of::AsOfs;
use super::conflict_target::ConflictTargets;
use super::exclusions::Exclusions;
use super::foreign_key::KeyColumns;
use super::identity::Identities;
use super::identity_change::IdentityChanges;
use super::locator::Locator;
use super::parameters::ParameterNames;
use super::parts::Parts;
use super::syntax_error::{syntax_error, too_deep};
use crate::ast::Identifier;
use crate::error::{Error, Position, Result};

use clauses::Clauses;

/// How deep a converted expression may be. Later stations recurse on it.
const DEPTH_MAX: usize = 200;

/// Clauses that sqlparser does not know, by their places.
#[derive(Clone, Copy)]
pub(super) struct TakenOut<'a> {
    pub(super) exclusions: &'a Exclusions,
    pub(super) as_ofs: &'a AsOfs,
    pub(super) identities: &'a Identities,
    pub(super) identity_changes: &'a IdentityChanges,
    pub(super) key_columns: &'a KeyColumns,
    pub(super) parts: &'a Parts,
    pub(super) conflict_targets: &'a ConflictTargets,
}

/// Converts one statement.
pub(super) struct Converter<'a> {
    locator: &'a Locator,
    parameters: &'a ParameterNames,
    exclusions: &'a Exclusions,
    as_ofs: &'a AsOfs,
    identities: &'a Identities,
    identity_changes: &'a IdentityChanges,
    key_columns: &'a KeyColumns,
    parts: &'a Parts,
    conflict_targets: &'a ConflictTargets,
    depth: Cell<usize>,
}

impl<'a> Converter<'a> {
    pub(super) fn new(
        locator: &'a Locator,
        parameters: &'a ParameterNames,
        taken_out: TakenOut<'a>,
    ) -> Self {
        let TakenOut {
            exclusions,
            as_ofs,
            identities,
            identity_changes,
            key_columns,
            parts,
            conflict_targets,
        } = taken_out;
        Self {
            identities,
            identity_changes,
            key_columns,
            locator,
            parameters,
            exclusions,
            as_ofs,
            parts,
            conflict_targets,
            depth: Cell::new(0),
        }
    }

    /// Runs one level deeper, if the limit allows.
    fn deeper<T>(&self, run: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.depth.get() >= DEPTH_MAX {
            return Err(too_deep(None));
        }
        self.depth.set(self.depth.get() + 1);
        let result = run();
        self.depth.set(self.depth.get() - 1);
        result
    }

    fn identifier(&self, ident: Ident) -> Result<Identifier> {
        let Ident {
            value,
            quote_style,
            span,
        } = ident;
        let position = self.locator.start_of(span);
        if quote_style.is_some_and(|quote| quote != '"') {
            return Err(syntax_error(
                format!("syntax error: unexpected string '{value}'"),
                position,
            )
            .hint("names are written plainly or in double quotes"));
        }
        if value.is_empty() {
            return Err(syntax_error("syntax error: an empty name", position));
        }
        Ok(Identifier {
            name: value,
            position,
        })
    }

    fn identifiers(&self, idents: Vec<Ident>) -> Result<Vec<Identifier>> {
        idents
            .into_iter()
            .map(|ident| self.identifier(ident))
            .collect()
    }

    /// A name of one part, or of two of which the first is a schema that there is: the only one of what is made, or one of
    /// those that tell what was made.
    fn name(&self, name: ObjectName) -> Result<Identifier> {
        let ObjectName(mut parts) = name;
        let position = self.name_position(&parts);
        if let [
            ObjectNamePart::Identifier(schema),
            ObjectNamePart::Identifier(object),
        ] = parts.as_slice()
            && let Some(name) = in_schema(&schema.value, &object.value)
        {
            return Ok(Identifier { name, position });
        }
        match (parts.pop(), parts.is_empty()) {
            (Some(ObjectNamePart::Identifier(ident)), true) => self.identifier(ident),
            (Some(ObjectNamePart::Function(_)), _) => {
                Err(Error::unsupported("a name made by a function").at(position))
            }
            _ => Err(Error::unsupported("a name qualified by a schema").at(position)),
        }
    }

    fn names(&self, names: Vec<ObjectName>) -> Result<Vec<Identifier>> {
        names.into_iter().map(|name| self.name(name)).collect()
    }

    fn name_position(&self, parts: &[ObjectNamePart]) -> Option<Position> {
        match parts.first()? {
            ObjectNamePart::Identifier(ident) => self.locator.start_of(ident.span),
            ObjectNamePart::Function(function) => self.locator.start_of(function.name.span),
        }
    }
}

/// The name by which something in a schema is known.
pub(super) fn in_schema(schema: &str, object: &str) -> Option<String> {
    match schema.to_ascii_lowercase().as_str() {
        "main" | "public" => Some(object.to_owned()),
        "pg_catalog" if object.to_ascii_lowercase().starts_with("pg_") => Some(object.to_owned()),
        "information_schema" => Some(format!("information_schema.{object}")),
        _ => None,
    }
}
