//! Prepared statements by their text, the least recently used going first.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// A text longer than this is not worth its place: it is a bulk statement that will not come again.
const TEXT_BYTES_MAX: usize = 16 << 10;

/// A bounded map from statement text to what it was prepared to.
///
/// Prepared statements are immutable and shared, so one that is in use stays in the cache for others.
#[derive(Debug)]
pub(crate) struct StatementCache<T> {
    entries: FxHashMap<Arc<str>, Entry<T>>,
    capacity: usize,
    clock: u64,
}

#[derive(Debug)]
struct Entry<T> {
    prepared: Arc<T>,
    used_at: u64,
}

impl<T> StatementCache<T> {
    /// A cache for up to `capacity` statements; 0 turns it off.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: FxHashMap::default(),
            capacity,
            clock: 0,
        }
    }

    /// The statement of a text.
    pub(crate) fn get(&mut self, text: &str) -> Option<Arc<T>> {
        self.clock += 1;
        let entry = self.entries.get_mut(text)?;
        entry.used_at = self.clock;
        Some(Arc::clone(&entry.prepared))
    }

    /// Remembers a statement, in place of an older one of the same text.
    pub(crate) fn put(&mut self, text: &str, prepared: Arc<T>) {
        if self.capacity == 0 || text.len() > TEXT_BYTES_MAX {
            return;
        }
        if !self.entries.contains_key(text) {
            self.shrink_to(self.capacity - 1);
        }
        self.clock += 1;
        let used_at = self.clock;
        self.entries
            .insert(text.into(), Entry { prepared, used_at });
    }

    /// Changes the bound.
    pub(crate) fn set_capacity(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.shrink_to(capacity);
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    fn shrink_to(&mut self, capacity: usize) {
        while self.entries.len() > capacity {
            // A walk over some tens of entries: cheaper than links kept in order on every use.
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used_at);
            let Some(text) = oldest.map(|(text, _)| Arc::clone(text)) else {
                return;
            };
            self.entries.remove(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut cache = StatementCache::new(2);
        cache.put("a", Arc::new(1));
        cache.put("b", Arc::new(2));
        assert!(cache.get("a").is_some());
        cache.put("c", Arc::new(3));
        assert!(cache.get("b").is_none());
        assert_eq!(cache.get("a").as_deref(), Some(&1));
        assert_eq!(cache.get("c").as_deref(), Some(&3));
    }

    #[test]
    fn the_bound_holds_and_long_texts_stay_out() {
        let mut cache = StatementCache::new(3);
        for i in 0..10 {
            cache.put(&i.to_string(), Arc::new(i));
        }
        assert_eq!(cache.entries.len(), 3);
        cache.put(&"x".repeat(TEXT_BYTES_MAX + 1), Arc::new(0));
        assert_eq!(cache.entries.len(), 3);
        cache.set_capacity(0);
        cache.put("a", Arc::new(1));
        assert_eq!(cache.entries.len(), 0);
    }
}
