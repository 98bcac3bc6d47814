//! The proof that rows, indexes and vectors agree.
//!
//! Every row is read in full; each index entry and each wide vector that it should have is looked up and compared; then
//! the counts are compared, which the check of the pages below has counted as well. Each right entry belongs to one row,
//! and each row has one right entry in each index that wants one of it: so equal counts mean that there is no other entry, and no second
//! walk is needed. Where the counts differ, [`strays`] walks the index to name what does not belong.
//!
//! Nothing is kept of the rows that were read: memory does not grow with the table.
//! Vector indexes have a check of their own, above this room.

mod rows;
mod strays;

use citadel_txn::View;

use crate::error::Result;
use crate::findings::Findings;
use crate::schema::TableDef;

/// Checks one table. `tick` is called for each row and stray entry that is looked at, and may stop the check.
///
/// # Errors
/// What `tick` returns; storage errors other than damage, which is a finding.
pub(crate) fn check(
    view: &dyn View,
    table: &TableDef,
    findings: &mut Findings,
    tick: &mut dyn FnMut() -> Result<()>,
) -> Result<()> {
    let about = format!("table \"{}\"", table.name);
    let checked = rows::RowsCheck::new(view, table, findings).and_then(|check| check.run(tick));
    match checked {
        Ok(suspects) => {
            for suspect in suspects {
                if let Err(error) = strays::name(view, table, suspect, findings, tick) {
                    findings.blame(&about, error)?;
                }
            }
            Ok(())
        }
        Err(error) => findings.blame(&about, error),
    }
}

/// Checks every table; gives the findings.
#[cfg(test)]
pub(crate) fn check_all(view: &dyn View, catalog: &crate::schema::Catalog) -> Result<Vec<String>> {
    let mut findings = Findings::default();
    for table in catalog.tables() {
        check(view, table, &mut findings, &mut || Ok(()))?;
    }
    Ok(findings.told().to_vec())
}
