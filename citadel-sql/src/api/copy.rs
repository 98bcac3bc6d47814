//! COPY: rows from a file or a reader, and rows to a file or a writer.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::api::ann::constant_text;
use crate::api::connection::Connection;
use crate::api::prepared::{Action, Prepared};
use crate::api::run::Cursor;
use crate::batch::Batch;
use crate::bind::bound::{CopyInput, CopyPlace};
use crate::copy::{Format, Input, Output, RejectedRow, io_error};
use crate::error::{Error, Result};
use crate::execute::ExecContext;
use crate::parquet::{self, FileColumn};
use crate::types::Value;
use crate::types::temporal::Zone;

/// What the caller of COPY gives.
pub(crate) enum Stream<'s> {
    None,
    Reader(&'s mut dyn Read),
    Writer(&'s mut dyn Write),
}

/// Which way COPY goes, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyWay {
    /// `FROM 'file'`
    FromFile,
    /// `FROM STDIN`: [`Connection::copy_in`] runs it.
    FromStdin,
    /// `TO 'file'`
    ToFile,
    /// `TO STDOUT`: [`Connection::copy_out`] runs it.
    ToStdout,
}

/// Rows that the last COPY left out.
#[derive(Debug, Default)]
pub(crate) struct Rejected {
    rows: Vec<RejectedRow>,
    count: u64,
}

impl Connection {
    /// Runs `COPY … FROM STDIN` over what a reader gives, and tells how many rows were put in. As any statement, it puts in
    /// all of them or none.
    ///
    /// ```
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = citadel_sql::Connection::open_in_memory()?;
    /// db.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, emb VECTOR(2))")?;
    /// let csv = "id,name,emb\n1,one,\"[0.5, 1.5]\"\n2,,\n";
    /// let rows = db.copy_in("COPY t FROM STDIN (FORMAT csv, HEADER)", csv.as_bytes())?;
    /// assert_eq!(rows, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The statement is no such COPY; what is read is not of its format, a value is none of its column's type, or a constraint
    /// refuses a row: the message names the line. Or reading fails.
    pub fn copy_in(&self, sql: &str, mut reader: impl Read) -> Result<u64> {
        let mut statement = self.prepare(sql)?;
        match statement.copy_way() == Some(CopyWay::FromStdin) {
            true => statement.copy((), Stream::Reader(&mut reader)),
            false => Err(Error::Misuse("copy_in runs COPY … FROM STDIN".to_owned())),
        }
    }

    /// Runs `COPY … TO STDOUT` into a writer, and tells how many rows it got.
    ///
    /// ```
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = citadel_sql::Connection::open_in_memory()?;
    /// let mut lines = Vec::new();
    /// db.copy_out("COPY (SELECT 1 AS a, 'x' AS b) TO STDOUT (FORMAT json)", &mut lines)?;
    /// assert_eq!(lines, b"{\"a\":1,\"b\":\"x\"}\n");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The statement is no such COPY, or cannot be run; or writing fails, and then some rows may have been written.
    pub fn copy_out(&self, sql: &str, mut writer: impl Write) -> Result<u64> {
        let mut statement = self.prepare(sql)?;
        match statement.copy_way() == Some(CopyWay::ToStdout) {
            true => statement.copy((), Stream::Writer(&mut writer)),
            false => Err(Error::Misuse("copy_out runs COPY … TO STDOUT".to_owned())),
        }
    }

    /// The rows that the last COPY with `ON_ERROR ignore` has left out, the first thousand of them.
    pub fn rejected_rows(&self) -> Vec<RejectedRow> {
        self.rejected.borrow().rows.clone()
    }

    /// How many rows the last COPY with `ON_ERROR ignore` has left out.
    pub fn rejected_count(&self) -> u64 {
        self.rejected.borrow().count
    }

    /// Runs an INSERT over the rows that come.
    pub(crate) fn copy_from(
        &self,
        (input, zone): (&CopyInput, &Zone),
        stream: Stream<'_>,
        context: ExecContext<'_>,
        run: impl FnOnce(&mut ExecContext<'_>) -> Result<()>,
    ) -> Result<()> {
        *self.rejected.borrow_mut() = Rejected::default();
        if let (Format::Parquet, CopyPlace::File(path)) = (&input.format, &input.place) {
            let path = constant_text(path, context.params, "COPY takes the name of a file")?;
            let columns = input.columns.iter();
            let columns: Vec<_> = columns.map(|c| (c.name.clone(), c.ty)).collect();
            let mut rows = parquet::read(path, &columns)?;
            return run(&mut ExecContext {
                feed: Some(&mut *rows),
                ..context
            });
        }
        let mut file;
        let reader: &mut dyn Read = match (&input.place, stream) {
            (CopyPlace::Stream, Stream::Reader(reader)) => reader,
            (CopyPlace::Stream, _) => {
                return Err(Error::Misuse(
                    "COPY FROM STDIN is run by Connection::copy_in".to_owned(),
                ));
            }
            (CopyPlace::File(path), _) => {
                let path = constant_text(path, context.params, "COPY takes the name of a file")?;
                let opened = File::open(path);
                file = opened.map_err(|error| io_error(&format!("open \"{path}\""), &error))?;
                &mut file
            }
        };
        let mut rows = Input::new(reader, &input.format, &input.columns, input.on_error, zone)?;
        let mut context = ExecContext {
            feed: Some(&mut rows),
            ..context
        };
        run(&mut context)?;
        let (rows, count) = rows.take_rejected();
        *self.rejected.borrow_mut() = Rejected { rows, count };
        Ok(())
    }

    /// Runs a query and writes its rows; tells how many there were.
    pub(crate) fn copy_to(
        &self,
        prepared: &Arc<Prepared>,
        params: Vec<Value>,
        stream: Stream<'_>,
    ) -> Result<u64> {
        let source = self.session().read()?;
        let binding = self.bind_context();
        let current = self.with_source(&source, |txn, catalog, _| {
            prepared.current(catalog, txn.view(), &binding)
        })?;
        let Action::CopyTo { plan, output } = &current.action else {
            return Err(Error::Misuse(
                "the statement is no COPY any more".to_owned(),
            ));
        };
        let began = self.session().clock();
        let params = current.ready(prepared, params, &began)?;
        let names: Vec<String> = plan
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        let run = current.start(plan, &params)?;
        let path = match &output.place {
            CopyPlace::File(path) => {
                Some(constant_text(path, &params, "COPY takes the name of a file")?.to_owned())
            }
            CopyPlace::Stream => None,
        };
        let mut cursor = Cursor::Lazy {
            run,
            source,
            params,
        };
        if let (Format::Parquet, Some(path)) = (&output.format, &path) {
            let columns = plan.columns.iter().zip(&output.limits);
            let columns = columns.map(|(column, limit)| FileColumn {
                name: column.name.clone(),
                ty: column.ty,
                limit: *limit,
            });
            let columns: Vec<FileColumn> = columns.collect();
            return publish(Path::new(path), |partial| {
                let mut file = parquet::create(partial, &columns)?;
                let (mut batch, mut rows) = (Batch::default(), 0);
                while self.next_batch(&mut cursor, &mut batch)? {
                    file.write(&batch)?;
                    rows += batch.rows as u64;
                }
                file.finish()?;
                Ok(rows)
            });
        }
        let mut write = |writer: &mut dyn Write| {
            let mut output = Output::new(writer, &output.format, &names, &binding.zone)?;
            let mut batch = Batch::default();
            while self.next_batch(&mut cursor, &mut batch)? {
                output.write(&batch)?;
            }
            output.finish()
        };
        match (path, stream) {
            (Some(path), _) => write_file(Path::new(&path), write),
            (None, Stream::Writer(writer)) => write(writer),
            (None, _) => Err(Error::Misuse(
                "COPY TO STDOUT is run by Connection::copy_out".to_owned(),
            )),
        }
    }
}

/// Writes text into a file.
fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<u64>) -> Result<u64> {
    publish(path, |partial| {
        let failed =
            |error: &std::io::Error| io_error(&format!("write \"{}\"", partial.display()), error);
        let mut file = File::create(partial).map_err(|error| failed(&error))?;
        let rows = write(&mut file)?;
        file.sync_all().map_err(|error| failed(&error))?;
        Ok(rows)
    })
}

/// Has a file written under another name, and gives it its own when it is whole; one that was there stays until then.
fn publish(path: &Path, write: impl FnOnce(&Path) -> Result<u64>) -> Result<u64> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = write(&partial).and_then(|rows| {
        let renamed = fs::rename(&partial, path);
        renamed.map_err(|error| io_error(&format!("write \"{}\"", path.display()), &error))?;
        Ok(rows)
    });
    if written.is_err() {
        // Nobody misses it; the error is the one to tell.
        let _ = fs::remove_file(&partial);
    }
    written
}
