//! Links of a segment: the same room for every row, so that a row's links are found without a directory.

use crate::kernel::{advise_large_pages, prefetch};
use crate::wire::{Malformed, Reader, ensure};

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
    fn try_new(rows: usize, room: usize) -> Result<Self, Malformed> {
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

    /// Appends: room u32, then for each row its count u16, then all links u32.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.room as u32).to_le_bytes());
        let rows = || (0..self.rows() as u32).map(|row| self.links(row));
        for links in rows() {
            out.extend_from_slice(&(links.len() as u16).to_le_bytes());
        }
        for link in rows().flatten() {
            out.extend_from_slice(&link.to_le_bytes());
        }
    }

    /// Reads the links of `rows` rows.
    pub(crate) fn decode(reader: &mut Reader<'_>, rows: usize) -> Result<Self, Malformed> {
        let room = reader.u32()? as usize;
        ensure(
            (1..=MAX_ROOM).contains(&room),
            "the graph has room for too many links",
        )?;
        let counts = reader.values(rows, u16::from_le_bytes)?;
        ensure(
            counts.iter().all(|&count| usize::from(count) <= room),
            "a row has more links than room",
        )?;
        let mut graph = Self::try_new(rows, room)?;
        for (count, room) in counts.iter().zip(graph.links.chunks_exact_mut(room)) {
            let links = reader.bytes(usize::from(*count) * 4)?.as_chunks::<4>().0;
            for (to, &link) in room.iter_mut().zip(links) {
                *to = u32::from_le_bytes(link);
                ensure((*to as usize) < rows, "a link leads out of the segment")?;
            }
        }
        Ok(graph)
    }
}

/// Links that a row can have room for: the largest degree and the links beyond it.
const MAX_ROOM: usize = 512;
