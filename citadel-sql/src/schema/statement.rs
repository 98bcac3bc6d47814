//! Definitions as the statements that make them.

use super::{AnnIndex, IndexDef, IndexKind, Metric, TableDef};

impl IndexDef {
    /// The CREATE INDEX that makes an index like this one.
    pub(crate) fn statement(&self, table: &TableDef) -> String {
        let (name, on) = (quoted(&self.name), quoted(&table.name));
        let names = |columns: &[super::ColumnNo]| {
            let names = columns.iter().map(|no| quoted(&table.column(*no).name));
            names.collect::<Vec<_>>().join(", ")
        };
        match &self.kind {
            IndexKind::BTree(btree) => {
                let unique = if btree.unique { "UNIQUE " } else { "" };
                let columns = names(&btree.columns);
                format!("CREATE {unique}INDEX {name} ON {on} ({columns})")
            }
            IndexKind::Ann(ann) => {
                let column = names(&[ann.column]);
                let include = match ann.filters.as_slice() {
                    [] => String::new(),
                    filters => format!(" INCLUDE ({})", names(filters)),
                };
                let with = with(ann);
                format!("CREATE INDEX {name} ON {on} USING ann ({column}){include}{with}")
            }
        }
    }
}

fn with(ann: &AnnIndex) -> String {
    let metric = match ann.metric {
        Metric::L2 => "l2",
        Metric::Cosine => "cosine",
        Metric::InnerProduct => "inner_product",
        Metric::Hamming => "hamming",
    };
    let mut options = vec![format!("metric = '{metric}'")];
    options.extend(ann.options.described());
    format!(" WITH ({})", options.join(", "))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
