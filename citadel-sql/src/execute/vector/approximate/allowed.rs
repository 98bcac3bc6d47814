//! Which rows of a segment a search may give.

use citadel_vector::{PositionSet, Predicate};

use super::Searcher;
use crate::ann::LiveSegment;
use crate::bind::bound::Expr;
use crate::execute::vector::resolve::Resolver;
use crate::schema::RowId;

/// What WHERE makes of a segment.
pub(super) struct Allowed {
    /// The rows that may satisfy WHERE, less void ones; `None`: all, and void ones are passed over later.
    pub(super) rows: Option<PositionSet>,
    /// The conjuncts that those rows do not satisfy for certain.
    pub(super) recheck: Vec<Expr>,
}

impl Searcher<'_> {
    /// The rows that a segment may give, and the conditions left to recheck.
    pub(super) fn allowed(&self, live: &LiveSegment) -> Allowed {
        let segment = &*live.segment;
        let resolver = Resolver {
            segment,
            params: self.setting.params,
        };
        let (mut predicates, mut recheck) = (Vec::new(), Vec::new());
        for pushed in &self.plan.pushed {
            match resolver.predicate(&pushed.condition) {
                Some(predicate) => predicates.push(predicate),
                None => {
                    predicates.extend(resolver.implied(&pushed.condition));
                    recheck.push(pushed.expr.clone());
                }
            }
        }
        let implied = self.plan.implied.iter();
        predicates.extend(implied.filter_map(|pushed| resolver.implied(&pushed.condition)));
        let hits = self.plan.hits.as_ref().filter(|_| self.hits.is_some());
        let is_left = |conjunct: &&Expr| hits.is_none_or(|hits| !hits.answers(conjunct));
        recheck.extend(self.plan.residual.iter().filter(is_left).cloned());
        let mut rows = None;
        if !predicates.is_empty() {
            match segment.matching(&Predicate::And(predicates)) {
                Ok(matching) => rows = Some(matching),
                Err(unsupported) => {
                    tracing::debug!(%unsupported, "a filter is rechecked on rows");
                    recheck = self.whole_filter();
                }
            }
        }
        if let Some(hits) = &self.hits {
            let hits = segment.positions_of(hits.iter().map(|row| row.0));
            match &mut rows {
                Some(rows) => rows.intersect(&hits),
                None => rows = Some(hits),
            }
        }
        match &mut rows {
            Some(rows) => rows.subtract(live.void()),
            None => rows = live.allowed(),
        }
        Allowed { rows, recheck }
    }

    /// Some rows of the table as positions of a segment, less those of the delta.
    pub(super) fn positions_of(&self, live: &LiveSegment, rows: &[RowId]) -> PositionSet {
        let mut positions = live.segment.positions_of(rows.iter().map(|row| row.0));
        positions.subtract(live.void());
        positions
    }

    /// Every conjunct of WHERE.
    pub(super) fn whole_filter(&self) -> Vec<Expr> {
        let pushed = self.plan.pushed.iter().map(|pushed| &pushed.expr);
        pushed.chain(&self.plan.residual).cloned().collect()
    }
}
