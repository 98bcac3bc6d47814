//! Row ids that a plan gives, while a search runs.

use super::setting::Setting;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::build;
use crate::execute::vector::exact::row_ids;
use crate::plan::PhysicalPlan;
use crate::schema::RowId;

/// The rows that some plans give, each plan nothing but row ids. `None`: they are more than `max`.
pub(super) fn collect<'p>(
    plans: impl IntoIterator<Item = &'p PhysicalPlan>,
    setting: &Setting<'_>,
    max: usize,
) -> Result<Option<Vec<RowId>>> {
    let mut context = setting.context();
    let mut found = Vec::new();
    let mut batch = Batch::default();
    for plan in plans {
        let mut rows = build(plan, setting.params)?;
        let wanted = max.saturating_add(1).min(BATCH_ROWS);
        while rows.next(&mut context, &mut batch, wanted)? {
            setting.interrupt.check()?;
            found.extend(batch.columns.first().into_iter().flat_map(row_ids));
            if found.len() > max {
                return Ok(None);
            }
        }
    }
    Ok(Some(found))
}
