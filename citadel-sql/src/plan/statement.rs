//! Planning of whole statements.

use std::sync::Arc;

use super::build;
use super::expr::split_conjuncts;
use super::logical::LogicalScan;
use super::lower::{lower, lower_scan};
use super::names::Names;
use super::physical::{Delete, Insert, PhysicalPlan, Update, Values};
use super::rewrite::{Scope, rewrite};
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
        Statement::DropTable { tables } => Ok(bare(PhysicalPlan::DropTable(tables.clone()))),
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
    let mut logical = build::query(query, &mut names)?;
    rewrite(&mut logical, &mut Scope::new(context, &mut names))?;
    let columns = query.output.iter().map(|output| ResultColumn {
        name: output.name.clone(),
        ty: output.expr.ty,
    });
    Ok(Plan {
        root: without_identity(lower(&logical, context)?),
        columns: columns.collect(),
        names,
    })
}

/// Drops a projection at the top that gives its input's columns as they are.
fn without_identity(plan: PhysicalPlan) -> PhysicalPlan {
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
            let source = PhysicalPlan::Values(Arc::new(Values {
                layout: Vec::new(),
                types: insert
                    .columns
                    .iter()
                    .map(|no| insert.table.column(*no).ty)
                    .collect(),
                rows: rows.clone(),
            }));
            (source, Names::default(), false)
        }
        InsertSource::DefaultValues => (PhysicalPlan::SingleRow, Names::default(), false),
        InsertSource::Query(query) => {
            let plan = plan_query(query, context)?;
            let reads_itself = reads(&query.from, insert.table.id);
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

/// Reads a FROM clause a table?
fn reads(from: &From, id: TableId) -> bool {
    match from {
        From::Nothing | From::Values { .. } | From::Function { .. } => false,
        From::Table { table, .. } => table.id == id,
        From::Query { query, .. } => reads(&query.from, id),
        From::SetOperation { inputs, .. } => inputs.iter().any(|input| reads(&input.from, id)),
        From::Join { left, right, .. } => reads(left, id) || reads(right, id),
        From::Extend { input, .. } => reads(input, id),
    }
}

fn plan_update(update: &bound::Update, context: &PlanContext<'_>) -> Result<Plan> {
    let read = update.assignments.iter().map(|(_, value)| value);
    let source = target(
        (&update.table, update.relation),
        &update.filter,
        read,
        context,
    )?;
    Ok(Plan {
        root: PhysicalPlan::Update(Update {
            table: update.table.clone(),
            source: Box::new(source),
            assignments: update.assignments.clone(),
        }),
        columns: Vec::new(),
        names: Names::of_table(update.relation, &update.table),
    })
}

fn plan_delete(delete: &bound::Delete, context: &PlanContext<'_>) -> Result<Plan> {
    let target_table = (&delete.table, delete.relation);
    let source = target(target_table, &delete.filter, std::iter::empty(), context)?;
    Ok(Plan {
        root: PhysicalPlan::Delete(Delete {
            table: delete.table.clone(),
            source: Box::new(source),
        }),
        columns: Vec::new(),
        names: Names::of_table(delete.relation, &delete.table),
    })
}

/// The rows that UPDATE or DELETE changes: row id, then the columns that expressions read.
fn target<'a>(
    (table, relation): (&Arc<TableDef>, RelationNo),
    filter: &Option<Expr>,
    read: impl Iterator<Item = &'a Expr>,
    context: &PlanContext<'_>,
) -> Result<PhysicalPlan> {
    let mut columns = vec![ColumnId {
        relation,
        column: ColumnId::ROWID,
    }];
    for expr in read {
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
    let scan = LogicalScan {
        relation,
        table: table.clone(),
        alias: table.name.clone(),
        filter: conjuncts,
        columns,
    };
    lower_scan(&scan, context)
}
