//! Conditions on columns that indexes hold are answered by them, with the same rows as by the data files.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{
    Filter, LakeStore, LakeTable, Metric, Operator, SchemaChange, Search, TableDefinition, Value,
    VectorColumn,
};
use object_store::memory::InMemory;

use crate::support::fault::Faulty;
use crate::support::{DIMENSION, counts_in, spread, spread_rows};

fn definition() -> TableDefinition {
    let element = Arc::new(Field::new("item", DataType::Float32, true));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("text", DataType::Utf8, true),
        Field::new("emb", DataType::FixedSizeList(element, DIMENSION), true),
        Field::new("year", DataType::Int32, true),
        Field::new("day", DataType::Date32, true),
        Field::new("open", DataType::Boolean, true),
        Field::new("price", DataType::Float64, true),
    ]);
    let vector = VectorColumn::new("emb", DIMENSION as usize, Metric::Cosine);
    let mut definition = TableDefinition::new(schema).vector(vector);
    for column in ["id", "text", "year", "day", "open"] {
        definition = definition.index_filter(column);
    }
    definition
}

fn rows(ids: std::ops::Range<i64>) -> RecordBatch {
    let base = spread_rows(ids.clone());
    let some = |id: &i64| (id % 11 != 3).then_some(*id);
    let texts = ids
        .clone()
        .map(|id| some(&id).map(|id| format!("text {}", id % 40)));
    let years = ids
        .clone()
        .map(|id| some(&(id + 1)).map(|id| (id % 60) as i32 - 30));
    let days = ids
        .clone()
        .map(|id| some(&(id + 2)).map(|id| (id % 900) as i32));
    let opens = ids.clone().map(|id| some(&(id + 4)).map(|id| id % 3 == 0));
    let prices = ids.map(|id| some(&id).map(|id| id as f64 / 7.0));
    let columns: [(&str, ArrayRef); 7] = [
        ("id", Arc::clone(base.column(0))),
        ("text", Arc::new(texts.collect::<StringArray>())),
        ("emb", Arc::clone(base.column(2))),
        ("year", Arc::new(years.collect::<Int32Array>())),
        ("day", Arc::new(days.collect::<Date32Array>())),
        ("open", Arc::new(opens.collect::<BooleanArray>())),
        ("price", Arc::new(prices.collect::<Float64Array>())),
    ];
    let columns = columns.map(|(name, column)| (name, column, name != "id"));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn run(search: Search) -> Vec<(i64, f32)> {
    let batch = search.run().unwrap();
    let ids = batch.column_by_name("id").unwrap();
    let distances = batch.column_by_name("_distance").unwrap();
    let distances = distances.as_primitive::<Float32Type>().values();
    let ids = ids.as_primitive::<Int64Type>().values();
    ids.iter().copied().zip(distances.iter().copied()).collect()
}

fn filters() -> Vec<Filter> {
    let date = |day| Value::new(&Date32Array::from(vec![day]));
    let mut filters = vec![
        Filter::equal("text", "text 7"),
        Filter::In(
            "text".into(),
            vec!["text 1".into(), "text 39".into(), "x".into()],
        ),
        Filter::IsNull("text".into()),
        Filter::IsNull("year".into()).or(Filter::IsNull("open".into())),
        Filter::Not(Box::new(Filter::IsNull("day".into()))),
        Filter::equal("open", true),
        Filter::Not(Box::new(Filter::equal("open", true))),
        Filter::compare("day", Operator::Less, date(40)),
        Filter::compare("id", Operator::GreaterOrEqual, 2_900),
        // One part is answered by the index, the other only by the rows.
        Filter::equal("text", "text 7").and(Filter::less("price", 200.0)),
        Filter::greater("price", 300.0),
        Filter::equal("text", "text 7").or(Filter::less("price", 9.0)),
        Filter::equal("text", "nothing of the kind"),
        Filter::All(vec![]),
        Filter::Any(vec![]),
    ];
    for operator in [
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
    ] {
        filters.push(Filter::compare("year", operator, -3));
        filters.push(Filter::Not(Box::new(Filter::compare(
            "text", operator, "text 2",
        ))));
    }
    filters
}

/// For each filter, what is found through the index is a share of the exact answer, as long as that is, and no other rows.
fn check(table: &LakeTable) {
    let (mut hits, mut all) = (0, 0);
    for filter in filters() {
        let scanned = table
            .scan()
            .columns(&["id"])
            .filter(filter.clone())
            .collect()
            .unwrap();
        let allowed = counts_in(&scanned);
        for query in [spread(-1), spread(-2), spread(-3)] {
            let search = || table.search("emb", &query).filter(filter.clone());
            let (found, exact) = (run(search()), run(search().exact()));
            assert_eq!(found.len(), exact.len(), "{filter:?}");
            assert!(
                found.iter().all(|(id, _)| allowed.contains_key(id)),
                "{filter:?}"
            );
            hits += found.iter().filter(|hit| exact.contains(hit)).count();
            all += exact.len();
        }
    }
    assert!(hits * 100 >= all * 98, "{hits} of {all}");
}

#[test]
fn an_index_answers_conditions_as_the_rows_do() {
    let table = LakeTable::create(&LakeStore::memory(), "t", definition()).unwrap();
    table.append(&[rows(0..2_000)]).unwrap();
    table.append(&[rows(2_000..4_000)]).unwrap();
    assert_eq!(table.build_indexes().unwrap(), 2);
    check(&table);
    table
        .delete_where(&Filter::equal("text", "text 9"))
        .unwrap();
    check(&table);
    // Columns are known by their ids: another name, a wider type, and a new column in the old one's place.
    let rename = SchemaChange::RenameColumn {
        from: "year".into(),
        to: "age".into(),
    };
    let widen = SchemaChange::WidenColumn {
        name: "year".into(),
        to: DataType::Int64,
    };
    let added = SchemaChange::AddColumn(Field::new("year", DataType::Int32, true));
    table.change_schema(&[widen, rename, added]).unwrap();
    let count = |column: &str| {
        let filter = Filter::less(column, 0);
        run(table.search("emb", &spread(-1)).k(5_000).filter(filter)).len()
    };
    assert!(count("age") > 1_000);
    assert_eq!(count("year"), 0);
}

#[test]
fn a_condition_that_an_index_answers_reads_nothing_of_the_data_file() {
    let inner = Arc::new(InMemory::new());
    let faulty = Faulty::over(Arc::clone(&inner));
    let store = LakeStore::new(
        Arc::clone(&faulty) as Arc<dyn object_store::ObjectStore>,
        "memory://x",
    );
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    table.append(&[rows(0..3_000)]).unwrap();
    table.build_indexes().unwrap();
    faulty.plan_reads(|name| name.contains("/data/"));
    // No row satisfies it, so no vector is needed either.
    let none = Filter::equal("text", "text 5").and(Filter::equal("id", 6));
    assert!(run(table.search("emb", &spread(-1)).filter(none)).is_empty());
    // The fault is real: what the index cannot answer needs the file.
    let price = table
        .search("emb", &spread(-1))
        .filter(Filter::less("price", 9.0));
    assert!(price.run().unwrap_err().is_io());
}

#[test]
fn a_column_that_an_index_cannot_hold_is_refused() {
    let store = LakeStore::memory();
    let error = LakeTable::create(&store, "t", definition().index_filter("price")).unwrap_err();
    assert!(
        error.is_unsupported() && error.to_string().contains("price"),
        "{error}"
    );
    let error = LakeTable::create(&store, "t", definition().index_filter("none")).unwrap_err();
    assert!(error.is_misuse(), "{error}");
}
