//! Functions that a program adds to a connection.

use crate::api::{Connection, FromSql, ToSql};
use crate::bind::is_known_function;
use crate::error::{Error, Result, SqlState};
use crate::functions::{AddedAggregate, AddedScalar, AddedTable, Aggregate, MadeRows, Signature};
use crate::types::{Collation, SqlType, Value, ValueRef};

/// The arguments of one call of a function that a program added.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a>(&'a [ValueRef<'a>]);

impl<'a> Arguments<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value at a place, from 0.
    ///
    /// # Errors
    /// There is none; it is not one of the Rust type.
    pub fn get<T: FromSql>(&self, at: usize) -> Result<T> {
        let value = self.value(at)?;
        T::column_result(value).map_err(|error| {
            Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("argument {} of type {}: {error}", at + 1, value.sql_type()),
            )
        })
    }

    /// The value at a place, from 0, as it is.
    ///
    /// # Errors
    /// There is none.
    pub fn value(&self, at: usize) -> Result<ValueRef<'a>> {
        self.0.get(at).copied().ok_or_else(|| {
            let count = self.0.len();
            Error::Misuse(format!("there is no argument {}, but {count}", at + 1))
        })
    }

    /// All of them, in order.
    pub fn values(&self) -> &'a [ValueRef<'a>] {
        self.0
    }
}

/// What is added belongs to this connection, and is gone with it. It is not a part of the database: views, triggers, indexes, defaults and
/// constraints cannot call it. Names that are known everywhere cannot be taken. A function is called from any of the threads that work for a
/// statement, and cannot use the connection.
impl Connection {
    /// Adds a scalar function, or puts it in the place of one that was added under this name.
    ///
    /// ```
    /// use citadel_sql::{Connection, Signature, SqlType};
    ///
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = Connection::open_in_memory()?;
    /// let signature = Signature::new([SqlType::Text], SqlType::Text);
    /// db.create_scalar_function("reversed", signature, |arguments| {
    ///     let text: String = arguments.get(0)?;
    ///     Ok(text.chars().rev().collect::<String>())
    /// })?;
    /// assert_eq!(db.query_value::<String, _>("SELECT reversed('stressed')", ())?, "desserts");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The name is taken by a function of ours, or is none.
    pub fn create_scalar_function<F, T>(
        &self,
        name: &str,
        signature: Signature,
        function: F,
    ) -> Result<()>
    where
        F: Fn(Arguments<'_>) -> Result<T> + Send + Sync + 'static,
        T: ToSql,
    {
        let name = free_name(name)?;
        let call = move |values: &[ValueRef<'_>]| {
            let given = function(Arguments(values))?;
            Ok(given.to_sql()?.into_value())
        };
        let function = AddedScalar::new(name, signature, Box::new(call));
        self.add(|added| Ok(added.with_scalar(function)))
    }

    /// Adds an aggregate function of one argument, or puts it in the place of a function that was added under this name. It takes DISTINCT, ORDER BY and
    /// FILTER, and stands before OVER. Several values are one argument as an array.
    ///
    /// # Errors
    /// The name is taken by a function of ours, or is none; it does not take exactly one argument.
    pub fn create_aggregate_function(
        &self,
        name: &str,
        signature: Signature,
        aggregate: impl Aggregate,
    ) -> Result<()> {
        let name = free_name(name)?;
        if signature.arity() != (1..=1) {
            return Err(Error::Misuse(
                "an aggregate function takes one argument".to_owned(),
            ));
        }
        let function = AddedAggregate::new(name, signature, aggregate);
        self.add(|added| Ok(added.with_aggregate(function)))
    }

    /// Adds a function that stands in FROM, or puts it in the place of one that was added under this name. It is called with NULLs too, and
    /// gives rows of its columns, which are taken as they are asked for.
    ///
    /// ```
    /// use citadel_sql::{Connection, SqlType, Value};
    ///
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = Connection::open_in_memory()?;
    /// let columns = [("place", SqlType::Integer), ("word", SqlType::Text)];
    /// db.create_table_function("words", [SqlType::Text], &columns, |arguments| {
    ///     let text: String = arguments.get(0)?;
    ///     let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    ///     Ok((1_i64..).zip(words).map(|(place, word)| Ok(vec![place.into(), word.into()])))
    /// })?;
    /// let last = "SELECT word FROM words('to be or') ORDER BY place DESC LIMIT 1";
    /// assert_eq!(db.query_value::<String, _>(last, ())?, "or");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The name is taken by a function of ours, or is none; there is no column, or two have the same name.
    pub fn create_table_function<F, I>(
        &self,
        name: &str,
        parameters: impl Into<Vec<SqlType>>,
        columns: &[(&str, SqlType)],
        function: F,
    ) -> Result<()>
    where
        F: Fn(Arguments<'_>) -> Result<I> + Send + Sync + 'static,
        I: IntoIterator<Item = Result<Vec<Value>>>,
        I::IntoIter: Send + 'static,
    {
        let name = free_name(name)?;
        let columns = columns_of(columns)?;
        let call = move |values: &[ValueRef<'_>]| {
            let rows = function(Arguments(values))?.into_iter();
            Ok(Box::new(rows) as MadeRows)
        };
        let function = AddedTable::new(name, parameters.into(), columns, Box::new(call));
        self.add(|added| Ok(added.with_table(function)))
    }

    /// Adds a collation for COLLATE in expressions and ORDER BY, or puts it in the place of one that was added under this name. Texts are alike where
    /// their keys are equal, and come in the order of the bytes of their keys.
    ///
    /// ```
    /// use citadel_sql::Connection;
    ///
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = Connection::open_in_memory()?;
    /// db.create_collation("by_length", |text| format!("{:010}{text}", text.len()))?;
    /// let words: Vec<String> = db.query_map(
    ///     "SELECT w FROM (VALUES ('pear'), ('fig'), ('date')) AS t (w) ORDER BY w COLLATE by_length",
    ///     (),
    ///     |row| row.get(0),
    /// )?;
    /// assert_eq!(words, ["fig", "date", "pear"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The name is that of a collation of ours, or is none.
    pub fn create_collation<F>(&self, name: &str, key: F) -> Result<()>
    where
        F: Fn(&str) -> String + Send + Sync + 'static,
    {
        let lower = identifier(name, "a collation")?;
        if Collation::named(&lower).is_some() {
            return Err(there_already("collation", &lower));
        }
        let signature = Signature::new([SqlType::Text], SqlType::Text);
        let call = move |values: &[ValueRef<'_>]| {
            let text: String = Arguments(values).get(0)?;
            Ok(Value::Text(key(&text)))
        };
        let key = AddedScalar::new(lower, signature, Box::new(call));
        self.add(|added| Ok(added.with_collation(key)))
    }

    /// Takes a function away that was added. Statements that call it fail from then on.
    ///
    /// # Errors
    /// No function of this name was added.
    pub fn remove_function(&self, name: &str) -> Result<()> {
        let lower = name.to_ascii_lowercase();
        self.add(|added| {
            added.without_function(&lower).ok_or_else(|| {
                Error::sql(
                    SqlState::UNDEFINED_FUNCTION,
                    format!("no function {name} was added"),
                )
            })
        })
    }
}

/// The columns of a function in FROM.
fn columns_of(columns: &[(&str, SqlType)]) -> Result<Vec<(String, SqlType)>> {
    if columns.is_empty() {
        return Err(Error::Misuse(
            "a function in FROM gives a column at least".to_owned(),
        ));
    }
    for (at, (name, _)) in columns.iter().enumerate() {
        let same = |(other, _): &(&str, SqlType)| other.eq_ignore_ascii_case(name);
        if columns[..at].iter().any(same) {
            return Err(Error::sql(
                SqlState::DUPLICATE_COLUMN,
                format!("column \"{name}\" is there twice"),
            ));
        }
    }
    let columns = columns.iter();
    Ok(columns
        .map(|(name, ty)| ((*name).to_owned(), *ty))
        .collect())
}

/// A function's name in lower case, if none of ours has it.
fn free_name(name: &str) -> Result<String> {
    let lower = identifier(name, "a function")?;
    match is_known_function(&lower) {
        true => Err(there_already("function", &lower)),
        false => Ok(lower),
    }
}

/// A name in lower case that statements need not quote.
fn identifier(name: &str, what: &str) -> Result<String> {
    let lower = name.to_ascii_lowercase();
    let begins = |c: char| c.is_alphabetic() || c == '_';
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    match lower.starts_with(begins) && lower.chars().all(goes_on) {
        true => Ok(lower),
        false => Err(Error::sql(
            SqlState::INVALID_NAME,
            format!("\"{name}\" is no name of {what}"),
        )),
    }
}

fn there_already(what: &str, name: &str) -> Error {
    Error::sql(
        SqlState::DUPLICATE_OBJECT,
        format!("{what} {name} is there already, and cannot be replaced"),
    )
}
