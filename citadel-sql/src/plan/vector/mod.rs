//! Top-N by distance: the rule that turns it into a vector plan, and the two physical nodes.
//!
//! A query `SELECT … FROM one_table [WHERE …] ORDER BY column <-> constant LIMIT k [OFFSET n]` becomes
//!
//! - [`AnnTopK`] (`AnnTopKPlan`), if an ann index of the operator's metric is on the column and the order is its own:
//!   ascending, NULLs last. Conjuncts over the index's filter columns go into the index, the rest is rechecked.
//! - [`VectorTopK`] (`VectorTopKPlan`) otherwise, with the reason: exact, streaming, O(k) memory.
//!
//! A conjunct `column <-> constant < r` bounds the search: both plans hold it against the distances that they compute. Without
//! ORDER BY and LIMIT, or with ORDER BY alone, it makes the query an [`AnnTopK`] without a limit (`AnnRangePlan`), if an index
//! serves; otherwise WHERE is evaluated on rows as any other. Statements that change rows never search: what they change
//! is found exactly.
//!
//! Both give the same rows in the same order: (distance, row id), rows without a distance as the order says. Both
//! carry the distance as [`ColumnId::DISTANCE`] if it is read above: it is computed once. An [`AnnTopK`] holds the exact plan for the same rows, and takes it where a
//! segment is refused or where it would be the faster one.

mod choice;
mod condition;
mod distance_key;
mod explain;
mod pushdown;
mod range;
mod row_hits;
mod threads;

use std::fmt;
use std::sync::Arc;

pub(crate) use condition::{Comparison, Condition, Filter, FilterPlace, Pushed};
pub(crate) use distance_key::DistanceKey;
pub(crate) use range::DistanceRange;
pub(crate) use row_hits::RowHits;

use choice::{Choice, choose_index};

use super::estimate::limited_rows;
use super::logical::{LimitBounds, LogicalKey, LogicalScan};
use super::physical::PhysicalPlan;
use crate::bind::bound::{ColumnId, Expr, ExprKind, RelationNo};
use crate::error::Result;
use crate::schema::{AnnIndex, ColumnNo, IndexDef, IndexKind, TableDef};
use crate::types::{SqlType, Value};

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
    /// `None`: all rows are asked for, and a plan is made only if a range and an index bound the search.
    pub(super) limit: Option<&'a LimitBounds>,
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
    /// Only rows whose distance is in it.
    pub(crate) range: Option<DistanceRange>,
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
    /// The rows that satisfy the WHERE clause, but for the range; `None`: all rows, and nothing but the vector column is
    /// read.
    pub(crate) rows: Option<Box<PhysicalPlan>>,
    /// The parameters that WHERE reads, but for those of the range.
    pub(crate) filter_parameters: Vec<usize>,
    /// Why no index serves.
    pub(crate) why: Why,
}

/// `AnnTopKPlan`, or `AnnRangePlan` without a limit: through an ann index.
#[derive(Clone, Debug)]
pub(crate) struct AnnTopK {
    pub(crate) index: Arc<IndexDef>,
    /// Conjuncts that the index answers.
    pub(crate) pushed: Vec<Pushed>,
    /// Conditions that the index answers and that narrow the search: those that the residual ones imply.
    pub(crate) implied: Vec<Pushed>,
    /// Another way to the rows that satisfy some of the residual conjuncts.
    pub(crate) hits: Option<RowHits>,
    /// Conjuncts that the index does not answer: rechecked on rows, unless the hits answer them.
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

    /// Do the rows to measure not depend on which of two sets of parameters is given?
    pub(crate) fn filter_agrees(&self, a: &[Value], b: &[Value]) -> bool {
        self.filter_parameters
            .iter()
            .all(|&at| a.get(at) == b.get(at))
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

    /// Does it give all rows of a range?
    pub(crate) fn is_unlimited(&self) -> bool {
        let limit = &self.exact.top.limit;
        limit.limit.is_none() && limit.offset.is_none()
    }

    /// The same, but for the first rows alone.
    pub(super) fn limited(&self, limit: &LimitBounds) -> Self {
        let mut limited = self.clone();
        let top = Arc::make_mut(&mut limited.exact.top);
        top.limit = limit.clone();
        top.estimate = limited_rows(top.estimate, limit.limit.as_ref());
        limited
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
/// `access` plans the rows of the scan that satisfy a filter, giving the hidden row id alone; asked only if there is
/// more to satisfy than a range. The plan's rows have the layout of its [`TopK`].
pub(super) fn try_vector_top_k(
    request: &Request<'_>,
    access: &dyn Fn(Vec<Expr>) -> Result<Access>,
) -> Result<Option<PhysicalPlan>> {
    let mut filter = request.scan.filter.clone();
    let Some(top) = request.top(&mut filter) else {
        return Ok(None);
    };
    if request.limit.is_none() && top.range.is_none() {
        return Ok(None);
    }
    Ok(match choose(top, filter, access)? {
        (exact, Ok(choice)) => Some(ann(choice, exact)),
        (_, Err(_)) if request.limit.is_none() => None,
        (exact, Err(why)) => Some(PhysicalPlan::VectorTopKPlan(VectorTopK { why, ..exact })),
    })
}

/// Turns a scan whose filter asks for the rows within a radius into a search; `None` if no index serves. `access` is as
/// for [`try_vector_top_k`].
pub(super) fn try_range(
    scan: &LogicalScan,
    access: &dyn Fn(Vec<Expr>) -> Result<Access>,
) -> Result<Option<PhysicalPlan>> {
    let (relation, table) = (scan.relation, &scan.table);
    if !table.indexes.iter().any(|index| index.is_ann()) {
        return Ok(None);
    }
    let Some(key) = DistanceRange::key(&scan.filter, relation, table) else {
        return Ok(None);
    };
    let mut filter = scan.filter.clone();
    let top = Arc::new(TopK {
        table: Arc::clone(table),
        relation,
        alias: scan.alias.clone(),
        range: DistanceRange::take(&mut filter, &key, relation, table),
        key,
        order: DistanceOrder::NEAREST,
        limit: LimitBounds::default(),
        layout: ordered(&scan.columns),
        estimate: USUAL_ROWS,
    });
    let (exact, choice) = choose(top, filter, access)?;
    Ok(choice.ok().map(|choice| ann(choice, exact)))
}

/// The exact plan, and the index that serves, or why none does.
fn choose(
    top: Arc<TopK>,
    filter: Vec<Expr>,
    access: &dyn Fn(Vec<Expr>) -> Result<Access>,
) -> Result<(VectorTopK, Result<Choice, Why>)> {
    let rows = if filter.is_empty() {
        None
    } else {
        Some(access(filter.clone())?)
    };
    let choice = choose_index(&top, &filter, rows.as_ref(), access)?;
    let exact = VectorTopK {
        top,
        rows: rows.map(|access| Box::new(access.rows)),
        filter_parameters: filter.iter().flat_map(parameters).collect(),
        why: Why::Fallback,
    };
    Ok((exact, choice))
}

/// The parameters that an expression reads.
fn parameters(expr: &Expr) -> Vec<usize> {
    let mut found = match expr.kind {
        ExprKind::Parameter(at) => vec![at],
        _ => Vec::new(),
    };
    expr.for_each_child(&mut |child| found.extend(parameters(child)));
    found
}

fn ann(choice: Choice, exact: VectorTopK) -> PhysicalPlan {
    PhysicalPlan::AnnTopKPlan(Arc::new(AnnTopK {
        index: choice.index,
        pushed: choice.pushed,
        implied: choice.implied,
        hits: choice.hits,
        residual: choice.residual,
        exact,
    }))
}

impl Request<'_> {
    /// What the plan does; the range of the distance is taken out of the filter.
    fn top(&self, filter: &mut Vec<Expr>) -> Option<Arc<TopK>> {
        let (first, rest) = self.keys.split_first()?;
        // The row id breaks ties in any case: as the next key it changes nothing, and nothing after it matters.
        if !rest.first().is_none_or(|key| self.is_row_id_ascending(key)) {
            return None;
        }
        let scan = self.scan;
        let key = DistanceKey::of(self.distance, scan.relation, &scan.table)?;
        let limit = self.limit.cloned().unwrap_or_default();
        Some(Arc::new(TopK {
            table: Arc::clone(&scan.table),
            relation: scan.relation,
            alias: scan.alias.clone(),
            range: DistanceRange::take(filter, &key, scan.relation, &scan.table),
            key,
            order: DistanceOrder {
                descending: first.descending,
                nulls_first: first.nulls_first,
            },
            estimate: limited_rows(USUAL_ROWS, limit.limit.as_ref()),
            limit,
            layout: ordered(self.wanted),
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
