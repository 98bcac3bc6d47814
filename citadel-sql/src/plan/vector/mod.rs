//! Top-N by distance: the rule that turns it into a vector plan, and the two physical nodes.
//!
//! A query `SELECT … FROM one_table [WHERE …] ORDER BY column <-> constant LIMIT k [OFFSET n]` becomes
//!
//! - [`AnnTopK`] (`AnnTopKPlan`), if an ann index of the operator's metric is on the column and the order is its own:
//!   ascending, NULLs last. Conjuncts over the index's filter columns go into the index, the rest is rechecked.
//! - [`VectorTopK`] (`VectorTopKPlan`) otherwise, with the reason: exact, streaming, O(k) memory.
//!
//! Both give the same rows in the same order: (distance, row id), rows without a distance as the order says. Both
//! compute the distance once and carry it as [`ColumnId::DISTANCE`], so that a select list which asks for the same
//! distance does not compute it again. An [`AnnTopK`] holds the exact plan for the same rows, and takes it where a
//! segment is refused or where it would be the faster one.

mod distance_key;
mod pushdown;

use std::fmt;
use std::sync::Arc;

pub(crate) use distance_key::DistanceKey;
pub(crate) use pushdown::{Comparison, Condition, FilterNo, Pushed};

use super::PhysicalPlan;
use crate::bind::bound::{ColumnId, DistanceMetric, Expr, RelationNo, SortKey};
use crate::error::Result;
use crate::schema::{AnnIndex, ColumnNo, IndexDef, IndexKind, TableDef};
use crate::types::SqlType;

/// A Top-N over one table, as the optimizer sees it.
pub(crate) struct Request<'a> {
    pub(crate) table: &'a Arc<TableDef>,
    pub(crate) relation: RelationNo,
    /// The whole WHERE clause, split at its ANDs.
    pub(crate) conjuncts: &'a [Expr],
    pub(crate) order_by: &'a [SortKey],
    pub(crate) limit: &'a Expr,
    pub(crate) offset: Option<&'a Expr>,
    /// What is computed from the rows above: the select list. The sort key's distance in it becomes a column.
    pub(crate) output: Vec<&'a mut Expr>,
}

/// How the rows that satisfy a WHERE clause are found, for a [`VectorTopK`].
pub(crate) struct Access {
    /// Gives the hidden row id alone, one column.
    pub(crate) rows: PhysicalPlan,
    /// Does it read a few rows by key, rather than scan?
    pub(crate) narrow: bool,
}

/// What both plans do.
#[derive(Clone, Debug)]
pub(crate) struct TopK {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) key: DistanceKey,
    pub(crate) order: DistanceOrder,
    pub(crate) limit: Expr,
    pub(crate) offset: Option<Expr>,
    /// What the rows carry: columns of the table, then the hidden row id, then the distance; the last two if wanted.
    pub(crate) layout: Vec<ColumnId>,
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
    pub(crate) top: TopK,
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

impl AnnTopK {
    /// The index's definition.
    pub(crate) fn ann(&self) -> Option<&AnnIndex> {
        match &self.index.kind {
            IndexKind::Ann(index) => Some(index),
            IndexKind::BTree(_) => None,
        }
    }
}

/// Turns a Top-N by distance into a vector plan; `None` if it is not one. Then `output` is left as it was.
///
/// `access` plans how the rows of the table that satisfy the WHERE clause are found; asked only if there is one.
/// The plan's rows have the layout of its [`TopK`].
pub(crate) fn try_vector_top_k(
    mut request: Request<'_>,
    access: impl FnOnce() -> Result<Access>,
) -> Result<Option<PhysicalPlan>> {
    let Some(key) = request.key() else {
        return Ok(None);
    };
    let (rows, narrow) = if request.conjuncts.is_empty() {
        (None, false)
    } else {
        let access = access()?;
        (Some(Box::new(access.rows)), access.narrow)
    };
    let top = request.top(key);
    let chosen = if narrow {
        Err(Why::FewRows)
    } else {
        choose_index(&top)
    };
    Ok(Some(match chosen {
        Err(why) => PhysicalPlan::VectorTopKPlan(VectorTopK { top, rows, why }),
        Ok((index, ann)) => {
            let (pushed, residual) = pushdown::split(request.conjuncts, &ann, request.relation);
            let why = Why::Fallback;
            PhysicalPlan::AnnTopKPlan(AnnTopK {
                index,
                pushed,
                residual,
                exact: VectorTopK { top, rows, why },
            })
        }
    }))
}

impl Request<'_> {
    /// The distance to order by. More keys are fine only if they cannot matter: the row id breaks ties anyway.
    fn key(&self) -> Option<DistanceKey> {
        let (first, rest) = self.order_by.split_first()?;
        let ends_in_row_id = rest.first().is_none_or(|key| self.is_row_id_ascending(key));
        let key = DistanceKey::of(&first.expr, self.relation, self.table)?;
        ends_in_row_id.then_some(key)
    }

    fn is_row_id_ascending(&self, key: &SortKey) -> bool {
        use crate::bind::bound::ExprKind;
        let ExprKind::Column(id) = key.expr.kind else {
            return false;
        };
        let alias = self.table.rowid_column.map(|ColumnNo(no)| u32::from(no));
        let is_row_id = id.column == ColumnId::ROWID || Some(id.column) == alias;
        !key.descending && id.relation == self.relation && is_row_id
    }

    /// What both plans do. Replaces the distance in the output.
    fn top(&mut self, key: DistanceKey) -> TopK {
        let order = DistanceOrder {
            descending: self.order_by[0].descending,
            nulls_first: self.order_by[0].nulls_first,
        };
        TopK {
            table: Arc::clone(self.table),
            relation: self.relation,
            layout: self.layout(),
            key,
            order,
            limit: self.limit.clone(),
            offset: self.offset.cloned(),
        }
    }

    fn layout(&mut self) -> Vec<ColumnId> {
        let distance = ColumnId {
            relation: self.relation,
            column: ColumnId::DISTANCE,
        };
        let mut layout = Vec::new();
        for output in &mut self.output {
            super::expr::substitute(output, &self.order_by[0].expr, distance);
            super::expr::for_each_column(output, &mut |id| {
                if !layout.contains(&id) {
                    layout.push(id);
                }
            });
        }
        // Stored columns, then the row id, then the distance.
        layout.sort_by_key(|id| match id.column {
            ColumnId::ROWID => 1,
            ColumnId::DISTANCE => 2,
            _ => 0,
        });
        layout
    }
}

/// The index that serves the query, or why none does.
fn choose_index(top: &TopK) -> Result<(Arc<IndexDef>, AnnIndex), Why> {
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
        return match top.order {
            DistanceOrder::NEAREST => Ok((Arc::clone(def), ann.clone())),
            order if order.descending => Err(Why::Descending),
            _ => Err(Why::NullsFirst),
        };
    }
    Err(why)
}

fn is_metric(asked: DistanceMetric, has: citadel_vector::Metric) -> bool {
    use citadel_vector::Metric;
    matches!(
        (asked, has),
        (DistanceMetric::L2, Metric::L2)
            | (DistanceMetric::NegativeInnerProduct, Metric::InnerProduct)
            | (DistanceMetric::Cosine, Metric::Cosine)
    )
}
