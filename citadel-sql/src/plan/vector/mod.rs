//! Top-N by distance: the rule that turns it into a vector plan, and the two physical nodes.
//!
//! A query `SELECT … FROM one_table [WHERE …] ORDER BY column <-> constant LIMIT k [OFFSET n]` becomes
//!
//! - [`AnnTopK`] (`AnnTopKPlan`), if an ann index of the operator's metric is on the column and the order is its own:
//!   ascending, NULLs last. Conjuncts over the index's filter columns go into the index, the rest is rechecked.
//! - [`VectorTopK`] (`VectorTopKPlan`) otherwise, with the reason: exact, streaming, O(k) memory.
//!
//! Both give the same rows in the same order: (distance, row id), rows without a distance as the order says. Both
//! carry the distance as [`ColumnId::DISTANCE`] if it is read above: it is computed once. An [`AnnTopK`] holds the exact plan for the same rows, and takes it where a
//! segment is refused or where it would be the faster one.

mod distance_key;
mod explain;
mod pushdown;

use std::fmt;
use std::sync::Arc;

pub(crate) use distance_key::DistanceKey;
pub(crate) use pushdown::{Comparison, Condition, FilterNo, Pushed};

use super::estimate::limited_rows;
use super::logical::{LimitBounds, LogicalKey, LogicalScan};
use super::physical::PhysicalPlan;
use crate::bind::bound::{ColumnId, DistanceMetric, Expr, ExprKind, RelationNo};
use crate::error::Result;
use crate::schema::{AnnIndex, ColumnNo, IndexDef, IndexKind, Metric, TableDef};
use crate::types::SqlType;

/// Rows that a vector query is taken to give where its limit is a parameter.
const USUAL_ROWS: f64 = 10.0;

/// A Top-N whose first key is a distance over one table: `TopN(Extend(Scan))`, where the extension computes
/// [`ColumnId::DISTANCE`].
pub(super) struct Request<'a> {
    pub(super) scan: &'a LogicalScan,
    /// The expression that the extension computes.
    pub(super) distance: &'a Expr,
    /// The order; its first key is the column of the distance.
    pub(super) keys: &'a [LogicalKey],
    pub(super) limit: &'a LimitBounds,
    /// What is read above the Top-N, the distance included where it is.
    pub(super) wanted: &'a [ColumnId],
}

/// How the rows that satisfy a WHERE clause are found.
pub(super) struct Access {
    /// Gives the hidden row id alone, one column.
    pub(super) rows: PhysicalPlan,
    /// Does it read a few rows by key, rather than scan?
    pub(super) narrow: bool,
}

/// What both plans do.
#[derive(Clone, Debug)]
pub(crate) struct TopK {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) alias: String,
    pub(crate) key: DistanceKey,
    pub(crate) order: DistanceOrder,
    pub(crate) limit: LimitBounds,
    /// What the rows carry: columns of the table, then the hidden row id, then the distance; the last two if wanted.
    pub(crate) layout: Vec<ColumnId>,
    /// Estimated rows of the output.
    pub(crate) estimate: f64,
}

/// How a distance orders rows. Ties break by ascending row id, whatever the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DistanceOrder {
    pub(crate) descending: bool,
    /// Do rows whose distance is NULL come first?
    pub(crate) nulls_first: bool,
}

/// `VectorTopKPlan`: exact.
#[derive(Clone, Debug)]
pub(crate) struct VectorTopK {
    pub(crate) top: Arc<TopK>,
    /// The rows that satisfy the WHERE clause; `None`: all rows, and nothing but the vector column is read.
    pub(crate) rows: Option<Box<PhysicalPlan>>,
    /// Why no index serves.
    pub(crate) why: Why,
}

/// `AnnTopKPlan`: through an ann index.
#[derive(Clone, Debug)]
pub(crate) struct AnnTopK {
    pub(crate) index: Arc<IndexDef>,
    /// Conjuncts that the index answers.
    pub(crate) pushed: Vec<Pushed>,
    /// Conjuncts that are rechecked on rows.
    pub(crate) residual: Vec<Expr>,
    /// The same query without the index.
    pub(crate) exact: VectorTopK,
}

/// Why a vector query takes the exact plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The column has no ann index.
    NoIndex,
    /// It has, of another metric.
    Metric { index: String, metric: &'static str },
    /// Farthest first.
    Descending,
    /// NULLs first.
    NullsFirst,
    /// WHERE names a few rows by key.
    FewRows,
    /// It does not: this is the fallback of an [`AnnTopK`].
    Fallback,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIndex => f.write_str("no ann index on the column"),
            Self::Metric { index, metric } => write!(f, "ann index {index} has metric {metric}"),
            Self::Descending => f.write_str("an ann index cannot give the farthest first"),
            Self::NullsFirst => f.write_str("an ann index gives NULLs last"),
            Self::FewRows => f.write_str("WHERE finds few rows by key"),
            Self::Fallback => f.write_str("the ann index is not used"),
        }
    }
}

impl DistanceOrder {
    /// Nearest first, undefined distances last: what an index can serve.
    pub(crate) const NEAREST: Self = Self {
        descending: false,
        nulls_first: false,
    };
}

impl TopK {
    /// The types of the layout.
    pub(crate) fn types(&self) -> Vec<SqlType> {
        let stored = |id: &ColumnId| self.table.columns.get(id.column as usize);
        self.layout
            .iter()
            .map(|id| match id.column {
                ColumnId::ROWID => SqlType::Integer,
                ColumnId::DISTANCE => SqlType::Real,
                _ => stored(id).map_or(SqlType::Unknown, |column| column.ty),
            })
            .collect()
    }
}

impl VectorTopK {
    /// The columns of the output.
    pub(crate) fn layout(&self) -> &[ColumnId] {
        &self.top.layout
    }

    /// Estimated rows of the output.
    pub(crate) fn rows(&self) -> f64 {
        self.top.estimate
    }

    /// The plan of the rows to measure.
    pub(crate) fn input(&self) -> Option<&PhysicalPlan> {
        self.rows.as_deref()
    }
}

impl AnnTopK {
    /// The columns of the output.
    pub(crate) fn layout(&self) -> &[ColumnId] {
        self.exact.layout()
    }

    /// Estimated rows of the output.
    pub(crate) fn rows(&self) -> f64 {
        self.exact.rows()
    }

    /// The index's definition.
    pub(crate) fn ann(&self) -> Option<&AnnIndex> {
        match &self.index.kind {
            IndexKind::Ann(index) => Some(index),
            IndexKind::BTree(_) => None,
        }
    }
}

/// Turns a Top-N by distance into a vector plan; `None` if the distance is not from a stored vector to a constant, or
/// if more keys matter than the distance.
///
/// `access` plans the rows of the scan that satisfy its filter, giving the hidden row id alone; asked only if there is
/// a filter. The plan's rows have the layout of its [`TopK`].
pub(super) fn try_vector_top_k(
    request: &Request<'_>,
    access: impl FnOnce() -> Result<Access>,
) -> Result<Option<PhysicalPlan>> {
    let Some(top) = request.top() else {
        return Ok(None);
    };
    let scan = request.scan;
    let access = if scan.filter.is_empty() {
        None
    } else {
        Some(access()?)
    };
    let choice = choose_index(&top, &scan.filter, access.as_ref());
    let rows = access.map(|access| Box::new(access.rows));
    Ok(Some(match choice {
        Err(why) => PhysicalPlan::VectorTopKPlan(VectorTopK { top, rows, why }),
        Ok(choice) => PhysicalPlan::AnnTopKPlan(Arc::new(AnnTopK {
            index: choice.index,
            pushed: choice.pushed,
            residual: choice.residual,
            exact: VectorTopK {
                top,
                rows,
                why: Why::Fallback,
            },
        })),
    }))
}

impl Request<'_> {
    fn top(&self) -> Option<Arc<TopK>> {
        let (first, rest) = self.keys.split_first()?;
        // The row id breaks ties in any case: as the next key it changes nothing, and nothing after it matters.
        if !rest.first().is_none_or(|key| self.is_row_id_ascending(key)) {
            return None;
        }
        let scan = self.scan;
        Some(Arc::new(TopK {
            table: Arc::clone(&scan.table),
            relation: scan.relation,
            alias: scan.alias.clone(),
            key: DistanceKey::of(self.distance, scan.relation, &scan.table)?,
            order: DistanceOrder {
                descending: first.descending,
                nulls_first: first.nulls_first,
            },
            limit: self.limit.clone(),
            layout: ordered(self.wanted),
            estimate: limited_rows(USUAL_ROWS, self.limit.limit.as_ref()),
        }))
    }

    fn is_row_id_ascending(&self, key: &LogicalKey) -> bool {
        let ExprKind::Column(id) = key.expr.kind else {
            return false;
        };
        let alias = self.scan.table.rowid_column;
        let is_row_id = id.column == ColumnId::ROWID
            || alias.is_some_and(|ColumnNo(no)| u32::from(no) == id.column);
        !key.descending && id.relation == self.scan.relation && is_row_id
    }
}

/// Stored columns, then the row id, then the distance; each once.
fn ordered(wanted: &[ColumnId]) -> Vec<ColumnId> {
    let mut layout: Vec<ColumnId> = Vec::with_capacity(wanted.len());
    for id in wanted {
        if !layout.contains(id) {
            layout.push(*id);
        }
    }
    layout.sort_by_key(|id| match id.column {
        ColumnId::ROWID => 1,
        ColumnId::DISTANCE => 2,
        _ => 0,
    });
    layout
}

/// An index that serves a query, and what it does of WHERE.
struct Choice {
    index: Arc<IndexDef>,
    pushed: Vec<Pushed>,
    residual: Vec<Expr>,
}

/// The index that serves the query, or why none does.
fn choose_index(top: &TopK, filter: &[Expr], access: Option<&Access>) -> Result<Choice, Why> {
    let mut why = Why::NoIndex;
    for def in &top.table.indexes {
        let IndexKind::Ann(ann) = &def.kind else {
            continue;
        };
        if ann.column != top.key.column {
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
            return Err(if top.order.descending {
                Why::Descending
            } else {
                Why::NullsFirst
            });
        }
        let (pushed, residual) = pushdown::split(filter, ann, top.relation);
        if access.is_some_and(|access| finds_few_rows(access, pushed.is_empty())) {
            return Err(Why::FewRows);
        }
        return Ok(Choice {
            index: Arc::clone(def),
            pushed,
            residual,
        });
    }
    Err(why)
}

/// Does the access find so few rows that measuring them all beats any search? A btree index on a filter column may
/// still find many; then the segment's bitmap is the better way.
fn finds_few_rows(access: &Access, nothing_pushed: bool) -> bool {
    match access.rows {
        PhysicalPlan::PkLookup(_) | PhysicalPlan::Empty(_) => true,
        _ => access.narrow && nothing_pushed,
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
