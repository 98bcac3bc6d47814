//! Seeing all of a database through SQL.

use citadel_sql::{Connection, IndexKindInfo, Result, SqlType, TableInfo};

use crate::subject::State;
use crate::text;

/// Where the nearest rows are asked for: three components that are repeated up to the dimension.
const PLACES: [[i8; 3]; 3] = [[0, 0, 0], [5, 1, -3], [9, 9, 9]];

/// The table that takes what is no part of any state.
pub(super) const ASIDE: &str = "later";

/// All tables with their indexes and rows, and the nearest rows where vectors are indexed.
pub(super) fn push_all(connection: &Connection, state: &mut State) -> Result<()> {
    let mut tables = connection.tables()?;
    tables.retain(|table| table.name != ASIDE);
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    for table in &tables {
        state.say(&format!("table {}: {}", table.name, table.sql));
        for index in &table.indexes {
            state.say(&format!("index {} on {:?}", index.name, index.columns));
        }
        let select = format!("SELECT * FROM {} ORDER BY 1", table.name);
        for row in text::rows(connection, &select)? {
            state.say(&row);
        }
        for index in &table.indexes {
            if matches!(index.kind, IndexKindInfo::Ann { .. }) {
                nearest(connection, table, &index.columns, state)?;
            }
        }
    }
    Ok(())
}

/// What the index says, which must be what the exact plan says. Filters are tried on the first column that it has besides the vector.
fn nearest(
    connection: &Connection,
    table: &TableInfo,
    columns: &[String],
    state: &mut State,
) -> Result<()> {
    let (name, vector) = (&table.name, &columns[0]);
    let mut conditions = vec![String::new()];
    conditions.extend(
        columns
            .get(1)
            .map(|column| format!("WHERE {column} = 'x' ")),
    );
    let column = table.columns.iter().find(|column| column.name == *vector);
    let dim = match column.map(|column| &column.ty) {
        Some(SqlType::Vector(ty)) => usize::from(ty.dim.unwrap_or(0)),
        _ => 0,
    };
    for place in PLACES.map(|place| vector_of(place, dim)) {
        for condition in &conditions {
            let distance = format!("{vector} <-> '{place}'");
            let select = format!("SELECT id, {distance} FROM {name} {condition}ORDER BY");
            let served = text::rows(connection, &format!("{select} {distance} LIMIT 4"))?;
            let exact = text::rows(
                connection,
                &format!("{select} ({distance}) + 0, id LIMIT 4"),
            )?;
            if served != exact {
                // A line that no state of the workload has.
                state.say(&format!(
                    "nearest to {place} {condition}: {served:?} is not {exact:?}"
                ));
            }
            served.iter().for_each(|row| state.say(row));
        }
    }
    Ok(())
}

fn vector_of(components: [i8; 3], dim: usize) -> String {
    let all = components.iter().cycle().take(dim);
    let all: Vec<String> = all.map(i8::to_string).collect();
    format!("[{}]", all.join(","))
}
