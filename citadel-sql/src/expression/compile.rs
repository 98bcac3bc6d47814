//! From the bound tree to nodes; constants folded.

use super::distance::DistanceNode;
use super::fold::{fold, is_foldable};
use super::in_list::ConstantSet;
use super::node::{
    ArithmeticOp, CaseNode, CompareOp, FunctionNode, LikeNode, Node, SubscriptNode, Subscripts,
};
use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, Subscript, UnaryOp};
use crate::error::{Error, Position, Result, SqlState};
use crate::types::Value;

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

fn compare_op(op: BinaryOp, position: Option<Position>) -> Result<CompareOp> {
    match kind(op) {
        Kind::Compare(op) => Ok(op),
        _ => Err(Error::sql(
            SqlState::INTERNAL_ERROR,
            "ANY and ALL were bound with no comparison",
        )
        .at(position)),
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
            ExprKind::Subscript { array, subscripts } => self.subscript(expr, array, subscripts)?,
            ExprKind::AnyElement {
                operand,
                op,
                array,
                all,
            } => Node::AnyElement {
                op: compare_op(*op, position)?,
                operand: self.boxed(operand)?,
                array: self.boxed(array)?,
                all: *all,
                position,
            },
            ExprKind::Cast { operand, to } => Node::Cast {
                operand: self.boxed(operand)?,
                to: *to,
                position,
            },
            ExprKind::Subquery(_) => {
                return Err(Error::sql(
                    SqlState::INTERNAL_ERROR,
                    "a query inside an expression was left in the plan",
                )
                .at(position));
            }
            ExprKind::Function {
                function,
                arguments,
            } => Node::Function(Box::new(FunctionNode {
                function: function.clone(),
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

    fn subscript(&self, expr: &Expr, array: &Expr, subscripts: &[Subscript]) -> Result<Node> {
        let end = |end: &Option<Expr>| end.as_ref().map(|end| self.node(end)).transpose();
        let mut indexes = Vec::new();
        let mut slices = Vec::new();
        for subscript in subscripts {
            match subscript {
                Subscript::Index(at) => indexes.push(self.node(at)?),
                Subscript::Slice(low, high) => slices.push((end(low)?, end(high)?)),
            }
        }
        Ok(Node::Subscript(Box::new(SubscriptNode {
            array: self.node(array)?,
            subscripts: match slices.is_empty() {
                true => Subscripts::Indexes(indexes),
                false => Subscripts::Slices(slices),
            },
            ty: expr.ty,
            position: expr.position,
        })))
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
