//! Deletes, compaction, expiry and the removal of orphans: alone, and against each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::fault::{Fate, Faulty};
use crate::support::{Form, counts, definition, once, rows};
use citadel_lake::{FileContent, Filter, LakeStore, LakeTable, Operator};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};

fn table() -> LakeTable {
    table_in(Form::Clear)
}

fn table_in(form: Form) -> LakeTable {
    LakeTable::create(&LakeStore::memory(), "t", form.define(definition())).unwrap()
}

fn between(low: i64, high: i64) -> Filter {
    Filter::compare("id", Operator::GreaterOrEqual, low).and(Filter::less("id", high))
}

fn deletes(table: &LakeTable) -> usize {
    let files = table.files().unwrap();
    files
        .iter()
        .filter(|file| file.content == FileContent::PositionDeletes)
        .count()
}

#[test]
fn deleted_rows_are_gone_and_stay_gone_through_compaction() {
    Form::each(deleted_rows_are_gone_in);
}

fn deleted_rows_are_gone_in(form: Form) {
    let table = table_in(form);
    for start in [0, 100, 200] {
        table.append(&[rows(start..start + 100)]).unwrap();
    }
    let before = table.current_snapshot().unwrap().unwrap();
    assert_eq!(table.delete_where(&between(50, 120)).unwrap().rows, 70);
    let mut left: Vec<i64> = (0..50).chain(120..300).collect();
    assert_eq!(counts(&table), once(left.clone()));
    // A second delete in the same files takes the place of the first one's files.
    assert_eq!(table.delete_where(&between(40, 130)).unwrap().rows, 20);
    left.retain(|id| !(40..130).contains(id));
    assert_eq!(counts(&table), once(left.clone()));
    assert_eq!(deletes(&table), 2);
    let compacted = table.compact().unwrap();
    assert_eq!((compacted.replaced, compacted.written), (3, 1));
    assert_eq!(counts(&table), once(left.clone()));
    assert_eq!(deletes(&table), 0);
    assert_eq!(table.files().unwrap().len(), 1);
    let last = table.snapshots().unwrap().pop().unwrap();
    assert_eq!(last.summary["total-records"], left.len().to_string());
    assert_eq!(last.summary["total-position-deletes"], "0");
    // The state before is still there.
    let read = table
        .scan()
        .snapshot(before)
        .columns(&["id"])
        .collect()
        .unwrap();
    assert_eq!(crate::support::counts_in(&read), once(0..300));
}

#[test]
fn a_delete_of_all_rows_of_a_file_removes_the_file() {
    Form::each(a_file_without_rows_is_removed_in);
}

fn a_file_without_rows_is_removed_in(form: Form) {
    let table = table_in(form);
    table.append(&[rows(0..10)]).unwrap();
    table.append(&[rows(10..20)]).unwrap();
    table.delete_where(&between(3, 5)).unwrap();
    assert_eq!(table.delete_where(&between(0, 10)).unwrap().rows, 8);
    assert_eq!((table.files().unwrap().len(), deletes(&table)), (1, 0));
    assert_eq!(counts(&table), once(10..20));
    let location = table.metadata_location().unwrap();
    let nothing = table.delete_where(&between(0, 10)).unwrap();
    assert_eq!(
        (nothing.rows, nothing.snapshot_id),
        (0, table.current_snapshot().unwrap())
    );
    assert_eq!(table.metadata_location().unwrap(), location);
    assert!(
        table
            .delete_where(&Filter::equal("z", 1))
            .unwrap_err()
            .is_misuse()
    );
    assert!(table.compact().unwrap().replaced == 0);
}

#[test]
fn rows_of_which_the_condition_is_unknown_are_not_deleted() {
    let table = table();
    let mut columns = rows(0..4).columns().to_vec();
    let texts = arrow_array::StringArray::from(vec![Some("a"), None, Some("b"), None]);
    columns[1] = Arc::new(texts);
    let names = ["id", "text", "emb"].into_iter().zip(columns);
    table
        .append(&[arrow_array::RecordBatch::try_from_iter(names).unwrap()])
        .unwrap();
    let other = Filter::compare("text", Operator::NotEqual, "a");
    assert_eq!(table.delete_where(&other).unwrap().rows, 1);
    let negated = Filter::Not(Box::new(Filter::equal("text", "z")));
    assert_eq!(table.delete_where(&negated).unwrap().rows, 1);
    assert_eq!(counts(&table), once([1, 3]));
}

#[test]
fn appends_that_race_compactions_and_deletes_lose_nothing_and_nothing_comes_back() {
    let table = table();
    table.append(&[rows(10_000..10_200)]).unwrap();
    let is_over = AtomicBool::new(false);
    let deleted = thread::scope(|scope| {
        let appenders: Vec<_> = (0..3)
            .map(|writer| {
                let table = table.clone();
                scope.spawn(move || {
                    for append in 0..25 {
                        let first = (writer * 25 + append) * 4;
                        table.append(&[rows(first..first + 4)]).unwrap();
                    }
                })
            })
            .collect();
        let compactor = scope.spawn(|| {
            let mut replaced = 0;
            // How often it wins against the deleter is the scheduler's: it goes on until it has once.
            while replaced == 0 || !is_over.load(Ordering::SeqCst) {
                match table.compact() {
                    Ok(compacted) => replaced += compacted.replaced,
                    Err(error) => assert!(error.is_conflict(), "{error}"),
                }
            }
            replaced
        });
        let deleter = scope.spawn(|| {
            let mut deleted = 0;
            for step in 0..20 {
                deleted += table
                    .delete_where(&between(10_000 + step * 10, 10_010 + step * 10))
                    .unwrap()
                    .rows;
            }
            deleted
        });
        for appender in appenders {
            appender.join().unwrap();
        }
        let deleted = deleter.join().unwrap();
        is_over.store(true, Ordering::SeqCst);
        assert!(compactor.join().unwrap() > 0);
        deleted
    });
    assert_eq!(deleted, 200);
    assert_eq!(counts(&table), once(0..300));
    table.compact().unwrap();
    assert_eq!(counts(&table), once(0..300));
    assert_eq!(
        table.snapshots().unwrap().pop().unwrap().summary["total-records"],
        "300"
    );
}

#[test]
fn a_batch_is_stored_once_also_after_compaction_expiry_and_the_removal_of_orphans() {
    let table = table();
    for batch in 0..150 {
        table
            .append_idempotent(&format!("batch {batch}"), &[rows([batch])])
            .unwrap();
    }
    table.delete_where(&between(0, 10)).unwrap();
    table.compact().unwrap();
    assert_eq!(table.expire_snapshots(i64::MAX, 1).unwrap().len(), 151);
    assert_eq!(table.snapshots().unwrap().len(), 1);
    assert!(table.remove_orphans_before(i64::MAX).unwrap() > 150);
    for batch in 0..150 {
        let again = table
            .append_idempotent(&format!("batch {batch}"), &[rows([batch])])
            .unwrap();
        assert!(again.repeated, "batch {batch}");
    }
    assert_eq!(counts(&table), once(10..150));
}

#[test]
fn expired_snapshots_are_gone_and_the_others_are_read_as_before() {
    let table = table();
    for id in 0..10 {
        table.append(&[rows([id])]).unwrap();
    }
    table.compact().unwrap();
    let snapshots = table.snapshots().unwrap();
    let expired = table.expire_snapshots(i64::MAX, 3).unwrap();
    assert_eq!(expired.len(), 8);
    table.remove_orphans_before(i64::MAX).unwrap();
    for snapshot in &snapshots {
        let read = table.scan().snapshot(snapshot.id).columns(&["id"]).read();
        match expired.contains(&snapshot.id) {
            true => assert!(read.unwrap_err().is_misuse()),
            false => assert!(read.unwrap().all(|batch| batch.is_ok())),
        }
    }
    assert_eq!(counts(&table), once(0..10));
    assert!(table.expire_snapshots(i64::MAX, 0).unwrap().len() == 2);
    assert_eq!(counts(&table), once(0..10));
    // Snapshots younger than the time are kept, however many.
    table.append(&[rows([10])]).unwrap();
    assert!(table.expire_snapshots(0, 1).unwrap().is_empty());
}

#[test]
fn orphans_are_what_nothing_names_and_what_is_old_enough() {
    let inner = Arc::new(InMemory::new());
    let faulty = Faulty::over(Arc::clone(&inner));
    let store = LakeStore::new(Arc::clone(&faulty) as Arc<dyn ObjectStore>, "memory://x");
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    table.append(&[rows(0..3)]).unwrap();
    // A writer that dies after its data file, and one after its manifest list.
    for end in ["-m.avro", ".metadata.json"] {
        let is_dead = AtomicBool::new(false);
        faulty.plan(move |_, name| {
            if name.ends_with(end) {
                is_dead.store(true, Ordering::SeqCst);
            }
            match is_dead.load(Ordering::SeqCst) {
                true => Fate::Lost,
                false => Fate::Done,
            }
        });
        table.append(&[rows(3..6)]).unwrap_err();
    }
    faulty.plan(|_, _| Fate::Done);
    assert!(
        table
            .remove_orphans(Duration::from_secs(60))
            .unwrap_err()
            .is_misuse()
    );
    assert_eq!(table.remove_orphans(Duration::from_secs(3600)).unwrap(), 0);
    // Two data files, a manifest and a list.
    assert_eq!(table.remove_orphans_before(i64::MAX).unwrap(), 4);
    assert_eq!(table.remove_orphans_before(i64::MAX).unwrap(), 0);
    assert_eq!(counts(&table), once(0..3));
    table.append(&[rows(3..6)]).unwrap();
    assert_eq!(counts(&table), once(0..6));
}

#[test]
fn a_crash_at_any_write_of_a_delete_or_compaction_leaves_the_table_before_or_after() {
    type Call = fn(&LakeTable) -> citadel_lake::Result<()>;
    let operations: [(&str, Call, Vec<i64>); 2] = [
        (
            "delete",
            |table| table.delete_where(&between(2, 9)).map(drop),
            vec![0, 1, 9, 10, 11],
        ),
        (
            "compact",
            |table| table.compact().map(drop),
            (0..12).filter(|id| *id != 5).collect(),
        ),
    ];
    for (name, operation, after) in operations {
        let before: Vec<i64> = (0..12).filter(|id| *id != 5).collect();
        for crash in 0.. {
            let inner = Arc::new(InMemory::new());
            let faulty = Faulty::over(Arc::clone(&inner));
            let store = LakeStore::new(Arc::clone(&faulty) as Arc<dyn ObjectStore>, "memory://x");
            let table = LakeTable::create(&store, "t", definition()).unwrap();
            for start in [0, 4, 8] {
                table.append(&[rows(start..start + 4)]).unwrap();
            }
            table.delete_where(&Filter::equal("id", 5)).unwrap();
            faulty.plan(move |number, _| match number < crash {
                true => Fate::Done,
                false => Fate::Lost,
            });
            let answer = operation(&table);
            let writes = faulty.writes();
            faulty.plan(|_, _| Fate::Done);
            match answer {
                Ok(()) => assert_eq!(counts(&table), once(after.clone()), "{name} {crash}"),
                Err(_) => assert_eq!(counts(&table), once(before.clone()), "{name} {crash}"),
            }
            operation(&table).unwrap();
            table.remove_orphans_before(i64::MAX).unwrap();
            assert_eq!(counts(&table), once(after.clone()), "{name} {crash}");
            if crash > writes {
                break;
            }
        }
    }
}

#[test]
fn a_writer_that_slept_past_the_removal_of_its_versions_does_not_write_where_nobody_looks() {
    let inner = Arc::new(InMemory::new());
    let faulty = Faulty::over(Arc::clone(&inner));
    let store = LakeStore::new(Arc::clone(&faulty) as Arc<dyn ObjectStore>, "memory://x");
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    table.append(&[rows([0])]).unwrap();
    let awake = LakeTable::open(
        &LakeStore::new(Arc::clone(&inner) as Arc<dyn ObjectStore>, "memory://x"),
        "t",
    )
    .unwrap();
    // While the sleeper is about to publish version 3, the table goes on to version 153 and the old versions are removed.
    let slept = AtomicBool::new(false);
    faulty.plan(move |_, name| {
        if name.ends_with("/v3.metadata.json") && !slept.swap(true, Ordering::SeqCst) {
            let awake = awake.clone();
            let others = thread::spawn(move || {
                for id in 1..151 {
                    awake.append(&[rows([id])]).unwrap();
                }
                awake.expire_snapshots(i64::MAX, 1).unwrap();
                awake.remove_orphans_before(i64::MAX).unwrap();
            });
            others.join().unwrap();
        }
        Fate::Done
    });
    // A change that has written no files before, so that the removal of orphans took nothing else from it.
    let column = arrow_schema::Field::new("extra", arrow_schema::DataType::Int64, true);
    table
        .change_schema(&[citadel_lake::SchemaChange::AddColumn(column)])
        .unwrap();
    assert!(table.schema().unwrap().field_with_name("extra").is_ok());
    assert_eq!(counts(&table), once(0..151));
    assert!(
        table
            .metadata_location()
            .unwrap()
            .ends_with("/v154.metadata.json")
    );
    let third = object_store::path::Path::from("t/metadata/v3.metadata.json");
    assert!(futures::executor::block_on(inner.head(&third)).is_err());
}
