//! Parts of arrays by subscripts, and arrays with other parts.

use super::{Array, ArrayBuilder, ArrayRef, DIMENSIONS_MAX, Dimension, Dimensions, too_large};
use crate::error::{Error, Result, SqlState};
use crate::types::{ScalarType, ValueRef};

/// From where and to where a slice goes in one dimension; an end that is not said is that of the array.
pub(crate) type SliceBound = (Option<i64>, Option<i64>);

/// `a[i][j]`: one element. NULL where there is none, and where there are more or fewer dimensions.
pub(crate) fn element<'a>(array: ArrayRef<'a>, subscripts: &[i64]) -> ValueRef<'a> {
    let at = place(&array.shape(), subscripts);
    at.map_or(ValueRef::Null, |at| {
        let mut elements = array.iter();
        elements.skip_to(at);
        elements.next().unwrap_or(ValueRef::Null)
    })
}

/// Which of its elements the subscripts name.
fn place(shape: &Dimensions, subscripts: &[i64]) -> Option<usize> {
    let dimensions = shape.as_slice();
    if dimensions.is_empty() || dimensions.len() != subscripts.len() {
        return None;
    }
    let mut at = 0;
    for (dimension, subscript) in dimensions.iter().zip(subscripts) {
        let offset = usize::try_from(subscript - i64::from(dimension.lower)).ok()?;
        if offset >= dimension.len {
            return None;
        }
        at = at * dimension.len + offset;
    }
    Some(at)
}

/// What a slice takes of one dimension: from which place on, and how many.
type Span = (usize, usize);

/// `a[l:u]`: a part, whose subscripts begin with 1. Dimensions that are not named are taken whole; one too many is a part
/// that is empty.
///
/// # Errors
/// None that an array could cause.
pub(crate) fn slice(array: ArrayRef<'_>, bounds: &[SliceBound]) -> Result<Array> {
    let shape = array.shape();
    let Some(spans) = spans(&shape, bounds) else {
        return Ok(Array::empty(array.element_type()));
    };
    let dimensions: Vec<Dimension> = spans
        .iter()
        .map(|(_, len)| Dimension {
            len: *len,
            lower: 1,
        })
        .collect();
    let mut builder = ArrayBuilder::new(array.element_type());
    let mut elements = array.iter();
    for_each_place(&shape, &spans, |at| {
        elements.skip_to(at);
        builder.push(elements.next().unwrap_or(ValueRef::Null))
    })?;
    Ok(builder.finish(&Dimensions::new(&dimensions)?))
}

/// What a slice takes of each dimension; `None`: nothing.
fn spans(shape: &Dimensions, bounds: &[SliceBound]) -> Option<Vec<Span>> {
    let dimensions = shape.as_slice();
    if dimensions.is_empty() || bounds.len() > dimensions.len() {
        return None;
    }
    let whole = std::iter::repeat(&(None, None));
    let mut spans = Vec::with_capacity(dimensions.len());
    for (dimension, (low, high)) in dimensions.iter().zip(bounds.iter().chain(whole)) {
        let (lower, upper) = (i64::from(dimension.lower), i64::from(dimension.upper()));
        let first = low.unwrap_or(lower).max(lower);
        let last = high.unwrap_or(upper).min(upper);
        if first > last {
            return None;
        }
        let from = usize::try_from(first - lower).ok()?;
        spans.push((from, usize::try_from(last - first + 1).ok()?));
    }
    Some(spans)
}

/// The places of a part's elements, ascending.
fn for_each_place(
    shape: &Dimensions,
    spans: &[Span],
    mut visit: impl FnMut(usize) -> Result<()>,
) -> Result<()> {
    let dimensions = shape.as_slice();
    let mut at: Vec<usize> = vec![0; spans.len()];
    loop {
        let steps = dimensions.iter().zip(spans).zip(&at);
        let place = steps.fold(0, |place, ((dimension, (from, _)), step)| {
            place * dimension.len + from + step
        });
        visit(place)?;
        let Some(turned) = (0..at.len()).rev().find(|d| at[*d] + 1 < spans[*d].1) else {
            return Ok(());
        };
        at[turned] += 1;
        at[turned + 1..].fill(0);
    }
}

/// The array with another element: what `a[i] = value` leaves. One of one dimension grows, with NULLs between.
///
/// # Errors
/// There is no place for it.
pub(crate) fn assigned_element(
    array: Option<ArrayRef<'_>>,
    ty: ScalarType,
    subscripts: &[i64],
    value: ValueRef<'_>,
) -> Result<Array> {
    check_count(subscripts.len())?;
    let array = array.filter(|array| !array.is_empty());
    let Some(array) = array else {
        let dimensions: Vec<Dimension> = subscripts
            .iter()
            .map(|subscript| {
                Ok(Dimension {
                    len: 1,
                    lower: i32::try_from(*subscript).map_err(|_| too_large())?,
                })
            })
            .collect::<Result<_>>()?;
        let mut builder = ArrayBuilder::new(ty);
        builder.push(value)?;
        return Ok(builder.finish(&Dimensions::new(&dimensions)?));
    };
    let shape = array.shape();
    if shape.as_slice().len() != subscripts.len() {
        return Err(subscript_error("wrong number of array subscripts"));
    }
    if let ([dimension], [subscript]) = (shape.as_slice(), subscripts) {
        return grown(array, *dimension, (*subscript, *subscript), |_| Ok(value));
    }
    let at =
        place(&shape, subscripts).ok_or_else(|| subscript_error("array subscript out of range"))?;
    replaced(array, &shape, |place| (place == at).then_some(value))
}

/// The array with another part: what `a[l:u] = array` leaves.
///
/// # Errors
/// The other array has fewer elements than the part, or there is no place for it.
pub(crate) fn assigned_slice(
    array: Option<ArrayRef<'_>>,
    ty: ScalarType,
    bounds: &[SliceBound],
    part: ArrayRef<'_>,
) -> Result<Array> {
    check_count(bounds.len())?;
    let array = array.filter(|array| !array.is_empty());
    let mut source = part.iter();
    let mut next = |_: usize| {
        let too_small = || subscript_error("source array too small");
        source.next().ok_or_else(too_small)
    };
    let Some(array) = array else {
        let mut dimensions = Vec::with_capacity(bounds.len());
        for bound in bounds {
            let (Some(low), Some(high)) = *bound else {
                return Err(subscript_error(
                    "array slice subscript must provide both boundaries",
                ));
            };
            let len = usize::try_from(high - low + 1).map_err(|_| wrong_order())?;
            let lower = i32::try_from(low).map_err(|_| too_large())?;
            dimensions.push(Dimension { len, lower });
        }
        let dimensions = Dimensions::new(&dimensions)?;
        let mut builder = ArrayBuilder::new(ty);
        for at in 0..dimensions.elements() {
            builder.push(next(at)?)?;
        }
        return Ok(builder.finish(&dimensions));
    };
    let shape = array.shape();
    if bounds.len() > shape.as_slice().len() {
        return Err(subscript_error("wrong number of array subscripts"));
    }
    if let ([dimension], [(low, high)]) = (shape.as_slice(), bounds) {
        let low = low.unwrap_or(i64::from(dimension.lower));
        let high = high.unwrap_or(i64::from(dimension.upper()));
        if low > high {
            return match part.is_empty() || low == high + 1 {
                true => Ok(array.to_owned()),
                false => Err(wrong_order()),
            };
        }
        return grown(array, *dimension, (low, high), next);
    }
    let out_of_range = || subscript_error("array subscript out of range");
    for (dimension, (low, high)) in shape.as_slice().iter().zip(bounds) {
        let is_below = low.is_some_and(|low| low < i64::from(dimension.lower));
        if is_below || high.is_some_and(|high| high > i64::from(dimension.upper())) {
            return Err(out_of_range());
        }
    }
    let spans = spans(&shape, bounds).ok_or_else(out_of_range)?;
    let mut places = Vec::new();
    for_each_place(&shape, &spans, |at| {
        places.push((at, next(at)?));
        Ok(())
    })?;
    let mut places = places.into_iter().peekable();
    replaced(array, &shape, |at| {
        let found = places.next_if(|(place, _)| *place == at);
        found.map(|(_, value)| value)
    })
}

/// An array of one dimension with other elements in a range, which may lie beyond it.
fn grown<'v>(
    array: ArrayRef<'_>,
    dimension: Dimension,
    (low, high): (i64, i64),
    mut value: impl FnMut(usize) -> Result<ValueRef<'v>>,
) -> Result<Array> {
    let (lower, upper) = (i64::from(dimension.lower), i64::from(dimension.upper()));
    let (first, last) = (lower.min(low), upper.max(high));
    let len = usize::try_from(last - first + 1).map_err(|_| too_large())?;
    let dimensions = Dimensions::new(&[Dimension {
        len,
        lower: i32::try_from(first).map_err(|_| too_large())?,
    }])?;
    let mut builder = ArrayBuilder::new(array.element_type());
    let mut elements = array.iter();
    for (at, subscript) in (first..=last).enumerate() {
        let old = match (lower..=upper).contains(&subscript) {
            true => elements.next().unwrap_or(ValueRef::Null),
            false => ValueRef::Null,
        };
        if (low..=high).contains(&subscript) {
            builder.push(value(at)?)?;
        } else {
            builder.push(old)?;
        }
    }
    Ok(builder.finish(&dimensions))
}

/// The array with other elements in some places.
fn replaced<'v>(
    array: ArrayRef<'_>,
    shape: &Dimensions,
    mut other: impl FnMut(usize) -> Option<ValueRef<'v>>,
) -> Result<Array> {
    let mut builder = ArrayBuilder::new(array.element_type());
    for (at, old) in array.iter().enumerate() {
        match other(at) {
            Some(new) => builder.push(new)?,
            None => builder.push(old)?,
        }
    }
    Ok(builder.finish(shape))
}

fn check_count(subscripts: usize) -> Result<()> {
    if subscripts > DIMENSIONS_MAX {
        return Err(Error::sql(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!(
                "number of array dimensions ({subscripts}) exceeds the maximum allowed ({DIMENSIONS_MAX})"
            ),
        ));
    }
    Ok(())
}

fn wrong_order() -> Error {
    subscript_error("upper bound cannot be less than lower bound")
}

fn subscript_error(text: &str) -> Error {
    Error::sql(SqlState::ARRAY_SUBSCRIPT_ERROR, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::parse_array;

    fn array(text: &str) -> Array {
        parse_array(text, ScalarType::Integer, &Default::default(), None).unwrap()
    }

    #[test]
    fn elements_and_slices_are_those_that_subscripts_name() {
        let square = array("{{1,2,3},{4,5,6}}");
        assert_eq!(element(square.as_ref(), &[2, 1]), ValueRef::Integer(4));
        assert_eq!(element(square.as_ref(), &[2]), ValueRef::Null);
        assert_eq!(element(square.as_ref(), &[3, 1]), ValueRef::Null);
        let part = |bounds: &[SliceBound]| slice(square.as_ref(), bounds).unwrap().to_string();
        assert_eq!(
            part(&[(Some(1), Some(2)), (Some(2), None)]),
            "{{2,3},{5,6}}"
        );
        assert_eq!(part(&[(Some(2), Some(9))]), "{{4,5,6}}");
        assert_eq!(part(&[(Some(3), Some(9))]), "{}");
        assert_eq!(part(&[(None, None), (None, None), (None, None)]), "{}");
        let moved = array("[0:2]={7,8,9}");
        assert_eq!(element(moved.as_ref(), &[0]), ValueRef::Integer(7));
        assert_eq!(
            slice(moved.as_ref(), &[(Some(1), None)])
                .unwrap()
                .to_string(),
            "{8,9}"
        );
    }

    #[test]
    fn assignment_replaces_and_grows() {
        let set = |text: &str, at: &[i64]| {
            let array = array(text);
            let value = ValueRef::Integer(0);
            assigned_element(Some(array.as_ref()), ScalarType::Integer, at, value)
                .map(|array| array.to_string())
                .map_err(|error| error.message().to_owned())
        };
        assert_eq!(set("{1,2}", &[2]).unwrap(), "{1,0}");
        assert_eq!(set("{1,2}", &[4]).unwrap(), "{1,2,NULL,0}");
        assert_eq!(set("{1,2}", &[-1]).unwrap(), "[-1:2]={0,NULL,1,2}");
        assert_eq!(set("{}", &[2, 3]).unwrap(), "[2:2][3:3]={{0}}");
        assert_eq!(set("{{1,2}}", &[1, 2]).unwrap(), "{{1,0}}");
        assert!(set("{{1,2}}", &[2, 2]).is_err());
        assert!(set("{1}", &[1, 1]).is_err());
        assert!(set("{1}", &[i64::from(i32::MAX)]).is_err());
        let (old, part) = (array("{1,2,3}"), array("{8,9}"));
        let put = |bounds| {
            assigned_slice(
                Some(old.as_ref()),
                ScalarType::Integer,
                &[bounds],
                part.as_ref(),
            )
            .map(|array| array.to_string())
        };
        assert_eq!(put((Some(2), Some(3))).unwrap(), "{1,8,9}");
        assert_eq!(put((Some(5), Some(6))).unwrap(), "{1,2,3,NULL,8,9}");
        assert!(put((Some(1), Some(3))).is_err());
    }
}
