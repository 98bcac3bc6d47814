//! Tables whose rows lie in a lake: the rule that pushes conditions down, and the physical nodes.
//!
//! - [`LakeScan`]: the rows of one snapshot. Conjuncts that compare columns with constants go into the lake, where bounds rule out whole
//!   files; what is left is checked on the rows that come.
//! - [`LakeTopK`] (`LakeTopKPlan`): the nearest by a vector column's own metric, if all of WHERE goes into the lake. It holds the exact plan
//!   for the same rows, and takes that where a search does not give all of them.
//! - [`LakeDelete`]: a DELETE whose WHERE goes into the lake as a whole; any other is an error.

mod pushdown;

use std::sync::Arc;

use super::estimate::{Columns, limited_rows, share};
use super::explain::NodeText;
use super::logical::{LimitBounds, LogicalKey, LogicalScan};
use super::names::{Names, quoted};
use super::physical::{PhysicalPlan, TableSource};
use super::print::{conjuncts_text, expr_text};
use crate::bind::bound::{AsOf, ColumnId, DistanceMetric, Expr, ExprKind};
use crate::error::{Error, Result};
use crate::lake::Condition;
use crate::plan::expr::is_constant;
use crate::schema::{ColumnNo, Metric, TableDef};

/// Rows that a lake table is taken to have: what is local is smaller.
pub(super) const LAKE_ROWS: f64 = 100_000.0;

/// A read of one snapshot.
#[derive(Clone, Debug)]
pub(crate) struct LakeScan {
    /// The filter is all of the condition.
    pub(crate) source: TableSource,
    /// What the lake checks.
    pub(crate) pushed: Pushed,
    /// What is left.
    pub(crate) residual: Vec<Expr>,
    pub(crate) as_of: Option<AsOf>,
}

/// Conjuncts that the lake checks.
#[derive(Clone, Debug)]
pub(crate) struct Pushed {
    pub(crate) condition: Option<Condition<Expr>>,
    /// What they were made from.
    exprs: Vec<Expr>,
}

/// A search for the nearest rows of one snapshot.
#[derive(Clone, Debug)]
pub(crate) struct LakeTopK {
    /// Its columns are those of the table; the distance is not among them.
    pub(crate) source: TableSource,
    pub(crate) layout: Vec<ColumnId>,
    pub(crate) pushed: Pushed,
    pub(crate) as_of: Option<AsOf>,
    pub(crate) vector: ColumnNo,
    pub(crate) metric: Metric,
    /// Without columns.
    pub(crate) query: Expr,
    pub(crate) limit: LimitBounds,
    /// The distance, for people.
    distance: Expr,
    /// The same rows, exactly.
    pub(crate) exact: Arc<PhysicalPlan>,
}

/// A delete of the rows that satisfy a condition.
#[derive(Clone, Debug)]
pub(crate) struct LakeDelete {
    pub(crate) table: Arc<TableDef>,
    pub(crate) pushed: Pushed,
}

/// The way to the rows of a lake table.
pub(super) fn scan(scan: &LogicalScan) -> PhysicalPlan {
    let (pushed, residual) = pushdown::split(scan);
    let columns = Columns::of_scan(scan, LAKE_ROWS);
    let share = share(&scan.filter, &columns);
    PhysicalPlan::LakeScan(Arc::new(LakeScan {
        source: TableSource {
            relation: scan.relation,
            table: scan.table.clone(),
            alias: scan.alias.clone(),
            columns: scan.columns.clone(),
            filter: scan.filter.clone(),
            rows: (LAKE_ROWS * share).max(1.0),
        },
        pushed,
        residual,
        as_of: scan.as_of.clone(),
    }))
}

/// A search, if the order is that of a vector column's metric and all of WHERE goes into the lake. `exact` plans the same order as any
/// other; `wanted` is read above.
pub(super) fn nearest(
    scan: &LogicalScan,
    distance: &Expr,
    keys: &[LogicalKey],
    limit: &LimitBounds,
    wanted: &[ColumnId],
    exact: &dyn Fn() -> Result<PhysicalPlan>,
) -> Result<Option<PhysicalPlan>> {
    let (Some(lake), [key]) = (&scan.table.lake, keys) else {
        return Ok(None);
    };
    let Some((metric, vector, query)) = key_of(distance, scan) else {
        return Ok(None);
    };
    let is_nearest_first = !key.descending && !key.nulls_first && limit.limit.is_some();
    let (pushed, residual) = pushdown::split(scan);
    if !is_nearest_first || lake.metric(vector) != Some(metric) || !residual.is_empty() {
        return Ok(None);
    }
    let layout: Vec<ColumnId> = wanted.to_vec();
    let is_stored = |id: &&ColumnId| id.column != ColumnId::DISTANCE;
    let rows = limited_rows(10.0, limit.limit.as_ref());
    let exact = PhysicalPlan::Project {
        input: Box::new(exact()?),
        columns: layout
            .iter()
            .map(|id| {
                (
                    *id,
                    super::expr::column(*id, crate::types::SqlType::Unknown),
                )
            })
            .collect(),
    };
    Ok(Some(PhysicalPlan::LakeTopKPlan(Arc::new(LakeTopK {
        source: TableSource {
            relation: scan.relation,
            table: scan.table.clone(),
            alias: scan.alias.clone(),
            columns: layout.iter().filter(is_stored).copied().collect(),
            filter: scan.filter.clone(),
            rows,
        },
        layout,
        pushed,
        as_of: scan.as_of.clone(),
        vector,
        metric,
        query: query.clone(),
        limit: limit.clone(),
        distance: distance.clone(),
        exact: Arc::new(exact),
    }))))
}

/// `column <=> constant`, either way round.
fn key_of<'e>(distance: &'e Expr, scan: &LogicalScan) -> Option<(Metric, ColumnNo, &'e Expr)> {
    let ExprKind::Distance {
        metric,
        left,
        right,
    } = &distance.kind
    else {
        return None;
    };
    let metric = match metric {
        DistanceMetric::L2 => Metric::L2,
        DistanceMetric::NegativeInnerProduct => Metric::InnerProduct,
        DistanceMetric::Cosine => Metric::Cosine,
        _ => return None,
    };
    let (operand, query) = match (is_constant(left), is_constant(right)) {
        (false, true) => (left, right),
        (true, false) => (right, left),
        _ => return None,
    };
    let ExprKind::Column(id) = operand.kind else {
        return None;
    };
    let no = ColumnNo(u16::try_from(id.column).ok()?);
    (id.relation == scan.relation).then_some((metric, no, query))
}

/// A delete of what a condition says.
///
/// # Errors
/// A part of it does not go into the lake.
pub(super) fn delete(scan: &LogicalScan) -> Result<PhysicalPlan> {
    let (pushed, residual) = pushdown::split(scan);
    if let Some(left) = residual.first() {
        return Err(Error::unsupported("this condition in DELETE from a lake table")
            .at(left.position)
            .hint(
                "comparisons of columns with constants are, IN, BETWEEN, IS [NOT] NULL, and AND, OR and NOT of them",
            ));
    }
    Ok(PhysicalPlan::LakeDelete(Arc::new(LakeDelete {
        table: scan.table.clone(),
        pushed,
    })))
}

impl LakeScan {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        let text = NodeText::new(format!("LakeScan on {}", name(&self.source)));
        let text = as_of(text, self.as_of.as_ref(), names);
        self.pushed
            .explain(text, names)
            .filter(&self.residual, names)
    }
}

impl LakeTopK {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        let text = NodeText::new(format!("LakeTopKPlan on {}", name(&self.source)));
        let text = as_of(text, self.as_of.as_ref(), names);
        let text = text.detail("Order By", expr_text(&self.distance, names));
        let text = text.detail("Metric", self.metric.name());
        self.pushed.explain(text, names).limit(&self.limit, names)
    }
}

impl LakeDelete {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        let text = NodeText::new(format!("LakeDelete on {}", quoted(&self.table.name)));
        self.pushed.explain(text, names)
    }
}

impl Pushed {
    fn explain(&self, text: NodeText, names: &Names) -> NodeText {
        match self.exprs.is_empty() {
            true => text,
            false => text.detail("Lake Filter", conjuncts_text(&self.exprs, names)),
        }
    }
}

fn as_of(text: NodeText, as_of: Option<&AsOf>, names: &Names) -> NodeText {
    match as_of {
        None => text,
        Some(AsOf::Version(expr)) => text.detail("System Version", expr_text(expr, names)),
        Some(AsOf::Time(expr)) => text.detail("System Time", expr_text(expr, names)),
    }
}

fn name(source: &TableSource) -> String {
    super::explain::source_name(source)
}
