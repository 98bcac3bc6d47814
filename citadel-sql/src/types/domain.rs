//! Domains: types of which a condition allows only some values.
//!
//! A value of a domain is one of its base type, everywhere: stored, compared and computed with. A domain says what may be stored in
//! a column of it, and what a cast to it lets pass, as a [`Limit`] does. Definitions are kept once for the life of the process, one
//! for each that was ever read, so that a domain is as small as a number.
//!
//! What computes conditions stands above this room, and is [told](install) to it once.

use std::fmt;
use std::sync::OnceLock;

use parking_lot::Mutex;

use super::enum_type::write_name;
use super::{Limit, SqlType, ValueRef};
use crate::error::{Error, Result, SqlState};

/// A domain as one catalog has it.
#[derive(Clone, Copy)]
pub(crate) struct Domain(&'static Known);

/// What a domain is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DomainDef {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) base: SqlType,
    /// What its base type allows, which may be a domain as well.
    pub(crate) limit: Option<Limit>,
    pub(crate) not_null: bool,
    /// An expression without columns.
    pub(crate) default: Option<String>,
    pub(crate) checks: Vec<DomainCheck>,
}

/// What no value may be FALSE for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainCheck {
    pub(crate) name: String,
    /// A condition over the column `value`.
    pub(crate) condition: String,
}

/// Tells whether a condition is FALSE for a value.
pub(crate) type IsFalse = Box<dyn Fn(ValueRef<'_>) -> Result<bool> + Send + Sync>;

/// Makes what computes a condition over values of a type.
pub(crate) type MakeCondition = fn(base: SqlType, condition: &str) -> Result<IsFalse>;

struct Known {
    /// Its place among all that the process knows.
    number: usize,
    def: DomainDef,
    /// Its conditions, once they are needed.
    conditions: OnceLock<Vec<IsFalse>>,
}

static KNOWN: Mutex<Vec<&'static Known>> = Mutex::new(Vec::new());

static MAKE: OnceLock<MakeCondition> = OnceLock::new();

/// Says what computes conditions; the first word holds.
pub(crate) fn install(make: MakeCondition) {
    MAKE.get_or_init(|| make);
}

impl Domain {
    /// A domain by its definition.
    pub(crate) fn of(def: DomainDef) -> Self {
        let mut known = KNOWN.lock();
        if let Some(found) = known.iter().find(|known| known.def == def) {
            return Self(found);
        }
        let new: &'static Known = Box::leak(Box::new(Known {
            number: known.len(),
            def,
            conditions: OnceLock::new(),
        }));
        known.push(new);
        Self(new)
    }

    /// The domain of a number of this process.
    pub(crate) fn of_number(number: i64) -> Option<Self> {
        let known = KNOWN.lock();
        known.get(usize::try_from(number).ok()?).copied().map(Self)
    }

    /// Its number in this process.
    pub(crate) fn number(self) -> i64 {
        i64::try_from(self.0.number).unwrap_or(i64::MAX)
    }

    pub(crate) fn def(self) -> &'static DomainDef {
        &self.0.def
    }

    /// May the value be one of it? NULL may be, unless something is said against it.
    ///
    /// # Errors
    /// It may not; a condition fails.
    pub(crate) fn check(self, value: ValueRef<'_>) -> Result<()> {
        let def = self.def();
        if value.is_null() && def.not_null {
            return Err(Error::sql(
                SqlState::NOT_NULL_VIOLATION,
                format!("domain {} does not allow null values", def.name),
            ));
        }
        if let Some(limit) = def.limit {
            limit.check(value)?;
        }
        for (check, is_false) in def.checks.iter().zip(self.conditions()?) {
            if is_false(value)? {
                return Err(Error::sql(
                    SqlState::CHECK_VIOLATION,
                    format!(
                        "value for domain {} violates check constraint \"{}\"",
                        def.name, check.name
                    ),
                ));
            }
        }
        Ok(())
    }

    fn conditions(self) -> Result<&'static [IsFalse]> {
        if let Some(conditions) = self.0.conditions.get() {
            return Ok(conditions);
        }
        let make = MAKE.get().ok_or_else(|| {
            Error::sql(
                SqlState::INTERNAL_ERROR,
                "nothing is there to compute the conditions of a domain",
            )
        })?;
        let def = self.def();
        let checks = def.checks.iter();
        let made = checks.map(|check| make(def.base, &check.condition));
        let made = made.collect::<Result<Vec<_>>>()?;
        Ok(self.0.conditions.get_or_init(|| made))
    }
}

impl PartialEq for Domain {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Domain {}

/// The name, as it is read again.
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_name(f, &self.def().name)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.def().fmt(f)
    }
}
