//! CALL and REINDEX.

use super::Binder;
use super::bound::{Expr, ExprKind, Statement};
use super::expr::{Aggregation, ExprBinder};
use super::scope::Scope;
use super::suggest;
use crate::ast::{Call, Identifier};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::LakeProcedure;
use crate::schema::{IndexKind, IndexedVector};
use crate::types::{SqlType, Value};

/// The one procedure: `CALL persist_ann_index('table', 'column')`.
const PERSIST_ANN_INDEX: &str = "persist_ann_index";

impl Binder<'_> {
    pub(super) fn call_procedure(&mut self, call: &Call) -> Result<Statement> {
        let name = &call.procedure;
        if let Some(procedure) = LakeProcedure::find(&name.name) {
            return self.call_lake(procedure, call);
        }
        if !name.name.eq_ignore_ascii_case(PERSIST_ANN_INDEX) {
            let error = Error::sql(
                SqlState::UNDEFINED_FUNCTION,
                format!("procedure {} does not exist", name.name),
            )
            .at(name.position);
            return Err(suggest::hint(
                error,
                &name.name,
                [PERSIST_ANN_INDEX]
                    .into_iter()
                    .chain(LakeProcedure::names()),
            ));
        }
        let [table, column] = call.arguments.as_slice() else {
            return Err(Error::sql(
                SqlState::UNDEFINED_FUNCTION,
                format!("{PERSIST_ANN_INDEX} takes a table and a column"),
            )
            .at(name.position));
        };
        let scope = Scope::default();
        let mut binder = ExprBinder::new(self, &scope, Aggregation::Refused("CALL"));
        let table = binder.typed(table, SqlType::Text, PERSIST_ANN_INDEX)?;
        let column = binder.typed(column, SqlType::Text, PERSIST_ANN_INDEX)?;
        self.check_ann_index(&table, &column)?;
        Ok(Statement::CallPersistAnnIndex { table, column })
    }

    fn call_lake(&mut self, procedure: LakeProcedure, call: &Call) -> Result<Statement> {
        let (name, wanted) = (&call.procedure, procedure.arguments());
        if !(1..=wanted.len()).contains(&call.arguments.len()) {
            return Err(Error::sql(
                SqlState::UNDEFINED_FUNCTION,
                format!("{} takes {}", procedure.name(), wanted.join(", ")),
            )
            .at(name.position));
        }
        let scope = Scope::default();
        let mut binder = ExprBinder::new(self, &scope, Aggregation::Refused("CALL"));
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for (at, argument) in call.arguments.iter().enumerate() {
            // A time may be a number or a text.
            let is_number = matches!(argument.kind, crate::ast::ExprKind::Integer(_));
            let is_text = match procedure {
                _ if at == 0 => true,
                LakeProcedure::Compact => true,
                LakeProcedure::Expire => at == 1 && !is_number,
                LakeProcedure::BuildIndexes | LakeProcedure::RemoveOrphans => false,
            };
            let ty = if is_text {
                SqlType::Text
            } else {
                SqlType::Integer
            };
            arguments.push(binder.typed(argument, ty, procedure.name())?);
        }
        if let Some(table) = arguments.first().and_then(constant_name) {
            let definition = self.table(&table)?;
            if definition.lake.is_none() {
                return Err(Error::sql(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("\"{}\" is no table in a lake", definition.name),
                )
                .at(table.position));
            }
        }
        Ok(Statement::CallLake {
            procedure,
            arguments,
        })
    }

    /// Names that are known now must mean an ann index.
    fn check_ann_index(&self, table: &Expr, column: &Expr) -> Result<()> {
        let (Some(table), Some(column)) = (constant_name(table), constant_name(column)) else {
            return Ok(());
        };
        let definition = self.stored(&table)?;
        let anns = || {
            let indexes = definition.indexes.iter();
            indexes.filter_map(|index| match &index.kind {
                IndexKind::Ann(ann) => Some((&index.name, ann)),
                IndexKind::BTree(_) => None,
            })
        };
        if anns().any(|(name, _)| name.eq_ignore_ascii_case(&column.name)) {
            return Ok(());
        }
        let no = super::insert::column_of(&definition, &column)?;
        if !anns().any(|(_, ann)| ann.vector == IndexedVector::Column(no)) {
            return Err(Error::sql(
                SqlState::UNDEFINED_OBJECT,
                format!(
                    "column \"{}\" of \"{}\" has no ann index",
                    definition.column(no).name,
                    definition.name
                ),
            )
            .at(column.position));
        }
        Ok(())
    }

    /// `REINDEX` of an ann index persists it.
    pub(super) fn reindex(&mut self, name: &Identifier) -> Result<Statement> {
        let index = self.index(name)?;
        if !index.is_ann() {
            return Err(Error::unsupported("REINDEX of a btree index").at(name.position));
        }
        let Some(table) = self.catalog.table_of(&index) else {
            return Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                format!("index \"{}\" has no table", index.name),
            ));
        };
        Ok(Statement::CallPersistAnnIndex {
            table: text(&table.name, name.position),
            column: text(&index.name, name.position),
        })
    }
}

fn text(value: &str, position: Option<Position>) -> Expr {
    Expr {
        kind: ExprKind::Literal(Value::Text(value.to_owned())),
        ty: SqlType::Text,
        position,
    }
}

fn constant_name(expr: &Expr) -> Option<Identifier> {
    match &expr.kind {
        ExprKind::Literal(Value::Text(name)) => Some(Identifier {
            name: name.clone(),
            position: expr.position,
        }),
        _ => None,
    }
}
