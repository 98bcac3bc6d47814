//! What tables there are, told to programs.

use citadel_txn::View;

use crate::api::connection::Connection;
use crate::error::Result;
use crate::lake;
use crate::schema::{
    Catalog, ColumnNo, IndexDef, IndexKind, IndexOrigin, Materialized, SequenceDef, TableDef,
    TriggerDef, ViewDef, domain_statement, quoted as quoted_name, readable, sequence_state,
};
use crate::types::{Domain, EnumType, Limit, SqlType, ValueRef, quoted};

/// A table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TableInfo {
    /// Its name.
    pub name: String,
    /// The statement that made it, as it was written.
    pub sql: String,
    /// A statement that makes it without its foreign keys, which want other tables and their rows to be there; of an Iceberg table whose
    /// newest metadata this database knows, with the place of that metadata.
    pub sql_alone: String,
    /// Its AUTOINCREMENT column, if it has one, and the row id that this one gives next at the earliest.
    pub autoincrement: Option<(String, i64)>,
    /// The statements that add its foreign keys.
    pub foreign_keys: Vec<String>,
    /// Its columns in order.
    pub columns: Vec<ColumnInfo>,
    /// Its indexes, those of constraints included.
    pub indexes: Vec<IndexInfo>,
    /// The folder of an Iceberg table, where its rows lie in one (`CREATE TABLE … USING iceberg`).
    pub lake_location: Option<String>,
    /// Whether that table is encrypted. Its key is in none of the statements here; `lake_key` tells it.
    pub lake_encrypted: bool,
}

/// A view, materialized or not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ViewInfo {
    /// Its name.
    pub name: String,
    /// The statement that made it, as it was written.
    pub sql: String,
    /// The statements that make it as it is now: a materialized one with its indexes, and with data only if it has some.
    pub statements: Vec<String>,
    /// Does it keep its rows?
    pub is_materialized: bool,
}

/// A trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriggerInfo {
    /// Its name.
    pub name: String,
    /// The table or the view that it is of.
    pub table: String,
    /// The statement that made it, as it was written.
    pub sql: String,
    /// A statement that switches it off, if it is.
    pub disabled: Option<String>,
}

/// A type that a statement has made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeInfo {
    /// It, with its name and its labels.
    pub ty: EnumType,
    /// A statement that makes one like it.
    pub sql: String,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommentInfo {
    /// What it is of, or whose column it is of: a name as SQL has it.
    pub name: String,
    /// The statement that says it.
    pub sql: String,
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DomainInfo {
    /// Its name.
    pub name: String,
    /// A statement that makes one like it.
    pub sql: String,
}

/// A sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SequenceInfo {
    /// Its name.
    pub name: String,
    /// A statement that makes one like it.
    pub sql: String,
    /// The number that was given out last, or comes first.
    pub last_value: i64,
    /// Was that number given out?
    pub is_called: bool,
    /// The table and the column that it is dropped with.
    pub owner: Option<(String, String)>,
    /// It is that of an identity column, which makes it.
    pub is_identity: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: SqlType,
    /// The domain that it, or each of its elements, is of.
    pub domain: Option<String>,
    /// Does it refuse NULL?
    pub not_null: bool,
    /// Is it part of the primary key?
    pub primary_key: bool,
    /// Is it computed from others, so that only DEFAULT can be inserted?
    pub generated: bool,
    /// Is it `GENERATED ALWAYS AS IDENTITY`, so that other values want OVERRIDING SYSTEM VALUE?
    pub always_identity: bool,
}

/// An index of a table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IndexInfo {
    /// Its name.
    pub name: String,
    /// The statement that made it; `None` if a constraint did.
    pub sql: Option<String>,
    /// Its columns and expressions in order; for a vector index the vector's, then those that it filters by.
    pub columns: Vec<String>,
    /// What a row is TRUE for that has an entry in it; `None`: it is of all rows.
    pub condition: Option<String>,
    /// What it is.
    pub kind: IndexKindInfo,
}

/// What an index is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexKindInfo {
    /// Ordered keys.
    BTree {
        /// Does it refuse a second row of the same key?
        unique: bool,
    },
    /// Nearest neighbours.
    Ann {
        /// By this distance.
        metric: crate::schema::Metric,
    },
}

impl Connection {
    /// The tables that the next statement would see, in the order in which they were made.
    ///
    /// # Errors
    /// Storage errors.
    pub fn tables(&self) -> Result<Vec<TableInfo>> {
        self.session().look(|view, catalog| {
            let tables = catalog.tables().iter();
            tables
                .filter(|table| table.materialized.is_none())
                .map(|table| table_info(view, table, catalog))
                .collect()
        })
    }

    /// The views that the next statement would see, materialized ones among them, in the order in which they were made.
    ///
    /// # Errors
    /// Storage errors.
    pub fn views(&self) -> Result<Vec<ViewInfo>> {
        self.session().look(|_, catalog| {
            let views = catalog.views().iter();
            let views = views.map(|view| (view.id.0, view_info(view)));
            let kept = catalog.materialized();
            let kept = kept.map(|(table, kept)| (table.id.0, materialized_info(table, kept)));
            let mut all: Vec<(u64, ViewInfo)> = views.chain(kept).collect();
            all.sort_by_key(|(id, _)| *id);
            Ok(all.into_iter().map(|(_, info)| info).collect())
        })
    }

    /// The triggers that the next statement would see, in the order in which they were made.
    ///
    /// # Errors
    /// Storage errors.
    pub fn triggers(&self) -> Result<Vec<TriggerInfo>> {
        self.session().look(|_, catalog| {
            let all = catalog.triggers().iter();
            Ok(all.map(|trigger| trigger_info(trigger, catalog)).collect())
        })
    }

    /// The ENUM types that the next statement would see, in the order in which they were made.
    ///
    /// # Errors
    /// Storage errors.
    pub fn types(&self) -> Result<Vec<TypeInfo>> {
        self.session()
            .look(|_, catalog| Ok(catalog.enums().iter().map(|ty| type_info(*ty)).collect()))
    }

    /// The comments that the next statement would see.
    ///
    /// # Errors
    /// Storage errors.
    pub fn comments(&self) -> Result<Vec<CommentInfo>> {
        self.session().look(|_, catalog| {
            let all = catalog.comment_statements();
            Ok(all.map(|(name, sql)| CommentInfo { name, sql }).collect())
        })
    }

    /// The domains that the next statement would see, in the order in which they were made: each after those that it is made of.
    ///
    /// # Errors
    /// Storage errors.
    pub fn domains(&self) -> Result<Vec<DomainInfo>> {
        let info = |domain: &Domain| DomainInfo {
            name: domain.def().name.clone(),
            sql: domain_statement(*domain),
        };
        self.session()
            .look(|_, catalog| Ok(catalog.domains().iter().map(info).collect()))
    }

    /// The sequences that the next statement would see, in the order in which they were made.
    ///
    /// # Errors
    /// Storage errors.
    pub fn sequences(&self) -> Result<Vec<SequenceInfo>> {
        self.session().look(|view, catalog| {
            let all = catalog.sequences().iter();
            all.map(|sequence| sequence_info(view, catalog, sequence))
                .collect()
        })
    }

    /// Is there a table of this name?
    ///
    /// # Errors
    /// Storage errors.
    pub fn table_exists(&self, name: &str) -> Result<bool> {
        self.session().look(|_, catalog| {
            Ok(catalog
                .table(name)
                .is_some_and(|t| t.materialized.is_none()))
        })
    }
}

fn view_info(view: &ViewDef) -> ViewInfo {
    ViewInfo {
        name: view.name.clone(),
        sql: view.sql.clone(),
        statements: vec![view.sql.clone()],
        is_materialized: false,
    }
}

fn materialized_info(table: &TableDef, kept: &Materialized) -> ViewInfo {
    ViewInfo {
        name: table.name.clone(),
        sql: table.sql.clone(),
        statements: table.statements_as_filled(kept),
        is_materialized: true,
    }
}

fn trigger_info(trigger: &TriggerDef, catalog: &Catalog) -> TriggerInfo {
    let table = catalog.relation_of(trigger).unwrap_or_default();
    let switch = || {
        let (table, name) = (quoted_name(table), quoted_name(&trigger.name));
        format!("ALTER TABLE {table} DISABLE TRIGGER {name}")
    };
    TriggerInfo {
        name: trigger.name.clone(),
        table: table.to_owned(),
        sql: trigger.sql.clone(),
        disabled: (!trigger.enabled).then(switch),
    }
}

fn type_info(ty: EnumType) -> TypeInfo {
    let labels = ty.labels().map(|label| quoted(ValueRef::Text(label)));
    TypeInfo {
        sql: format!(
            "CREATE TYPE {ty} AS ENUM ({})",
            labels.collect::<Vec<_>>().join(", ")
        ),
        ty,
    }
}

fn table_info(view: &dyn View, table: &TableDef, catalog: &Catalog) -> Result<TableInfo> {
    let metadata = match &table.lake {
        Some(_) => lake::pointer(view, table.id)?,
        None => None,
    };
    let autoincrement = match (table.counter(), table.rowid_column) {
        (Some(counter), Some(no)) => {
            let next = sequence_state(view, counter)?.counted().saturating_add(1);
            Some((table.column(no).name.clone(), next))
        }
        _ => None,
    };
    let is_key = |at: usize| {
        let no = u16::try_from(at).ok().map(ColumnNo);
        no.is_some_and(|no| table.rowid_column == Some(no) || table.primary_key.contains(&no))
    };
    Ok(TableInfo {
        name: table.name.clone(),
        sql: table.sql.clone(),
        sql_alone: table.statement_alone(catalog.sequences(), metadata.as_deref()),
        autoincrement,
        foreign_keys: table.key_statements(catalog.tables()),
        columns: table
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| ColumnInfo {
                name: column.name.clone(),
                ty: column.ty,
                domain: match column.limit {
                    Some(Limit::Domain(domain)) => Some(domain.def().name.clone()),
                    _ => None,
                },
                not_null: column.not_null,
                primary_key: is_key(at),
                generated: column.generated.is_some(),
                always_identity: column.sequences.identity.is_some_and(|i| i.always),
            })
            .collect(),
        indexes: table.indexes.iter().map(|i| index_info(table, i)).collect(),
        lake_location: table.lake.as_ref().map(|lake| lake.home.location.clone()),
        lake_encrypted: table
            .lake
            .as_ref()
            .is_some_and(|lake| lake.home.key.is_some()),
    })
}

fn sequence_info(
    view: &dyn View,
    catalog: &Catalog,
    sequence: &SequenceDef,
) -> Result<SequenceInfo> {
    let columns = catalog.tables().iter().flat_map(|table| {
        let columns = table.columns.iter();
        columns.map(|column| (&table.name, column))
    });
    let mut owners = columns.filter(|(_, c)| c.sequences.owned.contains(&sequence.id));
    let owner = owners.next();
    let state = sequence_state(view, sequence.id)?;
    Ok(SequenceInfo {
        name: sequence.name.clone(),
        sql: sequence.statement(),
        last_value: state.last,
        is_called: state.is_called,
        is_identity: owner.is_some_and(|(_, c)| c.sequences.identity.is_some()),
        owner: owner.map(|(table, column)| (table.clone(), column.name.clone())),
    })
}

fn index_info(table: &TableDef, index: &IndexDef) -> IndexInfo {
    let name = |no: &ColumnNo| table.column(*no).name.clone();
    let (columns, kind): (Vec<String>, _) = match &index.kind {
        IndexKind::BTree(btree) => {
            let unique = btree.unique;
            let columns = btree.keys.iter().map(|key| key.text(table));
            (columns.collect(), IndexKindInfo::BTree { unique })
        }
        IndexKind::Ann(ann) => {
            let filters = ann.filters.iter().map(name);
            let columns = std::iter::once(ann.vector.text(table)).chain(filters);
            let metric = ann.metric;
            (columns.collect(), IndexKindInfo::Ann { metric })
        }
    };
    let by_statement = index.origin == IndexOrigin::Statement;
    IndexInfo {
        name: index.name.clone(),
        sql: by_statement.then(|| index.sql.clone()),
        columns,
        condition: match &index.kind {
            IndexKind::BTree(btree) => {
                let condition = btree.condition.as_ref();
                condition.map(|condition| condition.sql(table, readable))
            }
            IndexKind::Ann(_) => None,
        },
        kind,
    }
}
