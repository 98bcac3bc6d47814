//! A plan whose operators are made when its parameters are known.

use std::sync::Arc;

use crate::error::Result;
use crate::execute::build::Builder;
use crate::execute::context::{ExecContext, Txn};
use crate::execute::explain::Profile;
use crate::execute::operator::BoxedOperator;
use crate::execute::recursion::Working;
use crate::plan::PhysicalPlan;
use crate::types::Value;

/// A plan to be run, perhaps more than once.
pub(in crate::execute) struct Later {
    plan: Arc<PhysicalPlan>,
    profile: Option<Profile>,
    working: Vec<Working>,
}

impl Later {
    pub(in crate::execute) fn new(
        plan: &Arc<PhysicalPlan>,
        profile: Option<Profile>,
        working: Vec<Working>,
    ) -> Self {
        Self {
            plan: Arc::clone(plan),
            profile,
            working,
        }
    }

    /// The same, which may read the working rows of one more recursion.
    pub(in crate::execute) fn with(mut self, working: Working) -> Self {
        self.working.push(working);
        self
    }

    /// Its operators.
    pub(in crate::execute) fn start(&self, params: &[Value]) -> Result<BoxedOperator> {
        let profile = self.profile.clone();
        Builder {
            params,
            profile: profile.as_ref(),
            found: None,
            working: &self.working,
        }
        .build(&self.plan)
    }
}

/// The surroundings of a plan that reads with other parameters.
pub(in crate::execute) fn with_params<'a>(
    context: &'a ExecContext<'_>,
    params: &'a [Value],
) -> ExecContext<'a> {
    ExecContext::new(Txn::View(context.view()), params, context.around.clone())
}

/// Sets a parameter, which may be beyond those that there are.
pub(in crate::execute) fn set(params: &mut Vec<Value>, at: usize, value: Value) {
    if params.len() <= at {
        params.resize(at + 1, Value::Null);
    }
    params[at] = value;
}
