//! Running nodes over rows.

use super::arithmetic;
use super::array;
use super::compare;
use super::node::{FunctionNode, LikeNode, Node};
use super::values::{Rows, Values, booleans, push_as};
use super::{logic, truth};
use crate::batch::{Batch, Column, ColumnData};
use crate::error::{Error, Result, SqlState};
use crate::types::{LikePattern, SqlType, ValueRef, cast};

impl Node {
    /// One value for each of the rows.
    pub(super) fn evaluate<'a>(&'a self, input: &'a Batch, rows: Rows<'a>) -> Result<Values<'a>> {
        let column = match self {
            Self::Constant(value) => return Ok(Values::Constant(value)),
            Self::Column(at) => return Ok(Values::of_column(&input.columns[*at], rows)),
            Self::Not(operand) => logic::not(&operand.evaluate(input, rows)?, rows)?,
            Self::Negate(operand, position) => {
                let operand = operand.evaluate(input, rows)?;
                arithmetic::negate(&operand, rows).map_err(|error| error.at(*position))?
            }
            Self::Arithmetic {
                op,
                left,
                right,
                position,
            } => {
                let left = left.evaluate(input, rows)?;
                let right = right.evaluate(input, rows)?;
                arithmetic::arithmetic(*op, &left, &right, rows)
                    .map_err(|error| error.at(*position))?
            }
            Self::Compare {
                op,
                left,
                right,
                position,
            } => {
                let left = left.evaluate(input, rows)?;
                let right = right.evaluate(input, rows)?;
                compare::compare(*op, &left, &right, rows).map_err(|error| error.at(*position))?
            }
            Self::And(operands) => logic::junction(operands, false, input, rows)?,
            Self::Or(operands) => logic::junction(operands, true, input, rows)?,
            Self::Distance(node) => node.evaluate(input, rows)?,
            Self::IsNull { operand, negated } => {
                is_null(&operand.evaluate(input, rows)?, *negated, rows)
            }
            Self::IsBoolean {
                operand,
                value,
                negated,
            } => is_boolean(&operand.evaluate(input, rows)?, *value, *negated, rows)?,
            Self::IsDistinct {
                left,
                right,
                negated,
            } => {
                let left = left.evaluate(input, rows)?;
                let right = right.evaluate(input, rows)?;
                compare::is_distinct(&left, &right, *negated, rows)
            }
            Self::Between {
                operand,
                low,
                high,
                negated,
                position,
            } => {
                let operand = operand.evaluate(input, rows)?;
                let low = low.evaluate(input, rows)?;
                let high = high.evaluate(input, rows)?;
                compare::between(&operand, &low, &high, *negated, rows)
                    .map_err(|error| error.at(*position))?
            }
            Self::InSet {
                operand,
                set,
                negated,
                position,
            } => set
                .contains(&operand.evaluate(input, rows)?, *negated, rows)
                .map_err(|error| error.at(*position))?,
            Self::InList {
                operand,
                list,
                negated,
                position,
            } => {
                let operand = operand.evaluate(input, rows)?;
                let list = list
                    .iter()
                    .map(|item| item.evaluate(input, rows))
                    .collect::<Result<Vec<_>>>()?;
                compare::in_list(&operand, &list, *negated, rows)
                    .map_err(|error| error.at(*position))?
            }
            Self::Subscript(node) => {
                array::subscript(node, input, rows).map_err(|error| error.at(node.position))?
            }
            Self::AnyElement {
                operand,
                op,
                array,
                all,
                position,
            } => {
                let operand = operand.evaluate(input, rows)?;
                let array = array.evaluate(input, rows)?;
                array::any_element(*op, &operand, &array, *all, rows)
                    .map_err(|error| error.at(*position))?
            }
            Self::Like(node) => like(node, input, rows).map_err(|error| error.at(node.position))?,
            Self::Case(node) => logic::case(node, input, rows)?,
            Self::Cast {
                operand,
                to,
                position,
            } => {
                let operand = operand.evaluate(input, rows)?;
                casted(&operand, *to, rows).map_err(|error| error.at(*position))?
            }
            Self::Function(node) => {
                call(node, input, rows).map_err(|error| error.at(node.position))?
            }
        };
        Ok(Values::Owned(column))
    }

    /// Appends the rows of the batch for which the condition is TRUE. Conjuncts narrow the rows one after another.
    pub(super) fn select(&self, input: &Batch, rows: Rows<'_>, out: &mut Vec<u32>) -> Result<()> {
        if let Self::And(conjuncts) = self {
            let mut left = Vec::with_capacity(rows.len());
            conjuncts[0].select(input, rows, &mut left)?;
            for conjunct in &conjuncts[1..] {
                let mut narrowed = Vec::with_capacity(left.len());
                if !left.is_empty() {
                    conjunct.select(input, Rows::Selected(&left), &mut narrowed)?;
                }
                left = narrowed;
            }
            out.append(&mut left);
            return Ok(());
        }
        let values = self.evaluate(input, rows)?;
        if let Some(column) = values.as_column()
            && let ColumnData::Boolean(flags) = column.data()
            && !column.has_nulls()
        {
            let kept = flags.iter().enumerate().filter(|(_, flag)| **flag);
            out.extend(kept.map(|(i, _)| rows.row(i)));
            return Ok(());
        }
        for i in 0..rows.len() {
            if truth(values.get(i))? == Some(true) {
                out.push(rows.row(i));
            }
        }
        Ok(())
    }
}

fn is_null(operand: &Values<'_>, negated: bool, rows: Rows<'_>) -> Column {
    let flags = (0..rows.len()).map(|i| operand.get(i).is_null() != negated);
    Column::from_booleans(flags.collect())
}

fn is_boolean(operand: &Values<'_>, value: bool, negated: bool, rows: Rows<'_>) -> Result<Column> {
    booleans(rows, |i| {
        Ok(Some((truth(operand.get(i))? == Some(value)) != negated))
    })
}

fn casted(operand: &Values<'_>, to: SqlType, rows: Rows<'_>) -> Result<Column> {
    let mut out = Column::new(to, rows.len());
    for i in 0..rows.len() {
        match operand.get(i) {
            ValueRef::Null => out.push_null(),
            value if value.sql_type() == to => out.push(value)?,
            value => out.push(cast(value, to)?.as_ref())?,
        }
    }
    Ok(out)
}

fn call(node: &FunctionNode, input: &Batch, rows: Rows<'_>) -> Result<Column> {
    let arguments = node
        .arguments
        .iter()
        .map(|argument| argument.evaluate(input, rows))
        .collect::<Result<Vec<_>>>()?;
    let mut out = Column::new(node.ty, rows.len());
    let mut row = Vec::with_capacity(arguments.len());
    for i in 0..rows.len() {
        row.clear();
        row.extend(arguments.iter().map(|argument| argument.get(i)));
        if node.function.strict && row.iter().any(|value| value.is_null()) {
            out.push_null();
        } else {
            push_as(&mut out, node.function.call(&row)?.as_ref())?;
        }
    }
    Ok(out)
}

fn like(node: &LikeNode, input: &Batch, rows: Rows<'_>) -> Result<Column> {
    let operand = node.operand.evaluate(input, rows)?;
    let pattern = node.pattern.evaluate(input, rows)?;
    let compile = |pattern: &str| LikePattern::new(pattern, node.escape, node.case_insensitive);
    let constant = match &pattern {
        Values::Constant(value) => match value.as_ref() {
            ValueRef::Text(text) => Some(compile(text)?),
            _ => None,
        },
        _ => None,
    };
    booleans(rows, |i| {
        let (text, pattern) = match (operand.get(i), pattern.get(i)) {
            (ValueRef::Null, _) | (_, ValueRef::Null) => return Ok(None),
            (ValueRef::Text(text), ValueRef::Text(pattern)) => (text, pattern),
            (a, b) => return Err(not_text(a, b)),
        };
        let matches = match &constant {
            Some(compiled) => compiled.matches(text),
            None => compile(pattern)?.matches(text),
        };
        Ok(Some(matches != node.negated))
    })
}

#[cold]
fn not_text(a: ValueRef<'_>, b: ValueRef<'_>) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!("LIKE needs TEXT, not {} and {}", a.sql_type(), b.sql_type()),
    )
}
