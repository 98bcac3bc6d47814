//! Tables that a server keeps: nothing twice and nothing lost, whatever becomes of its answers.

use std::thread;

use citadel_lake::{
    Filter, IndexState, LakeStore, LakeTable, PartitionBy, RestCatalog, RestOptions, SchemaChange,
};
use tempfile::TempDir;

use crate::support::rest_server::{Fate, Server};
use crate::support::{counts, definition, once, rows, spread, spread_rows};

/// A server with a namespace, a client of it, and a folder for tables.
struct Lab {
    server: Server,
    catalog: RestCatalog,
    store: LakeStore,
    _folder: TempDir,
}

const SHOP: [&str; 2] = ["shop", "by day"];

impl Lab {
    fn new() -> Self {
        Self::over(Server::start(), RestOptions::new())
    }

    fn over(server: Server, options: RestOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = RestCatalog::connect(&server.uri(), options).unwrap();
        catalog.create_namespace(&SHOP).unwrap();
        catalog.create_namespace(&SHOP).unwrap();
        Self {
            server,
            catalog,
            store: LakeStore::local(folder.path()).unwrap(),
            _folder: folder,
        }
    }

    fn create(&self) -> LakeTable {
        self.catalog
            .create_table(&SHOP, "t", &self.store, "t", definition())
            .unwrap()
    }

    fn open(&self) -> LakeTable {
        self.catalog.open_table(&SHOP, "t", &self.store).unwrap()
    }
}

#[test]
fn a_table_lives_in_a_server() {
    let lab = Lab::new();
    let missing = lab.catalog.open_table(&SHOP, "t", &lab.store);
    assert!(missing.unwrap_err().is_no_table());
    let table = lab.create();
    let again = lab
        .catalog
        .create_table(&SHOP, "t", &lab.store, "t", definition());
    assert!(again.unwrap_err().is_misuse());
    table.append(&[rows(0..10)]).unwrap();
    let other = lab.open();
    other.append_idempotent("monday", &[rows(10..20)]).unwrap();
    assert!(
        table
            .append_idempotent("monday", &[rows(10..20)])
            .unwrap()
            .repeated
    );
    let filter = Filter::less("id", 5_i64);
    assert_eq!(table.delete_where(&filter).unwrap().rows, 5);
    table.compact().unwrap();
    other
        .change_schema(&[SchemaChange::RenameColumn {
            from: "text".to_owned(),
            to: "words".to_owned(),
        }])
        .unwrap();
    assert_eq!(counts(&table), once(5..20));
    assert_eq!(table.schema().unwrap().field(1).name(), "words");
    let first = table.snapshots().unwrap()[0].id;
    assert_eq!(table.expire_snapshots(i64::MAX, 1).unwrap().len(), 3);
    assert!(table.scan().snapshot(first).collect().is_err());
    assert_eq!(counts(&other), once(5..20));
    // The server's metadata files are the server's, and what no snapshot names is not.
    assert!(table.remove_orphans_before(i64::MAX).unwrap() > 0);
    assert_eq!(counts(&lab.open()), once(5..20));
    // By its metadata, as others read it.
    let found = LakeTable::open_metadata(&lab.store, &table.metadata_location().unwrap());
    assert_eq!(counts(&found.unwrap()), once(5..20));
    lab.catalog.drop_table(&SHOP, "t").unwrap();
    assert!(
        lab.catalog
            .drop_table(&SHOP, "t")
            .unwrap_err()
            .is_no_table()
    );
    assert!(table.append(&[rows([1])]).unwrap_err().is_no_table());
}

#[test]
fn four_writers_lose_nothing() {
    const WRITERS: i64 = 4;
    const APPENDS: i64 = 25;
    let lab = Lab::new();
    lab.create();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let table = lab.open();
            scope.spawn(move || {
                for append in 0..APPENDS {
                    let first = (writer * APPENDS + append) * 4;
                    table.append(&[rows(first..first + 4)]).unwrap();
                }
            });
        }
    });
    let table = lab.open();
    assert_eq!(counts(&table), once(0..WRITERS * APPENDS * 4));
    let snapshots = table.snapshots().unwrap();
    assert_eq!(snapshots.len() as i64, WRITERS * APPENDS);
    for pair in snapshots.windows(2) {
        assert_eq!(pair[1].parent, Some(pair[0].id));
    }
    assert!(lab.server.conflicts() > 0, "nobody was ever faster");
}

#[test]
fn a_lost_answer_is_no_second_append() {
    for fate in [Fate::Unanswered, Fate::TimedOut, Fate::Twice] {
        let lab = Lab::new();
        let table = lab.create();
        table.append(&[rows(0..3)]).unwrap();
        lab.server.plan(move |number| match number {
            0 => fate,
            _ => Fate::Done,
        });
        // Without a batch id: the commit is known by its own.
        table.append(&[rows(3..6)]).unwrap();
        assert_eq!(counts(&table), once(0..6), "{fate:?}");
        assert_eq!(table.snapshots().unwrap().len(), 2, "{fate:?}");
        assert_eq!(lab.server.commits(), 1, "{fate:?}");
    }
}

#[test]
fn what_the_server_did_not_do_is_tried_again() {
    let lab = Lab::new();
    let table = lab.create();
    lab.server.plan(|number| match number {
        0 | 1 => Fate::Refused,
        _ => Fate::Done,
    });
    table.append(&[rows(0..3)]).unwrap();
    assert_eq!(lab.server.commits(), 3);
    assert_eq!(counts(&table), once(0..3));
}

#[test]
fn writers_with_faults_lose_nothing_and_store_nothing_twice() {
    let lab = Lab::new();
    lab.create();
    lab.server.plan(|number| match number % 7 {
        1 => Fate::Refused,
        3 => Fate::Unanswered,
        5 => Fate::TimedOut,
        6 => Fate::Twice,
        _ => Fate::Done,
    });
    thread::scope(|scope| {
        for writer in 0..3 {
            let table = lab.open();
            scope.spawn(move || {
                for append in 0..10 {
                    let first = (writer * 10 + append) * 2;
                    table.append(&[rows(first..first + 2)]).unwrap();
                }
            });
        }
        let table = lab.open();
        scope.spawn(move || {
            for _ in 0..3 {
                table.compact().unwrap();
            }
        });
    });
    let table = lab.open();
    assert_eq!(counts(&table), once(0..60));
    let appends = table.snapshots().unwrap().into_iter();
    assert_eq!(appends.filter(|s| s.operation == "append").count(), 30);
}

#[test]
fn a_server_that_goes_away_leaves_it_unknown() {
    let lab = Lab::new();
    let table = lab.create();
    table.append(&[rows(0..3)]).unwrap();
    lab.server.plan(|_| Fate::Down);
    let error = table.append(&[rows(3..6)]).unwrap_err();
    assert!(error.is_unknown(), "{error}");
    lab.server.plan(|_| Fate::Done);
    assert_eq!(counts(&table), once(0..3));
}

#[test]
fn creating_is_done_once_whatever_the_answer() {
    for fate in [Fate::Unanswered, Fate::TimedOut, Fate::Twice] {
        let lab = Lab::new();
        lab.server.plan(move |number| match number {
            0 => fate,
            _ => Fate::Done,
        });
        let table = lab.create();
        table.append(&[rows(0..3)]).unwrap();
        assert_eq!(counts(&lab.open()), once(0..3), "{fate:?}");
    }
}

#[test]
fn field_ids_are_those_that_the_server_gives() {
    let lab = Lab::over(
        Server::start_with(100, Some("secret")),
        RestOptions::new().token("secret"),
    );
    let definition = definition()
        .index_filter("id")
        .partition_by(PartitionBy::Bucket("id".to_owned(), 2));
    let table = lab
        .catalog
        .create_table(&SHOP, "t", &lab.store, "t", definition)
        .unwrap();
    let schema = table.schema().unwrap();
    assert_eq!(schema.field(0).metadata()["PARQUET:field_id"], "101");
    let vectors = table.vectors().unwrap();
    assert_eq!((vectors.len(), vectors[0].dimension), (1, 4));
    let properties = table.properties().unwrap();
    let ours = properties
        .keys()
        .filter(|key| key.starts_with("citadel.vector."));
    assert!(ours.clone().count() > 0);
    for key in ours {
        assert!(key.starts_with("citadel.vector.103."), "{key}");
    }
    assert_eq!(properties["citadel.index.filters"], "101");
    table.append(&[rows(0..20)]).unwrap();
    assert_eq!(counts(&lab.open()), once(0..20));
    let refused = RestCatalog::connect(&lab.server.uri(), RestOptions::new());
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("401") && told.contains("no token"), "{told}");
}

#[test]
fn indexes_that_two_build_at_once_are_all_kept() {
    let lab = Lab::new();
    let table = lab.create();
    for part in 0..4 {
        table
            .append(&[spread_rows(part * 1_000..part * 1_000 + 1_000)])
            .unwrap();
    }
    thread::scope(|scope| {
        for _ in 0..2 {
            let table = lab.open();
            scope.spawn(move || table.build_indexes().unwrap());
        }
        let table = lab.open();
        scope.spawn(move || {
            let more = [spread_rows(4_000..5_000)];
            table.appending().indexed().commit(&more).unwrap();
        });
    });
    table.build_indexes().unwrap();
    let states = table.indexes().unwrap();
    assert_eq!(states.len(), 5);
    for index in states {
        assert_eq!(index.state, IndexState::Ready);
    }
    let (_, report) = table
        .search("emb", &spread(7))
        .k(5)
        .run_reporting()
        .unwrap();
    assert_eq!(report.files_scanned, 0, "{report:?}");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = RestCatalog::connect(&format!("http://127.0.0.1:{port}"), RestOptions::new());
    assert!(error.unwrap_err().is_io());
}
