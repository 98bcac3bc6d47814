//! COMMENT ON, and what tells comments.

use std::sync::Arc;

use super::Binder;
use super::bound::{DefinitionChange, Statement};
use super::insert::column_of;
use crate::ast::{self, CommentKind, Identifier};
use crate::error::{Error, Result, SqlState};
use crate::schema::{CommentOn, TableDef};

impl Binder<'_> {
    pub(super) fn comment(&mut self, comment: &ast::Comment) -> Result<Statement> {
        let name = &comment.name;
        let on = match comment.kind {
            CommentKind::Table => self.table(name)?.id.0,
            CommentKind::View => self.view(name)?.id.0,
            CommentKind::MaterializedView => self.materialized_view(name)?.0.id.0,
            CommentKind::Sequence => self.sequence(name)?.id.0,
            CommentKind::Type => self.known_enum(name)?.id(),
            CommentKind::Domain => self.known_domain(name)?.def().id,
            CommentKind::Column => self.relation_as_table(name)?.id.0,
        };
        let column = match &comment.column {
            None => None,
            Some(column) => {
                let table = self.relation_as_table(name)?;
                let no = column_of(&table, column)?;
                Some(table.column(no).name.clone())
            }
        };
        let change = DefinitionChange::Comment {
            on: CommentOn { object: on, column },
            text: comment.text.clone(),
        };
        Ok(Statement::ChangeDefinition(change))
    }

    /// A table, or a view as one.
    fn relation_as_table(&mut self, name: &Identifier) -> Result<Arc<TableDef>> {
        match self.catalog.view(&name.name).cloned() {
            Some(view) => self.view_table(&view),
            None => self.stored(name),
        }
    }
}

impl<'a> Binder<'a> {
    /// What is said of the table, the view or the sequence of a name.
    pub(super) fn comment_of(&self, name: &Identifier) -> Result<Option<&'a str>> {
        let object = self.object_id(name)?;
        let on = CommentOn {
            object,
            column: None,
        };
        Ok(self.catalog.comment(&on))
    }

    /// What is said of a column, which is named or counted from 1.
    pub(super) fn column_comment(
        &mut self,
        table: &Identifier,
        column: &ColumnName,
    ) -> Result<Option<&'a str>> {
        let relation = self.relation_as_table(table)?;
        let column = match column {
            ColumnName::Number(number) => {
                let at = usize::try_from(*number).ok();
                let at = at.and_then(|at| at.checked_sub(1));
                match at.and_then(|at| relation.columns.get(at)) {
                    Some(column) => column.name.clone(),
                    None => return Ok(None),
                }
            }
            ColumnName::Name(name) => {
                let no = column_of(&relation, name)?;
                relation.column(no).name.clone()
            }
        };
        let on = CommentOn {
            object: relation.id.0,
            column: Some(column),
        };
        Ok(self.catalog.comment(&on))
    }

    fn object_id(&self, name: &Identifier) -> Result<u64> {
        let catalog = self.catalog;
        let table = catalog.table(&name.name).map(|table| table.id.0);
        let view = || catalog.view(&name.name).map(|view| view.id.0);
        let sequence = || catalog.sequence(&name.name).map(|sequence| sequence.id.0);
        let ty = || catalog.enum_type(&name.name).map(|ty| ty.id());
        let domain = || catalog.domain(&name.name).map(|domain| domain.def().id);
        let found = table.or_else(view).or_else(sequence);
        found.or_else(ty).or_else(domain).ok_or_else(|| {
            Error::sql(
                SqlState::UNDEFINED_OBJECT,
                format!("\"{}\" does not exist", name.name),
            )
            .at(name.position)
        })
    }
}

/// How a column is meant.
pub(super) enum ColumnName {
    Number(i64),
    Name(Identifier),
}
