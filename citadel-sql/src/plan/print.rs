//! Bound expressions as SQL text, for EXPLAIN.

use super::names::Names;
use crate::bind::Printer;
use crate::bind::bound::{AggregateCall, DistanceMetric, Expr};
pub(crate) use crate::bind::value_text;
use crate::functions::AggregateFunction;

/// An expression as SQL.
pub(crate) fn expr_text(expr: &Expr, names: &Names) -> String {
    let mut out = String::new();
    printed(&mut out, expr, names, false);
    out
}

/// A conjunction as SQL.
pub(crate) fn conjuncts_text(conjuncts: &[Expr], names: &Names) -> String {
    let mut out = String::new();
    for (at, conjunct) in conjuncts.iter().enumerate() {
        if at > 0 {
            out.push_str(" AND ");
        }
        printed(&mut out, conjunct, names, conjuncts.len() > 1);
    }
    out
}

/// An aggregate as SQL.
pub(crate) fn aggregate_text(call: &AggregateCall, names: &Names) -> String {
    let name = match call.function {
        AggregateFunction::CountRows => return "count(*)".to_owned(),
        AggregateFunction::Count => "count",
        AggregateFunction::Sum => "sum",
        AggregateFunction::Avg => "avg",
        AggregateFunction::Min => "min",
        AggregateFunction::Max => "max",
    };
    let distinct = if call.distinct { "DISTINCT " } else { "" };
    let argument = call.argument.as_ref().map(|a| expr_text(a, names));
    format!("{name}({distinct}{})", argument.unwrap_or_default())
}

fn printed(out: &mut String, expr: &Expr, names: &Names, conjunct: bool) {
    let mut printer = Printer {
        column: &mut |out, id| out.push_str(names.get(id)),
        constant: value_text,
    };
    printer.print_expr(out, expr, conjunct);
}

/// The operator of a distance.
pub(crate) fn distance_operator(metric: DistanceMetric) -> &'static str {
    metric.symbol()
}
