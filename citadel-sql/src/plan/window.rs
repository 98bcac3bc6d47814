//! Window functions in the logical plan: a node for each window, one above the other.

use super::build::{QueryBuilder, logical_key};
use super::expr::column;
use super::logical::{LogicalKey, LogicalPlan, LogicalWindow};
use super::names::{Names, column_id};
use super::print::{expr_text, frame_text, window_call_text};
use super::subquery::Answers;
use crate::bind::bound::{
    BinaryOp, DistinctOn, Expr, ExprKind, Frame, Window, WindowCall, Windows,
};
use crate::error::Result;
use crate::functions::WindowFunction;
use crate::types::{SqlType, Value};

impl QueryBuilder<'_> {
    /// The values of window functions beside the rows. Windows with more keys come first, since their order may serve
    /// those with fewer.
    pub(super) fn windowed(
        &mut self,
        mut plan: LogicalPlan,
        windows: &Windows,
    ) -> Result<LogicalPlan> {
        let mut nodes: Vec<(Window, LogicalWindow)> = Vec::new();
        for (at, (window, call)) in windows.calls.iter().enumerate() {
            let id = column_id(windows.relation, at);
            self.names.add(id, column_text(window, call, self.names));
            let node = match nodes.iter_mut().find(|(known, _)| known.same(window)) {
                Some((_, node)) => node,
                None => {
                    nodes.push((window.clone(), node_of(window)));
                    match nodes.last_mut() {
                        Some((_, node)) => node,
                        None => continue,
                    }
                }
            };
            node.calls.push((id, call.clone()));
        }
        let keys = |window: &Window| window.partition.len() + window.order.len();
        nodes.sort_by_key(|(window, _)| std::cmp::Reverse(keys(window)));
        let mut answers = Answers::default();
        for (_, mut node) in nodes {
            for expr in node.exprs_mut() {
                plan = self.answered(plan, expr, &mut answers)?;
            }
            for (_, call) in &mut node.calls {
                let mut offsets = call.frame.offsets_mut();
                offsets.try_for_each(|offset| self.constant(offset))?;
            }
            node.input = Box::new(plan);
            plan = LogicalPlan::Window(node);
        }
        Ok(plan)
    }
}

impl QueryBuilder<'_> {
    /// DISTINCT ON: rows are numbered within each value of the keys, in the order of the query, and the first ones stay.
    pub(super) fn first_of_each(
        &mut self,
        mut input: LogicalPlan,
        on: &DistinctOn,
        order: &[LogicalKey],
    ) -> Result<LogicalPlan> {
        let mut answers = Answers::default();
        let mut partition = on.keys.clone();
        for key in &mut partition {
            input = self.answered(input, key, &mut answers)?;
        }
        let id = column_id(on.relation, 0);
        self.names.add(id, "row_number()".to_owned());
        let number = WindowCall {
            function: WindowFunction::RowNumber,
            arguments: Vec::new(),
            frame: Frame::default(),
            ty: SqlType::Integer,
        };
        let window = LogicalPlan::Window(LogicalWindow {
            input: Box::new(input),
            partition,
            order: order.to_vec(),
            calls: vec![(id, number)],
        });
        let one = Expr {
            kind: ExprKind::Literal(Value::Integer(1)),
            ty: SqlType::Integer,
            position: None,
        };
        let is_first = ExprKind::Binary {
            op: BinaryOp::Eq,
            left: Box::new(column(id, SqlType::Integer)),
            right: Box::new(one),
        };
        Ok(LogicalPlan::Filter {
            input: Box::new(window),
            conjuncts: vec![Expr {
                kind: is_first,
                ty: SqlType::Boolean,
                position: None,
            }],
        })
    }
}

fn node_of(window: &Window) -> LogicalWindow {
    LogicalWindow {
        input: Box::new(LogicalPlan::SingleRow),
        partition: window.partition.clone(),
        order: window.order.iter().map(logical_key).collect(),
        calls: Vec::new(),
    }
}

/// The function with its window, which names its column.
fn column_text(window: &Window, call: &WindowCall, names: &Names) -> String {
    let mut parts = Vec::new();
    let list = |exprs: Vec<String>| exprs.join(", ");
    if !window.partition.is_empty() {
        let keys = window.partition.iter().map(|key| expr_text(key, names));
        parts.push(format!("PARTITION BY {}", list(keys.collect())));
    }
    if !window.order.is_empty() {
        let keys = window.order.iter().map(|key| {
            let direction = if key.descending { " DESC" } else { "" };
            format!("{}{direction}", expr_text(&key.expr, names))
        });
        parts.push(format!("ORDER BY {}", list(keys.collect())));
    }
    let (call_text, frame) = (
        window_call_text(call, names),
        frame_text(&call.frame, names),
    );
    let window = parts.join(" ") + &frame;
    format!("{call_text} OVER ({})", window.trim_start())
}
