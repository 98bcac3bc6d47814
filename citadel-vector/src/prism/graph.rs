//! Links of a segment: the same room for every row, so that a row's links are found without a directory.

use super::blocks::{BlockKind, Held, Paged, Pager};
use crate::kernel::{advise_large_pages, prefetch};
use crate::wire::{Malformed, ensure, write_values};

/// No link.
pub(crate) const NONE: u32 = u32::MAX;

/// The links of each indexed row, by position; a row's unused room is [`NONE`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Graph {
    room: usize,
    links: Vec<u32>,
}

impl Graph {
    /// A graph without links.
    pub(crate) fn new(rows: usize, room: usize) -> Self {
        let mut links = Vec::with_capacity(rows * room);
        advise_large_pages(&mut links);
        links.resize(rows * room, NONE);
        Self { room, links }
    }

    /// The same for sizes from outside: memory that is not there is an error.
    pub(crate) fn try_new(rows: usize, room: usize) -> Result<Self, Malformed> {
        let beyond = Malformed("the graph is beyond memory");
        let len = rows.checked_mul(room).ok_or(beyond)?;
        let mut links = Vec::new();
        links.try_reserve_exact(len).map_err(|_| beyond)?;
        advise_large_pages(&mut links);
        links.resize(len, NONE);
        Ok(Self { room, links })
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.links.len() / self.room
    }

    /// The links of a row.
    #[inline]
    pub(crate) fn links(&self, position: u32) -> &[u32] {
        let room = &self.links[position as usize * self.room..][..self.room];
        let used = room.partition_point(|&link| link != NONE);
        &room[..used]
    }

    /// Asks the cache for the links of a row.
    #[inline]
    pub(crate) fn prefetch(&self, position: u32) {
        prefetch(&self.links[position as usize * self.room..][..self.room]);
    }

    /// Gives a row links in place of those that it has: no more than it has room for.
    pub(crate) fn set(&mut self, position: u32, links: &[u32]) {
        let room = &mut self.links[position as usize * self.room..][..self.room];
        let (used, rest) = room.split_at_mut(links.len());
        used.copy_from_slice(links);
        rest.fill(NONE);
    }

    /// Adds a link if the row has room and does not have it yet; tells whether the link is there now.
    pub(crate) fn add(&mut self, from: u32, to: u32) -> bool {
        let room = &mut self.links[from as usize * self.room..][..self.room];
        for link in room {
            if *link == to {
                return true;
            }
            if *link == NONE {
                *link = to;
                return true;
            }
        }
        false
    }

    /// Bytes held in memory.
    pub(crate) fn bytes_in_memory(&self) -> usize {
        self.links.len() * 4
    }

    /// Links that each row has room for.
    pub(crate) fn room(&self) -> usize {
        self.room
    }

    /// Appends the room of some rows, as it is in memory.
    pub(crate) fn encode(&self, rows: std::ops::Range<usize>, out: &mut Vec<u8>) {
        let links = &self.links[rows.start * self.room..rows.end * self.room];
        write_values(out, links, u32::to_le_bytes);
    }

    /// All rooms, each row's one after the other.
    pub(crate) fn links_mut(&mut self) -> &mut [u32] {
        &mut self.links
    }
}

/// Reads the rooms of some rows of a graph of `rows`: links within it, then nothing.
pub(crate) fn decode_rooms(
    bytes: &[u8],
    room: usize,
    rows: usize,
    out: &mut [u32],
) -> Result<(), Malformed> {
    let (links, _) = bytes.as_chunks::<4>();
    // No branch for each link: nearly all of what is decoded is right.
    let mut wrong = false;
    for (to, links) in out.chunks_exact_mut(room).zip(links.chunks_exact(room)) {
        let mut ended = false;
        for (to, &link) in to.iter_mut().zip(links) {
            *to = u32::from_le_bytes(link);
            wrong |= (*to as usize >= rows && *to != NONE) | (ended & (*to != NONE));
            ended |= *to == NONE;
        }
    }
    ensure(!wrong, "a link leads out of the segment")
}

impl Held<Graph> {
    /// The links of a row that are in memory; none where the graph is not.
    #[inline]
    pub(crate) fn links(&self, position: u32) -> &[u32] {
        self.resident().map_or(&[], |graph| graph.links(position))
    }

    /// Asks the cache for the links of a row, where they are in memory.
    #[inline]
    pub(crate) fn prefetch(&self, position: u32) {
        if let Self::Resident(graph) = self {
            graph.prefetch(position);
        }
    }

    /// Bytes held in memory.
    pub(crate) fn bytes_in_memory(&self) -> usize {
        match self {
            Self::Resident(graph) => graph.bytes_in_memory(),
            Self::Paged(part) => part.bytes_in_memory(),
        }
    }
}

impl Pager<'_> {
    /// The links of a row of a graph that is not in memory, in place of what `out` held.
    pub(crate) fn links(&mut self, part: &Paged, position: u32, rows: usize, out: &mut Vec<u32>) {
        out.clear();
        let mut decoded = Ok(());
        self.read(part, &[position], |_, bytes| {
            out.resize(bytes.len() / 4, NONE);
            decoded = decode_rooms(bytes, bytes.len() / 4, rows, out);
        });
        match decoded {
            Ok(()) => out.truncate(
                out.iter()
                    .position(|&link| link == NONE)
                    .unwrap_or(out.len()),
            ),
            Err(_) => {
                out.clear();
                self.refuse(BlockKind::Graph);
            }
        }
    }
}

/// Links that a row can have room for: the largest degree and the links beyond it.
pub(crate) const MAX_ROOM: usize = 512;
