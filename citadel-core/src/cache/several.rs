//! Many frames at a time.
//!
//! A frame that is in the cache is mostly not in the processor's: finding it waits for its bucket, its entry and itself, one
//! after the other. Frames that are found together wait together, if nothing between them is a locked instruction; so all
//! locks are taken first, then all frames are found, and then counted.

use std::array;

use crate::cache::shard::Shard;
use crate::cache::{Cache, FrameKey, SHARDS_MAX};
use crate::page::FrameRef;
use parking_lot::RwLockReadGuard;

impl Cache {
    /// The frames of these keys up to the first that is not here, each as [`get`](Cache::get) gives it.
    ///
    /// Holds several shards at once. Nobody who waits for a shard to write holds another, so none waits for ever.
    pub(crate) fn get_several(&self, keys: &[FrameKey]) -> Vec<FrameRef> {
        let mut guards: [Option<RwLockReadGuard<'_, Shard>>; SHARDS_MAX] = array::from_fn(|_| None);
        for key in keys {
            let shard = self.shard_index(*key);
            guards[shard].get_or_insert_with(|| self.shards[shard].read());
        }
        let mut frames = Vec::with_capacity(keys.len());
        frames.extend(keys.iter().map_while(|key| {
            let shard = guards[self.shard_index(*key)].as_ref();
            shard.and_then(|shard| shard.find(*key))
        }));
        frames.iter().for_each(|frame| frame.touch());
        frames.into_iter().map(FrameRef::clone).collect()
    }
}
