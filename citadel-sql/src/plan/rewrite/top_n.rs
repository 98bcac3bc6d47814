//! ORDER BY with LIMIT keeps only the best rows.

use super::super::logical::LogicalPlan;
use super::Scope;
use crate::error::Result;

/// Replaces a limit over a sort by a Top-N.
pub(super) fn fuse_top_n(plan: &mut LogicalPlan, _: &mut Scope<'_>) -> Result<()> {
    fuse(plan);
    Ok(())
}

fn fuse(plan: &mut LogicalPlan) {
    if let LogicalPlan::Limit { input, limit } = plan
        && limit.limit.is_some()
        && let LogicalPlan::Sort { input, keys } = input.as_mut()
    {
        *plan = LogicalPlan::TopN {
            input: Box::new(input.take()),
            keys: std::mem::take(keys),
            limit: std::mem::take(limit),
        };
    }
    plan.inputs_mut().into_iter().for_each(fuse);
}
