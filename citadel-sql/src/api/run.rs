//! Running a prepared statement: rows as they are asked for, writes at once and whole.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use citadel_txn::{Quiet, WriteTxn};
use parking_lot::Mutex;
use tracing::Level;

use crate::api::ann::constant_text;
use crate::api::connection::Connection;
use crate::api::copy::Stream;
use crate::api::prepared::{Action, Prepared};
use crate::api::session::{Done, Snapshot, Source};
use crate::api::spare::Run;
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::execute::{ExecContext, Many, Surroundings, Triggering, Txn};
use crate::functions::SequenceUse;
use crate::lake::{LakeUse, Pins};
use crate::schema::Catalog;
use crate::store::KeyCheck;
use crate::types::temporal::Zone;
use crate::types::{StatementClock, Value};

/// Where `tracing` is told of statements.
const STATEMENT: &str = "citadel_sql::statement";

/// The rows of a statement that was started.
#[derive(Debug)]
pub(crate) enum Cursor {
    /// Computed as they are asked for.
    Lazy {
        run: Run,
        source: Source,
        params: Vec<Value>,
    },
    /// Computed already.
    Ready(VecDeque<Batch>),
}

/// A statement that was started, and, if it writes, is done.
#[derive(Debug)]
pub(crate) struct Started {
    /// As it was run: planned anew if the schema had changed.
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) cursor: Cursor,
    /// Rows that it changed.
    pub(crate) changed: u64,
}

/// What a write did. Statements write into it where it lies, as moving it would take longer than a small one runs.
#[derive(Default)]
struct Written {
    batches: VecDeque<Batch>,
    changed: u64,
    last_rowid: Option<i64>,
}

impl Started {
    fn done(prepared: &Arc<Prepared>) -> Self {
        Self {
            prepared: Arc::clone(prepared),
            cursor: Cursor::Ready(VecDeque::new()),
            changed: 0,
        }
    }
}

impl Connection {
    /// Starts a statement; COPY reads from the stream or writes to it.
    pub(crate) fn start_with(
        &self,
        prepared: &Arc<Prepared>,
        params: Vec<Value>,
        stream: Stream<'_>,
    ) -> Result<Started> {
        self.arm_interrupt();
        tracing::debug!(target: STATEMENT, sql = prepared.text(), "starts");
        match &prepared.action {
            Action::Begin(mode) => self.session().begin(*mode)?,
            Action::Commit => self.session().commit()?,
            Action::Rollback => self.session().rollback()?,
            Action::Savepoint(name) => self.session().set_savepoint(name)?,
            Action::Release(name) => self.session().release(name)?,
            Action::RollbackTo(name) => self.session().rollback_to(name)?,
            Action::Read(_) => return self.start_reading(prepared, params),
            Action::SetConstraints { names, deferred } => {
                self.session().set_constraints(names, *deferred)?;
            }
            Action::Write { .. } => return self.run_write(prepared, params, stream),
            Action::CopyTo { .. } => {
                let mut started = Started::done(prepared);
                started.changed = self.copy_to(prepared, params, stream)?;
                return Ok(started);
            }
            Action::Nothing => {
                let binding = self.bind_context();
                let current = self
                    .session()
                    .look(|view, catalog| prepared.current(catalog, view, &binding))?;
                if let Action::Write { .. } = current.action {
                    let params = current.fitted(prepared, params)?;
                    return self.run_write(&current, params, stream);
                }
            }
            Action::Persist { table, column } => {
                let mut started = Started::done(prepared);
                let row = self.call_persist(table, column, &params)?;
                started.cursor = Cursor::Ready([row].into());
                return Ok(started);
            }
            Action::CallLake {
                procedure,
                arguments,
            } => {
                let mut started = Started::done(prepared);
                let row = self.call_lake(*procedure, arguments, &params)?;
                started.cursor = Cursor::Ready([row].into());
                return Ok(started);
            }
            Action::Pragma(pragma) => {
                let mut started = Started::done(prepared);
                let rows = self.run_pragma(pragma)?;
                started.cursor = Cursor::Ready(rows.into_iter().collect());
                return Ok(started);
            }
            Action::Vacuum { into: None } => {
                self.vacuum(&mut Quiet)?;
            }
            Action::Vacuum { into: Some(file) } => {
                let params = prepared.parameters.coerce_all(params)?;
                let file = constant_text(file, &params, "VACUUM INTO takes the name of a file")?;
                self.vacuum_into(file, &mut Quiet)?;
            }
        }
        Ok(Started::done(prepared))
    }

    fn start_reading(&self, prepared: &Arc<Prepared>, params: Vec<Value>) -> Result<Started> {
        let source = self.session().read()?;
        let binding = self.bind_context();
        let current = self.with_source(&source, |txn, catalog, _| {
            prepared.current(catalog, txn.view(), &binding)
        })?;
        let Action::Read(plan) = &current.action else {
            return Ok(Started::done(&current));
        };
        let began = self.session().clock();
        let params = current.ready(prepared, params, &began)?;
        let run = current.start(plan, &params)?;
        Ok(Started {
            cursor: Cursor::Lazy {
                run,
                source,
                params,
            },
            prepared: current,
            changed: 0,
        })
    }

    /// Runs a query for many sets of parameters in one snapshot; gives the query as it was run, and the rows of each set.
    pub(crate) fn run_many(
        &self,
        prepared: &Arc<Prepared>,
        sets: Vec<Vec<Value>>,
    ) -> Result<(Arc<Prepared>, Vec<Vec<Batch>>)> {
        self.arm_interrupt();
        let source = self.session().read()?;
        let binding = self.bind_context();
        let began = self.session().clock();
        self.with_source(&source, |txn, catalog, pins| {
            let current = prepared.current(catalog, txn.view(), &binding)?;
            let Action::Read(plan) = &current.action else {
                return Err(only_queries());
            };
            let sets = sets
                .into_iter()
                .map(|params| current.ready(prepared, params, &began))
                .collect::<Result<Vec<_>>>()?;
            let many = Many {
                plan,
                sets: &sets,
                interrupt: self.interrupt(),
                segments: &self.database().shared().segments,
                ann: self.ann_settings(),
                memory: self.work_mem(),
                lake: self.lake_use(pins),
                threads: self.threads(),
            };
            let given = many.run(txn)?;
            Ok((current, given))
        })
    }

    fn run_write(
        &self,
        prepared: &Arc<Prepared>,
        params: Vec<Value>,
        stream: Stream<'_>,
    ) -> Result<Started> {
        let binding = self.bind_context();
        let started = tracing::enabled!(target: STATEMENT, Level::DEBUG).then(Instant::now);
        let began = self.session().clock();
        let mut written = Written::default();
        let current = self.session().write(|txn, catalog, pins| {
            let current = prepared.current(catalog, txn, &binding)?;
            let params = current.ready(prepared, params, &began)?;
            if current.may_fire() {
                began.statement();
            }
            let uses = &current.parameters.sequences;
            let late = Mutex::default();
            let firing = self.triggering(catalog, &binding.zone, &began, &late);
            let run = (&*current, &*params);
            let mut own = match uses {
                SequenceUse::None => {
                    self.write_all(run, (txn, &firing), pins, stream, &mut written)?
                }
                _ => self.with_sequences(uses, txn, catalog, |txn| {
                    self.write_all(run, (txn, &firing), pins, stream, &mut written)
                })?,
            };
            own.append(&mut late.into_inner());
            Ok(Done {
                redefined: current.redefines(),
                late: own,
                value: current,
            })
        })?;
        if current.changes_rows() {
            self.note_changes(written.changed, written.last_rowid);
        }
        if let Some(started) = started {
            let took = started.elapsed();
            tracing::debug!(target: STATEMENT, sql = prepared.text(), rows = written.changed, ?took, "wrote");
        }
        Ok(Started {
            prepared: current,
            cursor: Cursor::Ready(written.batches),
            changed: written.changed,
        })
    }

    /// Runs what may draw from sequences, and writes where they stand then.
    pub(crate) fn with_sequences<T>(
        &self,
        uses: &SequenceUse,
        txn: &mut WriteTxn,
        catalog: &Catalog,
        run: impl FnOnce(&mut WriteTxn) -> Result<T>,
    ) -> Result<T> {
        let mut sequences = self.drawn();
        sequences.open(catalog, txn, uses)?;
        let value = sequences.at_hand(|| run(txn))?;
        sequences.store(txn)?;
        Ok(value)
    }

    /// Runs a statement that writes, with its parameters, to its end; gives what of foreign keys is left to be checked.
    fn write_all(
        &self,
        (prepared, params): (&Prepared, &[Value]),
        (txn, firing): (&mut WriteTxn, &Triggering<'_>),
        pins: &Pins,
        stream: Stream<'_>,
        written: &mut Written,
    ) -> Result<Vec<KeyCheck>> {
        let Action::Write { plan, input, .. } = &prepared.action else {
            return Ok(Vec::new());
        };
        let mut run = prepared.start(plan, params)?;
        let mut context = ExecContext {
            triggers: Some(*firing),
            ..self.context(Txn::Write(txn), params, pins)
        };
        let mut run_all = |context: &mut ExecContext<'_>| {
            while let Some(batch) = run.execution.next(context)? {
                written.batches.push_back(batch);
            }
            Ok(())
        };
        match input {
            None => run_all(&mut context)?,
            Some(input) => {
                let zone = &prepared.parameters.zone;
                self.copy_from((input, zone), stream, context, run_all)?;
            }
        }
        written.changed = run.execution.rows_changed();
        written.last_rowid = run.execution.last_rowid();
        let late = run.execution.take_late_checks();
        prepared.finish(run);
        Ok(late)
    }

    /// The next rows of a query, into a batch whose memory is used again. False: there are no more.
    pub(crate) fn next_batch(&self, cursor: &mut Cursor, out: &mut Batch) -> Result<bool> {
        match cursor {
            Cursor::Ready(batches) => match batches.pop_front() {
                Some(batch) => {
                    *out = batch;
                    Ok(true)
                }
                None => Ok(false),
            },
            Cursor::Lazy {
                run,
                source,
                params,
            } => self.with_source(source, |txn, _, pins| {
                let context = &mut self.context(txn, params, pins);
                run.execution.next_into(context, out)
            }),
        }
    }

    pub(crate) fn context<'a>(
        &'a self,
        txn: Txn<'a>,
        params: &'a [Value],
        pins: &'a Pins,
    ) -> ExecContext<'a> {
        let around = Surroundings {
            interrupt: self.interrupt(),
            segments: &self.database().shared().segments,
            progress: self.build_progress(),
            ann: self.ann_settings(),
            memory: self.work_mem(),
            lake: self.lake_use(pins),
            threads: self.threads(),
            listener: self.listener(),
        };
        ExecContext::new(txn, params, around)
    }

    /// What triggers of a statement that begins now are run with.
    pub(crate) fn triggering<'a>(
        &'a self,
        catalog: &'a Catalog,
        zone: &'a Zone,
        began: &'a StatementClock,
        late: &'a Mutex<Vec<KeyCheck>>,
    ) -> Triggering<'a> {
        Triggering {
            catalog,
            zone,
            began,
            cache: self.trigger_cache(),
            late,
            depth: 0,
        }
    }

    fn lake_use<'a>(&'a self, pins: &'a Pins) -> LakeUse<'a> {
        LakeUse {
            lakes: &self.database().shared().lakes,
            pins,
            watch: self.lake_watch(),
        }
    }

    pub(crate) fn with_source<T>(
        &self,
        source: &Source,
        run: impl FnOnce(Txn<'_>, &Arc<Catalog>, &Pins) -> Result<T>,
    ) -> Result<T> {
        match source {
            Source::Snapshot(Snapshot { txn, catalog, pins }) => run(Txn::Read(txn), catalog, pins),
            Source::Writing(epoch) => {
                let mut session = self.session();
                let (txn, catalog, pins) = session.writing(*epoch)?;
                run(Txn::Write(txn), catalog, pins)
            }
        }
    }
}

/// A statement that changes something cannot be run for many sets at once.
#[cold]
fn only_queries() -> Error {
    Error::Misuse("query_many runs statements that give rows and change nothing".to_owned())
}
