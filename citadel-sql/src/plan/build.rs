//! From the bound query to the logical plan, in SQL's order of evaluation.

use super::expr::{column, is_same, split_conjuncts};
use super::logical::{
    LimitBounds, LogicalFunction, LogicalKey, LogicalPlan, LogicalScan, LogicalSetOperation,
    LogicalValues,
};
use super::names::{Names, column_id};
use super::print::{aggregate_text, expr_text};
use crate::bind::bound::{ColumnId, Expr, From, Grouping, Query, SortKey};
use crate::error::{Error, Result, SqlState};

/// A logical plan whose columns are the query's output, in order.
pub(super) fn query(query: &Query, names: &mut Names) -> Result<LogicalPlan> {
    let mut plan = filtered(from(&query.from, names)?, query.filter.clone());
    if let Some(grouping) = &query.grouping {
        plan = grouped(plan, grouping, names);
    }
    let limit = LimitBounds {
        limit: query.limit.clone(),
        offset: query.offset.clone(),
    };
    let columns = output_columns(query, names);
    if query.distinct {
        let keys = keys_over_output(&query.order_by, &columns)?;
        let input = Box::new(project(plan, columns));
        let distinct = LogicalPlan::Distinct { input };
        return Ok(limited(sorted(distinct, keys), limit));
    }
    let keys = query.order_by.iter().map(logical_key).collect();
    Ok(project(limited(sorted(plan, keys), limit), columns))
}

/// The FROM clause as joins and scans.
fn from(from: &From, names: &mut Names) -> Result<LogicalPlan> {
    Ok(match from {
        From::Nothing => LogicalPlan::SingleRow,
        From::Values {
            relation,
            rows,
            types,
            ..
        } => LogicalPlan::Values(LogicalValues {
            relation: *relation,
            rows: rows.clone(),
            types: types.clone(),
        }),
        From::Function {
            relation,
            function,
            arguments,
            ..
        } => LogicalPlan::Function(LogicalFunction {
            relation: *relation,
            function: *function,
            arguments: arguments.clone(),
        }),
        From::Table {
            relation,
            table,
            alias,
        } => LogicalPlan::Scan(LogicalScan {
            relation: *relation,
            table: table.clone(),
            alias: alias.clone(),
            filter: Vec::new(),
            columns: Vec::new(),
        }),
        From::Query { query, .. } => self::query(query, names)?,
        From::SetOperation {
            relation,
            operator,
            all,
            inputs,
            names: columns,
        } => LogicalPlan::SetOperation(LogicalSetOperation {
            relation: *relation,
            operator: *operator,
            all: *all,
            inputs: inputs
                .iter()
                .map(|input| query(input, names))
                .collect::<Result<_>>()?,
            columns: columns.len(),
        }),
        From::Join {
            outer,
            left,
            right,
            on,
        } => {
            let mut conjuncts = Vec::new();
            if let Some(on) = on {
                split_conjuncts(on.clone(), &mut conjuncts);
            }
            LogicalPlan::Join {
                outer: *outer,
                left: Box::new(self::from(left, names)?),
                right: Box::new(self::from(right, names)?),
                on: conjuncts,
            }
        }
        From::Extend { input, columns } => LogicalPlan::Extend {
            input: Box::new(self::from(input, names)?),
            columns: columns.clone(),
        },
    })
}

/// The rows for which a condition is TRUE.
pub(super) fn filtered(input: LogicalPlan, filter: Option<Expr>) -> LogicalPlan {
    let Some(filter) = filter else {
        return input;
    };
    let mut conjuncts = Vec::new();
    split_conjuncts(filter, &mut conjuncts);
    LogicalPlan::Filter {
        input: Box::new(input),
        conjuncts,
    }
}

fn grouped(input: LogicalPlan, grouping: &Grouping, names: &mut Names) -> LogicalPlan {
    let keys = grouping.keys.iter().map(|key| expr_text(key, names));
    let calls = grouping.aggregates.iter();
    let calls = calls.map(|call| aggregate_text(call, names));
    let texts: Vec<String> = keys.chain(calls).collect();
    for (at, text) in texts.into_iter().enumerate() {
        names.add(column_id(grouping.relation, at), text);
    }
    let aggregate = LogicalPlan::Aggregate {
        input: Box::new(input),
        relation: grouping.relation,
        keys: grouping.keys.clone(),
        aggregates: grouping.aggregates.clone(),
    };
    filtered(aggregate, grouping.having.clone())
}

fn output_columns(query: &Query, names: &mut Names) -> Vec<(ColumnId, Expr)> {
    let columns = query.output.iter().enumerate().map(|(at, output)| {
        let id = column_id(query.relation, at);
        names.suggest(id, expr_text(&output.expr, names));
        (id, output.expr.clone())
    });
    columns.collect()
}

fn project(input: LogicalPlan, columns: Vec<(ColumnId, Expr)>) -> LogicalPlan {
    LogicalPlan::Project {
        input: Box::new(input),
        columns,
    }
}

fn sorted(input: LogicalPlan, keys: Vec<LogicalKey>) -> LogicalPlan {
    if keys.is_empty() {
        return input;
    }
    LogicalPlan::Sort {
        input: Box::new(input),
        keys,
    }
}

fn limited(input: LogicalPlan, limit: LimitBounds) -> LogicalPlan {
    if limit.limit.is_none() && limit.offset.is_none() {
        return input;
    }
    LogicalPlan::Limit {
        input: Box::new(input),
        limit,
    }
}

fn logical_key(key: &SortKey) -> LogicalKey {
    LogicalKey {
        expr: key.expr.clone(),
        descending: key.descending,
        nulls_first: key.nulls_first,
    }
}

/// After DISTINCT only the output is left to order by.
fn keys_over_output(keys: &[SortKey], output: &[(ColumnId, Expr)]) -> Result<Vec<LogicalKey>> {
    keys.iter()
        .map(|key| {
            let found = output.iter().find(|(_, expr)| is_same(expr, &key.expr));
            let (id, _) = found.ok_or_else(|| {
                Error::sql(
                    SqlState::GROUPING_ERROR,
                    "for SELECT DISTINCT, ORDER BY expressions must appear in the select list",
                )
                .at(key.expr.position)
            })?;
            Ok(LogicalKey {
                expr: column(*id, key.expr.ty),
                descending: key.descending,
                nulls_first: key.nulls_first,
            })
        })
        .collect()
}
