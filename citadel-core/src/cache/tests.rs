//! The bound and the policy of the cache.
