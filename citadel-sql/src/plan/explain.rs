//! EXPLAIN: what is said of each node of the physical plan.

use citadel_txn::View;

use super::Plan;
use super::logical::LimitBounds;
use super::names::{Names, quoted};
use super::physical::{
    ApplyMethod, IndexScan, KeyColumn, NextColumn, PhysicalPlan, PkLookup, Range, SeqScan,
    TableSource,
};
use super::plan_tree::{NodeMeasure, PlanTree};
use super::points::Points;
use super::print::{aggregate_text, conjuncts_text, expr_text, frame_text, window_call_text};
use crate::bind::bound::{ColumnId, Expr, Outer, PlanFormat, SubqueryKind};
use crate::error::Result;
use crate::schema::{AnnSettings, IndexDef, IndexKind, TableDef};

/// One node as text: a title, and details below it.
#[derive(Clone, Debug)]
pub(crate) struct NodeText {
    title: String,
    details: Vec<(String, String)>,
}

impl NodeText {
    /// A node without details.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            details: Vec::new(),
        }
    }

    /// Adds a line below the title.
    #[must_use]
    pub(crate) fn detail(mut self, label: &str, text: impl Into<String>) -> Self {
        self.details.push((label.to_owned(), text.into()));
        self
    }

    /// Adds the line `Filter: …`, if there is one.
    #[must_use]
    pub(crate) fn filter(self, conjuncts: &[Expr], names: &Names) -> Self {
        if conjuncts.is_empty() {
            return self;
        }
        self.detail("Filter", conjuncts_text(conjuncts, names))
    }

    /// Adds the lines `Limit: …` and `Offset: …`, where given.
    #[must_use]
    pub(crate) fn limit(mut self, limit: &LimitBounds, names: &Names) -> Self {
        if let Some(limit) = &limit.limit {
            self = self.detail("Limit", expr_text(limit, names));
        }
        if let Some(offset) = &limit.offset {
            self = self.detail("Offset", expr_text(offset, names));
        }
        self
    }
}

/// What the execution of a plan depends on, beside the plan and its parameters.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) view: &'a dyn View,
    pub(crate) ann: AnnSettings,
    /// The most threads that the statement may run on.
    pub(crate) threads: usize,
}

/// The rows of EXPLAIN. `measures` has one entry for each node in the order of printing, for ANALYZE.
///
/// # Errors
/// Storage errors.
pub(crate) fn explain(
    plan: &Plan,
    format: PlanFormat,
    surroundings: Surroundings<'_>,
    measures: Option<Vec<NodeMeasure>>,
) -> Result<Vec<String>> {
    let mut describer = Describer {
        names: &plan.names,
        surroundings,
        measures: measures.unwrap_or_default().into_iter(),
    };
    let tree = describer.node(&plan.root)?;
    Ok(match format {
        PlanFormat::Text => tree.lines(),
        PlanFormat::Json => vec![tree.json()],
    })
}

struct Describer<'a> {
    names: &'a Names,
    surroundings: Surroundings<'a>,
    measures: std::vec::IntoIter<NodeMeasure>,
}

impl<'a> Describer<'a> {
    fn node(&mut self, plan: &'a PhysicalPlan) -> Result<PlanTree> {
        let NodeText { title, details } = node_text(plan, self.names, self.surroundings)?;
        let measure = self.measures.next();
        let inputs = match plan {
            // Each has names of its own.
            PhysicalPlan::With(with) => {
                let names = self.names;
                let inputs = with.plans().map(|(input, names)| {
                    self.names = names;
                    self.node(input)
                });
                let inputs = inputs.collect::<Result<_>>()?;
                self.names = names;
                inputs
            }
            plan => {
                let inputs = plan.inputs().into_iter().map(|input| self.node(input));
                inputs.collect::<Result<_>>()?
            }
        };
        Ok(PlanTree {
            title,
            rows: is_query(plan).then(|| plan.rows()),
            details,
            measure,
            inputs,
        })
    }
}

/// Does the node give rows that can be estimated?
fn is_query(plan: &PhysicalPlan) -> bool {
    !plan.writes() && !matches!(plan, PhysicalPlan::Nothing | PhysicalPlan::Explain { .. })
}

fn node_text(
    plan: &PhysicalPlan,
    names: &Names,
    surroundings: Surroundings<'_>,
) -> Result<NodeText> {
    Ok(match plan {
        PhysicalPlan::SingleRow => NodeText::new("SingleRow"),
        PhysicalPlan::Empty(_) => NodeText::new("Empty"),
        PhysicalPlan::Values(_) => NodeText::new("Values"),
        PhysicalPlan::ConstantRow(_) => NodeText::new("ConstantRow"),
        PhysicalPlan::TableFunction(call) => {
            let arguments = call
                .arguments
                .iter()
                .map(|argument| expr_text(argument, names));
            let arguments: Vec<String> = arguments.collect();
            let ordinality = match call.ordinality {
                true => " with ordinality",
                false => "",
            };
            let text = NodeText::new(format!(
                "TableFunction {}{ordinality}",
                call.function.name()
            ))
            .detail("Arguments", arguments.join(", "));
            match call.layout.len() < call.types.len() {
                false => text,
                true => {
                    let read = call.layout.iter().map(|id| names.get(*id));
                    text.detail("Columns", read.collect::<Vec<_>>().join(", "))
                }
            }
        }
        PhysicalPlan::SeqScan(scan) => seq_scan(scan, names),
        PhysicalPlan::SampleScan(scan) => {
            let sample = &scan.sample;
            let mut text = format!(
                "{} ({})",
                sample.method.name(),
                expr_text(&sample.percentage, names)
            );
            if let Some(seed) = &sample.seed {
                text.push_str(&format!(" REPEATABLE ({})", expr_text(seed, names)));
            }
            NodeText::new(format!("SampleScan on {}", source_name(&scan.source)))
                .detail("Sample", text)
                .filter(&scan.source.filter, names)
        }
        PhysicalPlan::PkLookup(lookup) => pk_lookup(lookup, names),
        PhysicalPlan::IndexScan(scan) => index_scan(scan, names),
        PhysicalPlan::RowCount(count) => NodeText::new(format!(
            "RowCount of {}",
            table_name(&count.table, &count.alias)
        )),
        PhysicalPlan::Filter { conjuncts, .. } => {
            NodeText::new("Filter").detail("Condition", conjuncts_text(conjuncts, names))
        }
        PhysicalPlan::Project { columns, .. } => {
            let texts: Vec<String> = columns.iter().map(|(_, e)| expr_text(e, names)).collect();
            NodeText::new("Project").detail("Output", texts.join(", "))
        }
        PhysicalPlan::Sort { keys, .. } => {
            NodeText::new("Sort").detail("Sort Key", keys_text(keys, names))
        }
        PhysicalPlan::TopN { keys, limit, .. } => NodeText::new("TopN")
            .detail("Sort Key", keys_text(keys, names))
            .limit(limit, names),
        PhysicalPlan::Limit { limit, .. } => NodeText::new("Limit").limit(limit, names),
        PhysicalPlan::WindowPlan(window) => {
            let mut text = NodeText::new("WindowPlan");
            if !window.partition.is_empty() {
                text = text.detail("Partition Key", keys_text(&window.partition, names));
            }
            if !window.order.is_empty() {
                text = text.detail("Order Key", keys_text(&window.order, names));
            }
            let calls = window.calls.iter();
            let call = |call| window_call_text(call, names) + &frame_text(&call.frame, names);
            let calls: Vec<String> = calls.map(call).collect();
            text.detail("Functions", calls.join(", "))
        }
        PhysicalPlan::HashAggregate(aggregate) => {
            let mut text = NodeText::new("HashAggregate");
            if !aggregate.keys.is_empty() {
                text = text.detail("Group Key", list_text(&aggregate.keys, names));
            }
            if !aggregate.sets.is_empty() {
                let set = |set: &Vec<usize>| {
                    let keys = set.iter().filter_map(|at| aggregate.keys.get(*at));
                    let keys: Vec<String> = keys.map(|key| expr_text(key, names)).collect();
                    format!("({})", keys.join(", "))
                };
                let sets: Vec<String> = aggregate.sets.iter().map(set).collect();
                text = text.detail("Grouping Sets", sets.join(", "));
            }
            let calls = aggregate.aggregates.iter();
            let calls: Vec<String> = calls.map(|call| aggregate_text(call, names)).collect();
            if !calls.is_empty() {
                text = text.detail("Aggregates", calls.join(", "));
            }
            text
        }
        PhysicalPlan::HashJoin(join) => NodeText::new(join_title("HashJoin", join.outer))
            .detail("Hash Cond", pairs_text(&join.keys, names))
            .filter(&join.filter, names),
        PhysicalPlan::NestedLoopJoin(join) => {
            NodeText::new(join_title("NestedLoopJoin", join.outer)).filter(&join.filter, names)
        }
        PhysicalPlan::LookupJoin(join) => {
            let keys = list_text(&join.keys, names);
            let by = match &join.index {
                Some(index) => format!("{} = ({keys})", index_columns(index, &join.right, names)),
                None => format!("{} = {keys}", rowid_name(&join.right, names)),
            };
            let mut filter = join.right.filter.clone();
            filter.extend(join.filter.iter().cloned());
            let outer = Outer {
                left: join.keeps_left,
                right: false,
            };
            let title = join_title("LookupJoin", outer);
            let title = format!("{title} with {}", source_name(&join.right));
            let title = match &join.index {
                Some(index) => format!("{title} using {}", quoted(&index.name)),
                None => title,
            };
            NodeText::new(title)
                .detail("Lookup", by)
                .filter(&filter, names)
        }
        PhysicalPlan::Init(init) => {
            let answers = init.plans.iter();
            answers.fold(NodeText::new("Init"), |text, answer| {
                let what = asked_text(answer.kind, answer.operand.as_ref(), names);
                text.detail("Answer", format!("${} = {what}", answer.result + 1))
            })
        }
        PhysicalPlan::Apply(apply) => {
            let what = asked_text(apply.kind, apply.operand.as_ref(), names);
            let text = NodeText::new("Apply").detail("Answer", what);
            match &apply.method {
                ApplyMethod::Each { arguments, .. } => {
                    text.detail("For Each", arguments_text(arguments, names))
                }
                ApplyMethod::ByKey(by_key) if by_key.keys.is_empty() => text,
                ApplyMethod::ByKey(by_key) => text.detail("By Key", list_text(&by_key.keys, names)),
            }
        }
        PhysicalPlan::LateralJoin(join) => {
            let outer = Outer {
                left: join.keeps_left,
                right: false,
            };
            NodeText::new(join_title("LateralJoin", outer))
                .detail("For Each", arguments_text(&join.arguments, names))
                .filter(&join.filter, names)
        }
        PhysicalPlan::RecursiveUnion(union) => NodeText::new(format!(
            "RecursiveUnion{}",
            if union.all { " ALL" } else { "" }
        )),
        PhysicalPlan::WorkTableScan(scan) => {
            NodeText::new(format!("WorkTableScan on {}", quoted(&scan.alias)))
        }
        PhysicalPlan::Append(_) => NodeText::new("Append"),
        PhysicalPlan::HashSetOperation(set) => {
            let all = if set.all { " ALL" } else { "" };
            NodeText::new(format!("HashSetOperation {}{all}", set.operator.name()))
        }
        PhysicalPlan::VectorTopKPlan(plan) => plan.explain(names, surroundings)?,
        PhysicalPlan::AnnTopKPlan(plan) => plan.explain(names, surroundings)?,
        PhysicalPlan::LakeScan(scan) => scan.explain(names),
        PhysicalPlan::LakeTopKPlan(plan) => plan.explain(names),
        PhysicalPlan::LakeDelete(delete) => delete.explain(names),
        PhysicalPlan::Insert(insert) => insert.explain(names),
        PhysicalPlan::Update(update) => update.explain(names),
        PhysicalPlan::Delete(delete) => delete.explain(names),
        PhysicalPlan::Merge(merge) => merge.explain(names),
        PhysicalPlan::Instead(instead) => instead.explain(),
        PhysicalPlan::With(with) => with.explain(),
        PhysicalPlan::CreateTable(create) => {
            NodeText::new(format!("CreateTable {}", quoted(&create.name)))
        }
        PhysicalPlan::CreateTableAs(create) => {
            NodeText::new(format!("CreateTableAs {}", quoted(&create.create.name)))
        }
        PhysicalPlan::AlterTable(alter) => {
            NodeText::new(format!("AlterTable {}", quoted(&alter.table.name)))
        }
        PhysicalPlan::Trigger(_) => NodeText::new("Trigger"),
        PhysicalPlan::Sequence(_) => NodeText::new("Sequence"),
        PhysicalPlan::Truncate { tables, .. } => {
            let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
            NodeText::new(format!("Truncate {}", names.join(", ")))
        }
        PhysicalPlan::Analyze(tables) => {
            let names: Vec<String> = tables.iter().map(|one| quoted(&one.table.name)).collect();
            NodeText::new(format!("Analyze {}", names.join(", ")))
        }
        PhysicalPlan::ChangeDefinition(_) => NodeText::new("ChangeDefinition"),
        PhysicalPlan::CreateView(create) => {
            NodeText::new(format!("CreateView {}", quoted(&create.name)))
        }
        PhysicalPlan::DropRelations { tables, views, .. } => {
            let tables = tables.iter().map(|table| quoted(&table.name));
            let views = views.iter().map(|view| quoted(&view.name));
            let names: Vec<String> = tables.chain(views).collect();
            NodeText::new(format!("DropRelations {}", names.join(", ")))
        }
        PhysicalPlan::CreateIndex(create) => NodeText::new(format!(
            "CreateIndex {} on {}",
            quoted(&create.name),
            quoted(&create.table.name)
        )),
        PhysicalPlan::DropIndex(indexes) => {
            let names: Vec<String> = indexes.iter().map(|index| quoted(&index.name)).collect();
            NodeText::new(format!("DropIndex {}", names.join(", ")))
        }
        PhysicalPlan::AlterIndex(alter) => {
            NodeText::new(format!("AlterIndex {}", quoted(&alter.index.name)))
        }
        PhysicalPlan::Nothing => NodeText::new("Nothing"),
        PhysicalPlan::Explain { .. } => NodeText::new("Explain"),
    })
}

/// Parameters and their values.
fn arguments_text(arguments: &[(usize, Expr)], names: &Names) -> String {
    let texts = arguments
        .iter()
        .map(|(parameter, value)| format!("${} = {}", parameter + 1, expr_text(value, names)));
    texts.collect::<Vec<_>>().join(", ")
}

/// What is asked of a query.
fn asked_text(kind: SubqueryKind, operand: Option<&Expr>, names: &Names) -> String {
    match (kind, operand) {
        (SubqueryKind::Scalar, _) => "the value".to_owned(),
        (SubqueryKind::Exists, _) => "EXISTS".to_owned(),
        (SubqueryKind::Any(op), Some(operand)) => {
            format!("{} {} ANY", expr_text(operand, names), op.symbol())
        }
        (SubqueryKind::Any(op), None) => format!("{} ANY", op.symbol()),
    }
}

/// The node's name, and which rows it keeps without a partner.
fn join_title(name: &str, outer: Outer) -> String {
    let kind = match (outer.left, outer.right) {
        (false, false) => "",
        (true, false) => " left",
        (false, true) => " right",
        (true, true) => " full",
    };
    format!("{name}{kind}")
}

/// The table, and its alias where it has another name.
fn table_name(table: &TableDef, alias: &str) -> String {
    let name = quoted(&table.name);
    if alias.eq_ignore_ascii_case(&table.name) {
        name
    } else {
        format!("{name} {}", quoted(alias))
    }
}

pub(super) fn source_name(source: &TableSource) -> String {
    table_name(&source.table, &source.alias)
}

fn direction(title: String, descending: bool) -> String {
    if descending {
        format!("{title} backward")
    } else {
        title
    }
}

fn rowid_name(source: &TableSource, names: &Names) -> String {
    let column = match source.table.rowid_column {
        Some(no) => u32::from(no.0),
        None => ColumnId::ROWID,
    };
    let relation = source.relation;
    names.get(ColumnId { relation, column }).to_owned()
}

fn seq_scan(scan: &SeqScan, names: &Names) -> NodeText {
    let source = &scan.source;
    let kind = if scan.range.is_all() {
        "SeqScan"
    } else {
        "PkRangeScan"
    };
    let title = format!("{kind} on {}", source_name(source));
    let mut text = NodeText::new(direction(title, scan.descending));
    if !scan.range.is_all() {
        let column = rowid_name(source, names);
        text = text.detail("Range", range_text(&column, &scan.range, names));
    }
    text.filter(&source.filter, names)
}

fn pk_lookup(lookup: &PkLookup, names: &Names) -> NodeText {
    let source = &lookup.source;
    let title = format!("PkLookup on {}", source_name(source));
    let column = rowid_name(source, names);
    NodeText::new(direction(title, lookup.descending))
        .detail("Key", one_of_text(&column, &lookup.keys, names))
        .filter(&source.filter, names)
}

fn index_scan(scan: &IndexScan, names: &Names) -> NodeText {
    let source = &scan.source;
    let name = match scan.is_covering() {
        true => "IndexOnlyScan",
        false => "IndexScan",
    };
    let title = format!(
        "{name} on {} using {}",
        source_name(source),
        quoted(&scan.index.name)
    );
    let text = NodeText::new(direction(title, scan.descending));
    let columns = index_column_names(&scan.index, source, names);
    let mut bounds: Vec<String> = scan
        .equal
        .iter()
        .zip(&columns)
        .map(|(value, column)| format!("{column} = {}", expr_text(value, names)))
        .collect();
    if let Some(column) = columns.get(scan.equal.len()) {
        match &scan.next {
            NextColumn::Any => {}
            NextColumn::NotNull => bounds.push(format!("{column} IS NOT NULL")),
            NextColumn::OneOf(list) => bounds.push(one_of_text(column, list, names)),
            NextColumn::Range(range) => bounds.push(range_text(column, range, names)),
        }
    }
    let text = if bounds.is_empty() {
        text
    } else {
        text.detail("Index Cond", bounds.join(" AND "))
    };
    text.filter(&source.filter, names)
}

fn index_column_names(index: &IndexDef, source: &TableSource, names: &Names) -> Vec<String> {
    let IndexKind::BTree(btree) = &index.kind else {
        return Vec::new();
    };
    let relation = source.relation;
    let keys = btree.keys.iter().map(|key| match key.as_column() {
        Some(no) => {
            let column = u32::from(no.0);
            names.get(ColumnId { relation, column }).to_owned()
        }
        None => format!("({})", key.text(&source.table)),
    });
    keys.collect()
}

fn index_columns(index: &IndexDef, source: &TableSource, names: &Names) -> String {
    format!("({})", index_column_names(index, source, names).join(", "))
}

fn one_of_text(column: &str, keys: &Points, names: &Names) -> String {
    match (keys, keys.only()) {
        (_, Some(key)) => format!("{column} = {}", expr_text(key, names)),
        (Points::List(keys), _) => format!("{column} IN ({})", list_text(keys, names)),
        (Points::Elements(array), _) => format!("{column} = ANY ({})", expr_text(array, names)),
    }
}

fn range_text(column: &str, range: &Range, names: &Names) -> String {
    let mut ends = Vec::with_capacity(2);
    if let Some(low) = &range.low {
        let sign = if low.inclusive { ">=" } else { ">" };
        ends.push(format!("{column} {sign} {}", expr_text(&low.value, names)));
    }
    if let Some(high) = &range.high {
        let sign = if high.inclusive { "<=" } else { "<" };
        ends.push(format!("{column} {sign} {}", expr_text(&high.value, names)));
    }
    ends.join(" AND ")
}

fn list_text(list: &[Expr], names: &Names) -> String {
    let texts: Vec<String> = list.iter().map(|expr| expr_text(expr, names)).collect();
    texts.join(", ")
}

fn pairs_text(pairs: &[(Expr, Expr)], names: &Names) -> String {
    let texts = pairs
        .iter()
        .map(|(left, right)| format!("{} = {}", expr_text(left, names), expr_text(right, names)));
    texts.collect::<Vec<_>>().join(" AND ")
}

/// Sort keys as ORDER BY would have them.
pub(crate) fn keys_text(keys: &[KeyColumn], names: &Names) -> String {
    let texts = keys.iter().map(|key| {
        let mut text = names.get(key.column).to_owned();
        if key.descending {
            text.push_str(" DESC");
        }
        if key.nulls_first != key.descending {
            text.push_str(if key.nulls_first {
                " NULLS FIRST"
            } else {
                " NULLS LAST"
            });
        }
        text
    });
    texts.collect::<Vec<_>>().join(", ")
}
