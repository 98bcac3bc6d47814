//! The triggers of tables whose rows the actions of foreign keys change.

use std::sync::Arc;

use citadel_txn::WriteTxn;

use super::before::{before_delete, before_statement, before_update};
use super::{AfterRows, Apart, names};
use crate::error::Result;
use crate::schema::{
    ColumnNo, KeyGraph, RowId, TableDef, TriggerEvent, TriggerLevel, TriggerSet, TriggerTiming,
};
use crate::store::{Actions, RowEvent, TableWriter, UpdatedRows};

/// Fires them, and gathers what fires when all is done.
pub(in crate::execute) struct TriggerActions<'a> {
    graph: &'a KeyGraph,
    apart: Apart<'a>,
    tables: Vec<AfterRows>,
}

impl<'a> TriggerActions<'a> {
    pub(in crate::execute) fn new(graph: &'a KeyGraph, apart: Apart<'a>) -> Self {
        Self {
            graph,
            apart,
            tables: Vec::new(),
        }
    }

    /// The rows that were written.
    pub(in crate::execute) fn into_rows(self) -> Vec<AfterRows> {
        self.tables
    }

    /// Actions are to change a table so. The first time, its triggers for statements fire.
    fn begin(
        &mut self,
        txn: &mut WriteTxn,
        table: &Arc<TableDef>,
        event: TriggerEvent,
        named: &[ColumnNo],
    ) -> Result<Option<Arc<TriggerSet>>> {
        let Some(triggers) = self.graph.triggers(table.id) else {
            return Ok(None);
        };
        let at = self.at(table, triggers);
        let statement = &mut self.tables[at].statement;
        let known = statement.iter_mut().find(|(known, _)| *known == event);
        let is_begun = match known {
            Some((_, columns)) => {
                let new = named.iter().filter(|no| !columns.contains(no));
                let new: Vec<ColumnNo> = new.copied().collect();
                columns.extend(new);
                true
            }
            None => {
                statement.push((event, named.to_vec()));
                false
            }
        };
        if !is_begun {
            let context = &mut self.apart.with(txn);
            before_statement(triggers, event, &names(table, named), context)?;
        }
        Ok(Some(Arc::clone(triggers)))
    }

    fn at(&mut self, table: &Arc<TableDef>, triggers: &Arc<TriggerSet>) -> usize {
        let known = self
            .tables
            .iter()
            .position(|known| known.table.id == table.id);
        known.unwrap_or_else(|| {
            self.tables.push(AfterRows {
                table: Arc::clone(table),
                triggers: Arc::clone(triggers),
                statement: Vec::new(),
                rows: Vec::new(),
            });
            self.tables.len() - 1
        })
    }
}

impl Actions for TriggerActions<'_> {
    fn watches(&self, table: &TableDef) -> bool {
        let triggers = self.graph.triggers(table.id);
        triggers.is_some_and(|triggers| triggers.needs_rows())
    }

    fn sets(&self, table: &TableDef, named: &[ColumnNo]) -> Vec<ColumnNo> {
        let mut set: Vec<ColumnNo> = Vec::new();
        let Some(triggers) = self.graph.triggers(table.id) else {
            return set;
        };
        let names = names(table, named);
        let firing = triggers.firing(
            TriggerTiming::Before,
            TriggerLevel::Row,
            TriggerEvent::Update,
            &names,
        );
        let columns = firing.flat_map(|trigger| &trigger.sets);
        for no in columns.filter_map(|name| table.column_no(name)) {
            if !named.contains(&no) && !set.contains(&no) {
                set.push(no);
            }
        }
        let numbered = (0..).map(ColumnNo).zip(&table.columns);
        let computed = numbered.filter(|(no, column)| {
            let text = column.generated.as_ref();
            !named.contains(no) && text.is_some_and(|text| text.any_column(|no| set.contains(&no)))
        });
        let computed: Vec<ColumnNo> = computed.map(|(no, _)| no).collect();
        set.extend(computed);
        set
    }

    fn before_delete(
        &mut self,
        txn: &mut WriteTxn,
        table: &Arc<TableDef>,
        writer: &mut TableWriter,
        id: RowId,
    ) -> Result<bool> {
        let Some(triggers) = self.begin(txn, table, TriggerEvent::Delete, &[])? else {
            return Ok(true);
        };
        let (timing, level) = (TriggerTiming::Before, TriggerLevel::Row);
        if !triggers.has(timing, level, TriggerEvent::Delete) {
            return Ok(true);
        }
        match writer.read(txn, id)? {
            // Another action may have deleted it.
            None => Ok(true),
            Some(old) => before_delete(&triggers, table, writer, old, &mut self.apart.with(txn)),
        }
    }

    fn before_update(
        &mut self,
        txn: &mut WriteTxn,
        table: &Arc<TableDef>,
        writer: &mut TableWriter,
        rows: &mut UpdatedRows,
    ) -> Result<()> {
        let named = rows.named.clone();
        let Some(triggers) = self.begin(txn, table, TriggerEvent::Update, &named)? else {
            return Ok(());
        };
        before_update(&triggers, table, writer, rows, &mut self.apart.with(txn)).map(drop)
    }

    fn changed(&mut self, table: &Arc<TableDef>, events: Vec<RowEvent>) {
        if let Some(triggers) = self.graph.triggers(table.id) {
            let at = self.at(table, triggers);
            self.tables[at].rows.extend(events);
        }
    }
}
