//! A trigger, bound and planned.

use std::sync::Arc;

use citadel_txn::View;

use super::Triggering;
use crate::bind;
use crate::bind::bound::{BoundStep, BoundTrigger, Parameters, RelationNo, RowColumn, Statement};
use crate::error::Result;
use crate::plan::{self, Plan, PlanContext};
use crate::schema::{ColumnNo, TriggerDef};

/// What a trigger does.
pub(super) struct Compiled {
    /// Gives the condition.
    pub(super) when: Option<Arc<Plan>>,
    pub(super) steps: Vec<Step>,
    pub(super) arguments: Vec<(usize, RowColumn)>,
    pub(super) parameters: Parameters,
    /// What reads the rows of the statement.
    pub(super) old_rows: RelationNo,
    pub(super) new_rows: RelationNo,
}

/// One statement of a trigger.
pub(super) enum Step {
    Run(Arc<Plan>),
    /// Plans that give the values of columns of NEW.
    Set(Vec<(ColumnNo, Arc<Plan>)>),
}

impl Compiled {
    pub(super) fn new(
        trigger: &TriggerDef,
        triggers: Triggering<'_>,
        view: &dyn View,
    ) -> Result<Self> {
        let BoundTrigger {
            when,
            steps,
            arguments,
            parameters,
            old_rows,
            new_rows,
        } = bind::bind_trigger(trigger, triggers.catalog, triggers.zone)?;
        let context = PlanContext::new(view);
        let plan = |statement: &Statement| plan::plan(statement, &context).map(Arc::new);
        let query = |query| plan(&Statement::Query(query));
        let steps = steps.into_iter().map(|step| {
            Ok(match step {
                BoundStep::Run(statement) => Step::Run(plan(&statement)?),
                BoundStep::Set(sets) => {
                    let sets = sets.into_iter();
                    let sets = sets.map(|(no, value)| Ok((no, query(value)?)));
                    Step::Set(sets.collect::<Result<_>>()?)
                }
            })
        });
        Ok(Self {
            when: when.map(query).transpose()?,
            steps: steps.collect::<Result<_>>()?,
            arguments,
            parameters,
            old_rows,
            new_rows,
        })
    }
}
