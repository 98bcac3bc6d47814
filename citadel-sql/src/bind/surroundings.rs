//! What expressions take of where their statement runs: the time, and the time zone of the session.
//!
//! A moment is a parameter that the statement's text does not know, with its value when a run starts, so that a plan may
//! be kept and indexes serve it. A time zone is a constant: a plan that has it holds as long as the session has that zone. What the program has added
//! to the functions is known by name, and a plan that calls something of it holds as long as nothing else is added.

use std::sync::Arc;

use super::array::convert_elements;
use super::bound::{Expr, ExprKind, Parameters};
use super::typing;
use crate::error::{Error, Position, Result};
use crate::functions::{Added, Clock, Needs, ScalarFunction, zoned_cast};
use crate::types::temporal::{Zone, is_relative, needs_zone};
use crate::types::{SqlType, StatementClock, Value, cast_in};

/// What a connection says of how its statements are to be understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct BindContext {
    /// In which times without one are read and moments are shown.
    pub(crate) zone: Zone,
    /// Functions beyond those that are known everywhere.
    pub(crate) added: Arc<Added>,
}

impl Parameters {
    /// Means what was bound the same to this connection?
    pub(crate) fn mean_the_same(&self, binding: &BindContext) -> bool {
        (!self.uses_zone || self.zone == binding.zone)
            && (!self.uses_added || Arc::ptr_eq(&self.added, &binding.added))
    }

    /// A parameter that no text has.
    pub(super) fn hidden(&mut self) -> usize {
        self.next_hidden += 1;
        self.next_hidden - 1
    }

    /// Gives the moments their values, behind those that the program gave.
    pub(crate) fn set_moments(&self, params: &mut Vec<Value>, began: &StatementClock) {
        for (index, clock) in &self.moments {
            if params.len() <= *index {
                params.resize(*index + 1, Value::Null);
            }
            params[*index] = Value::TimestampTz(match clock {
                Clock::Transaction => began.transaction(),
                Clock::Statement => began.statement(),
            });
        }
    }

    /// Takes note of how a number with a point was written.
    pub(super) fn note_decimal(&mut self, position: Option<Position>, text: &str) {
        if let Some(position) = position {
            self.decimals.insert(position.offset, text.into());
        }
    }

    /// Is it a constant with a point in it, as it was written?
    pub(super) fn is_decimal(&self, expr: &Expr) -> bool {
        matches!(expr.kind, ExprKind::Literal(Value::Real(_))) && expr.ty == SqlType::Real
    }

    /// The digits of a number, as they were written.
    fn written(&self, expr: &Expr) -> Option<&str> {
        let ExprKind::Literal(Value::Real(real)) = expr.kind else {
            return None;
        };
        let text = self.decimals.get(&expr.position?.offset)?;
        (text.parse() == Ok(real)).then_some(text)
    }

    /// The session's time zone, for a conversion that may depend on it.
    pub(super) fn zone_for(&mut self, from: SqlType, to: SqlType) -> &Zone {
        self.uses_zone |= needs_zone(from, to);
        &self.zone
    }

    /// The arguments that a function takes behind those that are written.
    pub(super) fn hidden_arguments(&mut self, needs: Needs) -> Vec<Expr> {
        match needs {
            // The type of elements is known to who binds the call.
            Needs::Nothing | Needs::Volatile | Needs::Sequences | Needs::Element => Vec::new(),
            Needs::Zone => vec![self.zone_argument()],
            Needs::Clock(clock) => vec![self.moment(clock), self.zone_argument()],
        }
    }

    fn zone_argument(&mut self) -> Expr {
        self.uses_zone = true;
        Expr {
            kind: ExprKind::Literal(Value::Text(self.zone.name().to_owned())),
            ty: SqlType::Text,
            position: None,
        }
    }

    fn moment(&mut self, clock: Clock) -> Expr {
        let known = self.moments.iter().find(|(_, known)| *known == clock);
        let index = match known {
            Some((index, _)) => *index,
            None => {
                let index = self.hidden();
                self.moments.push((index, clock));
                index
            }
        };
        Expr {
            kind: ExprKind::Parameter(index),
            ty: SqlType::TimestampTz,
            position: None,
        }
    }

    /// Puts a function around an expression, with what it needs.
    pub(super) fn call_with_clock(
        &mut self,
        expr: &mut Expr,
        function: &'static ScalarFunction,
        ty: SqlType,
    ) {
        let hidden = self.hidden_arguments(function.needs);
        typing::wrap(expr, |operand| ExprKind::Function {
            function: function.into(),
            arguments: std::iter::once(*operand).chain(hidden).collect(),
        });
        expr.ty = ty;
    }

    /// Converts an expression to another type, at once where it is a constant.
    pub(super) fn convert(&mut self, expr: &mut Expr, to: SqlType) -> Result<()> {
        if expr.ty == to && !matches!(expr.kind, ExprKind::Literal(Value::Text(_))) {
            return Ok(());
        }
        let (from, position) = (expr.ty, expr.position);
        let at = |error: Error| error.at(position);
        if let SqlType::Array(element) = to
            && convert_elements(self, expr, element)?
        {
            return Ok(());
        }
        match &expr.kind {
            ExprKind::Literal(Value::Text(text)) if is_read_later(text, to) => {
                if let Some(function) = zoned_cast(to) {
                    self.call_with_clock(expr, function, to);
                }
                return Ok(());
            }
            ExprKind::Literal(Value::Real(_))
                if to == SqlType::Numeric && self.written(expr).is_some() =>
            {
                let number = self.written(expr).unwrap_or_default().parse().map_err(at)?;
                expr.kind = ExprKind::Literal(Value::Numeric(number));
                expr.ty = to;
                return Ok(());
            }
            ExprKind::Literal(value) => {
                let zone = self.zone_for(value.sql_type(), to);
                let value = cast_in(value.as_ref(), to, zone, None).map_err(at)?;
                expr.ty = match value.sql_type() {
                    SqlType::Unknown => to,
                    ty => ty,
                };
                expr.kind = ExprKind::Literal(value);
                return Ok(());
            }
            _ => {}
        }
        match zoned_cast(to).filter(|_| needs_zone(from, to)) {
            Some(function) => self.call_with_clock(expr, function, to),
            None => {
                typing::wrap(expr, |operand| ExprKind::Cast { operand, to });
                expr.ty = to;
            }
        }
        Ok(())
    }
}

/// Is the text to be read when the statement runs, as `today` is?
pub(super) fn is_read_later(text: &str, to: SqlType) -> bool {
    (to.is_moment() || to == SqlType::Time) && is_relative(text)
}
