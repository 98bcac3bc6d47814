//! Planning of MERGE: a join of the source and the table that keeps the rows which some clause is for.

use super::build::QueryBuilder;
use super::change::{add_columns, result_columns, returning};
use super::expr::column;
use super::logical::{LogicalPlan, LogicalScan};
use super::lower::lower;
use super::names::{Names, column_id, quoted};
use super::physical::{Merge, MergeClause, PhysicalPlan};
use super::print::expr_text;
use super::rewrite::{COMPUTED, Scope, rewrite};
use super::statement::{with_answers, without_identity};
use super::subquery::Answers;
use super::{Plan, PlanContext};
use crate::bind::bound::{
    self, ColumnId, Expr, ExprKind, Matching, MergeAction, Outer, RelationNo,
};
use crate::error::Result;
use crate::types::{SqlType, Value};

/// The relation of the column that says whether there is a row of the source: the binder gives no such number.
const SOURCE: RelationNo = RelationNo(u32::MAX - 2);

pub(super) fn plan_merge(merge: &bound::Merge, context: &PlanContext<'_>) -> Result<Plan> {
    let mut names = Names::default();
    let prefix = format!("{}.", quoted(&merge.table.name));
    names.add_table(merge.relation, &merge.table, &prefix);
    names.add_from(&merge.source, true);
    if let Some(images) = merge.returning.images {
        names.add_table(images.old, &merge.table, "old.");
        names.add_table(images.new, &merge.table, "new.");
        let action = column_id(images.action, 0);
        names.add(action, "merge_action()".to_owned());
    }
    let mut clauses = merge.clauses.clone();
    let source = rows(merge, &mut clauses, context, &mut names)?;
    Ok(Plan {
        root: PhysicalPlan::Merge(Merge {
            table: merge.table.clone(),
            relation: merge.relation,
            keys: merge.keys.clone(),
            triggers: merge.triggers.clone(),
            source: Box::new(source),
            clauses,
            returning: returning(&merge.returning),
        }),
        columns: result_columns(&merge.returning.output),
        names,
    })
}

/// The row id of the table, whether there is a row of the source, and then what expressions read. One that asks a query is
/// computed with them, and becomes a column.
fn rows(
    merge: &bound::Merge,
    clauses: &mut [MergeClause],
    context: &PlanContext<'_>,
    names: &mut Names,
) -> Result<PhysicalPlan> {
    let row_id = ColumnId {
        relation: merge.relation,
        column: ColumnId::ROWID,
    };
    let is_there = column_id(SOURCE, 0);
    names.add(is_there, "source".to_owned());
    let mut columns = vec![row_id, is_there];
    let mut asking = Vec::new();
    for expr in clauses.iter_mut().flat_map(exprs_mut) {
        if !expr.has_subquery() {
            add_columns(expr, &mut columns);
            continue;
        }
        let id = column_id(COMPUTED, names.next_computed());
        names.add(id, expr_text(expr, names));
        let computed = column(id, expr.ty);
        asking.push((id, std::mem::replace(expr, computed)));
    }
    add_returned(merge, &mut columns);
    let has = |matching| merge.clauses.iter().any(|c| c.matching == matching);
    let outer = Outer {
        left: has(Matching::Source),
        right: has(Matching::Target),
    };
    let mut free = Vec::new();
    let mut builder = QueryBuilder::new(context, names, &mut free);
    let source = LogicalPlan::Extend {
        input: Box::new(builder.from(&merge.source)?),
        columns: vec![(is_there, truth())],
    };
    let target = context.table(LogicalScan {
        relation: merge.relation,
        table: merge.table.clone(),
        alias: merge.table.name.clone(),
        filter: Vec::new(),
        columns: Vec::new(),
        as_of: None,
        sample: None,
    });
    let mut plan = builder.join(outer, source, target, Some(merge.condition.clone()))?;
    let mut output: Vec<(ColumnId, Expr)> = columns
        .into_iter()
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
    rewrite(&mut plan, &mut Scope::new(context, names))?;
    let plan = without_identity(lower(&plan, context)?);
    Ok(with_answers(with_answers(plan, own), free))
}

/// What RETURNING reads of the rows: `old` is the table's row, and `new` of an UPDATE may be.
fn add_returned(merge: &bound::Merge, columns: &mut Vec<ColumnId>) {
    let Some(images) = merge.returning.images else {
        return;
    };
    let mut read = Vec::new();
    for output in &merge.returning.output {
        add_columns(&output.expr, &mut read);
    }
    for mut id in read {
        if id.relation == images.action {
            continue;
        }
        if id.relation == images.old || id.relation == images.new {
            id.relation = merge.relation;
        }
        if !columns.contains(&id) {
            columns.push(id);
        }
    }
}

/// The expressions of a clause.
fn exprs_mut(clause: &mut MergeClause) -> impl Iterator<Item = &mut Expr> {
    let values = match &mut clause.action {
        MergeAction::Update(values) | MergeAction::Insert(values) => values.as_mut_slice(),
        MergeAction::Nothing | MergeAction::Delete => &mut [],
    };
    let values = values.iter_mut().map(|(_, value)| value);
    clause.condition.iter_mut().chain(values)
}

fn truth() -> Expr {
    Expr {
        kind: ExprKind::Literal(Value::Boolean(true)),
        ty: SqlType::Boolean,
        position: None,
    }
}
