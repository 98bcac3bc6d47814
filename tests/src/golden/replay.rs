//! Running a script and writing down what it gives.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use citadel_sql::{
    Connection, Database, Error, Kdf, Key, MemoryStorage, Options, PageSize, Result,
};

use super::script::{Item, parse};
use crate::text;

/// Runs a script in a database of its own with pages of so many bytes, and returns it with what it gave.
///
/// # Panics
/// The database cannot be created or opened again.
pub fn replay(script: &str, page_size: u32) -> String {
    let mut stage = Stage::new(page_size);
    let mut output = String::new();
    let mut items = parse(script).into_iter().peekable();
    while let Some(item) = items.next() {
        match item {
            Item::Verbatim(line) => writeln!(output, "{line}"),
            Item::Connection(name) => {
                let line = writeln!(output, "connection {name}");
                stage.current = name;
                line
            }
            Item::Quiet => {
                stage.quiet = true;
                writeln!(output, "quiet")
            }
            Item::Reopen => {
                stage.reopen();
                writeln!(output, "reopen")
            }
            Item::Statement(sql) => {
                let blank = Item::Verbatim(String::new());
                let apart = items.peek().is_none_or(|next| *next == blank);
                let gap = if apart { "" } else { "\n" };
                writeln!(output, "{sql}\n----\n{}{gap}", stage.run(&sql))
            }
        }
        .expect("a string takes all");
    }
    output
}

/// A database and the connections to it.
struct Stage {
    storage: MemoryStorage,
    options: Options,
    database: Option<Database>,
    connections: HashMap<String, Connection>,
    current: String,
    quiet: bool,
}

impl Stage {
    fn new(page_size: u32) -> Self {
        let storage = MemoryStorage::new();
        let page_size = PageSize::new(page_size).expect("a page size");
        let options = Options::default().page_size(page_size).kdf(Kdf::lightest());
        let database = Database::create_on(Arc::new(storage.clone()), &key(), options.clone())
            .expect("created");
        Self {
            storage,
            options,
            database: Some(database),
            connections: HashMap::new(),
            current: "a".into(),
            quiet: false,
        }
    }

    fn reopen(&mut self) {
        self.connections.clear();
        self.database = None;
        let storage = Arc::new(self.storage.clone());
        let database = Database::open_on(storage, &key(), self.options.clone());
        self.database = Some(database.expect("opened again"));
    }

    /// What a statement gives.
    fn run(&mut self, sql: &str) -> String {
        let quiet = std::mem::take(&mut self.quiet);
        let database = self.database.as_ref().expect("open");
        let connection = self
            .connections
            .entry(self.current.clone())
            .or_insert_with(|| database.connect());
        match give(connection, sql) {
            Ok(_) if quiet => "ok".into(),
            Ok(output) => output,
            Err(error) => describe(&error),
        }
    }
}

fn key() -> Key {
    Key::raw([3; 32])
}

fn give(connection: &Connection, sql: &str) -> Result<String> {
    let mut statement = connection.prepare(sql)?;
    if statement.column_count() == 0 {
        return Ok(match statement.execute(())? {
            0 => "ok".into(),
            1 => "ok, 1 row".into(),
            rows => format!("ok, {rows} rows"),
        });
    }
    let mut lines = vec![statement.column_names().join(" | ")];
    lines.extend(text::rows_of(&mut statement, ())?);
    Ok(lines.join("\n"))
}

fn describe(error: &Error) -> String {
    let mut text = "error".to_owned();
    if let Some(state) = error.sqlstate() {
        _ = write!(text, " {state}");
    }
    if let Some(at) = error.position() {
        _ = write!(text, " at {}:{}", at.line, at.column);
    }
    _ = write!(text, ": {}", error.message());
    if let Some(hint) = error.hint_text() {
        _ = write!(text, "\nhint: {hint}");
    }
    text
}
