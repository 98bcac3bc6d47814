//! Execution: a physical plan becomes a tree of operators that exchange batches of rows, pulled from the top.
//!
//! An [`Execution`] is one run of a plan with one set of parameters. Constants are folded when it starts; rows are
//! computed when they are asked for. Operators own their cursors and buffers and borrow the transaction only while
//! they run, so that a connection may rest between two rows.
//!
//! What always holds:
//! 1. [`Operator::next`] clears the batch it is given, fills it with the next rows, and says false only at the end. The batch's memory is used again.
//! 2. Rows that a statement changes are known before the first change (no statement meets its own writes).
//! 3. Every loop over rows looks once per batch whether the statement is [interrupted](Interrupt).

mod accumulator;
mod added_states;
mod aggregate;
mod apply;
mod arrays;
mod bounds;
mod build;
mod change;
mod context;
mod copy;
mod decimal_sums;
mod definitions;
mod execution;
mod explain;
mod fetcher;
mod interrupt;
mod join;
mod lake;
mod many;
mod moments;
mod operator;
mod ordered_set;
mod ordinality;
mod project;
mod recursion;
mod row_keys;
mod scan;
mod series;
mod set_operation;
mod sketch;
mod sort;
mod spill;
mod team;
#[cfg(test)]
mod tests;
mod trigger;
pub(crate) mod vector;
mod window;

pub(crate) use bounds::LimitRows;
pub(crate) use build::build;
pub(crate) use change::Append;
pub(crate) use context::{ExecContext, Surroundings, Txn};
pub(crate) use execution::Execution;
pub(crate) use interrupt::Interrupt;
pub(crate) use lake::milliseconds;
pub(crate) use many::Many;
pub(crate) use operator::{BoxedOperator, Operator};
pub(crate) use team::default_threads;
pub(crate) use trigger::{TriggerCache, Triggering};
