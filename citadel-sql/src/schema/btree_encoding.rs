//! Definitions of btree indexes as bytes.
//!
//! An index on columns alone, with an entry of every row, is as it always was; only one with more than that says what it has.

use citadel_txn::TreeId;

use super::encoded_value::{flag, put_type, sql_type};
use super::encoding::{column_no, column_nos, put_columns, put_row_text, row_text};
use super::{BTreeIndex, IndexKey, IndexedExpression};
use crate::codec::{Decoded, Malformed, Reader, put_varint};

/// The kind of an index on columns alone.
pub(super) const PLAIN: u8 = 0;
/// The kind of one that computes something of a row.
pub(super) const COMPUTED: u8 = 3;

const KEY_COLUMN: u8 = 0;
const KEY_EXPRESSION: u8 = 1;

/// Appends its kind and what belongs to it.
pub(super) fn put_btree(out: &mut Vec<u8>, btree: &BTreeIndex) {
    let unique = match (btree.unique, btree.nulls_distinct) {
        (false, _) => 0,
        (true, true) => 1,
        (true, false) => 2,
    };
    if let Some(columns) = btree.plain_columns() {
        out.push(PLAIN);
        put_columns(out, &columns);
        out.push(unique);
        put_varint(out, btree.tree.get());
        return;
    }
    out.push(COMPUTED);
    put_varint(out, btree.keys.len() as u64);
    for key in &btree.keys {
        match key {
            IndexKey::Column(no) => {
                out.push(KEY_COLUMN);
                put_varint(out, u64::from(no.0));
            }
            IndexKey::Expression(expression) => {
                out.push(KEY_EXPRESSION);
                put_type(out, expression.ty);
                put_row_text(out, &expression.text);
            }
        }
    }
    out.push(unique);
    put_varint(out, btree.tree.get());
    out.push(u8::from(btree.condition.is_some()));
    if let Some(condition) = &btree.condition {
        put_row_text(out, condition);
    }
}

/// Reads what belongs to a kind, of a table with so many columns.
pub(super) fn read_btree(from: &mut Reader<'_>, kind: u8, width: usize) -> Decoded<BTreeIndex> {
    let keys = match kind {
        PLAIN => {
            let columns = column_nos(from, width)?.into_iter();
            columns.map(IndexKey::Column).collect()
        }
        COMPUTED => {
            let keys = (0..from.count()?).map(|_| key(from, width));
            keys.collect::<Decoded<Vec<_>>>()?
        }
        _ => return Err(Malformed),
    };
    let (unique, nulls_distinct) = match from.byte()? {
        0 => (false, true),
        1 => (true, true),
        2 => (true, false),
        _ => return Err(Malformed),
    };
    let tree = TreeId::new(from.varint()?);
    let condition = match kind == COMPUTED && flag(from)? {
        true => Some(row_text(from, width)?),
        false => None,
    };
    Ok(BTreeIndex {
        keys,
        condition,
        unique,
        nulls_distinct,
        tree,
    })
}

fn key(from: &mut Reader<'_>, width: usize) -> Decoded<IndexKey> {
    Ok(match from.byte()? {
        KEY_COLUMN => IndexKey::Column(column_no(from.varint()?, width)?),
        KEY_EXPRESSION => {
            let tag = from.byte()?;
            IndexKey::Expression(IndexedExpression {
                ty: sql_type(tag, from)?,
                text: row_text(from, width)?,
            })
        }
        _ => return Err(Malformed),
    })
}
