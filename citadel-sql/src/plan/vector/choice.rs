//! The choice between an index and the exact plan.

use std::sync::Arc;

use super::condition::Pushed;
use super::pushdown::{self, Split};
use super::row_hits::RowHits;
use super::{Access, DistanceOrder, TopK, Why};
use crate::bind::bound::{DistanceMetric, Expr};
use crate::error::Result;
use crate::plan::physical::PhysicalPlan;
use crate::schema::{IndexDef, IndexKind, Metric};

/// Rows named by key up to which measuring each of them beats any search.
const FEW_KEYS: usize = 32;

/// An index that serves a query, and what it does of WHERE.
pub(super) struct Choice {
    pub(super) index: Arc<IndexDef>,
    pub(super) pushed: Vec<Pushed>,
    pub(super) implied: Vec<Pushed>,
    pub(super) hits: Option<RowHits>,
    pub(super) residual: Vec<Expr>,
}

/// The index that serves the query, or why none does. `rows` is the way to the rows of the whole filter, where there is one;
/// `access` plans the rows of any part of it.
pub(super) fn choose_index(
    top: &TopK,
    filter: &[Expr],
    rows: Option<&Access>,
    access: &dyn Fn(Vec<Expr>) -> Result<Access>,
) -> Result<Result<Choice, Why>> {
    let mut why = Why::NoIndex;
    for def in &top.table.indexes {
        let IndexKind::Ann(ann) = &def.kind else {
            continue;
        };
        if ann.vector != top.key.vector.indexed {
            continue;
        }
        if !is_metric(top.key.metric, ann.metric) {
            why = Why::Metric {
                index: def.name.clone(),
                metric: ann.metric.name(),
            };
            continue;
        }
        if top.order != DistanceOrder::NEAREST {
            return Ok(Err(if top.order.descending {
                Why::Descending
            } else {
                Why::NullsFirst
            }));
        }
        let Split {
            pushed,
            implied,
            residual,
        } = pushdown::split(filter, ann, top.relation, &top.table);
        if rows.is_some_and(|rows| finds_few_rows(rows, pushed.is_empty())) {
            return Ok(Err(Why::FewRows));
        }
        return Ok(Ok(Choice {
            index: Arc::clone(def),
            hits: RowHits::find(&residual, access)?,
            pushed,
            implied,
            residual,
        }));
    }
    Ok(Err(why))
}

/// Does the access find so few rows that measuring them all beats any search? A btree index on a filter column may
/// still find many; then the segment's bitmap is the better way.
fn finds_few_rows(rows: &Access, nothing_pushed: bool) -> bool {
    match &rows.rows {
        PhysicalPlan::PkLookup(lookup) => lookup.keys.len() <= FEW_KEYS,
        PhysicalPlan::Empty(_) => true,
        _ => rows.narrow && nothing_pushed,
    }
}

fn is_metric(asked: DistanceMetric, has: Metric) -> bool {
    matches!(
        (asked, has),
        (DistanceMetric::L2, Metric::L2)
            | (DistanceMetric::NegativeInnerProduct, Metric::InnerProduct)
            | (DistanceMetric::Cosine, Metric::Cosine)
            | (DistanceMetric::Hamming, Metric::Hamming)
    )
}
