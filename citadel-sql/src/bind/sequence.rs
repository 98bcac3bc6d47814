//! CREATE, ALTER and DROP SEQUENCE, and calls of `nextval` and its like.

use std::sync::Arc;

use super::Binder;
use super::bound::{AlterSequence, Expr, ExprKind, Owner, SequenceStatement, Statement};
use super::create_table::taken;
use super::insert::column_of;
use super::suggest;
use crate::ast::{
    self, DropBehavior, Identifier, SequenceChange, SequenceOption, SequenceOptionKind,
};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::{self, ScalarFunction, SequenceUse};
use crate::schema::{ColumnNo, IntegerWidth, SequenceDef, SequenceId, SequenceOptions, TableDef};
use crate::types::{SqlType, Value};

/// What the clauses of a statement make of a sequence.
#[derive(Debug)]
struct Described {
    options: SequenceOptions,
    restart: Option<Option<i64>>,
    owner: Option<Option<(Identifier, Identifier)>>,
}

impl Binder<'_> {
    pub(super) fn create_sequence(&mut self, create: &ast::CreateSequence) -> Result<Statement> {
        if self.is_taken(&create.name) {
            return match create.if_not_exists {
                true if self.catalog.sequence(&create.name.name).is_some() => {
                    Ok(Statement::Nothing)
                }
                _ => Err(taken(&create.name)),
            };
        }
        let described = describe(None, IntegerWidth::Big, &create.options)?;
        let owner = match described.owner.flatten() {
            Some(names) => Some(self.owner(&names)?),
            None => None,
        };
        Ok(Statement::Sequence(Box::new(SequenceStatement::Create {
            name: create.name.name.clone(),
            options: described.options,
            owner,
        })))
    }

    pub(super) fn alter_sequence(&mut self, alter: &ast::AlterSequence) -> Result<Statement> {
        if alter.if_exists && !self.is_taken(&alter.name) {
            return Ok(Statement::Nothing);
        }
        let sequence = self.sequence(&alter.name)?;
        let mut altered = AlterSequence {
            name: sequence.name.clone(),
            options: sequence.options,
            restart: None,
            owner: None,
            sequence,
        };
        match &alter.change {
            SequenceChange::Rename(to) => {
                if self.is_taken(to) && !to.name.eq_ignore_ascii_case(&altered.name) {
                    return Err(taken(to));
                }
                altered.name.clone_from(&to.name);
            }
            SequenceChange::Options(options) => {
                let known = altered.options;
                let described = describe(Some(known), known.width, options)?;
                altered.options = described.options;
                altered.restart = described
                    .restart
                    .map(|given| given.unwrap_or(described.options.start));
                if let Some(restart) = altered.restart {
                    check_range(&altered.options, restart, "RESTART")
                        .map_err(|error| error.at(alter.name.position))?;
                }
                if let Some(owner) = described.owner {
                    if self.identity_of(altered.sequence.id).is_some() {
                        return Err(Error::sql(
                            SqlState::FEATURE_NOT_SUPPORTED,
                            "cannot change ownership of identity sequence",
                        )
                        .at(alter.name.position));
                    }
                    altered.owner = Some(match owner {
                        Some(names) => Some(self.owner(&names)?),
                        None => None,
                    });
                }
            }
        }
        let altered = SequenceStatement::Alter(altered);
        Ok(Statement::Sequence(Box::new(altered)))
    }

    pub(super) fn drop_sequences(&self, drop: &ast::Drop) -> Result<Statement> {
        let mut sequences: Vec<Arc<SequenceDef>> = Vec::with_capacity(drop.names.len());
        for name in &drop.names {
            if drop.if_exists && !self.is_taken(name) {
                continue;
            }
            let sequence = self.sequence(name)?;
            if let Some((table, no)) = self.identity_of(sequence.id) {
                return Err(Error::sql(
                    SqlState::DEPENDENT_OBJECTS,
                    format!(
                        "column \"{}\" of table \"{}\" requires sequence \"{}\"",
                        table.column(no).name,
                        table.name,
                        sequence.name
                    ),
                )
                .at(name.position));
            }
            if !sequences.iter().any(|known| known.id == sequence.id) {
                sequences.push(sequence);
            }
        }
        if sequences.is_empty() {
            return Ok(Statement::Nothing);
        }
        let ids: Vec<SequenceId> = sequences.iter().map(|sequence| sequence.id).collect();
        let defaults = self.defaults_that_ask(&ids, &[]);
        if let (Some(user), true) = (defaults.first(), drop.behavior != DropBehavior::Cascade) {
            let at = drop.names.first().and_then(|name| name.position);
            return Err(asked(user)
                .at(at)
                .hint("drop the default first, or write CASCADE"));
        }
        let dropped = SequenceStatement::Drop {
            sequences,
            defaults,
        };
        Ok(Statement::Sequence(Box::new(dropped)))
    }

    /// The sequences of tables that are dropped are asked by no other table.
    pub(super) fn check_owned_sequences(
        &self,
        tables: &[Arc<TableDef>],
        at: Option<Position>,
    ) -> Result<()> {
        let columns = tables.iter().flat_map(|table| &table.columns);
        let ids = columns.flat_map(|column| column.sequences.owned.iter().copied());
        let ids: Vec<SequenceId> = ids.collect();
        match self.defaults_that_ask(&ids, tables).first() {
            None => Ok(()),
            Some(user) => Err(asked(user).at(at).hint("drop the default first")),
        }
    }

    /// The columns whose defaults ask one of the sequences, but for those of some tables.
    fn defaults_that_ask(&self, ids: &[SequenceId], except: &[Arc<TableDef>]) -> Vec<Owner> {
        let mut found = Vec::new();
        for table in self.catalog.tables() {
            if except.iter().any(|dropped| dropped.id == table.id) {
                continue;
            }
            for (no, column) in (0..).map(ColumnNo).zip(&table.columns) {
                if ids.iter().any(|id| column.default.asks(*id)) {
                    found.push(Owner {
                        table: Arc::clone(table),
                        column: no,
                    });
                }
            }
        }
        found
    }

    /// The identity column that a sequence is of.
    fn identity_of(&self, id: SequenceId) -> Option<(&Arc<TableDef>, ColumnNo)> {
        self.catalog.tables().iter().find_map(|table| {
            let is_it = |column: &crate::schema::ColumnDef| {
                let identity = column.sequences.identity;
                identity.is_some_and(|identity| identity.sequence == id)
            };
            let at = table.columns.iter().position(is_it)?;
            Some((table, ColumnNo(u16::try_from(at).ok()?)))
        })
    }

    fn owner(&self, (table, column): &(Identifier, Identifier)) -> Result<Owner> {
        let table = self.table(table)?;
        let column = column_of(&table, column)?;
        Ok(Owner { table, column })
    }

    /// A sequence that must exist.
    pub(super) fn sequence(&self, name: &Identifier) -> Result<Arc<SequenceDef>> {
        self.catalog.sequence(&name.name).cloned().ok_or_else(|| {
            if self.is_taken(name) {
                let text = format!("\"{}\" is not a sequence", name.name);
                return Error::sql(SqlState::WRONG_OBJECT_TYPE, text).at(name.position);
            }
            let names = self.catalog.sequences().iter().map(|s| s.name.as_str());
            let error = functions::undefined_sequence(&name.name).at(name.position);
            suggest::hint(error, &name.name, names)
        })
    }

    /// Finds the sequence that a call names, where it names it by a constant, and takes note of what it may ask.
    pub(super) fn sequence_call(
        &mut self,
        function: &ScalarFunction,
        arguments: &mut [Expr],
    ) -> Result<()> {
        let Some(named) = arguments.first_mut() else {
            self.parameters.sequences = SequenceUse::Any;
            return Ok(());
        };
        let is_text = matches!(named.ty, SqlType::Text | SqlType::Unknown);
        match &named.kind {
            ExprKind::Literal(Value::Text(text)) => {
                let name = Identifier {
                    name: functions::sequence_name(text),
                    position: named.position,
                };
                let id = self.sequence(&name)?.id;
                named.kind = ExprKind::Literal(number(id));
                named.ty = SqlType::Integer;
                self.parameters.sequences.add(id);
            }
            ExprKind::Literal(Value::Integer(id)) => {
                let mut all = self.catalog.sequences().iter();
                let found = all.find(|sequence| number(sequence.id) == Value::Integer(*id));
                let found = found.map(|sequence| sequence.id).ok_or_else(|| {
                    functions::undefined_sequence(&id.to_string()).at(named.position)
                })?;
                self.parameters.sequences.add(found);
            }
            _ if is_text => self.parameters.sequences = SequenceUse::Any,
            _ => {
                return Err(Error::sql(
                    SqlState::UNDEFINED_FUNCTION,
                    format!(
                        "{} takes the name of a sequence, not {}",
                        function.name, named.ty
                    ),
                )
                .at(named.position));
            }
        }
        Ok(())
    }
}

/// How a bound call names a sequence.
pub(super) fn number(id: SequenceId) -> Value {
    Value::Integer(i64::try_from(id.0).unwrap_or(i64::MAX))
}

/// What the clauses say of the sequence of a column of that width.
pub(super) fn of_column(
    width: IntegerWidth,
    options: &[SequenceOption],
) -> Result<SequenceOptions> {
    let for_others = options.iter().find(|option| {
        use SequenceOptionKind::{As, OwnedBy, Restart};
        matches!(option.kind, As(_) | OwnedBy(_) | Restart(_))
    });
    match for_others {
        Some(option) => Err(invalid(
            "AS, OWNED BY and RESTART are not for an identity column".to_owned(),
        )
        .at(option.position)),
        None => describe(None, width, options).map(|described| described.options),
    }
}

/// What the clauses make of the sequence of an identity column.
pub(super) fn altered_identity(
    sequence: &Arc<SequenceDef>,
    width: IntegerWidth,
    options: &[SequenceOption],
) -> Result<AlterSequence> {
    let for_others = options.iter().find(|option| {
        use SequenceOptionKind::{As, OwnedBy};
        matches!(option.kind, As(_) | OwnedBy(_))
    });
    if let Some(option) = for_others {
        return Err(
            invalid("AS and OWNED BY are not for an identity column".to_owned())
                .at(option.position),
        );
    }
    let described = describe(Some(sequence.options), width, options)?;
    let restart = described.restart;
    let restart = restart.map(|given| given.unwrap_or(described.options.start));
    if let Some(restart) = restart {
        check_range(&described.options, restart, "RESTART")?;
    }
    Ok(AlterSequence {
        name: sequence.name.clone(),
        options: described.options,
        restart,
        owner: None,
        sequence: Arc::clone(sequence),
    })
}

/// Resolves clauses as PostgreSQL does: bounds follow the type and the direction unless they are said.
fn describe(
    known: Option<SequenceOptions>,
    width: IntegerWidth,
    clauses: &[SequenceOption],
) -> Result<Described> {
    let mut width = width;
    let mut increment = known.map_or(1, |known| known.increment);
    let (mut min, mut max) = (known.map(|known| known.min), known.map(|known| known.max));
    let mut start = known.map(|known| known.start);
    let mut cycles = known.is_some_and(|known| known.cycles);
    let (mut restart, mut owner) = (None, None);
    let mut at = None;
    for SequenceOption { kind, position } in clauses {
        at = at.or(*position);
        let refuse = |text: &str| Err(invalid(text.to_owned()).at(*position));
        match kind {
            SequenceOptionKind::As(to) => {
                // A bound that was the type's becomes that of the other type.
                if let Some(known) = known {
                    let was = known.width;
                    max = max.map(|max| if max == was.max() { to.max() } else { max });
                    min = min.map(|min| if min == was.min() { to.min() } else { min });
                }
                width = *to;
            }
            SequenceOptionKind::Increment(0) => return refuse("INCREMENT must not be zero"),
            SequenceOptionKind::Increment(by) => increment = *by,
            SequenceOptionKind::MinValue(given) => min = *given,
            SequenceOptionKind::MaxValue(given) => max = *given,
            SequenceOptionKind::Start(given) => start = Some(*given),
            SequenceOptionKind::Restart(given) => restart = Some(*given),
            SequenceOptionKind::Cycle(given) => cycles = *given,
            SequenceOptionKind::Cache(1..) => {}
            SequenceOptionKind::Cache(count) => {
                return refuse(&format!("CACHE ({count}) must be greater than zero"));
            }
            SequenceOptionKind::OwnedBy(given) => owner = Some(given.clone()),
        }
    }
    let rises = increment > 0;
    let min = min.unwrap_or(if rises { 1 } else { width.min() });
    let max = max.unwrap_or(if rises { width.max() } else { -1 });
    for (bound, word) in [(min, "MINVALUE"), (max, "MAXVALUE")] {
        if !(width.min()..=width.max()).contains(&bound) {
            let text = format!("{word} ({bound}) is out of range for the type of the sequence");
            return Err(invalid(text).at(at));
        }
    }
    if min >= max {
        let text = format!("MINVALUE ({min}) must be less than MAXVALUE ({max})");
        return Err(invalid(text).at(at));
    }
    let options = SequenceOptions {
        width,
        increment,
        min,
        max,
        start: start.unwrap_or(if rises { min } else { max }),
        cycles,
    };
    check_range(&options, options.start, "START").map_err(|error| error.at(at))?;
    Ok(Described {
        options,
        restart,
        owner,
    })
}

fn check_range(options: &SequenceOptions, value: i64, word: &str) -> Result<()> {
    if value < options.min {
        let min = options.min;
        return Err(invalid(format!(
            "{word} value ({value}) cannot be less than MINVALUE ({min})"
        )));
    }
    if value > options.max {
        let max = options.max;
        return Err(invalid(format!(
            "{word} value ({value}) cannot be greater than MAXVALUE ({max})"
        )));
    }
    Ok(())
}

fn invalid(text: String) -> Error {
    Error::sql(SqlState::INVALID_PARAMETER_VALUE, text)
}

/// A default asks a sequence that is to be dropped.
fn asked(user: &Owner) -> Error {
    Error::sql(
        SqlState::DEPENDENT_OBJECTS,
        format!(
            "the default of column \"{}\" of table \"{}\" asks the sequence",
            user.table.column(user.column).name,
            user.table.name
        ),
    )
}
