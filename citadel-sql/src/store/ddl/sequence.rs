//! CREATE, ALTER and DROP SEQUENCE, and the sequences that columns have of their own.

use std::sync::Arc;

use citadel_txn::WriteTxn;

use super::names::{Names, refuse_taken};
use crate::bind::bound::{AlterSequence, NewDefault, NewSequence, Owner, SequenceStatement};
use crate::error::Result;
use crate::schema::{
    Catalog, ColumnDefault, ColumnNo, ColumnSequences, DefaultText, Identity, SchemaChange,
    SequenceDef, SequenceId, SequenceState, TableDef, put_sequence_state,
};

/// Defines sequences.
///
/// # Errors
/// A name is taken; storage errors.
pub(crate) fn define_sequence(txn: &mut WriteTxn, statement: &SequenceStatement) -> Result<()> {
    let catalog = Catalog::load(txn)?;
    match statement {
        SequenceStatement::Create {
            name,
            options,
            owner,
        } => {
            refuse_taken(&catalog, name)?;
            let mut change = SchemaChange::begin(txn)?;
            let sequence = SequenceDef {
                id: change.new_sequence_id(),
                name: name.clone(),
                options: *options,
            };
            put_new(&mut change, &sequence)?;
            if let Some(owner) = owner {
                let mut tables = Tables::new(&catalog);
                tables.own(sequence.id, owner);
                tables.put(&mut change, catalog.sequences())?;
            }
            change.finish()
        }
        SequenceStatement::Alter(alter) => self::alter(txn, &catalog, alter),
        SequenceStatement::Drop {
            sequences,
            defaults,
        } => {
            let mut change = SchemaChange::begin(txn)?;
            let mut tables = Tables::new(&catalog);
            for Owner { table, column } in defaults {
                let table = tables.table(table);
                table.columns[usize::from(column.0)].default = ColumnDefault::default();
            }
            for sequence in sequences {
                tables.disown(sequence.id);
                change.remove_sequence(sequence.id)?;
            }
            tables.put(&mut change, catalog.sequences())?;
            change.finish()
        }
    }
}

fn alter(txn: &mut WriteTxn, catalog: &Catalog, alter: &AlterSequence) -> Result<()> {
    if !alter.name.eq_ignore_ascii_case(&alter.sequence.name) {
        refuse_taken(catalog, &alter.name)?;
    }
    let mut change = SchemaChange::begin(txn)?;
    let mut sequences = catalog.sequences().to_vec();
    let sequence = put_altered(&mut change, alter, &mut sequences)?;
    let mut tables = Tables::new(catalog);
    if let Some(owner) = &alter.owner {
        tables.disown(sequence.id);
        if let Some(owner) = owner {
            tables.own(sequence.id, owner);
        }
    }
    // What is written of the tables that ask it has its name, or its options.
    let asks = |table: &TableDef| table.columns.iter().any(|c| c.default.asks(sequence.id));
    for table in catalog.tables().iter().filter(|table| asks(table)) {
        tables.table(table);
    }
    tables.put(&mut change, &sequences)?;
    change.finish()
}

/// Writes what a sequence becomes, and puts it in its place among all.
pub(super) fn put_altered(
    change: &mut SchemaChange<'_>,
    alter: &AlterSequence,
    sequences: &mut [Arc<SequenceDef>],
) -> Result<SequenceDef> {
    let sequence = SequenceDef {
        id: alter.sequence.id,
        name: alter.name.clone(),
        options: alter.options,
    };
    if let Some(next) = alter.restart {
        restart_at(change.txn(), sequence.id, next)?;
    }
    change.put_sequence(&sequence)?;
    for known in sequences.iter_mut().filter(|s| s.id == sequence.id) {
        *known = Arc::new(sequence.clone());
    }
    Ok(sequence)
}

/// Lets a number come next.
pub(super) fn restart_at(txn: &mut WriteTxn, id: SequenceId, next: i64) -> Result<()> {
    let state = SequenceState {
        last: next,
        is_called: false,
    };
    put_sequence_state(txn, id, state)
}

/// Makes what keeps the greatest row id, where a column is to count.
pub(super) fn add_counter(
    change: &mut SchemaChange<'_>,
    table: &mut TableDef,
    counts: impl Fn(usize) -> bool,
) -> Result<()> {
    let Some(no) = table.rowid_column.map(|no| usize::from(no.0)) else {
        return Ok(());
    };
    if counts(no) {
        let id = change.new_sequence_id();
        put_sequence_state(change.txn(), id, SequenceState::UNCOUNTED)?;
        table.columns[no].sequences.counter = Some(id);
    }
    Ok(())
}

/// Definitions of tables that change with sequences.
struct Tables<'a> {
    catalog: &'a Catalog,
    changed: Vec<TableDef>,
}

impl<'a> Tables<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        Self {
            catalog,
            changed: Vec::new(),
        }
    }

    /// A table, to be changed.
    fn table(&mut self, table: &TableDef) -> &mut TableDef {
        let at = match self.changed.iter().position(|known| known.id == table.id) {
            Some(at) => at,
            None => {
                self.changed.push(table.clone());
                self.changed.len() - 1
            }
        };
        &mut self.changed[at]
    }

    fn own(&mut self, sequence: SequenceId, owner: &Owner) {
        let column = usize::from(owner.column.0);
        let table = self.table(&owner.table);
        table.columns[column].sequences.owned.push(sequence);
    }

    fn disown(&mut self, sequence: SequenceId) {
        let catalog = self.catalog;
        for table in catalog.tables() {
            let mut columns = table.columns.iter();
            if columns.any(|column| column.sequences.owned.contains(&sequence)) {
                for column in &mut self.table(table).columns {
                    column.sequences.owned.retain(|owned| *owned != sequence);
                }
            }
        }
    }

    fn put(self, change: &mut SchemaChange<'_>, sequences: &[Arc<SequenceDef>]) -> Result<()> {
        for mut table in self.changed {
            table.sql = table.statement(sequences, self.catalog.tables());
            change.put_table(&table)?;
        }
        Ok(())
    }
}

fn put_new(change: &mut SchemaChange<'_>, sequence: &SequenceDef) -> Result<()> {
    change.put_sequence(sequence)?;
    put_sequence_state(change.txn(), sequence.id, sequence.options.fresh())
}

/// Makes the sequences that columns are to have of their own; gives them with the numbers of their columns.
pub(super) fn add_sequences<'d>(
    change: &mut SchemaChange<'_>,
    names: &mut Names<'_>,
    table: &mut TableDef,
    defaults: impl Iterator<Item = &'d NewDefault>,
) -> Result<Vec<(ColumnNo, Arc<SequenceDef>)>> {
    let mut made = Vec::new();
    for (no, default) in (0..).map(ColumnNo).zip(defaults) {
        let NewDefault::Sequence(NewSequence { options, identity }) = default else {
            continue;
        };
        let sequence = SequenceDef {
            id: change.new_sequence_id(),
            name: names.choose(table, &[no], "_seq"),
            options: *options,
        };
        put_new(change, &sequence)?;
        let column = &mut table.columns[usize::from(no.0)];
        column.default = ColumnDefault::Computed(DefaultText::next_of(sequence.id));
        column.sequences = ColumnSequences {
            owned: vec![sequence.id],
            identity: identity.map(|always| Identity {
                always,
                sequence: sequence.id,
            }),
            counter: None,
        };
        made.push((no, Arc::new(sequence)));
    }
    Ok(made)
}

/// The sequences that a statement about tables is written with: those that are there, and those that it makes.
pub(super) fn with_made(
    catalog: &Catalog,
    made: &[(ColumnNo, Arc<SequenceDef>)],
) -> Vec<Arc<SequenceDef>> {
    let made = made.iter().map(|(_, sequence)| Arc::clone(sequence));
    catalog.sequences().iter().cloned().chain(made).collect()
}

/// Lets the sequences of a table begin anew.
///
/// # Errors
/// Storage errors.
pub(super) fn restart_owned(txn: &mut WriteTxn, catalog: &Catalog, table: &TableDef) -> Result<()> {
    for id in table.columns.iter().flat_map(|c| &c.sequences.owned) {
        if let Some(sequence) = catalog.sequences().iter().find(|known| known.id == *id) {
            put_sequence_state(txn, *id, sequence.options.fresh())?;
        }
    }
    match table.counter() {
        Some(counter) => put_sequence_state(txn, counter, SequenceState::UNCOUNTED),
        None => Ok(()),
    }
}
