//! One file, in this process.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Instant;

use super::engine::{Engine, EngineName, Rows};
use super::expected::{Form, Labels, difference};
use super::outcome::{Kind, Outcome, Verdict};
use super::record::{Ask, Record, read};

/// Runs a file, and tells the outcome of each record on standard output, after a line with all their kinds.
///
/// # Errors
/// The file is no script; the engine does not open; nobody listens.
pub fn run_file(path: &Path, engine: EngineName, most: usize) -> Result<(), String> {
    let form = match path.extension().is_some_and(|ext| ext == "test") {
        true => Form::Values,
        false => Form::Rows,
    };
    // Scripts of SQLite mark what is its dialect, and most of that is ours as well.
    let names = match form {
        Form::Values => &["citadel", "sqlite"][..],
        Form::Rows => &["citadel", "postgresql"][..],
    };
    let mut records = read(path, names)?;
    records.truncate(most);
    let kinds: String = records
        .iter()
        .map(|r| (kind_of(r) as u8).to_string())
        .collect();
    let mut output = std::io::stdout().lock();
    let mut tell = |line: &str| writeln!(output, "{line}").map_err(|error| error.to_string());
    tell(&kinds)?;
    let connection = engine.open()?;
    let mut labels = Labels::new();
    for record in &records {
        tell(&run(&connection, record, form, &mut labels).to_line())?;
    }
    Ok(())
}

fn kind_of(record: &Record) -> Kind {
    match record.ask {
        Ask::Rows(_) => Kind::Query,
        Ask::Succeed => Kind::Statement,
        Ask::Fail => Kind::ExpectedError,
    }
}

fn run(engine: &Engine, record: &Record, form: Form, labels: &mut Labels) -> Outcome {
    let started = Instant::now();
    let ran = catch_unwind(AssertUnwindSafe(|| engine.run(&record.sql)));
    let took = started.elapsed();
    let (verdict, reason) = match ran {
        Err(panic) => (Verdict::Panicked, panic_text(&*panic)),
        Ok(result) => judge(record, result, form, labels),
    };
    let passed = verdict == Verdict::Passed;
    Outcome {
        line: record.line,
        kind: kind_of(record),
        verdict,
        took,
        reason,
        sql: if passed {
            String::new()
        } else {
            record.sql.clone()
        },
    }
}

fn judge(
    record: &Record,
    result: Result<Rows, String>,
    form: Form,
    labels: &mut Labels,
) -> (Verdict, String) {
    match (&record.ask, result) {
        (Ask::Succeed, Ok(_)) | (Ask::Fail, Err(_)) => (Verdict::Passed, String::new()),
        (Ask::Succeed | Ask::Rows(_), Err(error)) => (Verdict::Failed, error),
        (Ask::Fail, Ok(_)) => (Verdict::Wrong, "it succeeds where it must fail".into()),
        (Ask::Rows(query), Ok(rows)) => match difference(query, &rows, form, labels) {
            None => (Verdict::Passed, String::new()),
            Some(difference) => (Verdict::Wrong, difference),
        },
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic").to_owned()
}
