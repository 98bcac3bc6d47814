//! Whole nodes at once: building, splitting, merging.

use super::cell::Cell;
use super::edit::NodeMut;
use super::malformed::Malformed;
use super::view::Node;
use super::{HEADER_BYTES, SLOT_BYTES};

/// Fills a fresh node from left to right.
pub(crate) struct NodeBuilder {
    bytes: Vec<u8>,
    count: usize,
}

impl NodeBuilder {
    /// An empty node with a body of `len` bytes.
    pub(crate) fn new(level: u8, len: usize) -> Self {
        let mut bytes = vec![0; len];
        NodeMut::clear(&mut bytes, level);
        Self { bytes, count: 0 }
    }

    /// Whether nothing was added yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a cell after all others, if it fits.
    pub(crate) fn offer(&mut self, cell: &Cell<'_>) -> Result<bool, Malformed> {
        let fits = NodeMut::new(&mut self.bytes).insert(self.count, cell)?;
        self.count += usize::from(fits);
        Ok(fits)
    }

    /// Adds a cell after all others.
    pub(crate) fn push(&mut self, cell: &Cell<'_>) -> Result<(), Malformed> {
        match self.offer(cell)? {
            true => Ok(()),
            false => Err(Malformed),
        }
    }

    /// The body.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// What a split leaves: the left half replaces the node, the right half stands beside it from `separator` on.
pub(crate) struct Split {
    /// The new body of the node; `None` where it stays as it is.
    pub(crate) left: Option<Vec<u8>>,
    /// The body of its new neighbour.
    pub(crate) right: Vec<u8>,
    /// The smallest key that the neighbour may hold.
    pub(crate) separator: Vec<u8>,
}

/// Splits a node in two around a cell that does not fit at `index`.
///
/// Runs of ascending or descending keys are the common case and leave full nodes behind: a cell that goes to an end
/// gets a node of its own. Otherwise both halves get about the same number of bytes.
pub(crate) fn split(
    node: &Node<'_>,
    index: usize,
    cell: &Cell<'_>,
    body_len: usize,
) -> Result<Split, Malformed> {
    if index == node.count() && index > 0 {
        return split_off_last(node, cell, body_len);
    }
    let cells = with_inserted(node, index, cell)?;
    let at = split_point(&cells, index, body_len);
    let (left, right) = cells.split_at(at);
    let (key, first) = right_half(node, right)?;
    let separator = match node.is_leaf() {
        true => shortest_between(last_key(left)?, key),
        false => key.to_vec(),
    };
    Ok(Split {
        left: Some(build(node.level(), body_len, left)?),
        right: build_from(node.level(), body_len, first, &right[1..])?,
        separator,
    })
}

/// The split for a cell behind all others: the node stays as it is, full, and the cell gets one of its own.
fn split_off_last(node: &Node<'_>, cell: &Cell<'_>, body_len: usize) -> Result<Split, Malformed> {
    let last = node.count() - 1;
    let (key, first) = right_half(node, std::slice::from_ref(cell))?;
    Ok(Split {
        left: None,
        right: build_from(node.level(), body_len, first, &[])?,
        separator: match node.is_leaf() {
            true => shortest_between(node.key(last)?, key),
            false => key.to_vec(),
        },
    })
}

/// Puts the right node's entries behind the left node's, where all of them fit into one body.
pub(crate) fn merge(
    left: &Node<'_>,
    separator: &[u8],
    right: &Node<'_>,
    len: usize,
) -> Result<Vec<u8>, Malformed> {
    let mut builder = NodeBuilder::new(left.level(), len);
    for index in 0..left.count() {
        builder.push(&Cell::Raw(left.raw(index)?))?;
    }
    for index in 0..right.count() {
        match (index, right.is_leaf()) {
            (0, false) => builder.push(&Cell::Branch {
                key: separator,
                child: right.child(0)?.1,
            })?,
            _ => builder.push(&Cell::Raw(right.raw(index)?))?,
        }
    }
    Ok(builder.finish())
}

fn with_inserted<'a>(
    node: &Node<'a>,
    index: usize,
    cell: &Cell<'a>,
) -> Result<Vec<Cell<'a>>, Malformed> {
    let mut cells = Vec::with_capacity(node.count() + 1);
    for old in 0..node.count() {
        if old == index {
            cells.push(*cell);
        }
        cells.push(Cell::Raw(node.raw(old)?));
    }
    if index == node.count() {
        cells.push(*cell);
    }
    Ok(cells)
}

/// How many cells go left: at least one, and at least one goes right.
fn split_point(cells: &[Cell<'_>], index: usize, body_len: usize) -> usize {
    let last = cells.len() - 1;
    if index == 0 {
        return 1;
    }
    let size = |cell: &Cell<'_>| SLOT_BYTES + cell.len();
    let total: usize = cells.iter().map(size).sum();
    let capacity = body_len - HEADER_BYTES;
    let (mut left, mut best, mut best_gap) = (0, 1, usize::MAX);
    for (at, cell) in cells[..last].iter().enumerate() {
        left += size(cell);
        let right = total - left;
        let gap = left.abs_diff(right);
        if left <= capacity && right <= capacity && gap < best_gap {
            (best, best_gap) = (at + 1, gap);
        }
    }
    best
}

/// The first key of the right half, and its first cell as it will stand there.
fn right_half<'a>(node: &Node<'a>, right: &[Cell<'a>]) -> Result<(&'a [u8], Cell<'a>), Malformed> {
    let first = right.first().ok_or(Malformed)?;
    if node.is_leaf() {
        return Ok((cell_key(first)?, *first));
    }
    let (key, child) = match *first {
        Cell::Branch { key, child } => (key, child),
        Cell::Raw(raw) => {
            let (key, rest) = super::cell::take_key(raw)?;
            (key, rest.first_chunk().ok_or(Malformed)?)
        }
        Cell::Leaf { .. } => return Err(Malformed),
    };
    Ok((key, Cell::Branch { key: &[], child }))
}

fn cell_key<'a>(cell: &Cell<'a>) -> Result<&'a [u8], Malformed> {
    match *cell {
        Cell::Leaf { key, .. } | Cell::Branch { key, .. } => Ok(key),
        Cell::Raw(raw) => Ok(super::cell::take_key(raw)?.0),
    }
}

fn last_key<'a>(left: &[Cell<'a>]) -> Result<&'a [u8], Malformed> {
    cell_key(left.last().ok_or(Malformed)?)
}

/// The shortest key that is greater than `low` and not greater than `high`.
pub(crate) fn shortest_between(low: &[u8], high: &[u8]) -> Vec<u8> {
    let shared = low.iter().zip(high).take_while(|(a, b)| a == b).count();
    high[..(shared + 1).min(high.len())].to_vec()
}

fn build(level: u8, body_len: usize, cells: &[Cell<'_>]) -> Result<Vec<u8>, Malformed> {
    let (first, rest) = cells.split_first().ok_or(Malformed)?;
    build_from(level, body_len, *first, rest)
}

fn build_from(
    level: u8,
    body_len: usize,
    first: Cell<'_>,
    rest: &[Cell<'_>],
) -> Result<Vec<u8>, Malformed> {
    let mut builder = NodeBuilder::new(level, body_len);
    builder.push(&first)?;
    rest.iter().try_for_each(|cell| builder.push(cell))?;
    Ok(builder.finish())
}
