//! Triggers: made, switched, dropped, and bound when they fire.
//!
//! A trigger is kept as its text, as a view is, and bound anew from it. OLD and NEW are relations around its statements, so
//! that what these read of them becomes parameters, as the columns of a query around another do. Each statement is one of its
//! own; all share the parameters.

use std::sync::Arc;

use super::Binder;
use super::bound::{
    BoundStep, BoundTrigger, Expr, ExprKind, Parameters, Query, RowColumn, Statement,
    TriggerStatement,
};
use super::call::Raising;
use super::change::table_scope;
use super::insert::{column_of, computed, named_twice};
use super::scope::Scope;
use super::suggest;
use crate::ast::{self, Identifier, StatementKind, TriggerChange, TriggerStep, TriggerSwitch};
use crate::error::{Error, Position, Result, SqlState};
use crate::parse;
use crate::schema::{
    Catalog, ColumnNo, TableDef, TableId, TriggerDef, TriggerEvent, TriggerId, TriggerLevel,
    TriggerTiming, ViewId,
};
use crate::types::temporal::Zone;
use crate::types::{SqlType, Value};

/// Gives a trigger its meaning, when it fires or to see whether it still has one.
pub(crate) fn bind_trigger(
    trigger: &TriggerDef,
    catalog: &Catalog,
    zone: &Zone,
) -> Result<BoundTrigger> {
    let create = syntax(trigger)?;
    let mut binder = Binder::new(catalog, "", Parameters::new(&[], zone));
    // Places are those of the trigger's text, not of the statement that fires it.
    binder.view_depth = 1;
    let place = || format!("trigger \"{}\"", trigger.name);
    let bound = match catalog.table_by_id(TableId(trigger.relation)) {
        Some(table) => {
            let table = Arc::clone(table);
            binder.trigger(&create, &table)
        }
        None => binder
            .view_of(trigger)
            .and_then(|view| binder.trigger(&create, &view)),
    };
    bound.map_err(|error| error.moved_to(None).within(&place()))
}

/// The syntax of a trigger, from its text.
fn syntax(trigger: &TriggerDef) -> Result<Box<ast::CreateTrigger>> {
    let parsed = parse::parse(&trigger.sql).ok().and_then(|mut p| p.pop());
    match parsed.map(|parsed| parsed.statement.kind) {
        Some(StatementKind::CreateTrigger(create)) => Ok(create),
        _ => Err(Error::Corrupt(format!(
            "the definition of trigger \"{}\" does not parse",
            trigger.name
        ))),
    }
}

impl Binder<'_> {
    pub(super) fn create_trigger(&mut self, create: &ast::CreateTrigger) -> Result<Statement> {
        let table = self.trigger_target(create)?;
        let name = &create.name;
        let known = self.triggers_of(table.id.0, &name.name).cloned();
        match &known {
            Some(_) if create.if_not_exists => return Ok(Statement::Nothing),
            Some(_) if !create.or_replace => {
                return Err(Error::sql(
                    SqlState::DUPLICATE_OBJECT,
                    format!(
                        "trigger \"{}\" for relation \"{}\" already exists",
                        name.name, table.name
                    ),
                )
                .at(name.position));
            }
            _ => {}
        }
        let parameters = Parameters::new(&[], &self.parameters.zone);
        Binder::new(self.catalog, self.sql_text, parameters).trigger(create, &table)?;
        let sets = create.body.iter().flat_map(|step| match step {
            TriggerStep::Set(sets) => sets.as_slice(),
            TriggerStep::Run(_) => &[],
        });
        let mut set: Vec<String> = Vec::new();
        for (column, _) in sets {
            if !set.iter().any(|s| s.eq_ignore_ascii_case(&column.name)) {
                set.push(column.name.clone());
            }
        }
        Ok(Statement::Trigger(Box::new(TriggerStatement::Create {
            new: TriggerDef {
                id: known.as_ref().map_or(TriggerId(0), |known| known.id),
                name: name.name.clone(),
                relation: table.id.0,
                timing: create.timing,
                level: create.level,
                events: create.events,
                of: create.of.iter().map(|of| of.name.clone()).collect(),
                sets: set,
                reads_rows: create.old_table.is_some() || create.new_table.is_some(),
                enabled: true,
                sql: self.sql_text.to_owned(),
            },
            replaced: known,
        })))
    }

    /// The table of a trigger, or the view as a table.
    fn trigger_target(&mut self, create: &ast::CreateTrigger) -> Result<Arc<TableDef>> {
        let name = &create.table;
        let wrong = |text: String| Error::sql(SqlState::WRONG_OBJECT_TYPE, text).at(name.position);
        let is_instead = create.timing == TriggerTiming::InsteadOf;
        if let Some(view) = self.catalog.view(&name.name).cloned() {
            if !is_instead {
                return Err(wrong(format!("\"{}\" is a view", view.name))
                    .hint("views have INSTEAD OF triggers, tables BEFORE and AFTER ones"));
            }
            let parameters = Parameters::new(&[], &self.parameters.zone);
            return Binder::new(self.catalog, "", parameters).view_table(&view);
        }
        let table = self.table(name)?;
        if is_instead {
            return Err(wrong(format!("\"{}\" is a table", table.name))
                .hint("tables have BEFORE and AFTER triggers, views INSTEAD OF ones"));
        }
        super::lake::refuse_lake(&table, "a trigger", name.position)?;
        Ok(table)
    }

    /// The view of a trigger as a table.
    fn view_of(&mut self, trigger: &TriggerDef) -> Result<Arc<TableDef>> {
        match self.catalog.view_by_id(ViewId(trigger.relation)).cloned() {
            Some(view) => self.view_table(&view),
            None => Err(Error::Corrupt(format!(
                "trigger \"{}\" is of nothing that there is",
                trigger.name
            ))),
        }
    }

    /// The trigger of a name of a table or a view.
    fn triggers_of(&self, relation: u64, name: &str) -> Option<&Arc<TriggerDef>> {
        let mut all = self.catalog.triggers().iter();
        all.find(|known| known.relation == relation && known.name.eq_ignore_ascii_case(name))
    }

    /// Binds a trigger of a table.
    fn trigger(&mut self, create: &ast::CreateTrigger, table: &TableDef) -> Result<BoundTrigger> {
        check_clauses(create)?;
        for (at, of) in create.of.iter().enumerate() {
            let no = column_of(table, of)?;
            let is_it = |other: &Identifier| table.column_no(&other.name) == Some(no);
            if create.of[..at].iter().any(is_it) {
                return Err(named_twice(of));
            }
        }
        let (old, new) = (self.new_relation()?, self.new_relation()?);
        let (old_rows, new_rows) = (self.new_relation()?, self.new_relation()?);
        let columns: Vec<(String, SqlType)> = table
            .columns
            .iter()
            .map(|column| (column.name.clone(), column.ty))
            .collect();
        for (name, no) in [(&create.old_table, old_rows), (&create.new_table, new_rows)] {
            if let Some(name) = name {
                self.name_rows(name, no, columns.clone());
            }
        }
        let mut scope = Scope::default();
        if create.level == TriggerLevel::Row {
            let has = |event| create.events.has(event);
            let was = has(TriggerEvent::Update) || has(TriggerEvent::Delete);
            let will_be = has(TriggerEvent::Update) || has(TriggerEvent::Insert);
            for (name, no, is_there) in [("old", old, was), ("new", new, will_be)] {
                if is_there {
                    self.note_collations(table, no);
                    let is_table = create.timing != TriggerTiming::InsteadOf;
                    scope = scope.join(table_scope(table, no, name).behind_name(is_table))?;
                }
            }
        }
        let seen = self.seeing(&scope, None, |binder| binder.trigger_body(create, table))?;
        let (when, steps) = seen.result;
        let mut arguments = Vec::with_capacity(seen.arguments.len());
        for (parameter, value) in seen.arguments {
            let ExprKind::Column(id) = value.kind else {
                continue;
            };
            let column = u16::try_from(id.column).ok().map(ColumnNo);
            let is_new = id.relation == new;
            if is_new
                && create.timing == TriggerTiming::Before
                && let Some(no) = column
                && table.column(no).generated.is_some()
            {
                return Err(Error::sql(
                    SqlState::INVALID_DEFINITION,
                    format!(
                        "column \"{}\" of NEW is computed after BEFORE triggers",
                        table.column(no).name
                    ),
                )
                .at(create.name.position));
            }
            arguments.push((parameter, RowColumn { is_new, column }));
        }
        Ok(BoundTrigger {
            when,
            steps,
            arguments,
            parameters: std::mem::take(&mut self.parameters),
            old_rows,
            new_rows,
        })
    }

    fn trigger_body(
        &mut self,
        create: &ast::CreateTrigger,
        table: &TableDef,
    ) -> Result<(Option<Query>, Vec<BoundStep>)> {
        let when = match &create.when {
            None => None,
            Some(when) => Some(self.trigger_condition(when)?),
        };
        let mut steps = Vec::with_capacity(create.body.len());
        for step in &create.body {
            steps.push(match step {
                TriggerStep::Run(kind) => {
                    self.raising = match (kind, create.level) {
                        (StatementKind::Query(_), TriggerLevel::Row) => Raising::Anything,
                        _ => Raising::Errors,
                    };
                    BoundStep::Run(Box::new(self.whole(kind)?))
                }
                TriggerStep::Set(sets) => {
                    self.raising = Raising::Anything;
                    BoundStep::Set(self.new_values(create, sets, table)?)
                }
            });
        }
        self.raising = Raising::Nothing;
        Ok((when, steps))
    }

    fn trigger_condition(&mut self, when: &ast::Query) -> Result<Query> {
        let query = self.query(when)?;
        match query.output.first().map(|output| &output.expr) {
            Some(expr) if !matches!(expr.ty, SqlType::Boolean | SqlType::Unknown) => {
                Err(Error::sql(
                    SqlState::DATATYPE_MISMATCH,
                    format!("WHEN takes a condition, not {}", expr.ty),
                )
                .at(expr.position))
            }
            _ => Ok(query),
        }
    }

    /// `SET NEW.column = …`
    fn new_values(
        &mut self,
        create: &ast::CreateTrigger,
        sets: &[(Identifier, Box<ast::Query>)],
        table: &TableDef,
    ) -> Result<Vec<(ColumnNo, Query)>> {
        let mut bound = Vec::with_capacity(sets.len());
        for (column, value) in sets {
            let is_before =
                (create.timing, create.level) == (TriggerTiming::Before, TriggerLevel::Row);
            if !is_before || create.events.has(TriggerEvent::Delete) {
                return Err(Error::sql(
                    SqlState::INVALID_DEFINITION,
                    "SET NEW is for BEFORE triggers of each row that is inserted or updated",
                )
                .at(column.position));
            }
            let no = column_of(table, column)?;
            if table.column(no).generated.is_some() {
                return Err(computed(table, no, column.position));
            }
            if bound.iter().any(|(known, _)| *known == no) {
                return Err(named_twice(column));
            }
            let mut query = self.query(value)?;
            for output in &mut query.output {
                self.assign_output(&mut output.expr, table, no)?;
            }
            bound.push((no, query));
        }
        Ok(bound)
    }

    /// Fits what a query gives to a column.
    pub(super) fn assign_output(
        &mut self,
        expr: &mut Expr,
        table: &TableDef,
        no: ColumnNo,
    ) -> Result<()> {
        // A string in quotes takes the type of its place.
        if matches!(expr.kind, ExprKind::Literal(Value::Text(_))) {
            expr.ty = SqlType::Unknown;
        }
        self.assign(expr, table.column(no))
    }

    pub(super) fn drop_trigger(&mut self, drop: &ast::DropTrigger) -> Result<Statement> {
        let name = &drop.name;
        let relation = match &drop.table {
            None => None,
            Some(table) if drop.if_exists && !self.catalog.is_taken(&table.name) => {
                return Ok(Statement::Nothing);
            }
            Some(table) => Some(self.relation_id(table)?),
        };
        let found: Vec<Arc<TriggerDef>> = self
            .catalog
            .triggers()
            .iter()
            .filter(|known| {
                known.name.eq_ignore_ascii_case(&name.name)
                    && relation.is_none_or(|relation| known.relation == relation)
            })
            .cloned()
            .collect();
        match found.len() {
            0 if drop.if_exists => Ok(Statement::Nothing),
            0 => Err(self.no_trigger(name, drop.table.as_ref())),
            1 => Ok(Statement::Trigger(Box::new(TriggerStatement::Drop(found)))),
            _ => Err(Error::sql(
                SqlState::AMBIGUOUS_OBJECT,
                format!("more than one table has a trigger \"{}\"", name.name),
            )
            .at(name.position)
            .hint("DROP TRIGGER name ON table says which one is meant")),
        }
    }

    /// The id of a table or a view.
    fn relation_id(&self, name: &Identifier) -> Result<u64> {
        match self.catalog.view(&name.name) {
            Some(view) => Ok(view.id.0),
            None => Ok(self.table(name)?.id.0),
        }
    }

    fn no_trigger(&self, name: &Identifier, table: Option<&Identifier>) -> Error {
        let text = match table {
            None => format!("trigger \"{}\" does not exist", name.name),
            Some(table) => format!(
                "trigger \"{}\" for relation \"{}\" does not exist",
                name.name, table.name
            ),
        };
        let names = self.catalog.triggers().iter().map(|t| t.name.as_str());
        let error = Error::sql(SqlState::UNDEFINED_OBJECT, text).at(name.position);
        suggest::hint(error, &name.name, names)
    }

    pub(super) fn alter_trigger(&mut self, alter: &ast::AlterTrigger) -> Result<Statement> {
        let relation = self.relation_id(&alter.table)?;
        let find = |name: &Identifier| {
            let found = self.triggers_of(relation, &name.name);
            found.ok_or_else(|| self.no_trigger(name, Some(&alter.table)))
        };
        let changed = match &alter.change {
            TriggerChange::Rename { name, to } => {
                let old = find(name)?;
                let is_other = !to.name.eq_ignore_ascii_case(&name.name);
                if is_other && self.triggers_of(relation, &to.name).is_some() {
                    return Err(Error::sql(
                        SqlState::DUPLICATE_OBJECT,
                        format!(
                            "trigger \"{}\" for relation \"{}\" already exists",
                            to.name, alter.table.name
                        ),
                    )
                    .at(to.position));
                }
                vec![TriggerDef {
                    name: to.name.clone(),
                    sql: renamed(old, |create| create.name.position, &to.name)?,
                    ..TriggerDef::clone(old)
                }]
            }
            TriggerChange::Switch { which, enabled } => {
                let all = self.catalog.triggers().iter();
                let switched = |trigger: &Arc<TriggerDef>| TriggerDef {
                    enabled: *enabled,
                    ..TriggerDef::clone(trigger)
                };
                match which {
                    TriggerSwitch::One(name) => vec![switched(find(name)?)],
                    TriggerSwitch::All => all
                        .filter(|trigger| trigger.relation == relation)
                        .map(switched)
                        .collect(),
                }
            }
        };
        Ok(match changed.is_empty() {
            true => Statement::Nothing,
            false => Statement::Trigger(Box::new(TriggerStatement::Replace(changed))),
        })
    }

    /// The triggers that have a meaning now, and would have none with other definitions of tables and views.
    pub(super) fn triggers_that_break(&self, after: &Catalog) -> Vec<Arc<TriggerDef>> {
        let zone = &self.parameters.zone;
        let is_left = |trigger: &&Arc<TriggerDef>| {
            let mut left = after.triggers().iter();
            left.any(|known| known.id == trigger.id)
        };
        let breaks = |trigger: &&Arc<TriggerDef>| {
            bind_trigger(trigger, self.catalog, zone).is_ok()
                && bind_trigger(trigger, after, zone).is_err()
        };
        let all = self.catalog.triggers().iter();
        all.filter(is_left).filter(breaks).cloned().collect()
    }

    /// The triggers of a table that gets another name, with that name in their texts.
    pub(super) fn triggers_of_renamed(
        &self,
        table: &TableDef,
        name: &str,
    ) -> Result<Vec<TriggerDef>> {
        if table.name == name {
            return Ok(Vec::new());
        }
        let all = self.catalog.triggers().iter();
        all.filter(|trigger| trigger.relation == table.id.0)
            .map(|trigger| {
                Ok(TriggerDef {
                    sql: renamed(trigger, |create| create.table.position, name)?,
                    ..TriggerDef::clone(trigger)
                })
            })
            .collect()
    }
}

/// What clauses go together.
fn check_clauses(create: &ast::CreateTrigger) -> Result<()> {
    let refused = |text: &str, at: Option<Position>| {
        Err(Error::sql(SqlState::INVALID_DEFINITION, text).at(at))
    };
    if create.timing == TriggerTiming::InsteadOf && create.level == TriggerLevel::Statement {
        let text = "INSTEAD OF triggers are FOR EACH ROW";
        return refused(text, create.name.position);
    }
    let named = create.old_table.as_ref().or(create.new_table.as_ref());
    let Some(named) = named else {
        return Ok(());
    };
    let at = named.position;
    if create.timing != TriggerTiming::After {
        return refused("transition tables are for AFTER triggers", at);
    }
    if create.events.iter().count() > 1 {
        let text = "transition tables are for triggers of one event";
        return refused(text, at);
    }
    if !create.of.is_empty() {
        let text = "transition tables are not for triggers with a list of columns";
        return refused(text, at);
    }
    if create.events.has(TriggerEvent::Insert)
        && let Some(old) = &create.old_table
    {
        return refused("OLD TABLE is for UPDATE and DELETE", old.position);
    }
    if create.events.has(TriggerEvent::Delete)
        && let Some(new) = &create.new_table
    {
        return refused("NEW TABLE is for INSERT and UPDATE", new.position);
    }
    if let (Some(old), Some(new)) = (&create.old_table, &create.new_table)
        && old.name.eq_ignore_ascii_case(&new.name)
    {
        return refused("OLD TABLE and NEW TABLE have one name", new.position);
    }
    Ok(())
}

/// The text of a trigger with another name at a place of its head.
fn renamed(
    trigger: &TriggerDef,
    place: impl Fn(&ast::CreateTrigger) -> Option<Position>,
    name: &str,
) -> Result<String> {
    let create = syntax(trigger)?;
    let start = place(&create).map_or(0, |position| position.offset);
    let (before, rest) = trigger.sql.split_at(start);
    let mut text = before.to_owned();
    text.push_str(&crate::schema::quoted(name));
    text.push_str(&rest[name_length(rest)..]);
    Ok(text)
}

/// The bytes that a name takes at the beginning of a text.
fn name_length(text: &str) -> usize {
    let Some(quoted) = text.strip_prefix('"') else {
        let is_end = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'));
        return text.find(is_end).unwrap_or(text.len());
    };
    let mut after_quote = false;
    for (at, c) in quoted.char_indices() {
        match (c, after_quote) {
            ('"', false) => after_quote = true,
            ('"', true) => after_quote = false,
            (_, true) => return 1 + at,
            (_, false) => {}
        }
    }
    text.len()
}
