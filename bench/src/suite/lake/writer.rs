//! Writers of tables in a folder, with one face.

use std::path::Path;

use serde_json::{Value, json};

use crate::Result;
use crate::data::Query;
use crate::engine::{Answer, Child, Outcome};

/// When the vector indexes of what is appended are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// With the append.
    Indexed,
    /// Behind it, or not at all.
    Deferred,
}

impl Way {
    pub(super) fn name(self) -> &'static str {
        match self {
            Way::Indexed => "indexed",
            Way::Deferred => "deferred",
        }
    }
}

/// Something that writes tables in folders and searches them.
pub(super) trait Writer {
    fn name(&self) -> &str;

    /// Its name and version, and how it is set up.
    fn version(&self) -> String;

    /// Makes a table in a folder that is not there, and appends all rows in so many commits; seconds until the last one is done.
    /// What goes on behind it is over when this returns, and not counted.
    fn append(&mut self, folder: &Path, way: Way, commits: usize) -> Result<f64>;

    /// Answers queries on a table that is open, one after the other, and times itself.
    fn search(&mut self, folder: &Path, queries: &[Query]) -> Result<Outcome>;

    /// Milliseconds of opening a table and answering one query.
    fn oneshot_ms(&mut self, folder: &Path, query: &Query) -> Result<f64>;
}

/// One in a child process.
impl Writer for Child {
    fn name(&self) -> &str {
        self.called()
    }

    fn version(&self) -> String {
        self.introduction()
    }

    fn append(&mut self, folder: &Path, way: Way, commits: usize) -> Result<f64> {
        let request =
            json!({"do": "append", "folder": folder, "way": way.name(), "commits": commits});
        number(&self.tell(request)?, "seconds")
    }

    fn search(&mut self, folder: &Path, queries: &[Query]) -> Result<Outcome> {
        let answer = self.tell(json!({
            "do": "search",
            "folder": folder,
            "from": queries.first().map_or(0, |query| query.number),
            "count": queries.len(),
        }))?;
        let answers: Vec<Answer> = serde_json::from_value(answer["answers"].clone())?;
        Ok(Outcome {
            seconds: number(&answer, "seconds")?,
            answers,
        })
    }

    fn oneshot_ms(&mut self, folder: &Path, query: &Query) -> Result<f64> {
        let request = json!({"do": "oneshot", "folder": folder, "from": query.number});
        number(&self.tell(request)?, "ms")
    }
}

fn number(answer: &Value, name: &str) -> Result<f64> {
    let number = answer[name].as_f64();
    number.ok_or_else(|| format!("an answer without {name}").into())
}
