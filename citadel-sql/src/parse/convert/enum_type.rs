//! CREATE TYPE and ALTER TYPE.

use sqlparser::ast::{
    AlterType, AlterTypeAddValue, AlterTypeAddValuePosition, AlterTypeOperation, AlterTypeRename,
    AlterTypeRenameValue, Ident, ObjectName, UserDefinedTypeRepresentation,
};

use super::Converter;
use crate::ast::{AlterEnum, LabelChange, LabelSide, StatementKind};
use crate::error::{Error, Result};
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    /// `CREATE TYPE name AS ENUM (label, …)`
    pub(super) fn create_type(
        &self,
        name: ObjectName,
        representation: Option<UserDefinedTypeRepresentation>,
    ) -> Result<StatementKind> {
        let name = self.name(name)?;
        match representation {
            Some(UserDefinedTypeRepresentation::Enum { labels }) => Ok(StatementKind::CreateEnum {
                name,
                labels: labels
                    .into_iter()
                    .map(|label| self.label(label))
                    .collect::<Result<_>>()?,
            }),
            _ => Err(Error::unsupported("CREATE TYPE of anything but ENUM").at(name.position)),
        }
    }

    pub(super) fn alter_type(&self, alter: AlterType) -> Result<StatementKind> {
        let AlterType { name, operation } = alter;
        let change = match operation {
            AlterTypeOperation::Rename(AlterTypeRename { new_name }) => {
                LabelChange::Rename(self.identifier(new_name)?)
            }
            AlterTypeOperation::AddValue(AlterTypeAddValue {
                if_not_exists,
                value,
                position,
            }) => LabelChange::Add {
                label: self.label(value)?,
                if_not_exists,
                beside: match position {
                    None => None,
                    Some(AlterTypeAddValuePosition::Before(other)) => {
                        Some((LabelSide::Before, self.label(other)?))
                    }
                    Some(AlterTypeAddValuePosition::After(other)) => {
                        Some((LabelSide::After, self.label(other)?))
                    }
                },
            },
            AlterTypeOperation::RenameValue(AlterTypeRenameValue { from, to }) => {
                LabelChange::RenameLabel {
                    from: self.label(from)?,
                    to: self.label(to)?,
                }
            }
        };
        Ok(StatementKind::AlterEnum(Box::new(AlterEnum {
            name: self.name(name)?,
            change,
        })))
    }

    /// A string in quotes.
    fn label(&self, label: Ident) -> Result<String> {
        let position = self.locator.start_of(label.span);
        match label.quote_style {
            Some('\'') => Ok(label.value),
            _ => Err(syntax_error(
                format!("syntax error: a label is a string, not {}", label.value),
                position,
            )),
        }
    }
}
