//! `TABLESAMPLE`.

use super::Binder;
use super::bound::{From, TableSample};
use super::expr::{Aggregation, ExprBinder};
use super::scope::Scope;
use super::typing::Strength;
use crate::ast::{self, Identifier, TableAlias};
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;

const CLAUSE: &str = "TABLESAMPLE";

impl Binder<'_> {
    /// A part of a table; of nothing else, as in PostgreSQL.
    pub(super) fn sampled_relation(
        &mut self,
        name: &Identifier,
        alias: Option<&TableAlias>,
        sample: &ast::TableSample,
    ) -> Result<(From, Scope)> {
        if self.is_cte(name) || self.catalog.view(&name.name).is_some() {
            return Err(Error::sql(
                SqlState::WRONG_OBJECT_TYPE,
                format!("TABLESAMPLE takes a table, which \"{}\" is not", name.name),
            )
            .at(name.position));
        }
        let table = self.table(name)?;
        if table.lake.is_some() {
            return Err(Error::unsupported("TABLESAMPLE of a table in a lake").at(name.position));
        }
        let scope = Scope::default();
        let mut binder = ExprBinder::new(self, &scope, Aggregation::Refused(CLAUSE));
        let mut number = |expr: &ast::Expr| {
            let mut bound = binder.expr(expr)?;
            binder.decide(&mut bound, SqlType::Real, Strength::Exact)?;
            match bound.ty.is_numeric() || bound.ty == SqlType::Unknown {
                true => Ok(bound),
                false => Err(Error::sql(
                    SqlState::DATATYPE_MISMATCH,
                    format!("{CLAUSE} takes a number, not {}", bound.ty),
                )
                .at(bound.position)),
            }
        };
        let bound = TableSample {
            method: sample.method,
            percentage: number(&sample.percentage)?,
            seed: sample.seed.as_ref().map(number).transpose()?,
        };
        let (mut from, scope) = self.table_relation(name, alias, None)?;
        if let From::Table { sample, .. } = &mut from {
            *sample = Some(Box::new(bound));
        }
        Ok((from, scope))
    }
}
