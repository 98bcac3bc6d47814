//! The vector of a row that an ann index is on, as it is computed: the bound form of [`IndexedVector`].

use crate::ast::{QueryBody, SelectItem, StatementKind};
use crate::bind::bound::{ColumnId, Expr, ExprKind, RelationNo};
use crate::bind::{Printer, bind_row_expression, same, value_text};
use crate::error::{Error, Result, SqlState};
use crate::expression::{CompiledExpr, fold_literals};
use crate::parse::parse;
use crate::schema::{ColumnNo, IndexedExpression, IndexedVector, TableDef, quoted};
use crate::types::{SqlType, Value, VectorType, vector_text};

/// A vector of each row of a table: a column, or an expression of columns.
#[derive(Clone, Debug)]
pub(crate) struct RowVector {
    /// How the catalog has it.
    pub(crate) indexed: IndexedVector,
    /// Over the columns of `relation`, constants folded.
    pub(crate) expr: Expr,
    pub(crate) relation: RelationNo,
    /// The columns that it reads, each once.
    pub(crate) columns: Vec<ColumnNo>,
    /// Of a known dimension.
    pub(crate) ty: VectorType,
}

impl RowVector {
    /// The vector in a column.
    pub(crate) fn of_column(table: &TableDef, no: ColumnNo, relation: RelationNo) -> Self {
        let indexed = IndexedVector::Column(no);
        let expr = Expr {
            kind: ExprKind::Column(column_id(relation, no)),
            ty: table.column(no).ty,
            position: None,
        };
        Self {
            ty: indexed.vector_type(table),
            indexed,
            expr,
            relation,
            columns: vec![no],
        }
    }

    /// What an index is on, over the rows of a relation.
    ///
    /// # Errors
    /// The text of an expression means nothing to this version, or something else than to the one that wrote it.
    pub(crate) fn bind(
        table: &TableDef,
        indexed: &IndexedVector,
        relation: RelationNo,
    ) -> Result<Self> {
        let expression = match indexed {
            IndexedVector::Column(no) => return Ok(Self::of_column(table, *no, relation)),
            IndexedVector::Expression(expression) => expression,
        };
        let sql = expression.sql(table, quoted);
        let expr = read(&sql, table, relation).map_err(|error| {
            Error::Corrupt(format!(
                "an index on {sql} of table \"{}\" has no meaning any more: {}",
                table.name,
                error.message()
            ))
        })?;
        if expr.ty != SqlType::Vector(expression.ty) {
            return Err(Error::Corrupt(format!(
                "an index on {sql} of table \"{}\" is of {}, and that is now {}",
                table.name, expression.ty, expr.ty
            )));
        }
        Ok(Self {
            columns: indexed.columns(),
            indexed: indexed.clone(),
            expr,
            relation,
            ty: expression.ty,
        })
    }

    /// The column, if it is nothing else.
    pub(crate) fn as_column(&self) -> Option<ColumnNo> {
        match self.indexed {
            IndexedVector::Column(no) => Some(no),
            IndexedVector::Expression(_) => None,
        }
    }

    /// Ready for rows that consist of these columns of the table.
    pub(crate) fn compile(&self, columns: &[ColumnNo]) -> Result<CompiledExpr> {
        let layout: Vec<_> = columns
            .iter()
            .map(|no| column_id(self.relation, *no))
            .collect();
        CompiledExpr::compile(&self.expr, &layout, &[])
    }
}

impl IndexedVector {
    /// What a new index of a table is on, from the expression over the rows of a relation.
    ///
    /// # Errors
    /// The expression has no text that means the same.
    pub(crate) fn define(table: &TableDef, expr: &Expr, relation: RelationNo) -> Result<Self> {
        let mut folded = expr.clone();
        fold_literals(&mut folded);
        if let ExprKind::Column(id) = folded.kind
            && let Ok(no) = u16::try_from(id.column)
        {
            return Ok(Self::Column(ColumnNo(no)));
        }
        let unsupported = || {
            Error::unsupported("an index on this expression")
                .at(expr.position)
                .hint("keep its value in a column, and make the index on that")
        };
        let SqlType::Vector(ty) = folded.ty else {
            return Err(unsupported());
        };
        let (pieces, tail) = written(&folded);
        let indexed = Self::Expression(IndexedExpression { pieces, tail, ty });
        match RowVector::bind(table, &indexed, relation) {
            Ok(read) if same(&read.expr, &folded) => Ok(indexed),
            _ => Err(unsupported()),
        }
    }
}

fn column_id(relation: RelationNo, no: ColumnNo) -> ColumnId {
    ColumnId {
        relation,
        column: u32::from(no.0),
    }
}

/// The meaning of an expression's text, constants folded. Places in that text mean nothing to anyone.
fn read(sql: &str, table: &TableDef, relation: RelationNo) -> Result<Expr> {
    let parsed = parse(&format!("SELECT {sql}"))?;
    let item = match parsed.first().map(|parsed| &parsed.statement.kind) {
        Some(StatementKind::Query(query)) => match &query.body {
            QueryBody::Select(select) => select.items.first(),
            QueryBody::Values(_) | QueryBody::SetOperation(_) | QueryBody::Query(_) => None,
        },
        _ => None,
    };
    let Some(SelectItem::Expr { expr, alias: None }) = item else {
        return Err(Error::sql(SqlState::SYNTAX_ERROR, "it is no expression"));
    };
    let mut bound = bind_row_expression(expr, table, relation)?;
    fold_literals(&mut bound);
    forget_positions(&mut bound);
    Ok(bound)
}

fn forget_positions(expr: &mut Expr) {
    expr.position = None;
    expr.for_each_child_mut(&mut forget_positions);
}

/// The text of an expression, cut at its columns: each with what stands before it, and what is left.
fn written(expr: &Expr) -> (Vec<(String, ColumnNo)>, String) {
    let mut text = String::new();
    let mut gaps = Vec::new();
    let mut printer = Printer {
        column: &mut |out, id| gaps.push((out.len(), id)),
        constant,
    };
    printer.print_expr(&mut text, expr, false);
    let mut from = 0;
    let mut pieces = Vec::with_capacity(gaps.len());
    for (at, id) in gaps {
        let no = ColumnNo(u16::try_from(id.column).unwrap_or(u16::MAX));
        pieces.push((text[from..at].to_owned(), no));
        from = at;
    }
    (pieces, text[from..].to_owned())
}

/// A constant in full, and of its own type wherever it stands.
fn constant(value: &Value) -> String {
    match value {
        Value::Vector(vector) => {
            let text = vector_text::print(vector);
            format!("CAST('{text}' AS {})", value.sql_type())
        }
        Value::Bits(bits) => format!("CAST('{bits}' AS {})", value.sql_type()),
        other => value_text(other),
    }
}
