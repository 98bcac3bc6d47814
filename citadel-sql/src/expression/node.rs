//! Operations that know where their columns are.

use super::distance::DistanceNode;
use super::in_list::ConstantSet;
use crate::error::Position;
use crate::functions::Callee;
use crate::types::{SqlType, Value};

/// One operation, ready to run.
#[derive(Debug)]
pub(super) enum Node {
    Constant(Value),
    /// A position in the input.
    Column(usize),
    Not(Box<Node>),
    Negate(Box<Node>, Option<Position>),
    Arithmetic {
        op: ArithmeticOp,
        left: Box<Node>,
        right: Box<Node>,
        position: Option<Position>,
    },
    Compare {
        op: CompareOp,
        left: Box<Node>,
        right: Box<Node>,
        position: Option<Position>,
    },
    /// In the order written; an operand sees the rows that those before it leave open.
    And(Vec<Node>),
    Or(Vec<Node>),
    Distance(Box<DistanceNode>),
    IsNull {
        operand: Box<Node>,
        negated: bool,
    },
    IsBoolean {
        operand: Box<Node>,
        value: bool,
        negated: bool,
    },
    IsDistinct {
        left: Box<Node>,
        right: Box<Node>,
        negated: bool,
    },
    Between {
        operand: Box<Node>,
        low: Box<Node>,
        high: Box<Node>,
        negated: bool,
        position: Option<Position>,
    },
    InSet {
        operand: Box<Node>,
        set: ConstantSet,
        negated: bool,
        position: Option<Position>,
    },
    InList {
        operand: Box<Node>,
        list: Vec<Node>,
        negated: bool,
        position: Option<Position>,
    },
    Like(Box<LikeNode>),
    Case(Box<CaseNode>),
    Subscript(Box<SubscriptNode>),
    AnyElement {
        operand: Box<Node>,
        op: CompareOp,
        array: Box<Node>,
        all: bool,
        position: Option<Position>,
    },
    Cast {
        operand: Box<Node>,
        to: SqlType,
        position: Option<Position>,
    },
    Function(Box<FunctionNode>),
}

/// `x [NOT] LIKE pattern`.
#[derive(Debug)]
pub(super) struct LikeNode {
    pub(super) operand: Node,
    pub(super) pattern: Node,
    pub(super) escape: Option<char>,
    pub(super) case_insensitive: bool,
    pub(super) negated: bool,
    pub(super) position: Option<Position>,
}

/// `CASE`.
#[derive(Debug)]
pub(super) struct CaseNode {
    pub(super) operand: Option<Node>,
    pub(super) branches: Vec<(Node, Node)>,
    pub(super) otherwise: Node,
    pub(super) ty: SqlType,
    pub(super) position: Option<Position>,
}

/// `a[i]`, `a[l:u]`
#[derive(Debug)]
pub(super) struct SubscriptNode {
    pub(super) array: Node,
    pub(super) subscripts: Subscripts,
    pub(super) ty: SqlType,
    pub(super) position: Option<Position>,
}

/// All of them are slices, or none is.
#[derive(Debug)]
pub(super) enum Subscripts {
    Indexes(Vec<Node>),
    /// An end that is not said is that of the array.
    Slices(Vec<(Option<Node>, Option<Node>)>),
}

impl Subscripts {
    /// Holds this of all operands?
    pub(super) fn all(&self, holds: impl Fn(&Node) -> bool) -> bool {
        match self {
            Self::Indexes(nodes) => nodes.iter().all(holds),
            Self::Slices(ends) => ends
                .iter()
                .flat_map(|(low, high)| low.iter().chain(high))
                .all(holds),
        }
    }
}

/// A call of a scalar function.
#[derive(Debug)]
pub(super) struct FunctionNode {
    pub(super) function: Callee,
    pub(super) arguments: Vec<Node>,
    pub(super) ty: SqlType,
    pub(super) position: Option<Position>,
}

/// What arithmetic does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Concat,
}

/// What a comparison asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CompareOp {
    Eq,
    NotEq,
    Lt,
    LtEq,
    Gt,
    GtEq,
}
