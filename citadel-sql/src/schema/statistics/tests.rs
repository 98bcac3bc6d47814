//! Statistics survive their bytes, and say what they were made to say.

use proptest::prelude::*;

use super::*;
use crate::schema::{ColumnDef, ColumnDefault, ColumnStorage};
use crate::types::SqlType;

fn columns(width: usize) -> Vec<ColumnDef> {
    let column = |at: usize| ColumnDef {
        name: format!("c{at}"),
        ty: SqlType::Integer,
        limit: None,
        not_null: false,
        default: ColumnDefault::default(),
        sequences: Default::default(),
        missing: Value::Null,
        generated: None,
        collation: Default::default(),
        storage: ColumnStorage::Row,
    };
    (0..width).map(column).collect()
}

fn column(common: &[(i64, f64)], bounds: &[i64], nulls: f64) -> ColumnStatistics {
    ColumnStatistics {
        nulls,
        width: 8.0,
        distinct: Distinct::Count(common.len() as f64 + 100.0),
        common: common
            .iter()
            .map(|(value, share)| (Value::Integer(*value), *share))
            .collect(),
        bounds: bounds.iter().map(|bound| Value::Integer(*bound)).collect(),
    }
}

fn table() -> TableStatistics {
    TableStatistics {
        rows: 5000,
        sampled: 3000,
        columns: vec![
            (
                ColumnNo(0),
                column(&[(7, 0.5), (9, 0.25)], &[0, 50, 100], 0.1),
            ),
            (ColumnNo(2), column(&[], &[], 1.0)),
        ],
        indexes: vec![IndexStatistics {
            index: IndexId(4),
            prefixes: vec![Distinct::Count(12.0), Distinct::PerRow(0.5)],
        }],
    }
}

#[test]
fn statistics_survive_their_bytes() {
    let bytes = encode(&table());
    assert_eq!(decode(&columns(3), &bytes), Ok(Some(table())));
    assert!(
        decode(&columns(2), &bytes).is_err(),
        "a column that is not there"
    );
    assert!(decode(&columns(3), &bytes[..bytes.len() - 1]).is_err());
    let mut newer = bytes;
    newer[0] = 2;
    assert_eq!(decode(&columns(3), &newer), Ok(None));
}

#[test]
fn a_common_value_has_its_share_and_another_one_a_part_of_the_rest() {
    let of = column(&[(7, 0.5), (9, 0.25)], &[0, 50, 100], 0.1);
    assert_eq!(of.equal_share(ValueRef::Integer(7), 5000.0), 0.5);
    assert_eq!(of.equal_share(ValueRef::Real(9.0), 5000.0), 0.25);
    let rest = of.equal_share(ValueRef::Integer(8), 5000.0);
    assert!((rest - 0.15 / 100.0).abs() < 1e-9, "{rest}");
    assert_eq!(of.equal_share(ValueRef::Null, 5000.0), 0.0);
}

#[test]
fn what_is_below_a_value_grows_with_it() {
    let of = column(&[(7, 0.5), (9, 0.25)], &[0, 50, 100], 0.1);
    let below = |value| of.below_share(ValueRef::Integer(value), false).unwrap();
    assert_eq!(below(-1), 0.0);
    assert!(below(7) < below(8));
    assert!((below(100) - 0.9).abs() < 1e-9);
    assert!((below(200) - 0.9).abs() < 1e-9);
    let with = of.below_share(ValueRef::Integer(7), true).unwrap();
    assert!((with - below(7) - 0.5).abs() < 1e-9);
    assert_eq!(
        column(&[], &[], 0.0).below_share(ValueRef::Integer(1), true),
        None
    );
}

#[test]
fn columns_and_indexes_move_with_their_numbers() {
    let moved = table().moved(
        |no| (no.0 > 0).then(|| ColumnNo(no.0 - 1)),
        |_| Some(IndexId(9)),
    );
    assert!(moved.column(ColumnNo(0)).is_none());
    assert_eq!(moved.column(ColumnNo(1)).unwrap().nulls, 1.0);
    assert!(moved.index(IndexId(4)).is_none());
    assert!(moved.index(IndexId(9)).is_some());
}

#[test]
fn newer_ones_stand_before_older_ones() {
    let newer = TableStatistics {
        rows: 1,
        sampled: 1,
        columns: vec![(ColumnNo(1), column(&[], &[1, 2], 0.0))],
        indexes: Vec::new(),
    };
    let both = newer.over(&table());
    assert_eq!(both.rows, 1);
    assert_eq!(both.columns.len(), 3);
    assert_eq!(both.column(ColumnNo(1)).unwrap().bounds.len(), 2);
    assert!(both.index(IndexId(4)).is_some());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 1..80)) {
        bytes[0] = 1;
        let _ = decode(&columns(3), &bytes);
    }

    #[test]
    fn shares_are_shares(bounds in proptest::collection::vec(any::<i64>(), 0..20), value in any::<i64>()) {
        let mut bounds = bounds;
        bounds.sort_unstable();
        let of = column(&[(7, 0.5)], &bounds, 0.25);
        for or_equal in [false, true] {
            if let Some(share) = of.below_share(ValueRef::Integer(value), or_equal) {
                prop_assert!((0.0..=0.75 + 1e-9).contains(&share), "{share}");
            }
        }
    }
}
