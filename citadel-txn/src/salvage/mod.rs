//! What a damaged file still holds.
//!
//! A salvage needs the key and one copy of the superblock; everything else may be damaged. It stands on every commit
//! record that still opens, newest first. A subtree that cannot be read costs the keys that lie in it and no others: the
//! same range is looked for in the commits before, whose pages may not have been used anew, and what is found nowhere is
//! named as lost. Where both checkpoints are damaged, small files are searched for records. Nothing is made up: every page is opened under a pointer from an authentic parent, so what is salvaged
//! was once committed as it is.
//!
//! Errors of the operating system count as damage here: a sector that cannot be read costs what lies in it.

mod entries;
mod fresh;
mod losses;
mod records;

use std::collections::BTreeMap;
use std::sync::Arc;

use citadel_core::{Generation, Key, OpenOptions, PageSize, SealedFile, Storage};
use parking_lot::Mutex;

use crate::catalog;
use crate::error::Result;
use crate::record::Record;
use crate::redo::Afloat;
use crate::tree::{Tree, TreeOptions};
use crate::tree_id::TreeId;

pub use entries::{SalvagedEntries, SalvagedEntry};
pub use losses::{Loss, Losses};

/// A damaged file, open for reading what it still holds.
///
/// ```
/// # use std::sync::Arc;
/// # use citadel_txn::{Database, Key, MemoryStorage, Options, Salvage};
/// # fn main() -> citadel_txn::Result<()> {
/// # let (storage, key) = (MemoryStorage::new(), Key::raw([7; 32]));
/// # drop(Database::create(Arc::new(storage.clone()), &key, Options::default())?);
/// let salvage = Salvage::open(Arc::new(storage), &key)?;
/// for tree in salvage.trees() {
///     for entry in salvage.entries(tree.id) {
///         println!("{} {:?} {:?}", tree.id, entry.key, entry.value);
///     }
/// }
/// println!("{}", salvage.losses());
/// # Ok(())
/// # }
/// ```
pub struct Salvage {
    file: Arc<SealedFile>,
    /// The commits that can be read from; the first one is the newest that may be trusted to be whole.
    records: Vec<Record>,
    passed_over: Vec<Generation>,
    trees: BTreeMap<TreeId, Found>,
    losses: Mutex<Losses>,
}

/// A tree, and the record that says where it is.
#[derive(Clone, Copy, Debug)]
struct Found {
    tree: Tree,
    source: usize,
}

/// A tree that a damaged file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SalvagedTree {
    /// Its id.
    pub id: TreeId,
    /// How it was laid out.
    pub options: TreeOptions,
    /// Entries that it had, the lost ones included.
    pub entries: u64,
    /// The commit that it is read from; older ones stand in where that is damaged.
    pub generation: Generation,
}

impl Salvage {
    /// Opens a damaged file for reading. It is not changed, and no lock is taken.
    ///
    /// # Errors
    /// What the superblock says: wrong key, not a database, both copies damaged. [`Error::Corrupt`](crate::Error::Corrupt)
    /// where not one commit record opens.
    pub fn open(storage: Arc<dyn Storage>, key: &Key) -> Result<Self> {
        let options = OpenOptions::default()
            .read_only(true)
            .cache_bytes(CACHE_BYTES);
        let file = SealedFile::open(storage, key, &options)?;
        let records = records::find(&file)?;
        let mut salvage = Self {
            file: Arc::new(file),
            records: records.usable,
            passed_over: records.passed_over,
            trees: BTreeMap::new(),
            losses: Mutex::default(),
        };
        salvage.trees = salvage.find_trees();
        Ok(salvage)
    }

    /// The newest commit that is read from.
    pub fn generation(&self) -> Generation {
        self.records
            .first()
            .map_or(Generation::ZERO, |record| record.generation)
    }

    /// Commits after [`generation`](Salvage::generation) whose pages are not all there, newest first. Opening the file
    /// would take them for commits that a crash tore, which nobody was told had succeeded, and so does a salvage.
    pub fn passed_over(&self) -> &[Generation] {
        &self.passed_over
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> PageSize {
        self.file.page_size()
    }

    /// The trees that are still known, by id.
    pub fn trees(&self) -> Vec<SalvagedTree> {
        let known = |(id, found): (&TreeId, &Found)| SalvagedTree {
            id: *id,
            options: TreeOptions {
                leaf_pages: found.tree.leaf_pages,
            },
            entries: found.tree.len,
            generation: self.records[found.source].generation,
        };
        self.trees.iter().map(known).collect()
    }

    /// The entries of a tree that can still be read, in the order of their keys; none where the tree is not known. What
    /// cannot be read is added to the [losses](Salvage::losses) as the iterator passes it.
    pub fn entries(&self, tree: TreeId) -> SalvagedEntries<'_> {
        match self.trees.get(&tree) {
            Some(found) => SalvagedEntries::of_tree(self, tree, found),
            None => SalvagedEntries::none(self),
        }
    }

    /// What could not be read so far.
    pub fn losses(&self) -> Losses {
        self.losses.lock().clone()
    }

    /// Reads the catalogs. Where the newest one is damaged, the lists of older commits stand in.
    fn find_trees(&self) -> BTreeMap<TreeId, Found> {
        let mut trees = BTreeMap::new();
        for entry in SalvagedEntries::of_catalog(self) {
            let tree = Tree::decode(&entry.value, self.file.page_size());
            if let (Ok(id), Ok(tree)) = (catalog::id(&entry.key), tree) {
                let source = entry.source;
                trees.insert(id, Found { tree, source });
            }
        }
        let damaged = self.losses.lock().count > 0;
        for (source, record) in self.records.iter().enumerate() {
            for (id, tree) in &record.recent {
                let known = trees.get(id).map(|found| found.source);
                if source == 0 || known == Some(source) || known.is_none() && damaged {
                    trees.insert(
                        *id,
                        Found {
                            tree: *tree,
                            source,
                        },
                    );
                }
            }
        }
        self.count_fresh(&mut trees);
        trees
    }

    /// Counts the entries that only the newest record has, where all that it stands on can be read.
    fn count_fresh(&self, trees: &mut BTreeMap<TreeId, Found>) {
        let newest = self.records.first();
        let afloat = newest.map(|newest| Afloat::of_record(&self.file, newest));
        let Some(Ok(Some(afloat))) = afloat else {
            return;
        };
        for (id, found) in trees.iter_mut().filter(|(_, found)| found.source == 0) {
            found.tree.len = afloat.tree(*id).map_or(found.tree.len, |tree| tree.len);
        }
    }
}

/// Bytes of cache: a salvage reads most pages once.
const CACHE_BYTES: usize = 4 << 20;
