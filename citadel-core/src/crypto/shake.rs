//! SHAKE128, for tests only: the accumulated known answers of C2SP are made with it. Source: FIPS 202.

const RATE: usize = 168;
const ROTATIONS: [[u32; 5]; 5] = [
    [0, 36, 3, 41, 18],
    [1, 44, 10, 45, 2],
    [62, 6, 43, 15, 61],
    [28, 55, 25, 21, 56],
    [27, 20, 39, 8, 14],
];

/// Absorb any number of times, then squeeze any number of times.
pub(crate) struct Shake128 {
    state: [u8; 200],
    at: usize,
    squeezing: bool,
}

impl Shake128 {
    pub(crate) fn new() -> Self {
        Self {
            state: [0; 200],
            at: 0,
            squeezing: false,
        }
    }

    pub(crate) fn absorb(&mut self, bytes: &[u8]) {
        assert!(!self.squeezing);
        for byte in bytes {
            self.state[self.at] ^= byte;
            self.advance();
        }
    }

    pub(crate) fn squeeze(&mut self, out: &mut [u8]) {
        if !self.squeezing {
            self.state[self.at] ^= 0x1f;
            self.state[RATE - 1] ^= 0x80;
            keccak(&mut self.state);
            (self.at, self.squeezing) = (0, true);
        }
        for byte in out {
            *byte = self.state[self.at];
            self.advance();
        }
    }

    pub(crate) fn squeeze_array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.squeeze(&mut out);
        out
    }

    pub(crate) fn squeeze_vec(&mut self, len: usize) -> Vec<u8> {
        let mut out = vec![0; len];
        self.squeeze(&mut out);
        out
    }

    fn advance(&mut self) {
        self.at += 1;
        if self.at == RATE {
            keccak(&mut self.state);
            self.at = 0;
        }
    }
}

fn keccak(bytes: &mut [u8; 200]) {
    let mut a = [[0u64; 5]; 5];
    for (i, lane) in bytes.chunks_exact(8).enumerate() {
        a[i % 5][i / 5] = u64::from_le_bytes(lane.try_into().unwrap());
    }
    let mut lfsr = 1u8;
    for _ in 0..24 {
        let c: [u64; 5] = std::array::from_fn(|x| a[x].iter().fold(0, |sum, lane| sum ^ lane));
        for (x, column) in a.iter_mut().enumerate() {
            let d = c[(x + 4) % 5] ^ c[(x + 1) % 5].rotate_left(1);
            column.iter_mut().for_each(|lane| *lane ^= d);
        }
        let mut b = [[0u64; 5]; 5];
        for x in 0..5 {
            for y in 0..5 {
                b[y][(2 * x + 3 * y) % 5] = a[x][y].rotate_left(ROTATIONS[x][y]);
            }
        }
        for x in 0..5 {
            for y in 0..5 {
                a[x][y] = b[x][y] ^ (!b[(x + 1) % 5][y] & b[(x + 2) % 5][y]);
            }
        }
        for j in 0..7 {
            if lfsr & 1 == 1 {
                a[0][0] ^= 1 << ((1 << j) - 1);
            }
            lfsr = (lfsr << 1) ^ (if lfsr & 0x80 == 0 { 0 } else { 0x71 });
        }
    }
    for (i, lane) in bytes.chunks_exact_mut(8).enumerate() {
        lane.copy_from_slice(&a[i % 5][i / 5].to_le_bytes());
    }
}

#[test]
fn the_first_bytes_of_the_empty_string() {
    assert_eq!(
        Shake128::new().squeeze_array(),
        [0x7f, 0x9c, 0x2b, 0xa4, 0xe8, 0x8f, 0x82, 0x7d]
    );
}
