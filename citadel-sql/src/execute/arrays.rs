//! `array_agg`.

use crate::error::{Error, Result, SqlState};
use crate::types::{Array, ArrayBuilder, Dimension, Dimensions, ScalarType, SqlType, ValueRef};

/// The array of each group.
#[derive(Clone, Debug)]
pub(super) struct Arrays {
    element: ScalarType,
    /// What is collected is arrays.
    of_arrays: bool,
    groups: Vec<Option<Group>>,
    /// About how many bytes of memory the elements take.
    bytes: usize,
}

/// The elements of one group.
#[derive(Clone, Debug)]
struct Group {
    elements: ArrayBuilder,
    /// Values that were added.
    len: usize,
    /// What is common to all arrays that were added.
    shape: Dimensions,
}

impl Arrays {
    pub(super) fn new(argument: SqlType) -> Self {
        let scalar = argument.element().or_else(|| argument.scalar());
        Self {
            element: scalar.unwrap_or(ScalarType::Text),
            of_arrays: argument.element().is_some(),
            groups: Vec::new(),
            bytes: 0,
        }
    }

    pub(super) fn result_type(&self) -> SqlType {
        SqlType::Array(self.element)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.groups.capacity() * size_of::<Option<Group>>() + self.bytes
    }

    /// Bytes of the array of a group.
    pub(super) fn value_bytes(&self, group: usize) -> usize {
        let group = self.groups[group].as_ref();
        group.map_or(0, |group| group.elements.heap_bytes())
    }

    pub(super) fn grow(&mut self, groups: usize) {
        self.groups.resize(groups, None);
    }

    pub(super) fn clear(&mut self, group: usize) {
        self.groups[group] = None;
    }

    /// Appends a value, or NULL.
    pub(super) fn add(&mut self, group: usize, value: ValueRef<'_>) -> Result<()> {
        let shape = match value {
            ValueRef::Array(array) if !array.is_empty() => array.shape(),
            ValueRef::Array(_) => return Err(refused("cannot accumulate empty arrays")),
            ValueRef::Null if self.of_arrays => {
                return Err(Error::sql(
                    SqlState::NULL_VALUE_NOT_ALLOWED,
                    "cannot accumulate null arrays",
                ));
            }
            _ => Dimensions::NONE,
        };
        let group = self.groups[group].get_or_insert_with(|| Group {
            elements: ArrayBuilder::new(self.element),
            len: 0,
            shape,
        });
        check_shape(group.shape, shape)?;
        let before = group.elements.heap_bytes();
        match value {
            ValueRef::Array(array) => group.elements.extend(array)?,
            value => group.elements.push(value)?,
        }
        group.len += 1;
        self.bytes += group.elements.heap_bytes() - before;
        Ok(())
    }

    pub(super) fn merge_within(&mut self, group: usize, from: usize) -> Result<()> {
        let other = self.groups[from].take();
        join(&mut self.groups[group], other.as_ref())?;
        self.groups[from] = other;
        Ok(())
    }

    pub(super) fn merge(&mut self, group: usize, other: &Self, from: usize) -> Result<()> {
        join(&mut self.groups[group], other.groups[from].as_ref())
    }

    /// The array of a group; `None`: it has no row.
    pub(super) fn result(&self, group: usize) -> Result<Option<Array>> {
        let Some(Group {
            elements,
            len,
            shape,
        }) = &self.groups[group]
        else {
            return Ok(None);
        };
        let mut dimensions = vec![Dimension {
            len: *len,
            lower: 1,
        }];
        dimensions.extend_from_slice(shape.as_slice());
        let dimensions = Dimensions::new(&dimensions)?;
        Ok(Some(elements.clone().finish(&dimensions)))
    }
}

/// Appends what another group holds.
fn join(all: &mut Option<Group>, other: Option<&Group>) -> Result<()> {
    match (all, other) {
        (_, None) => Ok(()),
        (Some(all), Some(other)) => {
            check_shape(all.shape, other.shape)?;
            all.len += other.len;
            all.elements.append(&other.elements)
        }
        (all, Some(other)) => {
            *all = Some(other.clone());
            Ok(())
        }
    }
}

fn check_shape(all: Dimensions, one: Dimensions) -> Result<()> {
    if all == one {
        return Ok(());
    }
    Err(refused(
        "cannot accumulate arrays of different dimensionality",
    ))
}

fn refused(text: &str) -> Error {
    Error::sql(SqlState::ARRAY_SUBSCRIPT_ERROR, text)
}
