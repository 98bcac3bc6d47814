//! A table `t (id INTEGER PRIMARY KEY, cat INTEGER, v VECTOR(4))` with an ann index `t_v` on `v`, filtered by `cat`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use citadel_txn::{Database, Key, MemoryStorage, Options, PageSize, View, WriteTxn};
use citadel_vector::Progress;

use crate::schema::Metric;

use super::super::cache::Fetched;
use super::super::manifest::{Manifest, SegmentEntry};
use super::super::{
    AnnIndexStatus, Asking, PersistReport, SegmentCache, check_all, delta, persist, status,
};
use crate::batch::Column;
use crate::bind::bound;
use crate::error::Result;
use crate::schema::{
    AnnIndex, AnnOptions, AnnSettings, Catalog, ColumnNo, IndexDef, IndexKind, RowId, TableDef,
};
use crate::store::{self, TableWriter};
use crate::types::{SqlType, ValueRef};

pub(super) struct Fixture {
    pub(super) storage: MemoryStorage,
    pub(super) database: Database,
    pub(super) cache: Arc<SegmentCache>,
}

pub(super) fn key() -> Key {
    Key::raw([9; 32])
}

pub(super) fn options() -> Options {
    Options {
        page_size: PageSize::new(1024).expect("a page size"),
        ..Options::default()
    }
}

fn column(name: &str, ty: SqlType) -> bound::NewColumn {
    bound::NewColumn {
        name: name.to_owned(),
        ty,
        limit: None,
        not_null: false,
        default: bound::NewDefault::default(),
        sequences: Default::default(),
        counts: false,
        generated: None,
        collation: Default::default(),
    }
}

impl Fixture {
    /// An empty table with an empty index.
    pub(super) fn new(metric: Metric) -> Self {
        let storage = MemoryStorage::new();
        let database = Database::create(Arc::new(storage.clone()), &key(), options()).unwrap();
        let fixture = Self {
            storage,
            database,
            cache: Arc::default(),
        };
        let mut txn = fixture.database.begin_write().unwrap();
        let columns = vec![
            column("id", SqlType::Integer),
            column("cat", SqlType::Integer),
            column("v", SqlType::vector(4)),
        ];
        let table = bound::CreateTable {
            name: "t".into(),
            columns,
            primary_key: vec![ColumnNo(0)],
            ..bound::CreateTable::default()
        };
        let table = store::create_table(&mut txn, &table).unwrap();
        let relation = crate::bind::bound::RelationNo(0);
        let vector = crate::store::RowVector::of_column(&table, ColumnNo(2), relation).expr;
        let index = bound::CreateIndex {
            name: "t_v".into(),
            table,
            kind: bound::NewIndex::Ann {
                relation,
                vector,
                metric,
                filters: vec![ColumnNo(1)],
                options: AnnOptions::default(),
                deferred: false,
            },
            sql: String::new(),
        };
        store::create_index(&mut txn, &index, &mut || Ok(())).unwrap();
        txn.commit().unwrap();
        fixture
    }

    /// The same with rows 1 to `rows`, in the delta.
    pub(super) fn with_rows(metric: Metric, rows: i64) -> Self {
        let fixture = Self::new(metric);
        fixture.write(|txn, table| {
            for id in 1..=rows {
                insert(txn, table, id, Some(vector(id)));
            }
        });
        fixture
    }

    /// The same file, opened anew.
    pub(super) fn reopen(&self) -> Self {
        let storage = MemoryStorage::from_bytes(self.storage.snapshot());
        Self {
            database: Database::open(Arc::new(storage.clone()), &key(), options()).unwrap(),
            storage,
            cache: Arc::default(),
        }
    }

    pub(super) fn write(&self, change: impl FnOnce(&mut WriteTxn, &Arc<TableDef>)) {
        let mut txn = self.database.begin_write().unwrap();
        let (table, _, _) = definitions(&txn);
        change(&mut txn, &table);
        txn.commit().unwrap();
    }

    pub(super) fn persist(&self) -> Result<PersistReport> {
        self.persist_during(&|_| {})
    }

    pub(super) fn persist_during(
        &self,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<PersistReport> {
        let never = AtomicBool::new(false);
        persist(&self.database, &self.cache, "t", "v", progress, &never)
    }

    pub(super) fn status(&self) -> AnnIndexStatus {
        let read = self.database.begin_read().unwrap();
        let catalog = Catalog::load(&read).unwrap();
        let asking = Asking {
            cache: &self.cache,
            settings: AnnSettings::default(),
        };
        status(&read, &catalog, &asking, "t", "v").unwrap()
    }

    pub(super) fn delta(&self) -> Vec<i64> {
        let read = self.database.begin_read().unwrap();
        let (_, _, index) = definitions(&read);
        let rows = delta::rows(&read, &index).unwrap();
        rows.into_iter().map(|RowId(id)| id).collect()
    }

    pub(super) fn check(&self) -> Vec<String> {
        let read = self.database.begin_read().unwrap();
        check_all(&read, &Catalog::load(&read).unwrap()).unwrap()
    }

    /// The one live segment, through the cache.
    pub(super) fn fetch(&self) -> Fetched {
        let read = self.database.begin_read().unwrap();
        fetch(&read, &self.cache)
    }
}

pub(super) fn fetch(view: &dyn View, cache: &SegmentCache) -> Fetched {
    let (_, def, index) = definitions(view);
    let entry = live(view)[0];
    cache.fetch(view, def.id, &index, &entry).unwrap()
}

pub(super) fn live(view: &dyn View) -> Vec<SegmentEntry> {
    let (_, _, index) = definitions(view);
    Manifest::load(view, &index).unwrap().live().to_vec()
}

pub(super) fn definitions(view: &dyn View) -> (Arc<TableDef>, Arc<IndexDef>, AnnIndex) {
    let catalog = Catalog::load(view).unwrap();
    let table = Arc::clone(catalog.table("t").unwrap());
    let def = Arc::clone(&table.indexes[0]);
    let IndexKind::Ann(index) = &def.kind else {
        panic!("an ann index");
    };
    let index = index.clone();
    (table, def, index)
}

/// A vector for a row.
pub(super) fn vector(id: i64) -> [f32; 4] {
    let x = id as f32;
    [x.sin(), x.cos(), (x * 0.37).sin(), 1.0]
}

pub(super) fn insert(txn: &mut WriteTxn, table: &Arc<TableDef>, id: i64, v: Option<[f32; 4]>) {
    let v = v.as_ref().map_or(ValueRef::Null, |v| ValueRef::Vector(v));
    let row = [ValueRef::Integer(id), ValueRef::Integer(id % 3), v];
    TableWriter::new(Arc::clone(table))
        .insert(txn, &row)
        .unwrap();
}

pub(super) fn update(txn: &mut WriteTxn, table: &Arc<TableDef>, id: i64, v: Option<[f32; 4]>) {
    let v = v.as_ref().map_or(ValueRef::Null, |v| ValueRef::Vector(v));
    set(txn, table, id, ColumnNo(2), v);
}

pub(super) fn update_cat(txn: &mut WriteTxn, table: &Arc<TableDef>, id: i64, cat: i64) {
    set(txn, table, id, ColumnNo(1), ValueRef::Integer(cat));
}

fn set(txn: &mut WriteTxn, table: &Arc<TableDef>, id: i64, no: ColumnNo, value: ValueRef<'_>) {
    let mut column = Column::new(table.column(no).ty, 1);
    column.push(value).unwrap();
    TableWriter::new(Arc::clone(table))
        .update(txn, &[no], &[RowId(id)], &[column])
        .unwrap();
}

pub(super) fn delete(txn: &mut WriteTxn, table: &Arc<TableDef>, id: i64) {
    assert!(
        TableWriter::new(Arc::clone(table))
            .delete(txn, RowId(id))
            .unwrap()
    );
}
