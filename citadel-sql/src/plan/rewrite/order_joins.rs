//! Joins follow their conditions, so that no product is built where a condition links the sides.

use rustc_hash::FxHashMap;

use super::super::estimate::logical_rows;
use super::super::logical::LogicalPlan;
use super::Scope;
use crate::bind::bound::{BinaryOp, Expr, ExprKind, Outer, RelationNo};
use crate::error::Result;

/// Reorders each tree of inner joins, in which an outer join is one relation: the smallest relation first, then always the smallest that a condition links
/// to those already joined.
pub(super) fn order_joins(plan: &mut LogicalPlan, scope: &mut Scope<'_>) -> Result<()> {
    if matches!(plan, LogicalPlan::Join { outer, .. } if outer.is_inner()) {
        let (mut inputs, mut conjuncts) = (Vec::new(), Vec::new());
        flatten(plan.take(), &mut inputs, &mut conjuncts);
        for input in &mut inputs {
            order_joins(input, scope)?;
        }
        let mut sized = Vec::with_capacity(inputs.len());
        for input in inputs {
            sized.push((logical_rows(&input, scope.context)?, input));
        }
        *plan = joined(sized, conjuncts);
        return Ok(());
    }
    for input in plan.inputs_mut() {
        order_joins(input, scope)?;
    }
    Ok(())
}

fn flatten(plan: LogicalPlan, inputs: &mut Vec<LogicalPlan>, conjuncts: &mut Vec<Expr>) {
    match plan {
        LogicalPlan::Join {
            outer,
            left,
            right,
            on,
        } if outer.is_inner() => {
            flatten(*left, inputs, conjuncts);
            flatten(*right, inputs, conjuncts);
            conjuncts.extend(on);
        }
        other => inputs.push(other),
    }
}

fn joined(inputs: Vec<(f64, LogicalPlan)>, conjuncts: Vec<Expr>) -> LogicalPlan {
    let places = Places::of(&inputs);
    let mut conjuncts: Vec<(Reads, Expr)> = conjuncts
        .into_iter()
        .map(|conjunct| (Reads::of(&conjunct, &places), conjunct))
        .collect();
    let sizes: Vec<f64> = inputs.iter().map(|(rows, _)| *rows).collect();
    let mut left: Vec<Option<LogicalPlan>> =
        inputs.into_iter().map(|(_, plan)| Some(plan)).collect();
    let mut have = places.none();
    let mut plan: Option<LogicalPlan> = None;
    for _ in 0..sizes.len() {
        let is_left: Vec<bool> = left.iter().map(Option::is_some).collect();
        let linked = linked(&conjuncts, &have, sizes.len());
        let next = smallest(&sizes, |at| is_left[at] && linked[at])
            .or_else(|| smallest(&sizes, |at| is_left[at]));
        let Some((at, right)) = next.and_then(|at| Some((at, left[at].take()?))) else {
            break;
        };
        have.insert(at);
        plan = Some(match plan {
            None => right,
            Some(left) => {
                let (on, rest) = conjuncts
                    .into_iter()
                    .partition(|(reads, _)| reads.all.is_within(&have));
                conjuncts = rest;
                LogicalPlan::Join {
                    outer: Outer::default(),
                    left: Box::new(left),
                    right: Box::new(right),
                    on: on.into_iter().map(|(_, conjunct)| conjunct).collect(),
                }
            }
        });
    }
    let plan = plan.unwrap_or(LogicalPlan::SingleRow);
    if conjuncts.is_empty() {
        return plan;
    }
    LogicalPlan::Filter {
        input: Box::new(plan),
        conjuncts: conjuncts.into_iter().map(|(_, c)| c).collect(),
    }
}

/// The smallest input that meets a condition; the first of equals.
fn smallest(sizes: &[f64], meets: impl Fn(usize) -> bool) -> Option<usize> {
    let candidates = (0..sizes.len()).filter(|at| meets(*at));
    candidates.min_by(|a, b| sizes[*a].total_cmp(&sizes[*b]))
}

/// The inputs that an equality ties to those that are joined.
fn linked(conjuncts: &[(Reads, Expr)], have: &Inputs, len: usize) -> Vec<bool> {
    let mut linked = vec![false; len];
    for (reads, _) in conjuncts {
        let Some((a, b)) = &reads.sides else {
            continue;
        };
        for (inside, outside) in [(a, b), (b, a)] {
            if let Some(at) = outside.only()
                && inside.is_within(have)
            {
                linked[at] = true;
            }
        }
    }
    linked
}

/// A set of inputs, by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Inputs(Vec<u64>);

impl Inputs {
    fn insert(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }

    /// The place of the only input in it.
    fn only(&self) -> Option<usize> {
        let count: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        let word = self.0.iter().position(|word| *word != 0)?;
        (count == 1).then(|| word * 64 + self.0[word].trailing_zeros() as usize)
    }
}

/// Which input a relation is of.
struct Places {
    of: FxHashMap<RelationNo, usize>,
    words: usize,
}

impl Places {
    fn of(inputs: &[(f64, LogicalPlan)]) -> Self {
        let relations = inputs.iter().enumerate();
        let relations = relations.flat_map(|(at, (_, input))| {
            let relations = input.relations().into_iter();
            relations.map(move |relation| (relation, at))
        });
        Self {
            of: relations.collect(),
            // One place more, for what is of no input.
            words: inputs.len() / 64 + 1,
        }
    }

    fn none(&self) -> Inputs {
        Inputs(vec![0; self.words])
    }

    /// The inputs that an expression reads.
    fn read_by(&self, expr: &Expr) -> Inputs {
        let mut read = self.none();
        let nowhere = self.words * 64 - 1;
        expr.for_each_column(&mut |id| {
            read.insert(self.of.get(&id.relation).copied().unwrap_or(nowhere));
        });
        read
    }
}

/// What a condition reads.
struct Reads {
    all: Inputs,
    /// Each side of an equality, where both read something.
    sides: Option<(Inputs, Inputs)>,
}

impl Reads {
    fn of(conjunct: &Expr, places: &Places) -> Self {
        let sides = equality_sides(conjunct);
        let sides = sides.map(|(a, b)| (places.read_by(a), places.read_by(b)));
        let none = places.none();
        Self {
            all: places.read_by(conjunct),
            sides: sides.filter(|(a, b)| *a != none && *b != none),
        }
    }
}

/// The operands of an equality.
fn equality_sides(conjunct: &Expr) -> Option<(&Expr, &Expr)> {
    match &conjunct.kind {
        ExprKind::Binary {
            op: BinaryOp::Eq,
            left,
            right,
        } => Some((left, right)),
        _ => None,
    }
}
