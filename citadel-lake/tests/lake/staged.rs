//! Rows that are written first and appended later: by whoever does it, once.

use citadel_lake::{Filter, LakeStore, LakeTable, PartitionBy, Staged};

use crate::support::{counts, definition, once, rows};

fn stage(table: &LakeTable, ids: std::ops::Range<i64>) -> Staged {
    let batches = [rows(ids.clone()), rows(ids.end..ids.end + 1)];
    table.stage(batches.into_iter().map(Ok)).unwrap()
}

#[test]
fn staged_rows_are_appended_once_by_any_number_of_writers() {
    let store = LakeStore::memory();
    let by = PartitionBy::Bucket("id".to_owned(), 3);
    let table = LakeTable::create(&store, "t", definition().partition_by(by)).unwrap();
    let staged = stage(&table, 0..20);
    assert_eq!(staged.rows(), 21);
    assert!(counts(&table).is_empty());

    // As another process has it, after it was kept.
    let kept = table.keep_staged(&staged).unwrap();
    let other = LakeTable::open(&store, "t").unwrap();
    std::thread::scope(|scope| {
        for writer in [&table, &other, &other] {
            scope.spawn(|| {
                let staged = writer.kept_staged(&kept).unwrap();
                writer.append_staged("batch", &staged).unwrap();
            });
        }
    });
    assert_eq!(counts(&table), once(0..21));
    assert!(table.has_batch("batch").unwrap() && !table.has_batch("other").unwrap());
    let again = table.append_staged("batch", &staged).unwrap();
    assert!(again.repeated);
    assert_eq!(counts(&table), once(0..21));
}

#[test]
fn files_that_are_gone_are_not_appended() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    let staged = stage(&table, 0..5);
    let kept = table.keep_staged(&staged).unwrap();
    table.discard_staged(staged);
    let staged = table.kept_staged(&kept).unwrap();
    assert!(
        table
            .append_staged("batch", &staged)
            .unwrap_err()
            .is_corrupt()
    );
    assert!(counts(&table).is_empty());
    assert!(table.kept_staged(b"{}").unwrap_err().is_corrupt());
}

#[test]
fn a_delete_with_a_batch_id_is_done_once() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    table.append(&[rows(0..10)]).unwrap();
    let filter = Filter::less("id", 5);
    assert_eq!(table.delete_idempotent("d", &filter).unwrap().rows, 5);
    table.append(&[rows(0..2)]).unwrap();
    assert_eq!(table.delete_idempotent("d", &filter).unwrap().rows, 0);
    assert_eq!(counts(&table), once((0..2).chain(5..10)));
    assert_eq!(table.history().unwrap().len(), 3);
}
