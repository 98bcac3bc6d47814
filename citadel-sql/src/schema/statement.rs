//! Definitions as the statements that make them.

use super::{AnnIndex, IndexDef, IndexKind, IndexedVector, Metric, TableDef};

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
                let vector = match &ann.vector {
                    IndexedVector::Column(_) => ann.vector.sql(table),
                    IndexedVector::Expression(_) => format!("({})", ann.vector.sql(table)),
                };
                let include = match ann.filters.as_slice() {
                    [] => String::new(),
                    filters => format!(" INCLUDE ({})", names(filters)),
                };
                let with = with(ann);
                format!("CREATE INDEX {name} ON {on} USING ann ({vector}){include}{with}")
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

/// A name that is read as it stands.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name for people: in quotes only where it is made of more than letters, digits and underscores.
pub(crate) fn readable(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { quoted(name) }
}
