//! Promise: mode OFF gives no promise about a loss of power, but for what was durable before. Afterwards the database opens and is whole, or is refused
//! by an error that names salvage; and salvage finds no row that was never there.

use std::collections::BTreeMap;
use std::sync::Arc;

use citadel_sql::{
    Connection, Database, Kdf, Key, MemoryStorage, Options, PageSize, Quiet, params,
    salvage_storage,
};
use citadel_tests::sim::{Crash, Image, SimDisk};

/// Rows that were durable before mode OFF.
const DURABLE: i64 = 5;
/// Rows afterwards, one a commit.
const ROWS: i64 = 60;

type Rows = BTreeMap<i64, String>;

fn options() -> Options {
    Options::default()
        .page_size(PageSize::new(512).unwrap())
        .kdf(Kdf::lightest())
}

fn key() -> Key {
    Key::raw([6; 32])
}

fn name_of(id: i64) -> String {
    format!("row {id} {}", "x".repeat(id as usize % 9 * 7))
}

fn rows(connection: &Connection) -> citadel_sql::Result<Rows> {
    let rows = connection.query_map("SELECT id, name FROM t", (), |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.into_iter().collect())
}

fn fill(disk: &SimDisk) {
    let database = Database::create_on(Arc::new(disk.clone()), &key(), options()).unwrap();
    let connection = database.connect();
    connection
        .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
        .unwrap();
    let insert = |id| {
        let row = params![id, name_of(id)];
        connection.execute("INSERT INTO t VALUES (?, ?)", row)
    };
    for id in 1..=DURABLE {
        insert(id).unwrap();
    }
    disk.acknowledge(0);
    connection
        .execute_batch("PRAGMA synchronous = off")
        .unwrap();
    for id in DURABLE + 1..=ROWS {
        insert(id).unwrap();
    }
}

/// Whether the image opens.
fn opens(image: &Image, place: &str) -> bool {
    let disk = || Arc::new(SimDisk::from_image(image.clone()));
    match Database::open_on(disk(), &key(), options()) {
        Ok(database) => {
            let connection = database.connect();
            let whole = connection.check().is_ok_and(|report| report.is_ok());
            if whole {
                let rows = rows(&connection).unwrap();
                let expected = (1..=rows.len() as i64).map(|id| (id, name_of(id)));
                assert_eq!(rows, expected.collect(), "{place}: a prefix");
                return true;
            }
        }
        Err(error) => {
            assert!(error.is_corrupt(), "{place}: {error}");
            let hint = error.hint_text().unwrap_or_default();
            assert!(hint.contains("salvage"), "{place}: {error}");
        }
    }
    let target = MemoryStorage::new();
    let new = Arc::new(target.clone());
    salvage_storage(disk(), &key(), new, &key(), options(), &mut Quiet)
        .unwrap_or_else(|error| panic!("{place}: salvage: {error}"));
    let rescued = Database::open_on(Arc::new(target), &key(), options()).unwrap();
    let rescued = rescued.connect();
    if rescued.table_exists("t").unwrap() {
        for (id, name) in rows(&rescued).unwrap() {
            assert_eq!(name, name_of(id), "{place}");
        }
    }
    false
}

#[test]
fn what_mode_off_leaves_opens_or_is_salvaged() {
    let disk = SimDisk::new();
    fill(&disk);
    let trace = disk.trace();
    let (mut opened, mut refused) = (0, 0);
    for at in (0..=trace.len()).step_by(7) {
        let moment = trace.moment(at);
        if moment.promised().acknowledged.is_none() {
            continue;
        }
        let mut crash = Crash::at(&moment, 3);
        for (number, fate) in crash.fates(10).iter().enumerate() {
            let place = format!("before operation {at}, image {number}: {fate}");
            match opens(&crash.image(fate), &place) {
                true => opened += 1,
                false => refused += 1,
            }
        }
    }
    assert!(
        opened > 20 && refused > 20,
        "{opened} opened, {refused} refused"
    );
}
