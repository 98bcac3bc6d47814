//! Join that looks up the right side, a table, by keys of the left.

use super::hash::{compile, evaluate, is_null};
use super::pairs::Pairs;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::Outer;
use crate::error::Result;
use crate::execute::bounds::point;
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::execute::scan::{TableRows, missing_row};
use crate::expression::CompiledExpr;
use crate::plan::LookupJoin;
use crate::schema::{BTreeIndex, IndexKind, RowId, TableDef};
use crate::store::{Direction, IndexScan, KeyRange, RowReader};
use crate::types::{SqlType, Value, ValueRef};

pub(in crate::execute) struct LookupJoinOp {
    left: BoxedOperator,
    left_rows: Batch,
    left_keys: Vec<Column>,
    keys: Vec<CompiledExpr>,
    at: usize,
    target: Target,
    filter: Option<CompiledExpr>,
    right_rows: Batch,
    pairs: Pairs,
}

/// The right side, by key.
struct Target {
    table: String,
    index: Option<BTreeIndex>,
    /// The types of the keys.
    types: Vec<SqlType>,
    reader: RowReader,
    rows: TableRows,
    ids: Vec<RowId>,
    found: Batch,
}

impl LookupJoinOp {
    pub(in crate::execute) fn new(
        left: BoxedOperator,
        plan: &LookupJoin,
        params: &[Value],
    ) -> Result<Self> {
        let left_layout = plan.left.layout();
        let outer = Outer {
            left: plan.keeps_left,
            right: false,
        };
        let both = [left_layout.as_slice(), &plan.right.columns].concat();
        let rows = TableRows::new(&plan.right, params)?;
        let index = plan.index.as_ref().and_then(|index| match &index.kind {
            IndexKind::BTree(btree) => Some(btree.clone()),
            IndexKind::Ann(_) => None,
        });
        Ok(Self {
            left,
            left_rows: Batch::default(),
            left_keys: Vec::new(),
            keys: compile(plan.keys.iter(), &left_layout, params)?,
            at: 0,
            target: Target {
                table: plan.right.table.name.clone(),
                types: key_types(&plan.right.table, index.as_ref()),
                index,
                reader: RowReader::new(&plan.right.table, rows.stored()),
                rows,
                ids: Vec::new(),
                found: Batch::default(),
            },
            filter: CompiledExpr::conjunction(&plan.filter, &both, params)?,
            right_rows: Batch::default(),
            pairs: Pairs::new(outer, (left_layout.len(), plan.right.columns.len())),
        })
    }

    /// Goes on to other left rows. False: there are none.
    fn advance(&mut self, context: &mut ExecContext<'_>, wanted: usize) -> Result<bool> {
        self.at = 0;
        if !self.left.next(context, &mut self.left_rows, wanted)? {
            self.left_rows.rows = 0;
        }
        self.pairs.begin_left(self.left_rows.rows);
        if self.left_rows.rows > 0 {
            self.left_keys = evaluate(&self.keys, &self.left_rows)?;
        }
        Ok(self.left_rows.rows > 0)
    }

    /// Collects about a batch of pairs of the left rows at hand.
    fn collect(&mut self, context: &ExecContext<'_>) -> Result<()> {
        self.pairs.clear();
        self.right_rows.rows = 0;
        while self.at < self.left_rows.rows && self.pairs.len() < BATCH_ROWS {
            let row = self.at;
            self.at += 1;
            if is_null(&self.left_keys, row) || !self.target.find(&self.left_keys, row, context)? {
                continue;
            }
            let base = self.right_rows.rows;
            self.right_rows.append(&self.target.found)?;
            for right in base..self.right_rows.rows {
                self.pairs.push(row as u32, right as u32);
            }
        }
        Ok(())
    }
}

fn key_types(table: &TableDef, index: Option<&BTreeIndex>) -> Vec<SqlType> {
    match index {
        Some(index) => index
            .columns
            .iter()
            .map(|no| table.column(*no).ty)
            .collect(),
        None => vec![SqlType::Integer],
    }
}

impl Target {
    /// Reads the rows whose key is that of a left row. False: there are none that pass.
    fn find(&mut self, keys: &[Column], row: usize, context: &ExecContext<'_>) -> Result<bool> {
        let mut key = Vec::with_capacity(keys.len());
        for (column, ty) in keys.iter().zip(&self.types) {
            match point(&column.get(row).to_owned(), *ty)? {
                Some(value) => key.push(value),
                None => return Ok(false),
            }
        }
        self.find_ids(&key, context)?;
        let (reader, ids) = (&self.reader, &self.ids);
        let must_be_there = self.index.is_some();
        let table = &self.table;
        let read = self.rows.fill(&mut self.found, |mut row_ids, columns| {
            let mut found = 0;
            for id in ids {
                if reader.fetch(context.view(), *id, columns)? {
                    if let Some(row_ids) = &mut row_ids {
                        row_ids.push_integer(id.0)?;
                    }
                    found += 1;
                } else if must_be_there {
                    return Err(missing_row(table, *id));
                }
            }
            Ok(found)
        })?;
        Ok(read > 0 && self.rows.finish(context.view(), &mut self.found)?)
    }

    fn find_ids(&mut self, key: &[Value], context: &ExecContext<'_>) -> Result<()> {
        self.ids.clear();
        let Some(index) = &self.index else {
            if let [Value::Integer(id)] = key {
                self.ids.push(RowId(*id));
            }
            return Ok(());
        };
        let key: Vec<ValueRef<'_>> = key.iter().map(Value::as_ref).collect();
        let range = KeyRange::new(&key, std::ops::Bound::Unbounded, std::ops::Bound::Unbounded)?;
        let mut scan = IndexScan::new(index, range, Direction::Forward);
        while scan.next(context.view(), &mut self.ids, BATCH_ROWS)? > 0 {}
        Ok(())
    }
}

impl Operator for LookupJoinOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        out.rows = 0;
        loop {
            context.check_interrupt()?;
            let (left, right) = (&self.left_rows, &self.right_rows);
            if self.at >= left.rows {
                if self.pairs.emit_lonely_left(left, right, out)? {
                    return Ok(true);
                }
                if !self.advance(context, wanted)? {
                    return Ok(false);
                }
            }
            self.collect(context)?;
            let (left, right) = (&self.left_rows, &self.right_rows);
            if self.pairs.len() > 0 && self.pairs.emit(left, right, self.filter.as_ref(), out)? {
                return Ok(true);
            }
        }
    }
}
