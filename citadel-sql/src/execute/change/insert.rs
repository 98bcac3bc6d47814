//! INSERT.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::conflict::{Resolver, Verdict};
use super::default::ComputedDefault;
use super::returning::Returned;
use super::{Changed, fitted};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::BoxedOperator;
use crate::execute::trigger::{Images, before_row, of_rows};
use crate::expression::at_hand;
use crate::plan::{Insert, PhysicalPlan, Values};
use crate::schema::{ColumnNo, RowId, TableDef, TriggerEvent, TriggerSet};
use crate::store::{RowImage, TableWriter};
use crate::types::{SqlType, Value, ValueRef};

/// Puts the rows of a source into a table.
pub(super) struct Inserter {
    pub(super) writer: TableWriter,
    /// For each column of the table, the column of the source that fills it.
    source_of: Vec<Option<usize>>,
    /// For each column of the table, the source's column fitted to it, where it was of another type; empty where none was.
    fitted: Vec<Option<Column>>,
    defaults: Vec<ComputedDefault>,
    /// Empty between batches: memory for a row's values.
    row: Vec<ValueRef<'static>>,
    /// The table has computed columns.
    computes: bool,
    resolver: Option<Resolver>,
    /// Those that fire before a row is inserted.
    triggers: Option<Arc<TriggerSet>>,
    /// Where it is asked for: which rows of the batch were inserted.
    kept: Option<Vec<u32>>,
    /// The rows that parts of the statement have written, where there are several parts.
    noted: Option<FxHashSet<RowId>>,
    pub(super) returned: Returned,
}

impl Inserter {
    /// For the rows of a plan.
    pub(super) fn new(plan: &Insert) -> Self {
        Self {
            defaults: plan.defaults.iter().map(ComputedDefault::new).collect(),
            resolver: Resolver::new(plan),
            triggers: of_rows(plan.triggers.as_ref(), TriggerEvent::Insert),
            returned: Returned::new(plan.returning.as_ref()),
            ..Self::appending(&plan.table, &plan.columns)
        }
    }

    /// For rows whose values are those of some columns of a table, in order.
    pub(super) fn appending(table: &Arc<TableDef>, columns: &[ColumnNo]) -> Self {
        Self {
            writer: TableWriter::new(Arc::clone(table)),
            source_of: source_columns(table, columns),
            fitted: Vec::new(),
            defaults: Vec::new(),
            row: Vec::new(),
            computes: table
                .columns
                .iter()
                .any(|column| column.generated.is_some()),
            resolver: None,
            triggers: None,
            kept: None,
            noted: None,
            returned: Returned::default(),
        }
    }

    /// Fires triggers before each row.
    pub(super) fn fire(&mut self, triggers: Option<&Arc<TriggerSet>>) {
        self.triggers = of_rows(triggers, TriggerEvent::Insert);
    }

    /// It is to tell which rows of the next batch were inserted.
    pub(super) fn keep_places(&mut self) {
        self.kept = Some(Vec::new());
    }

    /// The places in the last batch of the rows that were inserted, if it was to tell them.
    pub(super) fn take_places(&mut self) -> Option<Vec<u32>> {
        self.kept.take()
    }

    /// Are there triggers that fire before a row?
    pub(super) fn fires(&self) -> bool {
        self.triggers.is_some()
    }

    pub(super) fn run(
        &mut self,
        plan: &Insert,
        source: &mut BoxedOperator,
        batch: &mut Batch,
        context: &mut ExecContext<'_>,
    ) -> Result<Changed> {
        let mut changed = Changed::default();
        self.returned.begin(context.params)?;
        for default in &mut self.defaults {
            default.begin(context.params)?;
        }
        if let Some(resolver) = &mut self.resolver {
            resolver.begin(plan, &self.returned, self.noted.as_ref(), context)?;
        }
        if let PhysicalPlan::ConstantRow(values) = &*plan.source
            && self.insert_constants(&plan.table, values, context, &mut changed)?
        {
            // The source has no other row.
        } else if plan.materialize {
            let mut all = Batch::default();
            while source.next(context, batch, BATCH_ROWS)? {
                all.append(batch)?;
            }
            self.insert(&plan.table, &all, context, &mut changed)?;
        } else {
            while source.next(context, batch, BATCH_ROWS)? {
                context.check_interrupt()?;
                self.insert(&plan.table, batch, context, &mut changed)?;
            }
        }
        self.returned.compute()?;
        Ok(changed)
    }

    /// Other parts of the statement have written these rows; from now on its own are noted as well.
    pub(super) fn note_ids(&mut self, ids: FxHashSet<RowId>) {
        self.noted = Some(ids);
    }

    /// The rows that it wrote, together with those of other parts.
    pub(super) fn take_ids(&mut self) -> FxHashSet<RowId> {
        let mut ids = self.noted.take().unwrap_or_default();
        if let Some(resolver) = &self.resolver {
            ids.extend(resolver.touched());
        }
        ids
    }

    pub(super) fn rest(&mut self) -> bool {
        self.fitted.clear();
        self.returned.rest();
        if let Some(resolver) = &mut self.resolver {
            resolver.rest();
        }
        self.writer.rest()
    }

    /// Puts the rows of a batch into the table.
    pub(super) fn insert(
        &mut self,
        table: &TableDef,
        batch: &Batch,
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<()> {
        // Without rows a batch may have no columns either.
        if batch.rows == 0 {
            return Ok(());
        }
        self.fitted.clear();
        for (no, (source, column)) in self.source_of.iter().zip(&table.columns).enumerate() {
            if let Some(at) = source
                && let Some(fitted) = fitted(&batch.columns[*at], column.ty)?
            {
                self.fitted.resize_with(table.columns.len(), || None);
                self.fitted[no] = Some(fitted);
            }
        }
        let value = |column: usize, at| batch.columns[column].get(at);
        self.insert_rows(table, batch.rows, value, context, changed)
    }

    /// Puts a row of literals and parameters into the table, without a batch around it. False: a value is not of its column's type, so
    /// that there must be one.
    fn insert_constants(
        &mut self,
        table: &TableDef,
        values: &Values,
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<bool> {
        let ([row], params) = (values.rows.as_slice(), context.params) else {
            return Ok(false);
        };
        let value = |at: usize| at_hand(&row[at], params).map_or(ValueRef::Null, Value::as_ref);
        let fits = |(at, ty): (usize, &SqlType)| {
            let value = value(at);
            value.is_null() || value.sql_type() == *ty
        };
        if !values.types.iter().enumerate().all(fits) {
            return Ok(false);
        }
        self.fitted.clear();
        self.insert_rows(table, 1, |column, _| value(column), context, changed)?;
        Ok(true)
    }

    /// Puts rows into the table: so many, with the values that the source's columns have in each, where they were not fitted.
    fn insert_rows<'v>(
        &mut self,
        table: &TableDef,
        rows: usize,
        value: impl Fn(usize, usize) -> ValueRef<'v>,
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<()> {
        self.compute_defaults(table, rows)?;
        let fitted = std::mem::take(&mut self.fitted);
        let defaults = std::mem::take(&mut self.defaults);
        for at in 0..rows {
            context.check_interrupt()?;
            let mut row = relent(std::mem::take(&mut self.row));
            for (no, source) in self.source_of.iter().enumerate() {
                row.push(match (fitted.get(no), source) {
                    (Some(Some(column)), _) => column.get(at),
                    (_, Some(source)) => value(*source, at),
                    (_, None) => table.columns[no].default.constant(),
                });
            }
            for default in &defaults {
                default.replace_null(&mut row, at);
            }
            let put = match (self.triggers.is_some(), self.computes) {
                (true, _) => self.put_fired(table, &row, context, changed),
                (false, true) => self.put_computed(table, &row, context, changed),
                (false, false) => self.put(table, &mut row, context, changed).map(|()| true),
            };
            let is_put = put.map_err(|error| context.placed(error, at))?;
            if let (Some(kept), true, true) = (&mut self.kept, is_put, self.triggers.is_some()) {
                kept.push(at as u32);
            }
            self.row = relent(row);
        }
        self.fitted = fitted;
        self.defaults = defaults;
        match &mut self.resolver {
            Some(resolver) => {
                let (writer, returned) = (&mut self.writer, &mut self.returned);
                resolver.flush(table, writer, returned, context, changed)
            }
            None => Ok(()),
        }
    }

    /// Puts one row into the table, with the values of its computed columns.
    fn put_computed(
        &mut self,
        table: &TableDef,
        row: &[ValueRef<'_>],
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<bool> {
        let computed = self.writer.generate(context.txn.write()?, row)?;
        let mut whole = row.to_vec();
        for (no, value) in &computed {
            whole[usize::from(no.0)] = value.as_ref();
        }
        self.put(table, &mut whole, context, changed)?;
        Ok(true)
    }

    /// Puts one row into the table, after its triggers have given it the values that they say. False: they leave it alone.
    fn put_fired(
        &mut self,
        table: &TableDef,
        row: &[ValueRef<'_>],
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<bool> {
        let Some(triggers) = self.triggers.clone() else {
            return Ok(true);
        };
        let id = self.writer.choose_row_id(context.txn.write()?, row)?;
        let mut values: Vec<Value> = row.iter().map(|value| ValueRef::to_owned(*value)).collect();
        let number = table.rowid_column.map(|no| usize::from(no.0));
        let chosen = number.filter(|at| values[*at].is_null());
        if let Some(at) = chosen {
            values[at] = Value::Integer(id.0);
        }
        let mut images = Images {
            old: None,
            new: Some(RowImage { id, values }),
        };
        let event = (TriggerEvent::Insert, &[][..]);
        let goes_on = before_row(&triggers, event, &mut images, context)?;
        self.writer.forget();
        let (Some(RowImage { mut values, .. }), true) = (images.new, goes_on) else {
            return Ok(false);
        };
        // What a trigger inserted may have taken the number.
        if let Some(at) = chosen
            && values[at] == Value::Integer(id.0)
            && self.writer.read(context.txn.write()?, id)?.is_some()
        {
            values[at] = Value::Null;
        }
        let mut whole: Vec<ValueRef<'_>> = values.iter().map(Value::as_ref).collect();
        if self.computes {
            return self.put_computed(table, &whole, context, changed);
        }
        self.put(table, &mut whole, context, changed)?;
        Ok(true)
    }

    /// Computes the defaults of columns for so many rows.
    fn compute_defaults(&mut self, table: &TableDef, rows: usize) -> Result<()> {
        for default in &mut self.defaults {
            let no = usize::from(default.no.0);
            let values = default.compute(rows)?;
            match self.source_of[no] {
                Some(_) => default.for_nulls = Some(values),
                None => {
                    self.fitted.resize_with(table.columns.len(), || None);
                    self.fitted[no] = Some(values);
                }
            }
        }
        Ok(())
    }

    /// Puts one row into the table, or does what is said of rows whose keys are taken.
    fn put<'v>(
        &mut self,
        table: &'v TableDef,
        row: &mut [ValueRef<'v>],
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<()> {
        if self.resolver.is_some() && !self.resolve(table, row, context, changed)? {
            return Ok(());
        }
        let id = self.writer.insert(context.txn.write()?, row)?;
        changed.rows += 1;
        changed.last_rowid = Some(id.0);
        if let Some(resolver) = &mut self.resolver {
            resolver.inserted(id);
        }
        if let Some(noted) = &mut self.noted {
            noted.insert(id);
        }
        if self.returned.is_wanted() {
            self.returned.push_row(table, id, row)?;
        }
        Ok(())
    }

    /// Deals with what is in the way of a row. True: it is to be inserted.
    fn resolve<'v>(
        &mut self,
        table: &'v TableDef,
        row: &mut [ValueRef<'v>],
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<bool> {
        let Some(resolver) = &mut self.resolver else {
            return Ok(true);
        };
        let (writer, returned) = (&mut self.writer, &mut self.returned);
        let verdict = resolver.judge(table, row, writer, context)?;
        let inserts = matches!(verdict, Verdict::Insert);
        let keeps_order = inserts && returned.is_wanted() && resolver.is_waiting();
        if keeps_order || resolver.is_due() {
            resolver.flush(table, writer, returned, context, changed)?;
        }
        Ok(inserts)
    }
}

/// For each column of the table, the column of the source that fills it.
fn source_columns(table: &TableDef, columns: &[ColumnNo]) -> Vec<Option<usize>> {
    let numbers = (0..).map(ColumnNo).take(table.columns.len());
    numbers
        .map(|no| columns.iter().position(|column| *column == no))
        .collect()
}

/// The memory of a list, to hold values that are borrowed from elsewhere.
fn relent<'b>(mut row: Vec<ValueRef<'_>>) -> Vec<ValueRef<'b>> {
    row.clear();
    // Nothing is mapped; collecting what is left of a list takes its memory over.
    row.into_iter().map(|_| ValueRef::Null).collect()
}
