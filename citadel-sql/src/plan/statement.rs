//! Planning of whole statements.

use std::sync::Arc;

use super::build::QueryBuilder;
use super::expr::{column, split_conjuncts};
use super::logical::{LogicalPlan, LogicalScan};
use super::lower::{lower, lower_scan};
use super::names::{Names, column_id};
use super::physical::{Delete, Init, InitPlan, Insert, PhysicalPlan, Update, Values};
use super::print::expr_text;
use super::rewrite::{COMPUTED, Scope, rewrite};
use super::subquery::{self, Answers};
use super::{Plan, PlanContext, ResultColumn};
use crate::bind::bound::{
    self, ColumnId, Expr, ExprKind, From, InsertSource, Query, RelationNo, Statement,
};
use crate::error::{Error, Result, SqlState};
use crate::schema::{TableDef, TableId};
use crate::types::SqlType;

/// Plans a statement. BEGIN, COMMIT, ROLLBACK and CALL are the connection's, not a plan's: an error here.
pub(crate) fn plan(statement: &Statement, context: &PlanContext<'_>) -> Result<Plan> {
    match statement {
        Statement::Query(query) => plan_query(query, context),
        Statement::Insert(insert) => plan_insert(insert, context),
        Statement::Update(update) => plan_update(update, context),
        Statement::Delete(delete) => plan_delete(delete, context),
        Statement::CreateTable(create) => Ok(bare(PhysicalPlan::CreateTable(create.clone()))),
        Statement::CreateView(create) => Ok(bare(PhysicalPlan::CreateView(create.clone()))),
        Statement::DropRelations { tables, views } => Ok(bare(PhysicalPlan::DropRelations {
            tables: tables.clone(),
            views: views.clone(),
        })),
        Statement::CreateIndex(create) => Ok(bare(PhysicalPlan::CreateIndex(create.clone()))),
        Statement::DropIndex { indexes } => Ok(bare(PhysicalPlan::DropIndex(indexes.clone()))),
        Statement::AlterIndex(alter) => Ok(bare(PhysicalPlan::AlterIndex(alter.clone()))),
        Statement::Nothing => Ok(bare(PhysicalPlan::Nothing)),
        Statement::Explain { analyze, statement } => {
            if is_unplanned(statement) {
                return Err(Error::unsupported("EXPLAIN of this statement"));
            }
            let inner = plan(statement, context)?;
            Ok(Plan {
                root: PhysicalPlan::Explain {
                    analyze: *analyze,
                    plan: Arc::new(inner),
                },
                columns: vec![ResultColumn {
                    name: "QUERY PLAN".to_owned(),
                    ty: SqlType::Text,
                }],
                names: Names::default(),
            })
        }
        Statement::Begin(_)
        | Statement::Commit
        | Statement::Rollback
        | Statement::Pragma(_)
        | Statement::Vacuum { .. }
        | Statement::CallPersistAnnIndex { .. } => Err(Error::sql(
            SqlState::INTERNAL_ERROR,
            "this statement has no plan",
        )),
    }
}

/// Is the statement the connection's own business?
fn is_unplanned(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Begin(_)
            | Statement::Commit
            | Statement::Rollback
            | Statement::Pragma(_)
            | Statement::Vacuum { .. }
            | Statement::CallPersistAnnIndex { .. }
            | Statement::Explain { .. }
    )
}

/// A plan that gives no rows.
fn bare(root: PhysicalPlan) -> Plan {
    Plan {
        root,
        columns: Vec::new(),
        names: Names::default(),
    }
}

fn plan_query(query: &Query, context: &PlanContext<'_>) -> Result<Plan> {
    let mut names = Names::of_query(query);
    let mut free = Vec::new();
    let root = subquery::rows(query, context, &mut names, &mut free, 0)?;
    let columns = query.output.iter().map(|output| ResultColumn {
        name: output.name.clone(),
        ty: output.expr.ty,
    });
    Ok(Plan {
        root: with_answers(root, free),
        columns: columns.collect(),
        names,
    })
}

/// A plan that reads the answers of queries.
pub(super) fn with_answers(plan: PhysicalPlan, mut plans: Vec<InitPlan>) -> PhysicalPlan {
    if plans.is_empty() {
        return plan;
    }
    let input = match plan {
        PhysicalPlan::Init(inner) => {
            plans.extend(inner.plans);
            inner.input
        }
        plan => Arc::new(plan),
    };
    PhysicalPlan::Init(Init { input, plans })
}

/// Drops a projection at the top that gives its input's columns as they are.
pub(super) fn without_identity(plan: PhysicalPlan) -> PhysicalPlan {
    let PhysicalPlan::Project { input, columns } = plan else {
        return plan;
    };
    let layout = input.layout();
    let same = columns.len() == layout.len()
        && columns
            .iter()
            .zip(&layout)
            .all(|((_, expr), id)| matches!(expr.kind, ExprKind::Column(from) if from == *id));
    if same {
        *input
    } else {
        PhysicalPlan::Project { input, columns }
    }
}

fn plan_insert(insert: &bound::Insert, context: &PlanContext<'_>) -> Result<Plan> {
    let (source, names, materialize) = match &insert.source {
        InsertSource::Values(rows) => {
            let (mut names, mut free) = (Names::default(), Vec::new());
            let mut rows = rows.clone();
            let mut builder = QueryBuilder::new(context, &mut names, &mut free);
            let mut values = rows.iter_mut().flatten();
            values.try_for_each(|value| builder.constant(value))?;
            let own = builder.own;
            let source = PhysicalPlan::Values(Arc::new(Values {
                layout: Vec::new(),
                types: insert
                    .columns
                    .iter()
                    .map(|no| insert.table.column(*no).ty)
                    .collect(),
                rows,
            }));
            let asks = !(own.is_empty() && free.is_empty());
            (with_answers(with_answers(source, own), free), names, asks)
        }
        InsertSource::DefaultValues => (PhysicalPlan::SingleRow, Names::default(), false),
        InsertSource::Query(query) => {
            let plan = plan_query(query, context)?;
            let reads_itself = reads(query, insert.table.id);
            (plan.root, plan.names, reads_itself)
        }
    };
    Ok(Plan {
        root: PhysicalPlan::Insert(Insert {
            table: insert.table.clone(),
            columns: insert.columns.clone(),
            source: Box::new(source),
            materialize,
        }),
        columns: Vec::new(),
        names,
    })
}

/// Reads a query a table? What asks other queries may.
fn reads(query: &Query, id: TableId) -> bool {
    let mut asks = false;
    query.for_each_expr(&mut |expr| asks |= expr.has_subquery());
    asks || reads_from(&query.from, id)
}

fn reads_from(from: &From, id: TableId) -> bool {
    match from {
        From::Nothing | From::Values { .. } | From::Function { .. } | From::Working { .. } => false,
        From::Recursive { first, step, .. } => {
            reads_from(&first.from, id) || reads_from(&step.from, id)
        }
        From::Table { table, .. } => table.id == id,
        From::Query { query, .. } => reads_from(&query.from, id),
        From::SetOperation { inputs, .. } => inputs.iter().any(|input| reads_from(&input.from, id)),
        From::Join { left, right, .. } => reads_from(left, id) || reads_from(right, id),
        From::Lateral { left, right, .. } => reads_from(left, id) || reads_from(&right.from, id),
        From::Extend { input, .. } => reads_from(input, id),
    }
}

fn plan_update(update: &bound::Update, context: &PlanContext<'_>) -> Result<Plan> {
    let mut target = Target::new((&update.table, update.relation), context);
    let mut assignments = update.assignments.clone();
    let source = target.rows(
        update.filter.as_ref(),
        assignments.iter_mut().map(|(_, value)| value),
    )?;
    Ok(Plan {
        root: PhysicalPlan::Update(Update {
            table: update.table.clone(),
            source: Box::new(source),
            assignments,
        }),
        columns: Vec::new(),
        names: target.names,
    })
}

fn plan_delete(delete: &bound::Delete, context: &PlanContext<'_>) -> Result<Plan> {
    let mut target = Target::new((&delete.table, delete.relation), context);
    let source = target.rows(delete.filter.as_ref(), std::iter::empty())?;
    Ok(Plan {
        root: PhysicalPlan::Delete(Delete {
            table: delete.table.clone(),
            source: Box::new(source),
        }),
        columns: Vec::new(),
        names: target.names,
    })
}

/// The table that UPDATE or DELETE changes.
struct Target<'a> {
    scan: LogicalScan,
    context: &'a PlanContext<'a>,
    names: Names,
}

impl<'a> Target<'a> {
    fn new((table, relation): (&Arc<TableDef>, RelationNo), context: &'a PlanContext<'a>) -> Self {
        Self {
            scan: LogicalScan {
                relation,
                table: table.clone(),
                alias: table.name.clone(),
                filter: Vec::new(),
                columns: Vec::new(),
            },
            context,
            names: Names::of_table(relation, table),
        }
    }

    /// The rows to change: row id, then the columns that expressions read. An expression that asks a query is computed
    /// with them, and becomes a column.
    fn rows<'e>(
        &mut self,
        filter: Option<&Expr>,
        read: impl Iterator<Item = &'e mut Expr>,
    ) -> Result<PhysicalPlan> {
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
            expr.for_each_column(&mut |id| {
                if !columns.contains(&id) {
                    columns.push(id);
                }
            });
        }
        let mut conjuncts = Vec::new();
        if let Some(filter) = filter {
            split_conjuncts(filter.clone(), &mut conjuncts);
        }
        if asking.is_empty() && !conjuncts.iter().any(Expr::has_subquery) {
            self.scan.filter = conjuncts;
            self.scan.columns = columns;
            return lower_scan(&self.scan, self.context);
        }
        self.rows_with_answers(filter, columns, asking)
    }

    fn rows_with_answers(
        &mut self,
        filter: Option<&Expr>,
        columns: Vec<ColumnId>,
        asking: Vec<(ColumnId, Expr)>,
    ) -> Result<PhysicalPlan> {
        let mut free = Vec::new();
        let mut builder = QueryBuilder::new(self.context, &mut self.names, &mut free);
        let scan = LogicalPlan::Scan(self.scan.clone());
        let mut plan = builder.filtered(scan, filter.cloned())?;
        let passed = columns.into_iter();
        let mut output: Vec<(ColumnId, Expr)> = passed
            .map(|id| (id, column(id, SqlType::Unknown)))
            .collect();
        let mut answers = Answers::default();
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
