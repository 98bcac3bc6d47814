//! Where the commit records lie.

use std::collections::VecDeque;

use citadel_core::{Generation, PageNo};

use crate::codec::{Reader, put_varint};
use crate::error::Result;

/// The places of commit records: of those that may still be needed, oldest first, and the two that are announced. One for
/// each generation, without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trail {
    /// The generation of the first place.
    first: Generation,
    places: VecDeque<PageNo>,
}

impl Trail {
    /// A trail that begins with the two places that the record of `generation` announces.
    pub(crate) fn begin(generation: Generation, next: PageNo, after: PageNo) -> Self {
        Self {
            first: Generation::new(generation.get().saturating_add(1)),
            places: VecDeque::from([next, after]),
        }
    }

    /// Where the record of this generation lies, or will lie.
    pub(crate) fn place(&self, generation: Generation) -> Option<PageNo> {
        let index = generation.get().checked_sub(self.first.get())?;
        self.places.get(usize::try_from(index).ok()?).copied()
    }

    /// Adds the place of one more generation.
    pub(crate) fn announce(&mut self, place: PageNo) {
        self.places.push_back(place);
    }

    /// Takes out all up to and with this generation.
    pub(crate) fn retire(&mut self, until: Generation) -> Vec<(Generation, PageNo)> {
        let count = until
            .get()
            .saturating_add(1)
            .saturating_sub(self.first.get());
        let count = usize::try_from(count).map_or(self.places.len(), |n| n.min(self.places.len()));
        let retired = self.iter().take(count).collect();
        self.places.drain(..count);
        self.first = Generation::new(self.first.get() + count as u64);
        retired
    }

    /// All places with their generations, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Generation, PageNo)> {
        let first = self.first.get();
        let places = self.places.iter().zip(first..);
        places.map(|(place, generation)| (Generation::new(generation), *place))
    }

    /// How many places.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Bytes that it takes in a record.
    pub(crate) fn encoded_len(&self) -> usize {
        let mut bytes = Vec::with_capacity(4 * self.places.len());
        self.encode(&mut bytes);
        bytes.len()
    }

    /// Count u16, then each place as its distance from the one before, in zigzag order.
    pub(crate) fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&(self.places.len() as u16).to_le_bytes());
        let mut last = 0;
        for place in &self.places {
            let distance = place.get() as i64 - last;
            put_varint(bytes, ((distance << 1) ^ (distance >> 63)) as u64);
            last = place.get() as i64;
        }
    }

    /// The trail of the record of this generation, which ends two generations later.
    pub(crate) fn decode(reader: &mut Reader<'_>, generation: Generation) -> Result<Self> {
        let count = u64::from(reader.u16()?);
        let end = generation.get().checked_add(3);
        let first = end.and_then(|end| end.checked_sub(count));
        let (Some(first), 2..) = (first, count) else {
            return reader.corrupt();
        };
        let mut places = VecDeque::with_capacity(count as usize);
        let mut last = 0i64;
        for _ in 0..count {
            let zigzag = reader.varint()?;
            let distance = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
            last = last.wrapping_add(distance);
            let place = u64::try_from(last).map_or(PageNo::new(u64::MAX), PageNo::new);
            if place > PageNo::MAX {
                return reader.corrupt();
            }
            places.push_back(place);
        }
        Ok(Self {
            first: Generation::new(first),
            places,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_and_go_with_their_generations() {
        let mut trail = Trail::begin(Generation::new(1), PageNo::new(10), PageNo::new(20));
        for number in 2..40u64 {
            let place = if number % 7 == 0 { 3 } else { number * 10 + 10 };
            trail.announce(PageNo::new(place));
        }
        let generation = Generation::new(39);
        let mut bytes = Vec::new();
        trail.encode(&mut bytes);
        assert_eq!(bytes.len(), trail.encoded_len());
        let mut reader = Reader::new(&bytes, "test");
        assert_eq!(Trail::decode(&mut reader, generation).unwrap(), trail);
        assert_eq!(trail.place(Generation::new(3)), Some(PageNo::new(20)));
        assert_eq!(trail.place(Generation::new(1)), None);
        assert_eq!(trail.place(Generation::new(42)), None);
        let retired = trail.retire(Generation::new(4));
        assert_eq!(retired.len(), 3);
        assert_eq!(retired[1], (Generation::new(3), PageNo::new(20)));
        assert_eq!(trail.place(Generation::new(4)), None);
        assert!(trail.place(Generation::new(5)).is_some());
        assert!(trail.retire(Generation::new(4)).is_empty());
        assert_eq!(trail.retire(Generation::new(99)).len(), 37);
    }
}
