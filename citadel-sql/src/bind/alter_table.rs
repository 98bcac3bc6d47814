//! ALTER TABLE and TRUNCATE.
//!
//! The actions of one statement are taken in passes, as in PostgreSQL: what goes, types, what comes, attributes of columns,
//! constraints. So a constraint may be on a column that the same statement adds.

use std::sync::Arc;

use super::Binder;
use super::bound::{
    AlterTable, AlteredCheck, AlteredColumn, AlteredKey, ColumnSource, DroppedKey, Expr, ExprKind,
    Generated, NewColumn, NewDefault, RelationNo, Statement,
};
use super::change::table_scope;
use super::create_table::{
    add_unique, check_key_type, invalid, key_columns, refuse_any_dimension, taken,
};
use super::expr::{Aggregation, ExprBinder};
use super::foreign_key::{Referring, is_same_set, required};
use super::insert::named_twice;
use super::lake::refuse_lake;
use super::sequence::altered_identity;
use super::suggest;
use super::typing;
use crate::ast::{
    self, ColumnConstraintKind, ColumnDefinition, DropBehavior, Identifier, SequenceOption,
    SequenceOptionKind, TableAction, TableConstraint, TableConstraintKind,
};
use crate::error::{Error, Result, SqlState};
use crate::schema::{
    ColumnDef, ColumnNo, ColumnStorage, ForeignKeyDef, IndexDef, IndexKey, IndexKind, IndexOrigin,
    IndexedVector, IntegerWidth, KeyTiming, TableDef, TriggerDef,
};
use crate::types::{Collation, Limit, SqlType, Value, assign, can_assign};

/// What is being made of a table.
struct Shape<'a> {
    alter: AlterTable,
    /// The rows as they are.
    relation: RelationNo,
    /// Constraints to be added: name and meaning.
    constraints: Vec<TableConstraint>,
    /// Something goes or changes that a view may read.
    takes_away: bool,
    cascades: bool,
    name: &'a Identifier,
}

impl Binder<'_> {
    pub(super) fn alter_table(&mut self, alter: &ast::AlterTable) -> Result<Statement> {
        if alter.if_exists && !self.is_taken(&alter.name) {
            return Ok(Statement::Nothing);
        }
        let table = match alter.materialized {
            true => self.materialized_view(&alter.name)?.0,
            false => self.table(&alter.name)?,
        };
        refuse_lake(&table, "ALTER TABLE", alter.name.position)?;
        let mut shape = Shape {
            alter: unaltered(&table),
            relation: self.new_relation()?,
            constraints: Vec::new(),
            takes_away: false,
            cascades: false,
            name: &alter.name,
        };
        let mut actions: Vec<&TableAction> = alter.actions.iter().collect();
        actions.sort_by_key(|action| pass(action));
        for action in actions {
            self.table_action(action, &mut shape)?;
        }
        for constraint in std::mem::take(&mut shape.constraints) {
            self.add_constraint(&constraint, &mut shape)?;
        }
        if shape.alter.columns.is_empty() {
            return Err(invalid(
                "a table keeps at least one column".to_owned(),
                alter.name.position,
            ));
        }
        shape.forget_counter();
        shape.check_indexes()?;
        shape.check_generated()?;
        self.check_keys(&mut shape)?;
        if shape.takes_away {
            self.check_views(&mut shape)?;
        }
        self.check_triggers(&mut shape)?;
        Ok(Statement::AlterTable(Box::new(shape.alter)))
    }

    /// SET CONSTRAINTS. That there are such constraints is seen when it runs.
    pub(super) fn set_constraints(
        &mut self,
        names: &[Identifier],
        deferred: bool,
    ) -> Result<Statement> {
        for name in names {
            let is_it = |key: &&ForeignKeyDef| key.name.eq_ignore_ascii_case(&name.name);
            let keys = self.catalog.tables().iter().flat_map(|t| &t.foreign_keys);
            let found: Vec<&ForeignKeyDef> = keys.filter(is_it).collect();
            if found.is_empty() {
                return Err(Error::sql(
                    SqlState::UNDEFINED_OBJECT,
                    format!("constraint \"{}\" does not exist", name.name),
                )
                .at(name.position));
            }
            if found.iter().any(|key| key.timing == KeyTiming::Immediate) {
                return Err(Error::sql(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("constraint \"{}\" is not deferrable", name.name),
                )
                .at(name.position));
            }
        }
        Ok(Statement::SetConstraints {
            names: names.iter().map(|name| name.name.clone()).collect(),
            deferred,
        })
    }

    pub(super) fn truncate(
        &mut self,
        names: &[Identifier],
        restarts: bool,
        cascades: bool,
    ) -> Result<Statement> {
        let mut tables: Vec<Arc<TableDef>> = Vec::with_capacity(names.len());
        for name in names {
            let table = self.table(name)?;
            refuse_lake(&table, "TRUNCATE", name.position)?;
            if !tables.iter().any(|known| known.id == table.id) {
                tables.push(table);
            }
        }
        let at = names.first().and_then(|name| name.position);
        let tables = self.truncated(tables, cascades, at)?;
        Ok(Statement::Truncate { tables, restarts })
    }

    fn table_action(&mut self, action: &TableAction, shape: &mut Shape<'_>) -> Result<()> {
        match action {
            TableAction::Rename(to) => {
                let is_other = !to.name.eq_ignore_ascii_case(&shape.alter.table.name);
                if is_other && self.is_taken(to) {
                    return Err(taken(to));
                }
                shape.takes_away = true;
                shape.alter.name.clone_from(&to.name);
            }
            TableAction::RenameColumn { from, to } => {
                let at = shape.column(from)?;
                let is_other = !to.name.eq_ignore_ascii_case(&from.name);
                if is_other && shape.find(&to.name).is_some() {
                    return Err(named_twice(to));
                }
                shape.takes_away = true;
                shape.alter.columns[at].column.name.clone_from(&to.name);
            }
            TableAction::RenameConstraint { from, to } => {
                if self.is_taken(to) {
                    return Err(taken(to));
                }
                shape.rename_constraint(from, to)?;
            }
            TableAction::AddColumn {
                column,
                if_not_exists,
            } => {
                if *if_not_exists && shape.find(&column.name.name).is_some() {
                    return Ok(());
                }
                self.add_column(column, shape)?;
            }
            TableAction::DropColumn {
                column,
                if_exists,
                behavior,
            } => {
                if *if_exists && shape.find(&column.name).is_none() {
                    return Ok(());
                }
                let at = shape.column(column)?;
                shape.takes_away = true;
                shape.cascades |= *behavior == DropBehavior::Cascade;
                shape.drop_column(at);
            }
            TableAction::SetDefault { column, value } => {
                let at = shape.column(column)?;
                if shape.alter.columns[at].column.generated.is_some() {
                    return Err(invalid(
                        format!(
                            "column \"{}\" is computed and takes no DEFAULT",
                            column.name
                        ),
                        column.position,
                    ));
                }
                if shape.alter.columns[at].column.sequences.identity.is_some() {
                    return Err(Error::sql(
                        SqlState::SYNTAX_ERROR,
                        format!("column \"{}\" is an identity column", column.name),
                    )
                    .at(column.position));
                }
                let column = definition_of(&shape.alter.columns[at].column);
                shape.alter.columns[at].column.default = match value {
                    None => NewDefault::default(),
                    Some(expr) => self.new_default(expr, &column)?,
                };
            }
            TableAction::AddIdentity { column, identity } => {
                let at = shape.column(column)?;
                let to = &mut shape.alter.columns[at].column;
                if !to.not_null {
                    return Err(Error::sql(
                        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                        format!(
                            "column \"{}\" must be NOT NULL before an identity is added",
                            column.name
                        ),
                    )
                    .at(column.position));
                }
                self.number_column(identity, to, column.position)?;
            }
            TableAction::DropIdentity { column, if_exists } => {
                let at = shape.column(column)?;
                let to = &mut shape.alter.columns[at].column;
                let Some(identity) = to.sequences.identity.take() else {
                    return match if_exists {
                        true => Ok(()),
                        false => Err(no_identity(&shape.alter.table, column)),
                    };
                };
                to.sequences.owned.retain(|id| *id != identity.sequence);
                to.default = NewDefault::default();
            }
            TableAction::SetIdentity {
                column,
                always,
                options,
            } => self.set_identity((column, *always, options), shape)?,
            TableAction::SetNotNull { column, not_null } => {
                let at = shape.column(column)?;
                if !not_null && shape.alter.columns[at].column.sequences.identity.is_some() {
                    return Err(Error::sql(
                        SqlState::SYNTAX_ERROR,
                        format!("column \"{}\" is an identity column", column.name),
                    )
                    .at(column.position));
                }
                if !not_null
                    && shape
                        .alter
                        .primary_key
                        .iter()
                        .any(|no| usize::from(no.0) == at)
                {
                    return Err(invalid(
                        format!("column \"{}\" is in a primary key", column.name),
                        column.position,
                    ));
                }
                shape.alter.columns[at].column.not_null = *not_null;
            }
            TableAction::SetType {
                column,
                named,
                ty,
                limit,
                using,
            } => {
                let declared = self.declared_type(named.as_ref(), (*ty, *limit))?;
                self.set_type(column, declared, using.as_ref(), shape)?;
            }
            TableAction::AddConstraint(constraint) => shape.constraints.push(constraint.clone()),
            TableAction::DropConstraint {
                name,
                if_exists,
                behavior,
            } => {
                shape.cascades |= *behavior == DropBehavior::Cascade;
                if !shape.drop_constraint(name) && !if_exists {
                    return Err(no_constraint(name, &shape.alter.table));
                }
            }
        }
        Ok(())
    }

    fn set_identity(
        &mut self,
        (column, always, options): (&Identifier, Option<bool>, &[SequenceOption]),
        shape: &mut Shape<'_>,
    ) -> Result<()> {
        let at = shape.column(column)?;
        let to = &mut shape.alter.columns[at].column;
        if let (Some(_), None) = (to.sequences.counter, always)
            && let [option] = options
            && let SequenceOptionKind::Restart(given) = option.kind
        {
            shape.alter.restart = Some(given.unwrap_or(1));
            return Ok(());
        }
        let Some(identity) = &mut to.sequences.identity else {
            return Err(no_identity(&shape.alter.table, column));
        };
        identity.always = always.unwrap_or(identity.always);
        let mut all = self.catalog.sequences().iter();
        let sequence = all.find(|sequence| sequence.id == identity.sequence);
        if let (Some(sequence), false) = (sequence, options.is_empty()) {
            let altered = altered_identity(sequence, IntegerWidth::of(to.limit), options)
                .map_err(|error| error.at(column.position))?;
            shape.alter.sequences.push(altered);
        }
        Ok(())
    }

    fn add_column(&mut self, definition: &ColumnDefinition, shape: &mut Shape<'_>) -> Result<()> {
        let others: Vec<NewColumn> = shape.columns().cloned().collect();
        let column = self.new_column(definition, &others)?;
        for constraint in &definition.constraints {
            let names = || vec![definition.name.clone()];
            let kind = match &constraint.kind {
                ColumnConstraintKind::PrimaryKey => TableConstraintKind::PrimaryKey(names()),
                ColumnConstraintKind::Unique { nulls_distinct } => TableConstraintKind::Unique {
                    columns: names(),
                    nulls_distinct: *nulls_distinct,
                },
                ColumnConstraintKind::Check(condition) => {
                    TableConstraintKind::Check(condition.clone())
                }
                ColumnConstraintKind::Generated(value) => {
                    return Err(Error::unsupported("GENERATED in ADD COLUMN").at(value.position));
                }
                ColumnConstraintKind::References(key) => {
                    TableConstraintKind::ForeignKey(ast::ForeignKey {
                        columns: names(),
                        ..key.clone()
                    })
                }
                ColumnConstraintKind::Null
                | ColumnConstraintKind::AutoIncrement
                | ColumnConstraintKind::Sequence(_)
                | ColumnConstraintKind::NotNull
                | ColumnConstraintKind::Collate(_)
                | ColumnConstraintKind::Default(_) => continue,
            };
            shape.constraints.push(TableConstraint {
                name: constraint.name.clone(),
                kind,
                position: constraint.position,
            });
        }
        shape.alter.columns.push(AlteredColumn {
            column,
            source: ColumnSource::Added,
        });
        Ok(())
    }

    fn add_constraint(&mut self, new: &TableConstraint, shape: &mut Shape<'_>) -> Result<()> {
        let columns: Vec<NewColumn> = shape.columns().cloned().collect();
        let (name, at) = (new.name.as_ref(), new.position);
        if let Some(name) = name
            && (self.is_taken(name) || shape.has_check(&name.name))
        {
            return Err(Error::sql(
                SqlState::DUPLICATE_OBJECT,
                format!("constraint \"{}\" exists already", name.name),
            )
            .at(name.position));
        }
        match &new.kind {
            TableConstraintKind::PrimaryKey(names) => {
                let key = key_columns(&columns, names, at)?;
                if !shape.alter.primary_key.is_empty() {
                    return Err(invalid(
                        format!("table \"{}\" has two primary keys", shape.alter.name),
                        at,
                    ));
                }
                for no in &key {
                    shape.alter.columns[usize::from(no.0)].column.not_null = true;
                }
                shape.alter.primary_key = key;
                shape.alter.key_name = name.map(|name| name.name.clone());
            }
            TableConstraintKind::Unique {
                columns: names,
                nulls_distinct,
            } => {
                let key = key_columns(&columns, names, at)?;
                add_unique(&mut shape.alter.unique, name, key, *nulls_distinct);
            }
            TableConstraintKind::Check(condition) => {
                let relation = self.new_relation()?;
                let check =
                    self.new_check(name, condition, &shape.alter.name, &columns, relation)?;
                shape.alter.checks.push(AlteredCheck::New(check));
            }
            TableConstraintKind::ForeignKey(key) => {
                let referring = Referring {
                    name: &shape.alter.name,
                    columns: &columns,
                    primary_key: &shape.alter.primary_key,
                    unique: shape.unique_keys(),
                };
                let key = self.new_foreign_key((name, key), &referring, at)?;
                shape.alter.foreign_keys.push(AlteredKey::New(key));
            }
        }
        Ok(())
    }

    fn set_type(
        &mut self,
        column: &Identifier,
        (ty, limit): (SqlType, Option<Limit>),
        using: Option<&ast::Expr>,
        shape: &mut Shape<'_>,
    ) -> Result<()> {
        refuse_any_dimension(ty, column)?;
        let at = shape.column(column)?;
        let table = Arc::clone(&shape.alter.table);
        let Some(from) = shape.alter.columns[at].source.origin() else {
            return Err(Error::unsupported("TYPE of a column that is added").at(column.position));
        };
        let old = table.column(from);
        if old.generated.is_some() {
            return Err(Error::unsupported("TYPE of a computed column").at(column.position));
        }
        let mut value = match using {
            Some(using) => {
                let scope = table_scope(&table, shape.relation, &table.name);
                let bound =
                    ExprBinder::new(self, &scope, Aggregation::Refused("USING")).expr(using)?;
                if bound.has_subquery() {
                    return Err(Error::unsupported("a query in USING").at(using.position));
                }
                bound
            }
            None => Expr {
                kind: ExprKind::Column(super::bound::ColumnId {
                    relation: shape.relation,
                    column: u32::from(from.0),
                }),
                ty: old.ty,
                position: column.position,
            },
        };
        if !self.parameters.names.is_empty() {
            return Err(Error::unsupported("a parameter in ALTER TABLE").at(column.position));
        }
        // As in PostgreSQL, everything can be stored as a text.
        if using.is_none() && ty == SqlType::Text && value.ty != SqlType::Text {
            typing::wrap(&mut value, |operand| ExprKind::Cast { operand, to: ty });
            value.ty = ty;
        }
        let column_def = ColumnDef {
            ty,
            limit,
            ..definition_of(&shape.alter.columns[at].column)
        };
        self.assign(&mut value, &column_def)
            .map_err(|error| match using {
                None => error.hint(format!("say how, with USING \"{}\"::{ty}", column.name)),
                Some(_) => error,
            })?;
        let default = std::mem::take(&mut shape.alter.columns[at].column.default);
        let default = self.default_as(default, &column_def, column)?;
        let altered = &mut shape.alter.columns[at];
        altered.column.default = default;
        altered.column.ty = ty;
        if ty != SqlType::Text {
            altered.column.collation = Collation::default();
        }
        altered.column.limit = limit;
        altered.source = ColumnSource::Computed {
            from,
            relation: shape.relation,
            value: Box::new(value),
        };
        shape.takes_away = true;
        Ok(())
    }

    /// What a foreign key refers to, or is of, stays as it is, or the key goes with CASCADE.
    fn check_keys(&mut self, shape: &mut Shape<'_>) -> Result<()> {
        let table = Arc::clone(&shape.alter.table);
        let changed = |shape: &Shape<'_>, no: &ColumnNo| {
            let mut columns = shape.alter.columns.iter();
            columns.any(|altered| {
                matches!(altered.source, ColumnSource::Computed { from, .. } if from == *no)
            })
        };
        for altered in &shape.alter.foreign_keys {
            if let AlteredKey::Kept(key) = altered
                && key.columns.iter().any(|no| changed(shape, no))
            {
                return Err(required(&table.name, key).at(shape.name.position));
            }
        }
        let is_referable = |shape: &Shape<'_>, key: &ForeignKeyDef| {
            let moved = key.parent_columns.iter().map(|no| shape.alter.moved(*no));
            let Some(moved) = moved.collect::<Option<Vec<_>>>() else {
                return false;
            };
            let unique = shape.unique_keys();
            is_same_set(&moved, &shape.alter.primary_key)
                || unique.iter().any(|known| is_same_set(known, &moved))
        };
        for (other, key) in self.catalog.keys_to(table.id) {
            let is_own = other.id == table.id;
            let is_kept = |altered: &AlteredKey| matches!(altered, AlteredKey::Kept(kept) if kept.name == key.name);
            if is_own && !shape.alter.foreign_keys.iter().any(is_kept) {
                continue;
            }
            let is_changed = key.parent_columns.iter().any(|no| changed(shape, no));
            if !is_changed && is_referable(shape, key) {
                continue;
            }
            if !shape.cascades || is_changed {
                return Err(required(&other.name, key).at(shape.name.position));
            }
            if is_own {
                shape.alter.foreign_keys.retain(|altered| !is_kept(altered));
                continue;
            }
            shape.alter.dropped_keys.push(DroppedKey {
                table: Arc::clone(other),
                name: key.name.clone(),
            });
        }
        Ok(())
    }

    /// The default of a column that becomes of another type.
    fn default_as(
        &mut self,
        default: NewDefault,
        column: &ColumnDef,
        name: &Identifier,
    ) -> Result<NewDefault> {
        let refused = || {
            Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "the default of column \"{}\" is no {}",
                    name.name, column.ty
                ),
            )
            .at(name.position)
            .hint("drop the default first")
        };
        match default {
            NewDefault::Value(value)
                if value.is_null() || can_assign(value.sql_type(), column.ty) =>
            {
                let value = assign(value, column.ty).map_err(|e| e.at(name.position))?;
                Ok(NewDefault::Value(value))
            }
            NewDefault::Value(_) => Err(refused()),
            computed => {
                let column = ColumnDef {
                    default: computed.definition(),
                    ..column.clone()
                };
                self.default_value(&column).map_err(|_| refused())?;
                Ok(NewDefault::kept(&column.default))
            }
        }
    }

    /// A view that would not read what it reads now keeps the table as it is, or goes with CASCADE.
    fn check_views(&mut self, shape: &mut Shape<'_>) -> Result<()> {
        let mut changed = self.views_that_change(shape.altered());
        let Some(reader) = changed.first() else {
            return Ok(());
        };
        if !shape.cascades {
            return Err(Error::sql(
                SqlState::DEPENDENT_OBJECTS,
                format!("{reader} reads what is to be changed"),
            )
            .at(shape.name.position)
            .hint("drop it first"));
        }
        let dependents = self.dependents(&changed.tables, &changed.views);
        changed.views.extend(dependents.views);
        changed.tables.extend(dependents.tables);
        shape.alter.views = changed.views;
        shape.alter.dropped_tables = changed.tables;
        Ok(())
    }
}

impl Binder<'_> {
    /// A trigger that would have no meaning any more keeps the table as it is, or goes with CASCADE. Those of the table go
    /// along with its name.
    fn check_triggers(&mut self, shape: &mut Shape<'_>) -> Result<()> {
        if self.catalog.triggers().is_empty() {
            return Ok(());
        }
        let table = shape.altered();
        let after = self
            .catalog
            .with_table(table)
            .without(&shape.alter.dropped_tables, &shape.alter.views);
        let broken = self.triggers_that_break(&after);
        if let (Some(trigger), false) = (broken.first(), shape.cascades) {
            return Err(self
                .needs(trigger, "changed")
                .at(shape.name.position)
                .hint("drop it first"));
        }
        let is_left = |trigger: &TriggerDef| !broken.iter().any(|known| known.id == trigger.id);
        let mut renamed = self.triggers_of_renamed(&shape.alter.table, &shape.alter.name)?;
        renamed.retain(is_left);
        shape.alter.renamed_triggers = renamed;
        shape.alter.dropped_triggers = broken;
        Ok(())
    }
}

impl Shape<'_> {
    /// The table as it will be, as far as queries see it.
    fn altered(&self) -> TableDef {
        let mut table = TableDef::clone(&self.alter.table);
        table.name.clone_from(&self.alter.name);
        let indexes = self.alter.indexes.iter();
        table.indexes = indexes
            .map(|(index, name)| {
                Arc::new(IndexDef {
                    name: name.clone(),
                    ..IndexDef::clone(index)
                })
            })
            .collect();
        // What numbers the columns as they are.
        table.checks.clear();
        table.foreign_keys.clear();
        table.primary_key.clone_from(&self.alter.primary_key);
        table.rowid_column = match (table.rowid_column, self.alter.primary_key.as_slice()) {
            (Some(_), [no]) => Some(*no),
            _ => None,
        };
        let columns = self.columns().map(|column| ColumnDef {
            generated: None,
            ..definition_of(column)
        });
        table.columns = columns.collect();
        table
    }

    fn columns(&self) -> impl Iterator<Item = &NewColumn> {
        self.alter.columns.iter().map(|altered| &altered.column)
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.columns()
            .position(|column| column.name.eq_ignore_ascii_case(name))
    }

    fn column(&self, name: &Identifier) -> Result<usize> {
        self.find(&name.name).ok_or_else(|| {
            let error = Error::sql(
                SqlState::UNDEFINED_COLUMN,
                format!(
                    "table \"{}\" has no column \"{}\"",
                    self.alter.table.name, name.name
                ),
            )
            .at(name.position);
            let names = self.columns().map(|column| column.name.as_str());
            suggest::hint(error, &name.name, names)
        })
    }

    /// Columns that no two rows share, as they become.
    fn unique_keys(&self) -> Vec<Vec<ColumnNo>> {
        let kept = self.alter.indexes.iter().filter_map(|(index, _)| {
            let IndexKind::BTree(btree) = &index.kind else {
                return None;
            };
            let columns = btree.plain_columns()?.into_iter();
            let columns = columns.map(|no| self.alter.moved(no));
            btree.unique.then(|| columns.collect::<Option<Vec<_>>>())?
        });
        let new = self.alter.unique.iter().map(|new| new.columns.clone());
        kept.chain(new).collect()
    }

    /// Has it a CHECK or a FOREIGN KEY of this name?
    fn has_check(&self, name: &str) -> bool {
        let is_it = |known: &str| known.eq_ignore_ascii_case(name);
        let mut keys = self.alter.foreign_keys.iter();
        let is_key = keys.any(|key| match key {
            AlteredKey::Kept(key) => is_it(&key.name),
            AlteredKey::New(key) => key.name.as_deref().is_some_and(is_it),
        });
        is_key || self.has_condition(name)
    }

    fn has_condition(&self, name: &str) -> bool {
        self.alter.checks.iter().any(|check| match check {
            AlteredCheck::Kept(check) => check.name.eq_ignore_ascii_case(name),
            AlteredCheck::New(check) => check
                .name
                .as_ref()
                .is_some_and(|known| known.eq_ignore_ascii_case(name)),
        })
    }

    /// With a column go the indexes and constraints that it is part of.
    fn drop_column(&mut self, at: usize) {
        let dropped = self.alter.columns.remove(at).source.origin();
        let is_it = |no: ColumnNo| Some(no) == dropped;
        self.alter.indexes.retain(|(index, _)| match &index.kind {
            IndexKind::BTree(btree) => !btree.any_column(is_it),
            IndexKind::Ann(ann) => {
                !ann.vector.any_column(is_it) && !ann.filters.iter().any(|no| is_it(*no))
            }
        });
        self.alter.checks.retain(|check| match check {
            AlteredCheck::Kept(check) => !check.condition.any_column(is_it),
            AlteredCheck::New(_) => true,
        });
        self.alter.foreign_keys.retain(|key| match key {
            AlteredKey::Kept(key) => !key.columns.iter().any(|no| is_it(*no)),
            AlteredKey::New(_) => true,
        });
        if self
            .alter
            .primary_key
            .iter()
            .any(|no| usize::from(no.0) == at)
        {
            self.drop_primary_key();
        }
        for no in &mut self.alter.primary_key {
            if usize::from(no.0) > at {
                no.0 -= 1;
            }
        }
    }

    fn drop_primary_key(&mut self) {
        self.alter.primary_key.clear();
        self.alter.key_name = None;
        let is_key = |origin: IndexOrigin| origin == IndexOrigin::PrimaryKey;
        self.alter
            .indexes
            .retain(|(index, _)| !is_key(index.origin));
    }

    /// AUTOINCREMENT goes with the row id that it is of.
    fn forget_counter(&mut self) {
        let primary_key = &self.alter.primary_key;
        for (no, altered) in (0..).map(ColumnNo).zip(&mut self.alter.columns) {
            let column = &mut altered.column;
            if primary_key.as_slice() != [no] || column.ty != SqlType::Integer {
                column.sequences.counter = None;
                column.counts = false;
            }
        }
    }

    /// False: there is no such constraint.
    fn drop_constraint(&mut self, name: &Identifier) -> bool {
        let is_it = |known: &str| known.eq_ignore_ascii_case(&name.name);
        let found = self
            .alter
            .indexes
            .iter()
            .find(|(index, known)| index.origin != IndexOrigin::Statement && is_it(known));
        match found.map(|(index, _)| (index.id, index.origin)) {
            Some((_, IndexOrigin::PrimaryKey)) => self.drop_primary_key(),
            Some((id, _)) => self.alter.indexes.retain(|(index, _)| index.id != id),
            None if self.has_check(&name.name) => {
                self.alter.checks.retain(|check| match check {
                    AlteredCheck::Kept(check) => !is_it(&check.name),
                    AlteredCheck::New(_) => true,
                });
                self.alter.foreign_keys.retain(|key| match key {
                    AlteredKey::Kept(key) => !is_it(&key.name),
                    AlteredKey::New(_) => true,
                });
            }
            None if self.keeps_row_ids(name) => self.drop_primary_key(),
            None => return false,
        }
        true
    }

    fn rename_constraint(&mut self, from: &Identifier, to: &Identifier) -> Result<()> {
        let is_it = |known: &str| known.eq_ignore_ascii_case(&from.name);
        let mut indexes = self.alter.indexes.iter_mut();
        let index =
            indexes.find(|(index, known)| index.origin != IndexOrigin::Statement && is_it(known));
        if let Some((_, name)) = index {
            name.clone_from(&to.name);
            return Ok(());
        }
        for check in &mut self.alter.checks {
            if let AlteredCheck::Kept(check) = check
                && is_it(&check.name)
            {
                check.name.clone_from(&to.name);
                return Ok(());
            }
        }
        for key in &mut self.alter.foreign_keys {
            if let AlteredKey::Kept(key) = key
                && is_it(&key.name)
            {
                key.name.clone_from(&to.name);
                return Ok(());
            }
        }
        if self.keeps_row_ids(from) {
            self.alter.key_name = Some(to.name.clone());
            return Ok(());
        }
        Err(no_constraint(from, &self.alter.table))
    }

    /// Is it the name of the primary key that is the row id?
    fn keeps_row_ids(&self, name: &Identifier) -> bool {
        let table = &self.alter.table;
        table.rowid_column.is_some()
            && !self.alter.primary_key.is_empty()
            && table.rowid_constraint().eq_ignore_ascii_case(&name.name)
    }

    /// What computed columns are computed from must stay as it is.
    fn check_generated(&self) -> Result<()> {
        for column in self.columns() {
            let Some(Generated::Kept(text)) = &column.generated else {
                continue;
            };
            let is_lost = |no: ColumnNo| {
                let mut kept = self.alter.columns.iter();
                !kept.any(|c| matches!(c.source, ColumnSource::Kept(from) if from == no))
            };
            if text.any_column(is_lost) {
                return Err(Error::sql(
                    SqlState::DEPENDENT_OBJECTS,
                    format!(
                        "column \"{}\" is computed from what is to be changed",
                        column.name
                    ),
                )
                .at(self.name.position)
                .hint("drop it first"));
            }
        }
        Ok(())
    }

    /// Can the indexes that stay be on what their columns become?
    fn check_indexes(&self) -> Result<()> {
        let changed = |no: ColumnNo| {
            let mut columns = self.alter.columns.iter();
            columns.any(|altered| {
                matches!(altered.source, ColumnSource::Computed { from, .. } if from == no)
            })
        };
        let refuse = |index: &str| {
            Err(Error::sql(
                SqlState::DEPENDENT_OBJECTS,
                format!("index \"{index}\" is on a column whose type is to be changed"),
            )
            .at(self.name.position)
            .hint("drop it first"))
        };
        for (index, name) in &self.alter.indexes {
            match &index.kind {
                IndexKind::BTree(btree) => {
                    let computed = btree.keys.iter().filter(|key| key.as_column().is_none());
                    let condition = btree.condition.iter();
                    if computed.into_iter().any(|key| key.any_column(changed))
                        || condition.into_iter().any(|text| text.any_column(changed))
                    {
                        return refuse(name);
                    }
                    for no in btree.keys.iter().filter_map(IndexKey::as_column) {
                        if let Some(to) = self.alter.moved(no) {
                            let column = &self.alter.columns[usize::from(to.0)].column;
                            check_key_type(column.ty, &column.name, self.name.position)?;
                        }
                    }
                }
                IndexKind::Ann(ann) => {
                    let is_vector = match &ann.vector {
                        IndexedVector::Column(no) => self.alter.moved(*no).is_some_and(|to| {
                            let old = self.alter.table.column(*no).ty;
                            let new = self.alter.columns[usize::from(to.0)].column.ty;
                            matches!(
                                (old, new),
                                (SqlType::Vector(a), SqlType::Vector(b)) if a.is_bits() == b.is_bits()
                            )
                        }),
                        IndexedVector::Expression(_) => !ann.vector.any_column(changed),
                    };
                    if !is_vector {
                        return refuse(name);
                    }
                }
            }
        }
        Ok(())
    }
}

/// A table as it is.
fn unaltered(table: &Arc<TableDef>) -> AlterTable {
    let columns = (0..).map(ColumnNo).zip(&table.columns);
    let columns = columns.map(|(no, column)| AlteredColumn {
        column: NewColumn {
            name: column.name.clone(),
            ty: column.ty,
            limit: column.limit,
            not_null: column.not_null,
            default: NewDefault::kept(&column.default),
            sequences: column.sequences.clone(),
            generated: column.generated.clone().map(Generated::Kept),
            collation: column.collation,
            counts: false,
        },
        source: ColumnSource::Kept(no),
    });
    let indexes = table.indexes.iter();
    let checks = table.checks.iter().cloned();
    AlterTable {
        name: table.name.clone(),
        columns: columns.collect(),
        primary_key: table.primary_key.clone(),
        key_name: table.rowid_constraint.clone(),
        indexes: indexes.map(|i| (Arc::clone(i), i.name.clone())).collect(),
        unique: Vec::new(),
        checks: checks.map(AlteredCheck::Kept).collect(),
        sequences: Vec::new(),
        restart: None,
        views: Vec::new(),
        dropped_tables: Vec::new(),
        renamed_triggers: Vec::new(),
        dropped_triggers: Vec::new(),
        foreign_keys: table
            .foreign_keys
            .iter()
            .cloned()
            .map(AlteredKey::Kept)
            .collect(),
        dropped_keys: Vec::new(),
        table: Arc::clone(table),
    }
}

/// A column to be made, as far as binding looks at it.
pub(super) fn definition_of(column: &NewColumn) -> ColumnDef {
    ColumnDef {
        name: column.name.clone(),
        ty: column.ty,
        limit: column.limit,
        not_null: column.not_null,
        default: column.default.definition(),
        sequences: column.sequences.clone(),
        missing: Value::Null,
        generated: None,
        storage: ColumnStorage::Row,
        collation: column.collation,
    }
}

/// In which pass an action is taken.
fn pass(action: &TableAction) -> u8 {
    match action {
        TableAction::Rename(_)
        | TableAction::RenameColumn { .. }
        | TableAction::RenameConstraint { .. }
        | TableAction::SetDefault { value: None, .. } => 0,
        TableAction::DropColumn { .. }
        | TableAction::DropConstraint { .. }
        | TableAction::DropIdentity { .. } => 1,
        TableAction::SetType { .. } => 2,
        TableAction::AddColumn { .. } => 3,
        TableAction::SetDefault { .. }
        | TableAction::AddIdentity { .. }
        | TableAction::SetIdentity { .. }
        | TableAction::SetNotNull { .. } => 4,
        TableAction::AddConstraint(_) => 5,
    }
}

fn no_identity(table: &TableDef, column: &Identifier) -> Error {
    Error::sql(
        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
        format!(
            "column \"{}\" of table \"{}\" is not an identity column",
            column.name, table.name
        ),
    )
    .at(column.position)
}

fn no_constraint(name: &Identifier, table: &TableDef) -> Error {
    Error::sql(
        SqlState::UNDEFINED_OBJECT,
        format!(
            "constraint \"{}\" for table \"{}\" does not exist",
            name.name, table.name
        ),
    )
    .at(name.position)
}
