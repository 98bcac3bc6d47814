//! A statement, parsed and planned: shared by all who run the same text. What it says is immutable; its last run may rest with it.

use std::sync::Arc;

use citadel_txn::View;

use crate::api::copy::CopyWay;
use crate::api::pragma;
use crate::api::spare::{Run, Spare};
use crate::api::statement::NewLakeTable;
use crate::ast;
use crate::batch::Batch;
use crate::bind::{self, BindContext, bound, bound::NewEncryption};
use crate::error::{Error, Result};
use crate::execute::Execution;
use crate::functions::{LakeProcedure, SequenceUse};
use crate::parse;
use crate::plan::{self, PhysicalPlan, Plan, PlanContext};
use crate::schema::{Catalog, SchemaVersion};
use crate::types::{StatementClock, Value};

/// Columns of the row that `CALL persist_ann_index` gives.
const PERSIST_COLUMNS: [&str; 5] = ["rows", "segments", "bytes", "blake3", "build_ms"];

/// What is kept of a statement between its runs. The plan holds for one version of the schema; the syntax for ever.
#[derive(Debug)]
pub(crate) struct Prepared {
    text: Arc<str>,
    syntax: Arc<ast::Statement>,
    version: SchemaVersion,
    pub(crate) action: Action,
    pub(crate) parameters: bound::Parameters,
    /// Of the result's columns; none for a statement that gives no rows.
    pub(crate) names: Arc<[String]>,
    /// The last run of the plan, if it may run again.
    spare: Spare,
}

/// What running the statement does.
#[derive(Debug)]
pub(crate) enum Action {
    /// Gives rows and changes nothing.
    Read(Arc<Plan>),
    /// Changes the database.
    Write {
        plan: Arc<Plan>,
        effect: Effect,
        /// What `COPY … FROM` takes in.
        input: Option<Box<bound::CopyInput>>,
    },
    /// `COPY … TO`: gives rows, and has them written.
    CopyTo {
        plan: Arc<Plan>,
        output: bound::CopyOutput,
    },
    /// `BEGIN`.
    Begin(bound::BeginMode),
    /// `COMMIT`.
    Commit,
    /// `ROLLBACK`.
    Rollback,
    /// `SAVEPOINT name`.
    Savepoint(bound::Identifier),
    /// `RELEASE name`.
    Release(bound::Identifier),
    /// `ROLLBACK TO name`.
    RollbackTo(bound::Identifier),
    /// `SET CONSTRAINTS`
    SetConstraints { names: Vec<String>, deferred: bool },
    /// `CALL persist_ann_index(table, column)`.
    Persist {
        /// A text.
        table: bound::Expr,
        /// A text.
        column: bound::Expr,
    },
    /// `CALL lake_…(table, …)`.
    CallLake {
        procedure: LakeProcedure,
        /// Constants or parameters.
        arguments: Vec<bound::Expr>,
    },
    /// `PRAGMA`.
    Pragma(bound::Pragma),
    /// `VACUUM [INTO file]`; the file is a text.
    Vacuum { into: Option<bound::Expr> },
    /// `IF [NOT] EXISTS` found nothing to do.
    Nothing,
}

/// What a statement changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Rows,
    Definitions,
    /// Where sequences stand: a query that draws from some.
    Sequences,
}

impl Prepared {
    /// Parses and plans a text that is exactly one statement.
    pub(crate) fn new(
        text: &str,
        catalog: &Catalog,
        view: &dyn View,
        binding: &BindContext,
    ) -> Result<Self> {
        let mut statements = parse::parse(text)?.into_iter();
        match (statements.next(), statements.next()) {
            (Some(one), None) => {
                Self::plan(text.into(), Arc::new(one.statement), catalog, view, binding)
            }
            (None, _) => Err(Error::Misuse(
                "there is no statement in the text".to_owned(),
            )),
            (Some(_), Some(_)) => Err(Error::Misuse(
                "the text holds more than one statement; execute_batch runs those".to_owned(),
            )),
        }
    }

    /// Plans a statement.
    pub(crate) fn plan(
        text: Arc<str>,
        syntax: Arc<ast::Statement>,
        catalog: &Catalog,
        view: &dyn View,
        binding: &BindContext,
    ) -> Result<Self> {
        let bound = bind::bind(&syntax, &text, catalog, binding)?;
        let (action, names) = action(&bound, view)?;
        Ok(Self {
            text,
            syntax,
            version: catalog.version(),
            action,
            parameters: bound.parameters,
            names,
            spare: Spare::default(),
        })
    }

    /// The same statement as it is to be run under a catalog and for a connection: itself, or planned anew where the schema
    /// has changed, or what of the connection matters.
    pub(crate) fn current(
        self: &Arc<Self>,
        catalog: &Catalog,
        view: &dyn View,
        binding: &BindContext,
    ) -> Result<Arc<Self>> {
        let is_known = self.version == catalog.version() || self.is_free_of_schema();
        if is_known && self.parameters.mean_the_same(binding) {
            return Ok(Arc::clone(self));
        }
        let (text, syntax) = (Arc::clone(&self.text), Arc::clone(&self.syntax));
        Self::plan(text, syntax, catalog, view, binding).map(Arc::new)
    }

    /// The parameters of a run that begins now: [fitted](Self::fitted), and with the moments that it reads.
    ///
    /// # Errors
    /// As [`fitted`](Self::fitted).
    pub(crate) fn ready(
        &self,
        before: &Self,
        params: Vec<Value>,
        began: &StatementClock,
    ) -> Result<Vec<Value>> {
        let mut params = self.fitted(before, params)?;
        self.parameters.set_moments(&mut params, began);
        Ok(params)
    }

    /// Gives parameters the types that their places want, which `before` had given those of its own.
    ///
    /// # Errors
    /// A value is not one of its type.
    pub(crate) fn fitted(&self, before: &Self, params: Vec<Value>) -> Result<Vec<Value>> {
        if std::ptr::eq(self, before) && !self.parameters.has_labels() {
            Ok(params)
        } else {
            self.parameters.coerce_all(params)
        }
    }

    /// Starts a run of the statement's own plan: the one that rests here, or another.
    ///
    /// # Errors
    /// As [`Execution::start`].
    pub(crate) fn start(&self, plan: &Arc<Plan>, params: &[Value]) -> Result<Run> {
        if let Some(run) = self.spare.wake(params)? {
            return Ok(run);
        }
        Ok(Run {
            execution: Box::new(Execution::start(plan, params)?),
            batch: Batch::default(),
        })
    }

    /// Takes a run back that did not fail.
    pub(crate) fn finish(&self, run: Run) {
        self.spare.keep(run);
    }

    /// The statement's text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Does it give rows that are the point of it? What `CALL` reports may be left aside.
    pub(crate) fn is_query(&self) -> bool {
        let calls = matches!(
            self.action,
            Action::Persist { .. } | Action::CallLake { .. }
        );
        !self.names.is_empty() && !calls
    }

    /// Which way it copies, if it is a COPY.
    pub(crate) fn copy_way(&self) -> Option<CopyWay> {
        use bound::CopyPlace::{File, Stream};
        match &self.action {
            Action::Write { input, .. } => Some(match input.as_ref()?.place {
                File(_) => CopyWay::FromFile,
                Stream => CopyWay::FromStdin,
            }),
            Action::CopyTo { output, .. } => Some(match output.place {
                File(_) => CopyWay::ToFile,
                Stream => CopyWay::ToStdout,
            }),
            _ => None,
        }
    }

    /// The table in a lake that it makes or opens.
    pub(crate) fn creates_lake_table(&self) -> Option<NewLakeTable<'_>> {
        let Action::Write { plan, .. } = &self.action else {
            return None;
        };
        let create = match &plan.root {
            PhysicalPlan::CreateTable(create) => create,
            PhysicalPlan::CreateTableAs(create) => &create.create,
            _ => return None,
        };
        let lake = create.lake.as_ref()?;
        Some(NewLakeTable {
            name: &create.name,
            location: &lake.location,
            is_encrypted: lake.encryption != NewEncryption::Clear,
        })
    }

    /// Does it leave the database as it is?
    pub(crate) fn is_read_only(&self) -> bool {
        !matches!(
            self.action,
            Action::Write { .. }
                | Action::Persist { .. }
                | Action::CallLake { .. }
                | Action::Vacuum { .. }
        )
    }

    /// Is it an INSERT, UPDATE, DELETE or MERGE, or has it one in WITH?
    pub(crate) fn changes_rows(&self) -> bool {
        self.has_effect(Effect::Rows)
    }

    /// May triggers fire while it runs?
    pub(crate) fn may_fire(&self) -> bool {
        matches!(&self.action, Action::Write { plan, .. } if plan.root.may_fire())
    }

    /// Does it change definitions?
    pub(crate) fn redefines(&self) -> bool {
        self.has_effect(Effect::Definitions)
    }

    fn has_effect(&self, wanted: Effect) -> bool {
        matches!(self.action, Action::Write { effect, .. } if effect == wanted)
    }

    /// Does it mean the same whatever tables there are?
    fn is_free_of_schema(&self) -> bool {
        matches!(
            self.action,
            Action::Begin(_)
                | Action::Commit
                | Action::Rollback
                | Action::Savepoint(_)
                | Action::Release(_)
                | Action::RollbackTo(_)
                | Action::Pragma(_)
                | Action::Vacuum { .. }
        )
    }
}

fn action(bound: &bound::BoundStatement, view: &dyn View) -> Result<(Action, Arc<[String]>)> {
    use bound::Statement;
    let no_rows = || Arc::from([]);
    Ok(match &bound.statement {
        Statement::Begin(mode) => (Action::Begin(*mode), no_rows()),
        Statement::Commit => (Action::Commit, no_rows()),
        Statement::Rollback => (Action::Rollback, no_rows()),
        Statement::Savepoint(name) => (Action::Savepoint(name.clone()), no_rows()),
        Statement::Release(name) => (Action::Release(name.clone()), no_rows()),
        Statement::RollbackTo(name) => (Action::RollbackTo(name.clone()), no_rows()),
        Statement::SetConstraints { names, deferred } => {
            let action = Action::SetConstraints {
                names: names.clone(),
                deferred: *deferred,
            };
            (action, no_rows())
        }
        Statement::Nothing => (Action::Nothing, no_rows()),
        Statement::CallPersistAnnIndex { table, column } => {
            let action = Action::Persist {
                table: table.clone(),
                column: column.clone(),
            };
            (action, PERSIST_COLUMNS.map(str::to_owned).into())
        }
        Statement::CallLake {
            procedure,
            arguments,
        } => {
            let names = procedure.columns().iter().map(|&name| name.to_owned());
            let action = Action::CallLake {
                procedure: *procedure,
                arguments: arguments.clone(),
            };
            (action, names.collect())
        }
        Statement::Pragma(what) => {
            let names = pragma::columns(what).iter();
            let names = names.map(|&name| name.to_owned()).collect();
            (Action::Pragma(what.clone()), names)
        }
        Statement::Vacuum { into } => (Action::Vacuum { into: into.clone() }, no_rows()),
        Statement::CopyTo { output, .. } => {
            if bound.parameters.sequences != SequenceUse::None {
                return Err(Error::unsupported(
                    "COPY of a query that draws from a sequence",
                ));
            }
            let plan = Arc::new(plan::plan(&bound.statement, &PlanContext::new(view))?);
            let output = output.clone();
            (Action::CopyTo { plan, output }, no_rows())
        }
        statement => {
            let plan = plan::plan(&bound.statement, &PlanContext::new(view))?;
            let names = plan.columns.iter().map(|c| c.name.clone()).collect();
            let plan = Arc::new(plan);
            let draws = bound.parameters.sequences != SequenceUse::None;
            let action = match (reads_only(statement), changes_rows(statement)) {
                (true, _) if !draws || is_told(statement) => Action::Read(plan),
                (true, _) => Action::Write {
                    plan,
                    effect: Effect::Sequences,
                    input: None,
                },
                (false, true) => Action::Write {
                    plan,
                    effect: Effect::Rows,
                    input: match statement {
                        Statement::CopyFrom { input, .. } => Some(Box::new(input.clone())),
                        _ => None,
                    },
                },
                (false, false) => Action::Write {
                    plan,
                    effect: Effect::Definitions,
                    input: None,
                },
            };
            (action, names)
        }
    })
}

fn changes_rows(statement: &bound::Statement) -> bool {
    use bound::Statement;
    match statement {
        Statement::Insert(_)
        | Statement::CopyFrom { .. }
        | Statement::Update(_)
        | Statement::Delete(_)
        | Statement::Merge(_)
        | Statement::Instead(_)
        | Statement::With(_) => true,
        Statement::Explain { statement, .. } => changes_rows(statement),
        _ => false,
    }
}

/// Is it explained without being run?
fn is_told(statement: &bound::Statement) -> bool {
    matches!(statement, bound::Statement::Explain { explain, .. } if !explain.analyze)
}

fn reads_only(statement: &bound::Statement) -> bool {
    match statement {
        bound::Statement::Query(_) => true,
        bound::Statement::Explain { explain, statement } => {
            !explain.analyze || reads_only(statement)
        }
        _ => false,
    }
}
