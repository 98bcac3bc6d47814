//! All definitions of one snapshot, found by name.

use std::sync::Arc;

use citadel_txn::{PagePtr, View};
use rustc_hash::{FxHashMap, FxHashSet};

use super::schema_tree;
use super::{
    ColumnNo, Comment, CommentOn, Commented, ForeignKeyDef, IndexDef, Materialized, SequenceDef,
    TableDef, TableId, TriggerDef, ViewDef, ViewId,
};
use crate::error::{Error, Result};
use crate::types::{Domain, EnumType, ScalarType, SqlType};

/// What a statement is bound against. Immutable: DDL makes another one.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    version: SchemaVersion,
    /// By ascending id.
    tables: Vec<Arc<TableDef>>,
    /// Folded name → place in `tables`.
    table_names: FxHashMap<String, usize>,
    /// Folded name → place in `tables`, place in that table's indexes.
    index_names: FxHashMap<String, (usize, usize)>,
    /// By ascending id.
    views: Vec<Arc<ViewDef>>,
    /// Folded name → place in `views`.
    view_names: FxHashMap<String, usize>,
    /// By ascending id.
    sequences: Vec<Arc<SequenceDef>>,
    enums: Vec<EnumType>,
    /// By ascending id.
    domains: Vec<Domain>,
    comments: Vec<Comment>,
    /// By ascending id.
    triggers: Vec<Arc<TriggerDef>>,
    has_ann: bool,
    has_lake: bool,
    has_statistics: bool,
    /// The tables that foreign keys refer to.
    referred_to: FxHashSet<TableId>,
}

/// Which definitions hold. Equal versions in one process mean equal definitions, rolled-back ones included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SchemaVersion(pub(crate) u64);

impl Catalog {
    /// Reads the definitions that a transaction sees.
    ///
    /// # Errors
    /// Storage errors; definitions that do not decode.
    pub(crate) fn load(view: &dyn View) -> Result<Self> {
        let (version, found) = schema_tree::load(view)?;
        let mut catalog = Self::of_tables(found.tables.into_iter().map(Arc::new).collect());
        catalog.version = version;
        catalog.views = found.views.into_iter().map(Arc::new).collect();
        let names = catalog.views.iter().map(|view| folded(&view.name));
        catalog.view_names = names.zip(0..).collect();
        catalog.sequences = found.sequences.into_iter().map(Arc::new).collect();
        catalog.check_keys()?;
        catalog.enums = found.enums;
        catalog.domains = found.domains;
        catalog.comments = found.comments;
        catalog.triggers = found.triggers.into_iter().map(Arc::new).collect();
        Ok(catalog)
    }

    /// A catalog of tables that come by ascending id; its version is none that is ever stored.
    pub(crate) fn of_tables(tables: Vec<Arc<TableDef>>) -> Self {
        let mut catalog = Self {
            tables,
            ..Self::default()
        };
        for (at, table) in catalog.tables.iter().enumerate() {
            catalog.table_names.insert(folded(&table.name), at);
            catalog.has_lake |= table.lake.is_some();
            catalog.has_statistics |= table.statistics.is_some();
            let keys = table.foreign_keys.iter();
            catalog.referred_to.extend(keys.map(|key| key.parent));
            for (place, index) in table.indexes.iter().enumerate() {
                catalog.index_names.insert(folded(&index.name), (at, place));
                catalog.has_ann |= index.is_ann();
            }
        }
        catalog
    }

    /// A catalog of nothing but the ENUM types among some types.
    pub(crate) fn of_types(types: impl Iterator<Item = SqlType>) -> Self {
        let mut enums: Vec<EnumType> = types.filter_map(enum_of).collect();
        enums.sort_by_key(|ty| ty.id());
        enums.dedup();
        Self {
            enums,
            ..Self::default()
        }
    }

    /// The same with another definition of a table that is there, under a version that is none.
    pub(crate) fn with_table(&self, table: TableDef) -> Self {
        let table = Arc::new(table);
        let tables = self.tables.iter().map(|known| match known.id == table.id {
            true => Arc::clone(&table),
            false => Arc::clone(known),
        });
        let mut catalog = Self::of_tables(tables.collect());
        catalog.views.clone_from(&self.views);
        catalog.view_names.clone_from(&self.view_names);
        catalog.sequences.clone_from(&self.sequences);
        catalog.enums.clone_from(&self.enums);
        catalog.domains.clone_from(&self.domains);
        catalog.triggers.clone_from(&self.triggers);
        catalog
    }

    /// The same without some tables and views, and without their triggers, under a version that is none.
    pub(crate) fn without(&self, tables: &[Arc<TableDef>], views: &[Arc<ViewDef>]) -> Self {
        let is_left = |id: u64| {
            !tables.iter().any(|table| table.id.0 == id) && !views.iter().any(|v| v.id.0 == id)
        };
        let left = self.tables.iter().filter(|table| is_left(table.id.0));
        let mut catalog = Self::of_tables(left.cloned().collect());
        let left = self.views.iter().filter(|view| is_left(view.id.0));
        catalog.views = left.cloned().collect();
        let names = catalog.views.iter().map(|view| folded(&view.name));
        catalog.view_names = names.zip(0..).collect();
        catalog.sequences.clone_from(&self.sequences);
        catalog.enums.clone_from(&self.enums);
        catalog.domains.clone_from(&self.domains);
        let left = self.triggers.iter().filter(|t| is_left(t.relation));
        catalog.triggers = left.cloned().collect();
        catalog
    }

    /// The version that a transaction sees, without reading the definitions.
    ///
    /// # Errors
    /// Storage errors.
    pub(crate) fn current_version(view: &dyn View) -> Result<SchemaVersion> {
        Ok(schema_tree::header(view)?.version)
    }

    /// The root of the definitions that a transaction sees, where it has one on the medium.
    ///
    /// # Errors
    /// Storage errors.
    pub(crate) fn root(view: &dyn View) -> Result<Option<PagePtr>> {
        Ok(view.tree_root(schema_tree::SCHEMA_TREE)?)
    }

    /// The version of these definitions.
    pub(crate) fn version(&self) -> SchemaVersion {
        self.version
    }

    /// A table by name, ASCII case folded.
    pub(crate) fn table(&self, name: &str) -> Option<&Arc<TableDef>> {
        let at = *self.table_names.get(&folded(name))?;
        self.tables.get(at)
    }

    /// An index by name, ASCII case folded.
    pub(crate) fn index(&self, name: &str) -> Option<&Arc<IndexDef>> {
        let (at, place) = *self.index_names.get(&folded(name))?;
        self.tables.get(at)?.indexes.get(place)
    }

    /// A view by name, ASCII case folded.
    pub(crate) fn view(&self, name: &str) -> Option<&Arc<ViewDef>> {
        self.views.get(*self.view_names.get(&folded(name))?)
    }

    /// All views in the order in which they were made.
    pub(crate) fn views(&self) -> &[Arc<ViewDef>] {
        &self.views
    }

    /// A view by its id.
    pub(crate) fn view_by_id(&self, id: ViewId) -> Option<&Arc<ViewDef>> {
        let at = self.views.binary_search_by_key(&id, |view| view.id);
        self.views.get(at.ok()?)
    }

    /// All triggers in the order in which they were made.
    pub(crate) fn triggers(&self) -> &[Arc<TriggerDef>] {
        &self.triggers
    }

    /// The name of the table or the view that a trigger is of.
    pub(crate) fn relation_of(&self, trigger: &TriggerDef) -> Option<&str> {
        let table = self.table_by_id(TableId(trigger.relation));
        let view = || self.view_by_id(ViewId(trigger.relation));
        table
            .map(|table| table.name.as_str())
            .or_else(|| view().map(|view| view.name.as_str()))
    }

    /// Foreign keys refer to columns that there are.
    fn check_keys(&self) -> Result<()> {
        for key in self.tables.iter().flat_map(|table| &table.foreign_keys) {
            let parent = self.table_by_id(key.parent);
            let width = parent.map_or(0, |parent| parent.columns.len());
            let is_there = |no: &ColumnNo| usize::from(no.0) < width;
            if !key.parent_columns.iter().all(is_there) {
                return Err(Error::Corrupt(format!(
                    "foreign key \"{}\" refers to what is not there",
                    key.name
                )));
            }
        }
        Ok(())
    }

    /// Does a foreign key refer to the table?
    pub(crate) fn is_referred_to(&self, id: TableId) -> bool {
        self.referred_to.contains(&id)
    }

    /// A table by its id.
    pub(crate) fn table_by_id(&self, id: TableId) -> Option<&Arc<TableDef>> {
        let at = self.tables.binary_search_by_key(&id, |table| table.id);
        self.tables.get(at.ok()?)
    }

    /// The keys that refer to a table, each with the table that has it.
    pub(crate) fn keys_to(
        &self,
        id: TableId,
    ) -> impl Iterator<Item = (&Arc<TableDef>, &ForeignKeyDef)> {
        let all = self.tables.iter().flat_map(|table| {
            let keys = table.foreign_keys.iter();
            keys.map(move |key| (table, key))
        });
        all.filter(move |(_, key)| key.parent == id)
    }

    /// A sequence by name, ASCII case folded.
    pub(crate) fn sequence(&self, name: &str) -> Option<&Arc<SequenceDef>> {
        let mut all = self.sequences.iter();
        all.find(|sequence| sequence.name.eq_ignore_ascii_case(name))
    }

    /// All sequences in the order in which they were made.
    pub(crate) fn sequences(&self) -> &[Arc<SequenceDef>] {
        &self.sequences
    }

    /// An ENUM type by name, ASCII case folded.
    pub(crate) fn enum_type(&self, name: &str) -> Option<EnumType> {
        let mut all = self.enums.iter();
        all.find(|ty| ty.name().eq_ignore_ascii_case(name)).copied()
    }

    /// All ENUM types in the order in which they were made.
    pub(crate) fn enums(&self) -> &[EnumType] {
        &self.enums
    }

    /// A domain by name, ASCII case folded.
    pub(crate) fn domain(&self, name: &str) -> Option<Domain> {
        let mut all = self.domains.iter();
        all.find(|domain| domain.def().name.eq_ignore_ascii_case(name))
            .copied()
    }

    /// All domains in the order in which they were made.
    pub(crate) fn domains(&self) -> &[Domain] {
        &self.domains
    }

    /// What is said of something.
    pub(crate) fn comment(&self, on: &CommentOn) -> Option<&str> {
        let found = self.comments.iter().find(|comment| comment.on == *on);
        found.map(|comment| comment.text.as_str())
    }

    /// The statements that make the comments, each with the name of what it is of.
    pub(crate) fn comment_statements(&self) -> impl Iterator<Item = (String, String)> {
        let commented = Commented {
            tables: &self.tables,
            views: &self.views,
            sequences: &self.sequences,
            enums: &self.enums,
            domains: &self.domains,
        };
        let comments = self.comments.iter();
        comments.filter_map(move |comment| commented.statement(comment))
    }

    /// Is it the name of a table, an index, a view or a sequence?
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.table(name).is_some()
            || self.index(name).is_some()
            || self.view(name).is_some()
            || self.sequence(name).is_some()
    }

    /// The table that an index belongs to.
    pub(crate) fn table_of(&self, index: &IndexDef) -> Option<&Arc<TableDef>> {
        let at = self
            .tables
            .binary_search_by_key(&index.table, |table| table.id);
        self.tables.get(at.ok()?)
    }

    /// Is there an ann index?
    pub(crate) fn has_ann(&self) -> bool {
        self.has_ann
    }

    /// Is there a table whose rows lie in a lake?
    pub(crate) fn has_lake(&self) -> bool {
        self.has_lake
    }

    /// Is there a table that was analyzed?
    pub(crate) fn has_statistics(&self) -> bool {
        self.has_statistics
    }

    /// The materialized views among the tables.
    pub(crate) fn materialized(&self) -> impl Iterator<Item = (&Arc<TableDef>, &Materialized)> {
        let tables = self.tables.iter();
        tables.filter_map(|table| Some((table, &**table.materialized.as_ref()?)))
    }

    /// All tables, materialized views among them, in the order in which they were made.
    pub(crate) fn tables(&self) -> &[Arc<TableDef>] {
        &self.tables
    }
}

/// The ENUM type of a column, or of the elements of its arrays.
fn enum_of(ty: SqlType) -> Option<EnumType> {
    match ty {
        SqlType::Enum(ty) | SqlType::Array(ScalarType::Enum(ty)) => Some(ty),
        _ => None,
    }
}

fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}
