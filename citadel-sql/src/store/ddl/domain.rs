//! CREATE DOMAIN, ALTER DOMAIN and DROP DOMAIN.

use citadel_txn::WriteTxn;

use super::sorter::Watch;
use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::{DomainChange, NewDomain};
use crate::error::{Error, Result};
use crate::schema::{Catalog, ColumnNo, SchemaChange, TableDef};
use crate::store::domain::values_of;
use crate::store::{Direction, RowIdRange, TableScan, row_text};
use crate::types::{Domain, DomainCheck, DomainDef, Limit};

/// Changes the definition of a domain, with those of all columns and domains that are made of it.
///
/// # Errors
/// A condition has no text; a value that is there is none of the domain as it becomes; storage errors; what `watch` says.
pub(crate) fn change_domain(
    txn: &mut WriteTxn,
    change: &DomainChange,
    watch: Watch<'_>,
) -> Result<()> {
    let catalog = Catalog::load(txn)?;
    let mut definitions = SchemaChange::begin(txn)?;
    let mut looked_at = Vec::new();
    match change {
        DomainChange::Create(new) => {
            let id = definitions.new_enum_id();
            definitions.put_domain(defined(new, id)?)?;
        }
        DomainChange::Drop(domains) => {
            for domain in domains {
                definitions.remove_domain(*domain)?;
            }
        }
        DomainChange::Alter { domain, new } => {
            let becomes = (*domain, defined(new, new.def.id)?);
            for known in catalog.domains() {
                let known = Limit::Domain(*known);
                if let Some(Limit::Domain(changed)) = replaced(known, becomes) {
                    definitions.put_domain(changed)?;
                }
            }
            for table in catalog.tables() {
                if let Some(table) = altered(table, becomes, &catalog) {
                    definitions.put_table(&table)?;
                    looked_at.push(table);
                }
            }
        }
    }
    definitions.finish()?;
    if let DomainChange::Alter { domain, new } = change {
        let stricter = !new.checks.is_empty() || new.def.not_null && !domain.def().not_null;
        for table in looked_at.iter().filter(|_| stricter) {
            look_at_values(txn, table, watch)?;
        }
    }
    Ok(())
}

/// The domain with its new conditions written down.
fn defined(new: &NewDomain, id: u64) -> Result<Domain> {
    let mut def = DomainDef {
        id,
        ..new.def.clone()
    };
    let values = values_of(def.base);
    for check in &new.checks {
        let text = row_text::write(&values, &check.condition, check.relation);
        let text = text.ok_or_else(|| {
            let what = "a CHECK of a domain with this condition";
            Error::unsupported(what).at(check.condition.position)
        })?;
        let name = match &check.name {
            Some(name) => name.clone(),
            None => free_name(&def),
        };
        def.checks.push(DomainCheck {
            name,
            condition: text.sql(&values, |_| "VALUE".to_owned()),
        });
    }
    Ok(Domain::of(def))
}

/// `d_check`, with a number where that is taken.
fn free_name(def: &DomainDef) -> String {
    let is_free = |name: &str| !def.checks.iter().any(|check| check.name == name);
    let base = format!("{}_check", def.name);
    if is_free(&base) {
        return base;
    }
    let mut numbered = (1u64..).map(|number| format!("{base}{number}"));
    numbered.find(|name| is_free(name)).unwrap_or(base)
}

/// The limit with another domain in the place of one that it is made of; `None`: it is not.
fn replaced(limit: Limit, (old, new): (Domain, Domain)) -> Option<Limit> {
    let Limit::Domain(domain) = limit else {
        return None;
    };
    if domain == old {
        return Some(Limit::Domain(new));
    }
    let inner = replaced(domain.def().limit?, (old, new))?;
    Some(Limit::Domain(Domain::of(DomainDef {
        limit: Some(inner),
        ..domain.def().clone()
    })))
}

/// The table with another definition of a domain that columns of it have; `None`: none has it.
fn altered(table: &TableDef, becomes: (Domain, Domain), catalog: &Catalog) -> Option<TableDef> {
    let mut table = table.clone();
    let mut found = false;
    for column in &mut table.columns {
        if let Some(limit) = column.limit.and_then(|limit| replaced(limit, becomes)) {
            column.limit = Some(limit);
            found = true;
        }
    }
    if !found {
        return None;
    }
    // What the user wrote may name what is not there any more.
    table.sql = table.statement(catalog.sequences(), catalog.tables());
    Some(table)
}

/// Looks at what columns of domains hold.
pub(super) fn look_at_values(txn: &WriteTxn, table: &TableDef, watch: Watch<'_>) -> Result<()> {
    let numbers = (0..).map(ColumnNo).zip(&table.columns);
    let wanted: Vec<(ColumnNo, Limit)> = numbers
        .filter_map(|(no, column)| match column.limit {
            Some(limit @ Limit::Domain(_)) => Some((no, limit)),
            _ => None,
        })
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let columns: Vec<ColumnNo> = wanted.iter().map(|(no, _)| *no).collect();
    let types: Vec<_> = columns.iter().map(|no| table.column(*no).ty).collect();
    let mut scan = TableScan::new(table, &columns, RowIdRange::ALL, Direction::Forward);
    let mut batch = Batch::default();
    loop {
        watch()?;
        batch.reset(&types);
        batch.rows = scan.next(txn, None, &mut batch.columns, BATCH_ROWS)?;
        if batch.rows == 0 {
            return Ok(());
        }
        for (column, (no, limit)) in batch.columns.iter().zip(&wanted) {
            let is_array = table.column(*no).ty.element().is_some();
            for at in 0..batch.rows {
                let value = column.get(at);
                if value.is_null() && is_array {
                    continue;
                }
                limit.check(value).map_err(|error| {
                    let name = &table.column(*no).name;
                    let text = format!("column \"{name}\" of table \"{}\"", table.name);
                    error.within(&text)
                })?;
            }
        }
    }
}
