//! A table in a store that fails on demand.

use std::cmp::Ordering;
use std::sync::Arc;

use citadel_lake::{LakeStore, LakeTable};
use object_store::ObjectStore;
use object_store::memory::InMemory;

use super::definition;
use super::fault::{Fate, Faulty};

pub(crate) struct Bench {
    /// What is really in the store.
    pub(crate) inner: Arc<InMemory>,
    pub(crate) faulty: Arc<Faulty>,
    pub(crate) table: LakeTable,
}

impl Bench {
    /// An empty table; nothing fails yet.
    pub(crate) fn new() -> Self {
        let inner = Arc::new(InMemory::new());
        let faulty = Faulty::over(Arc::clone(&inner));
        let store = store_of(Arc::clone(&faulty) as Arc<dyn ObjectStore>);
        let table = LakeTable::create(&store, "t", definition()).unwrap();
        Self {
            inner,
            faulty,
            table,
        }
    }

    /// The table as another process sees it that starts now, with a store that works.
    pub(crate) fn afresh(&self) -> LakeTable {
        let store = store_of(Arc::clone(&self.inner) as Arc<dyn ObjectStore>);
        LakeTable::open(&store, "t").unwrap()
    }

    /// Lets the process die at its write of this number, which meets `last`.
    pub(crate) fn crash_at(&self, crash: usize, last: Fate) {
        self.faulty.plan(move |number, _| match number.cmp(&crash) {
            Ordering::Less => Fate::Done,
            Ordering::Equal => last,
            Ordering::Greater => Fate::Lost,
        });
    }
}

fn store_of(objects: Arc<dyn ObjectStore>) -> LakeStore {
    LakeStore::new(objects, "memory://x")
}
