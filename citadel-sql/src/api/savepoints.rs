//! The savepoints of a transaction, by name.
//!
//! One that is set before the transaction writes has nothing to return to yet; it gets its place when the first write
//! begins. Names may be used again: the latest one of a name is meant, and the others come back when it is released.

use std::sync::Arc;

use citadel_txn::{Savepoint, WriteTxn};

use crate::api::deferred::Mark;
use crate::ast::Identifier;
use crate::error::{Error, Result, SqlState};
use crate::schema::Catalog;

/// Those that are set, the latest one last.
#[derive(Debug, Default)]
pub(crate) struct Savepoints(Vec<Named>);

#[derive(Debug)]
struct Named {
    name: String,
    /// `None`: the transaction has written nothing.
    place: Option<Place>,
    /// The checks of foreign keys as they were.
    mark: Mark,
}

/// Where a write transaction can return to, and the definitions as they were there.
#[derive(Debug)]
struct Place {
    savepoint: Savepoint,
    catalog: Arc<Catalog>,
}

impl Place {
    fn here(txn: &mut WriteTxn, catalog: &Arc<Catalog>) -> Self {
        Self {
            savepoint: txn.savepoint(),
            catalog: Arc::clone(catalog),
        }
    }
}

impl Savepoints {
    /// Sets one in a transaction that has written nothing.
    pub(crate) fn set_unwritten(&mut self, name: String, mark: Mark) {
        self.0.push(Named {
            name,
            place: None,
            mark,
        });
    }

    /// Sets one.
    pub(crate) fn set(
        &mut self,
        name: String,
        mark: Mark,
        txn: &mut WriteTxn,
        catalog: &Arc<Catalog>,
    ) {
        let place = Some(Place::here(txn, catalog));
        self.0.push(Named { name, place, mark });
    }

    /// The checks as they were when that one was set.
    pub(crate) fn mark(&self, at: usize) -> Option<&Mark> {
        self.0.get(at).map(|named| &named.mark)
    }

    /// Before a write: gives those a place that have none.
    pub(crate) fn begin_writing(&mut self, txn: &mut WriteTxn, catalog: &Arc<Catalog>) {
        for named in &mut self.0 {
            if named.place.is_none() {
                named.place = Some(Place::here(txn, catalog));
            }
        }
    }

    /// The latest one of a name.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn find(&self, name: &Identifier) -> Result<usize> {
        let is_it = |named: &Named| named.name.eq_ignore_ascii_case(&name.name);
        self.0.iter().rposition(is_it).ok_or_else(|| {
            Error::sql(
                SqlState::NO_SUCH_SAVEPOINT,
                format!("savepoint \"{}\" does not exist", name.name),
            )
            .at(name.position)
        })
    }

    /// Forgets that one and the later ones, none of which has a place.
    pub(crate) fn forget(&mut self, at: usize) {
        self.0.truncate(at);
    }

    /// Forgets that one and the later ones; what was done stays.
    ///
    /// # Errors
    /// What the file says: the transaction is lost.
    pub(crate) fn release(&mut self, at: usize, txn: &mut WriteTxn) -> Result<()> {
        let first = self.0.drain(at..).find_map(|named| named.place);
        match first {
            Some(place) => Ok(txn.release(place.savepoint)?),
            None => Ok(()),
        }
    }

    /// Returns to that one, which stays, and forgets the later ones. The definitions that hold again.
    ///
    /// # Errors
    /// What the file says: the transaction is lost.
    pub(crate) fn rollback_to(&mut self, at: usize, txn: &mut WriteTxn) -> Result<Arc<Catalog>> {
        self.0.truncate(at + 1);
        let Some(place) = self.0.last().and_then(|named| named.place.as_ref()) else {
            return Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                "a savepoint of a transaction that writes has no place",
            ));
        };
        txn.rollback_to(&place.savepoint)?;
        Ok(Arc::clone(&place.catalog))
    }

    /// The transaction is over.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
