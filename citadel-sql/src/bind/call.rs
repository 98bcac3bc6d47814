//! Function calls: aggregates, scalar functions, and those that become other expressions.

use std::sync::Arc;

use super::array::empty_array;
use super::bound::{AggregateCall, BinaryOp, Expr, ExprKind, SortKey};
use super::comment::ColumnName;
use super::constant;
use super::distance;
use super::expr::{Aggregation, ExprBinder};
use super::same::same;
use super::suggest;
use super::typing::{self, Strength};
use super::window::always;
use crate::ast::{self, Arguments, Identifier};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::{
    self, Added, AggregateFunction, ArgumentKind, MEDIAN, Needs, ScalarFunction, TOTAL,
    TableFunction, WindowFunction,
};
use crate::schema::readable;
use crate::types::temporal::Zone;
use crate::types::{ScalarType, SqlType, Value, VectorType};

/// Functions that become CASE, so that no argument is computed in vain.
const LAZY: [&str; 5] = ["coalesce", "ifnull", "nullif", "iif", "if"];

/// Tells what a MERGE did with a row.
const MERGE_ACTION: &str = "merge_action";

/// Ends the statement of a trigger, or leaves its row alone.
const RAISE: &str = "raise";

/// Tells the sequence that a column owns.
const SERIAL_SEQUENCE: &str = "pg_get_serial_sequence";

/// Tell what COMMENT said of something, and of a column.
const DESCRIPTIONS: [&str; 2] = ["obj_description", "col_description"];

/// What RAISE may do where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raising {
    /// It stands in no trigger.
    Nothing,
    /// Fail.
    Errors,
    /// That, or leave the row alone.
    Anything,
}

/// The largest expression that may be written twice when a function becomes CASE.
const REPEATED_NODES_MAX: usize = 500;

impl AggregateCall {
    /// Do two calls compute the same?
    pub(super) fn same(&self, other: &Self) -> bool {
        self.function == other.function
            && self.distinct == other.distinct
            && same_option(self.constant.as_ref(), other.constant.as_ref())
            && self.order.len() == other.order.len()
            && self.order.iter().zip(&other.order).all(|(a, b)| {
                (a.descending, a.nulls_first) == (b.descending, b.nulls_first)
                    && same(&a.expr, &b.expr)
            })
            && same_option(self.filter.as_ref(), other.filter.as_ref())
            && same_option(self.argument.as_ref(), other.argument.as_ref())
    }
}

fn same_option(a: Option<&Expr>, b: Option<&Expr>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    }
}

impl ExprBinder<'_, '_> {
    /// Binds a call.
    pub(super) fn call(&mut self, name: &Identifier, arguments: &Arguments) -> Result<Expr> {
        let position = name.position;
        let lower = name.name.to_ascii_lowercase();
        let (distinct, values, order_by) = match arguments {
            Arguments::Star => {
                let count = self.star_call(&lower, position)?;
                return self.collect(count, &[], position);
            }
            Arguments::WithinGroup { values, .. } => (false, values.as_slice(), &[][..]),
            Arguments::List {
                distinct,
                values,
                order_by,
            } => (*distinct, values.as_slice(), order_by.as_slice()),
        };
        if let Some(function) = self.aggregate(&lower, values.len()) {
            let before = self.binder.reads();
            let call = self.without_aggregates("an aggregate", |binder| {
                binder.aggregate_call(function, name, arguments)
            })?;
            let column = self.collect(call, &before, position)?;
            return Ok(or_zero(&lower, column));
        }
        if matches!(arguments, Arguments::WithinGroup { .. }) {
            return Err(no_ordered_set(&lower, position));
        }
        if distinct || !order_by.is_empty() {
            return Err(Error::sql(
                SqlState::INVALID_DEFINITION,
                format!("DISTINCT and ORDER BY are for aggregates, and {lower} is none"),
            )
            .at(position));
        }
        if lower == RAISE {
            return self.raise(values, position);
        }
        let values = self.exprs(values)?;
        if LAZY.contains(&lower.as_str()) {
            return self.lazy(&lower, values, position);
        }
        if let Some(metric) = distance::metric_of(&lower) {
            let [left, right] = fixed(&lower, values, position)?;
            return self.distance_function(&lower, metric, left, right, position);
        }
        if lower == MERGE_ACTION {
            let [] = fixed(&lower, values, position)?;
            return self.merge_action(position);
        }
        if lower == SERIAL_SEQUENCE {
            let [table, column] = fixed(&lower, values, position)?;
            return self.serial_sequence(&table, &column, position);
        }
        if let Some(function) = self.binder.parameters.added.scalar(&lower) {
            return self.added(&Arc::clone(function), values, position);
        }
        if DESCRIPTIONS.contains(&lower.as_str()) {
            return self.description(&lower, values, position);
        }
        match functions::scalar(&lower) {
            Some(function) => self.scalar(function, values, position),
            None if WindowFunction::by_name(&lower).is_some() => Err(Error::sql(
                SqlState::WINDOWING_ERROR,
                format!("window function {lower} needs an OVER clause"),
            )
            .at(position)),
            None => {
                let added = &self.binder.parameters.added;
                Err(undefined(&name.name, added, position))
            }
        }
    }

    /// An aggregate of the rows that meet a condition: of NULL for the others, which all aggregates pass over.
    pub(super) fn filtered(
        &mut self,
        name: &Identifier,
        arguments: &Arguments,
        filter: &ast::Expr,
    ) -> Result<Expr> {
        let before = self.binder.reads();
        let call =
            self.without_aggregates("an aggregate", |b| b.filtered_call(name, arguments, filter))?;
        let column = self.collect(call, &before, name.position)?;
        Ok(or_zero(&name.name.to_ascii_lowercase(), column))
    }

    /// `RAISE(ABORT, message)`, `RAISE(IGNORE)`. Of no type, as NULL is, it can stand anywhere. Kept out of
    /// [`call`](Self::call), which takes its place on the stack as often as calls lie in one another.
    #[inline(never)]
    fn raise(&mut self, values: &[ast::Expr], position: Option<Position>) -> Result<Expr> {
        let refused = |text: &str| Err(Error::sql(SqlState::SYNTAX_ERROR, text).at(position));
        if self.binder.raising == Raising::Nothing {
            return refused("RAISE stands in a statement of a trigger");
        }
        let what = match values.first().map(|what| &what.kind) {
            Some(ast::ExprKind::Column {
                table: None,
                column,
            }) => column.name.to_ascii_uppercase(),
            _ => String::new(),
        };
        let (function, arguments) = match (what.as_str(), &values[values.len().min(1)..]) {
            ("ABORT", [message]) => {
                let message = self.typed(message, SqlType::Text, "RAISE")?;
                (&functions::RAISE_ABORT, vec![message])
            }
            ("IGNORE", []) if self.binder.raising == Raising::Errors => {
                return Err(Error::unsupported(
                    "RAISE(IGNORE) outside of a SELECT of a trigger of each row",
                )
                .at(position));
            }
            ("IGNORE", []) => (&functions::RAISE_IGNORE, Vec::new()),
            ("FAIL" | "ROLLBACK", [_]) => {
                return Err(Error::unsupported(format!("RAISE({what})"))
                    .at(position)
                    .hint("RAISE(ABORT, message) undoes the statement"));
            }
            _ => return refused("RAISE takes ABORT and a message, or IGNORE"),
        };
        let raised = Expr {
            kind: ExprKind::Function {
                function: function.into(),
                arguments,
            },
            ty: SqlType::Boolean,
            position: None,
        };
        let null = Expr {
            kind: ExprKind::Literal(Value::Null),
            ty: SqlType::Unknown,
            position: None,
        };
        Ok(Expr {
            kind: ExprKind::Case {
                operand: None,
                branches: vec![(raised, null)],
                otherwise: None,
            },
            ty: SqlType::Unknown,
            position,
        })
    }

    /// `merge_action()`
    fn merge_action(&self, position: Option<Position>) -> Result<Expr> {
        let id = self.scope.merge_action().ok_or_else(|| {
            Error::sql(
                SqlState::SYNTAX_ERROR,
                "merge_action() stands in RETURNING of MERGE alone",
            )
            .at(position)
        })?;
        Ok(Expr {
            kind: ExprKind::Column(id),
            ty: SqlType::Text,
            position,
        })
    }

    /// `count(*)`
    pub(super) fn star_call(
        &self,
        name: &str,
        position: Option<Position>,
    ) -> Result<AggregateCall> {
        if name != "count" {
            return Err(Error::unsupported(format!("{name}(*)")).at(position));
        }
        Ok(AggregateCall {
            function: AggregateFunction::CountRows,
            argument: None,
            distinct: false,
            constant: None,
            order: Vec::new(),
            filter: None,
            ty: SqlType::Integer,
        })
    }

    /// The aggregate with its condition. Aggregates inside it are the caller's matter.
    pub(super) fn filtered_call(
        &mut self,
        name: &Identifier,
        arguments: &Arguments,
        filter: &ast::Expr,
    ) -> Result<AggregateCall> {
        let lower = name.name.to_ascii_lowercase();
        let call = match arguments {
            Arguments::Star if lower == "count" => AggregateCall {
                function: AggregateFunction::Count,
                argument: Some(always()),
                distinct: false,
                constant: None,
                order: Vec::new(),
                filter: None,
                ty: SqlType::Integer,
            },
            Arguments::List { values, .. } | Arguments::WithinGroup { values, .. }
                if let Some(function) = self.aggregate(&lower, values.len()) =>
            {
                self.aggregate_call(function, name, arguments)?
            }
            _ => {
                return Err(Error::sql(
                    SqlState::INVALID_DEFINITION,
                    format!("FILTER is for aggregates, and {lower} is none"),
                )
                .at(name.position));
            }
        };
        let filter = match self.aggregation {
            Aggregation::Refused(_) => {
                self.without_aggregates("FILTER", |binder| binder.condition(filter, "FILTER"))
            }
            // Of an aggregate over groups.
            Aggregation::Collected { .. } => self.condition(filter, "FILTER"),
        }?;
        if call.function.takes_nulls() {
            let filter = Some(filter);
            return Ok(AggregateCall { filter, ..call });
        }
        let argument = call.argument.map(|argument| Expr {
            position: argument.position,
            ty: argument.ty,
            kind: ExprKind::Case {
                operand: None,
                branches: vec![(filter, argument)],
                otherwise: None,
            },
        });
        Ok(AggregateCall { argument, ..call })
    }

    /// The aggregate of a lower-case name, called with so many arguments.
    pub(super) fn aggregate(&self, name: &str, arguments: usize) -> Option<AggregateFunction> {
        match name {
            // With several arguments they are functions of a row.
            "min" | "max" if arguments > 1 => None,
            name => AggregateFunction::by_name(name).or_else(|| {
                let added = self.binder.parameters.added.aggregate(name)?;
                Some(AggregateFunction::Added(Arc::clone(added)))
            }),
        }
    }

    /// The aggregate of a name. Aggregates inside it are the caller's matter.
    pub(super) fn aggregate_call(
        &mut self,
        function: AggregateFunction,
        name: &Identifier,
        arguments: &Arguments,
    ) -> Result<AggregateCall> {
        let position = name.position;
        let lower = name.name.to_ascii_lowercase();
        let (distinct, values, order_by) = match arguments {
            Arguments::Star => {
                return Err(Error::unsupported(format!("{lower}(*)")).at(position));
            }
            Arguments::WithinGroup { values, order_by } => {
                return self.ordered_set_call(function, name, values, order_by);
            }
            Arguments::List { .. } if function.is_ordered_set() && lower != MEDIAN => {
                return Err(Error::sql(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("{lower} takes WITHIN GROUP (ORDER BY …)"),
                )
                .at(position));
            }
            Arguments::List {
                distinct,
                values,
                order_by,
            } => (distinct, values, order_by),
        };
        let is_list = lower == "group_concat";
        let (argument, separator) = match (&function, values.as_slice()) {
            (AggregateFunction::Concat, [argument]) if is_list => (argument, None),
            (AggregateFunction::Concat, [argument, separator]) => (argument, Some(separator)),
            (AggregateFunction::Concat, values) => {
                return Err(wrong_count(&lower, values.len(), position));
            }
            (_, [argument]) => (argument, None),
            (_, values) => return Err(wrong_count(&lower, values.len(), position)),
        };
        let mut bound = self.expr(argument)?;
        if is_list {
            bound = self.as_text(bound)?;
        }
        if lower == TOTAL {
            self.decide(&mut bound, SqlType::Real, Strength::Exact)?;
            if bound.ty.is_numeric() {
                self.binder.parameters.convert(&mut bound, SqlType::Real)?;
            }
        }
        let ty = self.aggregate_type(&function, &lower, &mut bound)?;
        if lower == MEDIAN {
            return Ok(AggregateCall {
                function,
                order: vec![ascending(&bound)],
                argument: Some(bound),
                distinct: *distinct,
                constant: Some(Expr {
                    kind: ExprKind::Literal(Value::Real(0.5)),
                    ty: SqlType::Real,
                    position: None,
                }),
                filter: None,
                ty,
            });
        }
        let separator = match (&function, separator) {
            (AggregateFunction::Concat, Some(separator)) => Some(self.separator(separator)?),
            (AggregateFunction::Concat, None) => Some(text_literal(",")),
            _ => None,
        };
        let mut order = self.aggregate_order(order_by, !*distinct)?;
        if *distinct && order.iter().any(|key| !same(&key.expr, &bound)) {
            return Err(Error::sql(
                SqlState::INVALID_COLUMN_REFERENCE,
                "with DISTINCT, ORDER BY inside an aggregate takes only its argument",
            )
            .at(position));
        }
        // What is distinct comes sorted, as in PostgreSQL; SQLite's function keeps the order of rows.
        if *distinct && order.is_empty() && !is_list {
            order.push(ascending(&bound));
        }
        // For all others the order changes nothing.
        if !function.is_ordered() {
            order.clear();
        }
        let mut call = AggregateCall {
            function,
            argument: Some(bound),
            distinct: *distinct,
            constant: separator,
            order,
            filter: None,
            ty,
        };
        self.binder.collated_call(&mut call)?;
        Ok(call)
    }

    /// `percentile_cont(fraction) WITHIN GROUP (ORDER BY x)` and its like.
    fn ordered_set_call(
        &mut self,
        function: AggregateFunction,
        name: &Identifier,
        values: &[ast::Expr],
        order_by: &[ast::OrderKey],
    ) -> Result<AggregateCall> {
        let position = name.position;
        let lower = name.name.to_ascii_lowercase();
        if !function.is_ordered_set() || lower == MEDIAN {
            return Err(no_ordered_set(&lower, position));
        }
        let wanted = usize::from(function != AggregateFunction::Mode);
        if values.len() != wanted {
            return Err(wrong_count(&lower, values.len(), position));
        }
        let mut order = self.aggregate_order(order_by, false)?;
        let ([key], false) = (order.as_mut_slice(), order_by.len() > 1) else {
            let text = format!("{lower} with an order of several keys");
            return Err(Error::unsupported(text).at(position));
        };
        let one = self.aggregate_type(&function, &lower, &mut key.expr)?;
        self.binder
            .refuse_collated(&key.expr, "an ordered-set aggregate")?;
        let argument = Some(key.expr.clone());
        let fraction = values.first().map(|value| self.fraction(value, &lower));
        let constant = fraction.transpose()?;
        let is_list = constant
            .as_ref()
            .is_some_and(|fraction| fraction.ty.element().is_some());
        let ty = match is_list {
            true => one.scalar().map(SqlType::Array),
            false => Some(one),
        };
        Ok(AggregateCall {
            function,
            argument,
            distinct: false,
            constant,
            order,
            filter: None,
            ty: ty.ok_or_else(|| undefined_for(&lower, &[one], position))?,
        })
    }

    /// Which share of the values, or an array of them: what is the same for all rows.
    fn fraction(&mut self, value: &ast::Expr, name: &str) -> Result<Expr> {
        let mut bound = self.expr(value)?;
        self.decide(&mut bound, SqlType::Real, Strength::Exact)?;
        let to = match bound.ty {
            SqlType::Array(_) => SqlType::Array(ScalarType::Real),
            _ => SqlType::Real,
        };
        let element = bound.ty.element().map_or(bound.ty, ScalarType::sql_type);
        if !element.is_numeric() && element != SqlType::Unknown {
            return Err(undefined_for(name, &[bound.ty], bound.position));
        }
        if bound.ty != to {
            self.binder.parameters.convert(&mut bound, to)?;
        }
        let mut reads = bound.has_subquery();
        bound.for_each_column(&mut |_| reads = true);
        match reads {
            true => Err(Error::unsupported("a fraction that is not constant").at(bound.position)),
            false => Ok(bound),
        }
    }

    fn aggregate_order(
        &mut self,
        keys: &[ast::OrderKey],
        by_collation: bool,
    ) -> Result<Vec<SortKey>> {
        let keys = keys.iter().map(|key| {
            let key = SortKey {
                expr: self.settled(&key.expr)?,
                descending: key.descending,
                nulls_first: key.nulls_first.unwrap_or(key.descending),
            };
            match by_collation {
                true => self.by_key(key),
                false => Ok(key),
            }
        });
        keys.collect()
    }

    fn as_text(&mut self, mut expr: Expr) -> Result<Expr> {
        typing::settle(&mut expr);
        if expr.ty == SqlType::Text || expr.ty == SqlType::Unknown {
            return Ok(expr);
        }
        self.binder.parameters.convert(&mut expr, SqlType::Text)?;
        Ok(expr)
    }

    /// A text that is known when the statement is prepared.
    fn separator(&mut self, separator: &ast::Expr) -> Result<Expr> {
        let bound = self.typed(separator, SqlType::Text, "a separator")?;
        match constant::evaluate(&bound)? {
            Some(Value::Text(text)) => Ok(text_literal(&text)),
            Some(Value::Null) => Ok(text_literal("")),
            _ => Err(Error::unsupported("a separator that is not constant").at(bound.position)),
        }
    }

    fn aggregate_type(
        &mut self,
        function: &AggregateFunction,
        name: &str,
        argument: &mut Expr,
    ) -> Result<SqlType> {
        use AggregateFunction::{
            Added, ApproxCount, Array, Avg, BitAnd, BitOr, BitXor, BoolAnd, BoolOr, Collated,
            Concat, Count, CountRows, Max, Min, Mode, Percentile, Spread, Sum,
        };
        let wanted = match function {
            Added(function) => {
                let called = (name, function.signature());
                let position = argument.position;
                self.added_arguments(called, std::slice::from_mut(argument), position)?;
                return Ok(function.result_type());
            }
            Sum | Avg | Spread(_) => Some(SqlType::Real),
            BoolAnd | BoolOr => Some(SqlType::Boolean),
            BitAnd | BitOr | BitXor => Some(SqlType::Integer),
            Concat => Some(SqlType::Text),
            Percentile { continuous: true } if argument.ty != SqlType::Interval => {
                Some(SqlType::Real)
            }
            CountRows
            | Count
            | Min
            | Max
            | Collated { .. }
            | Array
            | Percentile { .. }
            | Mode
            | ApproxCount => None,
        };
        if let Some(wanted) = wanted {
            self.decide(argument, wanted, Strength::Exact)?;
        }
        typing::settle(argument);
        match (function, argument.ty) {
            (CountRows | Count | ApproxCount, _) => Ok(SqlType::Integer),
            (Percentile { continuous: true }, SqlType::Interval) => Ok(SqlType::Interval),
            (Percentile { continuous: true }, ty) if ty.is_numeric() || ty == SqlType::Unknown => {
                Ok(SqlType::Real)
            }
            (Percentile { continuous: true }, ty) => {
                Err(undefined_for(name, &[ty], argument.position))
            }
            (Percentile { .. } | Mode, SqlType::Vector(_)) => {
                Err(undefined_for(name, &[argument.ty], argument.position))
            }
            (Percentile { .. } | Mode, ty) => Ok(ty),
            (Sum, ty @ (SqlType::Integer | SqlType::Real)) => Ok(ty),
            (Sum | Avg, SqlType::Interval) => Ok(SqlType::Interval),
            (Sum | Avg | Spread(_), SqlType::Numeric) => Ok(SqlType::Numeric),
            (Sum | Avg, ty @ SqlType::Vector(vector)) if !vector.is_bits() => Ok(ty.evaluated()),
            (Avg, SqlType::Integer | SqlType::Real) => Ok(SqlType::Real),
            (Min | Max, SqlType::Vector(_)) => {
                Err(undefined_for(name, &[argument.ty], argument.position))
            }
            (BoolAnd | BoolOr, SqlType::Boolean | SqlType::Unknown) => Ok(SqlType::Boolean),
            (BitAnd | BitOr | BitXor, SqlType::Integer | SqlType::Unknown) => Ok(SqlType::Integer),
            (Spread(_), SqlType::Integer | SqlType::Real | SqlType::Unknown) => Ok(SqlType::Real),
            (Concat, SqlType::Text | SqlType::Unknown) => Ok(SqlType::Text),
            (Array, ty @ SqlType::Array(_)) => Ok(ty),
            (Array, SqlType::Unknown) => Ok(SqlType::Array(ScalarType::Text)),
            (Array, ty) if let Some(element) = ty.scalar() => Ok(SqlType::Array(element)),
            (Min | Max | Sum | Avg, SqlType::Unknown) | (Min | Max, _) => Ok(argument.ty),
            (_, ty) => Err(undefined_for(name, &[ty], argument.position)),
        }
    }

    pub(super) fn scalar(
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
        let mut numbers = of_kind(function, ArgumentKind::Number, &mut arguments);
        typing::exact_literals(&mut self.binder.parameters, &mut numbers)?;
        self.array_arguments(function, &mut arguments)?;
        // Of the moments that a function takes, all are of one type, and so are values of ENUM types.
        for kind in [ArgumentKind::Same, ArgumentKind::Moment, ArgumentKind::Enum] {
            let mut alike = of_kind(function, kind, &mut arguments);
            self.results(&mut alike, function.name)?;
        }
        for (at, argument) in arguments.iter_mut().enumerate() {
            if function.argument_kind(at) == ArgumentKind::Any
                && argument.ty == SqlType::TimestampTz
            {
                self.shown_in_zone(function, argument)?;
            }
        }
        if function.needs == Needs::Sequences {
            self.binder.sequence_call(function, &mut arguments)?;
        }
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
        let parameters = &mut self.binder.parameters;
        if function.ignores_zone(types) {
            arguments.push(text_literal(Zone::default().name()));
        } else if function.needs == Needs::Element {
            let element = ty.element().or_else(|| ty.scalar());
            arguments.extend(element.map(empty_array));
        } else {
            arguments.extend(parameters.hidden_arguments(function.needs));
        }
        Ok(Expr {
            ty,
            kind: ExprKind::Function {
                function: function.into(),
                arguments,
            },
            position,
        })
    }

    /// The name of the sequence that a column owns; it is known when the statement is prepared.
    fn serial_sequence(
        &mut self,
        table: &Expr,
        column: &Expr,
        position: Option<Position>,
    ) -> Result<Expr> {
        let text = |expr: &Expr| constant_name(expr, SERIAL_SEQUENCE, position);
        let table = self.binder.table(&text(table)?)?;
        // A column's name is taken as it stands.
        let no = super::insert::column_of(&table, &text(column)?)?;
        let column = table.column(no);
        let catalog = self.binder.catalog;
        let mut all = catalog.sequences().iter();
        let owned = all.find(|sequence| column.sequences.owned.contains(&sequence.id));
        Ok(match owned {
            Some(sequence) => text_literal(&readable(&sequence.name)),
            None => Expr {
                kind: ExprKind::Literal(Value::Null),
                ty: SqlType::Text,
                position,
            },
        })
    }

    /// What was said of something; it is known when the statement is prepared.
    fn description(
        &mut self,
        function: &str,
        arguments: Vec<Expr>,
        position: Option<Position>,
    ) -> Result<Expr> {
        let text = |expr: &Expr| constant_name(expr, function, position);
        let found = match (function == DESCRIPTIONS[0], arguments.as_slice()) {
            // The second one says of what kind it is, as PostgreSQL has it.
            (true, [name] | [name, _]) => self.binder.comment_of(&text(name)?)?,
            (false, [table, column]) => {
                let column = match constant::evaluate(column)? {
                    Some(Value::Integer(number)) => ColumnName::Number(number),
                    _ => ColumnName::Name(text(column)?),
                };
                self.binder.column_comment(&text(table)?, &column)?
            }
            _ => return Err(wrong_count(function, arguments.len(), position)),
        };
        Ok(match found {
            Some(comment) => text_literal(comment),
            None => Expr {
                kind: ExprKind::Literal(Value::Null),
                ty: SqlType::Text,
                position,
            },
        })
    }

    /// Functions that make texts of anything show moments in the time zone of the session.
    fn shown_in_zone(&mut self, function: &ScalarFunction, argument: &mut Expr) -> Result<()> {
        if ["concat", "concat_ws"].contains(&function.name) {
            self.binder.parameters.convert(argument, SqlType::Text)?;
        }
        Ok(())
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
        let parameters = &mut self.binder.parameters;
        typing::unify_compared(parameters, &mut [&mut left, &mut right], "NULLIF")?;
        check_repeated(std::slice::from_ref(&left), position)?;
        let ty = left.ty;
        let mut compared = left.clone();
        self.binder.by_collation(&mut [&mut compared, &mut right])?;
        let equal = Expr {
            kind: ExprKind::Binary {
                op: BinaryOp::Eq,
                left: Box::new(compared),
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

/// The arguments that must be something.
fn of_kind<'e>(
    function: &ScalarFunction,
    kind: ArgumentKind,
    arguments: &'e mut [Expr],
) -> Vec<&'e mut Expr> {
    let all = arguments.iter_mut().enumerate();
    let alike = all.filter(|(at, _)| function.argument_kind(*at) == kind);
    alike.map(|(_, argument)| argument).collect()
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

/// The order of an expression's values.
fn ascending(expr: &Expr) -> SortKey {
    SortKey {
        expr: expr.clone(),
        descending: false,
        nulls_first: false,
    }
}

/// What `total` gives: 0 where a sum is NULL.
pub(super) fn or_zero(name: &str, sum: Expr) -> Expr {
    if name != TOTAL {
        return sum;
    }
    let zero = Expr {
        kind: ExprKind::Literal(Value::Real(0.0)),
        ty: SqlType::Real,
        position: None,
    };
    let position = sum.position;
    let is_null = Expr {
        kind: ExprKind::IsNull {
            operand: Box::new(sum.clone()),
            negated: false,
        },
        ty: SqlType::Boolean,
        position,
    };
    case(vec![(is_null, zero)], sum, SqlType::Real, position)
}

fn no_ordered_set(name: &str, position: Option<Position>) -> Error {
    if ["rank", "dense_rank", "percent_rank", "cume_dist"].contains(&name) {
        return Error::unsupported(format!("hypothetical-set aggregate {name}")).at(position);
    }
    Error::sql(
        SqlState::WRONG_OBJECT_TYPE,
        format!("{name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP"),
    )
    .at(position)
}

fn text_literal(text: &str) -> Expr {
    Expr {
        kind: ExprKind::Literal(Value::Text(text.to_owned())),
        ty: SqlType::Text,
        position: None,
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

pub(super) fn wrong_count(name: &str, given: usize, position: Option<Position>) -> Error {
    let plural = if given == 1 { "" } else { "s" };
    Error::sql(
        SqlState::UNDEFINED_FUNCTION,
        format!("function {name} does not take {given} argument{plural}"),
    )
    .at(position)
}

pub(super) fn undefined_for(name: &str, types: &[SqlType], position: Option<Position>) -> Error {
    let types: Vec<String> = types.iter().map(ToString::to_string).collect();
    Error::sql(
        SqlState::UNDEFINED_FUNCTION,
        format!("function {name}({}) does not exist", types.join(", ")),
    )
    .at(position)
    .hint("convert the arguments with CAST")
}

fn undefined(name: &str, added: &Added, position: Option<Position>) -> Error {
    let error = Error::sql(
        SqlState::UNDEFINED_FUNCTION,
        format!("function {name} does not exist"),
    )
    .at(position);
    let known = known_names().map(|name| -> &str { name });
    suggest::hint(error, name, known.chain(added.names()))
}

/// The names that expressions call.
fn known_names() -> impl Iterator<Item = &'static str> {
    functions::scalar_names()
        .chain(distance::FUNCTIONS.iter().map(|(name, _)| *name))
        .chain(AggregateFunction::names())
        .chain(WindowFunction::names())
        .chain(LAZY)
        .chain(DESCRIPTIONS)
        .chain([SERIAL_SEQUENCE, MERGE_ACTION, RAISE])
}

/// Is a function of this lower-case name known everywhere?
pub(crate) fn is_known_function(name: &str) -> bool {
    known_names()
        .chain(TableFunction::names())
        .any(|known| known == name)
}

/// The name that a constant says.
fn constant_name(expr: &Expr, function: &str, position: Option<Position>) -> Result<Identifier> {
    match constant::evaluate(expr)? {
        Some(Value::Text(text)) => Ok(Identifier {
            name: functions::sequence_name(&text),
            position: expr.position,
        }),
        _ => {
            let what = format!("{function} of names that are no constants");
            Err(Error::unsupported(what).at(position))
        }
    }
}
