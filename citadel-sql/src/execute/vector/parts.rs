//! The exact plan on several threads.
//!
//! A large table is cut into ranges of row ids, each of about as many leaves. The threads of the statement take the next range
//! that nobody has, until there are none, and keep the first k of what they saw; in the end all of those are offered to one.
//!
//! What always holds:
//! 1. The answer is that of one thread: the first k by (distance, row id), whoever saw them. All read the same view.
//! 2. So is an error. Ranges are taken in order, and each that was taken is gone through until something fails in it, so the
//!    first that failed is where one thread would have stopped.
//! 3. A thread keeps k rows and pins a few leaves, as one alone does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use citadel_txn::View;

use super::exact::Asked;
use super::nearest::Nearest;
use crate::error::{Error, Result};
use crate::execute::team;
use crate::plan::vector::TopK;
use crate::store::RowIdRange;

/// Parts for each thread at least, so that all end at about the same time.
const PARTS_PER_THREAD: usize = 8;
/// Bytes of a larger part: going down to its first leaf is to be nothing beside it.
const PART_BYTES: u64 = 1 << 20;
const PARTS_MAX: u64 = 1 << 10;

/// What a search went through.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanned {
    /// Vectors that were measured.
    pub(super) vectors: u64,
    /// Threads that did it.
    pub(super) threads: usize,
}

/// The parts of a tree of rows, among those of a span, for so many threads: one part, where the table is not worth more.
pub(super) fn cut(
    view: &dyn View,
    top: &TopK,
    tree: citadel_txn::TreeId,
    span: RowIdRange,
    threads: usize,
) -> Result<Vec<RowIdRange>> {
    if threads < 2 || !top.is_worth_threads(view)? {
        return Ok(vec![span]);
    }
    let by_size = usize::try_from((top.scan_bytes(view)? / PART_BYTES).min(PARTS_MAX));
    let parts = by_size
        .unwrap_or(1)
        .max(threads.saturating_mul(PARTS_PER_THREAD));
    let mut parts = RowIdRange::split(view, tree, parts)?;
    parts
        .iter_mut()
        .for_each(|part| *part = part.intersect(span));
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

/// What one thread did.
struct Share {
    vectors: u64,
    nearest: Vec<Nearest>,
    /// Where it failed, and why.
    failed: Option<(usize, Error)>,
}

/// Offers the rows of all parts to each question: `scan` those of one part, and it tells how many it measured.
pub(super) fn measure(
    parts: &[RowIdRange],
    threads: usize,
    asked: &mut [Asked<'_>],
    scan: impl Fn(RowIdRange, &mut [Asked<'_>]) -> Result<u64> + Sync,
) -> Result<Scanned> {
    if let [part] = parts {
        let vectors = scan(*part, asked)?;
        return Ok(Scanned {
            vectors,
            threads: 1,
        });
    }
    let next = AtomicUsize::new(0);
    let shares = Mutex::new(Vec::new());
    let questions = &*asked;
    let work = || {
        let share = work(parts, &next, questions, &scan);
        shares
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(share);
    };
    let threads = team::run(threads.min(parts.len()), work);
    let shares = shares.into_inner().unwrap_or_else(PoisonError::into_inner);
    let vectors = shares.iter().map(|share| share.vectors).sum();
    let mut failed = None;
    for share in shares {
        for (asked, nearest) in asked.iter_mut().zip(share.nearest) {
            asked.nearest.absorb(nearest);
        }
        failed = [failed, share.failed]
            .into_iter()
            .flatten()
            .min_by_key(|(part, _)| *part);
    }
    match failed {
        Some((_, error)) => Err(error),
        None => Ok(Scanned { vectors, threads }),
    }
}

/// One thread: part after part, while there are any.
fn work(
    parts: &[RowIdRange],
    next: &AtomicUsize,
    questions: &[Asked<'_>],
    scan: &impl Fn(RowIdRange, &mut [Asked<'_>]) -> Result<u64>,
) -> Share {
    let mut nearest: Vec<Nearest> = questions.iter().map(|q| q.nearest.anew()).collect();
    let own = questions.iter().zip(&mut nearest);
    let mut own: Vec<Asked<'_>> = own
        .map(|(question, nearest)| Asked {
            measure: question.measure,
            nearest,
        })
        .collect();
    let (mut vectors, mut failed) = (0, None);
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(part) = parts.get(at) else {
            break;
        };
        match scan(*part, &mut own) {
            Ok(measured) => vectors += measured,
            Err(error) => {
                // Those before this one are on their way; the others are of no use.
                next.store(parts.len(), Ordering::Relaxed);
                failed = Some((at, error));
                break;
            }
        }
    }
    Share {
        vectors,
        nearest,
        failed,
    }
}
