//! What a conjunct says about one column, or about an expression of columns, where its other side is constant.

use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, RelationNo};
use crate::plan::expr::{is_constant, is_same, relations};
use crate::plan::physical::RangeEnd;
use crate::plan::points::element_type;
use crate::types::SqlType;

/// What one conjunct says about what a key may be on.
pub(super) struct Bound<'a> {
    pub(super) operand: &'a Expr,
    pub(super) kind: BoundKind<'a>,
}

pub(super) enum BoundKind<'a> {
    Equal(&'a Expr),
    OneOf(&'a [Expr]),
    /// One of the elements of an array.
    ElementOf(&'a Expr),
    NotNull,
    /// Low end, high end.
    Range(Option<(&'a Expr, bool)>, Option<(&'a Expr, bool)>),
}

impl<'a> Bound<'a> {
    pub(super) fn of(conjunct: &'a Expr, relation: RelationNo) -> Option<Self> {
        let (operand, kind) = match &conjunct.kind {
            ExprKind::Binary { op, left, right } => {
                if is_constant(right) {
                    (left, comparison(*op, right)?)
                } else if is_constant(left) {
                    (right, comparison(op.mirrored(), left)?)
                } else {
                    return None;
                }
            }
            ExprKind::Between {
                operand,
                low,
                high,
                negated: false,
            } if is_constant(low) && is_constant(high) => (
                operand,
                BoundKind::Range(Some((low, true)), Some((high, true))),
            ),
            ExprKind::InList {
                operand,
                list,
                negated: false,
            } if !list.is_empty() && list.iter().all(is_constant) => {
                (operand, BoundKind::OneOf(list))
            }
            ExprKind::IsNull {
                operand,
                negated: true,
            } => (operand, BoundKind::NotNull),
            ExprKind::AnyElement {
                operand,
                op: BinaryOp::Eq,
                array,
                all: false,
            } if is_constant(array) => (operand, BoundKind::ElementOf(array)),
            _ => return None,
        };
        let is_of_row = relations(operand) == [relation] && operand.is_stable();
        (is_of_row && kind.compares_with(operand.ty)).then_some(Self { operand, kind })
    }

    /// The column, where it is about nothing else.
    pub(super) fn column(&self) -> Option<ColumnId> {
        match self.operand.kind {
            ExprKind::Column(id) => Some(id),
            _ => None,
        }
    }

    /// Is it about what a key is on?
    pub(super) fn is_about(&self, key: &Expr) -> bool {
        match key.kind {
            ExprKind::Column(id) => self.column() == Some(id),
            _ => is_same(self.operand, key),
        }
    }

    pub(super) fn range(&self) -> Option<(Option<RangeEnd>, Option<RangeEnd>)> {
        let end = |(value, inclusive): (&Expr, bool)| RangeEnd {
            value: value.clone(),
            inclusive,
        };
        match &self.kind {
            BoundKind::Range(low, high) => Some((low.map(end), high.map(end))),
            _ => None,
        }
    }
}

impl BoundKind<'_> {
    /// Are the constants of a type that a key of this type can be compared with?
    fn compares_with(&self, ty: SqlType) -> bool {
        let compares = |constant: SqlType| match (ty, constant) {
            (SqlType::Vector(_), _) => false,
            (_, SqlType::Unknown) => true,
            (a, b) => a == b || (a.is_numeric() && b.is_numeric()),
        };
        let fits = |constant: &Expr| compares(constant.ty);
        match self {
            Self::NotNull => true,
            Self::Equal(value) => fits(value),
            Self::OneOf(list) => list.iter().all(fits),
            Self::ElementOf(array) => compares(element_type(array)),
            Self::Range(low, high) => [low, high].into_iter().flatten().all(|(v, _)| fits(v)),
        }
    }
}

fn comparison(op: BinaryOp, value: &Expr) -> Option<BoundKind<'_>> {
    Some(match op {
        BinaryOp::Eq => BoundKind::Equal(value),
        BinaryOp::Gt => BoundKind::Range(Some((value, false)), None),
        BinaryOp::GtEq => BoundKind::Range(Some((value, true)), None),
        BinaryOp::Lt => BoundKind::Range(None, Some((value, false))),
        BinaryOp::LtEq => BoundKind::Range(None, Some((value, true))),
        _ => return None,
    })
}
