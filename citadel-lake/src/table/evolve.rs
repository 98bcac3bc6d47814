//! Changing the columns of a table.

use std::collections::HashMap;

use iceberg::TableUpdate;

use super::LakeTable;
use crate::catalog::Head;
use crate::commit::{Change, Operation, commit};
use crate::error::Result;
use crate::metadata::Place;
use crate::schema::{NAME_MAPPING, SchemaChange, VectorColumn, Vectors, evolve, name_mapping};

impl LakeTable {
    /// Changes the columns, in one commit. Files that are there stay as they are.
    ///
    /// # Errors
    /// [`LakeError::Misuse`](crate::LakeError::Misuse) for a change that cannot be, such as a column that is not there.
    pub fn change_schema(&self, changes: &[SchemaChange]) -> Result<()> {
        self.change_schema_with(changes, &[])
    }

    /// Changes the columns, and declares added ones as vector columns.
    ///
    /// # Errors
    /// Those of [`LakeTable::change_schema`].
    pub fn change_schema_with(
        &self,
        changes: &[SchemaChange],
        vectors: &[VectorColumn],
    ) -> Result<()> {
        let mut change = Evolving { changes, vectors };
        commit(&self.place, &mut change).map(|_| ())
    }
}

struct Evolving<'c> {
    changes: &'c [SchemaChange],
    vectors: &'c [VectorColumn],
}

impl Operation for Evolving<'_> {
    fn plan(&mut self, _: &Place, head: &Head) -> Result<Option<Change>> {
        if self.changes.is_empty() {
            return Ok(None);
        }
        let metadata = &head.metadata;
        let schema = evolve(metadata, self.changes)?;
        let earlier = metadata.properties().get(NAME_MAPPING);
        let mapping = name_mapping(&schema, earlier.map(String::as_str))?;
        let mut properties = HashMap::from([(NAME_MAPPING.to_owned(), mapping)]);
        properties.extend(Vectors::declare(self.vectors, &schema)?.properties());
        Ok(Some(Change {
            updates: vec![
                TableUpdate::AddSchema { schema },
                TableUpdate::SetCurrentSchema { schema_id: -1 },
                TableUpdate::SetProperties {
                    updates: properties,
                },
            ],
            files: None,
        }))
    }
}
