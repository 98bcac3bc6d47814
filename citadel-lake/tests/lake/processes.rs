//! Several processes on tables in a folder, also such as are killed while they write.
//!
//! A process is this test program again, asked for [`a_writer`] alone; what it is to do stands in its environment. It prints a line for each
//! append that was acknowledged.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use citadel_lake::{LakeStore, LakeTable};

use crate::support::{counts, definition, once, rows};

const FOLDER: &str = "CITADEL_LAKE_TEST_FOLDER";
const TABLE: &str = "CITADEL_LAKE_TEST_TABLE";
const WRITER: &str = "CITADEL_LAKE_TEST_WRITER";
const APPENDS: &str = "CITADEL_LAKE_TEST_APPENDS";
const ROWS: i64 = 10;

/// What a process does: appends a range of batches, each under its own batch id.
#[test]
#[expect(
    clippy::print_stdout,
    reason = "that is how it tells the test that started it"
)]
fn a_writer() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let setting = |name| std::env::var(name).unwrap();
    let range = setting(APPENDS);
    let (first, end) = range.split_once("..").unwrap();
    let (first, end): (i64, i64) = (first.parse().unwrap(), end.parse().unwrap());
    let writer: i64 = setting(WRITER).parse().unwrap();
    let store = LakeStore::local(folder).unwrap();
    let table = LakeTable::open(&store, &setting(TABLE)).unwrap();
    for append in first..end {
        let id = format!("{writer}/{append}");
        table
            .append_idempotent(&id, &[rows(ids(writer, append))])
            .unwrap();
        println!("\nacknowledged {append}");
    }
}

fn ids(writer: i64, append: i64) -> std::ops::Range<i64> {
    let first = (writer * 100_000 + append) * ROWS;
    first..first + ROWS
}

fn start(
    folder: &std::path::Path,
    table: &str,
    writer: i64,
    appends: std::ops::Range<i64>,
) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "processes::a_writer",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FOLDER, folder)
        .env(TABLE, table)
        .env(WRITER, writer.to_string())
        .env(APPENDS, format!("{}..{}", appends.start, appends.end))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Collects the appends that a process says were acknowledged, until its end, and tells of each.
fn reader(child: &mut Child, tell: &Sender<()>) -> JoinHandle<Vec<i64>> {
    let output = BufReader::new(child.stdout.take().unwrap());
    let tell = tell.clone();
    std::thread::spawn(move || {
        let lines = output.lines().map_while(Result::ok);
        let lines = lines.filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok());
        lines.inspect(|_| tell.send(()).unwrap()).collect()
    })
}

#[test]
fn eight_processes_on_two_tables_of_one_warehouse_lose_nothing() {
    const PROCESSES: i64 = 8;
    const EACH: i64 = 50;
    let folder = tempfile::tempdir().unwrap();
    let store = LakeStore::local(folder.path()).unwrap();
    let names = ["db/a", "db/b"];
    for name in names {
        LakeTable::create(&store, name, definition()).unwrap();
    }
    // Six of them on the first table, two on the second.
    let table_of = |writer: i64| names[usize::from(writer % 4 == 3)];
    let mut children: Vec<Child> = (0..PROCESSES)
        .map(|writer| start(folder.path(), table_of(writer), writer, 0..EACH))
        .collect();
    let (tell, _seen) = std::sync::mpsc::channel();
    for child in &mut children {
        let acknowledged = reader(child, &tell).join().unwrap();
        assert_eq!(acknowledged, (0..EACH).collect::<Vec<_>>());
        assert!(child.wait().unwrap().success());
    }
    for name in names {
        let table = LakeTable::open(&store, name).unwrap();
        let writers = (0..PROCESSES).filter(|writer| table_of(*writer) == name);
        let all = writers.flat_map(|writer| (0..EACH).flat_map(move |at| ids(writer, at)));
        let all: Vec<i64> = all.collect();
        let snapshots = table.snapshots().unwrap();
        assert_eq!(snapshots.len() as i64 * ROWS, all.len() as i64);
        assert_eq!(
            snapshots.last().unwrap().summary["total-records"],
            all.len().to_string()
        );
        assert_eq!(counts(&table), once(all));
    }
}

#[test]
fn processes_that_are_killed_lose_no_acknowledged_append_and_tear_none() {
    const WRITERS: i64 = 2;
    const ROUNDS: i64 = 8;
    let folder = tempfile::tempdir().unwrap();
    let store = LakeStore::local(folder.path()).unwrap();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    let (acknowledgements, acknowledgements_seen) = std::sync::mpsc::channel();
    // Of each writer, the append with which the next process goes on: the first that was not acknowledged, again.
    let mut next = vec![0; WRITERS as usize];
    for round in 0..ROUNDS {
        let mut children: Vec<Child> = (0..WRITERS)
            .map(|writer| start(folder.path(), "t", writer, next[writer as usize]..10_000))
            .collect();
        let readers: Vec<_> = children
            .iter_mut()
            .map(|child| reader(child, &acknowledgements))
            .collect();
        // At any moment after some appends of anybody.
        for _ in 0..1 + round % 3 {
            acknowledgements_seen.recv().unwrap();
        }
        std::thread::sleep(Duration::from_micros((round * 7_919) as u64 % 20_000));
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        for (writer, reader) in readers.into_iter().enumerate() {
            if let Some(last) = reader.join().unwrap().last() {
                next[writer] = last + 1;
            }
        }
        let found = counts(&table);
        let mut expected = BTreeMap::new();
        for writer in 0..WRITERS {
            let acknowledged = next[writer as usize];
            expected.extend(once((0..acknowledged).flat_map(|at| ids(writer, at))));
            // The one that was under way is there as a whole, or not at all.
            let under_way: Vec<i64> = ids(writer, acknowledged).collect();
            if found.contains_key(&under_way[0]) {
                expected.extend(once(under_way));
            }
        }
        assert_eq!(found, expected, "round {round}");
    }
    assert!(next.iter().sum::<i64>() > 0, "some appends came through");
    // What the dead left is cleared away, and the rows stay.
    let before = counts(&table);
    table.remove_orphans_before(i64::MAX).unwrap();
    assert_eq!(counts(&table), before);
}
