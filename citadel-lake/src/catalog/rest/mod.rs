//! Tables that a server of the Iceberg REST protocol keeps.
//!
//! The server writes the metadata files; a commit sends it what is to change, and what must hold for that:
//!
//! - the table is the same, and its main branch is at the snapshot that the change is made on top of;
//! - where columns change, the schema and the greatest field id are those that were seen.
//!
//! The protocol has no such requirement for properties. A change of properties alone (of the list of indexes, say) therefore makes a
//! snapshot with the same files, so that it is held to the state that it was made from like any other ([`Catalog::wants_snapshot`]).
//!
//! 409 means that somebody else was faster. What fails with 5xx, or without an answer, may have taken place, or take place later: the commit
//! is looked for by its id, and what is tried again requires what the first attempt would have changed.

mod http;

use std::collections::HashMap;
use std::sync::Arc;

use iceberg::spec::{MAIN_BRANCH, TableMetadata};
use iceberg::{TableRequirement, TableUpdate};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::head::check_format;
use super::{Catalog, CommitId, Head, Next, Replaced, Version, log};
use crate::error::{LakeError, Result};
use crate::store::LakeStore;

use http::{Failed, Http, escaped};

/// What stands between the levels of a namespace in a path.
const LEVELS: &str = "\u{1f}";

/// A server of the Iceberg REST protocol.
///
/// A clone is another handle on the same connection.
#[derive(Clone, Debug)]
pub struct RestCatalog {
    http: Arc<Http>,
    /// What stands before `namespaces`, with a slash at its end.
    prefix: Arc<str>,
}

/// How a server is reached. Values are those of the server's own documentation.
#[derive(Clone, Debug, Default)]
pub struct RestOptions {
    token: Option<String>,
    warehouse: Option<String>,
}

impl RestOptions {
    /// Nothing but its address.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A bearer token.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Which of the server's warehouses.
    #[must_use]
    pub fn warehouse(mut self, warehouse: impl Into<String>) -> Self {
        self.warehouse = Some(warehouse.into());
        self
    }
}

/// The answer to the first question.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    defaults: HashMap<String, String>,
    #[serde(default)]
    overrides: HashMap<String, String>,
}

/// A table as the server has it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Loaded {
    metadata_location: String,
    metadata: TableMetadata,
}

impl RestCatalog {
    /// Asks a server how it wants to be asked.
    ///
    /// # Errors
    /// [`LakeError::Catalog`] if it is not reached, or refuses.
    pub fn connect(uri: &str, options: RestOptions) -> Result<Self> {
        let http = Http::new(uri, options.token)?;
        let query = options.warehouse.as_deref().map(escaped);
        let query = query.map_or(String::new(), |name| format!("?warehouse={name}"));
        let config: Config = http.get(&format!("config{query}"))?;
        let known = |from: &HashMap<String, String>| from.get("prefix").cloned();
        let prefix = known(&config.overrides).or_else(|| known(&config.defaults));
        let prefix = prefix.map_or(String::new(), |prefix| {
            let levels: Vec<String> = prefix.trim_matches('/').split('/').map(escaped).collect();
            format!("{}/", levels.join("/"))
        });
        Ok(Self {
            http: Arc::new(http),
            prefix: prefix.into(),
        })
    }

    /// Makes a namespace, if it is not there.
    ///
    /// # Errors
    /// [`LakeError::Catalog`] if the server refuses.
    pub fn create_namespace(&self, namespace: &[&str]) -> Result<()> {
        let path = format!("{}namespaces", self.prefix);
        let body = json!({ "namespace": namespace, "properties": {} });
        match self.http.post::<Value>(&path, &body) {
            Err(failed) if !failed.is(StatusCode::CONFLICT) => Err(failed.into()),
            _ => Ok(()),
        }
    }

    /// Has the server forget a table. Its files stay.
    ///
    /// # Errors
    /// [`LakeError::NoTable`] if the server says that there is none; [`LakeError::Catalog`] if it refuses.
    pub fn drop_table(&self, namespace: &[&str], name: &str) -> Result<()> {
        let path = self.path(namespace, name);
        self.http
            .delete(&format!("{path}?purgeRequested=false"))
            .map_err(|failed| match failed.is(StatusCode::NOT_FOUND) {
                true => LakeError::NoTable { location: path },
                false => failed.into(),
            })
    }

    fn tables(&self, namespace: &[&str]) -> String {
        let namespace = escaped(&namespace.join(LEVELS));
        format!("{}namespaces/{namespace}/tables", self.prefix)
    }

    fn path(&self, namespace: &[&str], name: &str) -> String {
        format!("{}/{}", self.tables(namespace), escaped(name))
    }

    /// A table of a name, be it there or not.
    pub(crate) fn table(&self, namespace: &[&str], name: &str, store: &LakeStore) -> RestTable {
        RestTable {
            http: Arc::clone(&self.http),
            store: store.clone(),
            tables: self.tables(namespace),
            path: self.path(namespace, name),
            name: name.to_owned(),
        }
    }
}

/// A table that a server keeps.
#[derive(Debug)]
pub(crate) struct RestTable {
    http: Arc<Http>,
    /// Where the server writes metadata files.
    store: LakeStore,
    /// Where tables of the namespace are made.
    tables: String,
    /// What the server calls it.
    path: String,
    name: String,
}

impl RestTable {
    /// The error for a table that the server has not.
    pub(crate) fn missing(&self) -> LakeError {
        LakeError::NoTable {
            location: self.path.clone(),
        }
    }

    /// What the answer to a change means.
    fn replaced(
        &self,
        id: CommitId,
        since: Option<&Version>,
        answer: Result<Loaded, Failed>,
    ) -> Result<Replaced> {
        match answer {
            Ok(loaded) => Ok(Replaced::Done(Box::new(head(loaded)?))),
            Err(Failed::Unknown(error)) => Ok(Replaced::Unknown(error)),
            // Whoever stands between may have sent it twice, and then it is our own that was faster.
            Err(Failed::Refused(StatusCode::CONFLICT, _)) => Ok(match self.find(id, since) {
                Ok(Some(own)) => Replaced::Done(Box::new(own)),
                Ok(None) => Replaced::Conflict,
                Err(error) => Replaced::Unknown(error),
            }),
            Err(Failed::Refused(StatusCode::TOO_MANY_REQUESTS, _)) => Ok(Replaced::Conflict),
            Err(failed) => Err(failed.into()),
        }
    }
}

impl Catalog for RestTable {
    fn load(&self) -> Result<Option<Head>> {
        match self.http.get::<Loaded>(&self.path) {
            Ok(loaded) => head(loaded).map(Some),
            Err(failed) if failed.is(StatusCode::NOT_FOUND) => Ok(None),
            Err(failed) => Err(failed.into()),
        }
    }

    fn create(&self, next: Next) -> Result<Replaced> {
        let metadata = &next.metadata;
        let mut properties = metadata.properties().clone();
        properties.insert("format-version".to_owned(), "2".to_owned());
        let spec = metadata.default_partition_spec().as_ref().clone();
        let body = json!({
            "name": self.name,
            "location": metadata.location(),
            "schema": metadata.current_schema().as_ref(),
            "partition-spec": spec.into_unbound(),
            "stage-create": false,
            "properties": properties,
        });
        let answer = self.http.post(&self.tables, &body);
        self.replaced(next.id, None, answer)
    }

    fn replace(&self, base: &Head, next: Next) -> Result<Replaced> {
        let requirements = requirements(&base.metadata, &next.changes);
        let body = json!({ "requirements": requirements, "updates": next.changes });
        let answer = self.http.post(&self.path, &body);
        self.replaced(next.id, Some(&base.version), answer)
    }

    fn find(&self, id: CommitId, since: Option<&Version>) -> Result<Option<Head>> {
        match self.load()? {
            Some(newest) => log::find(&self.store, id, newest, since),
            None => Ok(None),
        }
    }

    /// The server's files are the server's.
    fn is_remains(&self, _: &str, _: &Head) -> bool {
        false
    }

    fn wants_snapshot(&self, head: &Head, updates: &[TableUpdate]) -> bool {
        // Before the first rows there is nothing in properties that two writers could both change.
        head.snapshot().is_some()
            && updates.iter().any(|update| {
                matches!(
                    update,
                    TableUpdate::SetProperties { .. } | TableUpdate::RemoveProperties { .. }
                )
            })
            && !changes_schema(updates)
    }

    fn gives_field_ids(&self) -> bool {
        true
    }
}

fn changes_schema(updates: &[TableUpdate]) -> bool {
    let mut updates = updates.iter();
    updates.any(|update| matches!(update, TableUpdate::AddSchema { .. }))
}

/// What must hold of the table as the server has it.
fn requirements(base: &TableMetadata, changes: &[TableUpdate]) -> Vec<TableRequirement> {
    let mut required = vec![
        TableRequirement::UuidMatch { uuid: base.uuid() },
        TableRequirement::RefSnapshotIdMatch {
            r#ref: MAIN_BRANCH.to_owned(),
            snapshot_id: base.current_snapshot_id(),
        },
    ];
    if changes_schema(changes) {
        required.extend([
            TableRequirement::CurrentSchemaIdMatch {
                current_schema_id: base.current_schema_id(),
            },
            TableRequirement::LastAssignedFieldIdMatch {
                last_assigned_field_id: base.last_column_id(),
            },
        ]);
    }
    required
}

fn head(loaded: Loaded) -> Result<Head> {
    check_format(&loaded.metadata_location, &loaded.metadata)?;
    Ok(Head {
        version: Version::named(loaded.metadata_location),
        metadata: loaded.metadata,
    })
}
