//! Joins. A NULL key joins nothing; an outer join keeps rows without a partner, with NULLs beside them.

mod by_left;
mod hash;
mod lateral;
mod lookup;
mod nested_loop;
mod pairs;

pub(super) use hash::HashJoinOp;
pub(super) use lateral::LateralJoinOp;
pub(super) use lookup::LookupJoinOp;
pub(super) use nested_loop::NestedLoopOp;
