//! What EXPLAIN says of a plan: nodes with what is estimated and was measured of them, as indented lines or as JSON.

use std::fmt::Write;

use serde_json::{Map, Value as Json, json};

/// What was measured of a node while it ran.
#[derive(Clone, Debug, Default)]
pub(crate) struct NodeMeasure {
    pub(crate) rows: u64,
    pub(crate) batches: u64,
    /// Of the node and its inputs.
    pub(crate) time: std::time::Duration,
    /// What the operator has to say of itself.
    pub(crate) report: Vec<(String, String)>,
}

/// One node and those that it reads.
#[derive(Clone, Debug)]
pub(super) struct PlanTree {
    /// What it does, and to what.
    pub(super) title: String,
    /// Rows that it is thought to give; none where it gives no rows that can be estimated.
    pub(super) rows: Option<f64>,
    /// Labels and what stands behind them.
    pub(super) details: Vec<(String, String)>,
    pub(super) measure: Option<NodeMeasure>,
    pub(super) inputs: Vec<PlanTree>,
}

impl PlanTree {
    /// A line for each node, and below it one for each of its details.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.push_lines(0, &mut lines);
        lines
    }

    fn push_lines(&self, depth: usize, lines: &mut Vec<String>) {
        let mut line = " ".repeat((depth * 6).saturating_sub(4));
        if depth > 0 {
            line.push_str("->  ");
        }
        line.push_str(&self.title);
        if let Some(rows) = self.rows {
            let _ = write!(line, "  (rows={rows:.0})");
        }
        if let Some(measure) = &self.measure {
            let ms = measure.time.as_secs_f64() * 1e3;
            let _ = write!(
                line,
                " (actual rows={} batches={} time={ms:.3} ms)",
                measure.rows, measure.batches
            );
        }
        lines.push(line);
        let indent = " ".repeat(depth * 6 + 2);
        for (label, text) in self.all_details() {
            lines.push(format!("{indent}{label}: {text}"));
        }
        for input in &self.inputs {
            input.push_lines(depth + 1, lines);
        }
    }

    fn all_details(&self) -> impl Iterator<Item = &(String, String)> {
        let report = self.measure.iter().flat_map(|measure| &measure.report);
        self.details.iter().chain(report)
    }

    /// `[{"Plan": …}]`, as PostgreSQL frames it.
    pub(super) fn json(&self) -> String {
        format!("{:#}", json!([{ "Plan": self.node() }]))
    }

    fn node(&self) -> Json {
        let mut node = Map::new();
        node.insert("Node Type".to_owned(), json!(self.title));
        if let Some(rows) = self.rows {
            node.insert("Plan Rows".to_owned(), json!(rows.round() as u64));
        }
        if let Some(measure) = &self.measure {
            node.insert("Actual Rows".to_owned(), json!(measure.rows));
            node.insert("Actual Batches".to_owned(), json!(measure.batches));
            let ms = (measure.time.as_secs_f64() * 1e6).round() / 1e3;
            node.insert("Actual Total Time".to_owned(), json!(ms));
        }
        for (label, text) in self.all_details() {
            // What is said several times is a list.
            match node.get_mut(label) {
                None => drop(node.insert(label.clone(), json!(text))),
                Some(Json::Array(texts)) => texts.push(json!(text)),
                Some(before) => *before = json!([before, text]),
            }
        }
        if !self.inputs.is_empty() {
            let inputs = self.inputs.iter().map(Self::node);
            node.insert("Plans".to_owned(), inputs.collect());
        }
        Json::Object(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(title: &str, details: &[(&str, &str)], inputs: Vec<PlanTree>) -> PlanTree {
        let details = details.iter();
        PlanTree {
            title: title.to_owned(),
            rows: Some(2.6),
            details: details
                .map(|(label, text)| ((*label).to_owned(), (*text).to_owned()))
                .collect(),
            measure: None,
            inputs,
        }
    }

    #[test]
    fn a_tree_is_lines_or_json() {
        let below = node("SeqScan on t", &[("Filter", "a = 'x\"y'")], Vec::new());
        let tree = node(
            "Init",
            &[("Answer", "one"), ("Answer", "two"), ("Answer", "three")],
            vec![below],
        );
        assert_eq!(
            tree.lines(),
            [
                "Init  (rows=3)",
                "  Answer: one",
                "  Answer: two",
                "  Answer: three",
                "  ->  SeqScan on t  (rows=3)",
                "        Filter: a = 'x\"y'",
            ]
        );
        let json: Json = serde_json::from_str(&tree.json()).unwrap();
        assert_eq!(
            json,
            json!([{"Plan": {
                "Node Type": "Init",
                "Plan Rows": 3,
                "Answer": ["one", "two", "three"],
                "Plans": [{"Node Type": "SeqScan on t", "Plan Rows": 3, "Filter": "a = 'x\"y'"}],
            }}])
        );
    }
}
