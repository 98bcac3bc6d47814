//! The cheapest way to a table's rows: all of them, by row id, or through a btree index.
//!
//! A conjunct `column op constant`, or one about an expression that an index is on, may become a bound; it then leaves the filter, since bounds are evaluated exactly
//! whatever the constant's type. Every other conjunct stays.

mod bound;
mod candidates;
mod path;

use bound::Bound;

use super::PlanContext;
use super::estimate::{Columns, share, table_rows};
use super::lake;
use super::logical::LogicalScan;
use super::physical::{KeyColumn, PhysicalPlan, SampleScan, TableSource};
use crate::bind::bound::{ColumnId, Expr, TableSample};
use crate::error::Result;
use crate::schema::IndexKind;

use path::Path;

/// What the reader of a scan would like.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wish<'a> {
    /// An order that saves a sort.
    pub(super) order: &'a [KeyColumn],
    /// Columns of that order that are computed from the rows.
    pub(super) computed: &'a [(ColumnId, Expr)],
    /// Only this many rows will be read, if they come in order.
    pub(super) rows: Option<f64>,
}

/// A way to the rows, chosen.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) plan: PhysicalPlan,
    /// The rows come in the order wished for.
    pub(super) ordered: bool,
    /// What reading the rows costs, where the next row of a scan costs 1.
    pub(super) cost: f64,
    /// It reads a few rows by key rather than scanning.
    pub(super) narrow: bool,
}

/// The cheapest way to the rows of a scan.
pub(super) fn choose(
    scan: &LogicalScan,
    wish: Wish<'_>,
    context: &PlanContext<'_>,
) -> Result<Access> {
    if scan.table.lake.is_some() {
        return Ok(Access {
            plan: lake::scan(scan),
            cost: table_rows(scan, context)?,
            ordered: false,
            narrow: false,
        });
    }
    let rows = table_rows(scan, context)?;
    if let Some(sample) = &scan.sample {
        return Ok(sampled(scan, sample, rows));
    }
    let bounds: Vec<Option<Bound<'_>>> = scan
        .filter
        .iter()
        .map(|conjunct| Bound::of(conjunct, scan.relation))
        .collect();
    let mut paths = vec![candidates::whole()];
    paths.extend(candidates::by_row_id(scan, &bounds));
    for index in &scan.table.indexes {
        if let IndexKind::BTree(btree) = &index.kind {
            paths.extend(candidates::by_index(
                scan,
                index,
                btree,
                (&bounds, context),
            )?);
        }
    }
    let mut best: Option<(f64, Path, Option<bool>)> = None;
    for path in paths {
        let direction = path.direction_for(wish, scan);
        let cost = path.cost(scan, rows, wish, direction.is_some());
        if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
            best = Some((cost, path, direction));
        }
    }
    let (cost, path, direction) = best.unwrap_or_else(|| (rows, candidates::whole(), None));
    Ok(Access {
        cost,
        narrow: path.is_narrow(),
        ordered: direction.is_some() && !wish.order.is_empty(),
        plan: path.build(scan, rows, direction.unwrap_or(false)),
    })
}

/// The only way to a part of a table.
fn sampled(scan: &LogicalScan, sample: &TableSample, rows: f64) -> Access {
    let share = share(&scan.filter, &Columns::of_scan(scan, rows));
    let source = TableSource {
        relation: scan.relation,
        table: scan.table.clone(),
        alias: scan.alias.clone(),
        columns: scan.columns.clone(),
        filter: scan.filter.clone(),
        rows: (rows * share).max(1.0),
    };
    Access {
        plan: PhysicalPlan::SampleScan(Box::new(SampleScan {
            source,
            sample: sample.clone(),
        })),
        ordered: false,
        cost: rows,
        narrow: false,
    }
}

fn is_row_id(id: ColumnId, scan: &LogicalScan) -> bool {
    let column = scan.table.rowid_column;
    id.relation == scan.relation
        && (id.column == ColumnId::ROWID || column.is_some_and(|no| u32::from(no.0) == id.column))
}
