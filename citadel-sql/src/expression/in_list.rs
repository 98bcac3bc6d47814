//! `x IN (constants)`: a set that is looked up instead of a list that is walked.

use rustc_hash::FxHashSet;

use super::compare::equal;
use super::node::Node;
use super::values::booleans;
use super::values::{Rows, Values};
use crate::batch::Column;
use crate::error::Result;
use crate::types::{Value, ValueRef};

/// The constants of an IN list.
#[derive(Debug)]
pub(super) struct ConstantSet {
    members: Members,
    /// A NULL in the list: a value that is not found is unknown instead of absent.
    has_null: bool,
}

#[derive(Debug)]
enum Members {
    Integers(FxHashSet<i64>),
    Texts(FxHashSet<String>),
    /// Types mixed, or others: walked.
    List(Vec<Value>),
}

impl ConstantSet {
    /// The set of a list, if all of it is constant.
    pub(super) fn of(list: &[Node]) -> Option<Self> {
        let mut values = Vec::with_capacity(list.len());
        let mut has_null = false;
        for node in list {
            match node {
                Node::Constant(Value::Null) => has_null = true,
                Node::Constant(value) => values.push(value.clone()),
                _ => return None,
            }
        }
        Some(Self {
            members: Members::of(values),
            has_null,
        })
    }

    /// `operand [NOT] IN` this set.
    pub(super) fn contains(
        &self,
        operand: &Values<'_>,
        negated: bool,
        rows: Rows<'_>,
    ) -> Result<Column> {
        booleans(rows, |i| {
            Ok(match self.find(operand.get(i))? {
                Some(false) if self.has_null => None,
                found => found.map(|found| found != negated),
            })
        })
    }

    fn find(&self, value: ValueRef<'_>) -> Result<Option<bool>> {
        Ok(match (&self.members, value) {
            (_, ValueRef::Null) if self.is_empty() => Some(false),
            (_, ValueRef::Null) => None,
            (Members::Integers(set), ValueRef::Integer(value)) => Some(set.contains(&value)),
            (Members::Integers(set), value) => {
                return any_equal(set.iter().map(|&v| ValueRef::Integer(v)), value);
            }
            (Members::Texts(set), ValueRef::Text(value)) => Some(set.contains(value)),
            (Members::Texts(set), value) => {
                return any_equal(set.iter().map(|v| ValueRef::Text(v)), value);
            }
            (Members::List(list), value) => {
                return any_equal(list.iter().map(Value::as_ref), value);
            }
        })
    }

    fn is_empty(&self) -> bool {
        !self.has_null && matches!(&self.members, Members::List(list) if list.is_empty())
    }
}

impl Members {
    fn of(values: Vec<Value>) -> Self {
        if !values.is_empty() && values.iter().all(|v| matches!(v, Value::Integer(_))) {
            let integers = values.iter().filter_map(|v| match v {
                Value::Integer(v) => Some(*v),
                _ => None,
            });
            return Self::Integers(integers.collect());
        }
        if !values.is_empty() && values.iter().all(|v| matches!(v, Value::Text(_))) {
            let texts = values.into_iter().filter_map(|v| match v {
                Value::Text(v) => Some(v),
                _ => None,
            });
            return Self::Texts(texts.collect());
        }
        Self::List(values)
    }
}

fn any_equal<'a>(
    mut members: impl Iterator<Item = ValueRef<'a>>,
    value: ValueRef<'_>,
) -> Result<Option<bool>> {
    let found = members.try_fold(false, |found, member| {
        Ok::<_, crate::error::Error>(found || equal(value, member)? == Some(true))
    })?;
    Ok(Some(found))
}
