//! Subtrees without columns become constants.

use super::node::Node;
use super::values::Rows;
use crate::batch::Batch;

/// Has the node only constants below it, and the same value each time?
pub(super) fn is_foldable(node: &Node) -> bool {
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
        Node::Subscript(node) => is_constant(&node.array) && node.subscripts.all(is_constant),
        Node::AnyElement { operand, array, .. } => is_constant(operand) && is_constant(array),
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
            !node.function.needs.is_volatile() && node.arguments.iter().all(is_constant)
        }
    }
}

pub(super) fn is_constant(node: &Node) -> bool {
    matches!(node, Node::Constant(_))
}

/// The value of the node; if it fails, the node itself, to fail for the rows that reach it.
pub(super) fn fold(node: Node) -> Node {
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
