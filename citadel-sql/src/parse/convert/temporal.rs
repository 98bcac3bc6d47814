//! What SQL writes of dates and times with words of its own.

use sqlparser::ast::{
    DateTimeField, Expr as Theirs, FunctionArg, FunctionArgExpr, Interval, Value, ValueWithSpan,
};

use super::{Clauses, Converter};
use crate::ast::{Arguments, Expr, ExprKind, Identifier};
use crate::error::{Error, Result};
use crate::functions::{EXTRACT, OVERLAPS};
use crate::parse::syntax_error::syntax_error;
use crate::types::SqlType;
use crate::types::temporal::{IntervalUnit, parse_interval, parse_qualified_interval};

/// The parts of `make_interval`, as they are named.
const INTERVAL_PARTS: [&str; 7] = ["years", "months", "weeks", "days", "hours", "mins", "secs"];

/// Is it a function that the standard writes without parentheses?
pub(super) fn is_clock(name: &str) -> bool {
    [
        "current_date",
        "current_time",
        "current_timestamp",
        "localtime",
        "localtimestamp",
    ]
    .iter()
    .any(|clock| clock.eq_ignore_ascii_case(name))
}

impl Converter<'_> {
    /// `INTERVAL '…' [field [TO field]]`
    pub(super) fn interval(&self, interval: Interval) -> Result<Expr> {
        let Interval {
            value,
            leading_field,
            leading_precision,
            last_field,
            fractional_seconds_precision,
        } = interval;
        let Theirs::Value(
            value @ ValueWithSpan {
                value: Value::SingleQuotedString(_),
                ..
            },
        ) = *value
        else {
            let position = self.expr(*value)?.position;
            return Err(Error::unsupported("INTERVAL before anything but a string")
                .at(position)
                .hint("INTERVAL '1 day', or 1 * INTERVAL '1 day'"));
        };
        let (kind, position) = self.literal(value)?;
        // `SECOND(2)`, and `TO SECOND(2)`.
        let precision = match leading_field {
            Some(DateTimeField::Second) => leading_precision,
            _ => {
                Clauses(position).refuse(&[("a precision of INTERVAL", &leading_precision)])?;
                fractional_seconds_precision
            }
        };
        let ExprKind::Text(text) = &kind else {
            return Err(syntax_error("syntax error: expected a string", position));
        };
        let unit = |field: &DateTimeField| {
            let name = field.to_string();
            let unit = IntervalUnit::of_word(&name).filter(|unit| {
                use IntervalUnit::{Day, Hour, Minute, Month, Second, Year};
                matches!(unit, Year | Month | Day | Hour | Minute | Second)
            });
            unit.ok_or_else(|| Error::unsupported(format!("INTERVAL … {name}")).at(position))
        };
        let first = leading_field.as_ref().map(unit).transpose()?;
        let last = last_field.as_ref().map(unit).transpose()?;
        let value = match first {
            Some(first) => parse_qualified_interval(text, first, last),
            None => parse_interval(text),
        };
        let value = value.map_err(|error| error.at(position))?;
        let limit = precision.map(|digits| super::data_type::fraction(SqlType::Interval, digits));
        let limit = limit.transpose().map_err(|error| error.at(position))?;
        Ok(Expr {
            kind: ExprKind::Cast {
                operand: Box::new(Expr {
                    kind: ExprKind::Text(value.to_string()),
                    position,
                }),
                to: SqlType::Interval,
                named: None,
                limit,
            },
            position,
        })
    }

    /// `EXTRACT(field FROM x)`
    pub(super) fn extract(&self, field: &DateTimeField, value: Theirs) -> Result<Expr> {
        let value = self.expr(value)?;
        let position = value.position;
        let name = field.to_string();
        let field = Expr {
            kind: ExprKind::Text(name.trim_matches('\'').to_owned()),
            position,
        };
        Ok(call(EXTRACT, vec![field, value]))
    }

    /// `(a, b) OVERLAPS (c, d)`
    pub(super) fn overlaps(&self, left: Theirs, right: Theirs) -> Result<Expr> {
        let mut ends = Vec::with_capacity(4);
        for side in [left, right] {
            match side {
                Theirs::Tuple(pair) if pair.len() == 2 => ends.extend(self.exprs(pair)?),
                other => {
                    let position = self.expr(other)?.position;
                    return Err(Error::unsupported("OVERLAPS of anything but two ends")
                        .at(position)
                        .hint("(start, end) OVERLAPS (start, end)"));
                }
            }
        }
        Ok(call(OVERLAPS, ends))
    }

    /// The arguments of `make_interval` in their places, where some are given by name.
    pub(super) fn interval_parts(
        &self,
        function: &str,
        arguments: &mut Vec<FunctionArg>,
    ) -> Result<Option<Arguments>> {
        let is_named = |argument: &FunctionArg| matches!(argument, FunctionArg::Named { .. });
        if !function.eq_ignore_ascii_case("make_interval") || !arguments.iter().any(is_named) {
            return Ok(None);
        }
        let mut values: Vec<Option<Expr>> = INTERVAL_PARTS.iter().map(|_| None).collect();
        for (at, argument) in arguments.drain(..).enumerate() {
            let (at, value) = match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => (Some(at), value),
                FunctionArg::Named {
                    name,
                    arg: FunctionArgExpr::Expr(value),
                    operator: _,
                } => {
                    let is_it = |part: &&str| part.eq_ignore_ascii_case(&name.value);
                    (INTERVAL_PARTS.iter().position(is_it), value)
                }
                _ => return Err(Error::unsupported("this kind of argument")),
            };
            let value = self.expr(value)?;
            let position = value.position;
            match at.and_then(|at| values.get_mut(at)) {
                Some(slot @ None) => *slot = Some(value),
                Some(Some(_)) => {
                    return Err(syntax_error(
                        "syntax error: an argument is given twice",
                        position,
                    ));
                }
                None => {
                    return Err(Error::unsupported("an argument of that name").at(position));
                }
            }
        }
        let zero = || Expr {
            kind: ExprKind::Integer(0),
            position: None,
        };
        let values = values.into_iter();
        Ok(Some(Arguments::List {
            distinct: false,
            values: values.map(|value| value.unwrap_or_else(zero)).collect(),
            order_by: Vec::new(),
        }))
    }
}

fn call(name: &str, values: Vec<Expr>) -> Expr {
    let position = values.first().and_then(|value| value.position);
    Expr {
        kind: ExprKind::Function {
            name: Identifier {
                name: name.to_owned(),
                position,
            },
            arguments: Arguments::List {
                distinct: false,
                values,
                order_by: Vec::new(),
            },
        },
        position,
    }
}
