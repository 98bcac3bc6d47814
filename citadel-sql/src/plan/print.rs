//! Bound expressions as SQL text, for EXPLAIN.

use super::names::Names;
use crate::bind::Printer;
use crate::bind::bound::{
    AggregateCall, DistanceMetric, Exclusion, Expr, Frame, FrameBound, FrameUnits, WindowCall,
};
pub(crate) use crate::bind::value_text;
use crate::functions::{AggregateFunction, WindowFunction};

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
    if call.function == AggregateFunction::CountRows {
        return "count(*)".to_owned();
    }
    let name = call.function.name();
    let distinct = if call.distinct { "DISTINCT " } else { "" };
    let argument = call.argument.as_ref().map(|a| expr_text(a, names));
    let constant = call.constant.as_ref().map(|c| expr_text(c, names));
    let order = call.order.iter().map(|key| {
        let direction = if key.descending { " DESC" } else { "" };
        format!("{}{direction}", expr_text(&key.expr, names))
    });
    let order = order.collect::<Vec<_>>().join(", ");
    let order = match order.as_str() {
        "" => order,
        keys => format!(" ORDER BY {keys}"),
    };
    let argument = argument.unwrap_or_default();
    let filter = call.filter.as_ref();
    let filter = filter.map(|filter| format!(" FILTER (WHERE {})", expr_text(filter, names)));
    let filter = filter.unwrap_or_default();
    if call.function.is_ordered_set() {
        let constant = constant.unwrap_or_default();
        return format!(
            "{name}({constant}) WITHIN GROUP ({}){filter}",
            order.trim_start()
        );
    }
    let separator = constant.map_or_else(String::new, |constant| format!(", {constant}"));
    format!("{name}({distinct}{argument}{separator}{order}){filter}")
}

/// A window function as SQL, without its window.
pub(crate) fn window_call_text(call: &WindowCall, names: &Names) -> String {
    let arguments: Vec<String> = call.arguments.iter().map(|a| expr_text(a, names)).collect();
    let arguments = match call.function {
        WindowFunction::Aggregate(AggregateFunction::CountRows) => "*".to_owned(),
        _ => arguments.join(", "),
    };
    let name = call.function.name();
    format!("{name}({arguments})")
}

/// A frame as SQL after a space, if it is not the usual one.
pub(crate) fn frame_text(frame: &Frame, names: &Names) -> String {
    let bound = |bound: &FrameBound| match bound {
        FrameBound::UnboundedPreceding => "UNBOUNDED PRECEDING".to_owned(),
        FrameBound::Preceding(offset) => format!("{} PRECEDING", expr_text(offset, names)),
        FrameBound::CurrentRow => "CURRENT ROW".to_owned(),
        FrameBound::Following(offset) => format!("{} FOLLOWING", expr_text(offset, names)),
        FrameBound::UnboundedFollowing => "UNBOUNDED FOLLOWING".to_owned(),
    };
    let exclusion = match frame.exclusion {
        Exclusion::NoOthers => String::new(),
        other => format!(" EXCLUDE {}", other.name()),
    };
    let usual = (frame.units, &frame.start, &frame.end);
    match usual {
        (FrameUnits::Range, FrameBound::UnboundedPreceding, FrameBound::CurrentRow)
            if exclusion.is_empty() =>
        {
            String::new()
        }
        (units, start, end) => {
            let (start, end) = (bound(start), bound(end));
            format!(" {} BETWEEN {start} AND {end}{exclusion}", units.name())
        }
    }
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
