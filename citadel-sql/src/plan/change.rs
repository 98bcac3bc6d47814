//! Planning of INSERT, UPDATE and DELETE.

use std::sync::Arc;

use super::arbiter::arbiters;
use super::build::{QueryBuilder, limited, logical_key, sorted};
use super::expr::{column, split_conjuncts};
use super::lake;
use super::logical::{LimitBounds, LogicalPlan, LogicalScan};
use super::lower::{lower, lower_scan};
use super::names::{Names, column_id};
use super::physical::{
    Conflict, ConflictUpdate, Delete, Insert, Instead, PhysicalPlan, Resolution, Returning, Update,
    Values,
};
use super::print::expr_text;
use super::rewrite::{COMPUTED, Scope, rewrite};
use super::statement::{plan_query, with_answers, without_identity};
use super::subquery::Answers;
use super::{Plan, PlanContext, ResultColumn};
use crate::bind::bound::{
    self, ChosenRows, ColumnId, ConflictAction, Expr, ExprKind, From, InsertSource, Outer,
    OutputColumn, Query, RelationNo,
};
use crate::error::{Error, Result, SqlState};
use crate::schema::{TableDef, TableId, TriggerLevel, TriggerSet, TriggerTiming};
use crate::types::SqlType;

pub(super) fn plan_insert(insert: &bound::Insert, context: &PlanContext<'_>) -> Result<Plan> {
    let (source, mut names, materialize) = match &insert.source {
        InsertSource::Values(rows) => {
            let (mut names, mut free) = (Names::default(), Vec::new());
            let mut rows = rows.clone();
            let mut builder = QueryBuilder::new(context, &mut names, &mut free);
            let mut values = rows.iter_mut().flatten();
            values.try_for_each(|value| builder.constant(value))?;
            let own = builder.own;
            let is_constant_row = match rows.as_slice() {
                [row] => row.iter().all(is_at_hand),
                _ => false,
            };
            let values = Arc::new(Values {
                layout: Vec::new(),
                types: insert
                    .columns
                    .iter()
                    .map(|no| insert.table.column(*no).ty)
                    .collect(),
                rows,
            });
            let source = match is_constant_row {
                true => PhysicalPlan::ConstantRow(values),
                false => PhysicalPlan::Values(values),
            };
            let asks = !(own.is_empty() && free.is_empty());
            (with_answers(with_answers(source, own), free), names, asks)
        }
        InsertSource::DefaultValues => (PhysicalPlan::SingleRow, Names::default(), false),
        InsertSource::Query(query) => {
            let plan = plan_query(query, context)?;
            // What runs before a row is written may change what the query reads.
            let whole = reads(query, (!has_before(insert)).then_some(insert.table.id));
            (plan.root, plan.names, whole)
        }
    };
    names.add_table(insert.relation, &insert.table, "");
    name_images(
        &insert.returning,
        insert.relation,
        &insert.table,
        &mut names,
    );
    let conflict = insert
        .conflict
        .as_ref()
        .map(|conflict| plan_conflict(insert, conflict, &mut names))
        .transpose()?;
    Ok(Plan {
        root: PhysicalPlan::Insert(Insert {
            table: insert.table.clone(),
            relation: insert.relation,
            columns: insert.columns.clone(),
            defaults: insert.defaults.clone(),
            keys: insert.keys.clone(),
            triggers: insert.triggers.clone(),
            source: Box::new(source),
            materialize,
            conflict: conflict.map(Box::new),
            returning: returning(&insert.returning),
        }),
        columns: result_columns(&insert.returning.output),
        names,
    })
}

/// Is nothing to be computed for its value?
fn is_at_hand(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Parameter(_))
}

/// The rows that are there are fetched by row id, with the columns that the action and RETURNING read.
fn plan_conflict(
    insert: &bound::Insert,
    conflict: &bound::Conflict,
    names: &mut Names,
) -> Result<Conflict> {
    let resolution = match &conflict.action {
        ConflictAction::Nothing => Resolution::Nothing,
        ConflictAction::Ignore => Resolution::Ignore,
        ConflictAction::Replace => Resolution::Replace,
        ConflictAction::Update(update) => {
            names.add_table(update.excluded, &insert.table, "excluded.");
            let mut read = Vec::new();
            let assigned = update.assignments.iter().map(|(_, value)| value);
            for expr in assigned.chain(&update.filter) {
                add_columns(expr, &mut read);
            }
            add_returned(&insert.returning, insert.relation, &mut read);
            let (excluded, existing) = read
                .into_iter()
                .partition(|id: &ColumnId| id.relation == update.excluded);
            Resolution::Update(ConflictUpdate {
                existing,
                excluded,
                assignments: update.assignments.clone(),
                named: update.named,
                filter: update.filter.clone(),
            })
        }
    };
    Ok(Conflict {
        arbiters: arbiters(&conflict.arbiters, &insert.table, insert.relation)?,
        resolution,
    })
}

/// The change of a view: its rows, for the view's triggers.
pub(super) fn plan_instead(instead: &bound::Instead, context: &PlanContext<'_>) -> Result<Plan> {
    let (source, columns, names) = match &instead.rows {
        bound::InsteadRows::New(insert) => {
            let plan = plan_insert(insert, context)?;
            let PhysicalPlan::Insert(insert) = plan.root else {
                return Err(Error::sql(
                    SqlState::INTERNAL_ERROR,
                    "an INSERT was planned as something else",
                ));
            };
            (insert.source, insert.columns, plan.names)
        }
        bound::InsteadRows::Old { query, assigned } => {
            let plan = plan_query(query, context)?;
            (Box::new(plan.root), assigned.clone(), plan.names)
        }
    };
    Ok(Plan {
        root: PhysicalPlan::Instead(Instead {
            view: instead.view.clone(),
            event: instead.event,
            columns,
            source,
            triggers: instead.triggers.clone(),
        }),
        columns: Vec::new(),
        names,
    })
}

/// Has the table triggers that run before a row is written?
fn has_before(insert: &bound::Insert) -> bool {
    let has = |triggers: &Arc<TriggerSet>| {
        triggers.has_any(TriggerTiming::Before, TriggerLevel::Row)
            || triggers.has_any(TriggerTiming::InsteadOf, TriggerLevel::Row)
    };
    insert.triggers.as_ref().is_some_and(has)
}

/// Reads a query a table, or any, where none is said? What asks other queries may.
fn reads(query: &Query, id: Option<TableId>) -> bool {
    let mut asks = false;
    query.for_each_expr(&mut |expr| asks |= expr.has_subquery());
    asks || reads_from(&query.from, id)
}

fn reads_from(from: &From, id: Option<TableId>) -> bool {
    match from {
        From::Nothing | From::Values { .. } | From::Function { .. } | From::Working { .. } => false,
        From::Recursive { first, step, .. } => {
            reads_from(&first.from, id) || reads_from(&step.from, id)
        }
        From::Table { table, .. } => id.is_none_or(|id| table.id == id),
        From::Query { query, .. } => reads_from(&query.from, id),
        From::SetOperation { inputs, .. } => inputs.iter().any(|input| reads_from(&input.from, id)),
        From::Join { left, right, .. } => reads_from(left, id) || reads_from(right, id),
        From::Lateral { left, right, .. } => reads_from(left, id) || reads_from(&right.from, id),
        From::Extend { input, .. } => reads_from(input, id),
    }
}

pub(super) fn plan_update(update: &bound::Update, context: &PlanContext<'_>) -> Result<Plan> {
    let mut target = Target::new((&update.table, update.relation), &update.rows, context);
    let mut assignments = update.assignments.clone();
    let source = target.rows(assignments.iter_mut().map(|(_, value)| value))?;
    Ok(Plan {
        root: PhysicalPlan::Update(Update {
            table: update.table.clone(),
            relation: update.relation,
            keys: update.keys.clone(),
            triggers: update.triggers.clone(),
            source: Box::new(source),
            named: update.named,
            assignments,
            joined: update.rows.from.is_some(),
            returning: returning(&update.rows.returning),
        }),
        columns: result_columns(&update.rows.returning.output),
        names: target.names,
    })
}

pub(super) fn plan_delete(delete: &bound::Delete, context: &PlanContext<'_>) -> Result<Plan> {
    let mut target = Target::new((&delete.table, delete.relation), &delete.rows, context);
    if delete.table.lake.is_some() {
        return target.delete_in_lake();
    }
    let source = target.rows(std::iter::empty())?;
    Ok(Plan {
        root: PhysicalPlan::Delete(Delete {
            table: delete.table.clone(),
            keys: delete.keys.clone(),
            triggers: delete.triggers.clone(),
            source: Box::new(source),
            joined: delete.rows.from.is_some(),
            returning: returning(&delete.rows.returning),
        }),
        columns: result_columns(&delete.rows.returning.output),
        names: target.names,
    })
}

/// What a change gives of its rows.
pub(super) fn returning(returning: &bound::Returning) -> Option<Arc<Returning>> {
    let images = returning.images?;
    let output = &returning.output;
    let mut layout = Vec::new();
    for column in output {
        add_columns(&column.expr, &mut layout);
    }
    Some(Arc::new(Returning {
        layout,
        images,
        output: output.iter().map(|column| column.expr.clone()).collect(),
    }))
}

/// Names the rows that RETURNING calls `old` and `new`.
fn name_images(
    returning: &bound::Returning,
    relation: RelationNo,
    table: &TableDef,
    names: &mut Names,
) {
    let Some(images) = returning.images else {
        return;
    };
    for (no, prefix) in [(images.old, "old."), (images.new, "new.")] {
        if no != relation {
            names.add_table(no, table, prefix);
        }
    }
}

/// What RETURNING reads of the rows as they are before the change.
fn add_returned(returning: &bound::Returning, relation: RelationNo, columns: &mut Vec<ColumnId>) {
    let Some(images) = returning.images else {
        return;
    };
    let mut read = Vec::new();
    for output in &returning.output {
        add_columns(&output.expr, &mut read);
    }
    for mut id in read {
        if id.relation == images.old {
            id.relation = relation;
        } else if id.relation == images.new && images.new != relation {
            continue;
        }
        if !columns.contains(&id) {
            columns.push(id);
        }
    }
}

pub(super) fn result_columns(output: &[OutputColumn]) -> Vec<ResultColumn> {
    let columns = output.iter().map(|output| ResultColumn {
        name: output.name.clone(),
        ty: output.expr.ty,
    });
    columns.collect()
}

/// Adds the columns of an expression that are not there yet.
pub(super) fn add_columns(expr: &Expr, columns: &mut Vec<ColumnId>) {
    expr.for_each_column(&mut |id| {
        if !columns.contains(&id) {
            columns.push(id);
        }
    });
}

/// The table that UPDATE or DELETE changes.
struct Target<'a> {
    scan: LogicalScan,
    rows: &'a ChosenRows,
    context: &'a PlanContext<'a>,
    names: Names,
}

impl<'a> Target<'a> {
    fn new(
        (table, relation): (&Arc<TableDef>, RelationNo),
        rows: &'a ChosenRows,
        context: &'a PlanContext<'a>,
    ) -> Self {
        let mut names = Names::default();
        match &rows.from {
            None => names.add_table(relation, table, ""),
            Some(from) => {
                let name = super::names::quoted(&table.name);
                names.add_table(relation, table, &format!("{name}."));
                names.add_from(from, true);
            }
        }
        name_images(&rows.returning, relation, table, &mut names);
        Self {
            scan: LogicalScan {
                relation,
                table: table.clone(),
                alias: table.name.clone(),
                filter: Vec::new(),
                columns: Vec::new(),
                as_of: None,
                sample: None,
            },
            rows,
            context,
            names,
        }
    }

    /// The rows to change: row id, then the columns that expressions read. An expression that asks a query is computed
    /// with them, and becomes a column.
    fn rows<'e>(&mut self, read: impl Iterator<Item = &'e mut Expr>) -> Result<PhysicalPlan> {
        let row_id = ColumnId {
            relation: self.scan.relation,
            column: ColumnId::ROWID,
        };
        let mut columns = vec![row_id];
        let mut asking = Vec::new();
        for expr in read {
            if expr.has_subquery() {
                let id = column_id(COMPUTED, self.names.next_computed());
                self.names.add(id, expr_text(expr, &self.names));
                let computed = column(id, expr.ty);
                asking.push((id, std::mem::replace(expr, computed)));
                continue;
            }
            add_columns(expr, &mut columns);
        }
        add_returned(&self.rows.returning, self.scan.relation, &mut columns);
        let mut conjuncts = Vec::new();
        if let Some(filter) = &self.rows.filter {
            split_conjuncts(filter.clone(), &mut conjuncts);
        }
        let is_plain = self.rows.from.is_none()
            && self.rows.order_by.is_empty()
            && self.rows.limit.is_none()
            && asking.is_empty()
            && !self.context.has_changed(&self.scan.table)
            && !conjuncts.iter().any(Expr::has_subquery);
        if is_plain {
            self.scan.filter = conjuncts;
            self.scan.columns = columns;
            return lower_scan(&self.scan, self.context);
        }
        self.rows_of_query(columns, asking)
    }

    /// A DELETE that the lake does.
    fn delete_in_lake(mut self) -> Result<Plan> {
        let clauses = [
            ("USING", self.rows.from.is_some()),
            ("ORDER BY", !self.rows.order_by.is_empty()),
            ("LIMIT", self.rows.limit.is_some()),
            ("RETURNING", !self.rows.returning.output.is_empty()),
        ];
        if let Some((clause, _)) = clauses.iter().find(|(_, is_there)| *is_there) {
            return Err(Error::unsupported(format!(
                "{clause} in DELETE from a lake table"
            )));
        }
        if let Some(filter) = &self.rows.filter {
            split_conjuncts(filter.clone(), &mut self.scan.filter);
        }
        Ok(Plan {
            root: lake::delete(&self.scan)?,
            columns: Vec::new(),
            names: self.names,
        })
    }

    /// The rows as a query gives them.
    fn rows_of_query(
        &mut self,
        columns: Vec<ColumnId>,
        asking: Vec<(ColumnId, Expr)>,
    ) -> Result<PhysicalPlan> {
        let mut free = Vec::new();
        let mut builder = QueryBuilder::new(self.context, &mut self.names, &mut free);
        let mut plan = self.context.table(self.scan.clone());
        if let Some(from) = &self.rows.from {
            let beside = builder.from(from)?;
            plan = builder.join(Outer::default(), plan, beside, None)?;
        }
        plan = builder.filtered(plan, self.rows.filter.clone())?;
        let mut answers = Answers::default();
        let mut keys: Vec<_> = self.rows.order_by.iter().map(logical_key).collect();
        for key in &mut keys {
            plan = builder.answered(plan, &mut key.expr, &mut answers)?;
        }
        let mut limit = LimitBounds {
            limit: self.rows.limit.clone(),
            offset: None,
        };
        limit
            .limit
            .iter_mut()
            .try_for_each(|limit| builder.constant(limit))?;
        plan = limited(sorted(plan, keys), limit);
        let passed = columns.into_iter();
        let mut output: Vec<(ColumnId, Expr)> = passed
            .map(|id| (id, column(id, SqlType::Unknown)))
            .collect();
        for (id, mut expr) in asking {
            plan = builder.answered(plan, &mut expr, &mut answers)?;
            output.push((id, expr));
        }
        let own = builder.own;
        let mut plan = LogicalPlan::Project {
            input: Box::new(plan),
            columns: output,
        };
        rewrite(&mut plan, &mut Scope::new(self.context, &mut self.names))?;
        let plan = without_identity(lower(&plan, self.context)?);
        Ok(with_answers(with_answers(plan, own), free))
    }
}
