//! Promise: a process that only reads sees every commit that was acknowledged before it looks, however far behind it was; and
//! one commit as a whole, or the error that says that its pages were used anew.
//!
//! Beside a writer that goes on meanwhile it once did not: pages that later commits had taken looked like a commit that is not
//! whole. Here the writer goes on at a read of the follower that the test chooses, and at every one in turn; threads that meet
//! by chance are tried in the histories of `cargo xtask isolation`.

mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use citadel_txn::{
    Cursor, Database, Error, Key, MemoryStorage, Options, PageSize, Result, TreeId, TreeOptions,
    View,
};
use support::{Op, Tapped};

const TREE: TreeId = TreeId::new(1);
const COMMITS: u64 = 150;

fn options(read_only: bool) -> Options {
    Options {
        page_size: PageSize::new(512).unwrap(),
        read_only,
        ..Options::default()
    }
}

fn key() -> Key {
    Key::raw([8; 32])
}

#[test]
fn a_follower_sees_the_newest_commit_from_wherever_it_was() {
    let storage = MemoryStorage::new();
    let writer = Database::create(Arc::new(storage.clone()), &key(), options(false)).unwrap();
    let mut write = writer.begin_write().unwrap();
    write.create_tree_at(TREE, TreeOptions::default()).unwrap();
    write.commit().unwrap();
    let mut followers = Vec::new();
    for number in 0..COMMITS {
        let mut write = writer.begin_write().unwrap();
        // Commits of many sizes: so the places of records are not left in the order of their generations.
        let len = if number % 5 == 3 {
            number * 37 % 3_000
        } else {
            number * 7 % 90
        };
        let value = vec![number as u8; 30 + len as usize];
        write
            .insert(TREE, &(number % 20).to_be_bytes(), &value)
            .unwrap();
        let newest = write.commit().unwrap();
        let follower = Database::open(Arc::new(storage.clone()), &key(), options(true)).unwrap();
        followers.push(follower);
        // Each one looks some commits after it was opened, and again some commits later.
        for behind in (1..70).step_by(3) {
            let Some(at) = followers.len().checked_sub(1 + behind) else {
                continue;
            };
            let read = followers[at].begin_read().unwrap();
            assert_eq!(read.generation(), newest, "{behind} commits behind");
            let key = (number % 20).to_be_bytes();
            assert_eq!(read.get(TREE, &key).unwrap().as_deref(), Some(&value[..]));
        }
    }
}

/// Entries that every commit of [`Rounds`] writes, or some of them.
const SLOTS: u64 = 40;

/// A writer whose commits all write the number of their round into every slot, so that a mixture of two is seen: every third
/// one by large transactions that write pages, the others by small ones of which each record carries the changes.
struct Rounds {
    database: Database,
    round: u64,
}

impl Rounds {
    fn create(storage: &MemoryStorage) -> Self {
        let database = Database::create(Arc::new(storage.clone()), &key(), options(false)).unwrap();
        let mut write = database.begin_write().unwrap();
        write.create_tree_at(TREE, TreeOptions::default()).unwrap();
        write.commit().unwrap();
        let mut rounds = Self { database, round: 0 };
        rounds.next();
        rounds
    }

    fn next(&mut self) {
        self.round += 1;
        let round = self.round;
        let len = match round % 3 {
            0 => 300,
            1 => 20,
            _ => 60,
        };
        let mut write = self.database.begin_write().unwrap();
        for slot in 0..SLOTS {
            let is_kept = !round.is_multiple_of(3) && slot % 10 != 0;
            if !is_kept || round == 1 {
                let value = [&round.to_be_bytes()[..], &vec![round as u8; len]].concat();
                write.insert(TREE, &slot.to_be_bytes(), &value).unwrap();
            }
        }
        write.commit().unwrap();
    }
}

/// The round that a follower sees: of slot 0, and the others must be of it or as it has left them.
fn round_of(view: &dyn View) -> Result<u64> {
    let mut cursor = Cursor::new(TREE);
    let mut seen = Vec::new();
    while cursor.next(view)? {
        let value = cursor.value(view)?;
        let (round, rest) = value.split_at(8);
        let round = u64::from_be_bytes(round.try_into().unwrap());
        assert!(rest.iter().all(|byte| *byte == round as u8));
        seen.push(round);
    }
    assert_eq!(seen.len() as u64, SLOTS);
    let newest = seen[0];
    // The last round that wrote all slots.
    let whole = (newest / 3 * 3).max(1);
    for (slot, round) in seen.iter().enumerate() {
        let expected = if slot % 10 == 0 { newest } else { whole };
        assert_eq!(*round, expected, "slot {slot} beside round {newest}");
    }
    Ok(newest)
}

/// A count of reads at which no writer goes on.
const NEVER: u64 = u64::MAX / 2;

/// A follower, and a writer that goes on by some commits at the follower's reads of some numbers.
struct Overtaken {
    rounds: Arc<Mutex<Rounds>>,
    follower: Database,
    reads: Arc<AtomicU64>,
}

/// A writer in a storage that makes it go on at reads of some numbers.
struct Writing {
    rounds: Arc<Mutex<Rounds>>,
    tapped: Tapped,
    reads: Arc<AtomicU64>,
}

impl Writing {
    fn new(commits: u64, is_time: impl Fn(u64) -> bool + Send + Sync + 'static) -> Self {
        let storage = MemoryStorage::new();
        let mut first = Rounds::create(&storage);
        (0..30).for_each(|_| first.next());
        let rounds = Arc::new(Mutex::new(first));
        let reads = Arc::new(AtomicU64::new(NEVER));
        let (writer, counted) = (Arc::clone(&rounds), Arc::clone(&reads));
        let tapped = Tapped::new(storage, move |op| {
            if matches!(op, Op::Read(..)) && is_time(counted.fetch_add(1, Ordering::Relaxed)) {
                let mut rounds = writer.lock().unwrap();
                (0..commits).for_each(|_| rounds.next());
            }
            Ok(())
        });
        Self {
            rounds,
            tapped,
            reads,
        }
    }

    fn open(&self) -> Result<Database> {
        let small = Options {
            // So that pages are read again and again.
            cache_bytes: 64 << 10,
            ..options(true)
        };
        Database::open(Arc::new(self.tapped.clone()), &key(), small)
    }
}

impl Overtaken {
    fn new(commits: u64, is_time: impl Fn(u64) -> bool + Send + Sync + 'static) -> Self {
        let writing = Writing::new(commits, is_time);
        let follower = writing.open().unwrap();
        let Writing { rounds, reads, .. } = writing;
        // It falls behind.
        (0..20).for_each(|_| rounds.lock().unwrap().next());
        Self {
            rounds,
            follower,
            reads,
        }
    }

    fn round(&self) -> u64 {
        self.rounds.lock().unwrap().round
    }

    fn count_from_now(&self) {
        self.reads.store(0, Ordering::Relaxed);
    }

    fn count_no_more(&self) {
        self.reads.store(NEVER, Ordering::Relaxed);
    }

    fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }
}

fn is_overtaken(error: &Error) -> bool {
    matches!(error, Error::SnapshotTooOld)
}

#[test]
fn a_writer_that_goes_on_at_any_read_is_followed_or_told_of() {
    let (mut whole, mut overtaken) = (0, 0);
    for (commits, stride) in [(1, 2), (7, 3), (40, 5)] {
        for nth in (0..).step_by(stride) {
            let at = Overtaken::new(commits, move |read| read == nth);
            let acknowledged = at.round();
            at.count_from_now();
            // Once overtaken is not too often.
            let read = at.follower.begin_read().unwrap();
            match round_of(&read) {
                Ok(round) => {
                    assert!(round >= acknowledged, "{round} is not {acknowledged}");
                    whole += 1;
                }
                Err(error) => {
                    assert!(is_overtaken(&error), "{commits} commits at {nth}: {error}");
                    overtaken += 1;
                }
            }
            let is_over = at.reads() <= nth;
            at.count_no_more();
            let newest = at.round();
            let again = at.follower.begin_read().unwrap();
            assert_eq!(round_of(&again).unwrap(), newest, "{commits} at {nth}");
            if is_over {
                break;
            }
        }
    }
    assert!(whole > 20 && overtaken > 10, "{whole} {overtaken}");
}

#[test]
fn a_writer_that_goes_on_at_every_read_never_shows_half_of_a_commit() {
    for (commits, every) in [(1, 1), (1, 3), (5, 2), (30, 7)] {
        let at = Overtaken::new(commits, move |read| {
            read < 1_000 && read.is_multiple_of(every)
        });
        at.count_from_now();
        for _ in 0..30 {
            let acknowledged = at.round();
            let seen = at.follower.begin_read().and_then(|read| round_of(&read));
            match seen {
                Ok(round) => assert!(round >= acknowledged, "{round} is not {acknowledged}"),
                Err(error) => assert!(is_overtaken(&error), "{error}"),
            }
        }
        // Where the writer rests at last, it is seen.
        at.count_no_more();
        let read = at.follower.begin_read().unwrap();
        assert_eq!(round_of(&read).unwrap(), at.round());
    }
}

#[test]
fn a_writer_that_goes_on_while_a_follower_opens_does_not_keep_it_out() {
    let mut opened = 0;
    for (commits, stride) in [(1, 1), (7, 2), (40, 3), (150, 3)] {
        for nth in (0..).step_by(stride) {
            let writing = Writing::new(commits, move |read| read == nth);
            writing.reads.store(0, Ordering::Relaxed);
            let follower = writing.open();
            let follower = follower.unwrap_or_else(|error| panic!("{commits} at {nth}: {error}"));
            let is_over = writing.reads.swap(NEVER, Ordering::Relaxed) <= nth;
            let newest = writing.rounds.lock().unwrap().round;
            let read = follower.begin_read().unwrap();
            assert_eq!(round_of(&read).unwrap(), newest, "{commits} at {nth}");
            opened += 1;
            if is_over {
                break;
            }
        }
    }
    assert!(opened > 20, "{opened}");
}
