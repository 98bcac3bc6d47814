//! Torn writes: some of its sectors have arrived, the others have not.

use std::fmt;

use super::image::Image;
use super::random::Random;

/// The units in which disks write.
const SECTORS: [usize; 2] = [512, 4096];
/// Up to so many sectors of a write are tried one by one; of longer ones some are drawn.
const SINGLE_MAX: usize = 12;

/// What a sector that did not arrive holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// What it held before.
    Old,
    /// Noise.
    Garbage,
    /// Zeros.
    Zero,
}

/// Which sectors have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrived {
    /// None: where the write was past the end, the file has grown by it and holds nothing.
    None,
    /// The first ones.
    Left(usize),
    /// All but the first ones.
    Right(usize),
    /// From one to another.
    Middle(usize, usize),
    /// All but one.
    Without(usize),
    /// One.
    Only(usize),
    /// Those whose number, modulo 64, is a bit of this.
    Mask(u64),
}

impl Arrived {
    fn has(self, sector: usize) -> bool {
        match self {
            Arrived::None => false,
            Arrived::Left(end) => sector < end,
            Arrived::Right(start) => sector >= start,
            Arrived::Middle(start, end) => (start..end).contains(&sector),
            Arrived::Without(one) => sector != one,
            Arrived::Only(one) => sector == one,
            Arrived::Mask(mask) => mask >> (sector % 64) & 1 == 1,
        }
    }
}

/// How one write is torn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tear {
    /// Bytes of a sector.
    sector: usize,
    arrived: Arrived,
    missing: Missing,
    noise: u64,
}

impl fmt::Display for Tear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sector,
            arrived,
            missing,
            ..
        } = self;
        write!(
            f,
            "{arrived:?} of its {sector}-byte sectors, the others {missing:?}"
        )
    }
}

impl Tear {
    /// A tear at random of a write of `len` bytes.
    pub(super) fn draw(len: usize, random: &mut Random) -> Self {
        let sector = SECTORS[random.below(SECTORS.len())];
        let count = len.div_ceil(sector).max(1);
        let (a, b) = (random.below(count + 1), random.below(count + 1));
        let arrived = match random.below(7) {
            0 => Arrived::Left(a),
            1 => Arrived::Right(a),
            2 => Arrived::Middle(a.min(b), a.max(b)),
            3 => Arrived::Without(a),
            4 => Arrived::Only(a),
            _ => Arrived::Mask(random.bits()),
        };
        Self {
            sector,
            arrived,
            missing: [Missing::Old, Missing::Garbage, Missing::Zero][random.below(3)],
            noise: random.bits(),
        }
    }

    /// The tears of a write of `len` bytes that are tried in any case: every sector missing, and every one alone, where there
    /// are few; the left, the right and the middle; each in all models.
    pub(super) fn all(len: usize, random: &mut Random) -> Vec<Self> {
        let mut tears = Vec::new();
        for sector in SECTORS {
            let count = len.div_ceil(sector);
            if sector != SECTORS[0] && count < 2 {
                continue;
            }
            let mut patterns = vec![Arrived::None];
            if count > 1 {
                let half = count / 2;
                patterns.extend([Arrived::Left(half), Arrived::Right(half)]);
                patterns.extend([
                    Arrived::Middle(count / 4, count - count / 4),
                    Arrived::Mask(random.bits()),
                ]);
                for nth in 0..count.min(SINGLE_MAX) {
                    let one = if count > SINGLE_MAX {
                        random.below(count)
                    } else {
                        nth
                    };
                    patterns.extend([Arrived::Without(one), Arrived::Only(one)]);
                }
            }
            for arrived in patterns {
                for missing in [Missing::Old, Missing::Garbage, Missing::Zero] {
                    tears.push(Self {
                        sector,
                        arrived,
                        missing,
                        noise: random.bits(),
                    });
                }
            }
        }
        tears
    }

    /// Writes `bytes` at `offset`, torn.
    pub(super) fn write(&self, medium: &mut Image, offset: usize, bytes: &[u8]) {
        let mut random = Random::new(self.noise);
        let mut mixed = bytes.to_vec();
        // Sectors are those of the disk, not of the write.
        let shift = offset % self.sector;
        let mut start = 0;
        let mut number = 0;
        while start < mixed.len() {
            let end = ((number + 1) * self.sector - shift).min(mixed.len());
            let part = &mut mixed[start..end];
            match self.missing {
                _ if self.arrived.has(number) => {}
                Missing::Old => medium.read_or_zero(offset + start, part),
                Missing::Garbage => random.fill(part),
                Missing::Zero => part.fill(0),
            }
            start = end;
            number += 1;
        }
        medium.write_at(offset, &mixed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tear_keeps_to_the_sectors_of_the_disk() {
        let tear = Tear {
            sector: 512,
            arrived: Arrived::Without(1),
            missing: Missing::Zero,
            noise: 1,
        };
        let mut medium = Image::from_bytes(&[1; 2000]);
        tear.write(&mut medium, 100, &[2; 1500]);
        let bytes = medium.to_bytes();
        assert!(bytes[..100].iter().all(|b| *b == 1));
        assert!(bytes[100..512].iter().all(|b| *b == 2));
        assert!(bytes[512..1024].iter().all(|b| *b == 0));
        assert!(bytes[1024..1600].iter().all(|b| *b == 2));
        assert!(bytes[1600..].iter().all(|b| *b == 1));
    }
}
