//! Promise: a file that was changed at rest is refused where it is read, or reads as it was; never wrong rows, never a
//! panic.

mod opening;
mod sql;
mod txn;
