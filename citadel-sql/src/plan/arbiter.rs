//! Which keys `ON CONFLICT (…) [WHERE …]` means: those of unique indexes on exactly these columns and expressions.
//!
//! An index with a condition is meant where the clause's condition implies it, for then every row that the clause speaks of
//! has an entry.

use super::expr::{is_same, split_conjuncts};
use super::implication::implies_all;
use crate::bind::bound::{Arbiter, Arbiters, ConflictKeys, Expr, ExprKind, RelationNo};
use crate::error::{Error, Result, SqlState};
use crate::expression::fold_literals;
use crate::schema::{IndexKind, TableDef};
use crate::store::BoundIndex;

/// The keys that are looked at.
///
/// # Errors
/// No key is on what the clause names.
pub(super) fn arbiters(
    arbiters: &Arbiters,
    table: &TableDef,
    relation: RelationNo,
) -> Result<Vec<Arbiter>> {
    let on = match arbiters {
        Arbiters::These(these) => return Ok(these.clone()),
        Arbiters::On(on) => on,
    };
    let ConflictKeys {
        keys,
        condition,
        position,
    } = on.as_ref();
    let mut keys = keys.clone();
    keys.iter_mut().for_each(fold_literals);
    let mut given = Vec::new();
    if let Some(mut condition) = condition.clone() {
        fold_literals(&mut condition);
        split_conjuncts(condition, &mut given);
    }
    let mut found = Vec::new();
    if let Some(no) = table.rowid_column
        && keys.iter().all(|key| {
            matches!(key.kind, ExprKind::Column(id) if id.relation == relation && id.column == u32::from(no.0))
        })
    {
        found.push(Arbiter::RowId);
    }
    for index in &table.indexes {
        let IndexKind::BTree(btree) = &index.kind else {
            continue;
        };
        // One that has no meaning any more is none that is meant.
        if btree.unique
            && let Ok(bound) = BoundIndex::bind(table, btree, relation)
            && is_same_set(&bound.keys, &keys)
            && bound
                .condition
                .is_none_or(|condition| implies_all(&given, condition))
        {
            found.push(Arbiter::Index(index.clone()));
        }
    }
    match found.is_empty() {
        false => Ok(found),
        true => Err(Error::sql(
            SqlState::INVALID_COLUMN_REFERENCE,
            "there is no unique constraint or index on the columns of ON CONFLICT",
        )
        .at(*position)),
    }
}

fn is_same_set(a: &[Expr], b: &[Expr]) -> bool {
    let within = |all: &[Expr], one: &Expr| all.iter().any(|known| is_same(known, one));
    a.iter().all(|key| within(b, key)) && b.iter().all(|key| within(a, key))
}
