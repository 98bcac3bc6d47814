//! The tree that keeps the definitions.
//!
//! ```text
//! 0                              → header: version, next table id, next index id (three varints)
//! 1, table id (8, big-endian)    → table definition
//! 2, table id, index id (8 each) → index definition
//! 3, view id (8, big-endian)     → view definition
//! 4, sequence id (8, big-endian) → sequence definition
//! 5, type id (8, big-endian)     → definition of an ENUM type
//! 6, trigger id (8, big-endian)  → definition of a trigger
//! 7, type id (8, big-endian)     → definition of a domain
//! 8, id (8, big-endian), name    → comment on the table, view, sequence or type of the id, or on the column of the name
//! 9, table id (8, big-endian)    → statistics of a table
//! ```
//!
//! A database in which nothing was ever defined has no such tree yet.
//!
//! Every change draws a new version. A version that a rollback takes back is not drawn again in the same process,
//! so whatever was derived from it (a plan, a catalog) can never pass for current.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use citadel_txn::{Cursor, TreeId, TreeOptions, View, WriteTxn};
use zeroize::Zeroizing;

use super::encoding::{
    decode_domain, decode_enum, decode_index, decode_table, decode_view, encode_domain,
    encode_enum, encode_index, encode_table, encode_view,
};
use super::{
    Comment, CommentOn, IndexDef, IndexId, SchemaVersion, SequenceDef, SequenceId, TableDef,
    TableId, TableStatistics, TriggerDef, TriggerId, ViewDef, ViewId, remove_sequence_state,
    statistics,
};
use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_varint};
use crate::error::{Error, Result, SqlState};
use crate::types::{Domain, EnumType};

/// The well-known tree of definitions.
pub(crate) const SCHEMA_TREE: TreeId = TreeId::new(1);

const HEADER_KEY: [u8; 1] = [0];
const TABLE: u8 = 1;
const INDEX: u8 = 2;
const VIEW: u8 = 3;
const SEQUENCE: u8 = 4;
const ENUM: u8 = 5;
const TRIGGER: u8 = 6;
const DOMAIN: u8 = 7;
const COMMENT: u8 = 8;
const STATISTICS: u8 = 9;

/// What is known of the definitions as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header {
    pub(super) version: SchemaVersion,
    next_table: u64,
    next_index: u64,
}

/// The header that a transaction sees.
pub(super) fn header(view: &dyn View) -> Result<Header> {
    if !view.tree_exists(SCHEMA_TREE)? {
        return Ok(Header::default());
    }
    match view.get(SCHEMA_TREE, &HEADER_KEY)? {
        Some(entry) => decode_header(&entry).map_err(|Malformed| damaged("header")),
        None => Err(damaged("header")),
    }
}

/// The version and all definitions.
pub(super) fn load(view: &dyn View) -> Result<(SchemaVersion, Definitions)> {
    let version = header(view)?.version;
    if !view.tree_exists(SCHEMA_TREE)? {
        return Ok((version, Definitions::default()));
    }
    let mut reader = DefinitionReader::default();
    let mut cursor = Cursor::new(SCHEMA_TREE);
    let mut found = cursor.seek(view, &[TABLE])?;
    while found {
        let value = cursor.value(view)?;
        reader.add(cursor.key(), &value).map_err(damaged)?;
        found = cursor.next(view)?;
    }
    Ok((version, reader.finish()))
}

/// Collects definitions from the entries of their tree, which come in the order of their keys.
#[derive(Debug, Default)]
pub(crate) struct DefinitionReader {
    read: Definitions,
}

/// All definitions: tables with their indexes, views, sequences, ENUM types, domains, triggers and comments, each by ascending id.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) tables: Vec<TableDef>,
    pub(crate) views: Vec<ViewDef>,
    pub(crate) sequences: Vec<SequenceDef>,
    pub(crate) enums: Vec<EnumType>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) triggers: Vec<TriggerDef>,
}

impl DefinitionReader {
    /// Takes an entry; the header is passed over.
    ///
    /// # Errors
    /// Says what does not decode: that entry is left out.
    pub(crate) fn add(&mut self, key: &[u8], value: &[u8]) -> Result<(), &'static str> {
        if key == HEADER_KEY {
            return Ok(());
        }
        let mut from = Reader::new(key);
        match from.byte() {
            Ok(TABLE) => {
                let table = table_key(from).and_then(|id| decode_table(id, value));
                self.read.tables.push(table.map_err(|Malformed| "table")?);
                Ok(())
            }
            Ok(INDEX) => add_index(&mut self.read.tables, from, value).map_err(|Malformed| "index"),
            Ok(VIEW) => {
                let view = view_key(from).and_then(|id| decode_view(id, value));
                self.read.views.push(view.map_err(|Malformed| "view")?);
                Ok(())
            }
            Ok(SEQUENCE) => {
                let id = sequence_key(from).and_then(|id| SequenceDef::decode(id, value));
                self.read
                    .sequences
                    .push(id.map_err(|Malformed| "sequence")?);
                Ok(())
            }
            Ok(ENUM) => {
                let ty = view_key(from).and_then(|id| decode_enum(id.0, value));
                self.read.enums.push(ty.map_err(|Malformed| "type")?);
                Ok(())
            }
            Ok(DOMAIN) => {
                let domain = view_key(from).and_then(|id| decode_domain(id.0, value));
                self.read
                    .domains
                    .push(domain.map_err(|Malformed| "domain")?);
                Ok(())
            }
            Ok(COMMENT) => {
                let comment = decode_comment(from, value);
                self.read
                    .comments
                    .push(comment.map_err(|Malformed| "comment")?);
                Ok(())
            }
            Ok(TRIGGER) => {
                let trigger =
                    view_key(from).and_then(|id| TriggerDef::decode(TriggerId(id.0), value));
                self.read
                    .triggers
                    .push(trigger.map_err(|Malformed| "trigger")?);
                Ok(())
            }
            Ok(STATISTICS) => add_statistics(&mut self.read.tables, from, value)
                .map_err(|Malformed| "table's statistics"),
            _ => Err("key"),
        }
    }

    /// All that were taken.
    pub(crate) fn finish(self) -> Definitions {
        self.read
    }
}

fn add_index(tables: &mut [TableDef], mut key: Reader<'_>, value: &[u8]) -> Decoded<()> {
    let table = TableId(u64::from_be_bytes(key.array()?));
    let id = IndexId(u64::from_be_bytes(key.array()?));
    key.finish()?;
    let at = tables
        .binary_search_by_key(&table, |table| table.id)
        .map_err(|_| Malformed)?;
    let width = tables[at].columns.len();
    let index = decode_index(table, id, width, value)?;
    tables[at].indexes.push(Arc::new(index));
    Ok(())
}

fn add_statistics(tables: &mut [TableDef], key: Reader<'_>, value: &[u8]) -> Decoded<()> {
    let id = table_key(key)?;
    let at = tables.binary_search_by_key(&id, |table| table.id);
    let table = &mut tables[at.map_err(|_| Malformed)?];
    let found = statistics::decode(&table.columns, value)?;
    table.statistics = found.map(Arc::new);
    Ok(())
}

/// Definitions being changed inside a write transaction. [`finish`](Self::finish) makes the change visible as a
/// new version.
#[must_use]
pub(crate) struct SchemaChange<'t> {
    txn: &'t mut WriteTxn,
    header: Header,
}

impl<'t> SchemaChange<'t> {
    /// Begins a change.
    pub(crate) fn begin(txn: &'t mut WriteTxn) -> Result<Self> {
        if !txn.tree_exists(SCHEMA_TREE)? {
            txn.create_tree_at(SCHEMA_TREE, TreeOptions::default())?;
            txn.insert(SCHEMA_TREE, &HEADER_KEY, &encode_header(Header::default()))?;
        }
        let header = header(txn)?;
        Ok(Self { txn, header })
    }

    /// The transaction, to make and drop trees in.
    pub(crate) fn txn(&mut self) -> &mut WriteTxn {
        self.txn
    }

    /// An id that no table ever had.
    pub(crate) fn new_table_id(&mut self) -> TableId {
        self.header.next_table += 1;
        TableId(self.header.next_table)
    }

    /// An id that no index ever had.
    pub(crate) fn new_index_id(&mut self) -> IndexId {
        self.header.next_index += 1;
        IndexId(self.header.next_index)
    }

    /// An id that no view ever had.
    pub(crate) fn new_view_id(&mut self) -> ViewId {
        self.header.next_table += 1;
        ViewId(self.header.next_table)
    }

    /// Writes a view's definition.
    pub(crate) fn put_view(&mut self, view: &ViewDef) -> Result<()> {
        self.txn
            .insert(SCHEMA_TREE, &key_of_view(view.id), &encode_view(view))?;
        Ok(())
    }

    /// Removes a view's definition.
    pub(crate) fn remove_view(&mut self, view: &ViewDef) -> Result<()> {
        self.remove_comments_of(view.id.0)?;
        match self.txn.remove(SCHEMA_TREE, &key_of_view(view.id))? {
            true => Ok(()),
            false => Err(gone("view", &view.name)),
        }
    }

    /// An id that no sequence ever had.
    pub(crate) fn new_sequence_id(&mut self) -> SequenceId {
        self.header.next_table += 1;
        SequenceId(self.header.next_table)
    }

    /// Writes a sequence's definition; not where it stands.
    pub(crate) fn put_sequence(&mut self, sequence: &SequenceDef) -> Result<()> {
        self.txn.insert(
            SCHEMA_TREE,
            &key_of_sequence(sequence.id),
            &sequence.encode(),
        )?;
        Ok(())
    }

    /// Removes a sequence, and where it stands.
    pub(crate) fn remove_sequence(&mut self, id: SequenceId) -> Result<()> {
        self.remove_comments_of(id.0)?;
        self.txn.remove(SCHEMA_TREE, &key_of_sequence(id))?;
        remove_sequence_state(self.txn, id)
    }

    /// An id that no ENUM type and no domain ever had.
    pub(crate) fn new_enum_id(&mut self) -> u64 {
        self.header.next_table += 1;
        self.header.next_table
    }

    /// Writes the definition of an ENUM type.
    pub(crate) fn put_enum(&mut self, ty: EnumType) -> Result<()> {
        // One that is taken over from another file brings its id along.
        self.header.next_table = self.header.next_table.max(ty.id());
        self.txn
            .insert(SCHEMA_TREE, &key_of_enum(ty), &encode_enum(ty))?;
        Ok(())
    }

    /// Removes the definition of an ENUM type.
    pub(crate) fn remove_enum(&mut self, ty: EnumType) -> Result<()> {
        self.remove_comments_of(ty.id())?;
        match self.txn.remove(SCHEMA_TREE, &key_of_enum(ty))? {
            true => Ok(()),
            false => Err(gone("type", ty.name())),
        }
    }

    /// Writes the definition of a domain.
    pub(crate) fn put_domain(&mut self, domain: Domain) -> Result<()> {
        // As for ENUM types.
        self.header.next_table = self.header.next_table.max(domain.def().id);
        self.txn
            .insert(SCHEMA_TREE, &key_of_domain(domain), &encode_domain(domain))?;
        Ok(())
    }

    /// Removes the definition of a domain.
    pub(crate) fn remove_domain(&mut self, domain: Domain) -> Result<()> {
        self.remove_comments_of(domain.def().id)?;
        match self.txn.remove(SCHEMA_TREE, &key_of_domain(domain))? {
            true => Ok(()),
            false => Err(gone("domain", &domain.def().name)),
        }
    }

    /// Writes a comment, or removes it.
    pub(crate) fn put_comment(&mut self, on: &CommentOn, text: Option<&str>) -> Result<()> {
        let key = key_of_comment(on);
        match text {
            Some(text) => {
                let mut value = vec![COMMENT_VERSION];
                put_bytes(&mut value, text.as_bytes());
                self.txn.insert(SCHEMA_TREE, &key, &value)?;
            }
            None => {
                self.txn.remove(SCHEMA_TREE, &key)?;
            }
        }
        Ok(())
    }

    /// Lets comments follow the columns of a table: `to` tells the new name of one, `None` where it goes.
    pub(crate) fn rename_comments(
        &mut self,
        object: u64,
        to: impl Fn(&str) -> Option<String>,
    ) -> Result<()> {
        let before = self.comments_of(object)?;
        let of_columns = before.into_iter().filter(|c| c.on.column.is_some());
        let of_columns: Vec<Comment> = of_columns.collect();
        for comment in &of_columns {
            self.put_comment(&comment.on, None)?;
        }
        for comment in of_columns {
            let column = comment.on.column.as_deref().and_then(&to);
            if column.is_some() {
                self.put_comment(&CommentOn { object, column }, Some(&comment.text))?;
            }
        }
        Ok(())
    }

    fn remove_comments_of(&mut self, object: u64) -> Result<()> {
        for comment in self.comments_of(object)? {
            self.put_comment(&comment.on, None)?;
        }
        Ok(())
    }

    fn comments_of(&mut self, object: u64) -> Result<Vec<Comment>> {
        let prefix = key_of_comment(&CommentOn {
            object,
            column: None,
        });
        let mut comments = Vec::new();
        let mut cursor = Cursor::new(SCHEMA_TREE);
        let mut found = cursor.seek(&*self.txn, &prefix)?;
        while found && cursor.key().starts_with(&prefix) {
            let value = cursor.value(&*self.txn)?;
            let comment = decode_comment(Reader::new(&cursor.key()[1..]), &value);
            comments.push(comment.map_err(|Malformed| damaged("comment"))?);
            found = cursor.next(&*self.txn)?;
        }
        Ok(comments)
    }

    /// An id that no trigger ever had.
    pub(crate) fn new_trigger_id(&mut self) -> TriggerId {
        self.header.next_table += 1;
        TriggerId(self.header.next_table)
    }

    /// Writes the definition of a trigger.
    pub(crate) fn put_trigger(&mut self, trigger: &TriggerDef) -> Result<()> {
        let key = key_of_trigger(trigger.id);
        self.txn.insert(SCHEMA_TREE, &key, &trigger.encode())?;
        Ok(())
    }

    /// Removes the definition of a trigger.
    pub(crate) fn remove_trigger(&mut self, trigger: &TriggerDef) -> Result<()> {
        match self.txn.remove(SCHEMA_TREE, &key_of_trigger(trigger.id))? {
            true => Ok(()),
            false => Err(gone("trigger", &trigger.name)),
        }
    }

    /// Removes the triggers of a table or a view that is dropped.
    pub(crate) fn remove_triggers_of(&mut self, relation: u64) -> Result<()> {
        let mut doomed = Vec::new();
        let mut cursor = Cursor::new(SCHEMA_TREE);
        let mut found = cursor.seek(&*self.txn, &[TRIGGER])?;
        while found && cursor.key().first() == Some(&TRIGGER) {
            let value = cursor.value(&*self.txn)?;
            let trigger = TriggerDef::decode(TriggerId(0), &value);
            let trigger = trigger.map_err(|Malformed| damaged("trigger"))?;
            if trigger.relation == relation {
                doomed.push(cursor.key().to_vec());
            }
            found = cursor.next(&*self.txn)?;
        }
        for key in doomed {
            self.txn.remove(SCHEMA_TREE, &key)?;
        }
        Ok(())
    }

    /// Writes a table's definition; not its indexes.
    pub(crate) fn put_table(&mut self, table: &TableDef) -> Result<()> {
        // It may hold the key of a lake's table.
        let bytes = Zeroizing::new(encode_table(table));
        self.txn
            .insert(SCHEMA_TREE, &key_of_table(table.id), &bytes)?;
        Ok(())
    }

    /// Writes an index's definition.
    pub(crate) fn put_index(&mut self, index: &IndexDef) -> Result<()> {
        self.txn
            .insert(SCHEMA_TREE, &key_of_index(index), &encode_index(index))?;
        Ok(())
    }

    /// Writes the statistics of a table, in place of others.
    pub(crate) fn put_statistics(&mut self, id: TableId, found: &TableStatistics) -> Result<()> {
        let bytes = statistics::encode(found);
        self.txn
            .insert(SCHEMA_TREE, &key_of_statistics(id), &bytes)?;
        Ok(())
    }

    /// Removes a table's definition and statistics; not its indexes.
    pub(crate) fn remove_table(&mut self, table: &TableDef) -> Result<()> {
        self.txn.remove(SCHEMA_TREE, &key_of_statistics(table.id))?;
        self.remove_comments_of(table.id.0)?;
        match self.txn.remove(SCHEMA_TREE, &key_of_table(table.id))? {
            true => Ok(()),
            false => Err(gone("table", &table.name)),
        }
    }

    /// Removes an index's definition.
    pub(crate) fn remove_index(&mut self, index: &IndexDef) -> Result<()> {
        match self.txn.remove(SCHEMA_TREE, &key_of_index(index))? {
            true => Ok(()),
            false => Err(gone("index", &index.name)),
        }
    }

    /// Ends the change: the version is a new one.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.header.version = next_version(self.header.version);
        self.txn
            .insert(SCHEMA_TREE, &HEADER_KEY, &encode_header(self.header))?;
        Ok(())
    }
}

/// A version above the stored one that this process never drew before.
fn next_version(stored: SchemaVersion) -> SchemaVersion {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_max(stored.0, Ordering::Relaxed);
    SchemaVersion(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

fn key_of_table(id: TableId) -> [u8; 9] {
    let mut key = [TABLE; 9];
    key[1..].copy_from_slice(&id.0.to_be_bytes());
    key
}

fn key_of_view(id: ViewId) -> [u8; 9] {
    let mut key = [VIEW; 9];
    key[1..].copy_from_slice(&id.0.to_be_bytes());
    key
}

fn key_of_sequence(id: SequenceId) -> [u8; 9] {
    let mut key = [SEQUENCE; 9];
    key[1..].copy_from_slice(&id.0.to_be_bytes());
    key
}

fn sequence_key(mut key: Reader<'_>) -> Decoded<SequenceId> {
    let id = SequenceId(u64::from_be_bytes(key.array()?));
    key.finish()?;
    Ok(id)
}

fn key_of_enum(ty: EnumType) -> [u8; 9] {
    let mut key = [ENUM; 9];
    key[1..].copy_from_slice(&ty.id().to_be_bytes());
    key
}

fn key_of_domain(domain: Domain) -> [u8; 9] {
    let mut key = [DOMAIN; 9];
    key[1..].copy_from_slice(&domain.def().id.to_be_bytes());
    key
}

/// The form of comments that this code writes.
const COMMENT_VERSION: u8 = 1;

fn key_of_comment(on: &CommentOn) -> Vec<u8> {
    let mut key = vec![COMMENT];
    key.extend(on.object.to_be_bytes());
    key.extend(on.column.iter().flat_map(|column| column.bytes()));
    key
}

/// A comment from its key, without the first byte, and its value.
fn decode_comment(mut key: Reader<'_>, value: &[u8]) -> Decoded<Comment> {
    let object = u64::from_be_bytes(key.array()?);
    let column = std::str::from_utf8(key.rest()).map_err(|_| Malformed)?;
    let mut from = Reader::new(value);
    if from.byte()? != COMMENT_VERSION {
        return Err(Malformed);
    }
    let text = from.text()?.to_owned();
    from.finish()?;
    Ok(Comment {
        on: CommentOn {
            object,
            column: (!column.is_empty()).then(|| column.to_owned()),
        },
        text,
    })
}

fn key_of_trigger(id: TriggerId) -> [u8; 9] {
    let mut key = [TRIGGER; 9];
    key[1..].copy_from_slice(&id.0.to_be_bytes());
    key
}

fn key_of_statistics(id: TableId) -> [u8; 9] {
    let mut key = [STATISTICS; 9];
    key[1..].copy_from_slice(&id.0.to_be_bytes());
    key
}

fn view_key(mut key: Reader<'_>) -> Decoded<ViewId> {
    let id = ViewId(u64::from_be_bytes(key.array()?));
    key.finish()?;
    Ok(id)
}

fn key_of_index(index: &IndexDef) -> [u8; 17] {
    let mut key = [INDEX; 17];
    key[1..9].copy_from_slice(&index.table.0.to_be_bytes());
    key[9..].copy_from_slice(&index.id.0.to_be_bytes());
    key
}

fn table_key(mut key: Reader<'_>) -> Decoded<TableId> {
    let id = TableId(u64::from_be_bytes(key.array()?));
    key.finish()?;
    Ok(id)
}

fn encode_header(header: Header) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, header.version.0);
    put_varint(&mut out, header.next_table);
    put_varint(&mut out, header.next_index);
    out
}

fn decode_header(bytes: &[u8]) -> Decoded<Header> {
    let mut from = Reader::new(bytes);
    let header = Header {
        version: SchemaVersion(from.varint()?),
        next_table: from.varint()?,
        next_index: from.varint()?,
    };
    from.finish()?;
    Ok(header)
}

fn damaged(what: &str) -> Error {
    Error::Corrupt(format!("a {what} of the schema does not decode"))
}

/// A definition that the statement was bound against is not there any more.
fn gone(what: &str, name: &str) -> Error {
    Error::sql(
        SqlState::UNDEFINED_OBJECT,
        format!("{what} \"{name}\" does not exist"),
    )
}
