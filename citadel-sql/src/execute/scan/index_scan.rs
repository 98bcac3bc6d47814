//! Rows of a table in the order of a btree index.

use std::ops::Bound;

use citadel_txn::View;

use super::{TableRows, direction};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::{Error, Result};
use crate::execute::bounds;
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::expression::constant;
use crate::plan::{IndexScan, NextColumn};
use crate::schema::{BTreeIndex, IndexKind, RowId, TableDef};
use crate::store::{self, Direction, EntryColumns, KeyRange, RowReader};
use crate::types::{SqlType, Value, ValueRef, total_order};

/// Rows of a table in the order of an index.
pub(in crate::execute) struct IndexScanOp {
    /// Still to come, the next one last.
    ranges: Vec<KeyRange>,
    index: BTreeIndex,
    direction: Direction,
    scan: Option<store::IndexScan>,
    /// How columns are read from the index alone; `None`: it does not hold them all.
    entry: Option<EntryColumns>,
    ids: Vec<RowId>,
    reader: RowReader,
    rows: TableRows,
    table: String,
}

impl IndexScanOp {
    pub(in crate::execute) fn new(plan: &IndexScan, params: &[Value]) -> Result<Self> {
        let IndexKind::BTree(index) = &plan.index.kind else {
            return Err(Error::Corrupt(format!(
                "index \"{}\" is not a btree index",
                plan.index.name
            )));
        };
        let rows = TableRows::new(&plan.source, params)?;
        let mut ranges = if rows.is_never() {
            Vec::new()
        } else {
            key_ranges(plan, index, params)?
        };
        if !plan.descending {
            ranges.reverse();
        }
        Ok(Self {
            ranges,
            index: index.clone(),
            direction: direction(plan.descending),
            scan: None,
            entry: plan
                .is_covering()
                .then(|| EntryColumns::new(&plan.source.table, &plan.index, index, rows.stored())),
            ids: Vec::new(),
            reader: RowReader::new(&plan.source.table, rows.stored()),
            rows,
            table: plan.source.table.name.clone(),
        })
    }

    /// Goes on to the next range. False: there are no more.
    fn next_range(&mut self) -> bool {
        let range = self.ranges.pop();
        self.scan = range.map(|range| store::IndexScan::new(&self.index, range, self.direction));
        self.scan.is_some()
    }

    /// Reads the next rows, at most `chunk`, to be filtered; gives their number, 0 at the end.
    fn fill(&mut self, context: &ExecContext<'_>, out: &mut Batch, chunk: usize) -> Result<usize> {
        let view = context.view();
        while self.scan.is_some() || self.next_range() {
            let (Some(scan), rows) = (&mut self.scan, &mut self.rows) else {
                break;
            };
            let read = match &mut self.entry {
                Some(entry) => rows.fill(out, |row_ids, columns| {
                    scan.next_columns(view, entry, row_ids, columns, chunk)
                })?,
                None => {
                    self.ids.clear();
                    scan.next(view, &mut self.ids, chunk)?;
                    let (reader, ids, table) = (&self.reader, &self.ids, &self.table);
                    rows.fill(out, |row_ids, columns| {
                        fetch(reader, ids, table, view, row_ids, columns)
                    })?
                }
            };
            if read > 0 {
                return Ok(read);
            }
            self.scan = None;
        }
        Ok(0)
    }
}

/// Appends the rows of some ids.
fn fetch(
    reader: &RowReader,
    ids: &[RowId],
    table: &str,
    view: &dyn View,
    mut row_ids: Option<&mut Column>,
    columns: &mut [Column],
) -> Result<usize> {
    for id in ids {
        if !reader.fetch(view, *id, columns)? {
            return Err(missing_row(table, *id));
        }
        if let Some(row_ids) = &mut row_ids {
            row_ids.push_integer(id.0)?;
        }
    }
    Ok(ids.len())
}

impl Operator for IndexScanOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        let mut chunk = self.rows.first_chunk(wanted);
        loop {
            context.check_interrupt()?;
            if self.fill(context, out, chunk)? == 0 {
                out.rows = 0;
                return Ok(false);
            }
            if self.rows.finish(context.view(), out)? {
                return Ok(true);
            }
            chunk = (chunk * 2).min(BATCH_ROWS);
        }
    }
}

#[cold]
pub(in crate::execute) fn missing_row(table: &str, id: RowId) -> Error {
    Error::Corrupt(format!(
        "an index of table \"{table}\" has an entry for row {}, which is not there",
        id.0
    ))
}

/// The ranges of an index scan in ascending order, apart from each other.
fn key_ranges(plan: &IndexScan, index: &BTreeIndex, params: &[Value]) -> Result<Vec<KeyRange>> {
    let table = &plan.source.table;
    let mut equal = Vec::with_capacity(index.keys.len());
    for (at, expr) in plan.equal.iter().enumerate() {
        let value = constant(expr, params)?;
        match bounds::point(&value, column_type(table, index, at))? {
            Some(value) => equal.push(value),
            None => return Ok(Vec::new()),
        }
    }
    let next = equal.len();
    match &plan.next {
        NextColumn::Any => Ok(vec![key_range(&equal, None)?]),
        NextColumn::NotNull => Ok(vec![KeyRange::not_null(&refs(&equal))?]),
        NextColumn::Range(range) => {
            let ends = bounds::ends(range, column_type(table, index, next), params)?;
            match ends {
                Some(ends) => Ok(vec![key_range(&equal, Some(ends))?]),
                None => Ok(Vec::new()),
            }
        }
        NextColumn::OneOf(list) => {
            let mut points = Vec::with_capacity(list.len());
            for expr in list.exprs() {
                for value in list.values_of(constant(expr, params)?) {
                    points.extend(bounds::point(&value, column_type(table, index, next))?);
                }
            }
            points.sort_by(|a, b| total_order(a.as_ref(), b.as_ref()));
            points.dedup_by(|a, b| total_order(a.as_ref(), b.as_ref()).is_eq());
            let ranges = points.into_iter().map(|point| {
                let mut key = equal.clone();
                key.push(point);
                key_range(&key, None)
            });
            ranges.collect()
        }
    }
}

fn column_type(table: &TableDef, index: &BTreeIndex, at: usize) -> SqlType {
    index
        .keys
        .get(at)
        .map_or(SqlType::Unknown, |key| key.sql_type(table))
}

fn refs(values: &[Value]) -> Vec<ValueRef<'_>> {
    values.iter().map(Value::as_ref).collect()
}

type Ends = (Bound<Value>, Bound<Value>);

fn key_range(equal: &[Value], ends: Option<Ends>) -> Result<KeyRange> {
    let equal = refs(equal);
    let unbounded = (Bound::Unbounded, Bound::Unbounded);
    let (low, high) = ends.unwrap_or(unbounded);
    KeyRange::new(
        &equal,
        low.as_ref().map(Value::as_ref),
        high.as_ref().map(Value::as_ref),
    )
}
