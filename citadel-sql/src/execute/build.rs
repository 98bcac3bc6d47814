//! From a physical plan to its tree of operators.

use std::cell::Cell;
use std::sync::Arc;

use super::aggregate::Aggregate;
use super::apply::{Answers, ApplyOp, InitOp, Later};
use super::copy::CopyInputOp;
use super::explain::Profile;
use super::join::{HashJoinOp, LateralJoinOp, LookupJoinOp, NestedLoopOp};
use super::lake::{LakeScanOp, LakeTopKOp};
use super::operator::BoxedOperator;
use super::ordinality::OrdinalityOp;
use super::project::{FilterOp, LimitOp, ProjectOp};
use super::recursion::{RecursiveUnionOp, WorkTableOp, Working};
use super::scan::{
    AddedTableOp, EmptyOp, IndexScanOp, PkLookupOp, ReadParquetOp, RowCountOp, SampleScanOp,
    SeqScanOp, SingleRowOp, TableFunctionOp, UnnestOp, ValuesOp,
};
use super::series::SeriesOp;
use super::set_operation::{AppendOp, HashSetOp};
use super::sort::{SortOp, TopNOp};
use super::vector::Nearest;
use super::window::WindowOp;
use super::{change, vector};
use crate::error::Result;
use crate::functions::{TableCallee, TableFunction};
use crate::plan::{Apply, ApplyMethod, PhysicalPlan};
use crate::types::Value;

/// Makes operators of plans; measures them if asked to.
pub(crate) struct Builder<'a> {
    pub(super) params: &'a [Value],
    pub(super) profile: Option<&'a Profile>,
    /// What the plan's exact vector search has found already.
    pub(super) found: Option<&'a Cell<Option<Nearest>>>,
    /// The working rows of the recursions around.
    pub(super) working: &'a [Working],
}

/// The operator tree of a plan, with the values of this execution's parameters.
pub(crate) fn build(plan: &PhysicalPlan, params: &[Value]) -> Result<BoxedOperator> {
    Builder {
        params,
        profile: None,
        found: None,
        working: &[],
    }
    .build(plan)
}

impl Builder<'_> {
    /// The operator of a plan and, below it, those of its inputs. Nodes are numbered as EXPLAIN prints them.
    pub(super) fn build(&self, plan: &PhysicalPlan) -> Result<BoxedOperator> {
        let Some(profile) = self.profile else {
            return self.bare(plan);
        };
        let slot = profile.enter();
        Ok(profile.measured(slot, self.bare(plan)?))
    }

    fn inputs(&self, plans: &[PhysicalPlan]) -> Result<Vec<BoxedOperator>> {
        plans.iter().map(|plan| self.build(plan)).collect()
    }

    /// A plan whose operators are made later, with other parameters.
    fn later(&self, plan: &Arc<PhysicalPlan>) -> Later {
        let profile = self.profile.map(|profile| profile.keep(plan));
        Later::new(plan, profile, self.working.to_vec())
    }

    fn answers(&self, apply: &Apply) -> Result<Answers> {
        match &apply.method {
            ApplyMethod::Each { arguments, plan } => Answers::each(
                apply.kind,
                self.later(plan),
                arguments.iter().map(|(parameter, _)| *parameter).collect(),
            ),
            ApplyMethod::ByKey(by_key) => Answers::by_key(
                apply.kind,
                self.later(&by_key.plan),
                by_key.otherwise.as_ref().map(|plan| self.later(plan)),
            ),
        }
    }

    fn bare(&self, plan: &PhysicalPlan) -> Result<BoxedOperator> {
        let params = self.params;
        Ok(match plan {
            PhysicalPlan::SingleRow => Box::new(SingleRowOp::default()),
            PhysicalPlan::Empty(_) => Box::new(EmptyOp),
            PhysicalPlan::Values(values) | PhysicalPlan::ConstantRow(values) => {
                Box::new(ValuesOp::new(values))
            }
            PhysicalPlan::TableFunction(call) => {
                let rows: BoxedOperator = match &call.function {
                    TableCallee::Added(function) => Box::new(AddedTableOp::new(call, function)),
                    TableCallee::Known(function) => match function {
                        TableFunction::GenerateSeries => Box::new(SeriesOp::new(call)),
                        TableFunction::Unnest => Box::new(UnnestOp::new(call)),
                        TableFunction::ReadParquet => Box::new(ReadParquetOp::new(call)),
                        TableFunction::CopyInput => Box::new(CopyInputOp::new(call)),
                        told => Box::new(TableFunctionOp::new(call, *told)),
                    },
                };
                match call.ordinality {
                    true => Box::new(OrdinalityOp::new(rows)),
                    false => rows,
                }
            }
            PhysicalPlan::SeqScan(scan) => Box::new(SeqScanOp::new(scan, params)?),
            PhysicalPlan::SampleScan(scan) => Box::new(SampleScanOp::new(scan, params)?),
            PhysicalPlan::PkLookup(lookup) => Box::new(PkLookupOp::new(lookup, params)?),
            PhysicalPlan::IndexScan(scan) => Box::new(IndexScanOp::new(scan, params)?),
            PhysicalPlan::RowCount(count) => Box::new(RowCountOp::new(count)),
            PhysicalPlan::Filter {
                input, conjuncts, ..
            } => {
                let layout = input.layout();
                Box::new(FilterOp::new(
                    self.build(input)?,
                    conjuncts,
                    &layout,
                    params,
                )?)
            }
            PhysicalPlan::Project { input, columns } => {
                let layout = input.layout();
                Box::new(ProjectOp::new(
                    self.build(input)?,
                    columns,
                    &layout,
                    params,
                )?)
            }
            PhysicalPlan::Sort { input, keys } => {
                let layout = input.layout();
                Box::new(SortOp::new(self.build(input)?, keys, &layout)?)
            }
            PhysicalPlan::TopN { input, keys, limit } => {
                let layout = input.layout();
                Box::new(TopNOp::new(
                    self.build(input)?,
                    keys,
                    &layout,
                    limit,
                    params,
                )?)
            }
            PhysicalPlan::Limit { input, limit } => {
                Box::new(LimitOp::new(self.build(input)?, limit, params)?)
            }
            PhysicalPlan::WindowPlan(window) => {
                Box::new(WindowOp::new(self.build(&window.input)?, window, params)?)
            }
            PhysicalPlan::HashAggregate(aggregate) => Box::new(Aggregate::new(
                self.build(&aggregate.input)?,
                aggregate,
                params,
            )?),
            PhysicalPlan::HashJoin(join) => {
                let inputs = (self.build(&join.left)?, self.build(&join.right)?);
                Box::new(HashJoinOp::new(inputs, join, params)?)
            }
            PhysicalPlan::NestedLoopJoin(join) => {
                let inputs = (self.build(&join.left)?, self.build(&join.right)?);
                Box::new(NestedLoopOp::new(inputs, join, params)?)
            }
            PhysicalPlan::LookupJoin(join) => {
                Box::new(LookupJoinOp::new(self.build(&join.left)?, join, params)?)
            }
            PhysicalPlan::Init(init) => {
                let input = self.later(&init.input);
                let plans = init.plans.iter().map(|answer| self.later(&answer.plan));
                let plans = plans.collect();
                Box::new(InitOp::new(init.clone(), input, plans, params))
            }
            PhysicalPlan::Apply(apply) => {
                let input = self.build(&apply.input)?;
                Box::new(ApplyOp::new(input, self.answers(apply)?, apply, params)?)
            }
            PhysicalPlan::LateralJoin(join) => {
                let left = self.build(&join.left)?;
                Box::new(LateralJoinOp::new(
                    left,
                    self.later(&join.plan),
                    join,
                    params,
                )?)
            }
            PhysicalPlan::RecursiveUnion(union) => {
                let first = self.build(&union.first)?;
                let working = Working::new(union.no);
                let step = self.later(&union.step).with(working.clone());
                Box::new(RecursiveUnionOp::new(first, step, working, union, params))
            }
            PhysicalPlan::WorkTableScan(scan) => Box::new(WorkTableOp::new(scan.no, self.working)?),
            PhysicalPlan::Append(append) => Box::new(AppendOp::new(self.inputs(&append.inputs)?)),
            PhysicalPlan::HashSetOperation(set) => {
                Box::new(HashSetOp::new(self.inputs(&set.inputs)?, set))
            }
            PhysicalPlan::VectorTopKPlan(top) => match self.found.and_then(Cell::take) {
                Some(found) => vector::found_top_k(top, found, params)?,
                None => {
                    let rows = top.input().map(|input| self.build(input)).transpose()?;
                    vector::vector_top_k(top, rows, params)?
                }
            },
            PhysicalPlan::AnnTopKPlan(top) => vector::ann_top_k(top, params)?,
            PhysicalPlan::LakeScan(scan) => Box::new(LakeScanOp::new(scan, params)?),
            PhysicalPlan::LakeTopKPlan(top) => Box::new(LakeTopKOp::new(top, params)?),
            PhysicalPlan::Insert(_)
            | PhysicalPlan::Update(_)
            | PhysicalPlan::Delete(_)
            | PhysicalPlan::Merge(_)
            | PhysicalPlan::Instead(_)
            | PhysicalPlan::Trigger(_)
            | PhysicalPlan::With(_)
            | PhysicalPlan::LakeDelete(_)
            | PhysicalPlan::CreateTable(_)
            | PhysicalPlan::CreateTableAs(_)
            | PhysicalPlan::AlterTable(_)
            | PhysicalPlan::Truncate { .. }
            | PhysicalPlan::Sequence(_)
            | PhysicalPlan::CreateView(_)
            | PhysicalPlan::DropRelations { .. }
            | PhysicalPlan::CreateIndex(_)
            | PhysicalPlan::DropIndex(_)
            | PhysicalPlan::AlterIndex(_)
            | PhysicalPlan::ChangeDefinition(_)
            | PhysicalPlan::Analyze(_)
            | PhysicalPlan::Nothing
            | PhysicalPlan::Explain { .. } => return Err(change::not_rows(plan)),
        })
    }
}
