//! One shard: a map, a queue, and SIEVE's hand.
//!
//! The queue is a doubly linked list through a vector of entries, newest at the head. The hand goes from the tail towards
//! the head, clears the flag of what was hit since it last came by, and stops at the first entry that was not: that one is
//! evicted. Nothing moves in the queue, ever; an entry keeps its place until it goes.

use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::FxHashMap;

use crate::cache::{CacheStats, FrameKey};
use crate::page::FrameRef;

/// The place of an entry in the vector.
type Place = u32;
const NOWHERE: Place = Place::MAX;

/// What one entry costs apart from its frame: entry, map cell and its slack, allocation headers. Rounded up.
const ENTRY_BYTES: usize = 160;

pub(super) struct Shard {
    places: FxHashMap<FrameKey, Place>,
    entries: Vec<Entry>,
    /// Places whose frame is gone.
    vacant: Vec<Place>,
    head: Place,
    tail: Place,
    hand: Place,
    bytes: usize,
    capacity_bytes: usize,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: u64,
}

struct Entry {
    key: FrameKey,
    /// `None` in a vacant place.
    frame: Option<FrameRef>,
    newer: Place,
    older: Place,
}

impl Shard {
    pub(super) fn new(capacity_bytes: usize) -> Self {
        Self {
            places: FxHashMap::default(),
            entries: Vec::new(),
            vacant: Vec::new(),
            head: NOWHERE,
            tail: NOWHERE,
            hand: NOWHERE,
            bytes: 0,
            capacity_bytes,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            evictions: 0,
        }
    }

    pub(super) fn get(&self, key: FrameKey) -> Option<FrameRef> {
        let frame = self.find(key)?.clone();
        frame.touch();
        Some(frame)
    }

    /// The frame of this key, counted as asked for but not touched.
    pub(super) fn find(&self, key: FrameKey) -> Option<&FrameRef> {
        let found = self
            .places
            .get(&key)
            .map(|place| &self.entries[*place as usize]);
        let counter = if found.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        // Not one atomic addition: two threads at once may count as one, and a hit costs a quarter less.
        counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        found?.frame.as_ref()
    }

    /// Whether a frame of this key is here.
    pub(super) fn holds(&self, key: FrameKey) -> bool {
        self.places.contains_key(&key)
    }

    /// Takes a frame in, so that there are at most `bytes_max` bytes. Returns the frames that had to go.
    #[must_use]
    pub(super) fn insert(
        &mut self,
        key: FrameKey,
        frame: FrameRef,
        bytes_max: usize,
    ) -> Vec<FrameRef> {
        let mut gone = Vec::new();
        if let Some(&place) = self.places.get(&key) {
            gone.extend(self.take_out(place));
        }
        let cost = cost(&frame);
        if cost > bytes_max {
            return gone;
        }
        gone.extend(self.shrink_to(bytes_max - cost));
        self.put_in(key, frame);
        gone
    }

    /// Evicts until there are at most so many bytes. Returns what had to go.
    #[must_use]
    pub(super) fn shrink_to(&mut self, bytes_max: usize) -> Vec<FrameRef> {
        let mut gone = Vec::new();
        while self.bytes > bytes_max {
            gone.extend(self.evict());
        }
        gone
    }

    pub(super) fn stats(&self) -> CacheStats {
        CacheStats {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            evictions: self.evictions,
            frames: self.places.len() as u64,
            bytes: self.bytes as u64,
            capacity_bytes: self.capacity_bytes as u64,
        }
    }

    /// Moves the hand to the next entry that was not hit, and evicts that. There is an entry whenever bytes are held.
    fn evict(&mut self) -> Option<FrameRef> {
        let mut place = if self.hand == NOWHERE {
            self.tail
        } else {
            self.hand
        };
        while self.entries[place as usize]
            .frame
            .as_ref()
            .is_some_and(|frame| frame.take_hit())
        {
            let newer = self.entries[place as usize].newer;
            place = if newer == NOWHERE { self.tail } else { newer };
        }
        self.hand = place;
        self.evictions += 1;
        self.take_out(place)
    }

    fn put_in(&mut self, key: FrameKey, frame: FrameRef) {
        self.bytes += cost(&frame);
        let entry = Entry {
            key,
            frame: Some(frame),
            newer: NOWHERE,
            older: self.head,
        };
        let place = match self.vacant.pop() {
            Some(place) => {
                self.entries[place as usize] = entry;
                place
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as Place
            }
        };
        match self.head {
            NOWHERE => self.tail = place,
            head => self.entries[head as usize].newer = place,
        }
        self.head = place;
        self.places.insert(key, place);
    }

    fn take_out(&mut self, place: Place) -> Option<FrameRef> {
        let Entry {
            key, newer, older, ..
        } = self.entries[place as usize];
        match newer {
            NOWHERE => self.head = older,
            newer => self.entries[newer as usize].older = older,
        }
        match older {
            NOWHERE => self.tail = newer,
            older => self.entries[older as usize].newer = newer,
        }
        if self.hand == place {
            self.hand = newer;
        }
        self.places.remove(&key);
        self.vacant.push(place);
        let frame = self.entries[place as usize].frame.take();
        self.bytes -= frame.as_ref().map_or(0, cost);
        frame
    }
}

/// Bytes that a frame counts for.
pub(super) fn cost(frame: &FrameRef) -> usize {
    frame.footprint() + ENTRY_BYTES
}
