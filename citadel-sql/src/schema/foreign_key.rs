//! Foreign keys: rows that name rows of another table.

use super::{ColumnNo, TableDef, TableId, quoted};
use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_varint};

/// A FOREIGN KEY constraint of the table that refers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForeignKeyDef {
    pub(crate) name: String,
    pub(crate) columns: Vec<ColumnNo>,
    /// The table that is referred to; it may be the same.
    pub(crate) parent: TableId,
    /// Of that table, as many as `columns`; no two of its rows share them.
    pub(crate) parent_columns: Vec<ColumnNo>,
    /// `MATCH FULL`: all columns are NULL, or none is. Else one NULL is enough to refer to nothing.
    pub(crate) match_full: bool,
    pub(crate) on_delete: KeyAction,
    pub(crate) on_update: KeyAction,
    pub(crate) timing: KeyTiming,
}

/// What becomes of rows whose row goes, or gets another key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyAction {
    /// There must be none when the statement, or the transaction, ends.
    NoAction,
    /// There must be none.
    Restrict,
    /// They go, or follow.
    Cascade,
    /// These columns of theirs become NULL; none is named: all of the key.
    SetNull(Vec<ColumnNo>),
    /// These columns of theirs get their defaults.
    SetDefault(Vec<ColumnNo>),
}

/// When it is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum KeyTiming {
    /// When a statement ends.
    #[default]
    Immediate,
    /// The same, unless SET CONSTRAINTS says that it is when the transaction ends.
    Deferrable,
    /// When the transaction ends, unless SET CONSTRAINTS says otherwise.
    Deferred,
}

impl KeyAction {
    fn sql(&self, table: &TableDef) -> Option<String> {
        let columns = |columns: &[ColumnNo]| match columns {
            [] => String::new(),
            columns => format!(" ({})", names(table, columns)),
        };
        match self {
            Self::NoAction => None,
            Self::Restrict => Some("RESTRICT".to_owned()),
            Self::Cascade => Some("CASCADE".to_owned()),
            Self::SetNull(of) => Some(format!("SET NULL{}", columns(of))),
            Self::SetDefault(of) => Some(format!("SET DEFAULT{}", columns(of))),
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::NoAction => out.push(0),
            Self::Restrict => out.push(1),
            Self::Cascade => out.push(2),
            Self::SetNull(columns) => {
                out.push(3);
                put_columns(out, columns);
            }
            Self::SetDefault(columns) => {
                out.push(4);
                put_columns(out, columns);
            }
        }
    }

    fn decode(from: &mut Reader<'_>, width: usize) -> Decoded<Self> {
        Ok(match from.byte()? {
            0 => Self::NoAction,
            1 => Self::Restrict,
            2 => Self::Cascade,
            3 => Self::SetNull(columns(from, width)?),
            4 => Self::SetDefault(columns(from, width)?),
            _ => return Err(Malformed),
        })
    }

    /// The same with other column numbers; `None` if a column has none.
    pub(crate) fn moved(&self, to: impl Fn(ColumnNo) -> Option<ColumnNo>) -> Option<Self> {
        let all = |columns: &[ColumnNo]| columns.iter().map(|no| to(*no)).collect::<Option<_>>();
        Some(match self {
            Self::SetNull(columns) => Self::SetNull(all(columns)?),
            Self::SetDefault(columns) => Self::SetDefault(all(columns)?),
            other => other.clone(),
        })
    }
}

impl ForeignKeyDef {
    /// The constraint as SQL, without its name.
    pub(crate) fn sql(&self, table: &TableDef, parent: &TableDef) -> String {
        let mut sql = format!(
            "FOREIGN KEY ({}) REFERENCES {} ({})",
            names(table, &self.columns),
            quoted(&parent.name),
            names(parent, &self.parent_columns)
        );
        if self.match_full {
            sql.push_str(" MATCH FULL");
        }
        for (action, event) in [(&self.on_delete, "DELETE"), (&self.on_update, "UPDATE")] {
            if let Some(action) = action.sql(table) {
                sql.push_str(&format!(" ON {event} {action}"));
            }
        }
        sql.push_str(match self.timing {
            KeyTiming::Immediate => "",
            KeyTiming::Deferrable => " DEFERRABLE",
            KeyTiming::Deferred => " DEFERRABLE INITIALLY DEFERRED",
        });
        sql
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_bytes(out, self.name.as_bytes());
        put_columns(out, &self.columns);
        put_varint(out, self.parent.0);
        put_columns(out, &self.parent_columns);
        out.push(u8::from(self.match_full));
        self.on_delete.encode(out);
        self.on_update.encode(out);
        out.push(match self.timing {
            KeyTiming::Immediate => 0,
            KeyTiming::Deferrable => 1,
            KeyTiming::Deferred => 2,
        });
    }

    /// One of a table with so many columns. That the other table has those it names is for its user to see.
    pub(super) fn decode(from: &mut Reader<'_>, width: usize) -> Decoded<Self> {
        let key = Self {
            name: from.text()?.to_owned(),
            columns: columns(from, width)?,
            parent: TableId(from.varint()?),
            parent_columns: columns(from, usize::from(u16::MAX))?,
            match_full: match from.byte()? {
                0 => false,
                1 => true,
                _ => return Err(Malformed),
            },
            on_delete: KeyAction::decode(from, width)?,
            on_update: KeyAction::decode(from, width)?,
            timing: match from.byte()? {
                0 => KeyTiming::Immediate,
                1 => KeyTiming::Deferrable,
                2 => KeyTiming::Deferred,
                _ => return Err(Malformed),
            },
        };
        match key.columns.len() {
            0 => Err(Malformed),
            count if count == key.parent_columns.len() => Ok(key),
            _ => Err(Malformed),
        }
    }
}

fn names(table: &TableDef, columns: &[ColumnNo]) -> String {
    let names = columns.iter().map(|no| quoted(&table.column(*no).name));
    names.collect::<Vec<_>>().join(", ")
}

fn put_columns(out: &mut Vec<u8>, columns: &[ColumnNo]) {
    put_varint(out, columns.len() as u64);
    for no in columns {
        put_varint(out, u64::from(no.0));
    }
}

fn columns(from: &mut Reader<'_>, width: usize) -> Decoded<Vec<ColumnNo>> {
    (0..from.count()?)
        .map(|_| match u16::try_from(from.varint()?) {
            Ok(no) if usize::from(no) < width => Ok(ColumnNo(no)),
            _ => Err(Malformed),
        })
        .collect()
}
