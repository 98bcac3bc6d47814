//! CREATE TABLE.

use std::sync::Arc;

use citadel_txn::{TreeOptions, WriteTxn};

use super::create_index::refuse_unordered;
use super::foreign_key::key_def;
use super::names::{Names, refuse_taken};
use super::sequence::{add_counter, add_sequences, with_made};
use crate::bind::bound::{self, Generated, NewCheck, NewColumn, NewUnique};
use crate::error::{Error, Result, SqlState};
use crate::schema::{
    BTreeIndex, Catalog, CheckDef, ColumnDef, ColumnNo, ColumnStorage, IndexDef, IndexKey,
    IndexKind, IndexOrigin, Materialized, RowText, SchemaChange, TableDef,
};
use crate::store::projection::vector_type;
use crate::store::row_text;
use crate::types::{SqlType, VectorType};

/// Vectors of more bytes than this lie in a tree of their own.
const WIDE_BYTES: usize = 1024;

/// The most columns of a table.
const COLUMNS_MAX: usize = 4096;

/// Makes a table, its trees, and the indexes of its constraints.
///
/// # Errors
/// The name is taken; too many columns; a constraint over a vector; storage errors.
pub(crate) fn create_table(txn: &mut WriteTxn, new: &bound::CreateTable) -> Result<Arc<TableDef>> {
    let catalog = Catalog::load(txn)?;
    refuse_taken(&catalog, &new.name)?;
    if new.columns.len() > COLUMNS_MAX {
        return Err(Error::sql(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!(
                "table \"{}\" would have {} columns; at most {COLUMNS_MAX} are possible",
                new.name,
                new.columns.len()
            ),
        ));
    }
    let mut change = SchemaChange::begin(txn)?;
    let mut table = TableDef {
        id: change.new_table_id(),
        name: new.name.clone(),
        columns: Vec::with_capacity(new.columns.len()),
        rowid_column: rowid_column(&new.primary_key, |no| Some(new.columns.get(no)?.ty)),
        primary_key: new.primary_key.clone(),
        rowid_constraint: None,
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        rows: change.txn().create_tree(TreeOptions::default())?,
        indexes: Vec::new(),
        sql: new.sql.clone(),
        lake: new.lake.as_ref().and_then(|lake| lake.opened.clone()),
        statistics: None,
        materialized: new.materialized.as_ref().map(|new| {
            Arc::new(Materialized {
                query: new.query.clone(),
                is_filled: false,
            })
        }),
    };
    for (no, column) in (0..).map(ColumnNo).zip(&new.columns) {
        table.columns.push(ColumnDef {
            name: column.name.clone(),
            ty: column.ty,
            limit: column.limit,
            not_null: column.not_null || new.primary_key.contains(&no),
            default: column.default.definition(),
            sequences: column.sequences.clone(),
            missing: column.default.constant(),
            generated: None,
            collation: column.collation,
            storage: storage(change.txn(), column.ty)?,
        });
    }
    let mut names = Names::new(&catalog, &table);
    let defaults = new.columns.iter().map(|column| &column.default);
    let made = add_sequences(&mut change, &mut names, &mut table, defaults)?;
    add_counter(&mut change, &mut table, |no| new.columns[no].counts)?;
    let key = (new.primary_key.as_slice(), new.key_name.as_deref());
    add_keys(&mut change, &mut names, &mut table, key, &new.unique)?;
    for (at, column) in new.columns.iter().enumerate() {
        table.columns[at].generated = generated_text(&table, column, Some)?;
    }
    for check in &new.checks {
        let check = check_def(&mut names, &table, check)?;
        table.checks.push(check);
    }
    for key in &new.foreign_keys {
        let key = key_def(&mut names, &table, key)?;
        table.foreign_keys.push(key);
    }
    // What SERIAL makes is told by what it makes: whoever reads the text anew finds the sequence there already.
    let is_serial = |column: &ColumnDef| {
        !column.sequences.owned.is_empty() && column.sequences.identity.is_none()
    };
    if table.sql.is_empty() || table.columns.iter().any(is_serial) {
        table.sql = table.statement(&with_made(&catalog, &made), catalog.tables());
    }
    change.put_table(&table)?;
    change.finish()?;
    Ok(Arc::new(table))
}

/// One INTEGER column that is the whole primary key is the row id itself.
pub(super) fn rowid_column(
    primary_key: &[ColumnNo],
    ty: impl Fn(usize) -> Option<SqlType>,
) -> Option<ColumnNo> {
    match primary_key {
        [no] if ty(usize::from(no.0))? == SqlType::Integer => Some(*no),
        _ => None,
    }
}

/// Makes a tree for the vectors of a column that are too wide for its rows.
pub(super) fn storage(txn: &mut WriteTxn, ty: SqlType) -> Result<ColumnStorage> {
    if !is_wide(ty) {
        return Ok(ColumnStorage::Row);
    }
    let bytes = vector_type(ty).map_or(0, VectorType::stored_bytes);
    let options = TreeOptions::for_values(txn.page_size(), size_of::<u64>(), bytes);
    Ok(ColumnStorage::Tree(txn.create_tree(options)?))
}

/// Are values of the type so wide that they lie in a tree of their own?
pub(super) fn is_wide(ty: SqlType) -> bool {
    vector_type(ty).map_or(0, VectorType::stored_bytes) > WIDE_BYTES
}

/// Makes the indexes that keep PRIMARY KEY and UNIQUE. The row id needs none.
pub(super) fn add_keys(
    change: &mut SchemaChange<'_>,
    names: &mut Names<'_>,
    table: &mut TableDef,
    (primary_key, key_name): (&[ColumnNo], Option<&str>),
    unique: &[NewUnique],
) -> Result<()> {
    let mut wanted = Vec::new();
    let rowid = table.rowid_column.map(|no| vec![no]);
    if rowid.is_some() {
        table.rowid_constraint = match key_name {
            Some(name) => Some(names.take(name)?),
            None => None,
        };
    } else if !primary_key.is_empty() {
        wanted.push((IndexOrigin::PrimaryKey, key_name, primary_key, true));
    }
    for unique in unique {
        let name = unique.name.as_deref();
        if name.is_some() || rowid.as_ref() != Some(&unique.columns) {
            wanted.push((
                IndexOrigin::Unique,
                name,
                &unique.columns,
                unique.nulls_distinct,
            ));
        }
    }
    for (origin, name, columns, nulls_distinct) in wanted {
        refuse_unordered(table, columns)?;
        let name = match (name, origin) {
            (Some(name), _) => names.take(name)?,
            (None, IndexOrigin::PrimaryKey) => names.choose(table, &[], "_pkey"),
            (None, _) => names.choose(table, columns, "_key"),
        };
        let index = IndexDef {
            id: change.new_index_id(),
            name,
            table: table.id,
            origin,
            kind: IndexKind::BTree(BTreeIndex {
                keys: columns
                    .iter()
                    .map(|no| IndexKey::of_column(table, *no))
                    .collect(),
                condition: None,
                unique: true,
                nulls_distinct,
                tree: change.txn().create_tree(TreeOptions::default())?,
            }),
            sql: String::new(),
        };
        change.put_index(&index)?;
        table.indexes.push(Arc::new(index));
    }
    Ok(())
}

/// What a column is computed from. `moved` tells where columns went that were there.
pub(super) fn generated_text(
    table: &TableDef,
    column: &NewColumn,
    moved: impl Fn(ColumnNo) -> Option<ColumnNo>,
) -> Result<Option<RowText>> {
    match &column.generated {
        None => Ok(None),
        Some(Generated::New(relation, value)) => {
            let text = row_text::write(table, value, *relation);
            let unsupported = || Error::unsupported("GENERATED with this expression");
            text.map(Some)
                .ok_or_else(|| unsupported().at(value.position))
        }
        Some(Generated::Kept(text)) => Ok(text.moved(moved)),
    }
}

/// The definition of a CHECK constraint of a table.
pub(super) fn check_def(
    names: &mut Names<'_>,
    table: &TableDef,
    new: &NewCheck,
) -> Result<CheckDef> {
    let text = row_text::write(table, &new.condition, new.relation);
    let condition = text.ok_or_else(|| {
        Error::unsupported("a CHECK with this condition").at(new.condition.position)
    })?;
    let is_taken = |name: &str| {
        table
            .checks
            .iter()
            .any(|c| c.name.eq_ignore_ascii_case(name))
    };
    let name = match &new.name {
        Some(name) if is_taken(name) => {
            return Err(Error::sql(
                SqlState::DUPLICATE_OBJECT,
                format!("constraint \"{name}\" exists already"),
            ));
        }
        Some(name) => name.clone(),
        None => {
            let columns = match condition.columns().as_slice() {
                [no] => vec![*no],
                _ => Vec::new(),
            };
            names.choose_check(table, &columns)
        }
    };
    Ok(CheckDef { name, condition })
}
