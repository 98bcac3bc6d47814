//! CREATE TYPE, ALTER TYPE and DROP TYPE.

use citadel_txn::WriteTxn;

use crate::bind::bound::EnumChange;
use crate::error::{Error, Result, SqlState};
use crate::schema::{Catalog, ColumnDefault, SchemaChange, TableDef};
use crate::types::{Array, EnumType, ScalarType, SqlType, Value, ValueRef};

/// Changes the definition of an ENUM type, with those of all columns that have it.
///
/// # Errors
/// The name is taken; storage errors.
pub(crate) fn change_enum(txn: &mut WriteTxn, change: &EnumChange) -> Result<()> {
    let catalog = Catalog::load(txn)?;
    let mut definitions = SchemaChange::begin(txn)?;
    match change {
        EnumChange::Create { name, labels } => {
            if catalog.enum_type(name).is_some() {
                return Err(taken(name));
            }
            let id = definitions.new_enum_id();
            definitions.put_enum(defined(id, name, labels)?)?;
        }
        EnumChange::Replace { id, name, labels } => {
            let ty = defined(*id, name, labels)?;
            definitions.put_enum(ty)?;
            for table in catalog.tables() {
                if let Some(table) = retyped(table, ty, &catalog) {
                    definitions.put_table(&table)?;
                }
            }
        }
        EnumChange::Drop(types) => {
            for ty in types {
                definitions.remove_enum(*ty)?;
            }
        }
    }
    definitions.finish()
}

/// A type of that name is there.
fn taken(name: &str) -> Error {
    Error::sql(
        SqlState::DUPLICATE_OBJECT,
        format!("type \"{name}\" already exists"),
    )
}

fn defined(id: u64, name: &str, labels: &[(u64, String)]) -> Result<EnumType> {
    EnumType::of(id, name, labels).ok_or_else(|| {
        Error::sql(
            SqlState::INTERNAL_ERROR,
            format!("the labels of type \"{name}\" are not in order"),
        )
    })
}

/// The table with another definition of a type that columns of it have; `None`: none has it.
fn retyped(table: &TableDef, new: EnumType, catalog: &Catalog) -> Option<TableDef> {
    let mut table = table.clone();
    let mut found = false;
    for column in &mut table.columns {
        column.ty = match column.ty {
            SqlType::Enum(ty) if ty == new => SqlType::Enum(new),
            SqlType::Array(ScalarType::Enum(ty)) if ty == new => {
                SqlType::Array(ScalarType::Enum(new))
            }
            _ => continue,
        };
        found = true;
        if let ColumnDefault::Value(value) = &mut column.default {
            *value = of_type(value, new);
        }
        column.missing = of_type(&column.missing, new);
    }
    if !found {
        return None;
    }
    // What the user wrote may name what is not there any more.
    table.sql = table.statement(catalog.sequences(), catalog.tables());
    Some(table)
}

/// A constant of the type as it is defined now.
fn of_type(value: &Value, new: EnumType) -> Value {
    match value {
        Value::Enum(value) => Value::Enum(value.of_type(new)),
        Value::Array(array) => {
            let array = array.as_ref();
            let elements = array.iter().map(|element| match element {
                ValueRef::Enum(value) => Value::Enum(value.of_type(new)),
                other => other.to_owned(),
            });
            let dimensions = array.dimensions();
            let made = Array::with_dimensions(ScalarType::Enum(new), &dimensions, elements);
            made.map_or(Value::Null, Value::Array)
        }
        other => other.clone(),
    }
}
