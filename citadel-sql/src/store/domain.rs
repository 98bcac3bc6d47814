//! The conditions of domains, ready to be computed.

use std::sync::Arc;

use citadel_txn::TreeId;

use super::row_text;
use crate::batch::{Batch, Column};
use crate::error::Result;
use crate::expression::Rows;
use crate::schema::{
    ColumnDef, ColumnDefault, ColumnNo, ColumnSequences, ColumnStorage, RowText, TableDef, TableId,
};
use crate::types::{Collation, IsFalse, SqlType, Value};

/// What a value is called in a condition.
const VALUE: &str = "value";

/// A condition over values of a type, which is made once.
///
/// # Errors
/// It means nothing to this version.
pub(crate) fn domain_condition(base: SqlType, condition: &str) -> Result<IsFalse> {
    let text = RowText {
        pieces: Vec::new(),
        tail: condition.to_owned(),
    };
    let compiled = row_text::compile(&values_of(base), &text, &[ColumnNo(0)])?;
    Ok(Box::new(move |value| {
        let mut column = Column::new(base, 1);
        column.push(value)?;
        let row = Batch {
            columns: vec![column],
            rows: 1,
        };
        let values = compiled.evaluate(&row, Rows::All(1))?;
        Ok(values.get(0).to_owned() == Value::Boolean(false))
    }))
}

/// Values as the rows of a table with one column.
pub(super) fn values_of(base: SqlType) -> Arc<TableDef> {
    let value = ColumnDef {
        name: VALUE.to_owned(),
        ty: base,
        limit: None,
        not_null: false,
        default: ColumnDefault::default(),
        sequences: ColumnSequences::default(),
        missing: Value::Null,
        generated: None,
        storage: ColumnStorage::Row,
        collation: Collation::default(),
    };
    Arc::new(TableDef {
        id: TableId(0),
        name: String::new(),
        columns: vec![value],
        rowid_column: None,
        primary_key: Vec::new(),
        rowid_constraint: None,
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        rows: TreeId::new(0),
        indexes: Vec::new(),
        sql: String::new(),
        lake: None,
        statistics: None,
        materialized: None,
    })
}
