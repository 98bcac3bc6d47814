//! Definitions as bytes.
//!
//! Each record begins with the version of its form, and ends where its bytes end. Lists begin with their count.

use std::sync::Arc;

use citadel_txn::TreeId;

use super::btree_encoding::{self, put_btree, read_btree};
use super::encoded_value::{
    domain, flag, limited_type, put_domain, put_limited_type, put_type, put_value, sql_type, value,
};
use super::{
    AnnIndex, AnnOptions, CheckDef, ColumnDef, ColumnDefault, ColumnNo, ColumnSequences,
    ColumnStorage, DefaultText, ForeignKeyDef, Identity, IndexDef, IndexId, IndexKind, IndexOrigin,
    IndexedExpression, IndexedVector, LakeCatalog, LakeDef, LakeHome, LakeKey, LakeServer,
    Materialized, Metric, RowText, SequenceId, TableDef, TableId, ViewDef, ViewId,
};
use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_varint};
use crate::types::{Collation, Domain, EnumType, SqlType, Value, VectorType};

/// The form of definitions that this code writes.
const VERSION: u8 = 1;

/// The form of a table that has what only some tables have: behind all else, so that the others are as they always were.
const VERSION_EXTENDED: u8 = 2;

/// The form of a table whose rows lie in a lake: extended, and where they lie behind that.
const VERSION_LAKE: u8 = 3;

/// The same with flags behind that: [`LAKE_KEY`], [`LAKE_EMBEDDED`], [`LAKE_SERVER`].
const VERSION_LAKE_FLAGS: u8 = 4;
/// A table in a lake is encrypted; its key lies behind the flags.
const LAKE_KEY: u8 = 1;
/// This database knows its newest metadata.
const LAKE_EMBEDDED: u8 = 2;
/// A server does, which comes last.
const LAKE_SERVER: u8 = 4;

/// The form of a materialized view: extended, and behind that its query, and whether it has rows.
const VERSION_MATERIALIZED: u8 = 5;

/// The bytes of a table's definition; its id and its indexes are keys and records of their own.
pub(super) fn encode_table(table: &TableDef) -> Vec<u8> {
    let is_plain = table.checks.is_empty()
        && table.foreign_keys.is_empty()
        && table.rowid_constraint.is_none()
        && table.columns.iter().all(|column| {
            column.generated.is_none() && column.sequences == ColumnSequences::default()
        });
    let version = match (&table.lake, is_plain) {
        _ if table.materialized.is_some() => VERSION_MATERIALIZED,
        (Some(lake), _) if lake_flags(lake) != 0 => VERSION_LAKE_FLAGS,
        (Some(_), _) => VERSION_LAKE,
        (None, true) => VERSION,
        (None, false) => VERSION_EXTENDED,
    };
    let mut out = vec![version];
    put_bytes(&mut out, table.name.as_bytes());
    put_varint(&mut out, table.columns.len() as u64);
    for column in &table.columns {
        put_column(&mut out, column);
    }
    put_varint(
        &mut out,
        table.rowid_column.map_or(0, |no| u64::from(no.0) + 1),
    );
    put_columns(&mut out, &table.primary_key);
    put_varint(&mut out, table.rows.get());
    put_bytes(&mut out, table.sql.as_bytes());
    if version != VERSION {
        put_extension(&mut out, table);
    }
    if let Some(lake) = &table.lake {
        put_lake(&mut out, lake);
    }
    if let Some(kept) = &table.materialized {
        put_bytes(&mut out, kept.query.as_bytes());
        out.push(u8::from(kept.is_filled));
    }
    out
}

fn put_lake(out: &mut Vec<u8>, lake: &LakeDef) {
    put_bytes(out, lake.home.location.as_bytes());
    put_varint(out, lake.vectors.len() as u64);
    for (no, metric) in &lake.vectors {
        put_varint(out, u64::from(no.0));
        out.push(metric_code(*metric));
    }
    match lake_flags(lake) {
        0 => {}
        flags => out.push(flags),
    }
    if let Some(key) = &lake.home.key {
        out.extend(key.bytes());
    }
    if let LakeCatalog::Rest(server) = &lake.home.catalog {
        server.encode(out);
    }
}

fn lake_flags(lake: &LakeDef) -> u8 {
    let key = lake.home.key.as_ref().map_or(0, |_| LAKE_KEY);
    match lake.home.catalog {
        LakeCatalog::Files => key,
        LakeCatalog::Embedded => key | LAKE_EMBEDDED,
        LakeCatalog::Rest(_) => key | LAKE_SERVER,
    }
}

fn read_lake(from: &mut Reader<'_>, width: usize, has_flags: bool) -> Decoded<LakeDef> {
    let location = from.text()?.to_owned();
    let vectors = (0..from.count()?)
        .map(|_| {
            let no = column_no(from.varint()?, width)?;
            Ok((no, metric(from.byte()?)?))
        })
        .collect::<Decoded<_>>()?;
    let flags = if has_flags { from.byte()? } else { 0 };
    if flags & !(LAKE_KEY | LAKE_EMBEDDED | LAKE_SERVER) != 0 {
        return Err(Malformed);
    }
    let key = match flags & LAKE_KEY {
        0 => None,
        _ => Some(LakeKey::new(from.array()?)),
    };
    let catalog = match flags & (LAKE_EMBEDDED | LAKE_SERVER) {
        0 => LakeCatalog::Files,
        LAKE_EMBEDDED => LakeCatalog::Embedded,
        LAKE_SERVER => LakeCatalog::Rest(LakeServer::decode(from)?),
        _ => return Err(Malformed),
    };
    Ok(LakeDef {
        home: LakeHome {
            location,
            catalog,
            key,
        },
        vectors,
    })
}

fn metric_code(metric: Metric) -> u8 {
    match metric {
        Metric::L2 => 0,
        Metric::InnerProduct => 1,
        Metric::Cosine => 2,
        Metric::Hamming => 3,
    }
}

fn metric(code: u8) -> Decoded<Metric> {
    Ok(match code {
        0 => Metric::L2,
        1 => Metric::InnerProduct,
        2 => Metric::Cosine,
        3 => Metric::Hamming,
        _ => return Err(Malformed),
    })
}

fn put_extension(out: &mut Vec<u8>, table: &TableDef) {
    put_bytes(
        out,
        table.rowid_constraint.as_deref().unwrap_or("").as_bytes(),
    );
    put_varint(out, table.checks.len() as u64);
    for check in &table.checks {
        put_bytes(out, check.name.as_bytes());
        put_row_text(out, &check.condition);
    }
    let generated = || table.columns.iter().enumerate();
    let generated = || generated().filter_map(|(no, c)| Some((no, c.generated.as_ref()?)));
    put_varint(out, generated().count() as u64);
    for (no, text) in generated() {
        put_varint(out, no as u64);
        put_row_text(out, text);
    }
    put_sequences(out, table);
    put_varint(out, table.foreign_keys.len() as u64);
    for key in &table.foreign_keys {
        key.encode(out);
    }
}

/// What is said of a column that keeps the greatest row id, where others say whether they are an identity.
const COUNTER: u8 = 3;

/// The sequences of the columns that have some.
fn put_sequences(out: &mut Vec<u8>, table: &TableDef) {
    let having = || {
        let columns = table.columns.iter().enumerate();
        columns.filter(|(_, column)| column.sequences != ColumnSequences::default())
    };
    put_varint(out, having().count() as u64);
    for (no, column) in having() {
        put_varint(out, no as u64);
        put_varint(out, column.sequences.owned.len() as u64);
        for id in &column.sequences.owned {
            put_varint(out, id.0);
        }
        match (column.sequences.identity, column.sequences.counter) {
            (None, None) => out.push(0),
            (Some(Identity { always, sequence }), _) => {
                out.push(1 + u8::from(always));
                put_varint(out, sequence.0);
            }
            (None, Some(counter)) => {
                out.push(COUNTER);
                put_varint(out, counter.0);
            }
        }
    }
}

fn read_sequences(from: &mut Reader<'_>, table: &mut TableDef) -> Decoded<()> {
    for _ in 0..from.count()? {
        let no = column_no(from.varint()?, table.columns.len())?;
        let owned = (0..from.count()?).map(|_| from.varint().map(SequenceId));
        let owned = owned.collect::<Decoded<Vec<_>>>()?;
        let mut sequences = ColumnSequences {
            owned,
            ..ColumnSequences::default()
        };
        match from.byte()? {
            0 => {}
            tag @ 1..=2 => {
                sequences.identity = Some(Identity {
                    always: tag == 2,
                    sequence: SequenceId(from.varint()?),
                });
            }
            COUNTER if table.rowid_column == Some(no) => {
                sequences.counter = Some(SequenceId(from.varint()?));
            }
            _ => return Err(Malformed),
        }
        table.columns[usize::from(no.0)].sequences = sequences;
    }
    Ok(())
}

fn read_extension(from: &mut Reader<'_>, table: &mut TableDef) -> Decoded<()> {
    let width = table.columns.len();
    let name = from.text()?;
    table.rowid_constraint = (!name.is_empty()).then(|| name.to_owned());
    for _ in 0..from.count()? {
        table.checks.push(CheckDef {
            name: from.text()?.to_owned(),
            condition: row_text(from, width)?,
        });
    }
    for _ in 0..from.count()? {
        let no = column_no(from.varint()?, width)?;
        let text = row_text(from, width)?;
        table.columns[usize::from(no.0)].generated = Some(text);
    }
    read_sequences(from, table)?;
    for _ in 0..from.count()? {
        let key = ForeignKeyDef::decode(from, width)?;
        table.foreign_keys.push(key);
    }
    Ok(())
}

/// The definition of a table, without its indexes.
pub(super) fn decode_table(id: TableId, bytes: &[u8]) -> Decoded<TableDef> {
    let mut from = Reader::new(bytes);
    let version = from.byte()?;
    if !matches!(version, VERSION..=VERSION_MATERIALIZED) {
        return Err(Malformed);
    }
    let name = from.text()?.to_owned();
    let columns = (0..from.count()?)
        .map(|_| column(&mut from))
        .collect::<Decoded<Vec<_>>>()?;
    let width = columns.len();
    if u16::try_from(width).is_err() {
        return Err(Malformed);
    }
    let rowid_column = match from.varint()? {
        0 => None,
        no => Some(column_no(no - 1, width)?),
    };
    let mut table = TableDef {
        id,
        name,
        columns,
        rowid_column,
        primary_key: column_nos(&mut from, width)?,
        rowid_constraint: None,
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        rows: TreeId::new(from.varint()?),
        indexes: Vec::new(),
        sql: from.text()?.to_owned(),
        lake: None,
        statistics: None,
        materialized: None,
    };
    if version != VERSION {
        read_extension(&mut from, &mut table)?;
    }
    if version == VERSION_MATERIALIZED {
        table.materialized = Some(Arc::new(Materialized {
            query: from.text()?.to_owned(),
            is_filled: flag(&mut from)?,
        }));
    } else if version >= VERSION_LAKE {
        let has_flags = version == VERSION_LAKE_FLAGS;
        table.lake = Some(Arc::new(read_lake(&mut from, width, has_flags)?));
    }
    from.finish()?;
    Ok(table)
}

/// The bytes of a view's definition; its id is its key.
pub(super) fn encode_view(view: &ViewDef) -> Vec<u8> {
    let mut out = vec![VERSION];
    put_bytes(&mut out, view.name.as_bytes());
    put_bytes(&mut out, view.sql.as_bytes());
    out
}

/// The definition of a view.
pub(super) fn decode_view(id: ViewId, bytes: &[u8]) -> Decoded<ViewDef> {
    let mut from = versioned(bytes)?;
    let view = ViewDef {
        id,
        name: from.text()?.to_owned(),
        sql: from.text()?.to_owned(),
    };
    from.finish()?;
    Ok(view)
}

/// The bytes of an index's definition; its id and its table's are its key.
pub(super) fn encode_index(index: &IndexDef) -> Vec<u8> {
    let mut out = vec![VERSION];
    put_bytes(&mut out, index.name.as_bytes());
    out.push(match index.origin {
        IndexOrigin::Statement => 0,
        IndexOrigin::Unique => 1,
        IndexOrigin::PrimaryKey => 2,
    });
    match &index.kind {
        IndexKind::BTree(btree) => put_btree(&mut out, btree),
        IndexKind::Ann(ann) => {
            match &ann.vector {
                IndexedVector::Column(no) => {
                    out.push(1);
                    put_varint(&mut out, u64::from(no.0));
                }
                IndexedVector::Expression(expression) => {
                    out.push(2);
                    put_expression(&mut out, expression);
                }
            }
            out.push(metric_code(ann.metric));
            put_columns(&mut out, &ann.filters);
            put_varint(&mut out, ann.delta.get());
            put_varint(&mut out, ann.segments.get());
            ann.options.encode(&mut out);
        }
    }
    put_bytes(&mut out, index.sql.as_bytes());
    out
}

/// The definition of an index of a table with so many columns.
pub(super) fn decode_index(
    table: TableId,
    id: IndexId,
    width: usize,
    bytes: &[u8],
) -> Decoded<IndexDef> {
    let mut from = versioned(bytes)?;
    let name = from.text()?.to_owned();
    let origin = match from.byte()? {
        0 => IndexOrigin::Statement,
        1 => IndexOrigin::Unique,
        2 => IndexOrigin::PrimaryKey,
        _ => return Err(Malformed),
    };
    let kind = match from.byte()? {
        kind @ (btree_encoding::PLAIN | btree_encoding::COMPUTED) => {
            IndexKind::BTree(read_btree(&mut from, kind, width)?)
        }
        kind @ 1..=2 => IndexKind::Ann(AnnIndex {
            vector: if kind == 1 {
                IndexedVector::Column(column_no(from.varint()?, width)?)
            } else {
                IndexedVector::Expression(expression(&mut from, width)?)
            },
            metric: metric(from.byte()?)?,
            filters: column_nos(&mut from, width)?,
            delta: TreeId::new(from.varint()?),
            segments: TreeId::new(from.varint()?),
            options: AnnOptions::decode(&mut from)?,
        }),
        _ => return Err(Malformed),
    };
    let sql = from.text()?.to_owned();
    from.finish()?;
    Ok(IndexDef {
        id,
        name,
        table,
        origin,
        kind,
        sql,
    })
}

/// The bytes of an ENUM type's definition.
pub(super) fn encode_enum(ty: EnumType) -> Vec<u8> {
    let mut out = vec![VERSION];
    ty.put(&mut out);
    out
}

/// The definition of an ENUM type, whose key tells its id too.
pub(super) fn decode_enum(id: u64, bytes: &[u8]) -> Decoded<EnumType> {
    let mut from = versioned(bytes)?;
    let ty = EnumType::read(&mut from)?;
    from.finish()?;
    if ty.id() != id {
        return Err(Malformed);
    }
    Ok(ty)
}

/// The bytes of a domain's definition.
pub(super) fn encode_domain(domain: Domain) -> Vec<u8> {
    let mut out = vec![VERSION];
    put_domain(&mut out, domain);
    out
}

/// The definition of a domain, whose key tells its id too.
pub(super) fn decode_domain(id: u64, bytes: &[u8]) -> Decoded<Domain> {
    let mut from = versioned(bytes)?;
    let domain = domain(&mut from, 0)?;
    from.finish()?;
    match domain.def().id == id {
        true => Ok(domain),
        false => Err(Malformed),
    }
}

fn versioned(bytes: &[u8]) -> Decoded<Reader<'_>> {
    let mut from = Reader::new(bytes);
    if from.byte()? == VERSION {
        Ok(from)
    } else {
        Err(Malformed)
    }
}

fn put_column(out: &mut Vec<u8>, column: &ColumnDef) {
    put_bytes(out, column.name.as_bytes());
    put_limited_type(out, column.ty, column.limit);
    out.push(u8::from(column.not_null));
    let (constant, computed) = match &column.default {
        ColumnDefault::Value(value) => (value, None),
        ColumnDefault::Computed(text) => (&Value::Null, Some(text)),
    };
    put_value(out, constant);
    let differs = column.missing != *constant;
    let mut tag = u8::from(differs) * MISSING_DIFFERS + u8::from(computed.is_some()) * IS_COMPUTED;
    if column.collation != Collation::Binary {
        tag |= HAS_COLLATION;
    }
    match column.storage {
        ColumnStorage::Row => out.push(tag),
        ColumnStorage::Tree(tree) => {
            tag |= HAS_TREE;
            out.push(tag);
            put_varint(out, tree.get());
        }
    }
    if differs {
        put_value(out, &column.missing);
    }
    if column.collation != Collation::Binary {
        put_bytes(out, column.collation.name().as_bytes());
    }
    if let Some(text) = computed {
        put_varint(out, text.pieces.len() as u64);
        for (piece, sequence) in &text.pieces {
            put_bytes(out, piece.as_bytes());
            put_varint(out, sequence.0);
        }
        put_bytes(out, text.tail.as_bytes());
    }
}

fn default_text(from: &mut Reader<'_>) -> Decoded<DefaultText> {
    let pieces = (0..from.count()?)
        .map(|_| Ok((from.text()?.to_owned(), SequenceId(from.varint()?))))
        .collect::<Decoded<_>>()?;
    Ok(DefaultText {
        pieces,
        tail: from.text()?.to_owned(),
    })
}

/// What follows a column's constant default: a tree, the value of older rows, a collation's name, the text of a computed default.
const HAS_TREE: u8 = 1;
const MISSING_DIFFERS: u8 = 2;
const IS_COMPUTED: u8 = 4;
const HAS_COLLATION: u8 = 8;

fn column(from: &mut Reader<'_>) -> Decoded<ColumnDef> {
    let name = from.text()?.to_owned();
    let (ty, limit) = limited_type(from)?;
    let not_null = flag(from)?;
    let constant = value(from)?;
    let tag = from.byte()?;
    if tag > HAS_TREE | MISSING_DIFFERS | IS_COMPUTED | HAS_COLLATION {
        return Err(Malformed);
    }
    let storage = match tag & HAS_TREE {
        0 => ColumnStorage::Row,
        _ => ColumnStorage::Tree(TreeId::new(from.varint()?)),
    };
    let missing = match tag & MISSING_DIFFERS {
        0 => constant.clone(),
        _ => value(from)?,
    };
    let collation = match tag & HAS_COLLATION {
        0 => Collation::Binary,
        _ => Collation::named(from.text()?).ok_or(Malformed)?,
    };
    let default = match (tag & IS_COMPUTED, constant) {
        (0, constant) => ColumnDefault::Value(constant),
        (_, Value::Null) => ColumnDefault::Computed(default_text(from)?),
        _ => return Err(Malformed),
    };
    Ok(ColumnDef {
        name,
        ty,
        limit,
        not_null,
        default,
        sequences: ColumnSequences::default(),
        missing,
        generated: None,
        storage,
        collation,
    })
}

fn put_expression(out: &mut Vec<u8>, expression: &IndexedExpression<VectorType>) {
    put_type(out, SqlType::Vector(expression.ty));
    put_row_text(out, &expression.text);
}

/// Never without a column.
fn expression(from: &mut Reader<'_>, width: usize) -> Decoded<IndexedExpression<VectorType>> {
    let tag = from.byte()?;
    let SqlType::Vector(ty) = sql_type(tag, from)? else {
        return Err(Malformed);
    };
    let text = row_text(from, width)?;
    if text.pieces.is_empty() {
        return Err(Malformed);
    }
    Ok(IndexedExpression { text, ty })
}

pub(super) fn put_row_text(out: &mut Vec<u8>, text: &RowText) {
    put_varint(out, text.pieces.len() as u64);
    for (piece, no) in &text.pieces {
        put_bytes(out, piece.as_bytes());
        put_varint(out, u64::from(no.0));
    }
    put_bytes(out, text.tail.as_bytes());
}

pub(super) fn row_text(from: &mut Reader<'_>, width: usize) -> Decoded<RowText> {
    let pieces = (0..from.count()?)
        .map(|_| Ok((from.text()?.to_owned(), column_no(from.varint()?, width)?)))
        .collect::<Decoded<Vec<_>>>()?;
    Ok(RowText {
        pieces,
        tail: from.text()?.to_owned(),
    })
}

pub(super) fn put_columns(out: &mut Vec<u8>, columns: &[ColumnNo]) {
    put_varint(out, columns.len() as u64);
    for no in columns {
        put_varint(out, u64::from(no.0));
    }
}

pub(super) fn column_nos(from: &mut Reader<'_>, width: usize) -> Decoded<Vec<ColumnNo>> {
    (0..from.count()?)
        .map(|_| column_no(from.varint()?, width))
        .collect()
}

pub(super) fn column_no(no: u64, width: usize) -> Decoded<ColumnNo> {
    match u16::try_from(no) {
        Ok(no) if usize::from(no) < width => Ok(ColumnNo(no)),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{BTreeIndex, IndexKey, LakeToken};
    use crate::schema::{KeyAction, KeyTiming};
    use crate::types::{
        Array, DomainCheck, DomainDef, Element, Limit, ScalarType, Value, VectorType,
    };
    use proptest::prelude::*;

    fn table() -> TableDef {
        let column = |name: &str, ty, default, storage| ColumnDef {
            name: name.to_owned(),
            ty,
            limit: None,
            not_null: storage != ColumnStorage::Row,
            missing: match &default {
                Value::Boolean(true) => Value::Boolean(false),
                other => Value::clone(other),
            },
            default: match name {
                "id" => ColumnDefault::Computed(DefaultText::next_of(SequenceId(300))),
                _ => ColumnDefault::Value(default),
            },
            sequences: match name {
                "id" => ColumnSequences {
                    owned: vec![SequenceId(300), SequenceId(1)],
                    identity: Some(Identity {
                        always: true,
                        sequence: SequenceId(300),
                    }),
                    counter: None,
                },
                _ => ColumnSequences::default(),
            },
            generated: (name == "r").then(|| RowText {
                pieces: vec![(String::new(), ColumnNo(2))],
                tail: " + 1".to_owned(),
            }),
            storage,
            collation: match name {
                "t" => Collation::NoCase,
                _ => Collation::Binary,
            },
        };
        TableDef {
            id: TableId(7),
            name: "Dócs".to_owned(),
            columns: vec![
                column("id", SqlType::Integer, Value::Null, ColumnStorage::Row),
                column(
                    "b",
                    SqlType::Boolean,
                    Value::Boolean(true),
                    ColumnStorage::Row,
                ),
                column(
                    "i",
                    SqlType::Integer,
                    Value::Integer(i64::MIN),
                    ColumnStorage::Row,
                ),
                column("r", SqlType::Real, Value::Real(-0.5), ColumnStorage::Row),
                column(
                    "t",
                    SqlType::Text,
                    Value::Text("x\0y".to_owned()),
                    ColumnStorage::Row,
                ),
                column(
                    "x",
                    SqlType::Blob,
                    Value::Blob(vec![0, 255]),
                    ColumnStorage::Row,
                ),
                column(
                    "v",
                    SqlType::vector(2),
                    Value::Vector(vec![1.0, -2.5]),
                    ColumnStorage::Tree(TreeId::new(300)),
                ),
                column(
                    "h",
                    SqlType::Vector(VectorType::new(2, Element::F16)),
                    Value::Vector(vec![0.5, 65504.0]),
                    ColumnStorage::Row,
                ),
                column(
                    "s",
                    SqlType::Vector(VectorType::new(65_535, Element::I8)),
                    Value::Null,
                    ColumnStorage::Row,
                ),
                column(
                    "bits",
                    SqlType::Vector(VectorType::new(9, Element::Bit)),
                    Value::Bits([true; 9].into_iter().collect()),
                    ColumnStorage::Row,
                ),
                column(
                    "words",
                    SqlType::Array(ScalarType::Text),
                    Value::Array(
                        Array::new(ScalarType::Text, [Value::Text("a".to_owned()), Value::Null])
                            .unwrap(),
                    ),
                    ColumnStorage::Row,
                ),
                ColumnDef {
                    limit: Some(Limit::Characters(7)),
                    ..column(
                        "short",
                        SqlType::Array(ScalarType::Text),
                        Value::Null,
                        ColumnStorage::Row,
                    )
                },
            ],
            rowid_column: Some(ColumnNo(0)),
            primary_key: vec![ColumnNo(0)],
            rowid_constraint: Some("named".to_owned()),
            checks: vec![CheckDef {
                name: "t_check".to_owned(),
                condition: RowText {
                    pieces: vec![(String::new(), ColumnNo(2))],
                    tail: " > 0".to_owned(),
                },
            }],
            foreign_keys: vec![ForeignKeyDef {
                name: "t_fkey".to_owned(),
                columns: vec![ColumnNo(2), ColumnNo(4)],
                parent: TableId(7),
                parent_columns: vec![ColumnNo(1), ColumnNo(300)],
                match_full: true,
                on_delete: KeyAction::SetNull(vec![ColumnNo(2)]),
                on_update: KeyAction::Cascade,
                timing: KeyTiming::Deferred,
            }],
            rows: TreeId::new(17),
            indexes: Vec::new(),
            sql: "CREATE TABLE …".to_owned(),
            lake: None,
            statistics: None,
            materialized: None,
        }
    }

    fn indexes() -> [IndexDef; 4] {
        let index = |id, origin, kind| IndexDef {
            id: IndexId(id),
            name: format!("i{id}"),
            table: TableId(7),
            origin,
            kind,
            sql: "…".to_owned(),
        };
        [
            index(
                1,
                IndexOrigin::Unique,
                IndexKind::BTree(BTreeIndex {
                    keys: vec![IndexKey::Column(ColumnNo(4)), IndexKey::Column(ColumnNo(1))],
                    condition: None,
                    unique: true,
                    nulls_distinct: false,
                    tree: TreeId::new(20),
                }),
            ),
            index(
                2,
                IndexOrigin::Statement,
                IndexKind::Ann(AnnIndex {
                    vector: IndexedVector::Column(ColumnNo(6)),
                    metric: Metric::Cosine,
                    filters: vec![ColumnNo(2)],
                    delta: TreeId::new(21),
                    segments: TreeId::new(22),
                    options: AnnOptions {
                        auto_merge: false,
                        merge_threshold: Some(300),
                        recall: crate::schema::Recall::new(0.95),
                    },
                }),
            ),
            index(
                3,
                IndexOrigin::Statement,
                IndexKind::Ann(AnnIndex {
                    vector: IndexedVector::Expression(IndexedExpression {
                        text: RowText {
                            pieces: vec![
                                ("subvector(".to_owned(), ColumnNo(6)),
                                (", 1, ".to_owned(), ColumnNo(2)),
                            ],
                            tail: ")".to_owned(),
                        },
                        ty: VectorType::new(2, Element::Bit),
                    }),
                    metric: Metric::Hamming,
                    filters: Vec::new(),
                    delta: TreeId::new(23),
                    segments: TreeId::new(24),
                    options: AnnOptions::default(),
                }),
            ),
            index(
                4,
                IndexOrigin::Statement,
                IndexKind::BTree(BTreeIndex {
                    keys: vec![
                        IndexKey::Column(ColumnNo(2)),
                        IndexKey::Expression(IndexedExpression {
                            text: RowText {
                                pieces: vec![("lower(".to_owned(), ColumnNo(4))],
                                tail: ")".to_owned(),
                            },
                            ty: SqlType::Text,
                        }),
                    ],
                    condition: Some(RowText {
                        pieces: vec![(String::new(), ColumnNo(1))],
                        tail: " > 0".to_owned(),
                    }),
                    unique: true,
                    nulls_distinct: true,
                    tree: TreeId::new(25),
                }),
            ),
        ]
    }

    /// The table in a lake, in the clear or encrypted.
    fn in_lake(key: Option<LakeKey>, catalog: LakeCatalog) -> TableDef {
        let home = LakeHome {
            location: "/lake/t".to_owned(),
            catalog,
            key,
        };
        TableDef {
            lake: Some(Arc::new(LakeDef {
                home,
                vectors: vec![(ColumnNo(1), Metric::Cosine)],
            })),
            ..table()
        }
    }

    /// A materialized view, one column of which is of a domain, and a table that counts its row ids.
    fn kept_and_counted() -> [TableDef; 2] {
        let domain = |limit| {
            Domain::of(DomainDef {
                id: 9,
                name: "d".to_owned(),
                base: SqlType::Text,
                limit,
                not_null: true,
                default: Some("'x'".to_owned()),
                checks: vec![DomainCheck {
                    name: "d_check".to_owned(),
                    condition: "VALUE <> ''".to_owned(),
                }],
            })
        };
        let mut kept = table();
        kept.materialized = Some(Arc::new(Materialized {
            query: "SELECT 1".to_owned(),
            is_filled: true,
        }));
        let inner = domain(Some(Limit::Characters(9)));
        kept.columns[4].limit = Some(Limit::Domain(domain(Some(Limit::Domain(inner)))));
        let mut counted = table();
        counted.columns[0].sequences = ColumnSequences {
            counter: Some(SequenceId(301)),
            ..ColumnSequences::default()
        };
        [kept, counted]
    }

    fn tables() -> [TableDef; 9] {
        let [kept, counted] = kept_and_counted();
        let key = || Some(LakeKey::new([9; LakeKey::BYTES]));
        let server = |token| {
            LakeCatalog::Rest(LakeServer {
                uri: "http://localhost:8181".to_owned(),
                warehouse: Some("house".to_owned()),
                namespace: vec!["shop".to_owned(), "by day".to_owned()],
                name: "t".to_owned(),
                token,
            })
        };
        [
            table(),
            in_lake(None, LakeCatalog::Files),
            in_lake(None, LakeCatalog::Embedded),
            in_lake(key(), LakeCatalog::Files),
            in_lake(key(), LakeCatalog::Embedded),
            kept,
            counted,
            in_lake(None, server(None)),
            in_lake(key(), server(Some(LakeToken::new("hush")))),
        ]
    }

    #[test]
    fn definitions_round_trip() {
        for table in tables() {
            let read = decode_table(table.id, &encode_table(&table)).unwrap();
            assert_eq!(format!("{read:?}"), format!("{table:?}"));
            assert_eq!(read.lake, table.lake);
        }
        for index in indexes() {
            let read = decode_index(index.table, index.id, 7, &encode_index(&index)).unwrap();
            assert_eq!(format!("{read:?}"), format!("{index:?}"));
        }
    }

    #[test]
    fn a_definition_cut_short_or_too_long_is_malformed() {
        for table in tables() {
            let bytes = encode_table(&table);
            for len in 0..bytes.len() {
                assert!(decode_table(TableId(7), &bytes[..len]).is_err(), "{len}");
            }
            let mut long = bytes;
            long.push(0);
            assert!(decode_table(TableId(7), &long).is_err());
        }
    }

    proptest! {
        #[test]
        fn changed_bytes_never_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), width in 0usize..8) {
            for table in tables() {
                let mut bytes = encode_table(&table);
                let at_table = at.index(bytes.len());
                bytes[at_table] = byte;
                let _ = decode_table(TableId(7), &bytes);
            }
            for index in indexes() {
                let mut bytes = encode_index(&index);
                let at_index = at.index(bytes.len());
                bytes[at_index] = byte;
                let _ = decode_index(TableId(7), IndexId(1), width, &bytes);
            }
        }
    }
}
