//! The codebooks of a table's columns: trained once, committed, and then shared by all indexes.

use std::collections::HashMap;

use iceberg::TableUpdate;

use crate::catalog::Head;
use crate::commit::{Change, Operation, commit};
use crate::error::{LakeError, Result};
use crate::index::{CodebookFile, Lists, Segments, Source, codebook_key, train};
use crate::metadata::{LiveFile, Place};
use crate::schema::IndexKind;

/// A table of so many times the rows that its codebook was trained on gets another one with the next compaction.
const GROWTH_MAX: u64 = 4;
/// How often another writer's codebook may turn out to be of no use.
const ATTEMPTS_MAX: usize = 5;

/// Codebooks that were looked up, by field id.
pub(super) struct KnownLists<'p> {
    place: &'p Place,
    known: HashMap<i32, Lists>,
}

impl<'p> KnownLists<'p> {
    pub(super) fn new(place: &'p Place) -> Self {
        Self {
            place,
            known: HashMap::new(),
        }
    }

    /// What indexes of a column are built with in a table of so many rows: `None` for graphs. A codebook that is not there yet is trained on
    /// some files and committed first, so that whoever else builds takes the same.
    pub(super) fn of(
        &mut self,
        segments: &Segments,
        rows: u64,
        files: &[&LiveFile],
        source: &Source<'_>,
    ) -> Result<Option<Lists>> {
        let column = source.column;
        if column.index.choose(rows, column.dimension) != IndexKind::IvfPq {
            return Ok(None);
        }
        if let Some(lists) = self.known.get(&source.field_id) {
            return Ok(Some(lists.clone()));
        }
        for _ in 0..ATTEMPTS_MAX {
            let head = self.place.head()?;
            let named = CodebookFile::of(head.metadata.properties(), source.field_id)?;
            if let Some(named) = &named
                && let Some(codebook) = segments.codebook(self.place, &named.file)?
                && codebook.dim() == column.dimension
                && codebook.metric() == column.metric.measured()
            {
                let lists = Lists {
                    file: named.file.clone(),
                    codebook,
                };
                self.known.insert(source.field_id, lists.clone());
                return Ok(Some(lists));
            }
            let Some(trained) = train(self.place, files, source)? else {
                return Ok(None);
            };
            let mut naming = Naming {
                key: codebook_key(source.field_id),
                replaced: named.map(|named| named.text()).transpose()?,
                text: trained.text()?,
            };
            commit(self.place, &mut naming)?;
        }
        let key = codebook_key(source.field_id);
        Err(LakeError::Conflict(format!("{key} changes all the time")))
    }
}

/// The operation: a codebook becomes that of its column, if no other one has meanwhile.
struct Naming {
    key: String,
    replaced: Option<String>,
    text: String,
}

impl Operation for Naming {
    fn plan(&mut self, _: &Place, head: &Head) -> Result<Option<Change>> {
        let current = head.metadata.properties().get(&self.key);
        if current != self.replaced.as_ref() {
            return Ok(None);
        }
        let updates = HashMap::from([(self.key.clone(), self.text.clone())]);
        Ok(Some(Change {
            updates: vec![TableUpdate::SetProperties { updates }],
            files: None,
        }))
    }
}

/// What lets go of codebooks that a table of so many rows has outgrown. Indexes that were built with them stay as they are.
pub(super) fn outgrown(properties: &HashMap<String, String>, rows: u64) -> Option<TableUpdate> {
    let held = crate::index::codebooks(properties);
    let is_outgrown = |book: &CodebookFile| rows / GROWTH_MAX >= book.rows.max(1);
    let removals: Vec<String> = held
        .filter(|(_, book)| is_outgrown(book))
        .map(|(key, _)| key.clone())
        .collect();
    (!removals.is_empty()).then_some(TableUpdate::RemoveProperties { removals })
}
