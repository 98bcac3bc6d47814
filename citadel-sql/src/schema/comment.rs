//! Comments: what users say of tables, views, columns, sequences and types.

use std::sync::Arc;

use super::{SequenceDef, TableDef, ViewDef, quoted};
use crate::types::{Domain, EnumType, Value, literal_text};

/// What a comment is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CommentOn {
    /// The id of a table, a view, a sequence or a type.
    pub(crate) object: u64,
    /// The name of a column of it.
    pub(crate) column: Option<String>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) on: CommentOn,
    pub(crate) text: String,
}

/// What comments may be of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commented<'a> {
    pub(crate) tables: &'a [Arc<TableDef>],
    pub(crate) views: &'a [Arc<ViewDef>],
    pub(crate) sequences: &'a [Arc<SequenceDef>],
    pub(crate) enums: &'a [EnumType],
    pub(crate) domains: &'a [Domain],
}

impl Commented<'_> {
    /// What has the id: its kind and its name.
    fn named(&self, id: u64) -> Option<(&'static str, String)> {
        let table = self.tables.iter().find(|table| table.id.0 == id);
        let table = table.map(|table| match table.materialized {
            None => ("TABLE", quoted(&table.name)),
            Some(_) => ("MATERIALIZED VIEW", quoted(&table.name)),
        });
        let view = || {
            let view = self.views.iter().find(|view| view.id.0 == id)?;
            Some(("VIEW", quoted(&view.name)))
        };
        let sequence = || {
            let found = self.sequences.iter().find(|known| known.id.0 == id)?;
            Some(("SEQUENCE", quoted(&found.name)))
        };
        let ty = || {
            let found = self.enums.iter().find(|ty| ty.id() == id)?;
            Some(("TYPE", found.to_string()))
        };
        let domain = || {
            let found = self.domains.iter().find(|known| known.def().id == id)?;
            Some(("DOMAIN", found.to_string()))
        };
        table
            .or_else(view)
            .or_else(sequence)
            .or_else(ty)
            .or_else(domain)
    }

    /// The name of what a comment is of, and the statement that says it; `None`: it is of nothing that there is.
    pub(crate) fn statement(&self, comment: &Comment) -> Option<(String, String)> {
        let (kind, name) = self.named(comment.on.object)?;
        let text = literal_text(&Value::Text(comment.text.clone()));
        let sql = match &comment.on.column {
            None => format!("COMMENT ON {kind} {name} IS {text}"),
            Some(column) => format!("COMMENT ON COLUMN {name}.{} IS {text}", quoted(column)),
        };
        Some((name, sql))
    }
}
