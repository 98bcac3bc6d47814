//! Which index to fold next.

use citadel_txn::View;

use crate::ann::{delta, targets};
use crate::error::Result;
use crate::schema::{AnnIndex, Catalog, IndexId, TableDef};

/// An index that is worth folding.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    pub(super) id: IndexId,
    pub(super) index: AnnIndex,
    /// Rows of the delta that make it worth folding.
    pub(super) threshold: u64,
    /// Rows of its delta, as many as it has now.
    pub(super) delta: u64,
    /// What folding it takes in memory, about.
    pub(super) bytes: usize,
}

/// The index whose delta has outgrown its threshold most; those of `but` are left out.
pub(super) fn most_urgent(
    view: &dyn View,
    catalog: &Catalog,
    but: impl Fn(IndexId) -> bool,
) -> Result<Option<Demand>> {
    let mut most: Option<Demand> = None;
    for table in catalog.tables() {
        for (def, index) in targets::of_table(table) {
            if !index.options.auto_merge || but(def.id) {
                continue;
            }
            let rows = view.tree_len(table.rows)?;
            let found = Demand {
                id: def.id,
                threshold: index.options.merge_at(rows),
                delta: delta::len(view, &index)?,
                bytes: bytes(table, &index, rows),
                index,
            };
            if found.delta >= found.threshold && most.as_ref().is_none_or(|most| found.above(most))
            {
                most = Some(found);
            }
        }
    }
    Ok(most)
}

impl Demand {
    /// Is it more urgent than another?
    fn above(&self, other: &Self) -> bool {
        let share = |demand: &Self| demand.delta / demand.threshold;
        share(self) > share(other)
    }
}

/// Codes twice, once as they are compared with each other, and links, back links and ids of each row. Vectors stay in the table.
fn bytes(table: &TableDef, index: &AnnIndex, rows: u64) -> usize {
    let dim = index.vector.dim(table);
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    rows.saturating_mul(dim * 2 + 512)
}
