//! What may stand for the parameters of a statement.

use crate::api::to_sql::{ToSql, ToSqlOutput};
use crate::bind::bound::Parameters;
use crate::error::{Error, Result};
use crate::types::{SqlType, Value, ValueRef};

/// The parameters of one execution.
///
/// - none: `()` or `[]`;
/// - by position: a tuple `(1, "a", &vector)`, an array or slice of one type, [`params!`](crate::params),
///   [`params_from_iter`];
/// - by name: [`named_params!`](crate::named_params), `&[(":q", &value)]`.
///
/// Exactly the statement's parameters must be given: one too few or too many, or a name that the statement
/// does not have, is an error.
pub trait Params: sealed::Bind {}

mod sealed {
    use super::{Binder, Result};

    /// Puts values into a binder.
    pub trait Bind {
        #[doc(hidden)]
        fn bind(self, binder: &mut Binder<'_>) -> Result<()>;
    }
}

use sealed::Bind;

/// Collects the values of one execution in the order of the statement's parameters, each with its place's type.
#[doc(hidden)]
#[derive(Debug)]
pub struct Binder<'a> {
    parameters: &'a Parameters,
    /// By position: those that were given so far. By name: one for each parameter.
    values: Vec<Value>,
    given: usize,
    /// Which parameters were given by name.
    named: Vec<bool>,
}

impl<'a> Binder<'a> {
    /// Binds `params` to a statement's parameters.
    pub(crate) fn collect<P: Params>(parameters: &'a Parameters, params: P) -> Result<Vec<Value>> {
        let mut binder = Self {
            parameters,
            values: Vec::with_capacity(parameters.types.len()),
            given: 0,
            named: Vec::new(),
        };
        params.bind(&mut binder)?;
        binder.finish()
    }

    fn positional(&mut self, value: &dyn ToSql) -> Result<()> {
        let at = self.given;
        self.given += 1;
        // Values beyond the last parameter are only counted, so that the error can say how many there were.
        let Some(ty) = self.parameters.types.get(at) else {
            return Ok(());
        };
        let given = value.to_sql();
        // Where most values are of their place's type they are looked at where they lie: moving them costs more than all else here.
        match (&given, ty) {
            (Ok(ToSqlOutput::Owned(Value::Integer(value))), SqlType::Integer)
            | (Ok(ToSqlOutput::Borrowed(ValueRef::Integer(value))), SqlType::Integer) => {
                self.values.push(Value::Integer(*value));
            }
            (Ok(ToSqlOutput::Borrowed(ValueRef::Text(value))), SqlType::Text) => {
                self.values.push(Value::Text((*value).to_owned()));
            }
            _ => {
                let value = given?.into_value();
                self.values.push(self.parameters.coerce_early(at, value)?);
            }
        }
        Ok(())
    }

    fn named(&mut self, name: &str, value: &dyn ToSql) -> Result<()> {
        let at = self.parameters.position(name).ok_or_else(|| {
            Error::Misuse(format!("the statement has no parameter named \"{name}\""))
        })?;
        let wanted = self.parameters.types.len();
        self.named.resize(wanted, false);
        self.values.resize(wanted, Value::Null);
        self.given += usize::from(!std::mem::replace(&mut self.named[at], true));
        let value = value.to_sql()?.into_value();
        self.values[at] = self.parameters.coerce_early(at, value)?;
        Ok(())
    }

    fn finish(self) -> Result<Vec<Value>> {
        let (given, wanted) = (self.given, self.parameters.types.len());
        if given == wanted {
            return Ok(self.values);
        }
        let missing = match self.named.is_empty() {
            true => given,
            false => self.named.iter().position(|given| !given).unwrap_or(wanted),
        };
        let name = self
            .parameters
            .names
            .get(missing)
            .and_then(Option::as_deref);
        Err(Error::Misuse(match name {
            Some(name) => format!("parameter {name} is not given a value"),
            None => format!("the statement has {wanted} parameters, {given} were given"),
        }))
    }
}

impl Parameters {
    /// Gives each value the type that its place wants.
    pub(crate) fn coerce_all(&self, values: Vec<Value>) -> Result<Vec<Value>> {
        let values = values.into_iter().enumerate();
        values.map(|(at, value)| self.coerce(at, value)).collect()
    }

    /// The place of a named parameter; its sign (`:`, `@`, `$`) may be left out.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let exact = |n: &str| n == name;
        let bare = |n: &str| n.strip_prefix([':', '@', '$']) == Some(name);
        let find = |test: &dyn Fn(&str) -> bool| {
            self.names
                .iter()
                .position(|n| n.as_deref().is_some_and(test))
        };
        find(&exact).or_else(|| find(&bare))
    }
}

impl Params for () {}
impl Bind for () {
    fn bind(self, _: &mut Binder<'_>) -> Result<()> {
        Ok(())
    }
}

// The only impl for empty arrays, so that `[]` needs no annotation.
impl Params for [&(dyn ToSql + Send + Sync); 0] {}
impl Bind for [&(dyn ToSql + Send + Sync); 0] {
    fn bind(self, _: &mut Binder<'_>) -> Result<()> {
        Ok(())
    }
}

impl Params for &[&dyn ToSql] {}
impl Bind for &[&dyn ToSql] {
    fn bind(self, binder: &mut Binder<'_>) -> Result<()> {
        self.iter().try_for_each(|value| binder.positional(*value))
    }
}

impl Params for &[Value] {}
impl Bind for &[Value] {
    fn bind(self, binder: &mut Binder<'_>) -> Result<()> {
        self.iter().try_for_each(|value| binder.positional(value))
    }
}

impl<S: AsRef<str>, T: ToSql> Params for &[(S, T)] {}
impl<S: AsRef<str>, T: ToSql> Bind for &[(S, T)] {
    fn bind(self, binder: &mut Binder<'_>) -> Result<()> {
        self.iter()
            .try_for_each(|(name, value)| binder.named(name.as_ref(), value))
    }
}

impl<S: AsRef<str>, T: ToSql, const N: usize> Params for &[(S, T); N] {}
impl<S: AsRef<str>, T: ToSql, const N: usize> Bind for &[(S, T); N] {
    fn bind(self, binder: &mut Binder<'_>) -> Result<()> {
        self[..].bind(binder)
    }
}

macro_rules! params_for_arrays {
    ($($n:literal)*) => {$(
        impl<T: ToSql> Params for [T; $n] {}
        impl<T: ToSql> Bind for [T; $n] {
            fn bind(self, binder: &mut Binder<'_>) -> Result<()> {
                self.iter().try_for_each(|value| binder.positional(value))
            }
        }

        impl<T: ToSql> Params for &[T; $n] {}
        impl<T: ToSql> Bind for &[T; $n] {
            fn bind(self, binder: &mut Binder<'_>) -> Result<()> {
                self.iter().try_for_each(|value| binder.positional(value))
            }
        }
    )*};
}

params_for_arrays!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);

macro_rules! params_for_tuples {
    ($(($($name:ident $at:tt),*))*) => {$(
        impl<$($name: ToSql),*> Params for ($($name,)*) {}
        impl<$($name: ToSql),*> Bind for ($($name,)*) {
            fn bind(self, binder: &mut Binder<'_>) -> Result<()> {
                $(binder.positional(&self.$at)?;)*
                Ok(())
            }
        }
    )*};
}

params_for_tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15)
}

/// Parameters by position from an iterator: see [`params_from_iter`].
#[derive(Clone, Debug)]
pub struct ParamsFromIter<I>(I);

/// Parameters by position from anything that gives values.
pub fn params_from_iter<I>(values: I) -> ParamsFromIter<I>
where
    I: IntoIterator,
    I::Item: ToSql,
{
    ParamsFromIter(values)
}

impl<I> Params for ParamsFromIter<I>
where
    I: IntoIterator,
    I::Item: ToSql,
{
}
impl<I> Bind for ParamsFromIter<I>
where
    I: IntoIterator,
    I::Item: ToSql,
{
    fn bind(self, binder: &mut Binder<'_>) -> Result<()> {
        self.0
            .into_iter()
            .try_for_each(|value| binder.positional(&value))
    }
}

/// Parameters by position, of any types.
///
/// ```
/// use citadel_sql::{Connection, params};
///
/// # fn main() -> citadel_sql::Result<()> {
/// let db = Connection::open_in_memory()?;
/// let text: String = db.query_row("SELECT upper(?1) || ?2", params!["ab", "c"], |row| row.get(0))?;
/// assert_eq!(text, "ABc");
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! params {
    () => {
        &[] as &[&dyn $crate::ToSql]
    };
    ($($value:expr),+ $(,)?) => {
        &[$(&$value as &dyn $crate::ToSql),+] as &[&dyn $crate::ToSql]
    };
}

/// Parameters by name, of any types.
///
/// ```
/// use citadel_sql::{Connection, named_params};
///
/// # fn main() -> citadel_sql::Result<()> {
/// let db = Connection::open_in_memory()?;
/// let distance: f64 = db.query_row(
///     "SELECT :a <-> :b",
///     named_params! { ":a": [0.0_f32, 3.0], ":b": [4.0_f32, 0.0] },
///     |row| row.get(0),
/// )?;
/// assert_eq!(distance, 5.0);
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! named_params {
    () => {
        &[] as &[(&str, &dyn $crate::ToSql)]
    };
    ($($name:literal: $value:expr),+ $(,)?) => {
        &[$(($name, &$value as &dyn $crate::ToSql)),+] as &[(&str, &dyn $crate::ToSql)]
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(names: &[Option<&str>]) -> Parameters {
        Parameters {
            names: names.iter().map(|n| n.map(str::to_owned)).collect(),
            types: vec![SqlType::Unknown; names.len()],
            compared: vec![false; names.len()],
            ..Parameters::default()
        }
    }

    fn integers(values: &[i64]) -> Vec<Value> {
        values.iter().copied().map(Value::Integer).collect()
    }

    #[test]
    fn positions_come_from_tuples_arrays_slices_and_iterators() {
        let two = parameters(&[None, None]);
        let expected = integers(&[1, 2]);
        assert_eq!(Binder::collect(&two, (1, 2_u8)).unwrap(), expected);
        assert_eq!(Binder::collect(&two, [1, 2]).unwrap(), expected);
        assert_eq!(Binder::collect(&two, params![1, 2_i64]).unwrap(), expected);
        assert_eq!(
            Binder::collect(&two, params_from_iter(1..3)).unwrap(),
            expected
        );
        assert_eq!(Binder::collect(&two, &expected[..]).unwrap(), expected);
        assert_eq!(Binder::collect(&parameters(&[]), []).unwrap(), []);
        assert_eq!(Binder::collect(&parameters(&[]), ()).unwrap(), []);
    }

    #[test]
    fn an_array_of_floats_in_a_list_is_one_vector() {
        let one = parameters(&[None]);
        let expected = [Value::Vector(vec![1.0, 2.0])];
        assert_eq!(Binder::collect(&one, [[1.0_f32, 2.0]]).unwrap(), expected);
        assert_eq!(
            Binder::collect(&one, (vec![1.0_f32, 2.0],)).unwrap(),
            expected
        );
        assert_eq!(
            Binder::collect(&one, params![[1.0_f32, 2.0]]).unwrap(),
            expected
        );
    }

    #[test]
    fn names_are_found_with_and_without_their_sign() {
        let two = parameters(&[Some(":a"), Some("@b")]);
        let expected = integers(&[1, 2]);
        assert_eq!(
            Binder::collect(&two, named_params! { "@b": 2, ":a": 1 }).unwrap(),
            expected
        );
        assert_eq!(
            Binder::collect(&two, &[("b", 2), ("a", 1)]).unwrap(),
            expected
        );
        assert_eq!(Binder::collect(&two, (1, 2)).unwrap(), expected);
    }

    #[test]
    fn too_few_too_many_and_unknown_are_errors() {
        let two = parameters(&[Some(":a"), Some(":b")]);
        let message = |result: Result<Vec<Value>>| result.unwrap_err().to_string();
        assert_eq!(
            message(Binder::collect(&two, [1])),
            "parameter :b is not given a value"
        );
        assert_eq!(
            message(Binder::collect(&two, [1, 2, 3])),
            "the statement has 2 parameters, 3 were given"
        );
        assert_eq!(
            message(Binder::collect(&two, &[(":c", 1)])),
            "the statement has no parameter named \":c\""
        );
        assert_eq!(
            message(Binder::collect(&two, &[(":b", 1)])),
            "parameter :a is not given a value"
        );
    }
}
