//! Rows come back as they were written, and bytes that are no rows do no harm.

use citadel_txn::TreeId;
use proptest::prelude::*;

use super::*;
use crate::codec::Malformed;
use crate::schema::{ColumnDef, ColumnDefault, ColumnNo, ColumnStorage, TableDef, TableId};
use crate::types::testing::{TYPES, of_type};
use crate::types::{Element, SqlType, Value, VectorType};

/// A table with a column of each kind; the row id is column 1, and column 6 has a tree of its own.
fn table() -> TableDef {
    let types = [
        SqlType::Text,
        SqlType::Integer,
        SqlType::Boolean,
        SqlType::Real,
        SqlType::Vector(VectorType::new(3, Element::I8)),
        SqlType::Blob,
        SqlType::vector(3),
        SqlType::Vector(VectorType::new(11, Element::Bit)),
        SqlType::Vector(VectorType::new(2, Element::F16)),
        SqlType::Text,
    ];
    table_of(&types)
}

fn table_of(types: &[SqlType]) -> TableDef {
    let columns = types.iter().enumerate().map(|(at, ty)| ColumnDef {
        name: format!("c{at}"),
        ty: *ty,
        limit: None,
        not_null: false,
        default: ColumnDefault::default(),
        sequences: Default::default(),
        missing: Value::Null,
        generated: None,
        collation: Default::default(),
        storage: match (at, ty) {
            (6, SqlType::Vector(_)) => ColumnStorage::Tree(TreeId::new(99)),
            _ => ColumnStorage::Row,
        },
    });
    TableDef {
        id: TableId(1),
        name: "t".to_owned(),
        columns: columns.collect(),
        rowid_column: (types[1] == SqlType::Integer).then_some(ColumnNo(1)),
        primary_key: vec![ColumnNo(1)],
        rowid_constraint: None,
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        rows: TreeId::new(16),
        indexes: Vec::new(),
        sql: String::new(),
        lake: None,
        statistics: None,
        materialized: None,
    }
}

fn or_null(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![1 => Just(Value::Null), 3 => value].boxed()
}

fn rows() -> impl Strategy<Value = Vec<Value>> {
    let integer = || {
        prop_oneof![
            any::<i64>(),
            -200i64..200,
            prop::sample::select(vec![i64::MIN, i64::MAX])
        ]
        .prop_map(Value::Integer)
    };
    let vector =
        |len| prop::collection::vec(any::<i8>().prop_map(f32::from), len).prop_map(Value::Vector);
    let bits = prop::collection::vec(any::<bool>(), 11)
        .prop_map(|bits| Value::Bits(bits.into_iter().collect()));
    (
        or_null(".{0,300}".prop_map(Value::Text)),
        integer(),
        or_null(any::<bool>().prop_map(Value::Boolean)),
        or_null((-1e300f64..1e300).prop_map(Value::Real)),
        or_null(vector(3)),
        or_null(prop::collection::vec(any::<u8>(), 0..300).prop_map(Value::Blob)),
        or_null(vector(3)),
        or_null(bits),
        or_null(vector(2)),
        or_null(".{0,3}".prop_map(Value::Text)),
    )
        .prop_map(|(a, b, c, d, e, f, g, h, i, j)| vec![a, b, c, d, e, f, g, h, i, j])
}

fn encode(table: &TableDef, row: &[Value], columns: usize) -> Vec<u8> {
    let mut encoder = RowEncoder::default();
    encoder.begin(columns);
    for (at, value) in row.iter().enumerate().take(columns) {
        match table.columns[at].storage {
            _ if table.rowid_column.is_some_and(|no| usize::from(no.0) == at) => {
                encoder.elsewhere()
            }
            ColumnStorage::Row => encoder.value(table.columns[at].ty, value.as_ref()),
            ColumnStorage::Tree(_) => encoder.value_elsewhere(value.as_ref()),
        }
    }
    encoder.finish().to_vec()
}

fn decode<'a>(table: &'a TableDef, bytes: &'a [u8]) -> Result<Vec<Field<'a>>, Malformed> {
    let mut fields = Fields::new(table, bytes)?;
    let mut all = Vec::new();
    while let Some(field) = fields.next()? {
        all.push(field);
    }
    Ok(all)
}

proptest! {
    #[test]
    fn rows_round_trip(row in rows(), columns in 0usize..=10) {
        let mut table = table();
        table.columns[9].missing = Value::Text("later".to_owned());
        let bytes = encode(&table, &row, columns);
        let fields = decode(&table, &bytes).unwrap();
        prop_assert_eq!(fields.len(), 10);
        for (at, field) in fields.iter().enumerate() {
            let expected = match at {
                _ if at >= columns => Some(table.columns[at].missing.clone()),
                1 => None,
                6 if !row[6].is_null() => None,
                _ => Some(row[at].clone()),
            };
            prop_assert_eq!(field.to_value(), expected, "column {}", at);
        }
    }

    #[test]
    fn a_field_is_copied_as_it_is(row in rows()) {
        let table = table();
        let bytes = encode(&table, &row, 10);
        let mut copy = RowEncoder::default();
        copy.begin(10);
        for (field, column) in decode(&table, &bytes).unwrap().into_iter().zip(&table.columns) {
            copy.field(column.ty, field);
        }
        prop_assert_eq!(copy.finish(), bytes);
    }

    #[test]
    fn a_row_cut_short_or_too_long_is_malformed(row in rows(), cut in any::<prop::sample::Index>()) {
        let table = table();
        let mut bytes = encode(&table, &row, 10);
        prop_assert_eq!(decode(&table, &bytes[..cut.index(bytes.len())]), Err(Malformed));
        bytes.push(0);
        prop_assert_eq!(decode(&table, &bytes), Err(Malformed));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = decode(&table(), &bytes);
    }

    #[test]
    fn changed_bytes_never_panic(row in rows(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let table = table();
        let mut bytes = encode(&table, &row, 10);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode(&table, &bytes);
    }
}

#[test]
fn values_that_no_writer_writes_are_malformed() {
    let table = table();
    let mut row = vec![Value::Null; 10];
    row[3] = Value::Real(f64::NAN);
    assert_eq!(decode(&table, &encode(&table, &row, 10)), Err(Malformed));
    let mut row = vec![Value::Null; 10];
    row[2] = Value::Boolean(true);
    let mut bytes = encode(&table, &row, 10);
    *bytes.last_mut().unwrap() = 2;
    assert_eq!(decode(&table, &bytes), Err(Malformed));
}

proptest! {
    #[test]
    fn times_numbers_and_ids_round_trip(row in TYPES.map(|ty| or_null(of_type(ty))), cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let table = table_of(&TYPES);
        let bytes = encode(&table, &row, row.len());
        let fields = decode(&table, &bytes).unwrap();
        let values: Vec<Value> = fields.iter().map(|field| field.to_value().unwrap()).collect();
        prop_assert_eq!(&values[..], &row[..]);
        let mut copy = RowEncoder::default();
        copy.begin(row.len());
        for (field, column) in fields.into_iter().zip(&table.columns) {
            copy.field(column.ty, field);
        }
        prop_assert_eq!(copy.finish(), &bytes);
        prop_assert_eq!(decode(&table, &bytes[..cut.index(bytes.len())]), Err(Malformed));
        let mut changed = bytes.clone();
        changed[at.index(bytes.len())] = byte;
        let _ = decode(&table, &changed);
    }
}
