//! Expressions of a row's columns between their text, which the catalog keeps, and their bound form.

use crate::bind::bound::{ColumnId, Expr, ExprKind, RelationNo};
use crate::bind::{Printer, bind_row_text, same};
use crate::error::{Error, Result};
use crate::expression::{CompiledExpr, fold_literals};
use crate::schema::{ColumnNo, Indexed, IndexedExpression, RowText, TableDef};
use crate::types::{SqlType, literal_text};

/// The text of an expression over the rows of a relation, constants folded. `None`: it has none that means the same.
pub(crate) fn write(table: &TableDef, expr: &Expr, relation: RelationNo) -> Option<RowText> {
    let mut folded = expr.clone();
    fold_literals(&mut folded);
    let text = written(&folded);
    match read(table, &text, relation) {
        Ok(read) if same(&read, &folded) => Some(text),
        _ => None,
    }
}

/// What a new index of a table is on, from the expression over the rows of a relation. `ty` is the type of what that gives.
///
/// # Errors
/// The expression has no text that means the same.
pub(crate) fn define<T>(
    table: &TableDef,
    expr: &Expr,
    relation: RelationNo,
    ty: T,
) -> Result<Indexed<T>> {
    if let ExprKind::Column(id) = expr.kind
        && let Ok(no) = u16::try_from(id.column)
    {
        return Ok(Indexed::Column(ColumnNo(no)));
    }
    let text = write(table, expr, relation).ok_or_else(|| {
        Error::unsupported("an index on this expression")
            .at(expr.position)
            .hint("keep its value in a column, and make the index on that")
    })?;
    Ok(Indexed::Expression(IndexedExpression { text, ty }))
}

/// The meaning of a text, constants folded. Places in it mean nothing to anyone.
///
/// # Errors
/// It means nothing to this version.
pub(crate) fn read(table: &TableDef, text: &RowText, relation: RelationNo) -> Result<Expr> {
    let mut bound = bind_row_text(text, table, relation)?;
    fold_literals(&mut bound);
    Ok(bound)
}

/// The type of what a text gives.
///
/// # Errors
/// As [`read`].
pub(crate) fn type_of(table: &TableDef, text: &RowText) -> Result<SqlType> {
    read(table, text, RelationNo(0)).map(|expr| expr.ty)
}

/// A text ready for rows that consist of these columns of the table.
///
/// # Errors
/// As [`read`].
pub(crate) fn compile(
    table: &TableDef,
    text: &RowText,
    columns: &[ColumnNo],
) -> Result<CompiledExpr> {
    let relation = RelationNo(0);
    let expr = read(table, text, relation)?;
    let layout: Vec<_> = columns.iter().map(|no| column_id(relation, *no)).collect();
    CompiledExpr::compile(&expr, &layout, &[])
}

/// A column as an expression, ready for the same.
pub(crate) fn compile_column(
    table: &TableDef,
    no: ColumnNo,
    columns: &[ColumnNo],
) -> Result<CompiledExpr> {
    let relation = RelationNo(0);
    let layout: Vec<_> = columns.iter().map(|no| column_id(relation, *no)).collect();
    CompiledExpr::compile(&column(table, no, relation), &layout, &[])
}

/// A column of a table as an expression.
pub(super) fn column(table: &TableDef, no: ColumnNo, relation: RelationNo) -> Expr {
    Expr {
        kind: ExprKind::Column(column_id(relation, no)),
        ty: table.column(no).ty,
        position: None,
    }
}

pub(super) fn column_id(relation: RelationNo, no: ColumnNo) -> ColumnId {
    ColumnId {
        relation,
        column: u32::from(no.0),
    }
}

/// The text of an expression, cut at its columns.
fn written(expr: &Expr) -> RowText {
    let mut text = String::new();
    let mut gaps = Vec::new();
    let mut printer = Printer {
        column: &mut |out, id| gaps.push((out.len(), id)),
        constant: literal_text,
    };
    printer.print_expr(&mut text, expr, false);
    let mut from = 0;
    let mut pieces = Vec::with_capacity(gaps.len());
    for (at, id) in gaps {
        let no = ColumnNo(u16::try_from(id.column).unwrap_or(u16::MAX));
        pieces.push((text[from..at].to_owned(), no));
        from = at;
    }
    RowText {
        pieces,
        tail: text[from..].to_owned(),
    }
}
