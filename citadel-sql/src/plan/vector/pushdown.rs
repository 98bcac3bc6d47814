//! Which part of a WHERE clause an ann index can answer itself.
//!
//! A segment holds the index's filter columns and the row ids. A conjunct that says something of them becomes a [`Condition`]: a
//! bitmap over the segment, with an exact count.
//!
//! - Any boolean combination of comparisons with constants, and of conditions on one column each, is answered whole.
//! - Of other conjuncts, what they imply is: `a = 1 AND f(b) OR a = 2 AND g(c)` implies `a = 1 OR a = 2`, which narrows the
//!   search; the conjunct itself is left over.
//! - What is left is found by another index ([`super::row_hits`]) or rechecked on rows.

use super::condition::{Comparison, Condition, Filter, FilterPlace, Pushed};
use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, RelationNo, UnaryOp};
use crate::plan::expr::{has_no_columns, is_constant};
use crate::schema::{AnnIndex, ColumnNo, TableDef};
use crate::types::{SqlType, Value};

/// The conjuncts of a WHERE clause, told apart.
pub(super) struct Split {
    /// Answered by the index.
    pub(super) pushed: Vec<Pushed>,
    /// Implied by what is left, and answered by the index.
    pub(super) implied: Vec<Pushed>,
    /// Left over.
    pub(super) residual: Vec<Expr>,
}

/// Splits the conjuncts of a WHERE clause into what the index answers and what is left.
pub(super) fn split(
    conjuncts: &[Expr],
    index: &AnnIndex,
    relation: RelationNo,
    table: &TableDef,
) -> Split {
    let filters = Filters {
        index,
        relation,
        table,
    };
    let mut split = Split {
        pushed: Vec::new(),
        implied: Vec::new(),
        residual: Vec::new(),
    };
    for expr in conjuncts {
        if let Some(pushed) = filters.pushed(expr) {
            split.pushed.push(pushed);
            continue;
        }
        let implied = filters.implied(expr);
        split
            .implied
            .extend(implied.and_then(|expr| filters.pushed(&expr)));
        split.residual.push(expr.clone());
    }
    split
}

struct Filters<'a> {
    index: &'a AnnIndex,
    relation: RelationNo,
    table: &'a TableDef,
}

impl Filters<'_> {
    fn pushed(&self, expr: &Expr) -> Option<Pushed> {
        Some(Pushed {
            condition: self.condition(expr)?,
            expr: expr.clone(),
        })
    }

    /// A condition that the index answers and that is true wherever the expression is.
    fn implied(&self, expr: &Expr) -> Option<Expr> {
        if self.condition(expr).is_some() {
            return Some(expr.clone());
        }
        let ExprKind::Binary { op, left, right } = &expr.kind else {
            return None;
        };
        match (op, self.implied(left), self.implied(right)) {
            (BinaryOp::And, None, one) | (BinaryOp::And, one, None) => one,
            (BinaryOp::And | BinaryOp::Or, Some(left), Some(right)) => Some(Expr {
                kind: ExprKind::Binary {
                    op: *op,
                    left: Box::new(left),
                    right: Box::new(right),
                },
                ..expr.clone()
            }),
            _ => None,
        }
    }

    fn condition(&self, expr: &Expr) -> Option<Condition> {
        if is_constant(expr) && expr.ty == SqlType::Boolean {
            return Some(Condition::Constant(expr.clone()));
        }
        self.structured(expr).or_else(|| self.by_value(expr))
    }

    /// A condition whose structure says how to answer it, at any number of distinct values.
    fn structured(&self, expr: &Expr) -> Option<Condition> {
        match &expr.kind {
            ExprKind::Column(_) if expr.ty == SqlType::Boolean => Some(Condition::Compare {
                filter: self.filter(expr)?,
                op: Comparison::Eq,
                value: truth(expr, true),
            }),
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.condition(operand).map(not),
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right),
            ExprKind::IsNull { operand, negated } => {
                let is_null = Condition::IsNull(self.filter(operand)?);
                Some(not_if(*negated, is_null))
            }
            ExprKind::IsBoolean {
                operand,
                value,
                negated,
            } => {
                // `x IS TRUE` is never NULL, and neither is `x IS NOT DISTINCT FROM TRUE`.
                let is_distinct = Condition::IsDistinct {
                    filter: self.filter(operand)?,
                    value: truth(operand, *value),
                };
                Some(not_if(!*negated, is_distinct))
            }
            ExprKind::IsDistinct {
                left,
                right,
                negated,
            } => {
                let (filter, value) = self.with_constant(left, right)?;
                Some(not_if(*negated, Condition::IsDistinct { filter, value }))
            }
            ExprKind::Between {
                operand,
                low,
                high,
                negated,
            } if is_constant(low) && is_constant(high) => {
                let between = Condition::Between {
                    filter: self.filter(operand)?,
                    low: (**low).clone(),
                    high: (**high).clone(),
                };
                Some(not_if(*negated, between))
            }
            ExprKind::InList {
                operand,
                list,
                negated,
            } if list.iter().all(is_constant) => {
                let is_in = Condition::In {
                    filter: self.filter(operand)?,
                    list: list.clone(),
                };
                Some(not_if(*negated, is_in))
            }
            ExprKind::Like {
                operand,
                pattern,
                escape,
                case_insensitive: false,
                negated,
            } if is_constant(pattern) => {
                let mut matches = expr.clone();
                if let ExprKind::Like { negated, .. } = &mut matches.kind {
                    *negated = false;
                }
                let like = Condition::Like {
                    filter: self.filter(operand)?,
                    pattern: (**pattern).clone(),
                    escape: *escape,
                    expr: matches,
                };
                Some(not_if(*negated, like))
            }
            _ => None,
        }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Option<Condition> {
        let both = || Some(vec![self.condition(left)?, self.condition(right)?]);
        match op {
            BinaryOp::And => both().map(Condition::And),
            BinaryOp::Or => both().map(Condition::Or),
            BinaryOp::NotEq => self.binary(BinaryOp::Eq, left, right).map(not),
            _ => {
                let op = Comparison::of(op)?;
                let (filter, value) = self.with_constant(left, right)?;
                let is_mirrored = self.filter(left).is_none();
                Some(Condition::Compare {
                    filter,
                    op: if is_mirrored { op.mirrored() } else { op },
                    value,
                })
            }
        }
    }

    /// A filter column and a constant, either way round.
    fn with_constant(&self, left: &Expr, right: &Expr) -> Option<(Filter, Expr)> {
        let (filter, value) = match self.filter(left) {
            Some(filter) => (filter, right),
            None => (self.filter(right)?, left),
        };
        is_constant(value).then(|| (filter, value.clone()))
    }

    /// Any condition that reads one filter column and nothing else.
    fn by_value(&self, expr: &Expr) -> Option<Condition> {
        if expr.ty != SqlType::Boolean || !expr.is_stable() || has_no_columns(expr) {
            return None;
        }
        let mut columns = Vec::new();
        collect_columns(expr, &mut columns);
        let filter = self.filter(columns[0])?;
        let is_same = |column: &&Expr| self.filter(column) == Some(filter);
        let is_answered = matches!(filter.place, FilterPlace::Attribute(_))
            && columns.iter().all(is_same)
            // A segment has one zero, and text tells two of them apart.
            && (filter.ty != SqlType::Real || !shows_values(expr));
        is_answered.then(|| Condition::ByValue {
            filter,
            expr: expr.clone(),
        })
    }

    /// The filter column that the expression is.
    fn filter(&self, expr: &Expr) -> Option<Filter> {
        let ExprKind::Column(column) = expr.kind else {
            return None;
        };
        if column.relation != self.relation {
            return None;
        }
        let place = if column.column == ColumnId::ROWID {
            FilterPlace::RowId
        } else {
            let no = ColumnNo(u16::try_from(column.column).ok()?);
            match self.index.filters.iter().position(|&filter| filter == no) {
                Some(place) => FilterPlace::Attribute(place),
                None if self.table.rowid_column == Some(no) => FilterPlace::RowId,
                None => return None,
            }
        };
        Some(Filter {
            place,
            column,
            ty: expr.ty,
        })
    }
}

fn collect_columns<'a>(expr: &'a Expr, found: &mut Vec<&'a Expr>) {
    if let ExprKind::Column(_) = expr.kind {
        found.push(expr);
    }
    expr.for_each_child(&mut |child| collect_columns(child, found));
}

/// Could the result depend on how a number is written?
fn shows_values(expr: &Expr) -> bool {
    let mut shows = matches!(
        expr.kind,
        ExprKind::Cast { .. }
            | ExprKind::Function { .. }
            | ExprKind::Binary {
                op: BinaryOp::Concat,
                ..
            }
    );
    expr.for_each_child(&mut |child| shows |= shows_values(child));
    shows
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn not_if(negated: bool, condition: Condition) -> Condition {
    if negated { not(condition) } else { condition }
}

fn truth(like: &Expr, value: bool) -> Expr {
    Expr {
        kind: ExprKind::Literal(Value::Boolean(value)),
        ty: SqlType::Boolean,
        position: like.position,
    }
}
