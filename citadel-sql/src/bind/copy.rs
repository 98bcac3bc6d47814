//! COPY: an INSERT whose rows come from outside, or a query whose rows go there.

use super::Binder;
use super::bound::{
    ColumnId, CopyInput, CopyOutput, CopyPlace, Expr, ExprKind, From, OutputColumn, Query,
    RelationNo, Statement,
};
use super::copy_options::{CopyOptions, KnownPlace};
use super::expr::{Aggregation, ExprBinder};
use super::insert::{computed, target_columns};
use super::scope::Scope;
use crate::ast::{self, Copied, Identifier};
use crate::copy::{Format, InputColumn};
use crate::error::{Error, Result, SqlState};
use crate::functions::TableFunction;
use crate::parquet;
use crate::schema::{ColumnNo, TableDef};
use crate::types::{Limit, ScalarType, SqlType, Value};

impl Binder<'_> {
    pub(super) fn copy(&mut self, copy: &ast::Copy) -> Result<Statement> {
        match &copy.what {
            Copied::Into { table, columns } => self.copy_from(copy, table, columns),
            Copied::OutOf { table, columns } => {
                let query = self.table_query(table, columns)?;
                self.copy_to(copy, &query)
            }
            Copied::Query(query) => self.copy_to(copy, query),
        }
    }

    fn copy_from(
        &mut self,
        copy: &ast::Copy,
        name: &Identifier,
        names: &[Identifier],
    ) -> Result<Statement> {
        let (table, relation, _) = self.target(name, None)?;
        let mut columns = match names.is_empty() {
            true => stored_columns(&table),
            false => target_columns(&table, names)?,
        };
        let is_computed = |no: &&ColumnNo| table.column(**no).generated.is_some();
        if let Some((no, name)) = columns.iter().zip(names).find(|(no, _)| is_computed(no)) {
            return Err(computed(&table, *no, name.position));
        }
        let (place, known) = self.copy_place(&copy.place)?;
        let mut options = CopyOptions::new(&copy.options, &known)?;
        let format = options.format(|name| {
            let at = columns.iter().position(|no| {
                let column = &table.column(*no).name;
                column.eq_ignore_ascii_case(&name.name)
            });
            (at, columns.len())
        })?;
        let on_error = options.on_error()?;
        options.finish(true)?;
        let wanted: Vec<InputColumn> = match (&format, &known) {
            (Format::Parquet, KnownPlace::File(path)) => {
                file_columns(&table, &mut columns, path, names.is_empty())?
            }
            (Format::Parquet, _) => {
                return Err(Error::unsupported(
                    "COPY of Parquet from anything but a file whose name is a constant",
                )
                .at(name.position));
            }
            _ => columns
                .iter()
                .map(|no| InputColumn {
                    name: table.column(*no).name.clone(),
                    ty: table.column(*no).ty,
                })
                .collect(),
        };
        let query = self.input_query(&table, &columns, &wanted)?;
        let insert = self.insert_rows_of((table, relation), columns, query)?;
        Ok(Statement::CopyFrom {
            insert,
            input: CopyInput {
                place,
                format,
                columns: wanted,
                on_error,
            },
        })
    }

    /// The rows that come, fitted to their columns.
    fn input_query(
        &mut self,
        table: &TableDef,
        columns: &[ColumnNo],
        wanted: &[InputColumn],
    ) -> Result<Query> {
        let relation = self.new_relation()?;
        let from = From::Function {
            relation,
            function: TableFunction::CopyInput.into(),
            arguments: Vec::new(),
            types: wanted.iter().map(|column| column.ty).collect(),
            ordinality: false,
            names: wanted.iter().map(|column| column.name.clone()).collect(),
        };
        let mut output = Vec::with_capacity(columns.len());
        for (at, no) in (0..).zip(columns) {
            let column = table.column(*no);
            let mut expr = column_expr(relation, at, wanted[at as usize].ty);
            self.assign(&mut expr, column)?;
            output.push(OutputColumn {
                expr,
                name: column.name.clone(),
            });
        }
        Ok(Query {
            relation: self.new_relation()?,
            from,
            filter: None,
            grouping: None,
            windows: None,
            output,
            distinct: false,
            distinct_on: None,
            order_by: Vec::new(),
            limit: None,
            offset: None,
        })
    }

    fn copy_to(&mut self, copy: &ast::Copy, query: &ast::Query) -> Result<Statement> {
        let query = self.query(query)?;
        let (place, known) = self.copy_place(&copy.place)?;
        let mut options = CopyOptions::new(&copy.options, &known)?;
        let format = options.format(|name| {
            let is_it = |column: &OutputColumn| column.name.eq_ignore_ascii_case(&name.name);
            (query.output.iter().position(is_it), query.output.len())
        })?;
        options.finish(false)?;
        if format == Format::Parquet && matches!(known, KnownPlace::Stream) {
            return Err(Error::unsupported("COPY of Parquet to a stream"));
        }
        let limits = query
            .output
            .iter()
            .map(|column| limit_of(&query.from, &column.expr));
        let limits = limits.collect();
        Ok(Statement::CopyTo {
            query: Box::new(query),
            output: CopyOutput {
                place,
                format,
                limits,
            },
        })
    }

    /// `SELECT a, b FROM t`, with all columns that COPY takes in again where none are named.
    fn table_query(&self, name: &Identifier, columns: &[Identifier]) -> Result<ast::Query> {
        let mut columns = columns.to_vec();
        if columns.is_empty()
            && let Some(table) = self.catalog.table(&name.name)
        {
            columns.extend(stored_columns(table).iter().map(|no| Identifier {
                name: table.column(*no).name.clone(),
                position: name.position,
            }));
        }
        let items = match columns.is_empty() {
            true => vec![ast::SelectItem::Star(name.position)],
            false => columns.into_iter().map(column_item).collect(),
        };
        let table = ast::Relation::Table {
            name: name.clone(),
            alias: None,
            as_of: None,
            sample: None,
        };
        let select = ast::Select::of(items, vec![table]);
        Ok(ast::Query::of(ast::QueryBody::Select(Box::new(select))))
    }

    /// A place, and what is known of it.
    fn copy_place(&mut self, place: &ast::CopyPlace) -> Result<(CopyPlace, KnownPlace)> {
        let ast::CopyPlace::File(file) = place else {
            return Ok((CopyPlace::Stream, KnownPlace::Stream));
        };
        let scope = Scope::default();
        let mut binder = ExprBinder::new(self, &scope, Aggregation::Refused("COPY"));
        let file = binder.typed(file, SqlType::Text, "COPY")?;
        let known = match &file.kind {
            ExprKind::Literal(Value::Text(name)) => KnownPlace::File(name.clone()),
            _ => KnownPlace::Given,
        };
        Ok((CopyPlace::File(file), known))
    }
}

fn column_item(column: Identifier) -> ast::SelectItem {
    let position = column.position;
    ast::SelectItem::Expr {
        expr: ast::Expr {
            kind: ast::ExprKind::Column {
                table: None,
                column,
            },
            position,
        },
        alias: None,
    }
}

fn column_expr(relation: RelationNo, column: u32, ty: SqlType) -> Expr {
    Expr {
        kind: ExprKind::Column(ColumnId { relation, column }),
        ty,
        position: None,
    }
}

/// The columns of a table that are not computed from others.
fn stored_columns(table: &TableDef) -> Vec<ColumnNo> {
    let columns = (0..).map(ColumnNo).zip(&table.columns);
    let stored = columns.filter(|(_, column)| column.generated.is_none());
    stored.map(|(no, _)| no).collect()
}

/// The columns of a Parquet file for columns of a table of the same names. Without a list, those of the table that the file has.
fn file_columns(
    table: &TableDef,
    columns: &mut Vec<ColumnNo>,
    path: &str,
    is_all: bool,
) -> Result<Vec<InputColumn>> {
    let file = parquet::columns(path)?;
    let is_named = |name: &str, no: &ColumnNo| table.column(*no).name.eq_ignore_ascii_case(name);
    if is_all {
        columns.retain(|no| file.iter().any(|column| is_named(&column.name, no)));
        let known = |name: &str| columns.iter().any(|no| is_named(name, no));
        if let Some(column) = file.iter().find(|column| !known(&column.name)) {
            return Err(Error::sql(
                SqlState::UNDEFINED_COLUMN,
                format!(
                    "table \"{}\" has no column \"{}\" to copy into",
                    table.name, column.name
                ),
            )
            .hint("list the columns that are wanted: COPY t (a, b) FROM …"));
        }
    }
    let wanted = columns.iter().map(|no| {
        let found = file.iter().find(|column| is_named(&column.name, no));
        let Some(column) = found else {
            return Err(Error::sql(
                SqlState::UNDEFINED_COLUMN,
                format!("{path} has no column \"{}\"", table.column(*no).name),
            ));
        };
        let ty = match (column.ty, table.column(*no).ty) {
            // A list of numbers is a vector where one is wanted.
            (SqlType::Array(ScalarType::Real), vector @ SqlType::Vector(_)) => vector,
            (SqlType::Text, label @ SqlType::Enum(_)) => label,
            (ty, _) => ty,
        };
        Ok(InputColumn {
            name: column.name.clone(),
            ty,
        })
    });
    wanted.collect()
}

/// What the declared type of a column allows, where the expression is one of a table.
fn limit_of(from: &From, expr: &Expr) -> Option<Limit> {
    let ExprKind::Column(id) = expr.kind else {
        return None;
    };
    match from {
        From::Table {
            relation, table, ..
        } if *relation == id.relation => table.columns.get(id.column as usize)?.limit,
        From::Join { left, right, .. } => limit_of(left, expr).or_else(|| limit_of(right, expr)),
        _ => None,
    }
}
