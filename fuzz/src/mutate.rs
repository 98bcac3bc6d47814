//! A small mutator: bytes changed as fuzzers change them, from a seed.

/// Numbers that sit on edges.
const EDGES: [u64; 14] = [
    0,
    1,
    2,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    i64::MAX as u64,
    u64::MAX,
];
/// Changes of one input, at most.
const CHANGES_MAX: u64 = 6;

/// Draws numbers from a seed (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16).checked_rem(end as u64).unwrap_or(0) as usize
    }
}

/// Makes inputs out of a corpus.
pub(crate) struct Mutator<'a> {
    corpus: &'a [Vec<u8>],
    random: Random,
    len_max: usize,
}

impl<'a> Mutator<'a> {
    pub(crate) fn new(corpus: &'a [Vec<u8>], seed: u64) -> Self {
        let longest = corpus.iter().map(Vec::len).max().unwrap_or(0);
        Self {
            corpus,
            random: Random::new(seed),
            len_max: (longest * 2).max(256),
        }
    }

    /// The next input.
    pub(crate) fn next_input(&mut self) -> Vec<u8> {
        let mut bytes = self.pick().to_vec();
        for _ in 0..=self.random.next() % CHANGES_MAX {
            self.change(&mut bytes);
        }
        bytes.truncate(self.len_max);
        bytes
    }

    fn pick(&mut self) -> &'a [u8] {
        match self.corpus {
            [] => &[],
            corpus => &corpus[self.random.below(corpus.len())],
        }
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.random.below(bytes.len());
        match self.random.below(9) {
            0 => flip(bytes, at, self.random.below(8)),
            1 => set(bytes, at, &[self.random.next() as u8]),
            2 | 3 => self.set_edge(bytes, at),
            4 => self.insert(bytes, at),
            5 => self.cut(bytes, at),
            6 => self.copy_within(bytes, at),
            7 => self.splice(bytes, at),
            _ => self.nudge(bytes, at),
        }
    }

    /// A number from an edge, of 1, 2, 4 or 8 bytes, in either order.
    fn set_edge(&mut self, bytes: &mut [u8], at: usize) {
        let edge = EDGES[self.random.below(EDGES.len())];
        let len = 1 << self.random.below(4);
        let mut number = edge.to_le_bytes();
        if self.random.below(4) == 0 {
            number[..len].reverse();
        }
        set(bytes, at, &number[..len]);
    }

    /// A little more or less.
    fn nudge(&mut self, bytes: &mut [u8], at: usize) {
        let by = self.random.below(33) as u8;
        if let Some(byte) = bytes.get_mut(at) {
            *byte = byte.wrapping_add(by).wrapping_sub(16);
        }
    }

    fn insert(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let fresh: Vec<u8> = (0..=self.random.below(16))
            .map(|_| self.random.next() as u8)
            .collect();
        bytes.splice(at..at, fresh);
    }

    fn cut(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let len = self.random.below(1 + (bytes.len() - at).min(32));
        bytes.drain(at..at + len);
    }

    fn copy_within(&mut self, bytes: &mut [u8], at: usize) {
        let from = self.random.below(bytes.len());
        let len = self.random.below(1 + bytes.len() - from.max(at));
        bytes.copy_within(from..from + len, at);
    }

    /// Goes on with a part of another input.
    fn splice(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let other = self.pick();
        let from = self.random.below(other.len());
        bytes.truncate(at);
        bytes.extend_from_slice(&other[from..]);
    }
}

fn flip(bytes: &mut [u8], at: usize, bit: usize) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << bit;
    }
}

fn set(bytes: &mut [u8], at: usize, new: &[u8]) {
    for (byte, new) in bytes.iter_mut().skip(at).zip(new) {
        *byte = *new;
    }
}
