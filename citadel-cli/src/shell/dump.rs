//! `.dump`: a database as the statements that make it.

use std::io::{self, Write};

use citadel_sql::{Connection, Error, TableInfo};

use super::describe;
use crate::exit::{Failure, Outcome};
use crate::format;

/// Writes statements that make the tables anew: definitions, rows, and then indexes; and after all of them the views.
pub(super) fn dump(
    db: &Connection,
    tables: &[TableInfo],
    views: &[String],
    out: &mut dyn Write,
) -> Outcome<()> {
    let begun = db.is_autocommit();
    if begun {
        // All tables as of one commit.
        db.execute("BEGIN READ ONLY", ())?;
    }
    let result = write_all(db, tables, views, out);
    if begun {
        db.execute("COMMIT", ())?;
    }
    result
}

fn write_all(
    db: &Connection,
    tables: &[TableInfo],
    views: &[String],
    out: &mut dyn Write,
) -> Outcome<()> {
    out.write_all(b"BEGIN;\n").map_err(Failure::output)?;
    for table in tables {
        writeln!(out, "{}", describe::statement(&table.sql)).map_err(Failure::output)?;
        // Those of a table in a lake are there, whoever opens it.
        if table.lake_location.is_none() {
            rows(db, table, out)?;
        }
        for sql in table
            .indexes
            .iter()
            .filter_map(|index| index.sql.as_deref())
        {
            writeln!(out, "{}", describe::statement(sql)).map_err(Failure::output)?;
        }
    }
    for view in views {
        writeln!(out, "{view}").map_err(Failure::output)?;
    }
    out.write_all(b"COMMIT;\n").map_err(Failure::output)
}

fn rows(db: &Connection, table: &TableInfo, out: &mut dyn Write) -> Outcome<()> {
    let name = format!("\"{}\"", table.name.replace('"', "\"\""));
    let mut statement = db.prepare(&format!("SELECT * FROM {name}"))?;
    let columns = statement.column_count();
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let values = (0..columns)
            .map(|at| match table.columns.get(at) {
                Some(column) if column.generated => Ok("DEFAULT".to_owned()),
                _ => row.get_ref(at).map(format::literal),
            })
            .collect::<Result<Vec<String>, Error>>()?;
        let line: io::Result<()> =
            writeln!(out, "INSERT INTO {name} VALUES ({});", values.join(", "));
        line.map_err(Failure::output)?;
    }
    Ok(())
}
