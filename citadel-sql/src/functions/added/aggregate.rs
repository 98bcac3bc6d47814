//! Aggregates that are added.

use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::Signature;
use super::signature::is_of;
use crate::error::{Error, Result, SqlState};
use crate::types::{SqlType, Value, ValueRef};

/// An aggregate function of a program: what is kept of a group, and what comes of it.
///
/// Rows may be taken in parts on several threads, whose states are then brought together in the order of the parts; frames of a window are put
/// together from parts as well.
///
/// ```
/// use citadel_sql::{Aggregate, Connection, Result, Signature, SqlType, Value, ValueRef};
///
/// struct Product;
///
/// impl Aggregate for Product {
///     type State = f64;
///
///     fn begin(&self) -> f64 {
///         1.0
///     }
///
///     fn step(&self, product: &mut f64, value: ValueRef<'_>) -> Result<()> {
///         if let ValueRef::Real(value) = value {
///             *product *= value;
///         }
///         Ok(())
///     }
///
///     fn merge(&self, product: &mut f64, other: &f64) -> Result<()> {
///         *product *= other;
///         Ok(())
///     }
///
///     fn finish(&self, product: &f64) -> Result<Value> {
///         Ok(Value::Real(*product))
///     }
/// }
///
/// # fn main() -> Result<()> {
/// let db = Connection::open_in_memory()?;
/// let signature = Signature::new([SqlType::Real], SqlType::Real);
/// db.create_aggregate_function("product", signature, Product)?;
/// let product: f64 = db.query_value("SELECT product(n) FROM generate_series(1, 5) AS s (n)", ())?;
/// assert_eq!(product, 120.0);
/// # Ok(())
/// # }
/// ```
pub trait Aggregate: Send + Sync + 'static {
    /// What is kept of a group while its rows come.
    type State: Clone + Send + Sync + 'static;

    /// That of a group without rows.
    fn begin(&self) -> Self::State;

    /// Takes one row's value.
    ///
    /// # Errors
    /// The statement fails with it.
    fn step(&self, state: &mut Self::State, value: ValueRef<'_>) -> Result<()>;

    /// Takes what is kept of rows that come after those that are known.
    ///
    /// # Errors
    /// The statement fails with it.
    fn merge(&self, state: &mut Self::State, other: &Self::State) -> Result<()>;

    /// What comes of the group.
    ///
    /// # Errors
    /// The statement fails with it.
    fn finish(&self, state: &Self::State) -> Result<Value>;
}

/// A state of whatever type.
pub(crate) type State = Box<dyn Any + Send + Sync>;

/// An [`Aggregate`] whose type is forgotten.
trait Steps: Send + Sync {
    fn begin(&self) -> State;
    fn copy(&self, state: &State) -> Result<State>;
    fn step(&self, state: &mut State, value: ValueRef<'_>) -> Result<()>;
    fn merge(&self, state: &mut State, other: &State) -> Result<()>;
    fn finish(&self, state: &State) -> Result<Value>;
    fn state_bytes(&self) -> usize;
}

impl<A: Aggregate> Steps for A {
    fn begin(&self) -> State {
        Box::new(Aggregate::begin(self))
    }

    fn copy(&self, state: &State) -> Result<State> {
        let state: &A::State = state.downcast_ref().ok_or_else(foreign)?;
        Ok(Box::new(state.clone()))
    }

    fn step(&self, state: &mut State, value: ValueRef<'_>) -> Result<()> {
        Aggregate::step(self, state.downcast_mut().ok_or_else(foreign)?, value)
    }

    fn merge(&self, state: &mut State, other: &State) -> Result<()> {
        let other = other.downcast_ref().ok_or_else(foreign)?;
        Aggregate::merge(self, state.downcast_mut().ok_or_else(foreign)?, other)
    }

    fn finish(&self, state: &State) -> Result<Value> {
        Aggregate::finish(self, state.downcast_ref().ok_or_else(foreign)?)
    }

    fn state_bytes(&self) -> usize {
        size_of::<A::State>()
    }
}

/// A state of another aggregate.
#[cold]
fn foreign() -> Error {
    Error::sql(
        SqlState::INTERNAL_ERROR,
        "the state of another aggregate was given",
    )
}

/// An aggregate with its name and types.
pub(crate) struct AddedAggregate {
    name: String,
    signature: Signature,
    steps: Box<dyn Steps>,
}

impl AddedAggregate {
    /// An aggregate of a lower-case name.
    pub(crate) fn new(name: String, signature: Signature, aggregate: impl Aggregate) -> Self {
        Self {
            name,
            signature,
            steps: Box::new(aggregate),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn signature(&self) -> &Signature {
        &self.signature
    }

    pub(crate) fn takes_nulls(&self) -> bool {
        self.signature.takes_nulls
    }

    pub(crate) fn result_type(&self) -> SqlType {
        self.signature.result
    }

    pub(crate) fn begin(&self) -> State {
        self.steps.begin()
    }

    /// # Errors
    /// It is the state of another aggregate.
    pub(crate) fn copy(&self, state: &State) -> Result<State> {
        self.steps.copy(state)
    }

    /// # Errors
    /// Those of the program.
    pub(crate) fn step(&self, state: &mut State, value: ValueRef<'_>) -> Result<()> {
        self.steps.step(state, value)
    }

    /// # Errors
    /// Those of the program.
    pub(crate) fn merge(&self, state: &mut State, other: &State) -> Result<()> {
        self.steps.merge(state, other)
    }

    /// # Errors
    /// Those of the program; a result of another type than the function said.
    pub(crate) fn finish(&self, state: &State) -> Result<Value> {
        let value = self.steps.finish(state)?;
        match is_of(&value, self.signature.result) {
            true => Ok(value),
            false => Err(super::gave(&self.name, &value, self.signature.result)),
        }
    }

    /// Bytes of memory that a state takes, but for what it points to.
    pub(crate) fn state_bytes(&self) -> usize {
        size_of::<State>() + self.steps.state_bytes()
    }
}

impl fmt::Debug for AddedAggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.signature)
    }
}

/// Each is another one.
impl PartialEq for AddedAggregate {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for AddedAggregate {}

impl Hash for AddedAggregate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self).hash(state);
    }
}
