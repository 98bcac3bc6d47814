//! ALTER TABLE.

use sqlparser::ast::{
    AlterColumnOperation, AlterTable as TheirAlter, AlterTableOperation,
    DropBehavior as TheirBehavior, GeneratedAs, RenameTableNameKind,
};

use super::data_type::TypeName;
use super::{Clauses, Converter};
use crate::ast::{AlterTable, DropBehavior, Identifier, TableAction};
use crate::error::{Error, Position, Result};

impl Converter<'_> {
    pub(super) fn alter_table(
        &self,
        alter: TheirAlter,
        at: Option<Position>,
    ) -> Result<AlterTable> {
        // ONLY leaves out the tables that inherit from this one: there are none.
        let TheirAlter {
            name,
            if_exists,
            only: _,
            operations,
            location,
            on_cluster,
            table_type,
            end_token: _,
        } = alter;
        Clauses(at).refuse(&[
            ("SET LOCATION", &location),
            ("ON CLUSTER", &on_cluster),
            ("ALTER of this kind of table", &table_type),
        ])?;
        let mut actions = Vec::with_capacity(operations.len());
        for operation in operations {
            self.table_actions(operation, at, &mut actions)?;
        }
        Ok(AlterTable {
            name: self.name(name)?,
            if_exists,
            materialized: false,
            actions,
        })
    }

    fn table_actions(
        &self,
        operation: AlterTableOperation,
        at: Option<Position>,
        actions: &mut Vec<TableAction>,
    ) -> Result<()> {
        actions.push(match operation {
            AlterTableOperation::RenameTable {
                table_name: RenameTableNameKind::To(name) | RenameTableNameKind::As(name),
            } => TableAction::Rename(self.name(name)?),
            AlterTableOperation::RenameColumn {
                old_column_name,
                new_column_name,
            } => TableAction::RenameColumn {
                from: self.identifier(old_column_name)?,
                to: self.identifier(new_column_name)?,
            },
            AlterTableOperation::RenameConstraint { old_name, new_name } => {
                TableAction::RenameConstraint {
                    from: self.identifier(old_name)?,
                    to: self.identifier(new_name)?,
                }
            }
            AlterTableOperation::AddColumn {
                column_keyword: _,
                if_not_exists,
                column_def,
                column_position,
            } => {
                Clauses(at).refuse(&[("FIRST or AFTER in ADD COLUMN", &column_position)])?;
                TableAction::AddColumn {
                    column: Box::new(self.column_definition(column_def)?),
                    if_not_exists,
                }
            }
            AlterTableOperation::DropColumn {
                has_column_keyword: _,
                column_names,
                if_exists,
                drop_behavior,
            } => {
                for name in column_names {
                    actions.push(TableAction::DropColumn {
                        column: self.identifier(name)?,
                        if_exists,
                        behavior: behavior(drop_behavior),
                    });
                }
                return Ok(());
            }
            AlterTableOperation::AlterColumn { column_name, op } => {
                self.alter_column(self.identifier(column_name)?, op)?
            }
            AlterTableOperation::AddConstraint {
                constraint,
                not_valid,
            } => {
                Clauses(at).refuse(&[("NOT VALID", &not_valid)])?;
                TableAction::AddConstraint(self.table_constraint(constraint, at)?)
            }
            AlterTableOperation::DropConstraint {
                if_exists,
                name,
                drop_behavior,
            } => TableAction::DropConstraint {
                name: self.identifier(name)?,
                if_exists,
                behavior: behavior(drop_behavior),
            },
            other => {
                let text = other.to_string();
                let words: Vec<&str> = text.split_whitespace().take(2).collect();
                let what = format!("ALTER TABLE … {}", words.join(" "));
                return Err(Error::unsupported(what).at(at));
            }
        });
        Ok(())
    }

    fn alter_column(
        &self,
        column: Identifier,
        change: AlterColumnOperation,
    ) -> Result<TableAction> {
        let at = column.position;
        if let Some(action) = self.identity_changes.of(&column) {
            return Ok(action);
        }
        Ok(match change {
            AlterColumnOperation::SetNotNull => TableAction::SetNotNull {
                column,
                not_null: true,
            },
            AlterColumnOperation::DropNotNull => TableAction::SetNotNull {
                column,
                not_null: false,
            },
            AlterColumnOperation::SetDefault { value } => TableAction::SetDefault {
                column,
                value: Some(self.expr(value)?),
            },
            AlterColumnOperation::DropDefault => TableAction::SetDefault {
                column,
                value: None,
            },
            AlterColumnOperation::SetDataType {
                data_type,
                using,
                had_set: _,
            } => {
                let TypeName { ty, named, limit } = self.type_name(data_type, at)?;
                TableAction::SetType {
                    column,
                    named,
                    ty,
                    limit,
                    using: self.optional_expr(using)?,
                }
            }
            AlterColumnOperation::AddGenerated {
                generated_as,
                sequence_options: _,
            } => TableAction::AddIdentity {
                column,
                identity: self.identity(generated_as.unwrap_or(GeneratedAs::ByDefault)),
            },
        })
    }
}

fn behavior(behavior: Option<TheirBehavior>) -> DropBehavior {
    match behavior {
        None => DropBehavior::Default,
        Some(TheirBehavior::Cascade) => DropBehavior::Cascade,
        Some(TheirBehavior::Restrict) => DropBehavior::Restrict,
    }
}
