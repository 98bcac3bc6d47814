//! Plans and operators over small databases in memory, from SQL text to rows.

mod access;
mod changes;
mod differential;
mod interrupts;
mod plans;
mod queries;

use std::sync::Arc;

use citadel_txn::{Database, Key, MemoryStorage, Options, PageSize, WriteTxn};

use super::{ExecContext, Execution, Interrupt, Surroundings, Txn};
use crate::ann::SegmentCache;
use crate::error::Result;
use crate::plan::{PlanContext, plan};
use crate::schema::AnnSettings;
use crate::schema::Catalog;
use crate::types::{Value, ValueRef};
use crate::{bind, parse, store};

/// A database that runs one statement after another, each in a transaction of its own.
pub(super) struct Db {
    database: Database,
    segments: SegmentCache,
}

/// What a statement gave.
pub(super) struct Answer {
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) changed: u64,
    pub(super) last_rowid: Option<i64>,
}

impl Db {
    pub(super) fn new() -> Self {
        let options = Options {
            page_size: PageSize::new(512).unwrap(),
            ..Options::default()
        };
        let storage = Arc::new(MemoryStorage::new());
        Self {
            database: Database::create(storage, &Key::raw([3; 32]), options).unwrap(),
            segments: SegmentCache::new(1 << 20),
        }
    }

    /// A database after some statements.
    pub(super) fn after(sql: &str) -> Self {
        let db = Self::new();
        db.all(sql).unwrap();
        db
    }

    /// Runs all statements of a text; gives the last one's answer. What fails is rolled back.
    pub(super) fn all(&self, sql: &str) -> Result<Answer> {
        self.with(sql, &[])
    }

    /// The same with parameters.
    pub(super) fn with(&self, sql: &str, params: &[Value]) -> Result<Answer> {
        let mut last = Answer {
            rows: Vec::new(),
            changed: 0,
            last_rowid: None,
        };
        for parsed in parse::parse(sql)? {
            let mut txn = self.database.begin_write()?;
            let text = &sql[parsed.text.clone()];
            last = self.run(&parsed.statement, text, params, &mut txn)?;
            let catalog = Catalog::load(&txn)?;
            assert_eq!(store::check_all(&txn, &catalog)?, Vec::<String>::new());
            txn.commit()?;
        }
        Ok(last)
    }

    fn run(
        &self,
        statement: &crate::ast::Statement,
        text: &str,
        params: &[Value],
        txn: &mut WriteTxn,
    ) -> Result<Answer> {
        let catalog = Catalog::load(txn)?;
        let bound = bind::bind(statement, text, &catalog, &Default::default())?;
        let plan = Arc::new(plan(&bound.statement, &PlanContext::new(txn))?);
        let mut execution = Execution::start(&plan, params)?;
        let interrupt = Interrupt::default();
        let around = Surroundings {
            interrupt: &interrupt,
            segments: &self.segments,
            progress: crate::ann::BuildProgress::default(),
            ann: AnnSettings::default(),
            memory: usize::MAX,
            lake: crate::lake::LakeUse {
                lakes: &crate::lake::Lakes::default(),
                pins: &crate::lake::Pins::default(),
                watch: &std::sync::Arc::default(),
            },
            threads: 1,
            listener: None,
        };
        let mut context = ExecContext::new(Txn::Write(txn), params, around);
        let mut rows = Vec::new();
        while let Some(batch) = execution.next(&mut context)? {
            assert_eq!(batch.columns.len(), plan.columns.len());
            for row in 0..batch.rows {
                let values = batch.columns.iter().map(|column| column.get(row));
                rows.push(values.map(ValueRef::to_owned).collect());
            }
        }
        assert!(execution.next(&mut context)?.is_none());
        Ok(Answer {
            rows,
            changed: execution.rows_changed(),
            last_rowid: execution.last_rowid(),
        })
    }

    /// The rows of a query as text: columns with `|`.
    pub(super) fn rows(&self, sql: &str) -> Vec<String> {
        text(
            &self
                .all(sql)
                .unwrap_or_else(|error| panic!("{sql}: {error}"))
                .rows,
        )
    }

    /// The same, in the order of the text.
    pub(super) fn sorted_rows(&self, sql: &str) -> Vec<String> {
        let mut rows = self.rows(sql);
        rows.sort_unstable();
        rows
    }

    /// The message of a statement that fails.
    pub(super) fn error(&self, sql: &str) -> String {
        match self.all(sql) {
            Ok(_) => panic!("{sql} did not fail"),
            Err(error) => error.to_string(),
        }
    }

    /// The lines of EXPLAIN.
    pub(super) fn plan(&self, sql: &str) -> String {
        self.rows(&format!("EXPLAIN {sql}")).join("\n")
    }
}

pub(super) fn text(rows: &[Vec<Value>]) -> Vec<String> {
    let line = |row: &Vec<Value>| {
        let cells: Vec<String> = row.iter().map(cell).collect();
        cells.join("|")
    };
    rows.iter().map(line).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        value => crate::plan::value_text(value),
    }
}
