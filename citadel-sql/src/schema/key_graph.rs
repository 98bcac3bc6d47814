//! The tables that foreign keys tie together.

use std::sync::Arc;

use super::{Catalog, ForeignKeyDef, TableDef, TableId, TriggerSet};

/// All tables that a table is tied to, directly or through others: what its rows refer to, and what refers to them.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyGraph {
    tables: Vec<Arc<TableDef>>,
    /// The triggers of those that have some.
    triggers: Vec<(TableId, Arc<TriggerSet>)>,
}

impl KeyGraph {
    /// Those of a table; `None`: no foreign key is about it.
    pub(crate) fn of(catalog: &Catalog, table: &Arc<TableDef>) -> Option<Arc<Self>> {
        if table.foreign_keys.is_empty() && !catalog.is_referred_to(table.id) {
            return None;
        }
        let mut tables = vec![Arc::clone(table)];
        let mut at = 0;
        while let Some(next) = tables.get(at).cloned() {
            let others = catalog.tables().iter().filter(|other| {
                let refers = |a: &TableDef, b: &TableDef| {
                    a.foreign_keys.iter().any(|key| key.parent == b.id)
                };
                refers(&next, other) || refers(other, &next)
            });
            for other in others {
                if !tables.iter().any(|known| known.id == other.id) {
                    tables.push(Arc::clone(other));
                }
            }
            at += 1;
        }
        let triggers = tables.iter().filter_map(|table| {
            let set = TriggerSet::of(catalog, table.id.0)?;
            Some((table.id, set))
        });
        Some(Arc::new(Self {
            triggers: triggers.collect(),
            tables,
        }))
    }

    /// Has one of the tables triggers?
    pub(crate) fn has_triggers(&self) -> bool {
        !self.triggers.is_empty()
    }

    /// The triggers of a table.
    pub(crate) fn triggers(&self, id: TableId) -> Option<&Arc<TriggerSet>> {
        let found = self.triggers.iter().find(|(known, _)| *known == id);
        found.map(|(_, set)| set)
    }

    /// A table.
    pub(crate) fn table(&self, id: TableId) -> Option<&Arc<TableDef>> {
        self.tables.iter().find(|table| table.id == id)
    }

    /// The keys that refer to a table, each with the table that has it; always in the same order.
    pub(crate) fn to(&self, id: TableId) -> impl Iterator<Item = (&Arc<TableDef>, &ForeignKeyDef)> {
        let all = self.tables.iter().flat_map(|table| {
            let keys = table.foreign_keys.iter();
            keys.map(move |key| (table, key))
        });
        all.filter(move |(_, key)| key.parent == id)
    }
}
