//! Bound expressions as SQL text.

use std::fmt::{self, Write};

use super::array::is_array_constructor;
use super::bound::{
    BinaryOp, ColumnId, Expr, ExprKind, Subquery, SubqueryKind, Subscript, UnaryOp,
};
use crate::functions::{COLLATED, zoned_cast_type};
use crate::types::number_text::real_to_text;
use crate::types::{Bits, Value, quoted, vector_text};

/// Vectors longer than this are shortened: no one reads 768 numbers in a plan.
const VECTOR_SHOWN_MAX: usize = 4;

/// The most bits that a constant shows.
const BITS_SHOWN_MAX: usize = 64;

/// A constant as plans show it: a whole REAL without its point, a long vector shortened.
pub(crate) fn value_text(value: &Value) -> String {
    match value {
        Value::Real(v) => real_to_text(*v),
        Value::Vector(v) if v.len() > VECTOR_SHOWN_MAX => {
            let shown = vector_text::print(&v[..VECTOR_SHOWN_MAX]);
            let shown = shown.trim_end_matches(']');
            format!("'{shown},… {} components]'", v.len())
        }
        Value::Bits(v) if v.as_ref().dim() > BITS_SHOWN_MAX => {
            let shown: Bits = v.as_ref().iter().take(BITS_SHOWN_MAX).collect();
            format!("'{shown}… {} bits'", v.as_ref().dim())
        }
        _ => quoted(value.as_ref()),
    }
}

const OR_LEVEL: u8 = 1;
const AND_LEVEL: u8 = 2;
const NOT_LEVEL: u8 = 3;
const PREDICATE_LEVEL: u8 = 4;
const DISTANCE_LEVEL: u8 = 5;
const ADD_LEVEL: u8 = 6;
const MULTIPLY_LEVEL: u8 = 7;
const UNARY_LEVEL: u8 = 8;

/// The operator's text, how tightly it binds, and how tightly its right operand must.
fn binary(op: BinaryOp) -> (&'static str, u8, u8) {
    match op {
        BinaryOp::Or => ("OR", OR_LEVEL, OR_LEVEL),
        BinaryOp::And => ("AND", AND_LEVEL, AND_LEVEL),
        BinaryOp::Eq => ("=", PREDICATE_LEVEL, DISTANCE_LEVEL),
        BinaryOp::NotEq => ("<>", PREDICATE_LEVEL, DISTANCE_LEVEL),
        BinaryOp::Lt => ("<", PREDICATE_LEVEL, DISTANCE_LEVEL),
        BinaryOp::LtEq => ("<=", PREDICATE_LEVEL, DISTANCE_LEVEL),
        BinaryOp::Gt => (">", PREDICATE_LEVEL, DISTANCE_LEVEL),
        BinaryOp::GtEq => (">=", PREDICATE_LEVEL, DISTANCE_LEVEL),
        BinaryOp::Concat => ("||", DISTANCE_LEVEL, ADD_LEVEL),
        BinaryOp::Add => ("+", ADD_LEVEL, MULTIPLY_LEVEL),
        BinaryOp::Subtract => ("-", ADD_LEVEL, MULTIPLY_LEVEL),
        BinaryOp::Multiply => ("*", MULTIPLY_LEVEL, UNARY_LEVEL),
        BinaryOp::Divide => ("/", MULTIPLY_LEVEL, UNARY_LEVEL),
        BinaryOp::Modulo => ("%", MULTIPLY_LEVEL, UNARY_LEVEL),
    }
}

/// Writes expressions.
pub(crate) struct Printer<'a> {
    /// Writes a column.
    pub(crate) column: &'a mut dyn FnMut(&mut String, ColumnId),
    /// Writes a constant.
    pub(crate) constant: fn(&Value) -> String,
}

impl Printer<'_> {
    /// Writes an expression, with parentheses where it would not stand as it is in a conjunction.
    pub(crate) fn print_expr(&mut self, out: &mut String, expr: &Expr, conjunct: bool) {
        let place = if conjunct { AND_LEVEL + 1 } else { 0 };
        // Writing to a String does not fail.
        let _ = self.print(out, expr, place);
    }

    /// Prints with parentheses if the place binds more tightly than the expression.
    fn print(&mut self, out: &mut String, expr: &Expr, place: u8) -> fmt::Result {
        let own = level(expr);
        if own < place {
            out.push('(');
        }
        self.bare(out, expr)?;
        if own < place {
            out.push(')');
        }
        Ok(())
    }

    fn bare(&mut self, out: &mut String, expr: &Expr) -> fmt::Result {
        match &expr.kind {
            ExprKind::Literal(value) => out.push_str(&(self.constant)(value)),
            ExprKind::Parameter(at) => write!(out, "${}", at + 1)?,
            ExprKind::Column(id) => (self.column)(out, *id),
            ExprKind::Unary { op, operand } => {
                let (sign, place) = match op {
                    UnaryOp::Not => ("NOT ", NOT_LEVEL),
                    UnaryOp::Negate => ("-", UNARY_LEVEL + 1),
                    UnaryOp::Plus => ("+", UNARY_LEVEL + 1),
                };
                out.push_str(sign);
                self.print(out, operand, place)?;
            }
            ExprKind::Binary { op, left, right } => {
                let (sign, own, right_place) = binary(*op);
                self.infix(out, left, sign, right, (own, right_place))?;
            }
            ExprKind::Distance {
                metric,
                left,
                right,
            } => {
                let sign = metric.symbol();
                self.infix(out, left, sign, right, (DISTANCE_LEVEL, ADD_LEVEL))?;
            }
            ExprKind::IsNull { operand, negated } => {
                self.print(out, operand, PREDICATE_LEVEL + 1)?;
                write!(out, " IS {}NULL", not(*negated))?;
            }
            ExprKind::IsBoolean {
                operand,
                value,
                negated,
            } => {
                self.print(out, operand, PREDICATE_LEVEL + 1)?;
                let value = if *value { "TRUE" } else { "FALSE" };
                write!(out, " IS {}{value}", not(*negated))?;
            }
            ExprKind::IsDistinct {
                left,
                right,
                negated,
            } => {
                self.print(out, left, PREDICATE_LEVEL + 1)?;
                write!(out, " IS {}DISTINCT FROM ", not(*negated))?;
                self.print(out, right, PREDICATE_LEVEL + 1)?;
            }
            ExprKind::Between {
                operand,
                low,
                high,
                negated,
            } => {
                self.print(out, operand, PREDICATE_LEVEL + 1)?;
                write!(out, " {}BETWEEN ", not(*negated))?;
                self.print(out, low, PREDICATE_LEVEL + 1)?;
                out.push_str(" AND ");
                self.print(out, high, PREDICATE_LEVEL + 1)?;
            }
            ExprKind::InList {
                operand,
                list,
                negated,
            } => {
                self.print(out, operand, PREDICATE_LEVEL + 1)?;
                write!(out, " {}IN (", not(*negated))?;
                self.list(out, list)?;
                out.push(')');
            }
            ExprKind::Like {
                operand,
                pattern,
                escape,
                case_insensitive,
                negated,
            } => {
                self.print(out, operand, PREDICATE_LEVEL + 1)?;
                let word = if *case_insensitive { "ILIKE" } else { "LIKE" };
                write!(out, " {}{word} ", not(*negated))?;
                self.print(out, pattern, PREDICATE_LEVEL + 1)?;
                if let Some(escape) = escape.filter(|&c| c != '\\') {
                    write!(out, " ESCAPE '{escape}'")?;
                }
            }
            ExprKind::Case {
                operand,
                branches,
                otherwise,
            } => self.case(out, operand.as_deref(), branches, otherwise.as_deref())?,
            ExprKind::Subscript { array, subscripts } => {
                let is_name = matches!(array.kind, ExprKind::Column(_) | ExprKind::Parameter(_));
                match is_name {
                    true => self.bare(out, array)?,
                    false => {
                        out.push('(');
                        self.bare(out, array)?;
                        out.push(')');
                    }
                }
                self.subscripts(out, subscripts)?;
            }
            ExprKind::AnyElement {
                operand,
                op,
                array,
                all,
            } => {
                self.print(out, operand, PREDICATE_LEVEL + 1)?;
                let word = if *all { "ALL" } else { "ANY" };
                write!(out, " {} {word} (", op.symbol())?;
                self.print(out, array, 0)?;
                out.push(')');
            }
            ExprKind::Cast { operand, to } => {
                out.push_str("CAST(");
                self.print(out, operand, 0)?;
                write!(out, " AS {to})")?;
            }
            ExprKind::Subquery(Subquery { kind, operand, .. }) => {
                match (kind, operand) {
                    (SubqueryKind::Any(op), Some(operand)) => {
                        self.print(out, operand, PREDICATE_LEVEL + 1)?;
                        write!(out, " {} ANY ", op.symbol())?;
                    }
                    (SubqueryKind::Exists, _) => out.push_str("EXISTS "),
                    _ => {}
                }
                out.push_str("(SELECT …)");
            }
            ExprKind::Function {
                function,
                arguments,
            } => {
                let written = arguments.len().saturating_sub(function.needs.hidden());
                match (zoned_cast_type(function), arguments.first()) {
                    (_, Some(operand)) if function.is(&COLLATED) => {
                        self.print(out, operand, UNARY_LEVEL + 1)?;
                        let name = arguments.get(1).map(|name| &name.kind);
                        if let Some(ExprKind::Literal(Value::Text(name))) = name {
                            write!(out, " COLLATE \"{name}\"")?;
                        }
                    }
                    (Some(to), Some(operand)) => {
                        out.push_str("CAST(");
                        self.print(out, operand, 0)?;
                        write!(out, " AS {to})")?;
                    }
                    _ if is_array_constructor(function) => {
                        out.push_str("ARRAY[");
                        self.list(out, &arguments[..written])?;
                        out.push(']');
                    }
                    _ => {
                        write!(out, "{}(", function.name())?;
                        self.list(out, &arguments[..written])?;
                        out.push(')');
                    }
                }
            }
        }
        Ok(())
    }

    fn infix(
        &mut self,
        out: &mut String,
        left: &Expr,
        sign: &str,
        right: &Expr,
        (left_place, right_place): (u8, u8),
    ) -> fmt::Result {
        // Comparisons do not chain: the left operand of one needs parentheses as well.
        let left_place = if left_place == PREDICATE_LEVEL {
            PREDICATE_LEVEL + 1
        } else {
            left_place
        };
        self.print(out, left, left_place)?;
        write!(out, " {sign} ")?;
        self.print(out, right, right_place)
    }

    fn subscripts(&mut self, out: &mut String, subscripts: &[Subscript]) -> fmt::Result {
        for subscript in subscripts {
            out.push('[');
            match subscript {
                Subscript::Index(at) => self.print(out, at, 0)?,
                Subscript::Slice(low, high) => {
                    low.iter().try_for_each(|low| self.print(out, low, 0))?;
                    out.push_str(" : ");
                    high.iter().try_for_each(|high| self.print(out, high, 0))?;
                }
            }
            out.push(']');
        }
        Ok(())
    }

    fn list(&mut self, out: &mut String, list: &[Expr]) -> fmt::Result {
        for (at, item) in list.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            self.print(out, item, 0)?;
        }
        Ok(())
    }

    fn case(
        &mut self,
        out: &mut String,
        operand: Option<&Expr>,
        branches: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> fmt::Result {
        out.push_str("CASE");
        let mut word = |out: &mut String, word: &str, expr: &Expr| {
            out.push_str(word);
            self.print(out, expr, 0)
        };
        if let Some(operand) = operand {
            word(out, " ", operand)?;
        }
        for (when, then) in branches {
            word(out, " WHEN ", when)?;
            word(out, " THEN ", then)?;
        }
        if let Some(otherwise) = otherwise {
            word(out, " ELSE ", otherwise)?;
        }
        out.push_str(" END");
        Ok(())
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}

/// How tightly an expression binds.
fn level(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Literal(Value::Integer(v)) if *v < 0 => UNARY_LEVEL,
        ExprKind::Literal(Value::Real(v)) if *v < 0.0 => UNARY_LEVEL,
        ExprKind::Literal(Value::Numeric(v)) if v.as_ref().is_negative() => UNARY_LEVEL,
        ExprKind::Literal(_)
        | ExprKind::Parameter(_)
        | ExprKind::Column(_)
        | ExprKind::Case { .. }
        | ExprKind::Cast { .. }
        | ExprKind::Subscript { .. }
        | ExprKind::Function { .. } => u8::MAX,
        ExprKind::Subquery(subquery) if subquery.operand.is_none() => u8::MAX,
        ExprKind::Subquery(_) => PREDICATE_LEVEL,
        ExprKind::Unary {
            op: UnaryOp::Not, ..
        } => NOT_LEVEL,
        ExprKind::Unary { .. } => UNARY_LEVEL,
        ExprKind::Binary { op, .. } => binary(*op).1,
        ExprKind::Distance { .. } => DISTANCE_LEVEL,
        ExprKind::IsNull { .. }
        | ExprKind::IsBoolean { .. }
        | ExprKind::IsDistinct { .. }
        | ExprKind::Between { .. }
        | ExprKind::InList { .. }
        | ExprKind::AnyElement { .. }
        | ExprKind::Like { .. } => PREDICATE_LEVEL,
    }
}
