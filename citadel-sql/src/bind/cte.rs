//! WITH: queries that have names.
//!
//! Each use of a name is bound anew, as if the query stood there: so a filter can go into it, an index serve it, and a
//! column that nobody reads is not computed. No function gives another value the second time, so uses agree.

use super::Binder;
use super::bound::{From, Query, RelationNo};
use super::recursion::Recursion;
use super::scope::{Scope, ScopeRelation};
use super::with_changes::Given;
use crate::ast::{self, CteBody, Identifier, TableAlias};
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;

/// A name that WITH has given to a query.
pub(super) struct Cte {
    name: Identifier,
    /// `None`: it is no query.
    definition: Option<ast::Cte>,
    is_used: bool,
    /// How many queries around it see it, and are seen by it.
    around: usize,
    /// Its query is being bound, and may name itself.
    pub(super) recursion: Option<Recursion>,
    /// It is a change, which is bound already.
    given: Option<Given>,
}

impl Binder<'_> {
    /// Runs with the names of a WITH clause. One that is never used must be right all the same.
    pub(super) fn with_ctes<T>(
        &mut self,
        with: &[ast::Cte],
        run: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let outer = self.ctes.len();
        let is_whole = std::mem::take(&mut self.may_change);
        for (at, cte) in with.iter().enumerate() {
            if with[..at].iter().any(|other| is_named(other, &cte.name)) {
                return Err(Error::sql(
                    SqlState::DUPLICATE_ALIAS,
                    format!("WITH names \"{}\" more than once", cte.name.name),
                )
                .at(cte.name.position));
            }
            let given = match &cte.body {
                CteBody::Query(_) => None,
                CteBody::Change(change) => Some(self.change_in_with(cte, change, is_whole)?),
            };
            self.ctes.push(Cte {
                given,
                name: cte.name.clone(),
                definition: Some(cte.clone()),
                is_used: false,
                around: self.around.len(),
                recursion: None,
            });
        }
        let result = run(self)?;
        for at in (outer..self.ctes.len()).rev() {
            if !self.ctes[at].is_used && self.ctes[at].given.is_none() {
                self.cte_query(at)?;
            }
        }
        self.ctes.truncate(outer);
        Ok(result)
    }

    /// Gives rows that are there when the statement runs a name, as WITH does.
    pub(super) fn name_rows(
        &mut self,
        name: &Identifier,
        no: RelationNo,
        columns: Vec<(String, SqlType)>,
    ) {
        self.ctes.push(Cte {
            name: name.clone(),
            definition: None,
            is_used: true,
            around: self.around.len(),
            recursion: None,
            given: Some(Given {
                no,
                columns: Some(columns),
            }),
        });
    }

    /// Does WITH name it?
    pub(super) fn is_cte(&self, name: &Identifier) -> bool {
        let mut ctes = self.ctes.iter();
        ctes.any(|cte| cte.name.name.eq_ignore_ascii_case(&name.name))
    }

    /// The query that a name of WITH stands for, as a relation.
    pub(super) fn cte_relation(
        &mut self,
        name: &Identifier,
        alias: Option<&TableAlias>,
    ) -> Option<Result<(From, Scope)>> {
        let at = self
            .ctes
            .iter()
            .rposition(|cte| cte.name.name.eq_ignore_ascii_case(&name.name))?;
        self.ctes[at].is_used = true;
        let shown = alias.map_or(&name.name, |alias| &alias.name.name).clone();
        if let Some(given) = self.ctes[at].given.clone() {
            return Some(self.given_relation(given, shown, column_names(alias)));
        }
        if self.ctes[at].recursion.is_some() {
            return Some(self.working_relation(at, shown, column_names(alias)));
        }
        Some(self.cte_query(at).and_then(|(query, columns)| {
            self.query_relation(query, &shown, &[&columns, column_names(alias)])
        }))
    }

    /// Binds a query of WITH, which sees only those before it.
    fn cte_query(&mut self, at: usize) -> Result<(Query, Vec<Identifier>)> {
        let Some(ast::Cte {
            body: CteBody::Query(query),
            columns,
            recursive,
            ..
        }) = self.ctes[at].definition.clone()
        else {
            return Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                "a change in WITH was read as a query",
            ));
        };
        let seen = self.ctes[at].around;
        let later = self.ctes.split_off(if recursive { at + 1 } else { at });
        let inner = self.around.split_off(seen);
        let reads = self.outer_reads;
        let bound = match recursive {
            true => self.recursive_query(at, &query, &columns),
            false => self.query(&query),
        };
        self.ctes.extend(later);
        self.around.extend(inner);
        if self.outer_reads > reads {
            self.mark_bound(seen);
        }
        Ok((bound?, columns))
    }

    /// A query as a relation. Each list of names goes over the one before it.
    pub(super) fn query_relation(
        &mut self,
        query: Query,
        name: &str,
        renames: &[&[Identifier]],
    ) -> Result<(From, Scope)> {
        let outputs = query.output.iter();
        let mut columns = outputs
            .map(|output| (output.name.clone(), output.expr.ty))
            .collect();
        for names in renames {
            columns = super::from::renamed(columns, names)?;
        }
        let relation = ScopeRelation {
            name: name.to_owned(),
            no: query.relation,
            has_rowid: false,
        };
        let from = From::Query {
            query: Box::new(query),
            alias: name.to_owned(),
            names: columns.iter().map(|(name, _)| name.clone()).collect(),
        };
        Ok((from, Scope::of(relation, columns)))
    }
}

/// The column names of an alias.
pub(super) fn column_names(alias: Option<&TableAlias>) -> &[Identifier] {
    alias.map_or(&[], |alias| &alias.columns)
}

fn is_named(cte: &ast::Cte, name: &Identifier) -> bool {
    cte.name.name.eq_ignore_ascii_case(&name.name)
}
