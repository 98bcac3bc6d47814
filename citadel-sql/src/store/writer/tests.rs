//! The writer against a model: whatever is written, in whatever order, rows, indexes and vectors agree, and a
//! statement that fails leaves nothing once its savepoint is rolled back.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use citadel_txn::{View, WriteTxn};
use proptest::prelude::*;

use super::*;
use crate::batch::Column;
use crate::bind::bound::{CreateIndex, NewIndex};
use crate::schema::AnnOptions;
use crate::store::testing::{
    assert_sound, database, index, make, new_btree, new_table, refs, rows, unique,
};
use crate::store::{Direction, IndexScan, KeyRange, RowIdRange, RowReader, VectorReader, delta};
use crate::types::{SqlType, Value};

const ID: u16 = 0;
const UNIQUE: u16 = 1;
const A: u16 = 2;
const B: u16 = 3;
const BODY: u16 = 4;
const NARROW: u16 = 5;
const WIDE: u16 = 6;
const TYPES: [SqlType; 7] = [
    SqlType::Integer,
    SqlType::Text,
    SqlType::Integer,
    SqlType::Real,
    SqlType::Text,
    SqlType::vector(3),
    SqlType::vector(300),
];

/// id INTEGER PRIMARY KEY, unique TEXT UNIQUE, a INTEGER, b REAL NOT NULL, body TEXT, narrow VECTOR(3),
/// wide VECTOR(300); a btree index over (a, b), a unique one over (b, unique), an ann index over narrow with a.
fn table(txn: &mut WriteTxn) -> Arc<TableDef> {
    let mut new = new_table("t", &TYPES);
    new.primary_key = vec![ColumnNo(ID)];
    new.unique = vec![unique(&[UNIQUE])];
    new.columns[usize::from(B)].not_null = true;
    let table = make(txn, &new);
    let (table, _) = index(txn, &new_btree("by_a_b", &table, &[A, B], false));
    let (table, _) = index(txn, &new_btree("by_b_unique", &table, &[B, UNIQUE], true));
    let relation = crate::bind::bound::RelationNo(0);
    let vector = crate::store::RowVector::of_column(&table, ColumnNo(NARROW), relation).expr;
    let ann = CreateIndex {
        name: "ann".to_owned(),
        table,
        kind: NewIndex::Ann {
            relation,
            vector,
            metric: crate::schema::Metric::L2,
            filters: vec![ColumnNo(A)],
            options: AnnOptions::default(),
            deferred: false,
        },
        sql: String::new(),
    };
    index(txn, &ann).0
}

type Model = BTreeMap<i64, Vec<Value>>;

#[derive(Clone, Debug)]
enum Step {
    /// One row; the id may be NULL.
    Insert(Vec<Value>),
    /// Rows whose place in the model is divisible, with new values for some columns.
    Update {
        every: usize,
        columns: BTreeSet<u16>,
        values: Vec<Value>,
    },
    /// All ids move by so many.
    Shift(i64),
    /// All unique texts get a letter in front, or lose their first one.
    Rename(bool),
    Delete(i64),
    Commit,
}

fn or_null(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![1 => Just(Value::Null), 5 => value].boxed()
}

fn row() -> impl Strategy<Value = Vec<Value>> {
    let vector = |dim| {
        (-4i8..4)
            .prop_map(move |v| Value::Vector((0..dim).map(|i| f32::from(v) + i as f32).collect()))
    };
    // A key of 512-byte pages holds less than 100 bytes: the longest text does not fit.
    let key = prop_oneof![30 => "[ab]{0,3}", 1 => "[a]{200}"].prop_map(Value::Text);
    let body = prop_oneof![Just(0usize), 0usize..40, 300usize..600, 2_000usize..9_000];
    (
        or_null((-3i64..25).prop_map(Value::Integer)),
        or_null(key),
        or_null((0i64..5).prop_map(Value::Integer)),
        prop_oneof![1 => Just(Value::Null), 12 => (0i8..3).prop_map(|v| Value::Real(f64::from(v) / 2.0))],
        or_null(body.prop_map(|len| Value::Text("é".repeat(len)))),
        or_null(vector(3)),
        or_null(vector(300)),
    )
        .prop_map(|(a, b, c, d, e, f, g)| vec![a, b, c, d, e, f, g])
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => row().prop_map(Step::Insert),
        4 => (1usize..5, prop::collection::btree_set(1u16..7, 1..4), row())
            .prop_map(|(every, columns, values)| Step::Update { every, columns, values }),
        1 => (-2i64..3).prop_map(Step::Shift),
        1 => any::<bool>().prop_map(Step::Rename),
        3 => (-3i64..25).prop_map(Step::Delete),
        1 => Just(Step::Commit),
    ]
}

/// May the table hold these rows, with keys of so many bytes?
fn is_allowed(model: &Model, max_key: usize) -> bool {
    let mut unique = BTreeSet::new();
    model.values().all(|row| {
        let fits = match &row[usize::from(UNIQUE)] {
            Value::Text(text) => text.len() + 20 < max_key && unique.insert(text.clone()),
            _ => true,
        };
        fits && !row[usize::from(B)].is_null()
    })
}

/// What a step makes of the model; `None`: it must fail.
fn expected(model: &Model, step: &Step, max_key: usize) -> Option<Model> {
    let mut new = model.clone();
    match step {
        Step::Insert(row) => {
            let id = match row[0] {
                Value::Integer(id) => id,
                _ => model.keys().next_back().map_or(1, |id| id + 1),
            };
            let mut row = row.clone();
            row[0] = Value::Integer(id);
            if new.insert(id, row).is_some() {
                return None;
            }
        }
        Step::Update {
            every,
            columns,
            values,
        } => {
            for row in new.values_mut().step_by(*every) {
                for no in columns {
                    row[usize::from(*no)] = values[usize::from(*no)].clone();
                }
            }
        }
        Step::Shift(by) => {
            new = model
                .iter()
                .map(|(id, row)| {
                    let mut row = row.clone();
                    row[0] = Value::Integer(id + by);
                    (id + by, row)
                })
                .collect();
        }
        Step::Rename(longer) => {
            for row in new.values_mut() {
                if let Value::Text(text) = &mut row[usize::from(UNIQUE)] {
                    *text = renamed(text, *longer);
                }
            }
        }
        Step::Delete(id) => drop(new.remove(id)),
        Step::Commit => {}
    }
    is_allowed(&new, max_key).then_some(new)
}

fn renamed(text: &str, longer: bool) -> String {
    if longer {
        format!("a{text}")
    } else {
        text.get(1..).unwrap_or("").to_owned()
    }
}

fn column(ty: SqlType, values: impl IntoIterator<Item = Value>) -> Column {
    let mut column = Column::new(ty, 0);
    for value in values {
        column.push(value.as_ref()).unwrap();
    }
    column
}

fn apply(txn: &mut WriteTxn, table: &Arc<TableDef>, model: &Model, step: &Step) -> Result<()> {
    let mut writer = TableWriter::new(Arc::clone(table));
    let ids = |every| -> Vec<RowId> { model.keys().step_by(every).copied().map(RowId).collect() };
    match step {
        Step::Insert(row) => drop(writer.insert(txn, &refs(row))?),
        Step::Update {
            every,
            columns,
            values,
        } => {
            let ids = ids(*every);
            let assigned: Vec<_> = columns.iter().copied().map(ColumnNo).collect();
            let values: Vec<_> = columns
                .iter()
                .map(|no| {
                    let value = values[usize::from(*no)].clone();
                    column(TYPES[usize::from(*no)], vec![value; ids.len()])
                })
                .collect();
            writer.update(txn, &assigned, &ids, &values)?;
        }
        Step::Shift(by) => {
            let moved = model.keys().map(|id| Value::Integer(id + by));
            let values = [column(SqlType::Integer, moved)];
            writer.update(txn, &[ColumnNo(ID)], &ids(1), &values)?;
        }
        Step::Rename(longer) => {
            let names = model.values().map(|row| match &row[usize::from(UNIQUE)] {
                Value::Text(text) => Value::Text(renamed(text, *longer)),
                other => other.clone(),
            });
            let values = [column(SqlType::Text, names)];
            writer.update(txn, &[ColumnNo(UNIQUE)], &ids(1), &values)?;
        }
        Step::Delete(id) => {
            let there = writer.delete(txn, RowId(*id))?;
            assert_eq!(there, model.contains_key(id));
        }
        Step::Commit => {}
    }
    Ok(())
}

fn assert_equal(view: &dyn View, table: &TableDef, model: &Model) {
    assert_sound(view);
    let expected: Vec<_> = model.iter().map(|(id, row)| (*id, row.clone())).collect();
    assert_eq!(rows(view, table, Direction::Forward, 3), expected);
    let backward: Vec<_> = expected.iter().rev().cloned().collect();
    assert_eq!(rows(view, table, Direction::Backward, 1000), backward);
    assert_index_order(view, table, model);
    assert_single_rows(view, table, model);
    assert_vectors(view, table, model);
}

/// The index over (a, b) gives row ids by a, NULLs last, then b, then id.
fn assert_index_order(view: &dyn View, table: &TableDef, model: &Model) {
    let sort_key = |id: &i64| match (&model[id][usize::from(A)], &model[id][usize::from(B)]) {
        (Value::Integer(a), Value::Real(b)) => (false, *a, (b * 2.0) as i64, *id),
        (_, Value::Real(b)) => (true, 0, (b * 2.0) as i64, *id),
        _ => panic!("b is NOT NULL"),
    };
    let mut ids: Vec<i64> = model.keys().copied().collect();
    ids.sort_by_key(sort_key);
    let index = table.indexes.iter().find(|i| i.name == "by_a_b").unwrap();
    let IndexKind::BTree(btree) = &index.kind else {
        panic!("a btree index");
    };
    let scan = |range, direction| {
        let mut scan = IndexScan::new(btree, range, direction);
        let mut found = Vec::new();
        while scan.next(view, &mut found, 2).unwrap() > 0 {}
        found.into_iter().map(|id| id.0).collect::<Vec<_>>()
    };
    let whole = KeyRange::new(&[], Bound::Unbounded, Bound::Unbounded).unwrap();
    assert_eq!(scan(whole, Direction::Forward), ids);
    let twos: Vec<_> = ids
        .iter()
        .rev()
        .filter(|id| matches!(model[id][usize::from(A)], Value::Integer(2..=3)))
        .copied()
        .collect();
    let range = KeyRange::new(
        &[],
        Bound::Included(ValueRef::Integer(2)),
        Bound::Excluded(ValueRef::Integer(4)),
    );
    assert_eq!(scan(range.unwrap(), Direction::Backward), twos);
}

fn assert_single_rows(view: &dyn View, table: &TableDef, model: &Model) {
    let wanted = [WIDE, ID, A].map(ColumnNo);
    let reader = RowReader::new(table, &wanted);
    for id in -4..26 {
        let mut out = wanted.map(|no| Column::new(table.column(no).ty, 1));
        let found = reader.fetch(view, RowId(id), &mut out).unwrap();
        assert_eq!(found, model.contains_key(&id));
        if let Some(row) = model.get(&id) {
            for (no, out) in wanted.iter().zip(&out) {
                assert_eq!(out.get(0).to_owned(), row[usize::from(no.0)]);
            }
        }
    }
}

fn assert_vectors(view: &dyn View, table: &TableDef, model: &Model) {
    for no in [NARROW, WIDE] {
        let reader = VectorReader::new(table, ColumnNo(no)).unwrap();
        let vectors: Vec<(i64, &Vec<f32>)> = model
            .iter()
            .filter_map(|(id, row)| match &row[usize::from(no)] {
                Value::Vector(vector) => Some((*id, vector)),
                _ => None,
            })
            .collect();
        let (mut ids, mut all) = (Vec::new(), Vec::new());
        reader
            .for_each(view, RowIdRange::ALL, |id, vector, _| {
                ids.push(id);
                vector.append_to(&mut all);
                Ok(())
            })
            .unwrap();
        assert_eq!(
            ids,
            vectors.iter().map(|(id, _)| RowId(*id)).collect::<Vec<_>>()
        );
        let flat: Vec<f32> = vectors
            .iter()
            .flat_map(|(_, v)| v.iter().copied())
            .collect();
        assert_eq!(all, flat);
        // Found one by one, forwards, backwards, and to and fro, whether they are there or not.
        let orders: [fn(i64) -> i64; 3] = [|at| at, |at| 21 - at, |at| at * 7 % 29 - 4];
        for order in orders {
            let mut scan = reader.scan();
            let mut together = Vec::new();
            let wanted: Vec<RowId> = (-4..26).map(order).map(RowId).collect();
            reader
                .fetch_several(view, &wanted, |id, vector, _| {
                    together.push((id.0, vector.map(|vector| vector.to_value())));
                    Ok(())
                })
                .unwrap();
            let expected: Vec<_> = (-4..26)
                .map(order)
                .map(|id| {
                    let row = vectors.iter().find(|(other, _)| *other == id);
                    (id, row.map(|(_, vector)| Value::Vector((*vector).clone())))
                })
                .collect();
            assert_eq!(together, expected);
            for id in (-4..26).map(order) {
                let found = scan
                    .find(view, RowId(id), |vector| vector.bytes.len())
                    .unwrap();
                let expected = vectors.iter().find(|(other, _)| *other == id);
                assert_eq!(found, expected.map(|(_, vector)| vector.len() * 4));
            }
        }
        for (id, vector) in vectors {
            let found = reader.fetch(view, RowId(id)).unwrap();
            assert_eq!(found, Some(Value::Vector(vector.clone())));
        }
        assert_eq!(reader.fetch(view, RowId(1000)).unwrap(), None);
    }
}

fn run(page_bytes: u32, steps: &[Step]) {
    let database = database(page_bytes);
    let mut txn = database.begin_write().unwrap();
    let table = table(&mut txn);
    let mut model = Model::new();
    for step in steps {
        if matches!(step, Step::Commit) {
            txn.commit().unwrap();
            txn = database.begin_write().unwrap();
        }
        let savepoint = txn.savepoint();
        let done = apply(&mut txn, &table, &model, step);
        match expected(&model, step, txn.max_key_len()) {
            Some(new) => {
                done.unwrap();
                txn.release(savepoint).unwrap();
                model = new;
            }
            None => {
                let error = done.expect_err("the model refuses this step");
                assert!(error.sqlstate().is_some(), "{error}");
                txn.rollback_to(&savepoint).unwrap();
                txn.release(savepoint).unwrap();
            }
        }
        assert_equal(&txn, &table, &model);
    }
    txn.commit().unwrap();
    assert_equal(&database.begin_read().unwrap(), &table, &model);
    assert_eq!(database.check().unwrap().problems, Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn rows_and_indexes_agree_on_small_pages(steps in prop::collection::vec(step(), 1..60)) {
        run(512, &steps);
    }

    #[test]
    fn rows_and_indexes_agree_on_pages(steps in prop::collection::vec(step(), 1..60)) {
        run(8192, &steps);
    }
}

/// The state of things for the tests below: an empty table in an open transaction.
fn started() -> (WriteTxn, Arc<TableDef>) {
    let mut txn = database(8192).begin_write().unwrap();
    let table = table(&mut txn);
    (txn, table)
}

fn plain(id: Value, unique: &str, b: f64) -> Vec<Value> {
    let mut row = vec![Value::Null; 7];
    row[0] = id;
    row[1] = Value::Text(unique.to_owned());
    row[3] = Value::Real(b);
    row
}

#[test]
fn errors_name_what_was_violated() {
    let (mut txn, table) = started();
    let mut writer = TableWriter::new(table);
    let mut insert = |row: &[Value]| writer.insert(&mut txn, &refs(row));
    insert(&plain(Value::Integer(7), "x", 1.0)).unwrap();
    let mut failure = |row: &[Value]| {
        let error = insert(row).unwrap_err();
        (error.sqlstate().unwrap(), error.to_string())
    };
    let (state, text) = failure(&plain(Value::Integer(7), "y", 1.0));
    assert_eq!(state, SqlState::UNIQUE_VIOLATION);
    assert!(
        text.contains("\"t_pkey\": key (c0)=(7) already exists"),
        "{text}"
    );
    let (state, text) = failure(&plain(Value::Null, "x", 2.0));
    assert_eq!(state, SqlState::UNIQUE_VIOLATION);
    assert!(
        text.contains("\"t_c1_key\": key (c1)=(x) already exists"),
        "{text}"
    );
    let mut row = plain(Value::Null, "z", 1.0);
    row[3] = Value::Null;
    let (state, text) = failure(&row);
    assert_eq!(state, SqlState::NOT_NULL_VIOLATION);
    assert!(text.contains("column \"c3\" of table \"t\""), "{text}");
    row[3] = Value::Integer(1);
    assert_eq!(failure(&row).0, SqlState::DATATYPE_MISMATCH);
    row[3] = Value::Real(f64::NAN);
    assert_eq!(failure(&row).0, SqlState::NUMERIC_OUT_OF_RANGE);
    row[3] = Value::Real(0.0);
    row[5] = Value::Vector(vec![1.0, 2.0]);
    assert_eq!(failure(&row).0, SqlState::DATA_EXCEPTION);
    row[5] = Value::Vector(vec![1.0, f32::INFINITY, 0.0]);
    assert_eq!(failure(&row).0, SqlState::DATA_EXCEPTION);
}

#[test]
fn row_ids_follow_the_greatest_and_end() {
    let (mut txn, table) = started();
    let mut writer = TableWriter::new(table);
    let mut insert =
        |id: Value, unique: &str| writer.insert(&mut txn, &refs(&plain(id, unique, 0.0)));
    assert_eq!(insert(Value::Null, "a").unwrap(), RowId(1));
    assert_eq!(insert(Value::Integer(-5), "b").unwrap(), RowId(-5));
    assert_eq!(insert(Value::Null, "c").unwrap(), RowId(2));
    assert_eq!(
        insert(Value::Integer(i64::MAX), "d").unwrap(),
        RowId(i64::MAX)
    );
    let error = insert(Value::Null, "e").unwrap_err();
    assert_eq!(error.sqlstate(), Some(SqlState::PROGRAM_LIMIT_EXCEEDED));
    assert_eq!(insert(Value::Integer(3), "e").unwrap(), RowId(3));
    assert!(writer.delete(&mut txn, RowId(i64::MAX)).unwrap());
    let row = plain(Value::Null, "f", 0.0);
    assert_eq!(writer.insert(&mut txn, &refs(&row)).unwrap(), RowId(4));
}

#[test]
fn a_row_id_set_to_null_is_refused() {
    let (mut txn, table) = started();
    let mut writer = TableWriter::new(table);
    writer
        .insert(&mut txn, &refs(&plain(Value::Null, "a", 0.0)))
        .unwrap();
    let values = [column(SqlType::Integer, [Value::Null])];
    let error = writer
        .update(&mut txn, &[ColumnNo(ID)], &[RowId(1)], &values)
        .unwrap_err();
    assert_eq!(error.sqlstate(), Some(SqlState::NOT_NULL_VIOLATION));
}

#[test]
fn the_ann_index_is_told_of_each_change_that_concerns_it() {
    let (mut txn, table) = started();
    let mut writer = TableWriter::new(Arc::clone(&table));
    let ann = super::anns(&table).next().unwrap();
    let forget = |txn: &mut WriteTxn| {
        let touched = delta::rows(txn, ann).unwrap();
        delta::forget_through(txn, ann, txn.generation()).unwrap();
        touched
    };
    for unique in ["a", "b", "c"] {
        writer
            .insert(&mut txn, &refs(&plain(Value::Null, unique, 0.0)))
            .unwrap();
    }
    assert_eq!(forget(&mut txn), [1, 2, 3].map(RowId));
    let body = [column(SqlType::Text, [Value::Text("…".to_owned())])];
    writer
        .update(&mut txn, &[ColumnNo(BODY)], &[RowId(1)], &body)
        .unwrap();
    assert_eq!(forget(&mut txn), []);
    let filter = [column(SqlType::Integer, [Value::Integer(4)])];
    writer
        .update(&mut txn, &[ColumnNo(A)], &[RowId(1)], &filter)
        .unwrap();
    let vector = [column(SqlType::vector(3), [Value::Vector(vec![0.5; 3])])];
    writer
        .update(&mut txn, &[ColumnNo(NARROW)], &[RowId(2)], &vector)
        .unwrap();
    writer.delete(&mut txn, RowId(3)).unwrap();
    assert_eq!(forget(&mut txn), [1, 2, 3].map(RowId));
    let moved = [column(SqlType::Integer, [Value::Integer(9)])];
    writer
        .update(&mut txn, &[ColumnNo(ID)], &[RowId(1)], &moved)
        .unwrap();
    assert_eq!(forget(&mut txn), [1, 9].map(RowId));
}
