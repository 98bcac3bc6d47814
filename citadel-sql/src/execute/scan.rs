//! Sources of rows: tables by row id, through an index, and rows of expressions.

use super::bounds;
use super::context::ExecContext;
use super::expression::{CompiledExpr, constant};
use super::operator::Operator;
use super::table_rows::TableRows;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::{Error, Result};
use crate::plan::{IndexScan, NextColumn, PkLookup, SeqScan, Values};
use crate::schema::{BTreeIndex, IndexKind, RowId, TableDef};
use crate::store::{self, Direction, KeyRange, RowReader, TableScan};
use crate::types::{SqlType, Value, ValueRef, total_order};

fn direction(descending: bool) -> Direction {
    if descending {
        Direction::Backward
    } else {
        Direction::Forward
    }
}

/// No rows.
pub(super) struct EmptyOp;

impl Operator for EmptyOp {
    fn next(&mut self, _: &mut ExecContext<'_>, out: &mut Batch, _: usize) -> Result<bool> {
        out.reset(&[]);
        Ok(false)
    }
}

/// Rows of expressions.
pub(super) struct ValuesOp {
    types: Vec<SqlType>,
    rows: std::vec::IntoIter<Vec<CompiledExpr>>,
}

impl ValuesOp {
    pub(super) fn new(values: &Values, params: &[Value]) -> Result<Self> {
        let compile = |row: &Vec<_>| {
            row.iter()
                .map(|expr| CompiledExpr::compile(expr, &[], params))
                .collect::<Result<Vec<_>>>()
        };
        Ok(Self {
            types: values.types.clone(),
            rows: values
                .rows
                .iter()
                .map(compile)
                .collect::<Result<Vec<_>>>()?
                .into_iter(),
        })
    }

    /// One row without columns.
    pub(super) fn single_row() -> Self {
        Self {
            types: Vec::new(),
            rows: vec![Vec::new()].into_iter(),
        }
    }
}

impl Operator for ValuesOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        out.reset(&self.types);
        for row in self.rows.by_ref().take(BATCH_ROWS) {
            for ((column, expr), ty) in out.columns.iter_mut().zip(&row).zip(&self.types) {
                expr.push_single(column, *ty)?;
            }
            out.rows += 1;
        }
        Ok(out.rows > 0)
    }
}

/// A table in row id order.
pub(super) struct SeqScanOp {
    scan: TableScan,
    rows: TableRows,
}

impl SeqScanOp {
    pub(super) fn new(plan: &SeqScan, params: &[Value]) -> Result<Self> {
        let rows = TableRows::new(&plan.source, params)?;
        let range = if rows.is_never() {
            store::RowIdRange::NONE
        } else {
            bounds::row_id_range(&plan.range, params)?
        };
        Ok(Self {
            scan: TableScan::new(
                &plan.source.table,
                rows.stored(),
                range,
                direction(plan.descending),
            ),
            rows,
        })
    }
}

impl Operator for SeqScanOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        let mut chunk = self.rows.first_chunk(wanted);
        loop {
            context.check_interrupt()?;
            let scan = &mut self.scan;
            let read = self.rows.fill(out, |ids, columns| {
                scan.next(context.view(), ids, columns, chunk)
            })?;
            if read == 0 {
                return Ok(false);
            }
            if self.rows.finish(context.view(), out)? {
                return Ok(true);
            }
            chunk = (chunk * 2).min(BATCH_ROWS);
        }
    }
}

/// Rows of a table by known row ids.
pub(super) struct PkLookupOp {
    ids: Vec<RowId>,
    at: usize,
    reader: RowReader,
    rows: TableRows,
}

impl PkLookupOp {
    pub(super) fn new(plan: &PkLookup, params: &[Value]) -> Result<Self> {
        let rows = TableRows::new(&plan.source, params)?;
        let mut ids: Vec<RowId> = if rows.is_never() {
            Vec::new()
        } else {
            let ids = bounds::row_ids(&plan.keys, params)?;
            ids.into_iter().map(RowId).collect()
        };
        if plan.descending {
            ids.reverse();
        }
        Ok(Self {
            ids,
            at: 0,
            reader: RowReader::new(&plan.source.table, rows.stored()),
            rows,
        })
    }
}

impl Operator for PkLookupOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        while self.at < self.ids.len() {
            context.check_interrupt()?;
            let end = self.ids.len().min(self.at + BATCH_ROWS);
            let ids = &self.ids[self.at..end];
            self.at = end;
            let reader = &self.reader;
            self.rows.fill(out, |mut row_ids, columns| {
                let mut found = 0;
                for id in ids {
                    if reader.fetch(context.view(), *id, columns)? {
                        if let Some(row_ids) = &mut row_ids {
                            row_ids.push_integer(id.0)?;
                        }
                        found += 1;
                    }
                }
                Ok(found)
            })?;
            if self.rows.finish(context.view(), out)? {
                return Ok(true);
            }
        }
        out.rows = 0;
        Ok(false)
    }
}

/// Rows of a table in the order of an index.
pub(super) struct IndexScanOp {
    /// Still to come, the next one last.
    ranges: Vec<KeyRange>,
    index: BTreeIndex,
    direction: Direction,
    scan: Option<store::IndexScan>,
    ids: Vec<RowId>,
    reader: RowReader,
    rows: TableRows,
    table: String,
}

impl IndexScanOp {
    pub(super) fn new(plan: &IndexScan, params: &[Value]) -> Result<Self> {
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
            ids: Vec::new(),
            reader: RowReader::new(&plan.source.table, rows.stored()),
            rows,
            table: plan.source.table.name.clone(),
        })
    }

    /// The next row ids, at most `chunk`; none at the end.
    fn next_ids(&mut self, context: &ExecContext<'_>, chunk: usize) -> Result<()> {
        self.ids.clear();
        loop {
            if let Some(scan) = &mut self.scan
                && scan.next(context.view(), &mut self.ids, chunk)? > 0
            {
                return Ok(());
            }
            let Some(range) = self.ranges.pop() else {
                return Ok(());
            };
            self.scan = Some(store::IndexScan::new(&self.index, range, self.direction));
        }
    }
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
            self.next_ids(context, chunk)?;
            if self.ids.is_empty() {
                out.rows = 0;
                return Ok(false);
            }
            let (reader, ids, table) = (&self.reader, &self.ids, &self.table);
            self.rows.fill(out, |mut row_ids, columns| {
                for id in ids {
                    if !reader.fetch(context.view(), *id, columns)? {
                        return Err(missing_row(table, *id));
                    }
                    if let Some(row_ids) = &mut row_ids {
                        row_ids.push_integer(id.0)?;
                    }
                }
                Ok(ids.len())
            })?;
            if self.rows.finish(context.view(), out)? {
                return Ok(true);
            }
            chunk = (chunk * 2).min(BATCH_ROWS);
        }
    }
}

#[cold]
pub(super) fn missing_row(table: &str, id: RowId) -> Error {
    Error::Corrupt(format!(
        "an index of table \"{table}\" has an entry for row {}, which is not there",
        id.0
    ))
}

/// The ranges of an index scan in ascending order, apart from each other.
fn key_ranges(plan: &IndexScan, index: &BTreeIndex, params: &[Value]) -> Result<Vec<KeyRange>> {
    let table = &plan.source.table;
    let mut equal = Vec::with_capacity(index.columns.len());
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
        NextColumn::Range(range) => {
            let ends = bounds::ends(range, column_type(table, index, next), params)?;
            match ends {
                Some(ends) => Ok(vec![key_range(&equal, Some(ends))?]),
                None => Ok(Vec::new()),
            }
        }
        NextColumn::OneOf(list) => {
            let mut points = Vec::with_capacity(list.len());
            for expr in list {
                let value = constant(expr, params)?;
                points.extend(bounds::point(&value, column_type(table, index, next))?);
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
        .columns
        .get(at)
        .map_or(SqlType::Unknown, |no| table.column(*no).ty)
}

type Ends = (std::ops::Bound<Value>, std::ops::Bound<Value>);

fn key_range(equal: &[Value], ends: Option<Ends>) -> Result<KeyRange> {
    let equal: Vec<ValueRef<'_>> = equal.iter().map(Value::as_ref).collect();
    let unbounded = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
    let (low, high) = ends.unwrap_or(unbounded);
    KeyRange::new(
        &equal,
        low.as_ref().map(Value::as_ref),
        high.as_ref().map(Value::as_ref),
    )
}
