//! UPDATE and DELETE.

use std::sync::Arc;

use super::Binder;
use super::bound::{ChosenRows, ColumnId, Delete, Expr, ExprKind, RelationNo, Update};
use super::expr::{Aggregation, ExprBinder};
use super::insert::{column_of, computed, is_computed, named_twice};
use super::lake::refuse_lake;
use super::returning::Changing;
use super::row_expression::bind_row_text;
use super::scope::{Scope, ScopeRelation};
use crate::ast::{self, Identifier};
use crate::error::{Error, Result, SqlState};
use crate::functions::SequenceUse;
use crate::schema::{
    ColumnNo, KeyGraph, TableDef, TriggerEvent, TriggerLevel, TriggerSet, TriggerTiming,
};

/// What SET says.
pub(super) struct Assigned {
    pub(super) sets: Vec<(ColumnNo, Expr)>,
    /// How many of them it says itself; the others are of columns that triggers may give other values.
    pub(super) named: usize,
}

impl Binder<'_> {
    pub(super) fn update(&mut self, update: &ast::Update) -> Result<Update> {
        self.with_ctes(&update.with, |binder| {
            let (table, relation, scope) = binder.target(&update.table, update.alias.as_ref())?;
            refuse_lake(&table, "UPDATE", update.table.position)?;
            let (from, scope) = binder.beside_target(&update.rows, scope)?;
            let assignments =
                binder.assignments(&update.assignments, (&table, relation), &scope)?;
            let (target, seen) = ((&*table, relation), (&scope, Changing::Written));
            Ok(Update {
                rows: binder.chosen_rows(&update.rows, from, target, seen)?,
                keys: KeyGraph::of(binder.catalog, &table),
                triggers: binder.triggers(&table),
                table,
                relation,
                assignments: assignments.sets,
                named: assignments.named,
            })
        })
    }

    pub(super) fn delete(&mut self, delete: &ast::Delete) -> Result<Delete> {
        self.with_ctes(&delete.with, |binder| {
            let (table, relation, scope) = binder.target(&delete.table, delete.alias.as_ref())?;
            let (from, scope) = binder.beside_target(&delete.rows, scope)?;
            let (target, seen) = ((&*table, relation), (&scope, Changing::Deleted));
            Ok(Delete {
                rows: binder.chosen_rows(&delete.rows, from, target, seen)?,
                keys: KeyGraph::of(binder.catalog, &table),
                triggers: binder.triggers(&table),
                table,
                relation,
            })
        })
    }

    /// What follows SET.
    pub(super) fn assignments(
        &mut self,
        assignments: &[ast::Assignment],
        (table, relation): (&TableDef, RelationNo),
        scope: &Scope,
    ) -> Result<Assigned> {
        let mut bound: Vec<(ColumnNo, Expr)> = Vec::with_capacity(assignments.len());
        // Columns of which parts are assigned, one after the other.
        let mut parts = Vec::new();
        for assignment in assignments {
            let no = column_of(table, &assignment.column)?;
            let known = bound.iter().position(|(known, _)| *known == no);
            if known.is_some() && (assignment.part.is_empty() || !parts.contains(&no)) {
                return Err(named_twice(&assignment.column));
            }
            if is_computed(table, no) {
                match assignment.value.kind {
                    ast::ExprKind::Default if table.column(no).generated.is_some() => continue,
                    ast::ExprKind::Default => {}
                    _ => return Err(computed(table, no, assignment.column.position)),
                }
            }
            if assignment.part.is_empty() {
                let value = self.value_for(&assignment.value, table, no, scope, "SET")?;
                bound.push((no, value));
                continue;
            }
            parts.push(no);
            let array = match known {
                Some(at) => bound.swap_remove(at).1,
                None => Expr {
                    kind: ExprKind::Column(ColumnId {
                        relation,
                        column: u32::from(no.0),
                    }),
                    ty: table.column(no).ty,
                    position: assignment.column.position,
                },
            };
            let mut binder = ExprBinder::new(self, scope, Aggregation::Refused("SET"));
            let mut value = binder.assigned_part(array, &assignment.part, &assignment.value)?;
            self.assign(&mut value, table.column(no))?;
            bound.push((no, value));
        }
        self.assign_computed(table, relation, &mut bound)?;
        let named = bound.len();
        for no in self.set_by_triggers(table, &bound) {
            let value = Expr {
                kind: ExprKind::Column(ColumnId {
                    relation,
                    column: u32::from(no.0),
                }),
                ty: table.column(no).ty,
                position: None,
            };
            bound.push((no, value));
        }
        if bound.len() > named {
            self.assign_computed(table, relation, &mut bound)?;
        }
        Ok(Assigned { sets: bound, named })
    }

    /// The triggers of a table that a statement changes, which may draw from any sequence, as may those of tables that foreign
    /// keys tie it to.
    pub(super) fn triggers(&mut self, table: &Arc<TableDef>) -> Option<Arc<TriggerSet>> {
        let own = TriggerSet::of(self.catalog, table.id.0);
        let others = || KeyGraph::of(self.catalog, table).is_some_and(|keys| keys.has_triggers());
        if !self.catalog.triggers().is_empty() && (own.is_some() || others()) {
            self.draw_from_any();
        }
        own
    }

    /// Takes note that any sequence may be drawn from.
    pub(super) fn draw_from_any(&mut self) {
        self.parameters.sequences = SequenceUse::Any;
    }

    /// The columns, beside those that an UPDATE assigns, to which its triggers give other values.
    fn set_by_triggers(&self, table: &TableDef, assigned: &[(ColumnNo, Expr)]) -> Vec<ColumnNo> {
        let Some(triggers) = TriggerSet::of(self.catalog, table.id.0) else {
            return Vec::new();
        };
        let names: Vec<&str> = assigned
            .iter()
            .map(|(no, _)| table.column(*no).name.as_str())
            .collect();
        let (timing, level) = (TriggerTiming::Before, TriggerLevel::Row);
        let firing = triggers.firing(timing, level, TriggerEvent::Update, &names);
        let mut set = Vec::new();
        for no in firing
            .flat_map(|t| &t.sets)
            .filter_map(|s| table.column_no(s))
        {
            if !set.contains(&no) && !assigned.iter().any(|(known, _)| *known == no) {
                set.push(no);
            }
        }
        set
    }

    /// Computed columns of which a part is assigned are computed anew, from the new values.
    fn assign_computed(
        &mut self,
        table: &TableDef,
        relation: RelationNo,
        assignments: &mut Vec<(ColumnNo, Expr)>,
    ) -> Result<()> {
        let assigned = assignments.len();
        for (no, column) in (0..).map(ColumnNo).zip(&table.columns) {
            let Some(text) = &column.generated else {
                continue;
            };
            let is_assigned = |no| assignments.iter().any(|(known, _)| *known == no);
            if is_assigned(no) || !text.any_column(is_assigned) {
                continue;
            }
            let mut value = bind_row_text(text, table, relation)?;
            replace_columns(&mut value, relation, &assignments[..assigned]);
            self.assign(&mut value, column)?;
            assignments.push((no, value));
        }
        Ok(())
    }

    /// The relations of FROM or USING, and what is seen of them and the target.
    fn beside_target(
        &mut self,
        rows: &ast::ChosenRows,
        scope: Scope,
    ) -> Result<(Option<super::bound::From>, Scope)> {
        let Some(first) = rows.from.first() else {
            return Ok((None, scope));
        };
        let at = first.position();
        if !rows.order_by.is_empty() || rows.limit.is_some() {
            return Err(Error::unsupported(
                "ORDER BY or LIMIT of a change that joins other tables",
            )
            .at(at));
        }
        let (from, beside) = self.from(&rows.from)?;
        let scope = scope.join(beside).map_err(|error| error.at(at))?;
        Ok((Some(from), scope))
    }

    fn chosen_rows(
        &mut self,
        rows: &ast::ChosenRows,
        from: Option<super::bound::From>,
        target: (&TableDef, RelationNo),
        (scope, changing): (&Scope, Changing),
    ) -> Result<ChosenRows> {
        let filter = rows
            .filter
            .as_ref()
            .map(|filter| self.condition(filter, scope, "WHERE"))
            .transpose()?;
        let mut keys = ExprBinder::new(self, scope, Aggregation::Refused("ORDER BY"));
        Ok(ChosenRows {
            from,
            filter,
            order_by: keys.order_keys(&rows.order_by, &[])?,
            limit: self.optional_count(rows.limit.as_ref(), "LIMIT")?,
            returning: self.returning(&rows.returning, target, scope, changing)?,
        })
    }

    /// The table that a statement changes, as expressions see it.
    pub(super) fn target(
        &mut self,
        name: &Identifier,
        alias: Option<&Identifier>,
    ) -> Result<(Arc<TableDef>, RelationNo, Scope)> {
        let table = self.stored(name)?;
        if table.materialized.is_some() && !self.refreshes {
            return Err(Error::sql(
                SqlState::WRONG_OBJECT_TYPE,
                format!("cannot change materialized view \"{}\"", table.name),
            )
            .at(name.position)
            .hint("REFRESH MATERIALIZED VIEW fills it anew"));
        }
        let relation = self.new_relation()?;
        let shown = alias.map_or(&table.name, |alias| &alias.name);
        self.note_collations(&table, relation);
        let scope = table_scope(&table, relation, shown);
        Ok((table, relation, scope))
    }
}

/// Puts the new values in the places of assigned columns.
fn replace_columns(expr: &mut Expr, relation: RelationNo, assignments: &[(ColumnNo, Expr)]) {
    if let ExprKind::Column(id) = expr.kind
        && id.relation == relation
        && let Some((_, value)) = assignments
            .iter()
            .find(|(no, _)| u32::from(no.0) == id.column)
    {
        let ty = expr.ty;
        *expr = value.clone();
        // An INTEGER that is stored as REAL is computed with as REAL.
        if expr.ty != ty && expr.ty != crate::types::SqlType::Unknown {
            super::typing::wrap(expr, |operand| ExprKind::Cast { operand, to: ty });
            expr.ty = ty;
        }
        return;
    }
    expr.for_each_child_mut(&mut |child| replace_columns(child, relation, assignments));
}

/// The columns of a table under a name.
pub(super) fn table_scope(table: &TableDef, relation: RelationNo, name: &str) -> Scope {
    Scope::of(
        ScopeRelation {
            name: name.to_owned(),
            no: relation,
            has_rowid: table.lake.is_none(),
        },
        table.columns.iter().map(|c| (c.name.clone(), c.ty)),
    )
}
