//! Planning of whole statements.

use std::sync::Arc;

use super::change::{plan_delete, plan_insert, plan_instead, plan_update, result_columns};
use super::merge::plan_merge;
use super::names::Names;
use super::physical::{CreateTableAs, Init, InitPlan, PhysicalPlan};
use super::subquery;
use super::with_changes::plan_with;
use super::{Plan, PlanContext, ResultColumn};
use crate::bind::bound::{CreateTable, ExprKind, Query, Statement};
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;

/// Plans a statement. BEGIN, COMMIT, ROLLBACK, savepoints and CALL are the connection's, not a plan's: an error here.
pub(crate) fn plan(statement: &Statement, context: &PlanContext<'_>) -> Result<Plan> {
    match statement {
        Statement::Query(query) => plan_query(query, context),
        Statement::CopyTo { query, .. } => plan_query(query, context),
        Statement::Insert(insert) | Statement::CopyFrom { insert, .. } => {
            plan_insert(insert, context)
        }
        Statement::Update(update) => plan_update(update, context),
        Statement::Delete(delete) => plan_delete(delete, context),
        Statement::Merge(merge) => plan_merge(merge, context),
        Statement::Instead(instead) => plan_instead(instead, context),
        Statement::With(with) => plan_with(with, context),
        Statement::CreateTable(create) => Ok(bare(PhysicalPlan::CreateTable(create.clone()))),
        Statement::CreateTableAs { create, query } => plan_create_table_as(create, query, context),
        Statement::AlterTable(alter) => Ok(bare(PhysicalPlan::AlterTable(alter.clone()))),
        Statement::Truncate { tables, restarts } => Ok(bare(PhysicalPlan::Truncate {
            tables: tables.clone(),
            restarts: *restarts,
        })),
        Statement::Sequence(statement) => Ok(bare(PhysicalPlan::Sequence(statement.clone()))),
        Statement::CreateView(create) => Ok(bare(PhysicalPlan::CreateView(create.clone()))),
        Statement::Trigger(statement) => Ok(bare(PhysicalPlan::Trigger(statement.clone()))),
        Statement::DropRelations {
            tables,
            views,
            keys,
            triggers,
        } => Ok(bare(PhysicalPlan::DropRelations {
            tables: tables.clone(),
            views: views.clone(),
            keys: keys.clone(),
            triggers: triggers.clone(),
        })),
        Statement::CreateIndex(create) => Ok(bare(PhysicalPlan::CreateIndex(create.clone()))),
        Statement::DropIndex { indexes } => Ok(bare(PhysicalPlan::DropIndex(indexes.clone()))),
        Statement::AlterIndex(alter) => Ok(bare(PhysicalPlan::AlterIndex(alter.clone()))),
        Statement::Analyze(tables) => Ok(bare(PhysicalPlan::Analyze(tables.clone()))),
        Statement::ChangeDefinition(change) => {
            Ok(bare(PhysicalPlan::ChangeDefinition(change.clone())))
        }
        Statement::Nothing => Ok(bare(PhysicalPlan::Nothing)),
        Statement::Explain { explain, statement } => {
            if is_unplanned(statement) {
                return Err(Error::unsupported("EXPLAIN of this statement"));
            }
            let inner = plan(statement, context)?;
            Ok(Plan {
                root: PhysicalPlan::Explain {
                    explain: *explain,
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
        | Statement::Savepoint(_)
        | Statement::SetConstraints { .. }
        | Statement::Release(_)
        | Statement::RollbackTo(_)
        | Statement::Pragma(_)
        | Statement::Vacuum { .. }
        | Statement::CallLake { .. }
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
            | Statement::Savepoint(_)
            | Statement::SetConstraints { .. }
            | Statement::Release(_)
            | Statement::RollbackTo(_)
            | Statement::Pragma(_)
            | Statement::Vacuum { .. }
            | Statement::CallLake { .. }
            | Statement::CallPersistAnnIndex { .. }
            | Statement::Explain { .. }
    )
}

fn plan_create_table_as(
    create: &CreateTable,
    query: &Option<Box<Query>>,
    context: &PlanContext<'_>,
) -> Result<Plan> {
    let Some(query) = query else {
        return Ok(bare(PhysicalPlan::CreateTable(create.clone())));
    };
    let plan = plan_query(query, context)?;
    Ok(Plan {
        root: PhysicalPlan::CreateTableAs(CreateTableAs {
            create: create.clone(),
            source: Box::new(plan.root),
        }),
        columns: Vec::new(),
        names: plan.names,
    })
}

/// A plan that gives no rows.
fn bare(root: PhysicalPlan) -> Plan {
    Plan {
        root,
        columns: Vec::new(),
        names: Names::default(),
    }
}

pub(super) fn plan_query(query: &Query, context: &PlanContext<'_>) -> Result<Plan> {
    let mut names = Names::of_query(query);
    let mut free = Vec::new();
    let root = subquery::rows(query, context, &mut names, &mut free, 0)?;
    Ok(Plan {
        root: with_answers(root, free),
        columns: result_columns(&query.output),
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
