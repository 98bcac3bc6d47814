//! What the gate lets through, and how it comes out.

use arrow_array::builder::{FixedSizeListBuilder, Float32Builder};
use arrow_array::types::Int32Type;
use arrow_array::{DictionaryArray, Float64Array, Int32Array, Int64Array, StringArray};
use arrow_schema::{Field, Schema as ArrowSchema};

use super::*;
use crate::schema::{FieldIds, Metric, to_schema};

fn shape(arrow: ArrowSchema, vectors: &[VectorColumn]) -> Shape {
    let schema = to_schema(&arrow, &mut FieldIds::after(0)).unwrap();
    let vectors = Vectors::declare(vectors, &schema).unwrap();
    Shape::of(&schema, &vectors).unwrap()
}

fn floats() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Float32, false)))
}

fn two_wide() -> Shape {
    shape(
        ArrowSchema::new(vec![Field::new("v", floats(), true)]),
        &[VectorColumn::new("v", 2, Metric::L2)],
    )
}

fn batch(name: &str, array: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([(name, array, true)]).unwrap()
}

fn fixed(width: i32, rows: &[Option<Vec<f32>>]) -> ArrayRef {
    let mut builder = FixedSizeListBuilder::new(Float32Builder::new(), width);
    for row in rows {
        let filler = vec![f32::NAN; width as usize];
        builder
            .values()
            .append_slice(row.as_ref().unwrap_or(&filler));
        builder.append(row.is_some());
    }
    Arc::new(builder.finish())
}

#[test]
fn columns_are_found_by_name_and_missing_ones_are_null() {
    let shape = shape(
        ArrowSchema::new(vec![
            Field::new("a", DataType::Int64, false),
            Field::new("b", DataType::Utf8, true),
            Field::new("c", DataType::Float64, true),
        ]),
        &[],
    );
    let words: DictionaryArray<Int32Type> = ["x", "y", "x"].into_iter().collect();
    let batch = RecordBatch::try_from_iter([
        ("b", Arc::new(words) as ArrayRef),
        ("a", Arc::new(Int32Array::from(vec![1, 2, 3])) as ArrayRef),
    ])
    .unwrap();
    let aligned = shape.align(&batch).unwrap();
    assert_eq!(aligned.column(0).as_ref(), &Int64Array::from(vec![1, 2, 3]));
    assert_eq!(
        aligned.column(1).as_ref(),
        &StringArray::from(vec!["x", "y", "x"])
    );
    assert_eq!(aligned.column(2).null_count(), 3);
}

#[test]
fn what_would_be_lost_or_is_missing_is_an_error() {
    let shape = shape(
        ArrowSchema::new(vec![Field::new("a", DataType::Int32, false)]),
        &[],
    );
    let wide = batch("a", Arc::new(Int64Array::from(vec![1])));
    assert!(shape.align(&wide).unwrap_err().is_misuse());
    let unknown = batch("z", Arc::new(Int32Array::from(vec![1])));
    assert!(shape.align(&unknown).unwrap_err().is_misuse());
    let null = batch("a", Arc::new(Int32Array::from(vec![None])));
    assert!(
        shape
            .align(&null)
            .unwrap_err()
            .to_string()
            .contains("nulls")
    );
}

#[test]
fn null_vectors_hide_what_lies_behind_them() {
    let rows = [Some(vec![1.0, 2.0]), None, Some(vec![3.0, 4.0])];
    let aligned = two_wide().align(&batch("v", fixed(2, &rows))).unwrap();
    let lists = aligned.column(0).as_list::<i32>();
    let values: Vec<f32> = lists
        .values()
        .as_primitive::<Float32Type>()
        .values()
        .to_vec();
    assert_eq!(values, [1.0, 2.0, 3.0, 4.0]);
    assert!(lists.is_null(1));
    let part = batch("v", fixed(2, &rows)).slice(1, 2);
    let aligned = two_wide().align(&part).unwrap();
    assert_eq!(aligned.column(0).as_list::<i32>().value(1).len(), 2);
}

#[test]
fn a_vector_of_another_dimension_or_not_finite_is_an_error() {
    let wide = batch("v", fixed(3, &[Some(vec![1.0, 2.0, 3.0])]));
    let error = two_wide().align(&wide).unwrap_err();
    assert!(matches!(error, LakeError::Vector { .. }), "{error}");
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let rows = [Some(vec![1.0, 2.0]), Some(vec![1.0, bad])];
        let error = two_wide().align(&batch("v", fixed(2, &rows))).unwrap_err();
        assert!(error.to_string().contains("row 1"), "{error}");
    }
    let mut ragged = arrow_array::builder::ListBuilder::new(Float32Builder::new());
    ragged.append_value([Some(1.0), Some(2.0)]);
    ragged.append_value([Some(1.0)]);
    let ragged = batch("v", Arc::new(ragged.finish()));
    assert!(two_wide().align(&ragged).is_err());
    let mut holes = arrow_array::builder::ListBuilder::new(Float32Builder::new());
    holes.append_value([Some(1.0), None]);
    let holes = batch("v", Arc::new(holes.finish()));
    assert!(two_wide().align(&holes).is_err());
}

#[test]
fn vectors_may_be_given_as_doubles_and_overflow_is_seen() {
    let doubles = |values: Vec<f64>| {
        let item = Arc::new(Field::new("item", DataType::Float64, true));
        let list = FixedSizeListArray::new(item, 2, Arc::new(Float64Array::from(values)), None);
        batch("v", Arc::new(list))
    };
    assert!(two_wide().align(&doubles(vec![0.5, 1.0])).is_ok());
    assert!(two_wide().align(&doubles(vec![0.5, 1e300])).is_err());
}

#[test]
fn fields_of_structs_are_found_by_name_too() {
    let inner = |names: [&str; 2]| {
        DataType::Struct(
            names
                .map(|name| Field::new(name, DataType::Int32, true))
                .to_vec()
                .into(),
        )
    };
    let shape = shape(
        ArrowSchema::new(vec![Field::new("s", inner(["x", "y"]), true)]),
        &[],
    );
    let DataType::Struct(fields) = inner(["y", "x"]) else {
        unreachable!()
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(vec![2])),
        Arc::new(Int32Array::from(vec![1])),
    ];
    let swapped = StructArray::new(fields, columns, None);
    let aligned = shape.align(&batch("s", Arc::new(swapped))).unwrap();
    let structs = aligned.column(0).as_struct();
    assert_eq!(structs.column(0).as_ref(), &Int32Array::from(vec![1]));
}
