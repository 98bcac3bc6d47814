//! Citadel, through SQL: an encrypted file, prepared statements, bound vectors.

use std::path::{Path, PathBuf};

use citadel_sql::{Connection, Key, Options, params};

use super::{Answer, Engine};
use crate::Result;
use crate::data::{DIM, DataSet, Filter, Query};

/// Room for all pages of the data set, as the peers have it.
const CACHE_BYTES: usize = 512 << 20;

/// An encrypted file.
pub(crate) struct Citadel {
    connection: Connection,
    path: PathBuf,
    plan: &'static str,
}

impl Citadel {
    /// A new file with all rows and no index.
    pub(crate) fn load(path: &Path, data: &DataSet) -> Result<Self> {
        let mut engine = Self {
            connection: open(path)?,
            path: path.to_owned(),
            plan: "VectorTopKPlan",
        };
        engine.connection.execute_batch(&format!(
            "CREATE TABLE pkgs (id INTEGER PRIMARY KEY, section TEXT, priority TEXT, installed_size INTEGER, emb VECTOR({DIM}))"
        ))?;
        let transaction = engine.connection.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO pkgs VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (row, attributes) in data.attributes.iter().enumerate() {
                insert.execute(params![
                    row as i64,
                    attributes.section,
                    attributes.priority,
                    attributes.installed_size,
                    data.vector(row),
                ])?;
            }
        }
        transaction.commit()?;
        Ok(engine)
    }

    /// Builds and stores the index.
    pub(crate) fn build_index(&mut self) -> Result<()> {
        self.connection.execute_batch(
            "CREATE INDEX pkgs_emb ON pkgs USING ann (emb) WITH (metric = 'l2', filters = 'section,priority,installed_size')",
        )?;
        self.connection.persist_ann_index("pkgs", "emb")?;
        self.plan = "AnnTopKPlan";
        Ok(())
    }

    /// Closes the file and opens it again.
    pub(crate) fn reopen(self) -> Result<Self> {
        let Self {
            connection,
            path,
            plan,
        } = self;
        drop(connection);
        Ok(Self {
            connection: open(&path)?,
            path,
            plan,
        })
    }

    /// Bytes in the file.
    pub(crate) fn file_bytes(&self) -> Result<u64> {
        Ok(std::fs::metadata(&self.path)?.len())
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The text of the query.
    pub(crate) fn sql(filter: Filter, k: usize) -> String {
        let condition = filter
            .condition()
            .map_or(String::new(), |c| format!(" WHERE {c}"));
        format!("SELECT id FROM pkgs{condition} ORDER BY emb <-> ?1 LIMIT {k}")
    }

    /// Whether the plan of the query is the one that is to be measured.
    pub(crate) fn require_plan(&self, filter: Filter, k: usize) -> Result<()> {
        let explain = format!("EXPLAIN {}", Self::sql(filter, k));
        let mut statement = self.connection.prepare(&explain)?;
        let zero = vec![1.0f32; DIM];
        let read = |row: &citadel_sql::Row<'_>| row.get::<_, String>(0);
        let lines: citadel_sql::Result<Vec<String>> = if statement.parameter_count() == 2 {
            statement.query_map(params![zero, "net"], read)?.collect()
        } else {
            statement.query_map(params![zero], read)?.collect()
        };
        let text = lines?.join("\n");
        if text.contains(self.plan) {
            Ok(())
        } else {
            Err(format!("the plan is not {}:\n{text}", self.plan).into())
        }
    }
}

fn open(path: &Path) -> Result<Connection> {
    let options = Options::default().cache_bytes(CACHE_BYTES);
    Ok(Connection::open_with(path, Key::raw([42; 32]), options)?)
}

impl Engine for Citadel {
    fn name(&self) -> &'static str {
        "citadel"
    }

    fn params(&self) -> String {
        self.plan.into()
    }

    fn answer(&mut self, queries: &[Query], filter: Filter, k: usize) -> Result<Vec<Answer>> {
        let mut select = self.connection.prepare_cached(&Self::sql(filter, k))?;
        let with_section = select.parameter_count() == 2;
        let mut answers = Vec::with_capacity(queries.len());
        for query in queries {
            let vector = query.vector.as_slice();
            let mut rows = if with_section {
                select.query(params![vector, query.section])?
            } else {
                select.query(params![vector])?
            };
            let mut answer = Answer::with_capacity(k);
            while let Some(row) = rows.next()? {
                answer.push(row.get(0)?);
            }
            answers.push(answer);
        }
        Ok(answers)
    }
}
