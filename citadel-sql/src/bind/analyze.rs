//! ANALYZE.

use std::sync::Arc;

use super::Binder;
use super::bound::{Analyze, Statement};
use super::suggest;
use crate::ast::{AnalyzedTable, Identifier, Pragma};
use crate::error::{Error, Result, SqlState};
use crate::schema::{ColumnNo, TableDef};

impl Binder<'_> {
    /// Of the tables that are named; without any, of all that have their rows here.
    pub(super) fn analyze(&self, named: &[AnalyzedTable]) -> Result<Statement> {
        if named.is_empty() {
            return Ok(self.analyze_all(false));
        }
        let mut tables: Vec<Analyze> = Vec::with_capacity(named.len());
        for AnalyzedTable { name, columns } in named {
            let table = self.analyzed(name)?;
            let columns = columns.iter().map(|column| column_no(&table, column));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            if tables.iter().any(|known| known.table.id == table.id) {
                return Err(Error::sql(
                    SqlState::DUPLICATE_OBJECT,
                    format!("table \"{}\" is named twice", table.name),
                )
                .at(name.position));
            }
            tables.push(Analyze {
                table,
                columns: (!columns.is_empty()).then_some(columns),
                if_due: false,
            });
        }
        Ok(Statement::Analyze(tables))
    }

    /// `PRAGMA optimize`
    pub(super) fn optimize(&self, pragma: &Pragma) -> Result<Statement> {
        match &pragma.value {
            None => Ok(self.analyze_all(true)),
            Some(value) => Err(Error::unsupported("a mask of PRAGMA optimize").at(value.position)),
        }
    }

    fn analyze_all(&self, if_due: bool) -> Statement {
        let tables = self.catalog.tables().iter();
        let tables = tables.filter(|table| table.lake.is_none());
        let tables = tables.map(|table| Analyze {
            table: Arc::clone(table),
            columns: None,
            if_due,
        });
        Statement::Analyze(tables.collect())
    }

    fn analyzed(&self, name: &Identifier) -> Result<Arc<TableDef>> {
        if let Some(index) = self.catalog.index(&name.name)
            && let Some(table) = self.catalog.table_of(index)
        {
            return Err(Error::sql(
                SqlState::WRONG_OBJECT_TYPE,
                format!("\"{}\" is an index, not a table", name.name),
            )
            .at(name.position)
            .hint(format!("ANALYZE {} looks at its indexes too", table.name)));
        }
        let table = self.table(name)?;
        match table.lake {
            None => Ok(table),
            Some(_) => Err(Error::unsupported("ANALYZE of a table in a lake").at(name.position)),
        }
    }
}

fn column_no(table: &TableDef, column: &Identifier) -> Result<ColumnNo> {
    table.column_no(&column.name).ok_or_else(|| {
        let error = Error::sql(
            SqlState::UNDEFINED_COLUMN,
            format!(
                "column \"{}\" of table \"{}\" does not exist",
                column.name, table.name
            ),
        )
        .at(column.position);
        let names = table.columns.iter().map(|column| column.name.as_str());
        suggest::hint(error, &column.name, names)
    })
}
