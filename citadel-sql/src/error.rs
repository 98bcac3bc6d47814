//! The one public error of this crate, sorted by who must act.

use std::fmt;

/// The result of anything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A five-character SQLSTATE, as the SQL standard and PostgreSQL assign them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SqlState(pub(crate) &'static str);

impl SqlState {
    pub(crate) const SYNTAX_ERROR: Self = Self("42601");
    pub(crate) const UNDEFINED_COLUMN: Self = Self("42703");
    pub(crate) const AMBIGUOUS_OBJECT: Self = Self("42725");
    /// Of RAISE(IGNORE), which ends where the trigger does.
    pub(crate) const ROW_IGNORED: Self = Self("02T01");
    pub(crate) const AMBIGUOUS_COLUMN: Self = Self("42702");
    pub(crate) const CARDINALITY_VIOLATION: Self = Self("21000");
    pub(crate) const UNDEFINED_TABLE: Self = Self("42P01");
    pub(crate) const DUPLICATE_TABLE: Self = Self("42P07");
    pub(crate) const DUPLICATE_OBJECT: Self = Self("42710");
    pub(crate) const GENERATED_ALWAYS: Self = Self("428C9");
    pub(crate) const CHECK_VIOLATION: Self = Self("23514");
    pub(crate) const DUPLICATE_COLUMN: Self = Self("42701");
    pub(crate) const INVALID_COLUMN_REFERENCE: Self = Self("42P10");
    pub(crate) const DUPLICATE_ALIAS: Self = Self("42712");
    pub(crate) const UNDEFINED_OBJECT: Self = Self("42704");
    pub(crate) const UNDEFINED_FUNCTION: Self = Self("42883");
    pub(crate) const UNDEFINED_PARAMETER: Self = Self("42P02");
    pub(crate) const DATATYPE_MISMATCH: Self = Self("42804");
    pub(crate) const GROUPING_ERROR: Self = Self("42803");
    pub(crate) const INVALID_RECURSION: Self = Self("42P19");
    pub(crate) const INVALID_DEFINITION: Self = Self("42P16");
    pub(crate) const STRING_TOO_LONG: Self = Self("22001");
    pub(crate) const WRONG_OBJECT_TYPE: Self = Self("42809");
    pub(crate) const WINDOWING_ERROR: Self = Self("42P20");
    pub(crate) const COLLATION_MISMATCH: Self = Self("42P21");
    pub(crate) const INVALID_FRAME_OFFSET: Self = Self("22013");
    pub(crate) const INVALID_NTILE: Self = Self("22014");
    pub(crate) const INVALID_NTH_VALUE: Self = Self("22016");
    pub(crate) const FEATURE_NOT_SUPPORTED: Self = Self("0A000");
    pub(crate) const NUMERIC_OUT_OF_RANGE: Self = Self("22003");
    pub(crate) const DIVISION_BY_ZERO: Self = Self("22012");
    pub(crate) const INVALID_TEXT_REPRESENTATION: Self = Self("22P02");
    pub(crate) const BAD_COPY_FILE_FORMAT: Self = Self("22P04");
    pub(crate) const INVALID_PARAMETER_VALUE: Self = Self("22023");
    pub(crate) const INVALID_REGULAR_EXPRESSION: Self = Self("2201B");
    pub(crate) const DATA_EXCEPTION: Self = Self("22000");
    pub(crate) const ARRAY_SUBSCRIPT_ERROR: Self = Self("2202E");
    pub(crate) const INVALID_NAME: Self = Self("42602");
    pub(crate) const NULL_VALUE_NOT_ALLOWED: Self = Self("22004");
    pub(crate) const INDETERMINATE_DATATYPE: Self = Self("42P18");
    pub(crate) const INVALID_DATETIME: Self = Self("22007");
    pub(crate) const DATETIME_FIELD_OVERFLOW: Self = Self("22008");
    pub(crate) const NOT_NULL_VIOLATION: Self = Self("23502");
    pub(crate) const UNIQUE_VIOLATION: Self = Self("23505");
    pub(crate) const INVALID_FOREIGN_KEY: Self = Self("42830");
    pub(crate) const FOREIGN_KEY_VIOLATION: Self = Self("23503");
    pub(crate) const SEQUENCE_LIMIT_EXCEEDED: Self = Self("2200H");
    pub(crate) const OBJECT_NOT_IN_PREREQUISITE_STATE: Self = Self("55000");
    pub(crate) const DEPENDENT_OBJECTS: Self = Self("2BP01");
    pub(crate) const READ_ONLY_TRANSACTION: Self = Self("25006");
    pub(crate) const ACTIVE_TRANSACTION: Self = Self("25001");
    pub(crate) const NO_ACTIVE_TRANSACTION: Self = Self("25P01");
    pub(crate) const NO_SUCH_SAVEPOINT: Self = Self("3B001");
    pub(crate) const IN_FAILED_TRANSACTION: Self = Self("25P02");
    pub(crate) const INVALID_SAMPLE_ARGUMENT: Self = Self("2202H");
    pub(crate) const INVALID_SAMPLE_REPEAT: Self = Self("2202G");
    pub(crate) const OUT_OF_MEMORY: Self = Self("53200");
    pub(crate) const PROGRAM_LIMIT_EXCEEDED: Self = Self("54000");
    pub(crate) const TRANSACTION_ROLLBACK: Self = Self("40000");
    pub(crate) const SERIALIZATION_FAILURE: Self = Self("40001");
    pub(crate) const STACK_DEPTH_EXCEEDED: Self = Self("54001");
    pub(crate) const RAISED: Self = Self("P0001");
    pub(crate) const TRIGGERED_CHANGE_VIOLATION: Self = Self("27000");
    pub(crate) const QUERY_CANCELED: Self = Self("57014");
    pub(crate) const IO_ERROR: Self = Self("58030");
    #[cfg(feature = "lake")]
    pub(crate) const INVALID_AUTHORIZATION: Self = Self("28000");
    pub(crate) const DATA_CORRUPTED: Self = Self("XX001");
    pub(crate) const INTERNAL_ERROR: Self = Self("XX000");

    /// The five characters.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A place in a statement's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Byte offset from the start of the text.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// What went wrong with a statement: SQLSTATE, message, where, and a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlError {
    state: SqlState,
    message: String,
    position: Option<Position>,
    hint: Option<String>,
}

/// Any failure of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The statement, its parameters or its data are at fault.
    #[error("{0}")]
    Sql(Box<SqlError>),
    /// The storage below reports an error.
    #[error(transparent)]
    Storage(#[from] citadel_txn::Error),
    /// Authentic pages hold something that no version of this crate writes.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The API was used wrongly (a column index out of range, a row that is not there, a value of another type).
    #[error("{0}")]
    Misuse(String),
    /// A result column cannot be read as the wanted Rust type.
    #[error("column {index} (\"{name}\", {found}): {source}")]
    ColumnType {
        /// Position of the column, from 0.
        index: usize,
        /// Its name.
        name: String,
        /// The SQL type of the value at hand.
        found: String,
        /// Why not.
        source: FromSqlError,
    },
    /// `query_row` found no row.
    #[error("query returned no rows")]
    QueryReturnedNoRows,
}

/// Why a value cannot be read as the wanted type.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FromSqlError {
    /// The value is of another type.
    #[error("value is of another type")]
    InvalidType,
    /// The integer does not fit the wanted type.
    #[error("integer {0} is out of range")]
    OutOfRange(i64),
    /// The BLOB or VECTOR has another length.
    #[error("expected length {expected}, got {got}")]
    InvalidLength {
        /// Elements of the wanted array.
        expected: usize,
        /// Elements of the value.
        got: usize,
    },
    /// What an implementation outside this crate reports.
    #[error("{0}")]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(at) = self.position {
            write!(f, " (line {}, column {})", at.line, at.column)?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "; hint: {hint}")?;
        }
        Ok(())
    }
}

/// What is left to do with a damaged file.
const SALVAGE: &str = "salvage makes a new database of what can still be read: \
    the function of that name, or `citadel salvage FILE NEW`";

impl Error {
    pub(crate) fn sql(state: SqlState, message: impl Into<String>) -> Self {
        Self::Sql(Box::new(SqlError {
            state,
            message: message.into(),
            position: None,
            hint: None,
        }))
    }

    /// A clause that parses and is not supported: named, never ignored.
    pub(crate) fn unsupported(what: impl fmt::Display) -> Self {
        Self::sql(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!("{what} is not supported"),
        )
    }

    /// Says where in the text; an earlier, more exact place stays.
    #[must_use]
    pub(crate) fn at(mut self, position: Option<Position>) -> Self {
        if let Self::Sql(error) = &mut self
            && error.position.is_none()
        {
            error.position = position;
        }
        self
    }

    /// Says where in what is read by the statement, before all else.
    #[must_use]
    pub(crate) fn within(mut self, place: &str) -> Self {
        if let Self::Sql(error) = &mut self {
            error.message = format!("{place}: {}", error.message);
        }
        self
    }

    /// Moves it to another place: what it had was one in another text.
    #[must_use]
    pub(crate) fn moved_to(mut self, position: Option<Position>) -> Self {
        if let Self::Sql(error) = &mut self {
            error.position = position;
        }
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Sql(error) = &mut self {
            error.hint = Some(hint.into());
        }
        self
    }

    /// The SQLSTATE, where the statement is at fault.
    pub fn sqlstate(&self) -> Option<SqlState> {
        match self {
            Self::Sql(error) => Some(error.state),
            _ => None,
        }
    }

    /// Where in the statement's text.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Sql(error) => error.position,
            _ => None,
        }
    }

    /// What went wrong, without the place and the hint that [`Display`](fmt::Display) adds.
    pub fn message(&self) -> String {
        match self {
            Self::Sql(error) => error.message.clone(),
            other => other.to_string(),
        }
    }

    /// What to do about it, where that is known.
    pub fn hint_text(&self) -> Option<&str> {
        match self {
            Self::Sql(error) => error.hint.as_deref(),
            error if error.is_corrupt() => Some(SALVAGE),
            _ => None,
        }
    }

    /// A uniqueness, NOT NULL or other constraint refused the change.
    pub fn is_constraint(&self) -> bool {
        self.sqlstate().is_some_and(|s| s.0.starts_with("23"))
    }

    /// The statement asks for something that is not supported.
    pub fn is_unsupported(&self) -> bool {
        self.sqlstate() == Some(SqlState::FEATURE_NOT_SUPPORTED)
    }

    /// The statement was interrupted.
    pub fn is_interrupted(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_interrupted(),
            _ => self.sqlstate() == Some(SqlState::QUERY_CANCELED),
        }
    }

    /// Another writer holds the database, or a snapshot is too old: try again.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_busy(),
            _ => self.sqlstate() == Some(SqlState::SERIALIZATION_FAILURE),
        }
    }

    /// The API was used wrongly.
    pub fn is_misuse(&self) -> bool {
        match self {
            Self::Misuse(_) | Self::ColumnType { .. } => true,
            Self::Storage(error) => error.is_misuse(),
            _ => false,
        }
    }

    /// The key does not open the file.
    pub fn is_wrong_key(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_wrong_key())
    }

    /// The file is damaged.
    pub fn is_corrupt(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_corrupt(),
            Self::Corrupt(_) => true,
            _ => self.sqlstate() == Some(SqlState::DATA_CORRUPTED),
        }
    }

    /// Sealed bytes do not open: damaged, or changed by someone without the key.
    pub fn is_tampered(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_tampered())
    }

    /// The operating system refused a read or a write.
    pub fn is_io(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_io(),
            _ => self.sqlstate() == Some(SqlState::IO_ERROR),
        }
    }
}
