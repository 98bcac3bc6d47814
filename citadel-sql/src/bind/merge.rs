//! MERGE.
//!
//! Each clause sees what its rows have: the table, the source, or both.

use super::Binder;
use super::bound::{Expr, Matching, Merge, MergeAction, MergeClause, RelationNo};
use super::insert::{column_of, computed, is_computed, named_twice};
use super::lake::refuse_lake;
use super::returning::Changing;
use super::scope::Scope;
use crate::ast::{self, Identifier, Overriding};
use crate::error::{Error, Position, Result, SqlState};
use crate::schema::{ColumnNo, KeyGraph, TableDef};

impl Binder<'_> {
    pub(super) fn merge(&mut self, merge: &ast::Merge) -> Result<Merge> {
        self.with_ctes(&merge.with, |binder| binder.merge_here(merge))
    }

    fn merge_here(&mut self, merge: &ast::Merge) -> Result<Merge> {
        let (table, relation, target) = self.target(&merge.table, merge.alias.as_ref())?;
        refuse_lake(&table, "MERGE", merge.table.position)?;
        let at = merge.source.position();
        let (source, source_scope) = self.from(std::slice::from_ref(&merge.source))?;
        let both = target
            .clone()
            .join(source_scope.clone())
            .map_err(|error| error.at(at))?;
        let condition = self.condition(&merge.condition, &both, "MERGE … ON")?;
        refuse_unreachable(&merge.clauses)?;
        let mut clauses = Vec::with_capacity(merge.clauses.len());
        for clause in &merge.clauses {
            let scope = match clause.matching {
                Matching::Both => &both,
                Matching::Source => &source_scope,
                Matching::Target => &target,
            };
            let condition = clause.condition.as_ref();
            let (action, named) = self.merge_action_of(clause, (&table, relation), scope)?;
            clauses.push(MergeClause {
                named,
                matching: clause.matching,
                condition: condition
                    .map(|condition| self.condition(condition, scope, "MERGE … WHEN"))
                    .transpose()?,
                action,
            });
        }
        // As PostgreSQL has it, * is the source's columns and then the table's.
        let all = source_scope.join(target).map_err(|error| error.at(at))?;
        Ok(Merge {
            returning: self.returning(
                &merge.returning,
                (&table, relation),
                &all,
                Changing::Merged,
            )?,
            keys: KeyGraph::of(self.catalog, &table),
            triggers: self.triggers(&table),
            table,
            relation,
            source,
            condition,
            clauses,
        })
    }

    /// What a clause does, and of how many of its columns an UPDATE says so itself.
    fn merge_action_of(
        &mut self,
        clause: &ast::MergeClause,
        (table, relation): (&TableDef, RelationNo),
        scope: &Scope,
    ) -> Result<(MergeAction, usize)> {
        let mut named = 0;
        let action = match &clause.action {
            ast::MergeAction::Nothing => MergeAction::Nothing,
            ast::MergeAction::Delete => MergeAction::Delete,
            ast::MergeAction::Update(assignments) => {
                let assigned = self.assignments(assignments, (table, relation), scope)?;
                named = assigned.named;
                MergeAction::Update(assigned.sets)
            }
            ast::MergeAction::Insert {
                columns,
                values,
                overriding,
            } => {
                let row = NewRow {
                    columns,
                    values,
                    overriding: *overriding,
                    position: clause.position,
                };
                MergeAction::Insert(self.new_row(&row, table, scope)?)
            }
        };
        Ok((action, named))
    }

    /// A value for each column that is not computed from others: what is given, or the default.
    fn new_row(
        &mut self,
        row: &NewRow<'_>,
        table: &TableDef,
        scope: &Scope,
    ) -> Result<Vec<(ColumnNo, Expr)>> {
        let named = row.named(table)?;
        let mut values = Vec::with_capacity(table.columns.len());
        for (no, column) in (0..).map(ColumnNo).zip(&table.columns) {
            let given = named.iter().position(|known| *known == no);
            let given = given.and_then(|at| row.values.get(at));
            let is_default = given.is_none_or(|value| value.kind == ast::ExprKind::Default);
            let is_identity = column.sequences.identity.is_some();
            let overrides = is_identity && row.overriding == Some(Overriding::System);
            if !is_default && is_computed(table, no) && !overrides {
                let leaves_aside = is_identity && row.overriding == Some(Overriding::User);
                if !leaves_aside {
                    return Err(computed(table, no, given.and_then(|value| value.position)));
                }
            }
            if column.generated.is_some() {
                continue;
            }
            let takes_default =
                is_identity && row.overriding == Some(Overriding::User) && !is_default;
            let value = match given {
                Some(value) if !takes_default => {
                    self.value_for(value, table, no, scope, "VALUES")?
                }
                _ => self.default_value(column)?,
            };
            values.push((no, value));
        }
        Ok(values)
    }
}

/// The INSERT of a clause.
struct NewRow<'a> {
    columns: &'a [Identifier],
    values: &'a [ast::Expr],
    overriding: Option<Overriding>,
    position: Option<Position>,
}

impl NewRow<'_> {
    /// The columns that its values are for. Without a list, those after the last value get their defaults.
    fn named(&self, table: &TableDef) -> Result<Vec<ColumnNo>> {
        let mut named = Vec::with_capacity(self.values.len());
        for name in self.columns {
            let no = column_of(table, name)?;
            if named.contains(&no) {
                return Err(named_twice(name));
            }
            named.push(no);
        }
        if self.columns.is_empty() {
            let all = (0..).map(ColumnNo).take(table.columns.len());
            named = all.take(self.values.len()).collect();
        }
        if named.len() == self.values.len() {
            return Ok(named);
        }
        let wanted = match self.columns.len() {
            0 => table.columns.len(),
            columns => columns,
        };
        Err(Error::sql(
            SqlState::SYNTAX_ERROR,
            format!(
                "INSERT into \"{}\" takes {wanted} values, not {}",
                table.name,
                self.values.len()
            ),
        )
        .at(self.position))
    }
}

/// No clause comes after one that takes all of its rows.
fn refuse_unreachable(clauses: &[ast::MergeClause]) -> Result<()> {
    for (at, clause) in clauses.iter().enumerate() {
        let takes_all = |earlier: &ast::MergeClause| {
            earlier.matching == clause.matching && earlier.condition.is_none()
        };
        if clauses[..at].iter().any(takes_all) {
            return Err(Error::sql(
                SqlState::SYNTAX_ERROR,
                "no row reaches this WHEN clause: one before it has no condition",
            )
            .at(clause.position));
        }
    }
    Ok(())
}
