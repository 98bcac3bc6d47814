//! MERGE.

use sqlparser::ast::{
    Merge as TheirMerge, MergeAction as TheirAction, MergeClause as TheirClause, MergeClauseKind,
    MergeInsertExpr, MergeInsertKind, MergeUpdateExpr, MergeUpdateKind, OutputClause, SelectItem,
    TableFactor, TableWithJoins,
};

use super::{Clauses, Converter};
use crate::ast::{Cte, Matching, Merge, MergeAction, MergeClause};
use crate::error::{Error, Position, Result};
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    pub(super) fn merge(&self, merge: TheirMerge, with: Vec<Cte>) -> Result<Merge> {
        let TheirMerge {
            merge_token,
            optimizer_hints,
            into,
            table,
            source,
            on,
            clauses,
            output,
        } = merge;
        let at = self.locator.start_of(merge_token.0.span);
        Clauses(at).refuse(&[("an optimizer hint", &optimizer_hints)])?;
        if !into {
            return Err(syntax_error("syntax error: expected INTO after MERGE", at));
        }
        if clauses.is_empty() {
            return Err(syntax_error("syntax error: MERGE without WHEN", at));
        }
        let (table, alias) = self.target(alone(table), at)?;
        let mut sources = self.relations(vec![alone(source)])?;
        let (Some(source), true) = (sources.pop(), sources.is_empty()) else {
            return Err(Error::unsupported("USING of several relations").at(at));
        };
        let clauses = clauses.into_iter().map(|clause| self.merge_clause(clause));
        Ok(Merge {
            with,
            table,
            alias,
            source,
            condition: self.expr(*on)?,
            clauses: clauses.collect::<Result<_>>()?,
            returning: self.returning(merge_output(output, at)?)?,
        })
    }

    fn merge_clause(&self, clause: TheirClause) -> Result<MergeClause> {
        let TheirClause {
            when_token,
            clause_kind,
            predicate,
            action,
        } = clause;
        let at = self.locator.start_of(when_token.0.span);
        Ok(MergeClause {
            matching: match clause_kind {
                MergeClauseKind::Matched => Matching::Both,
                MergeClauseKind::NotMatched | MergeClauseKind::NotMatchedByTarget => {
                    Matching::Source
                }
                MergeClauseKind::NotMatchedBySource => Matching::Target,
            },
            condition: self.optional_expr(predicate)?,
            action: self.merge_action(action, at)?,
            position: at,
        })
    }

    fn merge_action(&self, action: TheirAction, at: Option<Position>) -> Result<MergeAction> {
        match action {
            TheirAction::DoNothing { .. } => Ok(MergeAction::Nothing),
            TheirAction::Delete { .. } => Ok(MergeAction::Delete),
            TheirAction::Update(MergeUpdateExpr {
                update_token: _,
                kind,
                update_predicate,
                delete_predicate,
            }) => {
                Clauses(at).refuse(&[
                    ("WHERE in an UPDATE of MERGE", &update_predicate),
                    ("DELETE WHERE in MERGE", &delete_predicate),
                ])?;
                match kind {
                    MergeUpdateKind::Set(assignments) => {
                        self.assignments(assignments, at).map(MergeAction::Update)
                    }
                    MergeUpdateKind::Wildcard => {
                        Err(Error::unsupported("UPDATE SET * in MERGE").at(at))
                    }
                }
            }
            TheirAction::Insert(MergeInsertExpr {
                insert_token: _,
                columns,
                kind_token: _,
                kind,
                insert_predicate,
            }) => {
                Clauses(at).refuse(&[("WHERE in an INSERT of MERGE", &insert_predicate)])?;
                let values = match kind {
                    MergeInsertKind::Values(values) => self.values(values, at)?,
                    MergeInsertKind::Row => {
                        return Err(Error::unsupported("INSERT ROW in MERGE").at(at));
                    }
                    MergeInsertKind::Wildcard => {
                        return Err(Error::unsupported("INSERT * in MERGE").at(at));
                    }
                };
                let mut rows = values.rows;
                let (Some(values), true) = (rows.pop(), rows.is_empty()) else {
                    return Err(syntax_error(
                        "syntax error: an INSERT of MERGE takes one row",
                        at,
                    ));
                };
                Ok(MergeAction::Insert {
                    columns: self.names(columns)?,
                    values,
                    overriding: None,
                })
            }
        }
    }
}

/// A relation without joins.
fn alone(relation: TableFactor) -> TableWithJoins {
    TableWithJoins {
        relation,
        joins: Vec::new(),
    }
}

/// The items of RETURNING.
fn merge_output(
    output: Option<OutputClause>,
    at: Option<Position>,
) -> Result<Option<Vec<SelectItem>>> {
    match output {
        None => Ok(None),
        Some(OutputClause::Returning { select_items, .. }) => Ok(Some(select_items)),
        Some(OutputClause::Output { .. }) => Err(Error::unsupported("OUTPUT").at(at)),
    }
}
