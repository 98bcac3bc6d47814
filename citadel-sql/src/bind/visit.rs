//! Walking bound expressions. A query inside one is seen as what it takes of the row at hand.

use super::bound::{AggregateCall, ColumnId, Expr, ExprKind, From, Query, Subscript};
use crate::functions::Needs;

impl Expr {
    /// Visits the operands, from left to right; not those inside them.
    pub(crate) fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Parameter(_) | ExprKind::Column(_) => {}
            ExprKind::Unary { operand, .. }
            | ExprKind::IsNull { operand, .. }
            | ExprKind::IsBoolean { operand, .. }
            | ExprKind::Cast { operand, .. } => visit(operand),
            ExprKind::Binary { left, right, .. }
            | ExprKind::Distance { left, right, .. }
            | ExprKind::IsDistinct { left, right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::Between {
                operand, low, high, ..
            } => {
                visit(operand);
                visit(low);
                visit(high);
            }
            ExprKind::InList { operand, list, .. } => {
                visit(operand);
                list.iter().for_each(visit);
            }
            ExprKind::Like {
                operand, pattern, ..
            } => {
                visit(operand);
                visit(pattern);
            }
            ExprKind::Case {
                operand,
                branches,
                otherwise,
            } => {
                operand.iter().for_each(|operand| visit(operand));
                for (when, then) in branches {
                    visit(when);
                    visit(then);
                }
                otherwise.iter().for_each(|otherwise| visit(otherwise));
            }
            ExprKind::Subscript { array, subscripts } => {
                visit(array);
                let exprs = subscripts.iter().flat_map(Subscript::exprs);
                exprs.for_each(visit);
            }
            ExprKind::AnyElement { operand, array, .. } => {
                visit(operand);
                visit(array);
            }
            ExprKind::Function { arguments, .. } => arguments.iter().for_each(visit),
            ExprKind::Subquery(subquery) => {
                subquery.operand.iter().for_each(|operand| visit(operand));
                subquery
                    .arguments
                    .iter()
                    .for_each(|(_, value)| visit(value));
            }
        }
    }

    /// The same, to change them.
    pub(crate) fn for_each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            ExprKind::Literal(_) | ExprKind::Parameter(_) | ExprKind::Column(_) => {}
            ExprKind::Unary { operand, .. }
            | ExprKind::IsNull { operand, .. }
            | ExprKind::IsBoolean { operand, .. }
            | ExprKind::Cast { operand, .. } => visit(operand),
            ExprKind::Binary { left, right, .. }
            | ExprKind::Distance { left, right, .. }
            | ExprKind::IsDistinct { left, right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::Between {
                operand, low, high, ..
            } => {
                visit(operand);
                visit(low);
                visit(high);
            }
            ExprKind::InList { operand, list, .. } => {
                visit(operand);
                list.iter_mut().for_each(visit);
            }
            ExprKind::Like {
                operand, pattern, ..
            } => {
                visit(operand);
                visit(pattern);
            }
            ExprKind::Case {
                operand,
                branches,
                otherwise,
            } => {
                operand.iter_mut().for_each(|operand| visit(operand));
                for (when, then) in branches {
                    visit(when);
                    visit(then);
                }
                otherwise.iter_mut().for_each(|otherwise| visit(otherwise));
            }
            ExprKind::Subscript { array, subscripts } => {
                visit(array);
                let exprs = subscripts.iter_mut().flat_map(Subscript::exprs_mut);
                exprs.for_each(visit);
            }
            ExprKind::AnyElement { operand, array, .. } => {
                visit(operand);
                visit(array);
            }
            ExprKind::Function { arguments, .. } => arguments.iter_mut().for_each(visit),
            ExprKind::Subquery(subquery) => {
                subquery
                    .operand
                    .iter_mut()
                    .for_each(|operand| visit(operand));
                let arguments = subquery.arguments.iter_mut();
                arguments.for_each(|(_, value)| visit(value));
            }
        }
    }

    /// Visits every column in the expression, as often as it stands there.
    pub(crate) fn for_each_column(&self, visit: &mut dyn FnMut(ColumnId)) {
        if let ExprKind::Column(id) = self.kind {
            visit(id);
        }
        self.for_each_child(&mut |child| child.for_each_column(visit));
    }

    /// Is there a query inside it?
    pub(crate) fn has_subquery(&self) -> bool {
        let mut has = matches!(self.kind, ExprKind::Subquery(_));
        self.for_each_child(&mut |child| has |= child.has_subquery());
        has
    }

    /// Gives it the same value for the same row in whatever session, at whatever time?
    pub(crate) fn is_immutable(&self) -> bool {
        let mut immutable = match &self.kind {
            ExprKind::Function {
                function,
                arguments,
            } => {
                matches!(function.needs, Needs::Nothing | Needs::Element)
                    || function.ignores_zone(arguments.iter().map(|argument| argument.ty))
            }
            _ => true,
        };
        self.for_each_child(&mut |child| immutable &= child.is_immutable());
        immutable
    }

    /// Gives it the same value whenever a statement evaluates it for the same row?
    pub(crate) fn is_stable(&self) -> bool {
        if let ExprKind::Function { function, .. } = &self.kind
            && function.needs.is_volatile()
        {
            return false;
        }
        let mut stable = true;
        self.for_each_child(&mut |child| stable &= child.is_stable());
        stable
    }
}

impl Query {
    /// Visits every expression of the query and of those in its FROM clause; the parts of an expression with it.
    pub(crate) fn for_each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        self.from.for_each_expr(visit);
        self.filter.iter().for_each(&mut *visit);
        if let Some(grouping) = &self.grouping {
            grouping.keys.iter().for_each(&mut *visit);
            let arguments = grouping.aggregates.iter();
            let arguments = arguments.flat_map(AggregateCall::exprs);
            arguments.for_each(&mut *visit);
            grouping.having.iter().for_each(&mut *visit);
        }
        if let Some(windows) = &self.windows {
            windows.exprs().for_each(&mut *visit);
        }
        let distinct = self.distinct_on.iter().flat_map(|on| &on.keys);
        distinct.for_each(&mut *visit);
        self.output.iter().for_each(|output| visit(&output.expr));
        self.order_by.iter().for_each(|key| visit(&key.expr));
        self.limit.iter().for_each(&mut *visit);
        self.offset.iter().for_each(visit);
    }

    /// Reads it one of these parameters, in whatever depth?
    pub(crate) fn reads_parameter(&self, is_one: &dyn Fn(usize) -> bool) -> bool {
        let mut reads = false;
        self.for_each_expr(&mut |expr| reads |= expr.reads_parameter(is_one));
        reads
    }
}

impl Expr {
    /// Reads it one of these parameters, in whatever depth?
    pub(crate) fn reads_parameter(&self, is_one: &dyn Fn(usize) -> bool) -> bool {
        let mut reads = match &self.kind {
            ExprKind::Parameter(at) => is_one(*at),
            ExprKind::Subquery(subquery) => subquery.query.reads_parameter(is_one),
            _ => false,
        };
        self.for_each_child(&mut |child| reads |= child.reads_parameter(is_one));
        reads
    }
}

impl From {
    fn for_each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Self::Nothing | Self::Table { .. } | Self::Working { .. } => {}
            Self::Recursive { first, step, .. } => {
                first.for_each_expr(visit);
                step.for_each_expr(visit);
            }
            Self::Values { rows, .. } => rows.iter().flatten().for_each(visit),
            Self::Function { arguments, .. } => arguments.iter().for_each(visit),
            Self::Query { query, .. } => query.for_each_expr(visit),
            Self::SetOperation { inputs, .. } => {
                inputs.iter().for_each(|input| input.for_each_expr(visit));
            }
            Self::Join {
                left, right, on, ..
            } => {
                left.for_each_expr(visit);
                right.for_each_expr(visit);
                on.iter().for_each(visit);
            }
            Self::Lateral {
                left,
                right,
                arguments,
                on,
                ..
            } => {
                left.for_each_expr(visit);
                right.for_each_expr(visit);
                arguments.iter().for_each(|(_, value)| visit(value));
                on.iter().for_each(visit);
            }
            Self::Extend { input, columns } => {
                input.for_each_expr(visit);
                columns.iter().for_each(|(_, expr)| visit(expr));
            }
        }
    }
}
