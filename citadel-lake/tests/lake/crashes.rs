//! A process that dies at any write of any operation leaves the table as before it or as after it.

use std::collections::BTreeMap;

use arrow_schema::{DataType, Field};
use citadel_lake::{Filter, IndexState, LakeError, LakeStore, LakeTable, SchemaChange};

use crate::support::bench::Bench;
use crate::support::fault::Fate;
use crate::support::{counts, definition, rows, spread_rows};

type Operation = fn(&LakeTable) -> Result<(), LakeError>;

/// What others see of a table.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    rows: BTreeMap<i64, usize>,
    columns: Vec<String>,
    snapshots: usize,
    ready: usize,
}

fn seen(table: &LakeTable) -> Seen {
    let schema = table.schema().unwrap();
    let indexes = table.indexes().unwrap();
    let is_ready = |state: &IndexState| *state == IndexState::Ready;
    Seen {
        rows: counts(table),
        columns: schema.fields().iter().map(|f| f.name().clone()).collect(),
        snapshots: table.snapshots().unwrap().len(),
        ready: indexes
            .iter()
            .filter(|index| is_ready(&index.state))
            .count(),
    }
}

const OPERATIONS: [(&str, Operation); 8] = [
    ("append", |table| {
        table.append(&[rows(9_000..9_003)]).map(drop)
    }),
    ("batch", |table| {
        table
            .append_idempotent("b", &[rows(9_000..9_003)])
            .map(drop)
    }),
    ("append with indexes", |table| {
        let rows = [spread_rows(9_000..10_100)];
        table.appending().indexed().commit(&rows).map(drop)
    }),
    ("delete", |table| {
        table.delete_where(&Filter::less("id", 700)).map(drop)
    }),
    ("compact", |table| table.compact().map(drop)),
    ("build indexes", |table| table.build_indexes().map(drop)),
    ("change of columns", |table| {
        table.change_schema(&[
            SchemaChange::AddColumn(Field::new("more", DataType::Int64, true)),
            SchemaChange::DropColumn("text".into()),
        ])
    }),
    ("expire", |table| {
        table.expire_snapshots(i64::MAX, 1).map(drop)
    }),
];

fn bench() -> Bench {
    let bench = Bench::new();
    bench.table.append(&[spread_rows(0..1_000)]).unwrap();
    bench.table.append(&[rows(5_000..5_010)]).unwrap();
    bench.table.delete_where(&Filter::equal("id", 3)).unwrap();
    bench
}

#[test]
fn a_crash_at_any_write_of_any_operation_leaves_the_table_before_or_after() {
    for (name, operation) in OPERATIONS {
        let whole = bench();
        let before = seen(&whole.table);
        whole.faulty.plan(|_, _| Fate::Done);
        operation(&whole.table).unwrap();
        let writes = whole.faulty.writes();
        let after = seen(&whole.table);
        assert_ne!(before, after, "{name}");
        assert!(writes >= 2, "{name}: {writes}");
        for crash in 0..writes {
            for last in [Fate::Lost, Fate::Unanswered] {
                let case = format!("{name}, write {crash} of {writes}, {last:?}");
                let bench = bench();
                bench.crash_at(crash, last);
                let answer = operation(&bench.table);
                let found = seen(&bench.afresh());
                match answer {
                    Ok(()) => assert_eq!(found, after, "{case}"),
                    Err(error) if error.is_unknown() => {
                        assert!(found == before || found == after, "{case}: {found:?}");
                    }
                    Err(_) => assert_eq!(found, before, "{case}"),
                }
                // Whatever was left behind, the next process clears it and does it again.
                let next = bench.afresh();
                next.remove_orphans_before(i64::MAX).unwrap();
                assert_eq!(seen(&next), found, "{case}, orphans removed");
                if found == before {
                    operation(&next).unwrap();
                    assert_eq!(seen(&next), after, "{case}, again");
                }
            }
        }
    }
}

#[test]
fn what_a_crash_leaves_between_writing_a_file_and_naming_it_is_no_version() {
    let folder = tempfile::tempdir().unwrap();
    let store = LakeStore::local(folder.path()).unwrap();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    table.append(&[rows(0..3)]).unwrap();
    let metadata = folder.path().join("t/metadata");
    // The local store writes to a name of its own, and then links or renames.
    for left in ["v3.metadata.json#1", "v3.metadata.json#2"] {
        std::fs::write(metadata.join(left), b"{\"format-version\":2,").unwrap();
    }
    assert_eq!(
        counts(&LakeTable::open(&store, "t").unwrap()),
        crate::support::once(0..3)
    );
    table.append(&[rows(3..6)]).unwrap();
    table.append(&[rows(6..9)]).unwrap();
    assert_eq!(
        counts(&LakeTable::open(&store, "t").unwrap()),
        crate::support::once(0..9)
    );
}
