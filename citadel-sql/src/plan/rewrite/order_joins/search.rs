//! Looking for the cheapest order.
//!
//! Up to [`EXACT_MAX`] inputs, every chain is compared: the best one of each set of inputs is the best one of a smaller set
//! and one input more (Selinger's way). Beyond, the next input is always the one that costs least then. What links to those
//! that are joined comes before a product, unless all products are cheaper.

use super::Input;
use super::reads::{Places, Reads};
use crate::bind::bound::{Expr, RelationNo};
use crate::error::Result;
use crate::plan::PlanContext;
use crate::plan::estimate::pair_share;
use crate::plan::logical::LogicalPlan;
use crate::plan::lower::{LOOKUP_COST, equi_key, lookup_keys};

/// The most inputs for which all orders are compared.
const EXACT_MAX: usize = 10;

/// A set of inputs, a bit for each.
type Set = u64;

/// The places of the inputs, in order.
pub(super) fn order(
    inputs: &[Input],
    conjuncts: &[(Reads, Expr)],
    places: &Places,
    context: &PlanContext<'_>,
) -> Result<Vec<usize>> {
    let by_size = by_size(inputs);
    if inputs.len() > EXACT_MAX {
        return Ok(step_by_step(inputs, conjuncts, places, &by_size));
    }
    let links = links(inputs, conjuncts, context)?;
    let joins = Joins {
        inputs,
        links: &links,
    };
    Ok(joins.cheapest(&by_size))
}

/// The smallest input first; the first of equals.
fn by_size(inputs: &[Input]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..inputs.len()).collect();
    places.sort_by(|a, b| inputs[*a].rows.total_cmp(&inputs[*b].rows));
    places
}

/// Conditions that read the same inputs.
struct Link {
    inputs: Set,
    /// The share of combinations of their rows for which they are TRUE.
    share: f64,
    /// The inputs whose rows can be looked up by those of the others.
    lookups: Set,
}

fn links(
    inputs: &[Input],
    conjuncts: &[(Reads, Expr)],
    context: &PlanContext<'_>,
) -> Result<Vec<Link>> {
    let mut groups: Vec<(Vec<usize>, Vec<&Expr>)> = Vec::new();
    for (reads, conjunct) in conjuncts {
        let Some(places) = reads.all.places(inputs.len()) else {
            continue;
        };
        match groups.iter_mut().find(|(known, _)| *known == places) {
            Some((_, together)) => together.push(conjunct),
            None => groups.push((places, vec![conjunct])),
        }
    }
    let links = groups.into_iter().map(|(places, together)| {
        let plans: Vec<(&LogicalPlan, f64)> = places
            .iter()
            .map(|at| (&inputs[*at].plan, inputs[*at].rows))
            .collect();
        let set = places.iter().fold(0, |set, at| set | 1 << at);
        Ok(Link {
            inputs: set,
            share: pair_share(&plans, together.iter().copied(), context)?,
            lookups: lookups(inputs, &places, &together),
        })
    });
    links.collect()
}

/// Which of two inputs can be looked up by the other.
fn lookups(inputs: &[Input], places: &[usize], conjuncts: &[&Expr]) -> Set {
    let [a, b] = *places else {
        return 0;
    };
    let can = |left: usize, right: usize| {
        let LogicalPlan::Scan(scan) = &inputs[right].plan else {
            return false;
        };
        let relations: [Vec<RelationNo>; 2] = [
            inputs[left].plan.relations(),
            inputs[right].plan.relations(),
        ];
        let keys = conjuncts.iter();
        let keys: Vec<(Expr, Expr)> = keys
            .filter_map(|conjunct| equi_key(conjunct, &relations[0], &relations[1]))
            .collect();
        scan.table.lake.is_none() && scan.sample.is_none() && lookup_keys(scan, &keys).is_some()
    };
    u64::from(can(b, a)) << a | u64::from(can(a, b)) << b
}

struct Joins<'a> {
    inputs: &'a [Input],
    links: &'a [Link],
}

/// The best chain of a set of inputs.
#[derive(Clone, Copy)]
struct Chain {
    cost: f64,
    last: usize,
}

impl Joins<'_> {
    fn cheapest(&self, by_size: &[usize]) -> Vec<usize> {
        let len = self.inputs.len();
        let all: Set = (1 << len) - 1;
        let rows: Vec<f64> = (0..=all).map(|set| self.rows(set)).collect();
        let mut best: Vec<Option<Chain>> = vec![None; rows.len()];
        for (set, slot) in (1..=all).zip(1..) {
            let mut chain: Option<Chain> = None;
            // Of orders that cost the same, the one that begins with the smaller inputs.
            for &last in by_size.iter().rev().filter(|at| set >> **at & 1 == 1) {
                let before = set & !(1 << last);
                let cost = match best[before as usize] {
                    None if before != 0 => continue,
                    None => self.inputs[last].cost,
                    Some(chain) => {
                        chain.cost + self.read(before, last, rows[before as usize]) + rows[slot]
                    }
                };
                if chain.is_none_or(|chain| cost < chain.cost) {
                    chain = Some(Chain { cost, last });
                }
            }
            best[slot] = chain;
        }
        let mut order = Vec::with_capacity(len);
        let mut set = all;
        while let Some(chain) = best[set as usize] {
            order.push(chain.last);
            set &= !(1 << chain.last);
        }
        order.reverse();
        // Which of the first two leads is for the smaller one to say: the join holds either side.
        if let [first, second, ..] = order.as_mut_slice()
            && self.is_free(*first, *second)
            && self.inputs[*second].rows < self.inputs[*first].rows
        {
            std::mem::swap(first, second);
        }
        order
    }

    /// Can neither of two inputs be looked up by the other?
    fn is_free(&self, a: usize, b: usize) -> bool {
        let both = 1 << a | 1 << b;
        let mut links = self.links.iter();
        !links.any(|link| link.inputs == both && link.lookups != 0)
    }

    /// Rows of the join of some inputs.
    fn rows(&self, set: Set) -> f64 {
        let inputs = (0..self.inputs.len()).filter(|at| set >> at & 1 == 1);
        let product: f64 = inputs.map(|at| self.inputs[at].rows).product();
        let links = self.links.iter().filter(|link| link.inputs & !set == 0);
        product * links.map(|link| link.share).product::<f64>()
    }

    /// What it costs to have the rows of an input beside so many rows of others.
    fn read(&self, others: Set, at: usize, rows: f64) -> f64 {
        let whole = self.inputs[at].cost;
        let mut links = self.links.iter();
        let by_key =
            links.any(|link| link.lookups >> at & 1 == 1 && link.inputs & !(others | 1 << at) == 0);
        match by_key {
            true => whole.min(rows * LOOKUP_COST),
            false => whole,
        }
    }
}

/// The smallest input first, then always the smallest that a condition links to those already joined.
fn step_by_step(
    inputs: &[Input],
    conjuncts: &[(Reads, Expr)],
    places: &Places,
    by_size: &[usize],
) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(inputs.len());
    let mut have = places.none();
    let mut is_left = vec![true; inputs.len()];
    while order.len() < inputs.len() {
        let mut linked = vec![false; inputs.len()];
        for (reads, _) in conjuncts {
            let Some((a, b)) = &reads.sides else {
                continue;
            };
            for (inside, outside) in [(a, b), (b, a)] {
                if let Some(at) = outside.only()
                    && at < linked.len()
                    && inside.is_within(&have)
                {
                    linked[at] = true;
                }
            }
        }
        let mut candidates = by_size.iter().copied().filter(|at| is_left[*at]);
        let next = candidates.clone().find(|at| linked[*at]);
        let Some(at) = next.or_else(|| candidates.next()) else {
            break;
        };
        is_left[at] = false;
        have.insert(at);
        order.push(at);
    }
    order
}
