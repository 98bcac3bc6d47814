//! What the database must hold, in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use citadel_sql::{Connection, IndexKindInfo, Result, Value};

use super::measure::Operator;
use super::shape::{Shape, VECTORS};

/// The columns beside `id`, in order; the vectors come last.
pub(super) const COLUMNS: &str = "topic, size, price, ok, note, kk, u, v, w";

/// A row without its id.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) topic: Option<String>,
    pub(super) size: Option<i64>,
    pub(super) price: Option<f64>,
    pub(super) ok: Option<bool>,
    /// In no index.
    pub(super) note: Option<String>,
    /// In a btree index.
    pub(super) kk: Option<i64>,
    /// In a unique one.
    pub(super) u: Option<i64>,
    pub(super) vectors: [Value; 2],
}

impl Row {
    /// Its values, in the order of [`COLUMNS`].
    pub(super) fn values(&self) -> Vec<Value> {
        let [v, w] = self.vectors.clone();
        vec![
            self.topic.clone().map_or(Value::Null, Value::Text),
            self.size.map_or(Value::Null, Value::Integer),
            self.price.map_or(Value::Null, Value::Real),
            self.ok.map_or(Value::Null, Value::Boolean),
            self.note.clone().map_or(Value::Null, Value::Text),
            self.kk.map_or(Value::Null, Value::Integer),
            self.u.map_or(Value::Null, Value::Integer),
            v,
            w,
        ]
    }
}

/// A vector index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AnnIndex {
    pub(super) name: String,
    /// Which of the vector columns it is on.
    pub(super) column: usize,
    pub(super) operator: Operator,
    /// Its own recall, where it has one.
    pub(super) recall: Option<f64>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) rows: BTreeMap<i64, Arc<Row>>,
    pub(super) indexes: Vec<AnnIndex>,
    /// Names of indexes given so far.
    pub(super) named: usize,
    /// The least value of `u` that no row ever had.
    pub(super) next_u: i64,
}

impl Model {
    /// The statements that make the table.
    pub(super) fn schema(shape: &Shape) -> String {
        let [v, w] = &shape.columns;
        format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, topic TEXT, size INTEGER, price REAL, ok BOOLEAN, note TEXT, \
             kk INTEGER, u INTEGER UNIQUE, {} {}, {} {}); CREATE INDEX t_kk ON t (kk)",
            VECTORS[0],
            v.sql_type(),
            VECTORS[1],
            w.sql_type()
        )
    }

    /// The index that serves an operator on a column.
    pub(super) fn serving(&self, column: usize, operator: Operator) -> Option<&AnnIndex> {
        let serves = |index: &&AnnIndex| index.column == column && index.operator == operator;
        self.indexes.iter().find(serves)
    }

    /// An id that is above all others.
    pub(super) fn next_id(&self) -> i64 {
        self.rows.last_key_value().map_or(1, |(id, _)| id + 1)
    }

    /// How the database differs from it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) fn difference(&self, connection: &Connection) -> Result<Option<String>> {
        let sql = format!("SELECT id, {COLUMNS} FROM t ORDER BY id");
        let found = connection.query_map(&sql, (), |row| {
            let values: Result<Vec<Value>> = (1..10).map(|at| row.get(at)).collect();
            Ok((row.get::<_, i64>(0)?, values?))
        })?;
        let mut known = self.rows.iter();
        for (id, values) in &found {
            match known.next() {
                Some((other, row)) if other == id && row.values() == *values => {}
                other => {
                    let other = other.map(|(id, row)| (id, row.values()[..6].to_vec()));
                    let scalars = &values[..6];
                    return Ok(Some(format!("row {id}: {scalars:?}, not {other:?}")));
                }
            }
        }
        if let Some((id, _)) = known.next() {
            return Ok(Some(format!("row {id} is missing")));
        }
        let mut indexes: Vec<String> = Vec::new();
        for table in connection.tables()? {
            let ann = table.indexes.into_iter();
            let ann = ann.filter(|index| matches!(index.kind, IndexKindInfo::Ann { .. }));
            indexes.extend(ann.map(|index| index.name));
        }
        indexes.sort();
        let mut known: Vec<String> = self.indexes.iter().map(|i| i.name.clone()).collect();
        known.sort();
        Ok((indexes != known).then(|| format!("the indexes are {indexes:?}, not {known:?}")))
    }
}
