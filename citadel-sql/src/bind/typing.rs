//! Deciding types: of strings, parameters and NULLs by their neighbours, and of expressions that must agree.

use super::bound::{Expr, ExprKind, Parameters};
use crate::error::{Error, Result, SqlState};
use crate::functions::ArgumentKind;
use crate::types::{ScalarType, SqlType, Value, coerce_compared, coerce_parameter};

use super::array::convert_elements;

use super::surroundings::is_read_later;

/// What a place does with a value whose type it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// It is compared: a number of the other kind may stay as it is.
    Compared,
    /// It must be of the type, exactly.
    Exact,
}

/// Gives an undecided expression a type; a decided one stays as it is.
pub(super) fn decide(
    parameters: &mut Parameters,
    expr: &mut Expr,
    to: SqlType,
    strength: Strength,
) -> Result<()> {
    if expr.ty != SqlType::Unknown || to == SqlType::Unknown {
        return Ok(());
    }
    // What is only compared with a stored vector is not rounded as that was.
    let to = match strength {
        Strength::Compared => to.evaluated(),
        Strength::Exact => to,
    };
    let position = expr.position;
    match &mut expr.kind {
        ExprKind::Literal(Value::Text(text)) if is_read_later(text, to) => {
            return parameters.convert(expr, to);
        }
        ExprKind::Literal(value @ Value::Text(_)) => {
            let text = std::mem::take(value);
            let zone = parameters.zone_for(SqlType::Text, to);
            let coerced = match strength {
                Strength::Compared => coerce_compared(text, to, zone),
                Strength::Exact => coerce_parameter(text, to, zone),
            };
            *value = coerced.map_err(|error| error.at(position))?;
            expr.ty = value.sql_type();
            return Ok(());
        }
        ExprKind::Literal(_) => {}
        // A column of a query around has no type where it only holds NULLs.
        ExprKind::Parameter(index) if *index >= parameters.types.len() => {}
        ExprKind::Parameter(index) => parameters.want(*index, to, strength, position)?,
        ExprKind::Unary { operand, .. } => decide(parameters, operand, to, strength)?,
        ExprKind::Case {
            branches,
            otherwise,
            ..
        } => {
            for (_, then) in branches {
                decide(parameters, then, to, Strength::Exact)?;
            }
            if let Some(otherwise) = otherwise {
                decide(parameters, otherwise, to, Strength::Exact)?;
            }
        }
        ExprKind::Function {
            function,
            arguments,
        } => {
            for (at, argument) in arguments.iter_mut().enumerate() {
                if function.argument_kind(at) == ArgumentKind::Same {
                    decide(parameters, argument, to, Strength::Exact)?;
                }
            }
        }
        _ => return Ok(()),
    }
    expr.ty = to;
    Ok(())
}

/// A string that nothing has decided is TEXT.
pub(super) fn settle(expr: &mut Expr) {
    if is_open_string(expr) {
        expr.ty = SqlType::Text;
    }
}

/// Is this a string in quotes that nothing has decided yet?
pub(super) fn is_open_string(expr: &Expr) -> bool {
    expr.ty == SqlType::Unknown && matches!(expr.kind, ExprKind::Literal(Value::Text(_)))
}

/// Lets expressions that are compared with one another decide each other, and checks that they do compare.
pub(super) fn unify_compared(
    parameters: &mut Parameters,
    exprs: &mut [&mut Expr],
    what: &str,
) -> Result<()> {
    exact_literals(parameters, exprs)?;
    let Some(mut decided) = deciding_type(exprs) else {
        return Ok(());
    };
    if decided.is_moment() {
        decided = latest(decided, exprs);
        for expr in exprs.iter_mut().filter(|expr| expr.ty.is_moment()) {
            parameters.convert(expr, decided)?;
        }
    }
    for expr in exprs.iter_mut() {
        if !compares(decided, expr.ty) {
            return Err(mismatch(what, decided, expr));
        }
        decide(parameters, expr, decided, Strength::Compared)?;
    }
    Ok(())
}

/// Brings expressions to one type, which is given back: that of a CASE, of a column of VALUES.
pub(super) fn unify_results(
    parameters: &mut Parameters,
    exprs: &mut [&mut Expr],
    what: &str,
) -> Result<SqlType> {
    exact_literals(parameters, exprs)?;
    let Some(first) = deciding_type(exprs) else {
        return Ok(SqlType::Unknown);
    };
    let mut common = first.evaluated();
    for expr in exprs.iter() {
        common = match (common, expr.ty) {
            (common, SqlType::Unknown) => common,
            (common, ty) if common == ty.evaluated() => common,
            (common, ty) if common.is_numeric() && ty.is_numeric() => common.common_number(ty),
            (common, ty) if common.is_moment() && ty.is_moment() => later(common, ty),
            (SqlType::Array(a), SqlType::Array(b))
                if let Some(both) = common_element(a.sql_type(), b.sql_type()) =>
            {
                SqlType::Array(both)
            }
            (SqlType::Vector(a), SqlType::Vector(b)) if let Some(both) = a.common(b) => {
                SqlType::Vector(both)
            }
            _ => return Err(mismatch(what, common, expr)),
        };
    }
    for expr in exprs.iter_mut() {
        decide(parameters, expr, common, Strength::Exact)?;
        let is_wider = expr.ty != common
            && (common.is_numeric() && expr.ty.is_numeric()
                || common.is_moment() && expr.ty.is_moment()
                || common.element().is_some() && expr.ty.element().is_some());
        if is_wider {
            parameters.convert(expr, common)?;
        }
    }
    Ok(common)
}

/// The type of the first that has one; TEXT if only strings are there; `None` if nothing says anything.
fn deciding_type(exprs: &[&mut Expr]) -> Option<SqlType> {
    let decided = exprs
        .iter()
        .map(|expr| expr.ty)
        .find(|ty| *ty != SqlType::Unknown);
    decided.or_else(|| {
        exprs
            .iter()
            .any(|expr| is_open_string(expr))
            .then_some(SqlType::Text)
    })
}

/// Do values of these types compare?
fn compares(a: SqlType, b: SqlType) -> bool {
    match (a, b) {
        (SqlType::Unknown, _) | (_, SqlType::Unknown) => true,
        (SqlType::Vector(a), SqlType::Vector(b)) => a.agrees_with(b),
        (SqlType::Array(a), SqlType::Array(b)) => compares(a.sql_type(), b.sql_type()),
        (a, b) => a == b || a.is_numeric() && b.is_numeric(),
    }
}

/// Beside a NUMERIC, a constant with a point is one too, with all its digits.
pub(super) fn exact_literals(parameters: &mut Parameters, exprs: &mut [&mut Expr]) -> Result<()> {
    const NUMERICS: SqlType = SqlType::Array(ScalarType::Numeric);
    if exprs.iter().any(|expr| expr.ty == NUMERICS) {
        for expr in exprs.iter_mut() {
            let is_numbers = expr.ty.element().is_some_and(|e| e.sql_type().is_numeric());
            if is_numbers {
                convert_elements(parameters, expr, ScalarType::Numeric)?;
            }
        }
    }
    if exprs.iter().all(|expr| expr.ty != SqlType::Numeric) {
        return Ok(());
    }
    for expr in exprs.iter_mut() {
        if parameters.is_decimal(expr) {
            parameters.convert(expr, SqlType::Numeric)?;
        }
    }
    Ok(())
}

/// The type that elements of two arrays have in common.
pub(super) fn common_element(a: SqlType, b: SqlType) -> Option<ScalarType> {
    match (a, b) {
        (a, b) if a == b => a.scalar(),
        (a, b) if a.is_numeric() && b.is_numeric() => a.common_number(b).scalar(),
        (a, b) if a.is_moment() && b.is_moment() => later(a, b).scalar(),
        _ => None,
    }
}

/// The type that days and moments have in common: a DATE becomes a TIMESTAMP, and that a TIMESTAMPTZ.
fn latest(first: SqlType, exprs: &[&mut Expr]) -> SqlType {
    exprs.iter().fold(first, |ty, expr| later(ty, expr.ty))
}

/// The one of two such types that the other becomes.
pub(super) fn later(a: SqlType, b: SqlType) -> SqlType {
    let rank = |ty| match ty {
        SqlType::Date => 1,
        SqlType::Timestamp => 2,
        SqlType::TimestampTz => 3,
        _ => 0,
    };
    if rank(b) > rank(a) { b } else { a }
}

/// Puts a node around an expression.
pub(super) fn wrap(expr: &mut Expr, around: impl FnOnce(Box<Expr>) -> ExprKind) {
    let inner = Expr {
        kind: std::mem::replace(&mut expr.kind, ExprKind::Literal(Value::Null)),
        ty: expr.ty,
        position: expr.position,
    };
    expr.kind = around(Box::new(inner));
}

fn mismatch(what: &str, wanted: SqlType, found: &Expr) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!("{what}: {wanted} and {} do not go together", found.ty),
    )
    .at(found.position)
    .hint("convert one side with CAST")
}
