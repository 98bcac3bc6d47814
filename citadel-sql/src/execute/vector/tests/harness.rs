//! A table `t (id INTEGER PRIMARY KEY, cat INTEGER, name TEXT, v VECTOR(d))` in memory, bound queries, and an oracle
//! that knows nothing of plans.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::schema::Metric;
use citadel_txn::{Database, View, WriteTxn};

use crate::ann::{self, AnnIndexStatus, PersistReport, SegmentCache};
use crate::batch::Column;
use crate::bind::bound::{
    BinaryOp, ColumnId, CreateIndex, CreateTable, DistanceMetric, Explain, Expr, ExprKind, From,
    NewColumn, NewDefault, NewIndex, OutputColumn, Query, RelationNo, SortKey, Statement,
};
use crate::error::Result;
use crate::execute::{ExecContext, Execution, Interrupt, Surroundings, Txn};
use crate::plan::{Plan, PlanContext, plan};
use crate::schema::{AnnOptions, AnnSettings, Catalog, ColumnNo, RowId, TableDef};
use crate::store::{self, TableWriter};
use crate::types::{SqlType, Value, ValueRef};

pub(super) const ID: u32 = 0;
pub(super) const CAT: u32 = 1;
pub(super) const NAME: u32 = 2;
pub(super) const V: u32 = 3;

pub(super) struct Harness {
    pub(super) database: Database,
    pub(super) segments: SegmentCache,
    pub(super) dim: u16,
    /// Of the next queries.
    pub(super) settings: Cell<AnnSettings>,
}

impl Harness {
    /// The table without an index.
    pub(super) fn table(dim: u16) -> Self {
        let database = crate::store::testing::database(1024);
        let harness = Self {
            database,
            segments: SegmentCache::default(),
            dim,
            settings: Cell::default(),
        };
        let column = |name: &str, ty| NewColumn {
            name: name.to_owned(),
            ty,
            limit: None,
            not_null: false,
            default: NewDefault::default(),
            sequences: Default::default(),
            counts: false,
            generated: None,
            collation: Default::default(),
        };
        let create = CreateTable {
            name: "t".into(),
            columns: vec![
                column("id", SqlType::Integer),
                column("cat", SqlType::Integer),
                column("name", SqlType::Text),
                column("v", SqlType::vector(dim)),
            ],
            primary_key: vec![ColumnNo(0)],
            ..CreateTable::default()
        };
        let mut txn = harness.database.begin_write().unwrap();
        store::create_table(&mut txn, &create).unwrap();
        txn.commit().unwrap();
        harness
    }

    /// The table with an ann index over `cat` and `name`.
    pub(super) fn new(dim: u16, metric: Metric) -> Self {
        let harness = Self::table(dim);
        harness.create_index(metric);
        harness
    }

    pub(super) fn create_index(&self, metric: Metric) {
        let mut txn = self.database.begin_write().unwrap();
        let relation = crate::bind::bound::RelationNo(0);
        let vector = crate::store::RowVector::of_column(&table(&txn), ColumnNo(3), relation).expr;
        let create = CreateIndex {
            name: "t_v".into(),
            table: table(&txn),
            kind: NewIndex::Ann {
                relation,
                vector,
                metric,
                filters: vec![ColumnNo(1), ColumnNo(2)],
                options: AnnOptions::default(),
                deferred: false,
            },
            sql: String::new(),
        };
        self.run_in(&mut txn, &Statement::CreateIndex(create), &[])
            .unwrap();
        txn.commit().unwrap();
    }

    pub(super) fn write<R>(&self, change: impl FnOnce(&mut WriteTxn) -> R) -> R {
        let mut txn = self.database.begin_write().unwrap();
        let result = change(&mut txn);
        txn.commit().unwrap();
        result
    }

    /// Rows `ids` with vectors of their own.
    pub(super) fn fill(&self, ids: std::ops::RangeInclusive<i64>) {
        self.write(|txn| {
            for id in ids {
                insert(txn, id, &self.row(id));
            }
        });
    }

    /// What [`Harness::fill`] puts into a row.
    pub(super) fn row(&self, id: i64) -> Row {
        Row {
            cat: Some(id % 7),
            name: Some(format!("n{}", id % 4)),
            v: Some(vector(self.dim, id)),
        }
    }

    pub(super) fn persist(&self) -> PersistReport {
        let never = AtomicBool::new(false);
        ann::persist(&self.database, &self.segments, "t", "v", &|_| {}, &never).unwrap()
    }

    pub(super) fn status(&self) -> AnnIndexStatus {
        let read = self.database.begin_read().unwrap();
        let catalog = Catalog::load(&read).unwrap();
        let asking = ann::Asking {
            cache: &self.segments,
            settings: AnnSettings::default(),
        };
        ann::status(&read, &catalog, &asking, "t", "v").unwrap()
    }

    pub(super) fn check(&self) {
        let read = self.database.begin_read().unwrap();
        let catalog = Catalog::load(&read).unwrap();
        assert_eq!(ann::check_all(&read, &catalog).unwrap(), [""; 0]);
        assert_eq!(store::check_all(&read, &catalog).unwrap(), [""; 0]);
    }

    /// Runs a query on the newest snapshot.
    pub(super) fn query(&self, query: &Query, params: &[Value]) -> Result<Vec<Vec<Value>>> {
        let read = self.database.begin_read().unwrap();
        self.query_at(&read, query, params)
    }

    /// Runs a query on a snapshot.
    pub(super) fn query_at(
        &self,
        read: &citadel_txn::ReadTxn,
        query: &Query,
        params: &[Value],
    ) -> Result<Vec<Vec<Value>>> {
        let plan = planned(read, &Statement::Query(query.clone()))?;
        self.rows(&plan, Txn::Read(read), params)
    }

    /// Runs a statement in a write transaction.
    pub(super) fn run_in(
        &self,
        txn: &mut WriteTxn,
        statement: &Statement,
        params: &[Value],
    ) -> Result<Vec<Vec<Value>>> {
        let plan = planned(txn, statement)?;
        self.rows(&plan, Txn::Write(txn), params)
    }

    fn rows(&self, plan: &Arc<Plan>, txn: Txn<'_>, params: &[Value]) -> Result<Vec<Vec<Value>>> {
        let around = Surroundings {
            interrupt: &Interrupt::default(),
            segments: &self.segments,
            progress: crate::ann::BuildProgress::default(),
            ann: self.settings.get(),
            memory: usize::MAX,
            lake: crate::lake::LakeUse {
                lakes: &crate::lake::Lakes::default(),
                pins: &crate::lake::Pins::default(),
                watch: &std::sync::Arc::default(),
            },
            threads: 2,
            listener: None,
        };
        let mut context = ExecContext::new(txn, params, around);
        let mut execution = Execution::start(plan, params)?;
        let mut rows = Vec::new();
        while let Some(batch) = execution.next(&mut context)? {
            for at in 0..batch.rows {
                rows.push(batch.columns.iter().map(|c| c.get(at).to_owned()).collect());
            }
        }
        Ok(rows)
    }

    /// EXPLAIN, or EXPLAIN ANALYZE.
    pub(super) fn explain(&self, query: &Query, params: &[Value], analyze: bool) -> String {
        let read = self.database.begin_read().unwrap();
        let statement = Statement::Explain {
            explain: Explain {
                analyze,
                ..Explain::default()
            },
            statement: Box::new(Statement::Query(query.clone())),
        };
        let plan = planned(&read, &statement).unwrap();
        let lines = self.rows(&plan, Txn::Read(&read), params).unwrap();
        let lines: Vec<String> = lines
            .into_iter()
            .map(|line| match &line[0] {
                Value::Text(line) => line.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        lines.join("\n")
    }
}

fn planned(view: &dyn View, statement: &Statement) -> Result<Arc<Plan>> {
    plan(statement, &PlanContext::new(view)).map(Arc::new)
}

pub(super) fn table(view: &dyn View) -> Arc<TableDef> {
    Arc::clone(Catalog::load(view).unwrap().table("t").unwrap())
}

/// A row but for its id.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) cat: Option<i64>,
    pub(super) name: Option<String>,
    pub(super) v: Option<Vec<f32>>,
}

impl Row {
    fn values(&self) -> [Value; 3] {
        [
            self.cat.map_or(Value::Null, Value::Integer),
            self.name.clone().map_or(Value::Null, Value::Text),
            self.v.clone().map_or(Value::Null, Value::Vector),
        ]
    }
}

pub(super) fn insert(txn: &mut WriteTxn, id: i64, row: &Row) {
    let values = row.values();
    let mut row = vec![ValueRef::Integer(id)];
    row.extend(values.iter().map(Value::as_ref));
    let table = table(txn);
    TableWriter::new(table).insert(txn, &row).unwrap();
}

pub(super) fn update(txn: &mut WriteTxn, id: i64, row: &Row) {
    let table = table(txn);
    let columns: Vec<_> = row
        .values()
        .iter()
        .zip(&table.columns[1..])
        .map(|(value, def)| {
            let mut column = Column::new(def.ty, 1);
            column.push(value.as_ref()).unwrap();
            column
        })
        .collect();
    TableWriter::new(table)
        .update(
            txn,
            &[ColumnNo(1), ColumnNo(2), ColumnNo(3)],
            &[RowId(id)],
            &columns,
        )
        .unwrap();
}

pub(super) fn delete(txn: &mut WriteTxn, id: i64) {
    let table = table(txn);
    assert!(TableWriter::new(table).delete(txn, RowId(id)).unwrap());
}

/// A vector that looks random, the same for the same seed.
pub(super) fn vector(dim: u16, seed: i64) -> Vec<f32> {
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    (0..dim)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

// Bound expressions.

fn expr(kind: ExprKind, ty: SqlType) -> Expr {
    Expr {
        kind,
        ty,
        position: None,
    }
}

pub(super) fn column(no: u32) -> Expr {
    let ty = match no {
        NAME => SqlType::Text,
        V => SqlType::VECTOR,
        _ => SqlType::Integer,
    };
    let id = ColumnId {
        relation: RelationNo(0),
        column: no,
    };
    expr(ExprKind::Column(id), ty)
}

pub(super) fn literal(value: Value) -> Expr {
    let ty = value.sql_type();
    expr(ExprKind::Literal(value), ty)
}

pub(super) fn parameter(at: usize, ty: SqlType) -> Expr {
    expr(ExprKind::Parameter(at), ty)
}

pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(
        ExprKind::Binary {
            op,
            left: Box::new(left),
            right: Box::new(right),
        },
        SqlType::Boolean,
    )
}

pub(super) fn distance(metric: DistanceMetric, left: Expr, right: Expr) -> Expr {
    expr(
        ExprKind::Distance {
            metric,
            left: Box::new(left),
            right: Box::new(right),
        },
        SqlType::Real,
    )
}

pub(super) fn query_vector() -> Expr {
    parameter(0, SqlType::VECTOR)
}

pub(super) fn output(expr: Expr, name: &str) -> OutputColumn {
    OutputColumn {
        expr,
        name: name.to_owned(),
    }
}

pub(super) fn eq(no: u32, value: Value) -> Expr {
    binary(BinaryOp::Eq, column(no), literal(value))
}

pub(super) fn in_list(no: u32, list: &[Value]) -> Expr {
    expr(
        ExprKind::InList {
            operand: Box::new(column(no)),
            list: list.iter().cloned().map(literal).collect(),
            negated: false,
        },
        SqlType::Boolean,
    )
}

pub(super) fn is_null(no: u32) -> Expr {
    expr(
        ExprKind::IsNull {
            operand: Box::new(column(no)),
            negated: false,
        },
        SqlType::Boolean,
    )
}

impl Harness {
    /// `SELECT id, v <metric> $1 FROM t [WHERE filter] ORDER BY 2 LIMIT limit`.
    pub(super) fn nearest(
        &self,
        metric: DistanceMetric,
        filter: Option<Expr>,
        limit: i64,
    ) -> Query {
        let key = distance(metric, column(V), query_vector());
        Query {
            relation: RelationNo(1),
            from: From::Table {
                relation: RelationNo(0),
                table: table(&self.database.begin_read().unwrap()),
                alias: "t".into(),
                as_of: None,
                sample: None,
            },
            filter,
            grouping: None,
            windows: None,
            output: vec![output(column(ID), "id"), output(key.clone(), "distance")],
            distinct: false,
            distinct_on: None,
            order_by: vec![SortKey {
                expr: key,
                descending: false,
                nulls_first: false,
            }],
            limit: Some(literal(Value::Integer(limit))),
            offset: None,
        }
    }
}

/// The rows of a table, and what a query over them must give.
pub(super) type Model = BTreeMap<i64, Row>;

/// The first `k` of the rows that `keep` keeps: ids and distances, as rows of a result.
pub(super) fn oracle(
    model: &Model,
    metric: Metric,
    query: &[f32],
    keep: impl Fn(i64, &Row) -> bool,
    k: usize,
) -> Vec<Vec<Value>> {
    let mut all: Vec<(Option<f32>, i64)> = model
        .iter()
        .filter(|(id, row)| keep(**id, row))
        .map(|(id, row)| {
            let v = row.v.as_deref();
            (
                v.and_then(|v| citadel_vector::distance(metric.of_segments(), query, v)),
                *id,
            )
        })
        .collect();
    all.sort_by(|(a, i), (b, j)| {
        let key = |d: &Option<f32>| (d.is_none(), d.unwrap_or(0.0));
        key(a).partial_cmp(&key(b)).unwrap().then(i.cmp(j))
    });
    all.truncate(k);
    let value = |d: Option<f32>| d.map_or(Value::Null, |d| Value::Real(f64::from(d)));
    all.into_iter()
        .map(|(d, id)| vec![Value::Integer(id), value(d)])
        .collect()
}
