//! One table's statistics.

use citadel_txn::View;
use rustc_hash::FxHashMap;

use super::column::{Collector, hash_of};
use super::distinct::Seen;
use super::sample::{SAMPLE_ROWS, for_each_batch};
use crate::error::Result;
use crate::schema::{
    BTreeIndex, ColumnNo, ColumnStatistics, ColumnStorage, Distinct, IndexKind, IndexStatistics,
    TableDef, TableStatistics,
};
use crate::store::{IndexParts, put_key_column};

/// Columns whose values are in memory at once.
const COLUMNS_AT_ONCE: usize = 64;

/// Looks at a table, or at some columns of it and the indexes that depend on these alone.
///
/// # Errors
/// Storage errors; rows that do not decode; what `watch` says.
pub(crate) fn gather(
    view: &dyn View,
    table: &TableDef,
    columns: Option<&[ColumnNo]>,
    watch: &dyn Fn() -> Result<()>,
) -> Result<TableStatistics> {
    let rows = view.tree_len(table.rows)?;
    let mut wanted: Vec<ColumnNo> = match columns {
        Some(columns) => columns.to_vec(),
        None => (0..).map(ColumnNo).take(table.columns.len()).collect(),
    };
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = TableStatistics {
        rows,
        sampled: rows.min(SAMPLE_ROWS as u64),
        ..TableStatistics::default()
    };
    // A vector in a tree of its own is not read to know that it is there.
    let (aside, beside): (Vec<ColumnNo>, Vec<ColumnNo>) = wanted
        .iter()
        .partition(|no| matches!(table.column(**no).storage, ColumnStorage::Tree(_)));
    for columns in beside.chunks(COLUMNS_AT_ONCE) {
        let types = columns.iter().map(|no| table.column(*no).ty);
        let mut collectors: Vec<Collector> = types.map(Collector::new).collect();
        for_each_batch(view, table, columns, watch, &mut |batch| {
            let pairs = collectors.iter_mut().zip(&batch.columns);
            pairs.into_iter().try_for_each(|(to, from)| to.push(from))
        })?;
        let of = collectors.into_iter().map(|one| one.finish(rows));
        found.columns.extend(columns.iter().copied().zip(of));
    }
    for no in aside {
        found
            .columns
            .push((no, vectors_aside(view, table, no, rows)?));
    }
    found.columns.sort_by_key(|(no, _)| *no);
    for index in &table.indexes {
        let IndexKind::BTree(btree) = &index.kind else {
            continue;
        };
        if btree.any_column(|no| !wanted.contains(&no)) {
            continue;
        }
        found.indexes.push(IndexStatistics {
            index: index.id,
            prefixes: prefixes(view, table, btree, watch)?,
        });
    }
    found.indexes.sort_by_key(|index| index.index);
    Ok(found)
}

/// How many vectors of a column there are: the tree has no entry for NULL.
fn vectors_aside(
    view: &dyn View,
    table: &TableDef,
    no: ColumnNo,
    rows: u64,
) -> Result<ColumnStatistics> {
    let column = table.column(no);
    let there = match column.storage {
        ColumnStorage::Tree(tree) => view.tree_len(tree)?,
        ColumnStorage::Row => 0,
    };
    let rows = rows.max(1) as f64;
    let dim = match column.ty {
        crate::types::SqlType::Vector(vector) => vector.dim.unwrap_or(0),
        _ => 0,
    };
    Ok(ColumnStatistics {
        nulls: (1.0 - there as f64 / rows).clamp(0.0, 1.0),
        width: f64::from(dim) * 4.0,
        distinct: Distinct::Count(0.0),
        common: Vec::new(),
        bounds: Vec::new(),
    })
}

/// How many values the beginnings of an index's key have.
fn prefixes(
    view: &dyn View,
    table: &TableDef,
    btree: &BTreeIndex,
    watch: &dyn Fn() -> Result<()>,
) -> Result<Vec<Distinct>> {
    let columns = btree.columns_read();
    let parts = IndexParts::of(table, btree, &columns)?;
    let mut counts: Vec<FxHashMap<u64, u64>> = vec![FxHashMap::default(); btree.keys.len()];
    let (mut selected, mut key) = (Vec::new(), Vec::new());
    for_each_batch(view, table, &columns, watch, &mut |batch| {
        parts.select(batch, &mut selected)?;
        let keys = parts.keys(batch, &selected)?;
        for at in 0..selected.len() {
            key.clear();
            for (part, counts) in keys.iter().zip(&mut counts) {
                put_key_column(&mut key, part.get(at))?;
                *counts.entry(hash_of(&key)).or_default() += 1;
            }
        }
        Ok(())
    })?;
    let entries = view.tree_len(btree.tree)? as f64;
    let distinct = counts.iter().map(|counts| {
        let seen = Seen::of(counts.values().copied());
        Distinct::of(seen.estimate(entries), entries)
    });
    Ok(distinct.collect())
}
