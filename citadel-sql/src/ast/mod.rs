//! The syntax tree of this engine: what a statement says, before names and types mean anything.
//!
//! `parse` makes it from text, `bind` gives it meaning, and no other station looks at it. It holds only what is
//! supported: a clause that is not has no place here, so it cannot be forgotten later. Everything carries its
//! position in the text.

mod alter_table;
mod change;
mod comment;
mod copy;
mod expr;
mod materialized;
mod operator;
mod query;
mod sequence;
mod statement;
mod trigger;
mod window;

use crate::error::Position;

pub(crate) use alter_table::{AlterTable, TableAction};
pub(crate) use change::{
    Assignment, ChosenRows, ConflictAction, ConflictTarget, Delete, Insert, InsertSource, Matching,
    Merge, MergeAction, MergeClause, OnConflict, Overriding, Update,
};
pub(crate) use comment::{Comment, CommentKind};
pub(crate) use copy::{Copied, Copy, CopyOption, CopyOptionValue, CopyPlace};
pub(crate) use expr::{Arguments, Expr, ExprKind, Subscript, Truth, WhenThen};
pub(crate) use materialized::{CreateMaterialized, Refresh};
pub(crate) use operator::{BinaryOp, DistanceMetric, UnaryOp};
pub(crate) use query::{
    AsOf, Cte, CteBody, Distinctness, Join, JoinCondition, JoinKind, OrderKey, Query, QueryBody,
    Relation, SampleMethod, Select, SelectItem, SetOperation, SetOperator, TableAlias, TableSample,
    Values,
};
pub(crate) use sequence::{
    AlterSequence, CreateSequence, SequenceChange, SequenceColumn, SequenceOption,
    SequenceOptionKind,
};
pub(crate) use statement::{
    AlterEnum, AlterIndex, AnalyzedTable, BeginMode, Call, ColumnConstraint, ColumnConstraintKind,
    ColumnDefinition, CreateIndex, CreateTable, CreateView, Drop, DropBehavior, DropObject,
    Explain, ForeignKey, IndexChange, IndexMethod, IndexOption, KeyAction, LabelChange, LabelSide,
    PlanFormat, Pragma, PragmaValue, Statement, StatementKind, TableConstraint,
    TableConstraintKind, TableRows,
};
pub(crate) use trigger::{
    AlterTrigger, CreateTrigger, DropTrigger, TriggerChange, TriggerStep, TriggerSwitch,
};
pub(crate) use window::{Exclusion, Frame, FrameBound, FrameUnits, Over, Window};

/// A name as it was written; names are compared without regard to ASCII case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Identifier {
    pub(crate) name: String,
    pub(crate) position: Option<Position>,
}
