//! Where the commit records lie.

use std::collections::VecDeque;

use citadel_core::{Generation, PageNo};

use crate::codec::{Reader, put_varint, varint_len};
use crate::error::Result;

/// The places of commit records: of those that may still be needed, oldest first, and the two that are announced. One for
/// each generation, without gaps; generations whose record was never written have the place of the one that was written for
/// them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trail {
    /// The generation of the first place.
    first: Generation,
    places: VecDeque<PageNo>,
}

/// Places at the end of a trail that no record was written to.
const ANNOUNCED: usize = 2;

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

    /// Gives the newest generation's place to one more: both have one record, and what was announced is for those after them.
    pub(crate) fn share(&mut self) {
        if let Some(at) = self.places.len().checked_sub(ANNOUNCED)
            && let Some(place) = at.checked_sub(1).and_then(|newest| self.places.get(newest))
        {
            self.places.insert(at, *place);
        }
    }

    /// Takes out the places of all records up to and with that of this generation.
    pub(crate) fn retire(&mut self, until: Generation) -> Vec<(Generation, PageNo)> {
        let retired: Vec<_> = self.iter().take_while(|(of, _)| *of <= until).collect();
        if let Some((last, _)) = retired.last() {
            let next = last.get().saturating_add(1);
            self.places.drain(..(next - self.first.get()) as usize);
            self.first = Generation::new(next);
        }
        retired
    }

    /// The places of all records, oldest first, each with the newest generation that it is for.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Generation, PageNo)> {
        let after = self.places.iter().skip(1).map(Some).chain([None]);
        let places = self.places.iter().zip(after).zip(self.first.get()..);
        places
            .filter(|((place, after), _)| Some(*place) != *after)
            .map(|((place, _), generation)| (Generation::new(generation), *place))
    }

    /// How many generations.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Bytes that it takes in a record.
    pub(crate) fn encoded_len(&self) -> usize {
        2 + self.steps().map(varint_len).sum::<usize>()
    }

    /// Count u16, then each place as its distance from the one before, in zigzag order.
    pub(crate) fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&(self.places.len() as u16).to_le_bytes());
        self.steps().for_each(|step| put_varint(bytes, step));
    }

    fn steps(&self) -> impl Iterator<Item = u64> {
        let mut last = 0;
        self.places.iter().map(move |place| {
            let distance = place.get() as i64 - last;
            last = place.get() as i64;
            ((distance << 1) ^ (distance >> 63)) as u64
        })
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

    #[test]
    fn generations_that_share_a_record_keep_its_place_together() {
        let mut trail = Trail::begin(Generation::new(1), PageNo::new(10), PageNo::new(20));
        trail.announce(PageNo::new(30));
        trail.share();
        trail.share();
        // The record of 2 became that of 4; 5 and 6 are announced.
        let places = |trail: &Trail| {
            let places = trail.iter();
            places
                .map(|(of, at)| (of.get(), at.get()))
                .collect::<Vec<_>>()
        };
        assert_eq!(places(&trail), [(4, 10), (5, 20), (6, 30)]);
        assert_eq!(trail.len(), 5);
        assert_eq!(trail.place(Generation::new(3)), Some(PageNo::new(10)));
        let mut bytes = Vec::new();
        trail.encode(&mut bytes);
        let mut reader = Reader::new(&bytes, "test");
        let decoded = Trail::decode(&mut reader, Generation::new(4)).unwrap();
        assert_eq!(decoded, trail);
        assert!(
            trail.retire(Generation::new(3)).is_empty(),
            "generation 4 needs it"
        );
        assert_eq!(trail.retire(Generation::new(4)).len(), 1);
        assert_eq!(places(&trail), [(5, 20), (6, 30)]);
    }
}
