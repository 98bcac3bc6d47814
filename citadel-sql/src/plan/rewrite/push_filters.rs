//! A condition runs as near to the rows that it speaks of as it can.

use rustc_hash::FxHashMap;

use super::super::expr::{column, may_be_copied, relations};
use super::super::logical::{LogicalPlan, LogicalSetOperation};
use super::super::names::column_id;
use super::Scope;
use super::nulls::rejects_nulls;
use crate::bind::bound::{ColumnId, Expr, ExprKind, Outer, RelationNo};
use crate::error::Result;
use crate::types::{SqlType, Value};

/// Moves the conjuncts of filters and joins down. Those of one place keep their order: a later one may rely on an
/// earlier one to exclude a row that it would fail for.
pub(super) fn push_filters(plan: &mut LogicalPlan, _: &mut Scope<'_>) -> Result<()> {
    *plan = push(plan.take(), Vec::new());
    Ok(())
}

/// The plan with these conjuncts applied as low as possible.
fn push(plan: LogicalPlan, mut conjuncts: Vec<Expr>) -> LogicalPlan {
    match plan {
        LogicalPlan::Filter {
            input,
            conjuncts: own,
        } => {
            // What is below runs first.
            let all = own.into_iter().chain(conjuncts).collect();
            push(*input, all)
        }
        LogicalPlan::Scan(mut scan) => {
            scan.filter.append(&mut conjuncts);
            LogicalPlan::Scan(scan)
        }
        LogicalPlan::Earlier(mut scan) => {
            // What a parameter is may not be known yet when it is read.
            let later =
                |conjunct: &Expr| !conjunct.is_stable() || conjunct.reads_parameter(&|_| true);
            let (outside, mut inside) = conjuncts.into_iter().partition(later);
            scan.filter.append(&mut inside);
            filter(LogicalPlan::Earlier(scan), outside)
        }
        LogicalPlan::Join {
            outer,
            left,
            right,
            on,
        } => push_into_join(outer, *left, *right, on, conjuncts),
        LogicalPlan::Project { input, columns } => {
            let meanings = columns.iter().map(|(id, expr)| (*id, expr.clone()));
            let (inside, outside) = through(conjuncts, &meanings.collect());
            let input = Box::new(push(*input, inside));
            filter(LogicalPlan::Project { input, columns }, outside)
        }
        LogicalPlan::Aggregate {
            input,
            relation,
            keys,
            sets,
            aggregates,
        } => {
            let ids = keys.iter().enumerate();
            // A key is NULL in the groups of sets that have it not.
            let ids = ids.filter(|(at, _)| sets.iter().all(|set| set.contains(at)));
            let meanings = ids.map(|(at, key)| (column_id(relation, at), key.clone()));
            let meanings: Meanings = meanings.collect();
            let (inside, outside) = through(conjuncts, &meanings);
            let aggregate = LogicalPlan::Aggregate {
                input: Box::new(push(*input, inside)),
                relation,
                keys,
                sets,
                aggregates,
            };
            filter(aggregate, outside)
        }
        LogicalPlan::Extend { input, columns } => {
            let reads = |conjunct: &Expr| {
                let mut reads = !conjunct.is_stable();
                conjunct.for_each_column(&mut |id| reads |= columns.iter().any(|c| c.0 == id));
                reads
            };
            let (outside, inside) = conjuncts.into_iter().partition(reads);
            let input = Box::new(push(*input, inside));
            filter(LogicalPlan::Extend { input, columns }, outside)
        }
        LogicalPlan::Lateral(mut lateral) => {
            let reads = |conjunct: &Expr| {
                let mut reads = !conjunct.is_stable();
                conjunct.for_each_column(&mut |id| reads |= id.relation == lateral.relation);
                reads
            };
            let (outside, inside) = conjuncts.into_iter().partition(reads);
            *lateral.left = push(lateral.left.take(), inside);
            filter(LogicalPlan::Lateral(lateral), outside)
        }
        LogicalPlan::Apply(mut apply) => {
            let reads = |conjunct: &Expr| {
                let mut reads = !conjunct.is_stable();
                conjunct.for_each_column(&mut |id| reads |= id == apply.id);
                reads
            };
            let (outside, inside) = conjuncts.into_iter().partition(reads);
            *apply.input = push(apply.input.take(), inside);
            filter(LogicalPlan::Apply(apply), outside)
        }
        LogicalPlan::Window(mut window) => {
            // Whole partitions may be left out, rows of one may not.
            let partition: Vec<ColumnId> = window.partition.iter().filter_map(as_column).collect();
            let whole = |conjunct: &Expr| {
                let mut whole = conjunct.is_stable();
                let mut columns = 0;
                conjunct.for_each_column(&mut |id| {
                    columns += 1;
                    whole &= partition.contains(&id);
                });
                whole && columns > 0
            };
            let (inside, outside) = conjuncts.into_iter().partition(whole);
            *window.input = push(window.input.take(), inside);
            filter(LogicalPlan::Window(window), outside)
        }
        LogicalPlan::SetOperation(set) => push_into_set(set, conjuncts),
        LogicalPlan::Distinct { input } => {
            let (inside, outside) = conjuncts.into_iter().partition(Expr::is_stable);
            let input = Box::new(push(*input, inside));
            filter(LogicalPlan::Distinct { input }, outside)
        }
        LogicalPlan::Sort { input, keys } => {
            let (inside, outside) = conjuncts.into_iter().partition(Expr::is_stable);
            let input = Box::new(push(*input, inside));
            filter(LogicalPlan::Sort { input, keys }, outside)
        }
        other => filter(push_below(other), conjuncts),
    }
}

fn as_column(expr: &Expr) -> Option<ColumnId> {
    match expr.kind {
        ExprKind::Column(id) => Some(id),
        _ => None,
    }
}

type Meanings = FxHashMap<ColumnId, Expr>;

/// Conjuncts over the input of a node, in terms of its meanings of columns; and those that stay above it.
fn through(conjuncts: Vec<Expr>, meanings: &Meanings) -> (Vec<Expr>, Vec<Expr>) {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for conjunct in conjuncts {
        let (mut columns, mut passes, mut grows) = (0, conjunct.is_stable(), false);
        conjunct.for_each_column(&mut |id| {
            columns += 1;
            passes &= meanings.get(&id).is_some_and(Expr::is_stable);
            grows |= !matches!(
                meanings.get(&id),
                Some(Expr {
                    kind: ExprKind::Column(_),
                    ..
                })
            );
        });
        if columns == 0 || !passes {
            outside.push(conjunct);
            continue;
        }
        let meant = meaning(conjunct.clone(), meanings);
        if grows && !may_be_copied(&meant) {
            outside.push(conjunct);
        } else {
            inside.push(meant);
        }
    }
    (inside, outside)
}

fn meaning(mut expr: Expr, meanings: &Meanings) -> Expr {
    if let ExprKind::Column(id) = expr.kind
        && let Some(meaning) = meanings.get(&id)
    {
        return Expr {
            position: expr.position.or(meaning.position),
            ty: expr.ty,
            kind: meaning.kind.clone(),
        };
    }
    expr.for_each_child_mut(&mut |child| {
        let taken = std::mem::replace(
            child,
            Expr {
                kind: ExprKind::Literal(Value::Null),
                ty: child.ty,
                position: None,
            },
        );
        *child = meaning(taken, meanings);
    });
    expr
}

/// A condition on the result of a set operation holds for the rows of each input by itself.
fn push_into_set(mut set: LogicalSetOperation, conjuncts: Vec<Expr>) -> LogicalPlan {
    let mut outside = Vec::new();
    let mut inputs = Vec::with_capacity(set.inputs.len());
    for input in set.inputs {
        let places = input.layout().into_iter().enumerate();
        let meanings =
            places.map(|(at, id)| (column_id(set.relation, at), column(id, SqlType::Unknown)));
        let (inside, left) = through(conjuncts.clone(), &meanings.collect());
        inputs.push(push(input, inside));
        outside = left;
    }
    set.inputs = inputs;
    filter(LogicalPlan::SetOperation(set), outside)
}

/// `on` decides which rows join, `above` which of the joined rows pass.
fn push_into_join(
    mut outer: Outer,
    left: LogicalPlan,
    right: LogicalPlan,
    on: Vec<Expr>,
    above: Vec<Expr>,
) -> LogicalPlan {
    let sides = (left.relations(), right.relations());
    // A row without a partner that does not pass need not be kept.
    outer.left &= !above.iter().any(|c| rejects_nulls(c, &sides.1));
    outer.right &= !above.iter().any(|c| rejects_nulls(c, &sides.0));
    let (mut to_left, mut to_right, mut both, mut rest) = Default::default();
    if outer.is_inner() {
        let all = on.into_iter().chain(above);
        split(
            all,
            &sides,
            (true, true),
            (&mut to_left, &mut to_right, &mut both),
        );
    } else {
        // What a kept row lacks to join does not take it away; what is asked of a row that may be padded comes after.
        let may_join = (!outer.left, !outer.right);
        split(
            on,
            &sides,
            may_join,
            (&mut to_left, &mut to_right, &mut both),
        );
        let may_pass = (!outer.right, !outer.left);
        split(
            above,
            &sides,
            may_pass,
            (&mut to_left, &mut to_right, &mut rest),
        );
    }
    let join = LogicalPlan::Join {
        outer,
        left: Box::new(push(left, to_left)),
        right: Box::new(push(right, to_right)),
        on: both,
    };
    filter(join, rest)
}

/// Gives conjuncts to the side that they speak of, where they may go there.
fn split(
    conjuncts: impl IntoIterator<Item = Expr>,
    sides: &(Vec<RelationNo>, Vec<RelationNo>),
    may: (bool, bool),
    (to_left, to_right, rest): (&mut Vec<Expr>, &mut Vec<Expr>, &mut Vec<Expr>),
) {
    for conjunct in conjuncts {
        let read = relations(&conjunct);
        let within = |side: &[_]| {
            !read.is_empty() && conjunct.is_stable() && read.iter().all(|r| side.contains(r))
        };
        if may.0 && within(&sides.0) {
            to_left.push(conjunct);
        } else if may.1 && within(&sides.1) {
            to_right.push(conjunct);
        } else {
            rest.push(conjunct);
        }
    }
}

/// Goes on with the inputs of a node that no condition passes.
fn push_below(mut plan: LogicalPlan) -> LogicalPlan {
    for input in plan.inputs_mut() {
        *input = push(input.take(), Vec::new());
    }
    plan
}

fn filter(input: LogicalPlan, conjuncts: Vec<Expr>) -> LogicalPlan {
    if conjuncts.is_empty() {
        return input;
    }
    LogicalPlan::Filter {
        input: Box::new(input),
        conjuncts,
    }
}
