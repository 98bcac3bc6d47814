//! `.dump`: a database as the statements that make it.

use std::io::{self, Write};

use citadel_sql::{Connection, Error, SequenceInfo, TableInfo};

use super::describe;
use crate::exit::{Failure, Outcome};
use crate::format;

/// A dump is often less guarded than the database, and would open the table for whoever reads it.
const LAKE_KEY: &[u8] = b"-- The key is not dumped. Add encryption_key = '...', which SELECT key FROM lake_key('...') tells in this database.\n";

/// Writes statements that make the tables anew: definitions, rows, and then indexes; and after all of them foreign keys, the views and the triggers.
pub(super) fn dump(
    db: &Connection,
    tables: &[TableInfo],
    (views, triggers): (&[String], &[String]),
    out: &mut dyn Write,
) -> Outcome<()> {
    let begun = db.is_autocommit();
    if begun {
        // All tables as of one commit.
        db.execute("BEGIN READ ONLY", ())?;
    }
    let result = write_all(db, tables, (views, triggers), out);
    if begun {
        db.execute("COMMIT", ())?;
    }
    result
}

fn write_all(
    db: &Connection,
    tables: &[TableInfo],
    (views, triggers): (&[String], &[String]),
    out: &mut dyn Write,
) -> Outcome<()> {
    out.write_all(b"BEGIN;\n").map_err(Failure::output)?;
    for ty in describe::types(db, tables)? {
        writeln!(out, "{}", describe::statement(&ty.sql)).map_err(Failure::output)?;
    }
    for domain in describe::domains(db, tables)? {
        writeln!(out, "{domain}").map_err(Failure::output)?;
    }
    let sequences = describe::sequences(db, tables)?;
    for sequence in sequences.iter().filter(|sequence| !sequence.is_identity) {
        writeln!(out, "{}", describe::statement(&sequence.sql)).map_err(Failure::output)?;
    }
    for table in tables {
        if table.lake_encrypted {
            out.write_all(LAKE_KEY).map_err(Failure::output)?;
        }
        writeln!(out, "{}", describe::statement(&table.sql_alone)).map_err(Failure::output)?;
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
    for key in tables.iter().flat_map(|table| &table.foreign_keys) {
        writeln!(out, "{}", describe::statement(key)).map_err(Failure::output)?;
    }
    for sequence in &sequences {
        writeln!(out, "{}", advance(sequence)).map_err(Failure::output)?;
    }
    for table in tables {
        if let Some((column, next)) = &table.autoincrement {
            let (name, column) = (describe::quoted(&table.name), describe::quoted(column));
            writeln!(
                out,
                "ALTER TABLE {name} ALTER COLUMN {column} RESTART WITH {next};"
            )
            .map_err(Failure::output)?;
        }
    }
    let comments = describe::comments(db, tables)?;
    for statement in views.iter().chain(triggers).chain(&comments) {
        writeln!(out, "{statement}").map_err(Failure::output)?;
    }
    out.write_all(b"COMMIT;\n").map_err(Failure::output)
}

/// What brings a sequence to where it stands, and to the column that owns it.
fn advance(sequence: &SequenceInfo) -> String {
    let (last, is_called) = (sequence.last_value, sequence.is_called);
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let name = describe::quoted(&sequence.name);
    match &sequence.owner {
        Some((table, column)) if sequence.is_identity => {
            let (table, column) = (text(&describe::quoted(table)), text(column));
            format!(
                "SELECT setval(pg_get_serial_sequence({table}, {column}), {last}, {is_called});"
            )
        }
        owner => {
            let set = format!("SELECT setval({}, {last}, {is_called});", text(&name));
            match owner {
                None => set,
                Some((table, column)) => {
                    let (table, column) = (describe::quoted(table), describe::quoted(column));
                    format!("{set}\nALTER SEQUENCE {name} OWNED BY {table}.{column};")
                }
            }
        }
    }
}

fn rows(db: &Connection, table: &TableInfo, out: &mut dyn Write) -> Outcome<()> {
    let name = describe::quoted(&table.name);
    let overriding = match table.columns.iter().any(|column| column.always_identity) {
        true => " OVERRIDING SYSTEM VALUE",
        false => "",
    };
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
        let line: io::Result<()> = writeln!(
            out,
            "INSERT INTO {name}{overriding} VALUES ({});",
            values.join(", ")
        );
        line.map_err(Failure::output)?;
    }
    Ok(())
}
