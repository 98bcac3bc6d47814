//! The groups of an aggregate that the program added.

use std::sync::Arc;

use crate::batch::Column;
use crate::error::Result;
use crate::functions::{AddedAggregate, State};
use crate::types::{SqlType, ValueRef};

/// What the program keeps of each group. `None`: nothing came yet.
#[derive(Debug)]
pub(super) struct AddedStates {
    function: Arc<AddedAggregate>,
    states: Vec<Option<State>>,
}

impl Clone for AddedStates {
    fn clone(&self) -> Self {
        let copy = |state: &Option<State>| self.function.copy(state.as_ref()?).ok();
        Self {
            function: Arc::clone(&self.function),
            states: self.states.iter().map(copy).collect(),
        }
    }
}

impl AddedStates {
    pub(super) fn new(function: &Arc<AddedAggregate>) -> Self {
        Self {
            function: Arc::clone(function),
            states: Vec::new(),
        }
    }

    pub(super) fn result_type(&self) -> SqlType {
        self.function.result_type()
    }

    pub(super) fn takes_nulls(&self) -> bool {
        self.function.takes_nulls()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.states.capacity() * self.function.state_bytes()
    }

    pub(super) fn grow(&mut self, groups: usize) {
        self.states.resize_with(groups, || None);
    }

    pub(super) fn clear(&mut self, group: usize) {
        self.states[group] = None;
    }

    pub(super) fn add(&mut self, group: usize, value: ValueRef<'_>) -> Result<()> {
        let state = self.states[group].get_or_insert_with(|| self.function.begin());
        self.function.step(state, value)
    }

    pub(super) fn merge_within(&mut self, group: usize, from: usize) -> Result<()> {
        let other = self.states[from].take();
        let merged = self.join(group, other.as_ref());
        self.states[from] = other;
        merged
    }

    pub(super) fn merge(&mut self, group: usize, other: &Self, from: usize) -> Result<()> {
        self.join(group, other.states[from].as_ref())
    }

    fn join(&mut self, group: usize, other: Option<&State>) -> Result<()> {
        match (&mut self.states[group], other) {
            (_, None) => {}
            (Some(state), Some(other)) => self.function.merge(state, other)?,
            (none, Some(other)) => *none = Some(self.function.copy(other)?),
        }
        Ok(())
    }

    /// Appends the result of a group.
    pub(super) fn push_result(&self, group: usize, out: &mut Column) -> Result<()> {
        let value = match &self.states[group] {
            Some(state) => self.function.finish(state)?,
            None => self.function.finish(&self.function.begin())?,
        };
        out.push(value.as_ref())
    }
}
