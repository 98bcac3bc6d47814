//! Citadel, through SQL: an encrypted file, prepared statements, bound vectors.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use citadel_sql::{Connection, Key, Options, params};

use super::writes;
use super::{AfterWrite, Answer, Ask, Built, Engine, K, Outcome};
use crate::Result;
use crate::data::{DIM, DataSet, Filter, Query};
use crate::timing::timed;

/// Room for all pages of the data set, as the peers have it, and at least so much.
const CACHE_BYTES: usize = 512 << 20;
/// The recalls that are asked for, beside what the index gives of itself.
const RECALLS: [f64; 11] = [
    0.5, 0.7, 0.8, 0.88, 0.92, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999,
];
/// The setting of an index that is told nothing.
pub(crate) const DEFAULT: &str = "default";
/// Exact, from the rows alone, on the threads that a connection takes of itself.
const ROWS: &str = "rows";
/// The same on the one thread that asks.
const ONE_THREAD: &str = "one thread";
/// Exact, where the codes of an index may be used.
const CODES: &str = "codes";

/// An encrypted file.
pub(crate) struct Citadel {
    data: Arc<DataSet>,
    /// None while it is closed.
    connection: Option<Connection>,
    path: PathBuf,
}

impl Citadel {
    pub(crate) fn new(path: &Path, data: &Arc<DataSet>) -> Self {
        Self {
            data: Arc::clone(data),
            connection: None,
            path: path.to_owned(),
        }
    }

    /// A new file with all rows and no index.
    fn load(&mut self) -> Result<()> {
        let mut connection = self.opened()?;
        connection.execute_batch(&format!(
            "CREATE TABLE pkgs (id INTEGER PRIMARY KEY, section TEXT, priority TEXT, installed_size INTEGER, emb VECTOR({DIM}))"
        ))?;
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO pkgs VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (row, attributes) in self.data.attributes.iter().enumerate() {
                insert.execute(params![
                    row as i64,
                    attributes.section,
                    attributes.priority,
                    attributes.installed_size,
                    self.data.vector(row),
                ])?;
            }
        }
        transaction.commit()?;
        self.connection = Some(connection);
        Ok(())
    }

    fn opened(&self) -> Result<Connection> {
        let raw = self.data.base().len() * size_of::<f32>();
        let options = Options::default().cache_bytes(CACHE_BYTES.max(raw * 3));
        Ok(Connection::open_with(
            &self.path,
            Key::raw([42; 32]),
            options,
        )?)
    }

    pub(crate) fn connection(&self) -> Result<&Connection> {
        Ok(self.connection.as_ref().ok_or("the file is closed")?)
    }

    /// The text of the query.
    pub(crate) fn sql(filter: Filter) -> String {
        let condition = filter
            .condition()
            .map_or(String::new(), |c| format!(" WHERE {c}"));
        format!("SELECT id FROM pkgs{condition} ORDER BY emb <-> ?1 LIMIT {K}")
    }

    fn set(&self, setting: &str) -> Result<()> {
        let (recall, exact) = match setting {
            DEFAULT => ("DEFAULT", "off"),
            ROWS | ONE_THREAD => ("DEFAULT", "on"),
            CODES => ("1", "off"),
            setting => (setting.trim_start_matches("recall="), "off"),
        };
        let threads = if setting == ONE_THREAD {
            "1"
        } else {
            "DEFAULT"
        };
        self.connection()?.execute_batch(&format!(
            "SET ann_recall = {recall}; SET ann_exact = {exact}; SET threads = {threads}"
        ))?;
        Ok(())
    }

    /// Whether the plan of the query is the one that is to be measured.
    fn require_plan(&self, filter: Filter, plan: &str) -> Result<()> {
        let explain = format!("EXPLAIN {}", Self::sql(filter));
        let mut statement = self.connection()?.prepare(&explain)?;
        let some = vec![1.0f32; DIM];
        let read = |row: &citadel_sql::Row<'_>| row.get::<_, String>(0);
        let lines: citadel_sql::Result<Vec<String>> = if statement.parameter_count() == 2 {
            statement.query_map(params![some, "net"], read)?.collect()
        } else {
            statement.query_map(params![some], read)?.collect()
        };
        let text = lines?.join("\n");
        if text.contains(plan) {
            Ok(())
        } else {
            Err(format!("the plan is not {plan}:\n{text}").into())
        }
    }
}

impl Engine for Citadel {
    fn name(&self) -> &str {
        crate::SUBJECT
    }

    fn version(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let instructions = citadel_vector::instruction_set();
        format!("citadel-sql {version}: encrypted file, defaults, {instructions}")
    }

    fn build(&mut self) -> Result<Built> {
        let (load_seconds, loaded) = timed(|| self.load());
        loaded?;
        let connection = self.connection()?;
        let (seconds, built) = timed(|| -> Result<()> {
            connection.execute_batch(
                "CREATE INDEX pkgs_emb ON pkgs USING ann (emb) WITH (metric = 'l2', filters = 'section,priority,installed_size')",
            )?;
            connection.persist_ann_index("pkgs", "emb")?;
            Ok(())
        });
        built?;
        // The first query loads what was built.
        self.ask(&Ask {
            queries: &self.data.queries.clone()[..1],
            filter: Filter::Unfiltered,
            setting: DEFAULT,
            answers: false,
        })?;
        let memory = "SELECT memory_bytes FROM ann_index_status('pkgs', 'emb')";
        let mut status = self.connection()?.prepare(memory)?;
        let memory: i64 = status.query_row((), |row| row.get(0))?;
        Ok(Built {
            load_seconds: Some(load_seconds),
            seconds: Some(seconds),
            memory_bytes: Some(memory as f64),
            file_bytes: Some(std::fs::metadata(&self.path)?.len() as f64),
        })
    }

    fn settings(&mut self, filter: Filter) -> Result<Vec<String>> {
        if filter == Filter::Exact {
            return Ok(vec![ROWS.into(), ONE_THREAD.into(), CODES.into()]);
        }
        self.set(DEFAULT)?;
        self.require_plan(filter, "AnnTopKPlan")?;
        let recalls = RECALLS.map(|recall| format!("recall={recall}"));
        Ok([DEFAULT.to_owned()].into_iter().chain(recalls).collect())
    }

    fn ask(&mut self, ask: &Ask<'_>) -> Result<Outcome> {
        self.set(ask.setting)?;
        let mut select = self.connection()?.prepare_cached(&Self::sql(ask.filter))?;
        let with_section = select.parameter_count() == 2;
        let mut answers = Vec::with_capacity(ask.queries.len());
        let (seconds, done) = timed(|| -> Result<()> {
            for query in ask.queries {
                let vector = query.vector.as_slice();
                let mut rows = if with_section {
                    select.query(params![vector, query.section])?
                } else {
                    select.query(params![vector])?
                };
                let mut answer = Answer::with_capacity(K);
                while let Some(row) = rows.next()? {
                    answer.push(row.get(0)?);
                }
                answers.push(answer);
            }
            Ok(())
        });
        done?;
        Ok(Outcome { seconds, answers })
    }

    fn writes(&mut self) -> Result<Vec<AfterWrite>> {
        self.set(DEFAULT)?;
        writes::between_queries(self.connection()?, &self.data)
    }

    /// With a raw key: what comes on top is the derivation of a passphrase's key.
    fn open_ms(&mut self) -> Result<Option<f64>> {
        self.connection = None;
        let query: Vec<Query> = self.data.queries[..1].to_vec();
        let (seconds, opened) = timed(|| -> Result<()> {
            self.connection = Some(self.opened()?);
            self.ask(&Ask {
                queries: &query,
                filter: Filter::Unfiltered,
                setting: DEFAULT,
                answers: false,
            })?;
            Ok(())
        });
        opened?;
        Ok(Some(seconds * 1_000.0))
    }
}
