//! ENUM types: names of types, CREATE TYPE, ALTER TYPE and DROP TYPE.

use super::Binder;
use super::bound::{DefinitionChange, EnumChange, Statement};
use super::suggest;
use crate::ast::{self, DropBehavior, Identifier, LabelChange, LabelSide};
use crate::error::{Error, Result, SqlState};
use crate::parse::unknown_type;
use crate::types::{EnumType, ScalarType, SqlType, check_label, placed, with_label};

impl Binder<'_> {
    /// The type that a name says, where it is not built in: an ENUM type, or its arrays.
    pub(super) fn named_type(&self, named: Option<&Identifier>, ty: SqlType) -> Result<SqlType> {
        let Some(name) = named else {
            return Ok(ty);
        };
        let found = self.catalog.enum_type(&name.name);
        let found = found.ok_or_else(|| unknown_type(&name.name).at(name.position))?;
        Ok(match ty {
            SqlType::Array(_) => SqlType::Array(ScalarType::Enum(found)),
            _ => SqlType::Enum(found),
        })
    }

    pub(super) fn create_enum(&self, name: &Identifier, labels: &[String]) -> Result<Statement> {
        self.refuse_type_name(name)?;
        let labels = placed(labels).map_err(|error| error.at(name.position))?;
        Ok(changed(EnumChange::Create {
            name: name.name.clone(),
            labels,
        }))
    }

    pub(super) fn alter_enum(&self, alter: &ast::AlterEnum) -> Result<Statement> {
        let position = alter.name.position;
        let ty = self.known_enum(&alter.name)?;
        let mut labels = ty.places().to_vec();
        let mut name = ty.name().to_owned();
        let place_of = |wanted: &str| {
            let place = ty.labels().position(|known| known == wanted);
            place.ok_or_else(|| {
                Error::sql(
                    SqlState::INVALID_PARAMETER_VALUE,
                    format!("\"{wanted}\" is not an existing enum label"),
                )
                .at(position)
            })
        };
        match &alter.change {
            LabelChange::Add {
                label,
                if_not_exists,
                beside,
            } => {
                if *if_not_exists && ty.labels().any(|known| known == label) {
                    return Ok(Statement::Nothing);
                }
                let at = match beside {
                    None => labels.len(),
                    Some((LabelSide::Before, other)) => place_of(other)?,
                    Some((LabelSide::After, other)) => place_of(other)? + 1,
                };
                labels = with_label(&labels, label, at).map_err(|error| error.at(position))?;
            }
            LabelChange::RenameLabel { from, to } => {
                let at = place_of(from)?;
                check_label(to, &labels).map_err(|error| error.at(position))?;
                self.refuse_named_label(ty, &alter.name)?;
                labels[at].1.clone_from(to);
            }
            LabelChange::Rename(new) => {
                self.refuse_type_name(new)?;
                self.refuse_named_label(ty, &alter.name)?;
                name.clone_from(&new.name);
            }
        }
        Ok(changed(EnumChange::Replace {
            id: ty.id(),
            name,
            labels,
        }))
    }

    /// Columns keep their type.
    pub(super) fn drop_enums(&self, drop: &ast::Drop) -> Result<Statement> {
        let mut types: Vec<EnumType> = Vec::with_capacity(drop.names.len());
        for name in &drop.names {
            if drop.if_exists && self.catalog.enum_type(&name.name).is_none() {
                continue;
            }
            let ty = self.known_enum(name)?;
            if let Some((table, column)) = self.column_of_type(ty) {
                if drop.behavior == DropBehavior::Cascade {
                    let text = "DROP TYPE … CASCADE of a type that columns have";
                    return Err(Error::unsupported(text).at(name.position).hint(format!(
                        "drop column \"{column}\" of table \"{table}\" first"
                    )));
                }
                return Err(Error::sql(
                    SqlState::DEPENDENT_OBJECTS,
                    format!(
                        "cannot drop type {}: column \"{column}\" of table \"{table}\" has it",
                        ty.name()
                    ),
                )
                .at(name.position));
            }
            if !types.contains(&ty) {
                types.push(ty);
            }
        }
        Ok(match types.is_empty() {
            true => Statement::Nothing,
            false => changed(EnumChange::Drop(types)),
        })
    }

    pub(super) fn known_enum(&self, name: &Identifier) -> Result<EnumType> {
        self.catalog.enum_type(&name.name).ok_or_else(|| {
            let error = Error::sql(
                SqlState::UNDEFINED_OBJECT,
                format!("type \"{}\" does not exist", name.name),
            )
            .at(name.position);
            let names = self.catalog.enums().iter().map(|ty| ty.name());
            suggest::hint(error, &name.name, names)
        })
    }

    pub(super) fn refuse_type_name(&self, name: &Identifier) -> Result<()> {
        let enum_type = self.catalog.enum_type(&name.name);
        match enum_type.is_some() || self.catalog.domain(&name.name).is_some() {
            false => Ok(()),
            true => Err(Error::sql(
                SqlState::DUPLICATE_OBJECT,
                format!("type \"{}\" already exists", name.name),
            )
            .at(name.position)),
        }
    }

    /// A column that has a type, with its table.
    fn column_of_type(&self, ty: EnumType) -> Option<(&str, &str)> {
        let tables = self.catalog.tables().iter();
        let mut columns = tables.flat_map(|table| table.columns.iter().map(move |c| (table, c)));
        columns
            .find(|(_, column)| is_of(column.ty, ty))
            .map(|(table, column)| (table.name.as_str(), column.name.as_str()))
    }

    /// Conditions, computed columns and what indexes compute are kept as text, in which labels and types have the names of the time they were made.
    fn refuse_named_label(&self, ty: EnumType, name: &Identifier) -> Result<()> {
        let mut tables = self.catalog.tables().iter();
        let found = tables.find(|table| {
            let has_text = !table.checks.is_empty()
                || table
                    .columns
                    .iter()
                    .any(|column| column.generated.is_some())
                || table.indexes.iter().any(|index| index.computes());
            has_text && table.columns.iter().any(|column| is_of(column.ty, ty))
        });
        match found {
            None => Ok(()),
            Some(table) => Err(Error::unsupported(format!(
                "RENAME in a type while table \"{}\" has it and a CHECK, a computed column or an index that computes something",
                table.name
            ))
            .at(name.position)),
        }
    }
}

/// Is it the type, or arrays of it?
fn is_of(column: SqlType, ty: EnumType) -> bool {
    column == SqlType::Enum(ty) || column == SqlType::Array(ScalarType::Enum(ty))
}

fn changed(change: EnumChange) -> Statement {
    Statement::ChangeDefinition(DefinitionChange::Enum(change))
}
