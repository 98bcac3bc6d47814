//! From the bound tree to nodes that know where their columns are; constants folded.

use super::distance::DistanceNode;
use super::in_list::ConstantSet;
use super::values::Rows;
use crate::batch::Batch;
use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, UnaryOp};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::ScalarFunction;
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

/// A call of a scalar function.
#[derive(Debug)]
pub(super) struct FunctionNode {
    pub(super) function: &'static ScalarFunction,
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

enum Kind {
    Arithmetic(ArithmeticOp),
    Compare(CompareOp),
    And,
    Or,
}

fn kind(op: BinaryOp) -> Kind {
    match op {
        BinaryOp::Add => Kind::Arithmetic(ArithmeticOp::Add),
        BinaryOp::Subtract => Kind::Arithmetic(ArithmeticOp::Subtract),
        BinaryOp::Multiply => Kind::Arithmetic(ArithmeticOp::Multiply),
        BinaryOp::Divide => Kind::Arithmetic(ArithmeticOp::Divide),
        BinaryOp::Modulo => Kind::Arithmetic(ArithmeticOp::Modulo),
        BinaryOp::Concat => Kind::Arithmetic(ArithmeticOp::Concat),
        BinaryOp::Eq => Kind::Compare(CompareOp::Eq),
        BinaryOp::NotEq => Kind::Compare(CompareOp::NotEq),
        BinaryOp::Lt => Kind::Compare(CompareOp::Lt),
        BinaryOp::LtEq => Kind::Compare(CompareOp::LtEq),
        BinaryOp::Gt => Kind::Compare(CompareOp::Gt),
        BinaryOp::GtEq => Kind::Compare(CompareOp::GtEq),
        BinaryOp::And => Kind::And,
        BinaryOp::Or => Kind::Or,
    }
}

/// Compiles one expression and folds it if it has no columns.
pub(super) fn compile(expr: &Expr, layout: &[ColumnId], params: &[Value]) -> Result<Node> {
    let compiler = Compiler { layout, params };
    compiler.node(expr)
}

/// The conjunction of nodes, flattened and folded.
pub(super) fn and(nodes: Vec<Node>) -> Node {
    junction(nodes, false)
}

/// `neutral` constants vanish, the `absorbing` one ends the list: nothing after it is ever evaluated.
fn junction(nodes: Vec<Node>, absorbing: bool) -> Node {
    let mut flat = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::And(inner) if !absorbing => flat.extend(inner),
            Node::Or(inner) if absorbing => flat.extend(inner),
            other => flat.push(other),
        }
    }
    let mut kept = Vec::with_capacity(flat.len());
    for node in flat {
        match node {
            Node::Constant(Value::Boolean(value)) if value != absorbing => {}
            Node::Constant(Value::Boolean(_)) => {
                kept.push(node);
                break;
            }
            other => kept.push(other),
        }
    }
    match kept.len() {
        0 => Node::Constant(Value::Boolean(!absorbing)),
        1 => kept.swap_remove(0),
        _ if absorbing => Node::Or(kept),
        _ => Node::And(kept),
    }
}

struct Compiler<'a> {
    layout: &'a [ColumnId],
    params: &'a [Value],
}

impl Compiler<'_> {
    fn node(&self, expr: &Expr) -> Result<Node> {
        let node = self.unfolded(expr)?;
        Ok(if is_foldable(&node) { fold(node) } else { node })
    }

    fn boxed(&self, expr: &Expr) -> Result<Box<Node>> {
        self.node(expr).map(Box::new)
    }

    fn list(&self, exprs: &[Expr]) -> Result<Vec<Node>> {
        exprs.iter().map(|expr| self.node(expr)).collect()
    }

    fn unfolded(&self, expr: &Expr) -> Result<Node> {
        let position = expr.position;
        Ok(match &expr.kind {
            ExprKind::Literal(value) => Node::Constant(value.clone()),
            ExprKind::Parameter(at) => Node::Constant(self.parameter(*at)?),
            ExprKind::Column(id) => Node::Column(self.column(*id)?),
            ExprKind::Unary { op, operand } => match op {
                UnaryOp::Not => Node::Not(self.boxed(operand)?),
                UnaryOp::Negate => Node::Negate(self.boxed(operand)?, position),
                UnaryOp::Plus => self.node(operand)?,
            },
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, position)?,
            ExprKind::Distance {
                metric,
                left,
                right,
            } => {
                let (left, right) = (self.node(left)?, self.node(right)?);
                Node::Distance(Box::new(DistanceNode::new(*metric, left, right, position)))
            }
            ExprKind::IsNull { operand, negated } => Node::IsNull {
                operand: self.boxed(operand)?,
                negated: *negated,
            },
            ExprKind::IsBoolean {
                operand,
                value,
                negated,
            } => Node::IsBoolean {
                operand: self.boxed(operand)?,
                value: *value,
                negated: *negated,
            },
            ExprKind::IsDistinct {
                left,
                right,
                negated,
            } => Node::IsDistinct {
                left: self.boxed(left)?,
                right: self.boxed(right)?,
                negated: *negated,
            },
            ExprKind::Between {
                operand,
                low,
                high,
                negated,
            } => Node::Between {
                operand: self.boxed(operand)?,
                low: self.boxed(low)?,
                high: self.boxed(high)?,
                negated: *negated,
                position,
            },
            ExprKind::InList {
                operand,
                list,
                negated,
            } => self.in_list(operand, list, *negated, position)?,
            ExprKind::Like {
                operand,
                pattern,
                escape,
                case_insensitive,
                negated,
            } => Node::Like(Box::new(LikeNode {
                operand: self.node(operand)?,
                pattern: self.node(pattern)?,
                escape: *escape,
                case_insensitive: *case_insensitive,
                negated: *negated,
                position,
            })),
            ExprKind::Case {
                operand,
                branches,
                otherwise,
            } => self.case(expr, operand.as_deref(), branches, otherwise.as_deref())?,
            ExprKind::Cast { operand, to } => Node::Cast {
                operand: self.boxed(operand)?,
                to: *to,
                position,
            },
            ExprKind::Function {
                function,
                arguments,
            } => Node::Function(Box::new(FunctionNode {
                function,
                arguments: self.list(arguments)?,
                ty: expr.ty,
                position,
            })),
        })
    }

    fn binary(
        &self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        position: Option<Position>,
    ) -> Result<Node> {
        Ok(match kind(op) {
            Kind::And => junction(vec![self.node(left)?, self.node(right)?], false),
            Kind::Or => junction(vec![self.node(left)?, self.node(right)?], true),
            Kind::Arithmetic(op) => Node::Arithmetic {
                op,
                left: self.boxed(left)?,
                right: self.boxed(right)?,
                position,
            },
            Kind::Compare(op) => Node::Compare {
                op,
                left: self.boxed(left)?,
                right: self.boxed(right)?,
                position,
            },
        })
    }

    fn in_list(
        &self,
        operand: &Expr,
        list: &[Expr],
        negated: bool,
        position: Option<Position>,
    ) -> Result<Node> {
        let operand = self.boxed(operand)?;
        let list = self.list(list)?;
        Ok(match ConstantSet::of(&list) {
            Some(set) => Node::InSet {
                operand,
                set,
                negated,
                position,
            },
            None => Node::InList {
                operand,
                list,
                negated,
                position,
            },
        })
    }

    fn case(
        &self,
        expr: &Expr,
        operand: Option<&Expr>,
        branches: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Result<Node> {
        let branches = branches
            .iter()
            .map(|(when, then)| Ok((self.node(when)?, self.node(then)?)))
            .collect::<Result<Vec<_>>>()?;
        Ok(Node::Case(Box::new(CaseNode {
            operand: operand.map(|operand| self.node(operand)).transpose()?,
            branches,
            otherwise: match otherwise {
                Some(otherwise) => self.node(otherwise)?,
                None => Node::Constant(Value::Null),
            },
            ty: expr.ty,
            position: expr.position,
        })))
    }

    fn parameter(&self, at: usize) -> Result<Value> {
        self.params.get(at).cloned().ok_or_else(|| {
            Error::sql(
                SqlState::UNDEFINED_PARAMETER,
                format!("parameter {} has no value", at + 1),
            )
        })
    }

    fn column(&self, id: ColumnId) -> Result<usize> {
        self.layout.iter().position(|&c| c == id).ok_or_else(|| {
            Error::sql(
                SqlState::INTERNAL_ERROR,
                format!(
                    "column {} of relation {} is not in the rows here",
                    id.column, id.relation.0
                ),
            )
        })
    }
}

/// Has the node only constants below it? A function without arguments may give a new value each time.
fn is_foldable(node: &Node) -> bool {
    match node {
        Node::Constant(_) | Node::Column(_) => false,
        Node::Not(a) | Node::Negate(a, _) | Node::Cast { operand: a, .. } => is_constant(a),
        Node::IsNull { operand, .. }
        | Node::IsBoolean { operand, .. }
        | Node::InSet { operand, .. } => is_constant(operand),
        Node::Arithmetic { left, right, .. }
        | Node::Compare { left, right, .. }
        | Node::IsDistinct { left, right, .. } => is_constant(left) && is_constant(right),
        Node::Between {
            operand, low, high, ..
        } => is_constant(operand) && is_constant(low) && is_constant(high),
        Node::And(list) | Node::Or(list) => list.iter().all(is_constant),
        Node::InList { operand, list, .. } => is_constant(operand) && list.iter().all(is_constant),
        Node::Distance(node) => node.is_constant(),
        Node::Like(node) => is_constant(&node.operand) && is_constant(&node.pattern),
        Node::Case(node) => {
            node.operand.as_ref().is_none_or(is_constant)
                && node
                    .branches
                    .iter()
                    .all(|(when, then)| is_constant(when) && is_constant(then))
                && is_constant(&node.otherwise)
        }
        Node::Function(node) => {
            !node.arguments.is_empty() && node.arguments.iter().all(is_constant)
        }
    }
}

pub(super) fn is_constant(node: &Node) -> bool {
    matches!(node, Node::Constant(_))
}

/// The value of the node; if it fails, the node itself, to fail for the rows that reach it.
fn fold(node: Node) -> Node {
    let no_columns = Batch {
        columns: Vec::new(),
        rows: 1,
    };
    let value = match node.evaluate(&no_columns, Rows::All(1)) {
        Ok(values) => values.get(0).to_owned(),
        Err(_) => return node,
    };
    Node::Constant(value)
}
