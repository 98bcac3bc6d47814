//! Conjuncts that a segment cannot answer, and another way to the rows can.
//!
//! The seam for every source of row ids: a physical plan that gives the hidden row id alone. Today these are scans of btree
//! indexes and lookups by row id; full-text matches and semi-joins become sources by giving row ids too. The ids become a bitmap
//! over each segment, where they are few enough to be worth reading first ([`crate::execute`] decides); where not, the
//! conjuncts are rechecked on candidates.

use super::Access;
use crate::bind::bound::{BinaryOp, Expr, ExprKind};
use crate::error::Result;
use crate::plan::expr::{is_same, split_conjuncts};
use crate::plan::names::quoted;
use crate::plan::physical::{NextColumn, PhysicalPlan};

/// Rows that satisfy some conjuncts.
#[derive(Clone, Debug)]
pub(crate) struct RowHits {
    /// Together they give the row id of each row that satisfies the conjuncts, some perhaps twice.
    pub(crate) plans: Vec<PhysicalPlan>,
    pub(crate) conjuncts: Vec<Expr>,
}

impl RowHits {
    /// What the cheapest way to the rows answers of some conjuncts; `None` if that is to look at all rows.
    pub(super) fn find(
        residual: &[Expr],
        access: &dyn Fn(Vec<Expr>) -> Result<Access>,
    ) -> Result<Option<Self>> {
        if residual.is_empty() {
            return Ok(None);
        }
        let mut plan = access(residual.to_vec())?.rows;
        if is_bounded(&plan) {
            let left = take_filter(&mut plan);
            let is_left = |conjunct: &&Expr| left.iter().any(|other| is_same(other, conjunct));
            let (conjuncts, plans) = (residual.iter().filter(|c| !is_left(c)), vec![plan]);
            return Ok(Some(Self {
                conjuncts: conjuncts.cloned().collect(),
                plans,
            }));
        }
        for conjunct in residual {
            if let Some(plans) = union(conjunct, access)? {
                let conjuncts = vec![conjunct.clone()];
                return Ok(Some(Self { plans, conjuncts }));
            }
        }
        Ok(None)
    }

    /// What gives the rows, for EXPLAIN.
    pub(crate) fn sources(&self) -> String {
        let sources: Vec<String> = self.plans.iter().map(source).collect();
        sources.join(", ")
    }

    /// Does it answer the conjunct?
    pub(crate) fn answers(&self, conjunct: &Expr) -> bool {
        self.conjuncts.iter().any(|other| is_same(other, conjunct))
    }
}

/// A way to the rows of each arm of a disjunction.
fn union(
    conjunct: &Expr,
    access: &dyn Fn(Vec<Expr>) -> Result<Access>,
) -> Result<Option<Vec<PhysicalPlan>>> {
    let mut arms = Vec::new();
    split_disjuncts(conjunct, &mut arms);
    if arms.len() < 2 {
        return Ok(None);
    }
    let mut plans = Vec::with_capacity(arms.len());
    for arm in arms {
        let mut conjuncts = Vec::new();
        split_conjuncts(arm.clone(), &mut conjuncts);
        let plan = access(conjuncts)?.rows;
        if !is_bounded(&plan) {
            return Ok(None);
        }
        plans.push(plan);
    }
    Ok(Some(plans))
}

fn split_disjuncts<'a>(expr: &'a Expr, arms: &mut Vec<&'a Expr>) {
    match &expr.kind {
        ExprKind::Binary {
            op: BinaryOp::Or,
            left,
            right,
        } => {
            split_disjuncts(left, arms);
            split_disjuncts(right, arms);
        }
        _ => arms.push(expr),
    }
}

/// Does it read some rows by key, rather than all?
fn is_bounded(plan: &PhysicalPlan) -> bool {
    match plan {
        PhysicalPlan::Empty(_) | PhysicalPlan::PkLookup(_) => true,
        PhysicalPlan::SeqScan(scan) => !scan.range.is_all(),
        PhysicalPlan::IndexScan(scan) => {
            !scan.equal.is_empty() || !matches!(scan.next, NextColumn::Any | NextColumn::NotNull)
        }
        _ => false,
    }
}

fn source(plan: &PhysicalPlan) -> String {
    match plan {
        PhysicalPlan::IndexScan(scan) => format!("IndexScan using {}", quoted(&scan.index.name)),
        PhysicalPlan::PkLookup(_) => "PkLookup".into(),
        PhysicalPlan::Empty(_) => "Empty".into(),
        _ => "SeqScan".into(),
    }
}

/// Takes away what a scan checks on each row.
fn take_filter(plan: &mut PhysicalPlan) -> Vec<Expr> {
    match plan {
        PhysicalPlan::SeqScan(scan) => std::mem::take(&mut scan.source.filter),
        PhysicalPlan::IndexScan(scan) => std::mem::take(&mut scan.source.filter),
        PhysicalPlan::PkLookup(lookup) => {
            let lookup = std::sync::Arc::make_mut(lookup);
            std::mem::take(&mut lookup.source.filter)
        }
        _ => Vec::new(),
    }
}
