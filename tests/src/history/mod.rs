//! A checker of isolation: do the transactions of many connections look as if they had run one after the other?
//!
//! # How it works
//!
//! Clients run random transactions at once and note in a [`History`] what each of them wrote and read, and two times: before
//! it began and after it ended. The checker knows nothing else, nothing of pages, generations or locks. It follows Elle
//! (Kingsbury and Alvaro, VLDB 2020): values are written once, so that each read names the transaction that it read from, and
//! lists are only appended to, so that each read tells the whole order in which they were written. That makes a graph:
//!
//! ```text
//! ww   A's version came directly before B's
//! wr   B read A's version
//! rw   A read a version that B's replaced
//! session, time   B began after A had ended (on one connection; on any)
//! ```
//!
//! Transactions that ran one after the other leave no cycle in it. A cycle is an [`Anomaly`], named as Adya named them by the
//! edges that it needs: G0 writes alone, G1c with reads, G-single with one rw edge, G2 with more.
//!
//! # What is promised
//!
//! Strict serializability in one process: a transaction that began after another had ended sees it, whatever the durability.
//! A follower (another process that only reads) sees each commit that was acknowledged before it began, and never less than
//! it saw before; it may see a commit that is not acknowledged yet.
//!
//! # Crashes
//!
//! A history ends with the closing of the database, the death of its process, or a loss of power at some operation on its
//! disk ([`PowerDisk`]). What is then found on the disk is noted as one last reader, *recovery*. It must have seen every
//! transaction whose durability was promised; of those that were not acknowledged, or promised nothing, it may have seen
//! any number, as long as that makes no cycle: so what is lost is lost from the end. The next history begins with
//! what recovery found.
//!
//! [`Round`] runs one database through several of these, and [`Campaign`] many databases.

mod anomaly;
mod check;
mod disk;
mod event;
mod recorder;
mod run;
mod store;

pub use anomaly::{Anomaly, Cycle, CycleClass, Link, LinkKind, Needs};
pub use check::{Counts, Verdict, check};
pub use disk::{Cut, PowerDisk};
pub use event::{History, Key, Outcome, Role, Step, Time, Transaction, Value};
pub use run::{Campaign, Ending, Layer, Mode, Round, RoundReport, Tally};
