//! Random operations of several writers on a store that fails at random, and an exact account of the rows at the end.
//!
//! Each writer owns a range of ids and knows for each batch of its own whether it must be in the table, must not, or may be as a whole (an
//! append whose end is not known). `CITADEL_LAKE_OPERATIONS` sets how many operations there are in all, `CITADEL_LAKE_SEED` the first seed;
//! the seed draws operations and faults, the schedule of the threads is the system's.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use citadel_lake::{Filter, LakeError, LakeStore, LakeTable, Operator};
use object_store::ObjectStore;
use object_store::memory::InMemory;

use crate::support::fault::{Fate, Faulty};
use crate::support::{Form, counts, definition, rows};

const WRITERS: usize = 4;
/// Ids of one writer, far more than it will use.
const RANGE: i64 = 1 << 32;

/// A generator that is the same everywhere (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

fn setting(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What one writer knows of its ids.
#[derive(Default)]
struct Account {
    present: BTreeSet<i64>,
    /// Batches that are in the table as a whole or not at all.
    perhaps: Vec<BTreeSet<i64>>,
    unknown_ends: usize,
    failures: usize,
}

/// A call that may fail without an effect is repeated until it does not.
fn until_done<T>(account: &mut Account, mut call: impl FnMut() -> Result<T, LakeError>) -> T {
    for _ in 0..200 {
        match call() {
            Ok(value) => return value,
            Err(error) if error.is_io() || error.is_conflict() => account.failures += 1,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the store fails too often for this test");
}

fn write(table: &LakeTable, writer: usize, operations: u64, mut random: Random) -> Account {
    let mut account = Account::default();
    let mut next = writer as i64 * RANGE;
    for operation in 0..operations {
        match random.below(10) {
            0..=3 => {
                let ids = next..next + 1 + random.below(20) as i64;
                next = ids.end;
                let batch_id = format!("{writer}/{operation}");
                let batch = [rows(ids.clone())];
                // Sometimes twice without need, as a client does whose connection broke.
                for _ in 0..1 + random.below(2) {
                    until_done(&mut account, || table.append_idempotent(&batch_id, &batch));
                }
                account.present.extend(ids);
            }
            4..=5 => {
                let ids = next..next + 1 + random.below(20) as i64;
                next = ids.end;
                match table.append(&[rows(ids.clone())]) {
                    Ok(_) => account.present.extend(ids),
                    Err(error) if error.is_unknown() => {
                        account.unknown_ends += 1;
                        account.perhaps.push(ids.collect());
                    }
                    Err(error) if error.is_io() => account.failures += 1,
                    Err(error) => panic!("{error}"),
                }
            }
            6..=7 => {
                let low = writer as i64 * RANGE + random.below((next % RANGE) as u64 + 1) as i64;
                let high = low + random.below(30) as i64;
                let between = Filter::compare("id", Operator::GreaterOrEqual, low)
                    .and(Filter::less("id", high));
                until_done(&mut account, || table.delete_where(&between));
                account.present.retain(|id| !(low..high).contains(id));
                for batch in &mut account.perhaps {
                    batch.retain(|id| !(low..high).contains(id));
                }
            }
            8 => match table.compact() {
                Ok(_) => {}
                Err(error) if error.is_io() || error.is_conflict() => account.failures += 1,
                Err(error) => panic!("{error}"),
            },
            _ => {
                until_done(&mut account, || table.expire_snapshots(i64::MAX, 10));
            }
        }
    }
    account
}

#[test]
fn random_operations_on_a_failing_store_lose_and_double_no_row() {
    random_operations(Form::Clear, 400);
}

#[test]
fn random_operations_on_an_encrypted_table_lose_and_double_no_row() {
    random_operations(Form::Encrypted, 200);
}

fn random_operations(form: Form, default: u64) {
    let operations = setting("CITADEL_LAKE_OPERATIONS", default) / WRITERS as u64;
    let seed = setting("CITADEL_LAKE_SEED", 1);
    let inner = Arc::new(InMemory::new());
    let faulty = Faulty::over(Arc::clone(&inner));
    let store = LakeStore::new(Arc::clone(&faulty) as Arc<dyn ObjectStore>, "memory://x");
    let table = LakeTable::create(&store, "t", form.define(definition())).unwrap();
    let drawn = AtomicU64::new(seed << 20);
    faulty.plan(move |_, _| {
        let number = drawn.fetch_add(1, Ordering::SeqCst);
        match Random(number).below(100) {
            0..=1 => Fate::Lost,
            2..=3 => Fate::Unanswered,
            _ => Fate::Done,
        }
    });
    let looked = AtomicU64::new(seed << 40);
    faulty.plan_reads(move |_| Random(looked.fetch_add(1, Ordering::SeqCst)).below(200) == 0);
    let accounts: Vec<Account> = thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .map(|writer| {
                // A handle of its own, as if in another process: nothing cached is shared.
                let mut opening = Account::default();
                let table = until_done(&mut opening, || form.open(&store));
                let random = Random(seed << 32 | writer as u64);
                scope.spawn(move || write(&table, writer, operations, random))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    faulty.plan(|_, _| Fate::Done);
    faulty.unreadable(None);
    let failures: usize = accounts.iter().map(|account| account.failures).sum();
    assert!(operations < 50 || failures > 0, "the faults must show");
    for pass in ["as it was left", "compacted", "cleared"] {
        let mut found = counts(&table);
        for account in &accounts {
            for id in &account.present {
                assert_eq!(found.remove(id), Some(1), "{pass}: row {id} of seed {seed}");
            }
            for batch in &account.perhaps {
                let times: Vec<_> = batch.iter().map(|id| found.remove(id)).collect();
                let whole = times.iter().all(|time| *time == Some(1));
                let none = times.iter().all(Option::is_none);
                assert!(whole || none, "{pass}: {batch:?} of seed {seed}: {times:?}");
            }
        }
        assert!(
            found.is_empty(),
            "{pass}: rows too many of seed {seed}: {found:?}"
        );
        match pass {
            "as it was left" => assert!(table.compact().is_ok()),
            _ => assert!(table.remove_orphans_before(i64::MAX).is_ok()),
        }
    }
}
