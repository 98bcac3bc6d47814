//! The vector plans as EXPLAIN prints them.

use super::{AnnTopK, TopK, VectorTopK};
use crate::bind::bound::Expr;
use crate::error::Result;
use crate::plan::explain::{NodeText, Surroundings};
use crate::plan::names::{Names, quoted};
use crate::plan::print::{conjuncts_text, distance_operator, expr_text};
use crate::schema::Recall;

impl VectorTopK {
    pub(crate) fn explain(
        &self,
        names: &Names,
        surroundings: Surroundings<'_>,
    ) -> Result<NodeText> {
        let title = format!("VectorTopKPlan on {}", self.top.source_name());
        let text = self
            .top
            .details(NodeText::new(title), names)
            .detail("Exact", self.why.to_string());
        self.explain_threads(text, surroundings)
    }

    fn explain_threads(&self, text: NodeText, surroundings: Surroundings<'_>) -> Result<NodeText> {
        Ok(
            match self.threads(surroundings.view, surroundings.threads)? {
                0 | 1 => text,
                threads => text.detail("Threads", format!("up to {threads}")),
            },
        )
    }
}

impl AnnTopK {
    pub(crate) fn explain(
        &self,
        names: &Names,
        surroundings: Surroundings<'_>,
    ) -> Result<NodeText> {
        let settings = surroundings.ann;
        let top = &self.exact.top;
        let (source, index) = (top.source_name(), quoted(&self.index.name));
        let name = if top.limit.limit.is_some() {
            "AnnTopKPlan"
        } else {
            "AnnRangePlan"
        };
        let title = format!("{name} on {source} using {index}");
        let mut text = top.details(NodeText::new(title), names);
        for (label, pushed) in [
            ("Index Filter", &self.pushed),
            ("Implied Filter", &self.implied),
        ] {
            if !pushed.is_empty() {
                let exprs: Vec<Expr> = pushed.iter().map(|p| p.expr.clone()).collect();
                text = text.detail(label, conjuncts_text(&exprs, names));
            }
        }
        if let Some(hits) = &self.hits {
            let found = conjuncts_text(&hits.conjuncts, names);
            text = text.detail("Row Hits", format!("{found} ({})", hits.sources()));
        }
        if !self.residual.is_empty() {
            text = text.detail("Recheck", conjuncts_text(&self.residual, names));
        }
        Ok(match self.ann() {
            _ if settings.exact => {
                let text = text.detail("Exact", "ann_exact is on");
                self.exact.explain_threads(text, surroundings)?
            }
            Some(index) if settings.asked(index) == Recall::EXACT => text
                .detail("Recall", "1")
                .detail("Exact", "from codes, within their bounds"),
            Some(index) if settings.asked(index) != Recall::DEFAULT => {
                text.detail("Recall", settings.asked(index).to_string())
            }
            _ => text,
        })
    }
}

impl TopK {
    /// The table, and its alias where it has another name.
    fn source_name(&self) -> String {
        let table = quoted(&self.table.name);
        if self.alias.eq_ignore_ascii_case(&self.table.name) {
            table
        } else {
            format!("{table} {}", quoted(&self.alias))
        }
    }

    fn details(&self, text: NodeText, names: &Names) -> NodeText {
        let mut order = format!(
            "{} {} {}",
            expr_text(&self.key.vector.expr, names),
            distance_operator(self.key.metric),
            expr_text(&self.key.query, names)
        );
        if self.order.descending {
            order.push_str(" DESC");
        }
        if self.order.nulls_first != self.order.descending {
            let nulls = if self.order.nulls_first {
                "FIRST"
            } else {
                "LAST"
            };
            order.push_str(&format!(" NULLS {nulls}"));
        }
        let text = text.detail("Order", order);
        let text = match &self.range {
            Some(range) => text.detail("Within", conjuncts_text(&range.conjuncts, names)),
            None => text,
        };
        text.limit(&self.limit, names)
    }
}
