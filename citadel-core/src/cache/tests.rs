//! The bound and the policy of the cache.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::page::{Frame, PageKind, PagePtr, PageRun, Tag};

const BODY: usize = 1000;

fn frame(page: u64, generation: u64, len: usize) -> FrameRef {
    let ptr = PagePtr {
        run: PageRun::single(PageNo::new(page)),
        generation: Generation::new(generation),
        tag: Tag::from_bytes([page as u8; 16]),
    };
    Arc::new(Frame::new(ptr, PageKind::TreeNode, vec![page as u8; len]))
}

fn key(page: u64) -> FrameKey {
    FrameKey::new(PageNo::new(page), Generation::new(1))
}

/// A cache that holds about `frames` frames of `BODY` bytes.
fn cache_of(frames: usize) -> Cache {
    Cache::new(frames * (BODY + 400))
}

fn held(cache: &Cache, pages: std::ops::Range<u64>) -> usize {
    pages.filter(|page| cache.get(key(*page)).is_some()).count()
}

#[test]
fn a_scan_does_not_push_out_what_is_in_use() {
    let cache = cache_of(100);
    for page in 0..50 {
        cache.insert(frame(page, 1, BODY));
        assert!(cache.get(key(page)).is_some());
    }
    for page in 1000..21_000 {
        cache.insert(frame(page, 1, BODY));
        if page % 20 == 0 {
            held(&cache, 0..50);
        }
    }
    assert_eq!(held(&cache, 0..50), 50, "the pages in use stayed");
}

#[test]
fn what_is_used_no_more_goes() {
    let cache = cache_of(100);
    for page in 0..50 {
        cache.insert(frame(page, 1, BODY));
        cache.get(key(page));
    }
    for page in 1000..2000 {
        cache.insert(frame(page, 1, BODY));
        cache.get(key(page));
    }
    assert_eq!(held(&cache, 0..50), 0);
    assert!(held(&cache, 1900..2000) > 50);
}

#[test]
fn generations_of_a_page_are_apart() {
    let cache = cache_of(10);
    cache.insert(frame(7, 1, BODY));
    cache.insert(frame(7, 2, BODY));
    let newer = FrameKey::new(PageNo::new(7), Generation::new(2));
    assert_eq!(cache.get(key(7)).unwrap().ptr().generation.get(), 1);
    assert_eq!(cache.get(newer).unwrap().ptr().generation.get(), 2);
}

#[test]
fn several_are_found_up_to_the_first_that_is_not_here() {
    // Many shards, and one: keys then meet in it.
    for capacity in [256 << 20, 100_000] {
        let cache = Cache::new(capacity);
        for page in (0..60).filter(|page| *page != 40) {
            cache.insert(frame(page, 1, BODY));
        }
        let keys: Vec<FrameKey> = (0..60).map(key).collect();
        for (from, to, found) in [
            (0, 40, 40),
            (0, 60, 40),
            (40, 60, 0),
            (41, 60, 19),
            (7, 7, 0),
        ] {
            let frames = cache.get_several(&keys[from..to]);
            assert_eq!(frames.len(), found);
            for (frame, page) in frames.iter().zip(from as u64..) {
                assert_eq!(frame.ptr().run.first.get(), page);
                assert!(frame.is_hit());
            }
        }
        let stats = cache.stats();
        assert_eq!((stats.hits, stats.misses), (99, 2));
        // The locks were given back.
        cache.insert(frame(40, 1, BODY));
        assert_eq!(cache.get_several(&keys).len(), 60);
    }
}

#[test]
fn a_cache_of_nothing_holds_nothing() {
    let cache = Cache::new(0);
    cache.insert(frame(1, 1, BODY));
    assert!(cache.get(key(1)).is_none());
    assert_eq!(cache.stats().bytes, 0);
}

#[test]
fn a_frame_larger_than_a_shard_is_not_taken() {
    let cache = cache_of(10);
    cache.insert(frame(1, 1, BODY));
    cache.insert(frame(2, 1, 1 << 20));
    assert!(cache.get(key(1)).is_some());
    assert!(cache.get(key(2)).is_none());
}

#[test]
fn an_evicted_frame_lives_on_with_its_reader() {
    let cache = cache_of(2);
    cache.insert(frame(1, 1, BODY));
    let pinned = cache.get(key(1)).unwrap();
    for page in 2..50 {
        cache.insert(frame(page, 1, BODY));
        cache.get(key(page));
    }
    assert!(cache.get(key(1)).is_none());
    assert_eq!(pinned[..], [1; BODY]);
}

#[test]
fn large_caches_are_sharded_and_use_all_of_it() {
    let cache = Cache::new(16 << 20);
    assert!(cache.shards.len() >= 4);
    for page in 0..40_000 {
        cache.insert(frame(page, 1, BODY));
    }
    let stats = cache.stats();
    assert!(stats.bytes <= stats.capacity_bytes);
    assert!(stats.bytes > stats.capacity_bytes / 10 * 9, "{stats:?}");
    assert_eq!(stats.frames + stats.evictions, 40_000);
}

#[test]
fn threads_do_not_disturb_each_other() {
    let cache = Cache::new(8 << 20);
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let cache = &cache;
            scope.spawn(move || {
                for i in 0..20_000u64 {
                    let page = (i * 7919 + thread * 31) % 12_000;
                    match cache.get(key(page)) {
                        Some(frame) => assert_eq!(frame[0], page as u8),
                        None => cache.insert(frame(page, 1, BODY)),
                    }
                }
            });
        }
    });
    let stats = cache.stats();
    assert!(stats.bytes <= stats.capacity_bytes);
    // Two threads that count at the same instant may count as one.
    let counted = stats.hits + stats.misses;
    assert!((40_000..=80_000).contains(&counted), "{counted}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Against a model: the cache may forget, but never passes its bound, never answers with another frame, and its
    /// count of bytes is that of the frames it holds.
    #[test]
    fn the_bound_is_real_under_any_load(
        capacity in 0usize..40_000,
        loads in prop::collection::vec((0u64..60, 1usize..6000, any::<bool>()), 1..400),
    ) {
        let cache = Cache::new(capacity);
        let mut newest: HashMap<u64, usize> = HashMap::new();
        for (page, len, read) in loads {
            if read {
                if let Some(frame) = cache.get(key(page)) {
                    prop_assert_eq!(Some(&frame.len()), newest.get(&page));
                }
            } else {
                cache.insert(frame(page, 1, len));
                newest.insert(page, len);
            }
            prop_assert!(cache.stats().bytes <= capacity as u64);
        }
        let held: Vec<FrameRef> = (0..60).filter_map(|page| cache.get(key(page))).collect();
        let bodies: usize = held.iter().map(|frame| frame.len()).sum();
        prop_assert_eq!(held.len() as u64, cache.stats().frames);
        prop_assert!(bodies as u64 <= cache.stats().bytes);
    }

    /// Against SIEVE written down naively: the same loads leave the same pages.
    #[test]
    fn the_policy_is_sieve(loads in prop::collection::vec((0u64..24, any::<bool>()), 1..600)) {
        let one = frame(0, 1, BODY);
        let frames = 8;
        let mut shard = Shard::new(frames * shard::cost(&one));
        let mut model = NaiveSieve { queue: Vec::new(), hand: 0, frames };
        for (page, read) in loads {
            if read {
                prop_assert_eq!(shard.get(key(page)).is_some(), model.hit(page));
            } else if shard.get(key(page)).is_none() {
                model.hit(page);
                drop(shard.insert(key(page), frame(page, 1, BODY), frames * shard::cost(&one)));
                model.insert(page);
            } else {
                model.hit(page);
            }
            prop_assert_eq!(shard.stats().frames as usize, model.queue.len());
        }
        let kept = (0..24).filter(|page| shard.get(key(*page)).is_some());
        let mut expected: Vec<u64> = model.queue.iter().map(|(page, _)| *page).collect();
        expected.sort_unstable();
        prop_assert_eq!(kept.collect::<Vec<_>>(), expected);
    }
}

/// The queue, oldest first, with the flags; the hand is a position in it.
struct NaiveSieve {
    queue: Vec<(u64, bool)>,
    hand: usize,
    frames: usize,
}

impl NaiveSieve {
    fn hit(&mut self, page: u64) -> bool {
        let found = self.queue.iter_mut().find(|(held, _)| *held == page);
        found.map(|(_, flag)| *flag = true).is_some()
    }

    fn insert(&mut self, page: u64) {
        if self.queue.len() == self.frames {
            while self.queue[self.hand].1 {
                self.queue[self.hand].1 = false;
                self.hand = (self.hand + 1) % self.frames;
            }
            self.queue.remove(self.hand);
            // Past the newest the hand begins again at the oldest, and not at what is put in next.
            self.hand %= self.queue.len();
        }
        self.queue.push((page, false));
    }
}

#[test]
fn pages_that_are_changed_count_against_the_bound() {
    let cache = Cache::new(16 << 20);
    for page in 0..40_000 {
        cache.insert(frame(page, 1, BODY));
        cache.get(key(page));
        cache.get(key(page));
    }
    cache.reserve(4 << 20);
    assert!(cache.stats().bytes <= 12 << 20);
    cache.reserve(100 << 20);
    let left = cache.stats();
    assert!(
        left.bytes <= 8 << 20 && left.bytes > 7 << 20,
        "half remains"
    );
    assert_eq!(held(&cache, 0..40_000) as u64, left.frames);
    cache.release(104 << 20);
    for page in 0..40_000 {
        cache.insert(frame(page, 2, BODY));
    }
    assert!(cache.stats().bytes > 14 << 20);
}

#[test]
fn what_is_pinned_leaves_an_eighth() {
    let cache = Cache::new(16 << 20);
    for page in 0..40_000 {
        cache.insert(frame(page, 1, BODY));
    }
    cache.pin(10 << 20);
    assert_eq!(cache.room_bytes(), 6 << 20);
    assert!(cache.stats().bytes <= 6 << 20);
    cache.reserve(1 << 20);
    assert!(cache.stats().bytes <= 5 << 20);
    cache.reserve(99 << 20);
    assert!(cache.stats().bytes <= 3 << 20, "half of what is not pinned");
    cache.release(100 << 20);
    cache.pin(10 << 20);
    assert_eq!(cache.room_bytes(), 2 << 20);
    let left = cache.stats().bytes;
    assert!(left <= 2 << 20 && left > 1 << 20, "{left}");
    cache.unpin(20 << 20);
    for page in 0..40_000 {
        cache.insert(frame(page, 2, BODY));
    }
    assert!(cache.stats().bytes > 14 << 20);
}

#[test]
fn what_was_read_ahead_is_not_in_use_when_it_is_read_once() {
    let cache = cache_of(100);
    for page in 0..50 {
        cache.insert(frame(page, 1, BODY));
        cache.get(key(page));
    }
    for page in 1000..3000 {
        let ahead = Arc::into_inner(frame(page, 1, BODY)).unwrap();
        cache.insert(Arc::new(ahead.read_ahead()));
        assert!(cache.get(key(page)).is_some());
        if page % 20 == 0 {
            held(&cache, 0..50);
        }
    }
    assert_eq!(held(&cache, 0..50), 50);
}
