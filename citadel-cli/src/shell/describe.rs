//! Tables and indexes in words.

use std::fmt::Write as _;

use citadel_sql::{
    Connection, EnumType, IndexInfo, IndexKindInfo, ScalarType, SegmentState, SequenceInfo,
    SqlType, TableInfo, TypeInfo,
};

use crate::exit::{Failure, Outcome};
use crate::format::{Grid, Mode};

/// All tables, or the one of the name.
pub(super) fn chosen(connection: &Connection, name: Option<&String>) -> Outcome<Vec<TableInfo>> {
    let mut tables = connection.tables()?;
    if let Some(name) = name {
        tables.retain(|table| table.name.eq_ignore_ascii_case(name));
        if tables.is_empty() && views(connection, Some(name))?.is_empty() {
            return Err(Failure::Usage(format!("there is no table {name}")));
        }
    }
    Ok(tables)
}

/// The statements that make views: of all, or of the one of the name.
pub(super) fn views(connection: &Connection, name: Option<&String>) -> Outcome<Vec<String>> {
    let mut views = connection.views()?;
    if let Some(name) = name {
        views.retain(|view| view.name.eq_ignore_ascii_case(name));
    }
    let statements = views.iter().flat_map(|view| &view.statements);
    Ok(statements.map(|sql| statement(sql)).collect())
}

/// The statements that make triggers, and switch off those that are off: of all tables and views, or of the one of the name.
pub(super) fn triggers(connection: &Connection, name: Option<&String>) -> Outcome<Vec<String>> {
    let mut triggers = connection.triggers()?;
    if let Some(name) = name {
        triggers.retain(|trigger| trigger.table.eq_ignore_ascii_case(name));
    }
    let statements = triggers.iter().flat_map(|trigger| {
        let made = std::iter::once(trigger.sql.as_str());
        made.chain(trigger.disabled.as_deref())
    });
    Ok(statements.map(statement).collect())
}

/// The sequences of tables, and, where those are all, the others.
pub(super) fn sequences(
    connection: &Connection,
    tables: &[TableInfo],
) -> Outcome<Vec<SequenceInfo>> {
    let is_all = connection.tables()?.len() == tables.len();
    let mut sequences = connection.sequences()?;
    sequences.retain(|sequence| match &sequence.owner {
        None => is_all,
        Some((owner, _)) => tables.iter().any(|table| table.name == *owner),
    });
    Ok(sequences)
}

/// The types that the columns of tables have; all of them, where the tables are all.
pub(super) fn types(connection: &Connection, tables: &[TableInfo]) -> Outcome<Vec<TypeInfo>> {
    let is_all = connection.tables()?.len() == tables.len();
    let columns = || tables.iter().flat_map(|table| &table.columns);
    let has = |ty: EnumType| {
        columns().any(|column| match column.ty {
            SqlType::Enum(known) | SqlType::Array(ScalarType::Enum(known)) => known == ty,
            _ => false,
        })
    };
    let mut types = connection.types()?;
    types.retain(|info| is_all || has(info.ty));
    Ok(types)
}

/// The statements that make domains: all of them, where the tables are all, or a column of theirs is of one.
pub(super) fn domains(connection: &Connection, tables: &[TableInfo]) -> Outcome<Vec<String>> {
    let is_all = connection.tables()?.len() == tables.len();
    let mut columns = tables.iter().flat_map(|table| &table.columns);
    if !is_all && !columns.any(|column| column.domain.is_some()) {
        return Ok(Vec::new());
    }
    let domains = connection.domains()?;
    Ok(domains
        .iter()
        .map(|domain| statement(&domain.sql))
        .collect())
}

/// The statements that say what was said: of all, or of tables and their columns.
pub(super) fn comments(connection: &Connection, tables: &[TableInfo]) -> Outcome<Vec<String>> {
    let is_all = connection.tables()?.len() == tables.len();
    let mut comments = connection.comments()?;
    comments.retain(|comment| {
        is_all
            || tables
                .iter()
                .any(|table| quoted(&table.name) == comment.name)
    });
    Ok(comments
        .iter()
        .map(|comment| statement(&comment.sql))
        .collect())
}

/// A name that is read as it stands.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The statements that make tables and indexes, each with its `;`.
pub(super) fn statements(tables: &[TableInfo]) -> String {
    let mut text = String::new();
    for table in tables {
        let indexes = table
            .indexes
            .iter()
            .filter_map(|index| index.sql.as_deref());
        for statement in std::iter::once(table.sql.as_str()).chain(indexes) {
            let _ = writeln!(text, "{}", self::statement(statement));
        }
    }
    text
}

/// A statement with its `;`.
pub(super) fn statement(sql: &str) -> String {
    format!("{};", sql.trim_end().trim_end_matches(';'))
}

/// One line per index.
pub(super) fn indexes(tables: &[TableInfo]) -> String {
    let mut text = String::new();
    for (table, index) in each_index(tables) {
        let kind = match &index.kind {
            IndexKindInfo::BTree { unique: true } => "unique btree",
            IndexKindInfo::Ann { .. } => "ann",
            _ => "btree",
        };
        let columns = index.columns.join(", ");
        let _ = writeln!(text, "{} ON {} ({columns}) {kind}", index.name, table.name);
    }
    text
}

/// The state of each vector index.
pub(super) fn vector_indexes(
    connection: &Connection,
    tables: &[TableInfo],
    width: Option<u16>,
) -> Outcome<String> {
    let mut grid = Grid::new(Mode::Box, width);
    grid.header(&[
        "index", "table", "column", "metric", "rows", "delta", "segments",
    ]);
    let mut any = false;
    for (table, index) in each_index(tables) {
        if !matches!(index.kind, IndexKindInfo::Ann { .. }) {
            continue;
        }
        any = true;
        let status = connection.ann_index_status(&table.name, &index.name)?;
        grid.row([
            (index.name.clone(), false),
            (table.name.clone(), false),
            (status.column.clone(), false),
            (status.metric.name().to_owned(), false),
            (status.rows.to_string(), true),
            (status.delta_rows.to_string(), true),
            (segments(&status), false),
        ]);
    }
    Ok(if any {
        grid.draw() + "\n"
    } else {
        String::new()
    })
}

fn segments(status: &citadel_sql::AnnIndexStatus) -> String {
    let one = |segment: &citadel_sql::SegmentStatus| {
        format!(
            "{}: {} rows, {} bytes, {}, made {}",
            segment.id,
            segment.rows,
            segment.bytes,
            state(&segment.state),
            segment.merged_at
        )
    };
    let lines: Vec<String> = status.segments.iter().map(one).collect();
    lines.join("\n")
}

fn state(state: &SegmentState) -> String {
    match state {
        SegmentState::NotLoaded => "not loaded".to_owned(),
        SegmentState::Built { .. } => "built here".to_owned(),
        SegmentState::Loaded { .. } => "loaded".to_owned(),
        SegmentState::Paged { .. } => "paged".to_owned(),
        SegmentState::Refused(reason) => format!("refused: {reason}"),
        other => format!("{other:?}"),
    }
}

fn each_index(tables: &[TableInfo]) -> impl Iterator<Item = (&TableInfo, &IndexInfo)> {
    tables
        .iter()
        .flat_map(|table| table.indexes.iter().map(move |index| (table, index)))
}
