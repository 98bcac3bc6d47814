//! Long calls that somebody ends: nothing is changed, and nothing is left behind.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{
    Filter, IndexKind, IndexState, LakeStore, LakeTable, Metric, Result, Step, TableDefinition,
    VectorColumn, Watch,
};
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::memory::InMemory;

use crate::support::{DIMENSION, counts, definition, once, rows, spread, spread_rows};

struct Lab {
    inner: Arc<InMemory>,
    table: LakeTable,
}

impl Lab {
    fn new(definition: TableDefinition) -> Self {
        let inner = Arc::new(InMemory::new());
        let store = LakeStore::new(Arc::clone(&inner) as Arc<dyn ObjectStore>, "memory://x");
        let table = LakeTable::create(&store, "t", definition).unwrap();
        Self { inner, table }
    }

    /// The names of all files, but for the hint, which is written anew.
    fn files(&self) -> Vec<String> {
        let listed: Vec<_> =
            futures::executor::block_on(self.inner.list(None).try_collect()).unwrap();
        let names = listed.into_iter().map(|object| object.location.to_string());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

fn interrupted<T: std::fmt::Debug>(what: &str, result: Result<T>) {
    let error = result.expect_err(what);
    assert!(error.is_interrupted(), "{what}: {error}");
}

#[test]
fn every_long_call_ends_when_it_is_told_to() {
    let lab = Lab::new(definition());
    lab.table.append(&[spread_rows(0..1_500)]).unwrap();
    lab.table.append(&[rows(1_500..1_600)]).unwrap();
    let files = lab.files();
    let cancel = Arc::new(AtomicBool::new(true));
    let table = lab.table.watched(Watch::new(Arc::clone(&cancel)));
    let query = spread(1);
    interrupted("scan", table.scan().collect());
    interrupted("search", table.search("emb", &query).run());
    interrupted("append", table.append(&[rows(2_000..2_010)]));
    interrupted("stage", table.stage([Ok(rows(2_000..2_010))]));
    interrupted("delete", table.delete_where(&Filter::less("id", 700)));
    interrupted("compact", table.compact());
    interrupted("compact_by", table.compact_by("emb"));
    interrupted("build", table.build_indexes());
    assert_eq!(lab.files(), files);
    assert_eq!(counts(&lab.table), once(0..1_600));
    // Who does not watch is not ended, and who has changed their mind goes on.
    cancel.store(false, Ordering::Relaxed);
    table.append(&[rows(1_600..1_610)]).unwrap();
    assert_eq!(table.build_indexes().unwrap(), 1);
    table.compact().unwrap();
    assert_eq!(counts(&table), once(0..1_610));
}

/// A handle that is ended at the first step that satisfies a condition, and the steps that it told.
fn ended_at(
    table: &LakeTable,
    is_it: impl Fn(Step) -> bool + Send + Sync + 'static,
) -> (LakeTable, Arc<Mutex<Vec<Step>>>) {
    let cancel = Arc::new(AtomicBool::new(false));
    let steps: Arc<Mutex<Vec<Step>>> = Arc::default();
    let (flag, told) = (Arc::clone(&cancel), Arc::clone(&steps));
    let watch = Watch::new(cancel).on_step(move |step| {
        told.lock().unwrap().push(step);
        if is_it(step) {
            flag.store(true, Ordering::Relaxed);
        }
    });
    (table.watched(watch), steps)
}

#[test]
fn a_compaction_that_is_ended_in_the_middle_leaves_nothing() {
    let lab = Lab::new(definition().property("write.target-file-size-bytes", "20000"));
    for start in (0..9_000).step_by(300) {
        lab.table
            .append(&[spread_rows(start..start + 300)])
            .unwrap();
    }
    let files = lab.files();
    // Several files are written by then.
    let half = |step| matches!(step, Step::Rewriting { done, total } if done * 2 > total);
    for column in [None, Some("emb")] {
        let (table, steps) = ended_at(&lab.table, half);
        let done = match column {
            None => table.compact(),
            Some(column) => table.compact_by(column),
        };
        interrupted("compact", done);
        assert!(steps.lock().unwrap().len() > 3);
        assert_eq!(lab.files(), files, "{column:?}");
    }
    // What is not ended tells all of its rows.
    let (table, steps) = ended_at(&lab.table, |_| false);
    table.compact().unwrap();
    let last = steps.lock().unwrap().pop();
    let (done, total) = (9_000, 9_000);
    assert_eq!(last, Some(Step::Rewriting { done, total }));
    assert_eq!(counts(&lab.table), once(0..9_000));
}

#[test]
fn an_index_that_is_ended_has_not_failed() {
    for kind in [IndexKind::Prism, IndexKind::IvfPq] {
        let element = Arc::new(Field::new("item", DataType::Float32, true));
        let schema = Schema::new(vec![
            Field::new("id", DataType::Int64, false),
            Field::new("text", DataType::Utf8, true),
            Field::new("emb", DataType::FixedSizeList(element, DIMENSION), true),
        ]);
        let vector = VectorColumn::new("emb", DIMENSION as usize, Metric::L2).index(kind);
        let lab = Lab::new(TableDefinition::new(schema).vector(vector));
        lab.table.append(&[spread_rows(0..3_000)]).unwrap();
        let files = lab.files();
        if kind == IndexKind::Prism {
            let (table, _) = ended_at(&lab.table, |step| matches!(step, Step::Building(_)));
            interrupted("build", table.build_indexes());
            assert_eq!(lab.files(), files);
        }
        let cancel = Arc::new(AtomicBool::new(true));
        interrupted(
            "build",
            lab.table.watched(Watch::new(cancel)).build_indexes(),
        );
        let state = |table: &LakeTable| table.indexes().unwrap().remove(0).state;
        assert_eq!(state(&lab.table), IndexState::Indexing);
        assert_eq!(lab.table.build_indexes().unwrap(), 1);
        assert_eq!(state(&lab.table), IndexState::Ready);
    }
}
