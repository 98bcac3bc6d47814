//! Keys are ordered as values are.

use std::cmp::Ordering;
use std::ops::Bound;

use proptest::prelude::*;

use super::decode::read_key_column;
use super::*;
use crate::codec::Reader;
use crate::types::testing::{TYPES, of_type};
use crate::types::{SqlType, Value, compare};

fn key(values: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    for value in values {
        put_key_column(&mut out, value.as_ref()).unwrap();
    }
    out
}

/// The order that keys must have, told without bytes. NULLs last.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Real(a), Value::Real(b)) => a.partial_cmp(b).unwrap(),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Blob(a), Value::Blob(b)) => a.cmp(b),
        _ => unreachable!("columns have one type"),
    }
}

fn integer() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        (-3i64..3).prop_map(Value::Integer)
    ]
}

fn real() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<f64>()
            .prop_filter("finite", |v| v.is_finite())
            .prop_map(Value::Real),
        prop::sample::select(vec![-1.0, -0.0, 0.0, f64::MIN_POSITIVE, 1.0]).prop_map(Value::Real)
    ]
}

fn blob() -> impl Strategy<Value = Value> {
    let byte = prop_oneof![Just(0u8), Just(1), Just(0xFF), any::<u8>()];
    prop_oneof![
        Just(Value::Null),
        prop::collection::vec(byte, 0..5).prop_map(Value::Blob)
    ]
}

fn text() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        "[\\x00ab\u{e9}]{0,4}".prop_map(Value::Text)
    ]
}

fn rows() -> impl Strategy<Value = [Vec<Value>; 2]> {
    let row = || {
        (integer(), real(), blob(), text(), any::<bool>())
            .prop_map(|(i, r, b, t, o)| vec![b, i, t, r, Value::Boolean(o)])
    };
    [row(), row()]
}

proptest! {
    #[test]
    fn key_order_is_value_order([a, b] in rows(), columns in 1usize..=5) {
        let (a, b) = (&a[..columns], &b[..columns]);
        let expected = a.iter().zip(b).map(|(a, b)| order(a, b)).find(|o| o.is_ne());
        prop_assert_eq!(key(a).cmp(&key(b)), expected.unwrap_or(Ordering::Equal));
    }

    #[test]
    fn keys_round_trip([row, _] in rows()) {
        let types = [SqlType::Blob, SqlType::Integer, SqlType::Text, SqlType::Real, SqlType::Boolean];
        let key = key(&row);
        let mut from = Reader::new(&key);
        for (value, ty) in row.iter().zip(types) {
            prop_assert_eq!(&read_key_column(&mut from, ty).unwrap(), value);
        }
        prop_assert_eq!(from.finish(), Ok(()));
    }

    #[test]
    fn a_range_holds_what_its_bounds_say(
        row in (integer(), integer()),
        equal in prop::option::of(integer()),
        low in bound(),
        high in bound(),
    ) {
        let (first, second) = row;
        let within = |v: &Value| {
            let above = match &low {
                Bound::Unbounded => true,
                Bound::Included(l) => !l.is_null() && order(v, l).is_ge(),
                Bound::Excluded(l) => !l.is_null() && order(v, l).is_gt(),
            };
            let below = match &high {
                Bound::Unbounded => true,
                Bound::Included(h) => !h.is_null() && order(v, h).is_le(),
                Bound::Excluded(h) => !h.is_null() && order(v, h).is_lt(),
            };
            let unbounded = matches!((&low, &high), (Bound::Unbounded, Bound::Unbounded));
            above && below && (unbounded || !v.is_null())
        };
        let prefix: Vec<_> = equal.iter().map(Value::as_ref).collect();
        let range = KeyRange::new(&prefix, low.as_ref().map(Value::as_ref), high.as_ref().map(Value::as_ref)).unwrap();
        let mut key = key(&[first.clone(), second.clone()]);
        key.extend_from_slice(&row_key::encode(RowId(-1)));
        let expected = match &equal {
            Some(equal) => order(&first, equal).is_eq() && within(&second),
            None => within(&first),
        };
        let held = key >= range.start && range.end.as_ref().is_none_or(|end| key < *end);
        prop_assert_eq!(held, expected);
        prop_assert!(!(held && range.is_empty()));
    }

    #[test]
    fn arbitrary_entries_never_panic(key in prop::collection::vec(any::<u8>(), 0..20), value in prop::collection::vec(any::<u8>(), 0..10)) {
        let _ = row_id_of_entry(&key, &value);
        for ty in [SqlType::Blob, SqlType::Integer, SqlType::Text, SqlType::Real, SqlType::Boolean] {
            let _ = read_key_column(&mut Reader::new(&key), ty);
        }
    }
}

fn bound() -> impl Strategy<Value = Bound<Value>> {
    prop_oneof![
        Just(Bound::Unbounded),
        integer().prop_map(Bound::Included),
        integer().prop_map(Bound::Excluded)
    ]
}

fn three_of_one_type() -> impl Strategy<Value = (SqlType, [Value; 3])> {
    prop::sample::select(TYPES.to_vec())
        .prop_flat_map(|ty| ([of_type(ty), of_type(ty), of_type(ty)], Just(ty)))
        .prop_map(|(values, ty)| (ty, values))
}

proptest! {
    #[test]
    fn keys_of_times_numbers_and_ids_are_ordered_as_they_are((ty, [a, b, c]) in three_of_one_type()) {
        let order = |a: &Value, b: &Value| compare(a.as_ref(), b.as_ref()).unwrap();
        prop_assert_eq!(key(std::slice::from_ref(&a)).cmp(&key(std::slice::from_ref(&b))), order(&a, &b));
        // Behind a key another one follows, and NULL is last.
        let (first, second) = ([a.clone(), c.clone()], [b.clone(), Value::Null]);
        let expected = order(&a, &b).then(Ordering::Less);
        prop_assert_eq!(key(&first).cmp(&key(&second)), expected);
        let bytes = key(&first);
        let mut from = Reader::new(&bytes);
        for value in &first {
            let read = read_key_column(&mut from, ty).unwrap();
            prop_assert_eq!(order(&read, value), Ordering::Equal);
        }
        prop_assert_eq!(from.finish(), Ok(()));
    }

    #[test]
    fn other_bytes_are_no_keys(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
        for ty in TYPES {
            let _ = read_key_column(&mut Reader::new(&bytes), ty);
        }
    }
}
