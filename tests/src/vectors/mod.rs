//! Vector indexes under random transactions, queries and crashes, beside a model in memory that knows nothing of indexes.
//!
//! A [`Campaign`] runs many databases, one after the other. Each has a table of a random [`shape`](Shape): two vector columns of any element, scalar
//! columns of every type, and vector indexes that come and go. Transactions insert, change and delete rows, fail, are rolled back, and define
//! indexes; between and within them queries of every form are asked, by the writer and by readers of older snapshots; the database is folded
//! meanwhile, at once and in the background; and from time to time the process dies or the power fails.
//!
//! What must hold of every answer:
//!
//! 1. Of the `k` nearest there are `min(k, matching - offset)` rows; each satisfies WHERE at its snapshot, and none is there twice.
//! 2. Each distance is that of the row's vector, and the order is (distance, row id), rows without a distance last.
//! 3. Where no index serves, or exactness is asked for, the rows are the nearest. Elsewhere they are so to the recall that is stated, on average
//!    over the campaign, by distance, counted over the answers that a walk gave.
//!
//! And after every crash: the rows and indexes are those of an acknowledged state or of the one attempted, and the check finds index and rows
//! to be a bijection.

mod ask;
mod campaign;
mod change;
mod condition;
mod judge;
mod life;
mod measure;
mod model;
mod round;
mod shape;
mod tally;

pub use campaign::Campaign;
pub use round::Round;
pub use shape::Shape;
pub use tally::Tally;
