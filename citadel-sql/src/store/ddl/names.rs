//! Names: tables, indexes and views share one space, as in PostgreSQL.

use crate::error::{Error, Result, SqlState};
use crate::schema::{Catalog, ColumnNo, TableDef};

/// Refuses a name that a table, an index or a view has.
pub(super) fn refuse_taken(catalog: &Catalog, name: &str) -> Result<()> {
    if !catalog.is_taken(name) {
        return Ok(());
    }
    Err(already_there(name))
}

/// Names for what a table's constraints make: none that is taken, and none twice.
pub(super) struct Names<'a> {
    catalog: &'a Catalog,
    /// The table's, and those given since the catalog was loaded.
    given: Vec<String>,
}

impl<'a> Names<'a> {
    pub(super) fn new(catalog: &'a Catalog, table: &TableDef) -> Self {
        Self {
            catalog,
            given: vec![table.name.clone()],
        }
    }

    /// Takes a name that the user gave.
    ///
    /// # Errors
    /// It is taken.
    pub(super) fn take(&mut self, name: &str) -> Result<String> {
        if !self.is_free(name) {
            return Err(already_there(name));
        }
        self.given.push(name.to_owned());
        Ok(name.to_owned())
    }

    /// A free name for the index of a constraint: `t_pkey`, `t_a_b_key`, with a number where that is taken.
    pub(super) fn choose(
        &mut self,
        table: &TableDef,
        columns: &[ColumnNo],
        suffix: &str,
    ) -> String {
        let name = numbered(table, columns, suffix, |name| self.is_free(name));
        self.given.push(name.clone());
        name
    }

    /// A name for a CHECK constraint that no other one of the table has: `t_a_check`.
    pub(super) fn choose_check(&self, table: &TableDef, columns: &[ColumnNo]) -> String {
        let is_free = |name: &str| {
            let mut checks = table.checks.iter();
            !checks.any(|check| check.name.eq_ignore_ascii_case(name))
        };
        numbered(table, columns, "_check", is_free)
    }

    /// A name for a FOREIGN KEY constraint: `t_a_fkey`.
    pub(super) fn choose_key(
        &self,
        table: &TableDef,
        columns: &[ColumnNo],
        is_free: impl Fn(&str) -> bool,
    ) -> String {
        numbered(table, columns, "_fkey", is_free)
    }

    fn is_free(&self, name: &str) -> bool {
        let mut given = self.given.iter();
        !self.catalog.is_taken(name) && !given.any(|taken| taken.eq_ignore_ascii_case(name))
    }
}

/// A name made of the table's and its columns', with the first number that makes it free.
fn numbered(
    table: &TableDef,
    columns: &[ColumnNo],
    suffix: &str,
    is_free: impl Fn(&str) -> bool,
) -> String {
    let mut base = table.name.clone();
    for no in columns {
        base.push('_');
        base.push_str(&table.column(*no).name);
    }
    base.push_str(suffix);
    if is_free(&base) {
        return base;
    }
    let mut number = 1u64;
    loop {
        let name = format!("{base}{number}");
        if is_free(&name) {
            return name;
        }
        number += 1;
    }
}

fn already_there(name: &str) -> Error {
    Error::sql(
        SqlState::DUPLICATE_TABLE,
        format!("relation \"{name}\" already exists"),
    )
}
