//! Tables whose newest metadata is named by a cell: what holds of a folder's tables holds of them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use citadel_lake::{Filter, LakeError, LakeStore, LakeTable, Pointer, Swapped};
use object_store::ObjectStore;
use object_store::memory::InMemory;

use crate::support::fault::{Fate, Faulty};
use crate::support::{counts, definition, once, rows};

/// What becomes of a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    /// It is not done, and nobody knows.
    Lost,
    /// It is not done, and the cell cannot be read until there is another plan.
    Down,
    /// It is done, and nobody knows.
    Unanswered,
    /// It is not done.
    Failed,
}

/// A cell whose swaps meet a fate by their number.
struct Cell {
    held: Mutex<Option<String>>,
    swaps: AtomicUsize,
    is_down: AtomicBool,
    plan: Mutex<Arc<dyn Fn(usize) -> End + Send + Sync>>,
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cell")
    }
}

impl Cell {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            held: Mutex::default(),
            swaps: AtomicUsize::new(0),
            is_down: AtomicBool::new(false),
            plan: Mutex::new(Arc::new(|_| End::Done)),
        })
    }

    fn plan(&self, plan: impl Fn(usize) -> End + Send + Sync + 'static) {
        self.swaps.store(0, Ordering::SeqCst);
        self.is_down.store(false, Ordering::SeqCst);
        *self.plan.lock().unwrap() = Arc::new(plan);
    }

    fn held(&self) -> Option<String> {
        self.held.lock().unwrap().clone()
    }
}

impl Pointer for Cell {
    fn get(&self) -> Result<Option<String>, LakeError> {
        match self.is_down.load(Ordering::SeqCst) {
            false => Ok(self.held()),
            true => Err(LakeError::catalog("asking", "down")),
        }
    }

    fn swap(&self, expected: Option<&str>, next: &str) -> Result<Swapped, LakeError> {
        let number = self.swaps.fetch_add(1, Ordering::SeqCst);
        let plan = Arc::clone(&self.plan.lock().unwrap());
        let end = plan(number);
        match end {
            End::Failed => return Err(LakeError::catalog("swapping", "no")),
            End::Lost => return Ok(Swapped::Unknown("lost".into())),
            End::Down => {
                self.is_down.store(true, Ordering::SeqCst);
                return Ok(Swapped::Unknown("down".into()));
            }
            End::Done | End::Unanswered => {}
        }
        let mut held = self.held.lock().unwrap();
        if held.as_deref() != expected {
            return Ok(Swapped::Conflict);
        }
        *held = Some(next.to_owned());
        Ok(match end {
            End::Unanswered => Swapped::Unknown("unanswered".into()),
            _ => Swapped::Done,
        })
    }
}

fn names(objects: &InMemory, end: &str) -> usize {
    let listed = objects.list(Some(&"t/metadata".into()));
    let listed: Vec<_> = futures::executor::block_on_stream(listed).collect();
    let mut names = listed.into_iter().map(|meta| meta.unwrap().location);
    names
        .by_ref()
        .filter(|name| name.as_ref().ends_with(end))
        .count()
}

#[test]
fn eight_writers_lose_nothing() {
    const WRITERS: i64 = 8;
    const APPENDS: i64 = 20;
    let objects = Arc::new(InMemory::new());
    let store = LakeStore::new(objects.clone(), "memory://x");
    let cell = Cell::new();
    let table = LakeTable::create_at(&store, "t", definition(), cell.clone()).unwrap();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (store, cell) = (&store, cell.clone());
            scope.spawn(move || {
                let table = LakeTable::open_at(store, cell).unwrap();
                for append in 0..APPENDS {
                    let first = (writer * APPENDS + append) * 10;
                    table.append(&[rows(first..first + 10)]).unwrap();
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..5 {
                table.compact().unwrap();
            }
        });
    });
    assert_eq!(counts(&table), once(0..WRITERS * APPENDS * 10));
    let snapshots = table.snapshots().unwrap();
    let appends = snapshots.iter().filter(|s| s.operation == "append");
    assert_eq!(appends.count() as i64, WRITERS * APPENDS);
    for pair in snapshots.windows(2) {
        assert_eq!(pair[1].parent, Some(pair[0].id));
    }
    // Who was not the first has taken back its file.
    let name = cell.held().unwrap();
    let number = name.rsplit('/').next().unwrap().split('-').next().unwrap();
    assert_eq!(
        names(&objects, ".metadata.json"),
        number.parse::<usize>().unwrap() + 1
    );
}

#[test]
fn whatever_becomes_of_a_swap_rows_are_stored_once() {
    for (first, end) in [(0, End::Lost), (0, End::Unanswered), (2, End::Unanswered)] {
        let store = LakeStore::memory();
        let cell = Cell::new();
        let table = LakeTable::create_at(&store, "t", definition(), cell.clone()).unwrap();
        cell.plan(move |number| match number == first {
            true => end,
            false => End::Done,
        });
        for part in 0..4 {
            table.append(&[rows(part * 3..part * 3 + 3)]).unwrap();
        }
        table.delete_where(&Filter::less("id", 2_i64)).unwrap();
        assert_eq!(counts(&table), once(2..12), "{end:?}");
        assert_eq!(table.snapshots().unwrap().len(), 5, "{end:?}");
    }
}

#[test]
fn a_commit_is_found_though_others_have_committed_since() {
    let store = LakeStore::memory();
    let cell = Cell::new();
    let table = LakeTable::create_at(&store, "t", definition(), cell.clone()).unwrap();
    table.append(&[rows(0..1)]).unwrap();
    // The answer is lost, and before the writer looks, somebody else commits.
    let other = LakeTable::open_at(&store, cell.clone()).unwrap();
    let late = Arc::new(Late {
        cell: cell.clone(),
        other: Mutex::new(Some(other)),
    });
    let mine = table.at(late);
    mine.append(&[rows(1..2)]).unwrap();
    assert_eq!(counts(&table), once(0..22));
    assert_eq!(table.snapshots().unwrap().len(), 22);
}

/// Loses the answer of the first swap, after which others commit twenty times.
#[derive(Debug)]
struct Late {
    cell: Arc<Cell>,
    other: Mutex<Option<LakeTable>>,
}

impl Pointer for Late {
    fn get(&self) -> Result<Option<String>, LakeError> {
        self.cell.get()
    }

    fn swap(&self, expected: Option<&str>, next: &str) -> Result<Swapped, LakeError> {
        let swapped = self.cell.swap(expected, next)?;
        let Some(other) = self.other.lock().unwrap().take() else {
            return Ok(swapped);
        };
        assert!(matches!(swapped, Swapped::Done));
        for id in 2..22 {
            other.append(&[rows([id])])?;
        }
        Ok(Swapped::Unknown("unanswered".into()))
    }
}

#[test]
fn a_swap_that_fails_leaves_the_table_as_it_was() {
    let objects = Arc::new(InMemory::new());
    let store = LakeStore::new(objects.clone(), "memory://x");
    let cell = Cell::new();
    let table = LakeTable::create_at(&store, "t", definition(), cell.clone()).unwrap();
    let before = cell.held();
    cell.plan(|_| End::Failed);
    let error = table.append(&[rows(0..3)]).unwrap_err();
    assert!(error.is_io() && !error.is_unknown(), "{error}");
    assert_eq!(cell.held(), before);
    assert_eq!(names(&objects, ".metadata.json"), 1);
    cell.plan(|_| End::Down);
    let error = table.append(&[rows(0..3)]).unwrap_err();
    assert!(error.is_unknown(), "{error}");
    cell.plan(|_| End::Done);
    assert!(counts(&table).is_empty());
}

#[test]
fn a_writer_that_dies_at_any_write_leaves_a_table_that_goes_on() {
    for last in 0.. {
        let objects = Arc::new(InMemory::new());
        let faulty = Faulty::over(objects.clone());
        let store = LakeStore::new(faulty.clone(), "memory://x");
        let cell = Cell::new();
        let table = LakeTable::create_at(&store, "t", definition(), cell.clone()).unwrap();
        table.append(&[rows(0..3)]).unwrap();
        let before = cell.held();
        faulty.plan(move |number, _| match number < last {
            true => Fate::Done,
            false => Fate::Lost,
        });
        let appended = table.append_idempotent("b", &[rows(3..6)]);
        let is_over = faulty.writes() <= last;
        assert_eq!(appended.is_err(), cell.held() == before);
        faulty.plan(|_, _| Fate::Done);
        let again = table.append_idempotent("b", &[rows(3..6)]).unwrap();
        assert_eq!(again.repeated, appended.is_ok());
        assert_eq!(counts(&table), once(0..6), "{last}");
        table.remove_orphans_before(i64::MAX).unwrap();
        assert_eq!(counts(&table), once(0..6), "{last}");
        // That of the creation, and of two appends.
        assert_eq!(names(&objects, ".metadata.json"), 3, "{last}");
        if is_over {
            break;
        }
    }
}

#[test]
fn older_states_are_read_by_other_cells() {
    let store = LakeStore::memory();
    let cell = Cell::new();
    let table = LakeTable::create_at(&store, "t", definition(), cell.clone()).unwrap();
    table.append(&[rows(0..3)]).unwrap();
    let then = Cell::new();
    *then.held.lock().unwrap() = cell.held();
    table.append(&[rows(3..6)]).unwrap();
    table.compact().unwrap();
    let old = table.at(then);
    assert_eq!(counts(&old), once(0..3));
    assert_eq!(counts(&table), once(0..6));
    // From there on it is another table's history, which does not touch the first.
    old.append(&[rows(100..103)]).unwrap();
    assert_eq!(counts(&table), once(0..6));
}

#[test]
fn a_folder_has_one_table_whoever_keeps_it() {
    let store = LakeStore::memory();
    LakeTable::create(&store, "a", definition()).unwrap();
    let made = LakeTable::create_at(&store, "a", definition(), Cell::new());
    assert!(matches!(made.unwrap_err(), LakeError::TableExists { .. }));
    let cell = Cell::new();
    let table = LakeTable::create_at(&store, "b", definition(), cell.clone()).unwrap();
    let made = LakeTable::create_at(&store, "b", definition(), cell.clone());
    assert!(matches!(made.unwrap_err(), LakeError::TableExists { .. }));
    let made = LakeTable::create_at(&store, "b", definition(), Cell::new());
    assert!(matches!(made.unwrap_err(), LakeError::TableExists { .. }));
    assert!(
        LakeTable::create(&store, "b", definition())
            .unwrap_err()
            .is_unsupported()
    );
    assert!(LakeTable::open(&store, "b").unwrap_err().is_unsupported());
    assert!(
        LakeTable::open_at(&store, Cell::new())
            .unwrap_err()
            .is_no_table()
    );
    // A table of which only a file is known loses none.
    let fixed = LakeTable::open_metadata(&store, &table.metadata_location().unwrap()).unwrap();
    assert!(
        fixed
            .remove_orphans_before(i64::MAX)
            .unwrap_err()
            .is_unsupported()
    );
}
