//! From rows to their entries in btree indexes.
//!
//! Most keys are columns, which are taken as they are. What else an index computes of a row, parts of its key or the
//! condition that says whether the row has an entry, is compiled once and computed for each row: before the row is there,
//! and again from the stored row before it goes. Both give the same, as nothing else can be in an index.

use citadel_txn::View;

use super::index_key::IndexEntry;
use super::row::Field;
use super::row_expr::RowExpr;
use super::row_text;
use super::vectors::VectorReader;
use super::writer::{btrees, fields, indexed};
use crate::error::{Error, Result};
use crate::schema::{
    BTreeIndex, ColumnNo, IndexDef, IndexKey, IndexedExpression, RowId, RowText, TableDef, quoted,
};
use crate::types::{SqlType, Value, ValueRef};

/// Makes the entries of all btree indexes of a table.
#[derive(Debug)]
pub(super) struct EntryMakers {
    /// In the order of [`btrees`].
    makers: Vec<EntryMaker>,
    /// Vectors that expressions read.
    vectors: Vec<ColumnNo>,
}

/// Makes the entries of one index.
#[derive(Debug)]
pub(super) struct EntryMaker {
    /// The parts of the key that are no columns, in order.
    computed: Vec<RowExpr>,
    condition: Option<RowExpr>,
}

/// The columns of a stored row as indexes see them.
pub(super) struct StoredRow<'a> {
    id: RowId,
    pub(super) fields: Vec<Field<'a>>,
    vectors: Vec<(ColumnNo, Value)>,
}

impl EntryMakers {
    /// For a table.
    ///
    /// # Errors
    /// What an index computes has no meaning any more.
    pub(super) fn of(table: &TableDef) -> Result<Self> {
        let mut makers = Vec::with_capacity(table.indexes.len());
        let mut vectors = Vec::new();
        for (index, btree) in btrees(table) {
            let maker = EntryMaker::of(table, index, btree)?;
            for expr in maker.computed.iter().chain(&maker.condition) {
                let is_vector =
                    |no: &&ColumnNo| matches!(table.column(**no).ty, SqlType::Vector(_));
                vectors.extend(expr.columns().iter().filter(is_vector));
            }
            makers.push(maker);
        }
        vectors.sort_unstable();
        vectors.dedup();
        Ok(Self { makers, vectors })
    }

    /// Those of the indexes, in the order of [`btrees`].
    pub(super) fn iter(&self) -> std::slice::Iter<'_, EntryMaker> {
        self.makers.iter()
    }

    /// A stored row, with what the indexes want of it.
    ///
    /// # Errors
    /// The row does not decode; a vector of it is missing; storage errors.
    pub(super) fn read<'a>(
        &self,
        view: &dyn View,
        table: &'a TableDef,
        id: RowId,
        row: &'a [u8],
    ) -> Result<StoredRow<'a>> {
        let fields = fields(table, id, row)?;
        let mut vectors = Vec::with_capacity(self.vectors.len());
        for no in &self.vectors {
            let value = match fields[usize::from(no.0)].to_value() {
                Some(value) => value,
                None => VectorReader::new(table, *no)?
                    .fetch(view, id)?
                    .ok_or_else(|| {
                        Error::Corrupt(format!(
                            "row {} of table \"{}\" lacks the vector of column \"{}\"",
                            id.0,
                            table.name,
                            table.column(*no).name
                        ))
                    })?,
            };
            vectors.push((*no, value));
        }
        Ok(StoredRow {
            id,
            fields,
            vectors,
        })
    }
}

impl StoredRow<'_> {
    /// The value of a column. Of vectors only those that some index computes with.
    pub(super) fn value(&self, no: ColumnNo) -> ValueRef<'_> {
        let mut vectors = self.vectors.iter();
        match vectors.find(|(known, _)| *known == no) {
            Some((_, value)) => value.as_ref(),
            None => indexed(self.fields[usize::from(no.0)], self.id),
        }
    }
}

impl EntryMaker {
    fn of(table: &TableDef, index: &IndexDef, btree: &BTreeIndex) -> Result<Self> {
        let meaningless = |text: &RowText, why: &str| {
            Error::Corrupt(format!(
                "{} of index \"{}\" has no meaning any more: {why}",
                text.sql(table, quoted),
                index.name
            ))
        };
        let compile = |text: &RowText| {
            RowExpr::of(table, text).map_err(|error| meaningless(text, &error.message()))
        };
        let expression = |expression: &IndexedExpression<SqlType>| {
            let found = row_text::type_of(table, &expression.text);
            let found = found.map_err(|error| meaningless(&expression.text, &error.message()))?;
            if found != expression.ty {
                let why = format!("it was {}, and is now {found}", expression.ty);
                return Err(meaningless(&expression.text, &why));
            }
            compile(&expression.text)
        };
        let computed = btree.keys.iter().filter_map(|key| match key {
            IndexKey::Column(_) => None,
            IndexKey::Expression(of) => Some(expression(of)),
        });
        Ok(Self {
            computed: computed.collect::<Result<_>>()?,
            condition: btree.condition.as_ref().map(compile).transpose()?,
        })
    }

    /// Makes the entry of a row, or none where the row is not in the index; `column` tells its values.
    ///
    /// # Errors
    /// The key is longer than `max_len`; what the index computes fails for the row.
    pub(super) fn make<'v>(
        &self,
        entry: &mut IndexEntry,
        (index, btree): (&IndexDef, &BTreeIndex),
        id: RowId,
        max_len: usize,
        column: impl Fn(ColumnNo) -> ValueRef<'v>,
    ) -> Result<()> {
        let compute = |expr: &RowExpr| {
            let value = expr.value(|no| Ok(column(no)));
            value.map_err(|error| explain(index, error))
        };
        if let Some(condition) = &self.condition
            && compute(condition)? != Value::Boolean(true)
        {
            entry.clear();
            return Ok(());
        }
        let computed = self.computed.iter().map(compute);
        let computed = computed.collect::<Result<Vec<Value>>>()?;
        let mut computed = computed.iter();
        let keys = btree.keys.iter().map(|key| match key {
            IndexKey::Column(no) => column(*no),
            IndexKey::Expression(_) => computed.next().map_or(ValueRef::Null, Value::as_ref),
        });
        entry.make(index, btree, (id, max_len), keys)
    }
}

/// Says which index wanted what failed.
#[cold]
pub(super) fn explain(index: &IndexDef, error: Error) -> Error {
    error.hint(format!("index \"{}\" computes it for each row", index.name))
}
