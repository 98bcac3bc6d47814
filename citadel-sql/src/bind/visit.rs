//! Walking bound expressions.

use super::bound::{ColumnId, Expr, ExprKind};

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
            ExprKind::Function { arguments, .. } => arguments.iter().for_each(visit),
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
            ExprKind::Function { arguments, .. } => arguments.iter_mut().for_each(visit),
        }
    }

    /// Visits every column in the expression, as often as it stands there.
    pub(crate) fn for_each_column(&self, visit: &mut dyn FnMut(ColumnId)) {
        if let ExprKind::Column(id) = self.kind {
            visit(id);
        }
        self.for_each_child(&mut |child| child.for_each_column(visit));
    }

    /// Gives it the same value whenever it is evaluated for the same row? A function without arguments may not.
    pub(crate) fn is_stable(&self) -> bool {
        if let ExprKind::Function { arguments, .. } = &self.kind
            && arguments.is_empty()
        {
            return false;
        }
        let mut stable = true;
        self.for_each_child(&mut |child| stable &= child.is_stable());
        stable
    }
}
