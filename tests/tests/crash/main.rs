//! Promise: after a crash at any place, or a failure of the disk at any call, the database is a state that was
//! attempted, no older than the last that was acknowledged, whole and writable.

mod sql;
mod txn;
