//! Where the descriptors of changed trees go: into the record, or into the catalog.

use std::collections::BTreeMap;

use citadel_core::PageSize;

use super::Changes;
use super::sealer::Sealer;
use crate::catalog::{self, RECENT_MAX};
use crate::dirty::DirtyPages;
use crate::error::Result;
use crate::node::Payload;
use crate::record::Record;
use crate::tree::{Tree, WritableTree, insert, refresh, remove};
use crate::tree_id::TreeId;

/// The descriptors that ride in the record, and the catalog.
pub(super) struct Descriptors {
    recent: BTreeMap<TreeId, Tree>,
    catalog: WritableTree,
    /// Whether the recent ones are folded into the catalog by this commit.
    fold: bool,
}

impl Descriptors {
    /// Those of the base, and of the trees that the transaction has changed. Where they are to be folded, the catalog
    /// gets its changes now, so that its pages can be counted; the pointers in them come with [`Descriptors::seal`].
    pub(super) fn gather(txn: &mut Changes, page_size: PageSize) -> Result<Self> {
        let base = &txn.base.record;
        let mut recent: BTreeMap<TreeId, Tree> = base.recent.iter().copied().collect();
        recent.retain(|id, _| !txn.dropped.contains(id));
        let changed = txn.trees.iter().filter(|(_, open)| open.state.changed);
        recent.extend(changed.map(|(id, open)| (*id, open.state.tree)));
        let fold = !txn.dropped.is_empty() || recent.len() > RECENT_MAX || txn.roots.is_some();
        let catalog = WritableTree::new(base.catalog, page_size)?;
        let mut descriptors = Self {
            recent,
            catalog,
            fold,
        };
        if let Some(choice) = txn.roots {
            let catalog = &mut descriptors.catalog;
            refresh(&mut txn.pages, catalog, choice, &[], u64::MAX)?;
        }
        if fold {
            for id in &txn.dropped {
                remove(
                    &mut txn.pages,
                    &mut descriptors.catalog,
                    &catalog::key(*id),
                    false,
                )?;
            }
            descriptors.write_into_catalog(&mut txn.pages)?;
        }
        Ok(descriptors)
    }

    /// Seals the changed trees, and the catalog where they go into it.
    pub(super) fn seal(&mut self, txn: &mut Changes, sealer: &mut Sealer<'_>) -> Result<()> {
        for (id, open) in txn.trees.iter_mut().filter(|(_, open)| open.state.changed) {
            sealer.seal_tree(&mut txn.pages, &mut open.state)?;
            self.recent.insert(*id, open.state.tree);
        }
        if self.fold {
            self.write_into_catalog(&mut txn.pages)?;
            sealer.seal_tree(&mut txn.pages, &mut self.catalog)?;
            self.recent.clear();
        }
        Ok(())
    }

    /// Writes all recent descriptors into the catalog. They all have one length, so doing it again changes no node's
    /// size.
    fn write_into_catalog(&mut self, pages: &mut DirtyPages) -> Result<()> {
        for (id, tree) in &self.recent {
            let payload = Payload {
                bytes: &tree.encode(),
                large: false,
            };
            insert(pages, &mut self.catalog, &catalog::key(*id), payload, false)?;
        }
        Ok(())
    }

    /// Puts them into the record.
    pub(super) fn record(self, record: &mut Record) {
        record.catalog = self.catalog.tree;
        record.recent = self.recent.into_iter().collect();
    }
}
