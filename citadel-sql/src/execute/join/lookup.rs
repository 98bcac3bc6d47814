//! Join that looks up the right side, a table, by keys of the left.

use super::by_left::{self, ByLeft, Matching};
use super::hash::{compile, evaluate, is_null};
use crate::batch::{BATCH_ROWS, Batch, Column};
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
    matching: Matching,
    left_keys: Vec<Column>,
    keys: Vec<CompiledExpr>,
    target: Target,
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
        let both = [left_layout.as_slice(), &plan.right.columns].concat();
        let rows = TableRows::new(&plan.right, params)?;
        let index = plan.index.as_ref().and_then(|index| match &index.kind {
            IndexKind::BTree(btree) => Some(btree.clone()),
            IndexKind::Ann(_) => None,
        });
        let filter = CompiledExpr::conjunction(&plan.filter, &both, params)?;
        let widths = (left_layout.len(), plan.right.columns.len());
        Ok(Self {
            matching: Matching::new(left, plan.keeps_left, widths, filter),
            left_keys: Vec::new(),
            keys: compile(plan.keys.iter(), &left_layout, params)?,
            target: Target {
                table: plan.right.table.name.clone(),
                types: key_types(&plan.right.table, index.as_ref()),
                index,
                reader: RowReader::new(&plan.right.table, rows.stored()),
                rows,
                ids: Vec::new(),
                found: Batch::default(),
            },
        })
    }
}

impl ByLeft for LookupJoinOp {
    fn matching(&mut self) -> &mut Matching {
        &mut self.matching
    }

    fn prepare(&mut self) -> Result<()> {
        self.left_keys = evaluate(&self.keys, &self.matching.left_rows)?;
        Ok(())
    }

    fn collect(&mut self, context: &ExecContext<'_>) -> Result<()> {
        while self.matching.wants_more() {
            let row = self.matching.at;
            self.matching.at += 1;
            if is_null(&self.left_keys, row) || !self.target.find(&self.left_keys, row, context)? {
                continue;
            }
            self.matching.pair(row, &self.target.found)?;
        }
        Ok(())
    }
}

fn key_types(table: &TableDef, index: Option<&BTreeIndex>) -> Vec<SqlType> {
    match index {
        Some(index) => index.keys.iter().map(|key| key.sql_type(table)).collect(),
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
        by_left::next(self, context, out, wanted)
    }

    fn rewind(&mut self) -> bool {
        self.matching.rewind()
    }
}
