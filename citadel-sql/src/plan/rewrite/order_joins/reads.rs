//! Which inputs of a join a condition reads.

use rustc_hash::FxHashMap;

use super::Input;
use crate::bind::bound::{BinaryOp, Expr, ExprKind, RelationNo};

/// A set of inputs, by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inputs(Vec<u64>);

impl Inputs {
    pub(super) fn insert(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }

    /// The inputs, by their places among so many; `None`: what is read is of no input.
    pub(super) fn places(&self, len: usize) -> Option<Vec<usize>> {
        let has = |at: usize| self.0[at / 64] >> (at % 64) & 1 == 1;
        let all = (0..self.0.len() * 64).filter(|at| has(*at));
        let all: Vec<usize> = all.collect();
        all.iter().all(|at| *at < len).then_some(all)
    }

    /// The place of the only input in it.
    pub(super) fn only(&self) -> Option<usize> {
        let count: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        let word = self.0.iter().position(|word| *word != 0)?;
        (count == 1).then(|| word * 64 + self.0[word].trailing_zeros() as usize)
    }
}

/// Which input a relation is of.
pub(super) struct Places {
    of: FxHashMap<RelationNo, usize>,
    words: usize,
}

impl Places {
    pub(super) fn of(inputs: &[Input]) -> Self {
        let relations = inputs.iter().enumerate();
        let relations = relations.flat_map(|(at, input)| {
            let relations = input.plan.relations().into_iter();
            relations.map(move |relation| (relation, at))
        });
        Self {
            of: relations.collect(),
            // One place more, for what is of no input.
            words: inputs.len() / 64 + 1,
        }
    }

    pub(super) fn none(&self) -> Inputs {
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
pub(super) struct Reads {
    pub(super) all: Inputs,
    /// Each side of an equality, where both read something.
    pub(super) sides: Option<(Inputs, Inputs)>,
}

impl Reads {
    pub(super) fn of(conjunct: &Expr, places: &Places) -> Self {
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
