//! Arrays: their making, their parts, and what is compared with all of their elements.

use super::bound::{BinaryOp, Expr, ExprKind, Parameters, Subscript};
use super::call::undefined_for;
use super::expr::ExprBinder;
use super::typing::{self, Strength};
use crate::ast;
use crate::error::{Error, Result, SqlState};
use crate::functions::{
    self, ARRAY, ARRAY_OF_ARRAYS, ASSIGNED_ELEMENT, ASSIGNED_SLICE, ArgumentKind, ScalarFunction,
};
use crate::types::arithmetic::no_operator_for;
use crate::types::{Array, ScalarType, SqlType, Value, can_assign, can_cast};

impl ExprBinder<'_, '_> {
    /// `ARRAY[a, b]`
    pub(super) fn array(&mut self, elements: &[ast::Expr]) -> Result<(ExprKind, SqlType)> {
        if elements.is_empty() {
            return Err(Error::sql(
                SqlState::INDETERMINATE_DATATYPE,
                "cannot determine type of empty array",
            )
            .hint("say it with a cast: ARRAY[]::INTEGER[]"));
        }
        let mut elements = self.exprs(elements)?;
        let mut ty = self.results(&mut elements.iter_mut().collect::<Vec<_>>(), "ARRAY")?;
        if ty == SqlType::Unknown {
            ty = SqlType::Text;
            for element in &mut elements {
                self.decide(element, ty, Strength::Exact)?;
            }
        }
        elements.iter_mut().for_each(typing::settle);
        match ty {
            SqlType::Array(element) => Ok(constructed(&ARRAY_OF_ARRAYS, elements, element)),
            ty => match ty.scalar() {
                Some(element) => Ok(constructed(&ARRAY, elements, element)),
                None => Err(Error::unsupported(format!("an array of {ty}"))),
            },
        }
    }

    /// `ARRAY[a, b]::t[]`: each element is cast.
    pub(super) fn array_of(
        &mut self,
        elements: &[ast::Expr],
        to: ScalarType,
    ) -> Result<(ExprKind, SqlType)> {
        let mut bound = Vec::with_capacity(elements.len());
        for element in elements {
            bound.push(match &element.kind {
                ast::ExprKind::Array(inner) => {
                    let (kind, ty) = self.array_of(inner, to)?;
                    Expr {
                        kind,
                        ty,
                        position: element.position,
                    }
                }
                _ => self.element_of(element, to)?,
            });
        }
        let nested = bound
            .iter()
            .filter(|element| element.ty.element().is_some());
        match nested.count() {
            0 => Ok(constructed(&ARRAY, bound, to)),
            all if all == bound.len() => Ok(constructed(&ARRAY_OF_ARRAYS, bound, to)),
            _ => Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                "ARRAY takes single values or arrays, not both",
            )),
        }
    }

    fn element_of(&mut self, element: &ast::Expr, to: ScalarType) -> Result<Expr> {
        let mut bound = self.settled(element)?;
        let to = match bound.ty {
            SqlType::Array(_) => SqlType::Array(to),
            _ => to.sql_type(),
        };
        if !can_cast(bound.ty, to) {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("cannot cast {} to {to}", bound.ty),
            )
            .at(bound.position));
        }
        self.binder.parameters.convert(&mut bound, to)?;
        Ok(bound)
    }

    /// `a[i]`, `a[l:u]`. With one slice among them all subscripts are slices, and `n` is `1:n`.
    pub(super) fn subscript(
        &mut self,
        array: &ast::Expr,
        subscripts: &[ast::Subscript],
    ) -> Result<(ExprKind, SqlType)> {
        let array = self.settled(array)?;
        let SqlType::Array(element) = array.ty else {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("cannot subscript type {}, which is no array", array.ty),
            )
            .at(array.position));
        };
        let (bound, slices) = self.subscript_list(subscripts)?;
        let kind = ExprKind::Subscript {
            array: Box::new(array),
            subscripts: bound,
        };
        let ty = match slices {
            true => SqlType::Array(element),
            false => element.sql_type(),
        };
        Ok((kind, ty))
    }

    /// The subscripts, and whether they are slices.
    fn subscript_list(&mut self, subscripts: &[ast::Subscript]) -> Result<(Vec<Subscript>, bool)> {
        let is_slice = |subscript: &ast::Subscript| matches!(subscript, ast::Subscript::Slice(..));
        let slices = subscripts.iter().any(is_slice);
        let mut bound = Vec::with_capacity(subscripts.len());
        for subscript in subscripts {
            bound.push(match subscript {
                ast::Subscript::Index(at) => {
                    let at = self.typed(at, SqlType::Integer, "a subscript")?;
                    match slices {
                        true => Subscript::Slice(Some(integer(1)), Some(at)),
                        false => Subscript::Index(at),
                    }
                }
                ast::Subscript::Slice(low, high) => {
                    let mut end = |end: &Option<ast::Expr>| {
                        let end = end.as_ref();
                        end.map(|end| self.typed(end, SqlType::Integer, "a subscript"))
                            .transpose()
                    };
                    Subscript::Slice(end(low)?, end(high)?)
                }
            });
        }
        Ok((bound, slices))
    }

    /// What `a[i] = value`, or `a[l:u] = value`, leaves of an array.
    pub(super) fn assigned_part(
        &mut self,
        array: Expr,
        part: &[ast::Subscript],
        value: &ast::Expr,
    ) -> Result<Expr> {
        let (ty, position) = (array.ty, array.position);
        let SqlType::Array(element) = ty else {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("cannot subscript type {ty}, which is no array"),
            )
            .at(position));
        };
        let (subscripts, is_slice) = self.subscript_list(part)?;
        let (function, to) = match is_slice {
            true => (&ASSIGNED_SLICE, ty),
            false => (&ASSIGNED_ELEMENT, element.sql_type()),
        };
        let mut value = self.expr(value)?;
        self.decide(&mut value, to, Strength::Exact)?;
        if to == SqlType::Array(ScalarType::Numeric) {
            convert_elements(&mut self.binder.parameters, &mut value, ScalarType::Numeric)?;
        }
        let parameters = &mut self.binder.parameters;
        if to == SqlType::Numeric && parameters.is_decimal(&value) {
            parameters.convert(&mut value, to)?;
        }
        if !can_assign(value.ty, to) {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("the part that is assigned is {to}, the value {}", value.ty),
            )
            .at(value.position)
            .hint("convert it with CAST"));
        }
        if value.ty != to && value.ty.is_moment() {
            parameters.convert(&mut value, to)?;
        } else if value.ty != to
            && let Some(function) = functions::assignment_to(to)
        {
            typing::wrap(&mut value, |operand| ExprKind::Function {
                function: function.into(),
                arguments: vec![*operand],
            });
            value.ty = to;
        }
        let mut arguments = vec![array, value];
        for subscript in subscripts {
            match subscript {
                Subscript::Index(at) => arguments.push(at),
                Subscript::Slice(low, high) => {
                    arguments.extend([low, high].map(|end| end.unwrap_or_else(not_said)));
                }
            }
        }
        arguments.push(empty_array(element));
        Ok(Expr {
            kind: ExprKind::Function {
                function: function.into(),
                arguments,
            },
            ty,
            position,
        })
    }

    /// `operand op ANY (array)`, `operand op ALL (array)`. Elements that are known by now are a list of IN.
    pub(super) fn any_element(
        &mut self,
        operand: &ast::Expr,
        op: BinaryOp,
        array: &ast::Expr,
        all: bool,
    ) -> Result<(ExprKind, SqlType)> {
        let is_in = (op, all) == (BinaryOp::Eq, false) || (op, all) == (BinaryOp::NotEq, true);
        if let ast::ExprKind::Array(elements) = &array.kind
            && is_in
            && let Some(list) = self.single_values(elements)?
        {
            let operand = self.expr(operand)?;
            return self.list_of(operand, list, all);
        }
        let mut operand = self.expr(operand)?;
        let mut array = self.expr(array)?;
        let word = if all { "ALL" } else { "ANY" };
        if array.ty == SqlType::Unknown {
            let element = match operand.ty {
                SqlType::Unknown => Some(ScalarType::Text),
                ty => ty.scalar(),
            };
            let element =
                element.ok_or_else(|| no_operator_for(op.symbol(), &[operand.ty, array.ty]))?;
            self.decide(&mut array, SqlType::Array(element), Strength::Compared)?;
        }
        let SqlType::Array(element) = array.ty else {
            return Err(Error::sql(
                SqlState::WRONG_OBJECT_TYPE,
                format!(
                    "{} {word} takes an array or a query, not {}",
                    op.symbol(),
                    array.ty
                ),
            )
            .at(array.position));
        };
        self.decide(&mut operand, element.sql_type(), Strength::Compared)?;
        let common = match operand.ty {
            SqlType::Unknown => Some(element),
            ty => typing::common_element(ty, element.sql_type()),
        };
        let Some(common) = common else {
            return Err(no_operator_for(op.symbol(), &[operand.ty, array.ty])
                .hint("convert one side with CAST"));
        };
        let parameters = &mut self.binder.parameters;
        if element == ScalarType::Numeric && parameters.is_decimal(&operand) {
            parameters.convert(&mut operand, SqlType::Numeric)?;
        }
        // Numbers of all types compare; days and moments of one.
        if common.sql_type().is_moment() {
            parameters.convert(&mut operand, common.sql_type())?;
            parameters.convert(&mut array, SqlType::Array(common))?;
        }
        if let ExprKind::Literal(Value::Array(elements)) = &array.kind
            && is_in
        {
            let elements = elements.as_ref().iter();
            let list = elements.map(|value| literal(value.to_owned(), element.sql_type()));
            return self.list_of(operand, list.collect(), all);
        }
        self.binder
            .refuse_collated(&operand, "a comparison with the elements of an array")?;
        let kind = ExprKind::AnyElement {
            operand: Box::new(operand),
            op,
            array: Box::new(array),
            all,
        };
        Ok((kind, SqlType::Boolean))
    }

    /// The elements, if none is an array.
    fn single_values(&mut self, elements: &[ast::Expr]) -> Result<Option<Vec<Expr>>> {
        let is_array = |element: &ast::Expr| matches!(element.kind, ast::ExprKind::Array(_));
        if elements.iter().any(is_array) {
            return Ok(None);
        }
        let list = self.exprs(elements)?;
        let has_array = list.iter().any(|element| element.ty.element().is_some());
        Ok((!has_array).then_some(list))
    }

    fn list_of(
        &mut self,
        mut operand: Expr,
        mut list: Vec<Expr>,
        negated: bool,
    ) -> Result<(ExprKind, SqlType)> {
        if list.is_empty() {
            // Nothing is in it, whatever the operand is.
            return Ok((ExprKind::Literal(Value::Boolean(negated)), SqlType::Boolean));
        }
        let mut all: Vec<&mut Expr> = vec![&mut operand];
        all.extend(&mut list);
        self.compared(&mut all, "ANY")?;
        let kind = ExprKind::InList {
            operand: Box::new(operand),
            list,
            negated,
        };
        Ok((kind, SqlType::Boolean))
    }

    /// `||` with an array on one side: another array, or an element.
    pub(super) fn array_concat(&mut self, left: Expr, right: Expr) -> Result<(ExprKind, SqlType)> {
        let is_array = |expr: &Expr| matches!(expr.ty, SqlType::Array(_) | SqlType::Unknown);
        let name = match (is_array(&left), is_array(&right)) {
            (true, true) => "array_cat",
            (true, false) => "array_append",
            _ => "array_prepend",
        };
        let types = [left.ty, right.ty];
        let function = functions::scalar(name).ok_or_else(|| no_operator_for("||", &types))?;
        let call = self
            .scalar(function, vec![left, right], None)
            .map_err(|error| match error.sqlstate() {
                Some(SqlState::UNDEFINED_FUNCTION) => no_operator_for("||", &types),
                _ => error,
            })?;
        Ok((call.kind, call.ty))
    }

    /// Brings the arrays that a function takes, and what is to be their elements, to one type.
    pub(super) fn array_arguments(
        &mut self,
        function: &ScalarFunction,
        arguments: &mut [Expr],
    ) -> Result<()> {
        let wanted = |at: usize, element: ScalarType| match function.argument_kind(at) {
            ArgumentKind::Array => Some(SqlType::Array(element)),
            ArgumentKind::Element => Some(element.sql_type()),
            _ => None,
        };
        let mut alike: Vec<(usize, &mut Expr)> = arguments
            .iter_mut()
            .enumerate()
            .filter(|(at, _)| wanted(*at, ScalarType::Text).is_some())
            .collect();
        if alike.is_empty() {
            return Ok(());
        }
        let mut all: Vec<&mut Expr> = alike.iter_mut().map(|(_, expr)| &mut **expr).collect();
        typing::exact_literals(&mut self.binder.parameters, &mut all)?;
        let types: Vec<SqlType> = alike.iter().map(|(_, expr)| expr.ty).collect();
        let wrong = || undefined_for(function.name, &types, None);
        let mut common: Option<ScalarType> = None;
        for (at, expr) in &alike {
            let ty = match (function.argument_kind(*at), expr.ty) {
                (_, SqlType::Unknown) => continue,
                (ArgumentKind::Array, SqlType::Array(element)) => element.sql_type(),
                (ArgumentKind::Element, ty) => ty,
                _ => return Err(wrong()),
            };
            let with = common.map_or(ty, ScalarType::sql_type);
            common = Some(typing::common_element(with, ty).ok_or_else(wrong)?);
        }
        let common = common.unwrap_or(ScalarType::Text);
        for (at, expr) in alike {
            let Some(ty) = wanted(at, common) else {
                continue;
            };
            self.decide(expr, ty, Strength::Exact)?;
            if expr.ty != ty {
                self.binder.parameters.convert(expr, ty)?;
            }
        }
        Ok(())
    }
}

/// Is it what `ARRAY[…]` calls?
pub(super) fn is_array_constructor(function: &ScalarFunction) -> bool {
    std::ptr::eq(function, &ARRAY) || std::ptr::eq(function, &ARRAY_OF_ARRAYS)
}

/// Converts each element of `ARRAY[…]`, so that constants keep all their digits. False: the expression is no such thing.
pub(super) fn convert_elements(
    parameters: &mut Parameters,
    expr: &mut Expr,
    to: ScalarType,
) -> Result<bool> {
    let ExprKind::Function {
        function,
        arguments,
    } = &mut expr.kind
    else {
        return Ok(false);
    };
    if !is_array_constructor(function) {
        return Ok(false);
    }
    arguments.pop();
    for argument in arguments.iter_mut() {
        let to = match argument.ty {
            SqlType::Array(_) => SqlType::Array(to),
            _ => to.sql_type(),
        };
        parameters.convert(argument, to)?;
    }
    arguments.push(empty_array(to));
    expr.ty = SqlType::Array(to);
    Ok(true)
}

/// What tells a function the type of the elements that it gives.
pub(super) fn empty_array(element: ScalarType) -> Expr {
    literal(Value::Array(Array::empty(element)), SqlType::Array(element))
}

fn constructed(
    function: &'static ScalarFunction,
    mut arguments: Vec<Expr>,
    element: ScalarType,
) -> (ExprKind, SqlType) {
    arguments.push(empty_array(element));
    let kind = ExprKind::Function {
        function: function.into(),
        arguments,
    };
    (kind, SqlType::Array(element))
}

/// Stands for an end of a slice that is not said.
fn not_said() -> Expr {
    literal(Value::Boolean(false), SqlType::Boolean)
}

fn integer(value: i64) -> Expr {
    literal(Value::Integer(value), SqlType::Integer)
}

fn literal(value: Value, ty: SqlType) -> Expr {
    Expr {
        kind: ExprKind::Literal(value),
        ty,
        position: None,
    }
}
