//! Changes in WITH: one plan for each, and one for the statement that they stand in.
//!
//! All of them see the rows that were there before any. What reads no rows of a change is read before the first one is
//! written. The rest is read later; tables that have changed by then are read before as well, by the scans that
//! [`Earlier`] keeps, and the plan reads what they gave.

use std::cell::RefCell;
use std::sync::Arc;

use super::explain::NodeText;
use super::logical::{LogicalPlan, LogicalScan};
use super::lower::lower_scan;
use super::names::{Names, quoted};
use super::physical::{PhysicalPlan, WorkTableScan};
use super::statement::plan;
use super::{Plan, PlanContext};
use crate::bind::bound::{self, RelationNo, Statement};
use crate::error::{Error, Result};
use crate::schema::{TableDef, TableId};

/// The first relation of rows that are read before: the binder gives no such numbers.
const EARLIER: u32 = (1 << 30) + (1 << 29);

/// Changes in WITH, and the statement that they stand in.
#[derive(Clone, Debug)]
pub(crate) struct WithChanges {
    pub(crate) earlier: Vec<EarlierRows>,
    pub(crate) parts: Vec<WithPart>,
    pub(crate) main: Plan,
    /// The statement reads what a change gives.
    pub(crate) is_late: bool,
}

/// A change in WITH.
#[derive(Clone, Debug)]
pub(crate) struct WithPart {
    pub(crate) name: String,
    /// The rows that it gives, as [`WorkTableScan::no`].
    pub(crate) no: RelationNo,
    pub(crate) plan: Plan,
    /// It reads what another change gives.
    pub(crate) is_late: bool,
}

/// Rows of a table as they were before.
#[derive(Clone, Debug)]
pub(crate) struct EarlierRows {
    pub(crate) no: RelationNo,
    pub(crate) plan: PhysicalPlan,
    names: Names,
}

/// The scans of tables that change before the plan at hand runs.
#[derive(Debug)]
pub(crate) struct Earlier {
    changed: Vec<TableId>,
    first: usize,
    scans: RefCell<Vec<EarlierRows>>,
}

impl PlanContext<'_> {
    /// The rows of a table, as they were before.
    pub(super) fn table(&self, scan: LogicalScan) -> LogicalPlan {
        match self.earlier {
            Some(earlier) if earlier.changed.contains(&scan.table.id) => LogicalPlan::Earlier(scan),
            _ => LogicalPlan::Scan(scan),
        }
    }

    /// Has a table changed when the plan at hand runs?
    pub(super) fn has_changed(&self, table: &TableDef) -> bool {
        self.earlier
            .is_some_and(|earlier| earlier.changed.contains(&table.id))
    }

    /// Reads a table before.
    pub(super) fn earlier_scan(&self, scan: &LogicalScan) -> Result<PhysicalPlan> {
        let plan = lower_scan(scan, self)?;
        let Some(earlier) = self.earlier else {
            return Ok(plan);
        };
        let mut scans = earlier.scans.borrow_mut();
        let at = u32::try_from(earlier.first + scans.len()).unwrap_or(u32::MAX - EARLIER);
        let no = RelationNo(EARLIER + at);
        let read = PhysicalPlan::WorkTableScan(WorkTableScan {
            layout: plan.layout(),
            no,
            alias: scan.alias.clone(),
            rows: plan.rows(),
        });
        let names = Names::default();
        scans.push(EarlierRows { no, plan, names });
        Ok(read)
    }
}

pub(super) fn plan_with(with: &bound::WithChanges, context: &PlanContext<'_>) -> Result<Plan> {
    let (mut changed, mut earlier, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for part in &with.parts {
        let is_late = part.is_late;
        let plan = plan_part(&part.change, is_late, &changed, &mut earlier, context)?;
        changed.extend(changed_table(&part.change));
        parts.push(WithPart {
            name: part.name.clone(),
            no: part.no,
            plan,
            is_late,
        });
    }
    let main = plan_part(&with.main, with.is_late, &changed, &mut earlier, context)?;
    if matches!(main.root, PhysicalPlan::LakeDelete(_)) {
        return Err(Error::unsupported(
            "DELETE from a table in a lake together with changes in WITH",
        ));
    }
    let mut read = Vec::new();
    for plan in parts.iter().map(|part| &part.plan).chain([&main]) {
        collect_read(&plan.root, &mut read);
    }
    earlier.retain(|rows: &EarlierRows| read.contains(&rows.no));
    Ok(Plan {
        columns: main.columns.clone(),
        names: main.names.clone(),
        root: PhysicalPlan::With(Arc::new(WithChanges {
            earlier,
            parts,
            main,
            is_late: with.is_late,
        })),
    })
}

/// The plan of one statement, which is run after these tables have changed.
fn plan_part(
    statement: &Statement,
    is_late: bool,
    changed: &[TableId],
    scans: &mut Vec<EarlierRows>,
    context: &PlanContext<'_>,
) -> Result<Plan> {
    if !is_late {
        return plan(statement, context);
    }
    let earlier = Earlier {
        changed: changed.to_vec(),
        first: scans.len(),
        scans: RefCell::default(),
    };
    let context = PlanContext {
        view: context.view,
        earlier: Some(&earlier),
    };
    let plan = plan(statement, &context)?;
    for mut rows in earlier.scans.into_inner() {
        rows.names = plan.names.clone();
        scans.push(rows);
    }
    Ok(plan)
}

fn changed_table(statement: &Statement) -> Option<TableId> {
    match statement {
        Statement::Insert(insert) => Some(insert.table.id),
        Statement::Update(update) => Some(update.table.id),
        Statement::Delete(delete) => Some(delete.table.id),
        Statement::Merge(merge) => Some(merge.table.id),
        _ => None,
    }
}

/// The rows that a plan reads of others.
fn collect_read(plan: &PhysicalPlan, read: &mut Vec<RelationNo>) {
    if let PhysicalPlan::WorkTableScan(scan) = plan {
        read.push(scan.no);
    }
    for input in plan.inputs() {
        collect_read(input, read);
    }
}

impl WithChanges {
    /// All its plans, in the order in which EXPLAIN shows them.
    pub(crate) fn plans(&self) -> impl Iterator<Item = (&PhysicalPlan, &Names)> {
        let earlier = self.earlier.iter().map(|rows| (&rows.plan, &rows.names));
        let parts = self.parts.iter().map(|part| &part.plan);
        let plans = parts.chain([&self.main]);
        earlier.chain(plans.map(|plan| (&plan.root, &plan.names)))
    }

    pub(super) fn explain(&self) -> NodeText {
        let text = NodeText::new("With");
        let text = match self.earlier.len() {
            0 => text,
            count => text.detail("Read Before", count.to_string()),
        };
        let parts = self.parts.iter();
        parts.fold(text, |text, part| text.detail("Change", quoted(&part.name)))
    }
}
