//! Changes of a table's columns, each an explicit commit of its own.

use std::sync::Arc;

use arrow_schema::Field;
use iceberg::spec::{NestedField, NestedFieldRef, PrimitiveType, Schema, TableMetadata, Type};

use super::{FieldIds, to_field};
use crate::error::{LakeError, Result};

/// A change of a table's columns.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SchemaChange {
    /// A new column at the end. It must be nullable: the rows that are there have no value for it.
    AddColumn(Field),
    /// A column is no longer seen; its id is never used again.
    DropColumn(String),
    /// A column gets another name, and keeps its values.
    RenameColumn {
        /// What it is called.
        from: String,
        /// What it will be called.
        to: String,
    },
    /// A column becomes wider: int to long, float to double, or more digits of a decimal.
    WidenColumn {
        /// The column.
        name: String,
        /// Its new type, as an Arrow type that maps to it.
        to: arrow_schema::DataType,
    },
    /// A required column may be null from now on.
    MakeNullable(String),
}

/// The table's current schema after the changes, with ids allocated after all that were ever given.
pub(crate) fn evolve(metadata: &TableMetadata, changes: &[SchemaChange]) -> Result<Schema> {
    let current = metadata.current_schema();
    let mut fields = current.as_struct().fields().to_vec();
    let mut ids = FieldIds::after(metadata.last_column_id());
    for change in changes {
        apply(&mut fields, &mut ids, change, metadata)?;
    }
    if fields.is_empty() {
        return Err(LakeError::misuse("a table needs a column"));
    }
    Schema::builder()
        .with_fields(fields)
        .with_identifier_field_ids(current.identifier_field_ids())
        .build()
        .map_err(|error| LakeError::misuse(error.to_string()))
}

fn apply(
    fields: &mut Vec<NestedFieldRef>,
    ids: &mut FieldIds,
    change: &SchemaChange,
    metadata: &TableMetadata,
) -> Result<()> {
    match change {
        SchemaChange::AddColumn(field) => {
            if !field.is_nullable() {
                return Err(LakeError::misuse(format!(
                    "the new column {} must be nullable: older rows have no value for it",
                    field.name()
                )));
            }
            is_free(fields, field.name())?;
            fields.push(to_field(field, ids)?);
        }
        SchemaChange::DropColumn(name) => {
            let at = place(fields, name)?;
            let is_partition_source = metadata
                .partition_specs_iter()
                .flat_map(|spec| spec.fields())
                .any(|partition| partition.source_id == fields[at].id);
            if is_partition_source {
                return Err(LakeError::misuse(format!(
                    "the table is partitioned by {name}"
                )));
            }
            fields.remove(at);
        }
        SchemaChange::RenameColumn { from, to } => {
            let at = place(fields, from)?;
            if !from.eq_ignore_ascii_case(to) {
                is_free(fields, to)?;
            }
            replace(&mut fields[at], |field| field.name.clone_from(to));
        }
        SchemaChange::WidenColumn { name, to } => {
            let at = place(fields, name)?;
            let wanted = to_field(&Field::new(name, to.clone(), true), &mut FieldIds::after(0))?;
            if !is_wider(&fields[at].field_type, &wanted.field_type) {
                return Err(LakeError::misuse(format!(
                    "{name} is {}, which {} does not widen",
                    fields[at].field_type, wanted.field_type
                )));
            }
            replace(&mut fields[at], |field| {
                field.field_type = wanted.field_type.clone();
            });
        }
        SchemaChange::MakeNullable(name) => {
            let at = place(fields, name)?;
            replace(&mut fields[at], |field| field.required = false);
        }
    }
    Ok(())
}

fn replace(field: &mut NestedFieldRef, change: impl FnOnce(&mut NestedField)) {
    change(Arc::make_mut(field));
}

fn place(fields: &[NestedFieldRef], name: &str) -> Result<usize> {
    fields
        .iter()
        .position(|field| field.name == name)
        .ok_or_else(|| LakeError::misuse(format!("no column '{name}'")))
}

fn is_free(fields: &[NestedFieldRef], name: &str) -> Result<()> {
    let is_taken = |field: &NestedFieldRef| field.name.to_lowercase() == name.to_lowercase();
    match name.is_empty() || fields.iter().any(is_taken) {
        true => Err(LakeError::misuse(format!(
            "the column name '{name}' is taken"
        ))),
        false => Ok(()),
    }
}

/// The promotions that Iceberg v2 allows.
fn is_wider(from: &Type, to: &Type) -> bool {
    use PrimitiveType as P;
    let (Type::Primitive(from), Type::Primitive(to)) = (from, to) else {
        return false;
    };
    match (from, to) {
        (P::Int, P::Long) | (P::Float, P::Double) => true,
        (
            P::Decimal { precision, scale },
            P::Decimal {
                precision: wider,
                scale: same,
            },
        ) => wider >= precision && scale == same,
        _ => false,
    }
}
