//! COLLATE, and what follows from it.
//!
//! Which collation counts where texts are compared: that which COLLATE says of one of them, before that of the first of them
//! that is a column. Two that COLLATE says must be the same.
//!
//! What is compared by a collation other than bytes is compared by its [key](crate::types::Collation::key), which is written
//! into the bound tree: `name = 'x' COLLATE nocase` becomes `collation_key(name, 'nocase') = 'x'`, and an order by such a
//! name becomes one by its key. So plans, operators and indexes know of nothing but functions and bytes.

use std::sync::Arc;

use super::Binder;
use super::added::kept;
use super::bound::{
    AggregateCall, ColumnId, Expr, ExprKind, NewColumn, OutputColumn, RelationNo, SortKey,
};
use super::expr::ExprBinder;
use super::suggest;
use crate::ast::{self, Identifier};
use crate::error::{Error, Result, SqlState};
use crate::functions::{
    Added, AggregateFunction, COLLATED, COLLATION_KEY, Callee, ScalarFunction, collated_by,
    unknown_collation,
};
use crate::schema::TableDef;
use crate::types::{Collation, SqlType, Value};

/// The collation of a name that tables may have.
pub(super) fn named(name: &Identifier) -> Result<Collation> {
    Collation::named(&name.name).ok_or_else(|| {
        let error = unknown_collation(&name.name).at(name.position);
        suggest::hint(error, &name.name, Collation::names())
    })
}

/// The name of a collation.
fn name_of(collation: Collation, added: &Added) -> &str {
    match added.key_of(collation) {
        Some(key) => key.name(),
        None => collation.name(),
    }
}

/// The same where the program may have added it.
fn keyed_by(text: Expr, collation: Collation, added: &Added) -> Expr {
    let Some(key) = added.key_of(collation) else {
        return keyed(text, collation);
    };
    let text = plain(text);
    Expr {
        position: text.position,
        ty: SqlType::Text,
        kind: ExprKind::Function {
            function: Callee::Added(Arc::clone(key)),
            arguments: vec![text],
        },
    }
}

/// The key of a text by a collation.
pub(crate) fn keyed(text: Expr, collation: Collation) -> Expr {
    match collation {
        Collation::Binary => plain(text),
        _ => call(&COLLATION_KEY, plain(text), collation.name()),
    }
}

/// A text without the COLLATE around it.
pub(super) fn plain(text: Expr) -> Expr {
    match text.kind {
        ExprKind::Function {
            function,
            mut arguments,
        } if function.is(&COLLATED) && arguments.len() == 2 => arguments.swap_remove(0),
        kind => Expr { kind, ..text },
    }
}

fn call(function: &'static ScalarFunction, text: Expr, collation: &str) -> Expr {
    Expr {
        position: text.position,
        ty: SqlType::Text,
        kind: ExprKind::Function {
            function: function.into(),
            arguments: vec![
                text,
                Expr {
                    kind: ExprKind::Literal(Value::Text(collation.to_owned())),
                    ty: SqlType::Text,
                    position: None,
                },
            ],
        },
    }
}

/// What COLLATE says inside a text.
fn explicit(expr: &Expr, added: &Added) -> Result<Option<Collation>> {
    if expr.ty != SqlType::Text {
        return Ok(None);
    }
    if let ExprKind::Function {
        function,
        arguments,
    } = &expr.kind
    {
        let name = arguments.get(1).map(|name| &name.kind);
        let name = match name {
            Some(ExprKind::Literal(name)) => Some(name),
            _ => None,
        };
        if let Some(collation) = collated_by(function, name, added) {
            return Ok(Some(collation));
        }
        let is_key = match function {
            Callee::Known(_) => function.is(&COLLATION_KEY),
            Callee::Added(function) => added.is_key(function),
        };
        if is_key {
            return Ok(None);
        }
    }
    let mut found = Ok(None);
    expr.for_each_child(&mut |child| {
        if let Ok(known) = &found {
            let known = *known;
            found = explicit(child, added).and_then(|said| both(known, said, (expr, added)));
        }
    });
    found
}

/// Two that are said must be the same.
fn both(
    a: Option<Collation>,
    b: Option<Collation>,
    (of, added): (&Expr, &Added),
) -> Result<Option<Collation>> {
    match (a, b) {
        (Some(a), Some(b)) if a != b => Err(Error::sql(
            SqlState::COLLATION_MISMATCH,
            format!(
                "collation mismatch between explicit collations \"{}\" and \"{}\"",
                name_of(a, added),
                name_of(b, added)
            ),
        )
        .at(of.position)),
        (a, b) => Ok(a.or(b)),
    }
}

impl Binder<'_> {
    /// Notes the collations of a table's columns, which stand under a relation.
    pub(super) fn note_collations(&mut self, table: &TableDef, relation: RelationNo) {
        for (column, definition) in (0..).zip(&table.columns) {
            self.note_collation(ColumnId { relation, column }, definition.collation);
        }
    }

    /// The same of a table that is to be.
    pub(super) fn note_new_collations<'c>(
        &mut self,
        columns: impl IntoIterator<Item = &'c NewColumn>,
        relation: RelationNo,
    ) {
        for (column, definition) in (0..).zip(columns) {
            self.note_collation(ColumnId { relation, column }, definition.collation);
        }
    }

    /// Notes the collation of a column.
    pub(super) fn note_collation(&mut self, id: ColumnId, collation: Collation) {
        if collation != Collation::Binary {
            self.collations.insert(id, collation);
        }
    }

    /// Notes the collations of a query's columns.
    pub(super) fn note_outputs(&mut self, relation: RelationNo, outputs: &[Option<Collation>]) {
        for (column, collation) in (0..).zip(outputs) {
            self.note_collation(ColumnId { relation, column }, collation.unwrap_or_default());
        }
    }

    /// The collations of what a query gives.
    pub(super) fn output_collations<'e>(
        &self,
        outputs: impl IntoIterator<Item = &'e OutputColumn>,
    ) -> Result<Vec<Option<Collation>>> {
        let outputs = outputs.into_iter();
        outputs.map(|output| self.collation(&output.expr)).collect()
    }

    /// The collation of a text: what COLLATE says, or else that of the column that it is.
    pub(super) fn collation(&self, expr: &Expr) -> Result<Option<Collation>> {
        Ok(explicit(expr, &self.parameters.added)?.or_else(|| self.implicit(expr)))
    }

    fn implicit(&self, expr: &Expr) -> Option<Collation> {
        let noted = match &expr.kind {
            ExprKind::Column(id) => self.collations.get(id),
            ExprKind::Parameter(at) => return self.collated_parameters.get(at).copied(),
            ExprKind::Cast { operand, .. } => return self.implicit(operand),
            _ => return None,
        };
        (expr.ty == SqlType::Text).then(|| noted.copied().unwrap_or_default())
    }

    /// Has texts that are compared with one another compared by the collation that counts.
    pub(super) fn by_collation(&self, exprs: &mut [&mut Expr]) -> Result<()> {
        let is_text = |ty: SqlType| matches!(ty, SqlType::Text | SqlType::Unknown);
        if !exprs.iter().all(|expr| is_text(expr.ty)) {
            return Ok(());
        }
        let added = &*self.parameters.added;
        let mut said = None;
        for expr in exprs.iter() {
            said = both(said, explicit(expr, added)?, (expr, added))?;
        }
        let of_column = || exprs.iter().find_map(|expr| self.implicit(expr));
        let Some(collation) = said.or_else(of_column) else {
            return Ok(());
        };
        for expr in exprs.iter_mut() {
            replace(expr, |expr| keyed_by(expr, collation, added));
        }
        Ok(())
    }

    /// What stands for a text where it is sorted, grouped or a key.
    pub(super) fn sort_key(&self, expr: Expr) -> Result<Expr> {
        Ok(match self.collation(&expr)? {
            Some(collation) => keyed_by(expr, collation, &self.parameters.added),
            None => expr,
        })
    }

    /// Is it compared by anything but its bytes?
    pub(super) fn is_collated(&self, expr: &Expr) -> Result<bool> {
        let collation = self.collation(expr)?;
        Ok(collation.is_some_and(|collation| collation != Collation::Binary))
    }

    /// Refuses what would compare texts by their bytes where they have another collation.
    pub(super) fn refuse_collated(&self, expr: &Expr, what: &str) -> Result<()> {
        match self.is_collated(expr)? {
            false => Ok(()),
            true => Err(Error::unsupported(format!(
                "{what} of a text with a collation other than \"C\""
            ))
            .at(expr.position)
            .hint("say COLLATE \"C\"")),
        }
    }

    /// An aggregate that compares its values compares them by their collation.
    pub(super) fn collated_call(&self, call: &mut AggregateCall) -> Result<()> {
        let Some(argument) = &mut call.argument else {
            return Ok(());
        };
        let collation = self.collation(argument)?.unwrap_or_default();
        if collation == Collation::Binary {
            return Ok(());
        }
        let added = &self.parameters.added;
        match call.function {
            AggregateFunction::Min | AggregateFunction::Max
                if added.key_of(collation).is_some() =>
            {
                return self.refuse_collated(argument, "MIN and MAX");
            }
            AggregateFunction::Min => {
                call.function = AggregateFunction::Collated {
                    greatest: false,
                    collation,
                };
            }
            AggregateFunction::Max => {
                call.function = AggregateFunction::Collated {
                    greatest: true,
                    collation,
                };
            }
            AggregateFunction::ApproxCount => {
                replace(argument, |text| keyed_by(text, collation, added));
            }
            AggregateFunction::Count if call.distinct => {
                replace(argument, |text| keyed_by(text, collation, added));
            }
            ref function if call.distinct || function.is_ordered_set() => {
                let what = match call.distinct {
                    true => "DISTINCT in an aggregate",
                    false => "an ordered-set aggregate",
                };
                return self.refuse_collated(argument, what);
            }
            _ => {}
        }
        Ok(())
    }
}

fn replace(expr: &mut Expr, with: impl FnOnce(Expr) -> Expr) {
    let nothing = Expr {
        kind: ExprKind::Literal(Value::Null),
        ty: SqlType::Unknown,
        position: None,
    };
    let old = std::mem::replace(expr, nothing);
    *expr = with(old);
}

impl ExprBinder<'_, '_> {
    /// `x COLLATE c`
    pub(super) fn collate(
        &mut self,
        operand: &ast::Expr,
        name: &Identifier,
    ) -> Result<(ExprKind, SqlType)> {
        let operand = self.typed(operand, SqlType::Text, "COLLATE")?;
        let added = Arc::clone(&self.binder.parameters.added);
        let name = match added.collation(&name.name) {
            Some(_) if self.binder.stores => return Err(kept(&name.name).at(name.position)),
            Some(collation) => {
                self.binder.parameters.uses_added = true;
                name_of(collation, &added)
            }
            None if Collation::named(&name.name).is_none() => {
                let error = unknown_collation(&name.name).at(name.position);
                let known = Collation::names().map(|name| -> &str { name });
                let names = known.chain(added.collation_names());
                return Err(suggest::hint(error, &name.name, names));
            }
            None => named(name)?.name(),
        };
        let collated = call(&COLLATED, plain(operand), name);
        Ok((collated.kind, collated.ty))
    }

    /// Keys of an order, each by its collation.
    pub(super) fn by_key(&self, key: SortKey) -> Result<SortKey> {
        Ok(SortKey {
            expr: self.binder.sort_key(key.expr)?,
            ..key
        })
    }
}
