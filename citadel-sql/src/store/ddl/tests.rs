//! Definitions and trees come and go together.

use citadel_txn::View;

use super::*;
use crate::bind::bound::{CreateIndex, NewIndex};
use crate::error::SqlState;
use crate::schema::{AnnOptions, Catalog, ColumnNo, ColumnStorage, IndexKind, IndexOrigin};
use crate::store::TableWriter;
use crate::store::testing::{
    assert_sound, database, index, make, new_btree, new_table, refs, reload, unique,
};
use crate::types::{SqlType, Value};

#[test]
fn an_empty_database_has_an_empty_catalog() {
    let database = database(512);
    let catalog = Catalog::load(&database.begin_read().unwrap()).unwrap();
    assert!(catalog.tables().is_empty());
    assert!(catalog.table("t").is_none());
}

#[test]
fn definitions_survive_a_commit_and_are_found_by_folded_names() {
    let database = database(512);
    let mut txn = database.begin_write().unwrap();
    let mut new = new_table(
        "Docs",
        &[
            SqlType::Integer,
            SqlType::Text,
            SqlType::vector(256),
            SqlType::vector(257),
        ],
    );
    new.primary_key = vec![ColumnNo(0)];
    new.unique = vec![unique(&[0]), unique(&[1]), unique(&[1, 0])];
    make(&mut txn, &new);
    txn.commit().unwrap();
    let catalog = Catalog::load(&database.begin_read().unwrap()).unwrap();
    let table = catalog.table("dOCS").unwrap();
    assert_eq!(table.name, "Docs");
    assert_eq!(table.rowid_column, Some(ColumnNo(0)));
    assert!(table.columns[0].not_null);
    assert_eq!(table.columns[2].storage, ColumnStorage::Row);
    assert!(matches!(table.columns[3].storage, ColumnStorage::Tree(_)));
    let names: Vec<_> = table.indexes.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["Docs_c1_key", "Docs_c1_c0_key"]);
    let index = catalog.index("docs_C1_key").unwrap();
    assert_eq!(index.origin, IndexOrigin::Unique);
    assert_eq!(catalog.table_of(index).unwrap().id, table.id);
}

#[test]
fn a_primary_key_that_is_not_one_integer_is_a_unique_index() {
    let mut txn = database(512).begin_write().unwrap();
    let mut new = new_table("t", &[SqlType::Text, SqlType::Integer]);
    new.primary_key = vec![ColumnNo(1), ColumnNo(0)];
    let table = make(&mut txn, &new);
    assert_eq!(table.rowid_column, None);
    assert!(table.columns.iter().all(|c| c.not_null));
    assert_eq!(table.indexes[0].name, "t_pkey");
    assert_eq!(table.indexes[0].origin, IndexOrigin::PrimaryKey);
    let error = drop_index(&mut txn, &table.indexes[0]).unwrap_err();
    assert_eq!(error.sqlstate(), Some(SqlState::DEPENDENT_OBJECTS));
}

#[test]
fn a_name_belongs_to_one_table_or_index() {
    let mut txn = database(512).begin_write().unwrap();
    let table = make(&mut txn, &new_table("t", &[SqlType::Integer]));
    let (table, _) = index(&mut txn, &new_btree("i", &table, &[0], false));
    for name in ["T", "I"] {
        let error = create_table(&mut txn, &new_table(name, &[SqlType::Integer])).unwrap_err();
        assert_eq!(error.sqlstate(), Some(SqlState::DUPLICATE_TABLE));
        let error = create_index(&mut txn, &new_btree(name, &table, &[0], false), &mut || {
            Ok(())
        })
        .unwrap_err();
        assert_eq!(error.sqlstate(), Some(SqlState::DUPLICATE_TABLE));
    }
    let mut new = new_table("u", &[SqlType::Integer]);
    new.unique = vec![unique(&[0])];
    index(&mut txn, &new_btree("u_c0_key", &table, &[0], false));
    let table = make(&mut txn, &new);
    assert_eq!(table.indexes[0].name, "u_c0_key1");
}

#[test]
fn a_table_has_a_bounded_number_of_columns() {
    let mut txn = database(512).begin_write().unwrap();
    make(&mut txn, &new_table("t", &[SqlType::Real; 4096]));
    let error = create_table(&mut txn, &new_table("u", &[SqlType::Real; 70_000])).unwrap_err();
    assert_eq!(error.sqlstate(), Some(SqlState::PROGRAM_LIMIT_EXCEEDED));
}

#[test]
fn dropping_frees_every_tree() {
    let database = database(512);
    let mut txn = database.begin_write().unwrap();
    let mut new = new_table(
        "t",
        &[SqlType::Integer, SqlType::vector(300), SqlType::Text],
    );
    new.unique = vec![unique(&[2])];
    let table = make(&mut txn, &new);
    let relation = crate::bind::bound::RelationNo(0);
    let vector = crate::store::RowVector::of_column(&table, ColumnNo(1), relation).expr;
    let ann = CreateIndex {
        name: "a".to_owned(),
        table,
        kind: NewIndex::Ann {
            relation,
            vector,
            metric: crate::schema::Metric::Cosine,
            filters: vec![ColumnNo(0)],
            options: AnnOptions::default(),
            deferred: false,
        },
        sql: String::new(),
    };
    let (table, ann) = index(&mut txn, &ann);
    let IndexKind::Ann(trees) = &ann.kind else {
        panic!("an ann index");
    };
    let mut writer = TableWriter::new(table.clone());
    for at in 0..50 {
        let row = [
            Value::Integer(at),
            Value::Vector(vec![at as f32; 300]),
            Value::Text(at.to_string()),
        ];
        writer.insert(&mut txn, &refs(&row)).unwrap();
    }
    drop_table(&mut txn, &table).unwrap();
    for tree in [table.rows, trees.delta, trees.segments] {
        assert!(!txn.tree_exists(tree).unwrap());
    }
    assert!(Catalog::load(&txn).unwrap().tables().is_empty());
    assert!(drop_table(&mut txn, &table).is_err());
    txn.commit().unwrap();
    assert_eq!(database.check().unwrap().problems, Vec::<String>::new());
}

#[test]
fn an_index_is_built_from_the_rows_that_are_there() {
    let mut txn = database(512).begin_write().unwrap();
    let table = make(
        &mut txn,
        &new_table("t", &[SqlType::Integer, SqlType::Text]),
    );
    let mut writer = TableWriter::new(table.clone());
    for at in 0..3000i64 {
        let row = [
            Value::Integer(at * 7919 % 3000),
            Value::Text((at % 10).to_string()),
        ];
        writer.insert(&mut txn, &refs(&row)).unwrap();
    }
    let (table, _) = index(&mut txn, &new_btree("i", &table, &[1, 0, 1], false));
    let (table, _) = index(&mut txn, &new_btree("u", &table, &[0], true));
    assert_sound(&txn);
    let before = Catalog::load(&txn).unwrap().version();
    let savepoint = txn.savepoint();
    let error = create_index(
        &mut txn,
        &new_btree("v", &table, &[1], true),
        &mut || Ok(()),
    )
    .unwrap_err();
    assert_eq!(error.sqlstate(), Some(SqlState::UNIQUE_VIOLATION));
    assert!(error.to_string().contains("key (c1)=("), "{error}");
    txn.rollback_to(&savepoint).unwrap();
    assert_eq!(reload(&txn, "t").indexes.len(), 2);
    assert_eq!(Catalog::current_version(&txn).unwrap(), before);
    assert_sound(&txn);
}

#[test]
fn a_vector_is_no_key() {
    let mut txn = database(512).begin_write().unwrap();
    let mut new = new_table("t", &[SqlType::vector(3)]);
    let table = make(&mut txn, &new);
    let error = create_index(&mut txn, &new_btree("i", &table, &[0], false), &mut || {
        Ok(())
    })
    .unwrap_err();
    assert_eq!(error.sqlstate(), Some(SqlState::DATATYPE_MISMATCH));
    new.name = "u".to_owned();
    new.unique = vec![unique(&[0])];
    assert!(create_table(&mut txn, &new).is_err());
}

#[test]
fn a_version_that_was_rolled_back_never_returns() {
    let mut txn = database(512).begin_write().unwrap();
    make(&mut txn, &new_table("kept", &[SqlType::Integer]));
    let kept = Catalog::current_version(&txn).unwrap();
    let savepoint = txn.savepoint();
    make(&mut txn, &new_table("t", &[SqlType::Integer]));
    let lost = Catalog::current_version(&txn).unwrap();
    txn.rollback_to(&savepoint).unwrap();
    assert_eq!(Catalog::current_version(&txn).unwrap(), kept);
    make(&mut txn, &new_table("t", &[SqlType::Text]));
    let new = Catalog::current_version(&txn).unwrap();
    assert!(new > lost && lost > kept);
}
