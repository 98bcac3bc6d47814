//! The newest committed catalog, read once and shared by all connections.

use std::sync::Arc;

use citadel_txn::{Generation, PagePtr, ReadTxn, View};
use parking_lot::Mutex;

use crate::error::Result;
use crate::schema::Catalog;

/// Keeps the catalog of the newest snapshot that asked for one.
#[derive(Debug, Default)]
pub(crate) struct Catalogs {
    newest: Mutex<Option<Newest>>,
}

#[derive(Debug)]
struct Newest {
    generation: Generation,
    /// The root of the definitions, where it has one on the medium.
    root: Option<PagePtr>,
    catalog: Arc<Catalog>,
}

impl Catalogs {
    /// The definitions that a snapshot sees.
    pub(crate) fn of_snapshot(&self, snapshot: &ReadTxn) -> Result<Arc<Catalog>> {
        let generation = snapshot.generation();
        if let Some(newest) = &*self.newest.lock()
            && newest.generation == generation
        {
            return Ok(Arc::clone(&newest.catalog));
        }
        let root = Catalog::root(snapshot)?;
        let catalog = self.of_root(root, snapshot)?;
        let mut newest = self.newest.lock();
        if newest
            .as_ref()
            .is_none_or(|newest| newest.generation < generation)
        {
            *newest = Some(Newest {
                generation,
                root,
                catalog: Arc::clone(&catalog),
            });
        }
        Ok(catalog)
    }

    /// The definitions that any transaction sees, its own uncommitted ones included. Equal roots and equal versions mean equal
    /// definitions, so the one at hand may serve; what is read anew is not kept, since it may never be committed.
    pub(crate) fn of_view(&self, view: &dyn View) -> Result<Arc<Catalog>> {
        self.of_root(Catalog::root(view)?, view)
    }

    fn of_root(&self, root: Option<PagePtr>, view: &dyn View) -> Result<Arc<Catalog>> {
        if let Some(newest) = &*self.newest.lock()
            && root.is_some()
            && newest.root == root
        {
            return Ok(Arc::clone(&newest.catalog));
        }
        let version = Catalog::current_version(view)?;
        if let Some(newest) = &*self.newest.lock()
            && newest.catalog.version() == version
        {
            return Ok(Arc::clone(&newest.catalog));
        }
        Catalog::load(view).map(Arc::new)
    }
}
