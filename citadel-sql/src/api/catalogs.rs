//! The newest committed catalog, read once and shared by all connections.

use std::sync::Arc;

use citadel_txn::{Generation, ReadTxn, View};
use parking_lot::Mutex;

use crate::error::Result;
use crate::schema::Catalog;

/// Keeps the catalog of the newest snapshot that asked for one.
#[derive(Debug, Default)]
pub(crate) struct Catalogs {
    newest: Mutex<Option<(Generation, Arc<Catalog>)>>,
}

impl Catalogs {
    /// The definitions that a snapshot sees.
    pub(crate) fn of_snapshot(&self, snapshot: &ReadTxn) -> Result<Arc<Catalog>> {
        let generation = snapshot.generation();
        if let Some((at, catalog)) = &*self.newest.lock()
            && *at == generation
        {
            return Ok(Arc::clone(catalog));
        }
        let catalog = self.of_view(snapshot)?;
        let mut newest = self.newest.lock();
        if newest.as_ref().is_none_or(|(at, _)| *at < generation) {
            *newest = Some((generation, Arc::clone(&catalog)));
        }
        Ok(catalog)
    }

    /// The definitions that any transaction sees, its own uncommitted ones included. Equal versions mean equal
    /// definitions, so the one at hand may serve; what is read anew is not kept, since it may never be committed.
    pub(crate) fn of_view(&self, view: &dyn View) -> Result<Arc<Catalog>> {
        let version = Catalog::current_version(view)?;
        if let Some((_, catalog)) = &*self.newest.lock()
            && catalog.version() == version
        {
            return Ok(Arc::clone(catalog));
        }
        Catalog::load(view).map(Arc::new)
    }
}
