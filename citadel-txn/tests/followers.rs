//! Promise: a process that only reads sees every commit that was acknowledged before it looks, however far behind it was.
//!
//! Beside a writer that goes on meanwhile it once did not: pages that later commits had taken looked like a commit that is not
//! whole. That takes two threads, and is tried in the histories of `cargo xtask isolation`; here the writer waits.

use std::sync::Arc;

use citadel_txn::{Database, Key, MemoryStorage, Options, PageSize, TreeId, TreeOptions, View};

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
