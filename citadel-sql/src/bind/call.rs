//! Function calls: aggregates, scalar functions, and those that become other expressions.

use super::bound::{AggregateCall, BinaryOp, Expr, ExprKind};
use super::constant;
use super::distance;
use super::expr::ExprBinder;
use super::same::same;
use super::suggest;
use super::typing::{self, Strength};
use crate::ast::{self, Arguments, Identifier};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::{self, AggregateFunction, ArgumentKind, ScalarFunction};
use crate::types::{SqlType, Value, VectorType};

/// Functions that become CASE, so that no argument is computed in vain.
const LAZY: [&str; 5] = ["coalesce", "ifnull", "nullif", "iif", "if"];

/// The largest expression that may be written twice when a function becomes CASE.
const REPEATED_NODES_MAX: usize = 500;

impl AggregateCall {
    /// Do two calls compute the same?
    pub(super) fn same(&self, other: &Self) -> bool {
        self.function == other.function
            && self.distinct == other.distinct
            && match (&self.argument, &other.argument) {
                (None, None) => true,
                (Some(a), Some(b)) => same(a, b),
                _ => false,
            }
    }
}

impl ExprBinder<'_, '_> {
    /// Binds a call.
    pub(super) fn call(&mut self, name: &Identifier, arguments: &Arguments) -> Result<Expr> {
        let position = name.position;
        let lower = name.name.to_ascii_lowercase();
        let (distinct, values) = match arguments {
            Arguments::Star if lower == "count" => {
                let count = AggregateCall {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    ty: SqlType::Integer,
                };
                return self.collect(count, position);
            }
            Arguments::Star => {
                return Err(Error::unsupported(format!("{lower}(*)")).at(position));
            }
            Arguments::List { distinct, values } => (*distinct, values.as_slice()),
        };
        if let Some(function) = aggregate(&lower, values.len()) {
            return self.aggregate(function, &lower, distinct, values, position);
        }
        if distinct {
            return Err(Error::sql(
                SqlState::INVALID_DEFINITION,
                format!("DISTINCT is for aggregates, and {lower} is none"),
            )
            .at(position));
        }
        let values = self.exprs(values)?;
        if LAZY.contains(&lower.as_str()) {
            return self.lazy(&lower, values, position);
        }
        if let Some(metric) = distance::metric_of(&lower) {
            let [left, right] = fixed(&lower, values, position)?;
            return self.distance_function(&lower, metric, left, right, position);
        }
        match functions::scalar(&lower) {
            Some(function) => self.scalar(function, values, position),
            None => Err(undefined(&name.name, position)),
        }
    }

    /// An aggregate of the rows that meet a condition: of NULL for the others, which all aggregates pass over.
    pub(super) fn filtered(
        &mut self,
        name: &Identifier,
        arguments: &Arguments,
        filter: &ast::Expr,
    ) -> Result<Expr> {
        let lower = name.name.to_ascii_lowercase();
        let call = match arguments {
            Arguments::Star if lower == "count" => AggregateCall {
                function: AggregateFunction::Count,
                argument: Some(Expr {
                    kind: ExprKind::Literal(Value::Boolean(true)),
                    ty: SqlType::Boolean,
                    position: None,
                }),
                distinct: false,
                ty: SqlType::Integer,
            },
            Arguments::List { distinct, values }
                if let Some(function) = aggregate(&lower, values.len()) =>
            {
                self.aggregate_call(function, &lower, *distinct, values, name.position)?
            }
            _ => {
                return Err(Error::sql(
                    SqlState::INVALID_DEFINITION,
                    format!("FILTER is for aggregates, and {lower} is none"),
                )
                .at(name.position));
            }
        };
        let filter =
            self.without_aggregates("FILTER", |binder| binder.condition(filter, "FILTER"))?;
        let argument = call.argument.map(|argument| Expr {
            position: argument.position,
            ty: argument.ty,
            kind: ExprKind::Case {
                operand: None,
                branches: vec![(filter, argument)],
                otherwise: None,
            },
        });
        self.collect(AggregateCall { argument, ..call }, name.position)
    }

    fn aggregate(
        &mut self,
        function: AggregateFunction,
        name: &str,
        distinct: bool,
        values: &[ast::Expr],
        position: Option<Position>,
    ) -> Result<Expr> {
        let call = self.aggregate_call(function, name, distinct, values, position)?;
        self.collect(call, position)
    }

    fn aggregate_call(
        &mut self,
        function: AggregateFunction,
        name: &str,
        distinct: bool,
        values: &[ast::Expr],
        position: Option<Position>,
    ) -> Result<AggregateCall> {
        let [argument] = values else {
            return Err(wrong_count(name, values.len(), position));
        };
        let mut argument =
            self.without_aggregates("an aggregate", |binder| binder.expr(argument))?;
        let ty = self.aggregate_type(function, name, &mut argument)?;
        Ok(AggregateCall {
            function,
            argument: Some(argument),
            distinct,
            ty,
        })
    }

    fn aggregate_type(
        &mut self,
        function: AggregateFunction,
        name: &str,
        argument: &mut Expr,
    ) -> Result<SqlType> {
        use AggregateFunction::{Avg, Count, CountRows, Max, Min, Sum};
        if matches!(function, Sum | Avg) {
            self.decide(argument, SqlType::Real, Strength::Exact)?;
        }
        typing::settle(argument);
        match (function, argument.ty) {
            (CountRows | Count, _) => Ok(SqlType::Integer),
            (Sum, ty @ (SqlType::Integer | SqlType::Real)) => Ok(ty),
            (Sum | Avg, ty @ SqlType::Vector(vector)) if !vector.is_bits() => Ok(ty.evaluated()),
            (Avg, SqlType::Integer | SqlType::Real) => Ok(SqlType::Real),
            (Min | Max, SqlType::Vector(_)) => {
                Err(undefined_for(name, &[argument.ty], argument.position))
            }
            (Min | Max | Sum | Avg, SqlType::Unknown) | (Min | Max, _) => Ok(argument.ty),
            (Sum | Avg, ty) => Err(undefined_for(name, &[ty], argument.position)),
        }
    }

    fn scalar(
        &mut self,
        function: &'static ScalarFunction,
        mut arguments: Vec<Expr>,
        position: Option<Position>,
    ) -> Result<Expr> {
        if !function.arity.contains(&arguments.len()) {
            return Err(wrong_count(function.name, arguments.len(), position));
        }
        for (at, argument) in arguments.iter_mut().enumerate() {
            if let Some(ty) = function.argument_kind(at).default_type() {
                self.decide(argument, ty, Strength::Exact)?;
            }
        }
        let mut alike: Vec<&mut Expr> = arguments
            .iter_mut()
            .enumerate()
            .filter(|(at, _)| function.argument_kind(*at) == ArgumentKind::Same)
            .map(|(_, argument)| argument)
            .collect();
        self.results(&mut alike, function.name)?;
        arguments.iter_mut().for_each(typing::settle);
        let types: Vec<SqlType> = arguments.iter().map(|argument| argument.ty).collect();
        let fits = |(at, ty): (usize, &SqlType)| function.argument_kind(at).accepts(*ty);
        if !types.iter().enumerate().all(fits) {
            return Err(undefined_for(function.name, &types, position));
        }
        let ty = match known_dimension(function, &arguments) {
            Some(dim) => SqlType::vector(dim),
            None => (function.result_type)(&types)?,
        };
        Ok(Expr {
            ty,
            kind: ExprKind::Function {
                function,
                arguments,
            },
            position,
        })
    }

    fn lazy(
        &mut self,
        name: &str,
        arguments: Vec<Expr>,
        position: Option<Position>,
    ) -> Result<Expr> {
        match name {
            "iif" | "if" => self.iif(name, arguments, position),
            "nullif" => self.nullif(arguments, position),
            "ifnull" if arguments.len() != 2 => Err(wrong_count(name, arguments.len(), position)),
            _ => self.coalesce(name, arguments, position),
        }
    }

    /// `CASE WHEN a IS NOT NULL THEN a WHEN b IS NOT NULL THEN b ELSE c END`
    fn coalesce(
        &mut self,
        name: &str,
        mut arguments: Vec<Expr>,
        position: Option<Position>,
    ) -> Result<Expr> {
        let ty = self.results(&mut arguments.iter_mut().collect::<Vec<_>>(), name)?;
        let Some(last) = arguments.pop() else {
            return Err(wrong_count(name, 0, position));
        };
        if arguments.is_empty() {
            return Ok(last);
        }
        check_repeated(&arguments, position)?;
        let branches = arguments
            .into_iter()
            .map(|argument| {
                let is_there = Expr {
                    kind: ExprKind::IsNull {
                        operand: Box::new(argument.clone()),
                        negated: true,
                    },
                    ty: SqlType::Boolean,
                    position: argument.position,
                };
                (is_there, argument)
            })
            .collect();
        Ok(case(branches, last, ty, position))
    }

    /// `CASE WHEN a = b THEN NULL ELSE a END`
    fn nullif(&mut self, arguments: Vec<Expr>, position: Option<Position>) -> Result<Expr> {
        let [mut left, mut right] = fixed("nullif", arguments, position)?;
        self.compared(&mut [&mut left, &mut right], "NULLIF")?;
        check_repeated(std::slice::from_ref(&left), position)?;
        let ty = left.ty;
        let equal = Expr {
            kind: ExprKind::Binary {
                op: BinaryOp::Eq,
                left: Box::new(left.clone()),
                right: Box::new(right),
            },
            ty: SqlType::Boolean,
            position,
        };
        let null = Expr {
            kind: ExprKind::Literal(Value::Null),
            ty,
            position,
        };
        Ok(case(vec![(equal, null)], left, ty, position))
    }

    /// `CASE WHEN condition THEN a ELSE b END`
    fn iif(
        &mut self,
        name: &str,
        arguments: Vec<Expr>,
        position: Option<Position>,
    ) -> Result<Expr> {
        let [mut condition, mut then, mut otherwise] = fixed(name, arguments, position)?;
        self.decide(&mut condition, SqlType::Boolean, Strength::Exact)?;
        if !matches!(condition.ty, SqlType::Boolean | SqlType::Unknown) {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("{name} takes a BOOLEAN first, not {}", condition.ty),
            )
            .at(condition.position));
        }
        let ty = self.results(&mut [&mut then, &mut otherwise], name)?;
        Ok(case(vec![(condition, then)], otherwise, ty, position))
    }
}

/// The dimension of a part of a vector, where the arguments tell it.
fn known_dimension(function: &ScalarFunction, arguments: &[Expr]) -> Option<u16> {
    let [vector, start, count] = arguments else {
        return None;
    };
    let SqlType::Vector(VectorType { dim: Some(dim), .. }) = vector.ty else {
        return None;
    };
    let integer = |expr| match constant::evaluate(expr) {
        Ok(Some(Value::Integer(value))) => Some(value),
        _ => None,
    };
    if function.name != functions::SUBVECTOR {
        return None;
    }
    let range = functions::part_of_vector(usize::from(dim), integer(start)?, integer(count)?);
    u16::try_from(range.len()).ok().filter(|dim| *dim > 0)
}

fn aggregate(name: &str, arguments: usize) -> Option<AggregateFunction> {
    match name {
        "count" => Some(AggregateFunction::Count),
        "sum" => Some(AggregateFunction::Sum),
        "avg" => Some(AggregateFunction::Avg),
        "min" if arguments < 2 => Some(AggregateFunction::Min),
        "max" if arguments < 2 => Some(AggregateFunction::Max),
        _ => None,
    }
}

fn case(
    branches: Vec<(Expr, Expr)>,
    otherwise: Expr,
    ty: SqlType,
    position: Option<Position>,
) -> Expr {
    Expr {
        kind: ExprKind::Case {
            operand: None,
            branches,
            otherwise: Some(Box::new(otherwise)),
        },
        ty,
        position,
    }
}

/// Expressions that would be written twice must be small, or nested calls would grow without bound.
fn check_repeated(exprs: &[Expr], position: Option<Position>) -> Result<()> {
    if exprs.iter().map(nodes).sum::<usize>() > REPEATED_NODES_MAX {
        return Err(Error::sql(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            "the arguments are too complex",
        )
        .at(position));
    }
    Ok(())
}

fn nodes(expr: &Expr) -> usize {
    let mut count = 1;
    expr.for_each_child(&mut |child| count += nodes(child));
    count
}

fn fixed<const N: usize>(
    name: &str,
    arguments: Vec<Expr>,
    position: Option<Position>,
) -> Result<[Expr; N]> {
    arguments
        .try_into()
        .map_err(|arguments: Vec<Expr>| wrong_count(name, arguments.len(), position))
}

fn wrong_count(name: &str, given: usize, position: Option<Position>) -> Error {
    let plural = if given == 1 { "" } else { "s" };
    Error::sql(
        SqlState::UNDEFINED_FUNCTION,
        format!("function {name} does not take {given} argument{plural}"),
    )
    .at(position)
}

fn undefined_for(name: &str, types: &[SqlType], position: Option<Position>) -> Error {
    let types: Vec<String> = types.iter().map(ToString::to_string).collect();
    Error::sql(
        SqlState::UNDEFINED_FUNCTION,
        format!("function {name}({}) does not exist", types.join(", ")),
    )
    .at(position)
    .hint("convert the arguments with CAST")
}

fn undefined(name: &str, position: Option<Position>) -> Error {
    let error = Error::sql(
        SqlState::UNDEFINED_FUNCTION,
        format!("function {name} does not exist"),
    )
    .at(position);
    let names = functions::scalar_names()
        .chain(distance::FUNCTIONS.iter().map(|(name, _)| *name))
        .chain(["count", "sum", "avg", "min", "max"])
        .chain(LAZY);
    suggest::hint(error, name, names)
}
