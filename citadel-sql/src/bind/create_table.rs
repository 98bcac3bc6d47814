//! CREATE TABLE.

use super::Binder;
use super::bound::{CreateTable, NewColumn, Statement};
use super::constant;
use super::expr::{Aggregation, ExprBinder};
use super::insert::named_twice;
use super::scope::Scope;
use super::typing::{self, Strength};
use crate::ast::{self, ColumnConstraintKind, ColumnDefinition, Identifier, TableConstraint};
use crate::error::{Error, Position, Result, SqlState};
use crate::schema::ColumnNo;
use crate::types::{SqlType, Value, assign, can_assign};

/// The most columns of a table.
const COLUMNS_MAX: usize = 2_000;

impl Binder<'_> {
    pub(super) fn create_table(&mut self, create: &ast::CreateTable) -> Result<Statement> {
        if self.is_taken(&create.name) {
            return match create.if_not_exists {
                true if self.catalog.table(&create.name.name).is_some() => Ok(Statement::Nothing),
                _ => Err(taken(&create.name)),
            };
        }
        let mut table = CreateTable {
            name: create.name.name.clone(),
            columns: Vec::with_capacity(create.columns.len()),
            primary_key: Vec::new(),
            unique: Vec::new(),
            sql: self.sql_text.to_owned(),
        };
        if create.columns.is_empty() || create.columns.len() > COLUMNS_MAX {
            return Err(invalid(
                format!("a table has 1 to {COLUMNS_MAX} columns"),
                create.name.position,
            ));
        }
        for definition in &create.columns {
            self.column(definition, &mut table)?;
        }
        for constraint in &create.constraints {
            let at = create.name.position;
            match constraint {
                TableConstraint::PrimaryKey(names) => {
                    let columns = key_columns(&table, names, at)?;
                    set_primary_key(&mut table, columns, at)?;
                }
                TableConstraint::Unique(names) => {
                    let columns = key_columns(&table, names, at)?;
                    add_unique(&mut table, columns);
                }
            }
        }
        check_rowid_default(&table, create.name.position)?;
        // The primary key is unique already.
        let primary_key = table.primary_key.clone();
        table.unique.retain(|columns| *columns != primary_key);
        Ok(Statement::CreateTable(table))
    }

    pub(super) fn is_taken(&self, name: &Identifier) -> bool {
        self.catalog.is_taken(&name.name)
    }

    fn column(&mut self, definition: &ColumnDefinition, table: &mut CreateTable) -> Result<()> {
        let name = &definition.name;
        let at = name.position;
        if table
            .columns
            .iter()
            .any(|c| c.name.eq_ignore_ascii_case(&name.name))
        {
            return Err(named_twice(name));
        }
        if matches!(definition.ty, SqlType::Vector(vector) if vector.dim.is_none()) {
            return Err(invalid(
                format!("column \"{}\" is a VECTOR without a dimension", name.name),
                at,
            )
            .hint("write VECTOR(n)"));
        }
        // At most COLUMNS_MAX by now.
        let no = ColumnNo(u16::try_from(table.columns.len()).unwrap_or(u16::MAX));
        table.columns.push(NewColumn {
            name: name.name.clone(),
            ty: definition.ty,
            limit: definition.limit,
            not_null: false,
            default: Value::Null,
        });
        let mut seen = Seen::default();
        for constraint in &definition.constraints {
            match &constraint.kind {
                ColumnConstraintKind::Null => seen.null = true,
                ColumnConstraintKind::NotNull => seen.not_null = true,
                ColumnConstraintKind::PrimaryKey => {
                    seen.primary_key = true;
                    check_key_type(definition.ty, &name.name, at)?;
                    set_primary_key(table, vec![no], at)?;
                }
                ColumnConstraintKind::Unique => {
                    check_key_type(definition.ty, &name.name, at)?;
                    add_unique(table, vec![no]);
                }
                ColumnConstraintKind::Default(expr) => {
                    if std::mem::replace(&mut seen.default, true) {
                        return Err(invalid(
                            format!("column \"{}\" has two DEFAULTs", name.name),
                            at,
                        ));
                    }
                    let default = self.default_value(expr, definition)?;
                    if let Some(column) = table.columns.last_mut() {
                        column.default = default;
                    }
                }
            }
        }
        if seen.null && (seen.not_null || seen.primary_key) {
            return Err(invalid(
                format!("column \"{}\" is both NULL and NOT NULL", name.name),
                at,
            ));
        }
        if let Some(column) = table.columns.last_mut() {
            column.not_null = seen.not_null;
        }
        Ok(())
    }

    /// A constant of the column's type.
    fn default_value(&mut self, expr: &ast::Expr, column: &ColumnDefinition) -> Result<Value> {
        let scope = Scope::default();
        let mut bound =
            ExprBinder::new(self, &scope, Aggregation::Refused("DEFAULT")).expr(expr)?;
        if !self.parameters.names.is_empty() {
            return Err(Error::unsupported("a parameter in CREATE TABLE").at(expr.position));
        }
        typing::decide(&mut self.parameters, &mut bound, column.ty, Strength::Exact)?;
        if !can_assign(bound.ty, column.ty) {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "column \"{}\" is {}, its default {}",
                    column.name.name, column.ty, bound.ty
                ),
            )
            .at(expr.position));
        }
        let value = constant::evaluate(&bound)?
            .ok_or_else(|| Error::unsupported("this kind of DEFAULT").at(expr.position))?;
        let value = assign(value, column.ty).map_err(|error| error.at(expr.position))?;
        if let Some(limit) = column.limit {
            limit
                .check(value.as_ref())
                .map_err(|error| error.at(expr.position))?;
        }
        Ok(value)
    }
}

/// What a column's constraints have said so far.
#[derive(Default)]
struct Seen {
    null: bool,
    not_null: bool,
    primary_key: bool,
    default: bool,
}

fn key_columns(
    table: &CreateTable,
    names: &[Identifier],
    at: Option<Position>,
) -> Result<Vec<ColumnNo>> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let found = (0..)
            .map(ColumnNo)
            .zip(&table.columns)
            .find(|(_, column)| column.name.eq_ignore_ascii_case(&name.name));
        let Some((no, column)) = found else {
            let error = Error::sql(
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{}\" of the key does not exist", name.name),
            )
            .at(name.position.or(at));
            let names = table.columns.iter().map(|c| c.name.as_str());
            return Err(super::suggest::hint(error, &name.name, names));
        };
        if columns.contains(&no) {
            return Err(named_twice(name));
        }
        check_key_type(column.ty, &column.name, name.position.or(at))?;
        columns.push(no);
    }
    if columns.is_empty() {
        return Err(invalid("a key without columns".to_owned(), at));
    }
    Ok(columns)
}

fn set_primary_key(
    table: &mut CreateTable,
    columns: Vec<ColumnNo>,
    at: Option<Position>,
) -> Result<()> {
    if !table.primary_key.is_empty() {
        return Err(invalid(
            format!("table \"{}\" has two primary keys", table.name),
            at,
        ));
    }
    table.primary_key = columns;
    Ok(())
}

fn add_unique(table: &mut CreateTable, columns: Vec<ColumnNo>) {
    if !table.unique.contains(&columns) {
        table.unique.push(columns);
    }
}

/// Vectors have no useful order.
pub(super) fn check_key_type(ty: SqlType, name: &str, at: Option<Position>) -> Result<()> {
    match ty {
        SqlType::Vector(_) => Err(Error::unsupported(format!(
            "an ordered index on the VECTOR column \"{name}\""
        ))
        .at(at)
        .hint("CREATE INDEX … USING ann")),
        _ => Ok(()),
    }
}

/// An `INTEGER PRIMARY KEY` assigns itself; a default would be silently passed over.
fn check_rowid_default(table: &CreateTable, at: Option<Position>) -> Result<()> {
    let [no] = table.primary_key[..] else {
        return Ok(());
    };
    match table.columns.get(usize::from(no.0)) {
        Some(column) if column.ty == SqlType::Integer && !column.default.is_null() => Err(invalid(
            format!(
                "column \"{}\" assigns itself and takes no DEFAULT",
                column.name
            ),
            at,
        )),
        _ => Ok(()),
    }
}

/// The name is that of a table or an index.
pub(super) fn taken(name: &Identifier) -> Error {
    Error::sql(
        SqlState::DUPLICATE_TABLE,
        format!("relation \"{}\" already exists", name.name),
    )
    .at(name.position)
}

fn invalid(message: String, at: Option<Position>) -> Error {
    Error::sql(SqlState::INVALID_DEFINITION, message).at(at)
}
