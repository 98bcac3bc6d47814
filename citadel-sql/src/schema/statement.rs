//! Definitions as the statements that make them.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{
    AnnIndex, ColumnDef, Identity, IndexDef, IndexKey, IndexKind, IndexOrigin, LakeCatalog,
    LakeDef, Materialized, Metric, SequenceDef, TableDef,
};
use crate::types::{Collation, Domain, Value, literal_text};

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
                let keys = btree.keys.iter().map(|key| key.key_sql(table));
                let keys = keys.collect::<Vec<_>>().join(", ");
                let nulls = match btree.unique && !btree.nulls_distinct {
                    true => " NULLS NOT DISTINCT",
                    false => "",
                };
                let condition = match &btree.condition {
                    Some(condition) => format!(" WHERE {}", condition.sql(table, quoted)),
                    None => String::new(),
                };
                format!("CREATE {unique}INDEX {name} ON {on} ({keys}){nulls}{condition}")
            }
            IndexKind::Ann(ann) => {
                let vector = ann.vector.key_sql(table);
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

impl TableDef {
    /// The CREATE TABLE that makes a table like this one, with the constraints that it has. The key of an encrypted table in a lake is not in it.
    pub(crate) fn statement(
        &self,
        sequences: &[Arc<SequenceDef>],
        tables: &[Arc<TableDef>],
    ) -> String {
        let using = self
            .lake
            .as_ref()
            .map(|lake| using(lake, None, Secrets::Kept));
        self.statement_using(sequences, tables, using.as_deref())
    }

    fn statement_using(
        &self,
        sequences: &[Arc<SequenceDef>],
        tables: &[Arc<TableDef>],
        using: Option<&str>,
    ) -> String {
        if let Some(kept) = &self.materialized {
            let names = self.columns.iter().map(|column| quoted(&column.name));
            let names = names.collect::<Vec<_>>().join(", ");
            let (name, query) = (quoted(&self.name), &kept.query);
            return format!("CREATE MATERIALIZED VIEW {name} ({names}) AS {query}");
        }
        let names = |columns: &[super::ColumnNo]| {
            let names = columns.iter().map(|no| quoted(&self.column(*no).name));
            names.collect::<Vec<_>>().join(", ")
        };
        let columns = self.columns.iter();
        let mut parts: Vec<String> = columns.map(|c| column(self, c, sequences)).collect();
        if let (Some(no), None) = (self.rowid_column, self.counter()) {
            let name = self.rowid_constraint.as_ref();
            let name = name.map_or(String::new(), |name| constraint(name));
            parts.push(format!("{name}PRIMARY KEY ({})", names(&[no])));
        }
        for index in &self.indexes {
            let IndexKind::BTree(btree) = &index.kind else {
                continue;
            };
            let kind = match (index.origin, btree.nulls_distinct) {
                (IndexOrigin::Statement, _) => continue,
                (IndexOrigin::PrimaryKey, _) => "PRIMARY KEY",
                (IndexOrigin::Unique, true) => "UNIQUE",
                (IndexOrigin::Unique, false) => "UNIQUE NULLS NOT DISTINCT",
            };
            let name = constraint(&index.name);
            // What a collation makes of a column follows from the column.
            let columns = btree.keys.iter().flat_map(IndexKey::columns);
            let columns: Vec<_> = columns.collect();
            parts.push(format!("{name}{kind} ({})", names(&columns)));
        }
        for check in &self.checks {
            let condition = check.condition.sql(self, quoted);
            parts.push(format!("{}CHECK ({condition})", constraint(&check.name)));
        }
        for key in &self.foreign_keys {
            let mut known = tables.iter();
            let parent = match known.find(|table| table.id == key.parent) {
                Some(parent) if key.parent != self.id => parent,
                _ => self,
            };
            let text = key.sql(self, parent);
            parts.push(format!("{}{text}", constraint(&key.name)));
        }
        format!(
            "CREATE TABLE {} ({}){}",
            quoted(&self.name),
            parts.join(", "),
            using.unwrap_or_default()
        )
    }
}

impl TableDef {
    /// What makes the table without its foreign keys, which want other tables and their rows to be there.
    ///
    /// `metadata` is the newest of an embedded table in a lake, from which the new one goes on.
    pub(crate) fn statement_alone(
        &self,
        sequences: &[Arc<SequenceDef>],
        metadata: Option<&str>,
    ) -> String {
        if let (Some(lake), Some(_)) = (&self.lake, metadata) {
            let using = using(lake, metadata, Secrets::Kept);
            return self.statement_using(sequences, &[], Some(&using));
        }
        if self.foreign_keys.is_empty() {
            return self.sql.clone();
        }
        let alone = Self {
            foreign_keys: Vec::new(),
            ..self.clone()
        };
        alone.statement(sequences, &[])
    }

    /// What makes a materialized view as it is now, with its indexes.
    pub(crate) fn statements_as_filled(&self, kept: &Materialized) -> Vec<String> {
        let mut sql = self.statement(&[], &[]);
        if !kept.is_filled {
            sql.push_str("\nWITH NO DATA");
        }
        let indexes = self.indexes.iter().map(|index| index.sql.clone());
        std::iter::once(sql).chain(indexes).collect()
    }

    /// The same with the key of an encrypted table in a lake, and the token that its server wants: for a database that is to open it as this
    /// one does.
    pub(crate) fn statement_to_open(
        &self,
        sequences: &[Arc<SequenceDef>],
        metadata: Option<&str>,
    ) -> Zeroizing<String> {
        Zeroizing::new(match &self.lake {
            Some(lake) if has_secrets(lake) => {
                let using = Zeroizing::new(using(lake, metadata, Secrets::Told));
                self.statement_using(sequences, &[], Some(&using))
            }
            _ => self.statement_alone(sequences, metadata),
        })
    }

    /// What adds its foreign keys.
    pub(crate) fn key_statements(&self, tables: &[Arc<TableDef>]) -> Vec<String> {
        let keys = self.foreign_keys.iter().filter_map(|key| {
            let mut known = tables.iter();
            let parent = known.find(|table| table.id == key.parent)?;
            Some(format!(
                "ALTER TABLE {} ADD {}{}",
                quoted(&self.name),
                constraint(&key.name),
                key.sql(self, parent)
            ))
        });
        keys.collect()
    }
}

/// The CREATE DOMAIN that makes a domain like this one.
pub(crate) fn domain_statement(domain: Domain) -> String {
    let def = domain.def();
    let mut text = format!("CREATE DOMAIN {domain} AS ");
    match def.limit {
        Some(limit) => text.push_str(&limit.to_string()),
        None => text.push_str(&def.base.to_string()),
    }
    if let Some(default) = &def.default {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    if def.not_null {
        text.push_str(" NOT NULL");
    }
    for check in &def.checks {
        let (name, condition) = (constraint(&check.name), &check.condition);
        text.push_str(&format!(" {name}CHECK ({condition})"));
    }
    text
}

/// Whether a statement tells what opens a table in a lake.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrets {
    Kept,
    Told,
}

fn has_secrets(lake: &LakeDef) -> bool {
    let has_token = match &lake.home.catalog {
        LakeCatalog::Files | LakeCatalog::Embedded => false,
        LakeCatalog::Rest(server) => server.token.is_some(),
    };
    has_token || lake.home.key.is_some()
}

/// Where the rows of a table lie.
fn using(lake: &LakeDef, metadata: Option<&str>, secrets: Secrets) -> String {
    let text = |text: &str| literal_text(&Value::Text(text.to_owned()));
    let named = format!(", catalog = '{}'", lake.home.catalog.name());
    let catalog = match &lake.home.catalog {
        LakeCatalog::Files => String::new(),
        LakeCatalog::Embedded => named,
        LakeCatalog::Rest(server) => {
            let mut told = format!("{named}, uri = {}", text(&server.uri));
            if let Some(warehouse) = &server.warehouse {
                told.push_str(&format!(", warehouse = {}", text(warehouse)));
            }
            let namespace = text(&server.namespace.join("."));
            told.push_str(&format!(
                ", namespace = {namespace}, name = {}",
                text(&server.name)
            ));
            if let (Some(token), Secrets::Told) = (&server.token, secrets) {
                told.push_str(&format!(", token = {}", text(token.text())));
            }
            told
        }
    };
    let metadata = metadata.map_or(String::new(), |uri| format!(", metadata = {}", text(uri)));
    let encryption = match lake.home.key {
        None => "",
        Some(_) => ", encryption = 'parquet'",
    };
    let key = match (&lake.home.key, secrets) {
        (Some(key), Secrets::Told) => format!(", encryption_key = '{}'", *key.digits()),
        _ => String::new(),
    };
    let location = text(&lake.home.location);
    format!(" USING iceberg WITH (location = {location}{catalog}{metadata}{encryption}{key})")
}

fn constraint(name: &str) -> String {
    format!("CONSTRAINT {} ", quoted(name))
}

fn column(table: &TableDef, column: &ColumnDef, sequences: &[Arc<SequenceDef>]) -> String {
    let mut text = quoted(&column.name);
    match column.limit {
        Some(limit) if column.ty.element().is_some() => text.push_str(&format!(" {limit}[]")),
        Some(limit) => text.push_str(&format!(" {limit}")),
        None => text.push_str(&format!(" {}", column.ty)),
    }
    if column.collation != Collation::Binary {
        text.push_str(&format!(" COLLATE {}", quoted(column.collation.name())));
    }
    if let Some(identity) = column.sequences.identity {
        text.push_str(&identity_text(identity, sequences));
    } else if !column.default.is_null() {
        text.push_str(&format!(" DEFAULT {}", column.default.sql(sequences)));
    }
    if let Some(text_of) = &column.generated {
        let value = text_of.sql(table, quoted);
        text.push_str(&format!(" GENERATED ALWAYS AS ({value}) STORED"));
    }
    if column.not_null && column.sequences.counter.is_none() {
        text.push_str(" NOT NULL");
    }
    if column.sequences.counter.is_some() {
        let name = table.rowid_constraint.as_ref();
        let name = name.map_or(String::new(), |name| constraint(name));
        text.push_str(&format!(" {name}PRIMARY KEY AUTOINCREMENT"));
    }
    text
}

fn identity_text(identity: Identity, sequences: &[Arc<SequenceDef>]) -> String {
    let when = match identity.always {
        true => "ALWAYS",
        false => "BY DEFAULT",
    };
    let mut known = sequences.iter();
    let options = match known.find(|sequence| sequence.id == identity.sequence) {
        Some(sequence) => sequence.options.sql(),
        None => String::new(),
    };
    match options.as_str() {
        "" => format!(" GENERATED {when} AS IDENTITY"),
        options => format!(" GENERATED {when} AS IDENTITY ({options})"),
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
