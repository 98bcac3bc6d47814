//! Scans give what their ranges and columns say, rest between batches, and the check finds what is damaged.

use std::sync::Arc;

use citadel_txn::{View, WriteTxn};
use proptest::prelude::*;

use super::testing::{assert_sound, database, index, make, new_btree, new_table, refs};
use super::*;
use crate::batch::Column;
use crate::schema::{Catalog, ColumnNo, ColumnStorage, IndexKind, RowId, TableDef};
use crate::types::{SqlType, Value, ValueRef};

/// Rows (id, text, wide vector) with the given ids; every third vector is NULL.
fn filled(page_bytes: u32, ids: impl IntoIterator<Item = i64>) -> (WriteTxn, Arc<TableDef>) {
    let mut txn = database(page_bytes).begin_write().unwrap();
    let types = [SqlType::Integer, SqlType::Text, SqlType::vector(260)];
    let mut new = new_table("t", &types);
    new.primary_key = vec![ColumnNo(0)];
    let table = make(&mut txn, &new);
    let (table, _) = index(&mut txn, &new_btree("i", &table, &[1], true));
    let mut writer = TableWriter::new(Arc::clone(&table));
    for id in ids {
        let vector = match id % 3 {
            0 => Value::Null,
            _ => Value::Vector(vec![id as f32; 260]),
        };
        let row = [Value::Integer(id), Value::Text(format!("row {id}")), vector];
        writer.insert(&mut txn, &refs(&row)).unwrap();
    }
    (txn, table)
}

fn text_of(id: i64) -> String {
    format!("row {id}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_scan_gives_its_range_in_its_direction(
        ids in prop::collection::btree_set(-40i64..40, 0..60),
        first in -45i64..45,
        last in -45i64..45,
        forward in any::<bool>(),
        batch in 1usize..9,
    ) {
        let (txn, table) = filled(512, ids.iter().copied());
        let mut expected: Vec<i64> = ids.iter().copied().filter(|id| (first..=last).contains(id)).collect();
        if !forward {
            expected.reverse();
        }
        let direction = if forward { Direction::Forward } else { Direction::Backward };
        let wanted = [ColumnNo(2), ColumnNo(1)];
        let mut scan = TableScan::new(&table, &wanted, RowIdRange { first, last }, direction);
        let mut row_ids = Column::new(SqlType::Integer, 0);
        let mut out = wanted.map(|no| Column::new(table.column(no).ty, 0));
        while scan.next(&txn, Some(&mut row_ids), &mut out, batch).unwrap() > 0 {}
        prop_assert_eq!(row_ids.len(), expected.len());
        for (row, id) in expected.iter().enumerate() {
            prop_assert_eq!(row_ids.get(row), ValueRef::Integer(*id));
            prop_assert_eq!(out[1].get(row), ValueRef::Text(&text_of(*id)));
            prop_assert_eq!(out[0].is_null(row), id % 3 == 0);
            if let ValueRef::Vector(vector) = out[0].get(row) {
                prop_assert!(vector.iter().all(|c| *c == *id as f32));
            }
        }
        prop_assert_eq!(scan.next(&txn, None, &mut out, batch).unwrap(), 0);
    }
}

fn one(id: i64) -> RowIdRange {
    RowIdRange {
        first: id,
        last: id,
    }
}

#[test]
fn the_ends_of_all_row_ids_are_in_range() {
    let ids = [i64::MIN, -1, 0, i64::MAX];
    let (txn, table) = filled(512, ids);
    for direction in [Direction::Forward, Direction::Backward] {
        let mut scan = TableScan::new(&table, &[], RowIdRange::ALL, direction);
        assert_eq!(scan.next(&txn, None, &mut [], 10).unwrap(), 4);
    }
    for range in [RowIdRange::NONE, one(7)] {
        let mut scan = TableScan::new(&table, &[], range, Direction::Backward);
        assert_eq!(scan.next(&txn, None, &mut [], 10).unwrap(), 0);
    }
    let mut scan = TableScan::new(&table, &[], one(i64::MAX), Direction::Backward);
    assert_eq!(scan.next(&txn, None, &mut [], 10).unwrap(), 1);
}

#[test]
fn a_scan_goes_on_after_rows_changed_under_it() {
    let (mut txn, table) = filled(512, 1..=20);
    let wanted = [ColumnNo(0), ColumnNo(2)];
    let mut scan = TableScan::new(&table, &wanted, RowIdRange::ALL, Direction::Forward);
    let mut out = wanted.map(|no| Column::new(table.column(no).ty, 0));
    assert_eq!(scan.next(&txn, None, &mut out, 5).unwrap(), 5);
    let mut writer = TableWriter::new(Arc::clone(&table));
    for id in [5, 6, 7] {
        assert!(writer.delete(&mut txn, RowId(id)).unwrap());
    }
    while scan.next(&txn, None, &mut out, 4).unwrap() > 0 {}
    let seen: Vec<_> = (0..out[0].len())
        .map(|row| out[0].get(row).to_owned())
        .collect();
    let expected: Vec<_> = (1..=5).chain(8..=20).map(Value::Integer).collect();
    assert_eq!(seen, expected);
    assert_eq!(out[1].get(5), ValueRef::Vector(&[8.0; 260]));
}

#[test]
fn rows_outgrow_pages_and_shrink_again() {
    let mut txn = database(512).begin_write().unwrap();
    let table = make(&mut txn, &new_table("t", &[SqlType::Text, SqlType::Blob]));
    let mut writer = TableWriter::new(Arc::clone(&table));
    for at in 0..10 {
        let row = [Value::Text(text_of(at)), Value::Null];
        writer.insert(&mut txn, &refs(&row)).unwrap();
    }
    let reader = RowReader::new(&table, &[ColumnNo(1), ColumnNo(0)]);
    for len in [
        10, 100, 400, 500, 511, 512, 513, 1000, 200_000, 3, 70_000, 0,
    ] {
        let blob: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
        let mut value = Column::new(SqlType::Blob, 1);
        value.push_blob(&blob).unwrap();
        writer
            .update(&mut txn, &[ColumnNo(1)], &[RowId(4)], &[value])
            .unwrap();
        let mut out = [Column::new(SqlType::Blob, 1), Column::new(SqlType::Text, 1)];
        assert!(reader.fetch(&txn, RowId(4), &mut out).unwrap());
        assert_eq!(out[0].get(0), ValueRef::Blob(&blob));
        assert_eq!(out[1].get(0), ValueRef::Text(&text_of(3)));
        assert_eq!(txn.tree_len(table.rows).unwrap(), 10);
    }
    assert_sound(&txn);
}

/// Damages a sound table by one call, and gives what the check then says.
fn findings_after(damage: impl FnOnce(&mut WriteTxn, &TableDef)) -> Vec<String> {
    let (mut txn, table) = filled(512, 1..=5);
    assert_sound(&txn);
    damage(&mut txn, &table);
    check_all(&txn, &Catalog::load(&txn).unwrap()).unwrap()
}

fn index_tree(table: &TableDef) -> citadel_txn::TreeId {
    match &table.indexes[0].kind {
        IndexKind::BTree(btree) => btree.tree,
        IndexKind::Ann(_) => panic!("a btree index"),
    }
}

fn vector_tree(table: &TableDef) -> citadel_txn::TreeId {
    match table.columns[2].storage {
        ColumnStorage::Tree(tree) => tree,
        ColumnStorage::Row => panic!("a wide vector"),
    }
}

fn index_key(text: &str) -> Vec<u8> {
    let mut key = Vec::new();
    index_key::put_key_column(&mut key, ValueRef::Text(text)).unwrap();
    key
}

#[test]
fn the_check_finds_what_does_not_agree() {
    let row = row_key::encode(RowId(2));
    let found = findings_after(|txn, table| {
        assert!(txn.remove(index_tree(table), &index_key("row 2")).unwrap());
    });
    assert!(
        found
            .iter()
            .any(|f| f.contains("index \"i\" has no entry for row 2")),
        "{found:?}"
    );
    let found = findings_after(|txn, table| {
        txn.insert(index_tree(table), &index_key("row 9"), &row)
            .unwrap();
    });
    assert!(
        found.iter().any(|f| f.contains("6 entries for 5 rows")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|f| f.contains("an entry for row 2, which has another key")),
        "{found:?}"
    );
    let found = findings_after(|txn, table| {
        assert!(txn.remove(table.rows, &row).unwrap());
    });
    for expected in [
        "an entry for row 2, which is not there",
        "has a vector for row 2, which has none",
    ] {
        assert!(found.iter().any(|f| f.contains(expected)), "{found:?}");
    }
    let found = findings_after(|txn, table| {
        let other = txn.get(table.rows, &row_key::encode(RowId(3))).unwrap();
        let other = other.unwrap().to_vec();
        txn.insert(table.rows, &row, &other).unwrap();
    });
    assert!(
        found
            .iter()
            .any(|f| f.contains("unique, and rows 3 and 2 have the same key")),
        "{found:?}"
    );
    let found = findings_after(|txn, table| {
        txn.insert(index_tree(table), &index_key("row 3"), &row)
            .unwrap();
    });
    assert!(
        found.iter().any(|f| f.contains("no entry for row 3")),
        "{found:?}"
    );
    let found = findings_after(|txn, table| {
        assert!(txn.remove(vector_tree(table), &row).unwrap());
    });
    assert!(
        found
            .iter()
            .any(|f| f.contains("row 2: the vector of column \"c2\"")),
        "{found:?}"
    );
    let found = findings_after(|txn, table| {
        txn.insert(vector_tree(table), &row_key::encode(RowId(3)), &[0; 1040])
            .unwrap();
    });
    assert!(
        found.iter().any(|f| f.contains("5 vectors for 4 rows")),
        "{found:?}"
    );
    let found = findings_after(|txn, table| {
        txn.insert(table.rows, &row, &[3, 0, 9, b'x']).unwrap();
    });
    assert!(
        found
            .iter()
            .any(|f| f.contains("row 2 of table \"t\" does not decode")),
        "{found:?}"
    );
    let found = findings_after(|txn, table| {
        txn.insert(table.rows, b"no row id", &[0]).unwrap();
    });
    assert!(
        found.iter().any(|f| f.contains("a key is not a row id")),
        "{found:?}"
    );
}

#[test]
fn damaged_rows_are_errors_for_readers() {
    let (mut txn, table) = filled(512, 1..=3);
    txn.insert(table.rows, &row_key::encode(RowId(2)), &[3, 0, 9, b'x'])
        .unwrap();
    let mut out = [Column::new(SqlType::Text, 1)];
    let reader = RowReader::new(&table, &[ColumnNo(1)]);
    let error = reader.fetch(&txn, RowId(2), &mut out).unwrap_err();
    assert!(error.is_corrupt());
    let mut writer = TableWriter::new(Arc::clone(&table));
    assert!(writer.delete(&mut txn, RowId(2)).unwrap_err().is_corrupt());
}
