//! Making a table.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Schema as ArrowSchema};
use iceberg::TableUpdate;
use iceberg::spec::{FormatVersion, Schema, SortOrder, TableMetadataBuilder};

use super::PartitionBy;
use super::partition::unbound_spec;
use crate::catalog::Head;
use crate::commit::{self, Change, Operation, is_own_property};
use crate::error::{LakeError, Result};
use crate::index::{FILTERS, can_hold};
use crate::key::{self, TableKey};
use crate::metadata::Place;
use crate::schema::align::Shape;
use crate::schema::{FieldIds, NAME_MAPPING, VectorColumn, Vectors, name_mapping, to_schema};

/// What a new table is to be.
#[derive(Clone, Debug)]
pub struct TableDefinition {
    schema: ArrowSchema,
    vectors: Vec<VectorColumn>,
    partition_by: Vec<PartitionBy>,
    filters: Vec<String>,
    properties: HashMap<String, String>,
    key: Option<TableKey>,
}

impl TableDefinition {
    /// A table with these columns.
    #[must_use]
    pub fn new(schema: ArrowSchema) -> Self {
        Self {
            schema,
            vectors: Vec::new(),
            partition_by: Vec::new(),
            filters: Vec::new(),
            properties: HashMap::new(),
            key: None,
        }
    }

    /// Declares that a column of lists (fixed or not, of any floating-point type) holds vectors.
    #[must_use]
    pub fn vector(mut self, column: VectorColumn) -> Self {
        self.vectors.push(column);
        self
    }

    /// Keeps rows in separate files by a value of theirs.
    #[must_use]
    pub fn partition_by(mut self, by: PartitionBy) -> Self {
        self.partition_by.push(by);
        self
    }

    /// Lets vector indexes hold a column, so that conditions on it are answered without the data files.
    #[must_use]
    pub fn index_filter(mut self, column: impl Into<String>) -> Self {
        self.filters.push(column.into());
        self
    }

    /// Encrypts all that the table's files hold of rows: Parquet's modular encryption, each file under a key of its own that this key wraps.
    ///
    /// Names of columns, properties, counts and sizes stay readable. Whoever loses the key has lost the rows.
    #[must_use]
    pub fn encrypted(mut self, key: TableKey) -> Self {
        self.key = Some(key);
        self
    }

    pub(super) fn key(&self) -> Option<&TableKey> {
        self.key.as_ref()
    }

    /// Sets a property of the table, such as `write.target-file-size-bytes`.
    #[must_use]
    pub fn property(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.properties.insert(key.into(), value.into());
        self
    }
}

/// A path of a table: segments of plain characters.
pub(super) fn checked_path(path: &str) -> Result<String> {
    let is_plain = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && segment
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    };
    match path.split('/').all(is_plain) {
        true => Ok(path.to_owned()),
        false => Err(LakeError::misuse(format!(
            "'{path}' is no path of a table: letters, digits, '_', '-', '.' and '/' between names"
        ))),
    }
}

pub(super) fn create(place: &Place, definition: TableDefinition) -> Result<()> {
    if let Some(key) = definition
        .properties
        .keys()
        .find(|key| is_own_property(key))
    {
        return Err(LakeError::misuse(format!(
            "the property {key} is not set by hand"
        )));
    }
    if definition.key.is_some() && !definition.partition_by.is_empty() {
        return Err(LakeError::Unsupported(
            "an encrypted table with partitions, whose values would stand in the clear,".to_owned(),
        ));
    }
    let arrow = with_vectors(&definition.schema, &definition.vectors);
    if arrow.fields().is_empty() {
        return Err(LakeError::misuse("a table needs a column"));
    }
    let schema = to_schema(&arrow, &mut FieldIds::after(0))?;
    let spec = unbound_spec(&schema, &definition.partition_by)?;
    let builder = TableMetadataBuilder::new(
        schema,
        spec,
        SortOrder::unsorted_order(),
        place.store.uri_of(&place.root),
        FormatVersion::V2,
        definition.properties,
    );
    let invalid = |error: iceberg::Error| LakeError::misuse(error.to_string());
    // The builder gives the final field ids; what names them is set after that.
    let first = builder.and_then(|b| b.build()).map_err(invalid)?.metadata;
    let mut properties = declared(
        &definition.vectors,
        &definition.filters,
        first.current_schema(),
    )?;
    if let Some(key) = &definition.key {
        properties.extend(key::properties(key));
    }
    let builder = first.into_builder(None).set_properties(properties);
    commit::create(place, builder.map_err(invalid)?)?;
    if place.catalog.gives_field_ids() {
        let mut declaring = Declaring {
            vectors: &definition.vectors,
            filters: &definition.filters,
        };
        commit::commit(place, &mut declaring)?;
    }
    Ok(())
}

/// The properties that speak of columns by their field ids.
fn declared(
    vectors: &[VectorColumn],
    filters: &[String],
    schema: &Schema,
) -> Result<HashMap<String, String>> {
    let mut properties = Vectors::declare(vectors, schema)?.properties();
    if !filters.is_empty() {
        properties.insert(FILTERS.to_owned(), filter_property(filters, schema)?);
    }
    properties.insert(NAME_MAPPING.to_owned(), name_mapping(schema, None)?);
    Ok(properties)
}

/// The operation: columns are spoken of by the field ids that the catalog gave them.
struct Declaring<'d> {
    vectors: &'d [VectorColumn],
    filters: &'d [String],
}

impl Operation for Declaring<'_> {
    fn plan(&mut self, _: &Place, head: &Head) -> Result<Option<Change>> {
        let known = head.metadata.properties();
        let updates = declared(self.vectors, self.filters, head.metadata.current_schema())?;
        if updates
            .iter()
            .all(|(key, value)| known.get(key) == Some(value))
        {
            return Ok(None);
        }
        let stale =
            |key: &&String| key.starts_with("citadel.vector.") && !updates.contains_key(*key);
        let removals: Vec<String> = known.keys().filter(stale).cloned().collect();
        let mut changes = vec![TableUpdate::SetProperties { updates }];
        if !removals.is_empty() {
            changes.push(TableUpdate::RemoveProperties { removals });
        }
        Ok(Some(Change {
            updates: changes,
            files: None,
        }))
    }
}

/// The property that names the columns of indexes.
fn filter_property(names: &[String], schema: &Schema) -> Result<String> {
    let shape = Shape::of(schema, &Vectors::default())?;
    let ids = names.iter().map(|name| {
        let missing = |_| LakeError::misuse(format!("no column '{name}'"));
        let field = shape.arrow.field_with_name(name).map_err(missing)?;
        let id = schema.field_id_by_name(name);
        match id.filter(|_| can_hold(field.data_type())) {
            Some(id) => Ok(id.to_string()),
            None => Err(LakeError::Unsupported(format!(
                "{name} as a filter column of an index: it is {}",
                field.data_type()
            ))),
        }
    });
    Ok(ids.collect::<Result<Vec<_>>>()?.join(","))
}

/// The schema with each vector column as a list of required floats.
fn with_vectors(schema: &ArrowSchema, vectors: &[VectorColumn]) -> ArrowSchema {
    let as_vector = |field: &FieldRef| -> FieldRef {
        let is_vector = vectors.iter().any(|column| column.name == *field.name());
        let is_float = |kind: &DataType| {
            matches!(
                kind,
                DataType::Float16 | DataType::Float32 | DataType::Float64
            )
        };
        match field.data_type() {
            DataType::List(element)
            | DataType::LargeList(element)
            | DataType::FixedSizeList(element, _)
                if is_vector && is_float(element.data_type()) =>
            {
                let element = Field::new("element", DataType::Float32, false);
                let list = DataType::List(Arc::new(element));
                Arc::new(field.as_ref().clone().with_data_type(list))
            }
            _ => Arc::clone(field),
        }
    };
    ArrowSchema::new(schema.fields().iter().map(as_vector).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_store() {
        for path in ["t", "db/t", "a.b/c-d_e"] {
            assert_eq!(checked_path(path).unwrap(), path);
        }
        for path in [
            "", "/t", "t/", "a//b", "..", "a/../b", ".hidden", "a b", "a%2Fb", "ü",
        ] {
            assert!(checked_path(path).unwrap_err().is_misuse(), "{path}");
        }
    }
}
