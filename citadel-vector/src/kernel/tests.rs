//! Every sibling against the oracle, at every length around the register sizes.

use proptest::prelude::*;

use super::*;

fn floats(len: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-8.0f32..8.0, len)
}

fn pairs() -> impl Strategy<Value = (Vec<f32>, Vec<f32>)> {
    (0usize..300).prop_flat_map(|len| (floats(len), floats(len)))
}

fn close(ours: f32, oracle: f32) -> bool {
    (ours - oracle).abs() <= 1e-4 * (1.0 + oracle.abs()) + 1e-2
}

/// Every sibling against plain sums in `f64`; what is to be read soon changes nothing.
fn agree<S: Stored>(a: &[f32], b: &[S], ahead: &[u8]) -> Result<(), TestCaseError> {
    let sum = |term: fn(f64, f64) -> f64| -> f32 {
        a.iter()
            .zip(b)
            .map(|(&x, &y)| term(f64::from(x), f64::from(y.widen())))
            .sum::<f64>() as f32
    };
    for kernels in Kernels::available() {
        let (real, name) = (kernels.real::<S>(), kernels.name());
        prop_assert!(close(real.dot(a, b, ahead), sum(|x, y| x * y)), "{}", name);
        let squared = sum(|x, y| (x - y) * (x - y));
        prop_assert!(close(real.squared_l2(a, b, ahead), squared), "{}", name);
        prop_assert!(
            close(real.l1(a, b, ahead), sum(|x, y| (x - y).abs())),
            "{}",
            name
        );
        let (product, square) = real.dot_and_square(a, b, ahead);
        prop_assert!(close(product, sum(|x, y| x * y)), "{}", name);
        prop_assert!(close(square, sum(|_, y| y * y)), "{}", name);
    }
    Ok(())
}

/// A half float near a value: its fraction is cut off.
fn half(value: f32) -> StoredF16 {
    let bits = value.to_bits();
    let exponent = (bits >> 23 & 0xff) as i32 - 112;
    let sign = (bits >> 16 & 0x8000) as u16;
    if exponent <= 0 {
        // Subnormal: steps of two to the power of minus 24.
        return (sign | (value.abs() * 16_777_216.0) as u16).to_le_bytes();
    }
    (sign | (exponent as u16) << 10 | (bits >> 13 & 0x3ff) as u16).to_le_bytes()
}

proptest! {
    #[test]
    fn float_kernels_agree_with_the_oracle((a, b) in pairs(), ahead in 0usize..2_000) {
        let halves: Vec<StoredF16> = b.iter().map(|&value| half(value)).collect();
        let small: Vec<StoredI8> = b.iter().map(|&value| [(value * 15.9) as i8 as u8]).collect();
        let ahead = vec![0; ahead];
        agree(&a, stored(&b), &ahead)?;
        agree(&a, &halves, &ahead)?;
        agree(&a, &small, &ahead)?;
    }

    #[test]
    fn unaligned_bytes_are_measured_in_place((a, b) in pairs(), shift in 0usize..4) {
        let mut bytes = vec![0u8; shift];
        bytes.extend(b.iter().flat_map(|value| value.to_le_bytes()));
        let (unaligned, rest) = bytes[shift..].as_chunks::<4>();
        prop_assert!(rest.is_empty());
        for kernels in Kernels::available() {
            let real = kernels.real();
            prop_assert_eq!(real.dot(&a, unaligned, &[]), real.dot(&a, stored(&b), &[]));
        }
    }

    #[test]
    fn bits_are_counted_exactly(len in 0usize..200, seed in any::<u64>()) {
        let (a, b) = (noise(seed, len), noise(!seed, len));
        let count = |each: fn(u8, u8) -> u8| -> u64 {
            a.iter().zip(&b).map(|(&a, &b)| u64::from(each(a, b).count_ones())).sum()
        };
        let overlap = Overlap { both: count(|a, b| a & b), either: count(|a, b| a | b) };
        for kernels in Kernels::available() {
            prop_assert_eq!(kernels.differing_bits(&a, &b), count(|a, b| a ^ b), "{}", kernels.name());
            prop_assert_eq!(kernels.overlapping_bits(&a, &b), overlap, "{}", kernels.name());
        }
    }

    #[test]
    fn code_products_are_exact(
        blocks in 1usize..14,
        positions in prop::collection::vec(0u32..5, 0..12),
        seed in any::<u64>(),
    ) {
        let stride = blocks * 16;
        let bytes = noise(seed, stride * 5);
        let query: Vec<i8> = noise(seed ^ 1, stride).iter().map(|&byte| byte as i8).collect();
        let rows = CodeRows { bytes: &bytes, stride };
        let mut expected = vec![0; positions.len()];
        scalar::KERNELS.dot_rows(rows, &positions, &query, &mut expected);
        for kernels in Kernels::available() {
            let mut found = vec![0; positions.len()];
            kernels.dot_rows(rows, &positions, &query, &mut found);
            prop_assert_eq!(&found, &expected, "{}", kernels.name());
        }
    }

    #[test]
    fn products_of_four_bits_are_exact(
        blocks in 1usize..14,
        positions in prop::collection::vec(0u32..5, 0..12),
        seed in any::<u64>(),
    ) {
        let stride = blocks * 16;
        let bytes = noise(seed, stride * 5);
        let query: Vec<i8> = noise(seed ^ 1, stride * 2).iter().map(|&byte| byte as i8).collect();
        let rows = CodeRows { bytes: &bytes, stride };
        let mut expected = vec![0; positions.len()];
        scalar::KERNELS.dot_halved(rows, &positions, &query, &mut expected);
        for kernels in Kernels::available() {
            let mut found = vec![0; positions.len()];
            kernels.dot_halved(rows, &positions, &query, &mut found);
            prop_assert_eq!(&found, &expected, "{}", kernels.name());
        }
    }

    #[test]
    fn sifting_lets_through_what_is_not_beyond(
        blocks in 1usize..9,
        count in 1usize..1_300,
        seed in any::<u64>(),
        density in 0u32..4,
        parts in (any::<bool>(), any::<bool>()),
        share in 0usize..=8,
    ) {
        let stride = blocks * 16;
        let bytes = noise(seed, stride * count);
        let rows = CodeRows { bytes: &bytes, stride };
        let query: Vec<i8> = noise(seed ^ 1, stride * 2).iter().map(|&byte| byte as i8).collect();
        let values = |salt: u64, present: bool| -> Vec<f32> {
            let values = noise(seed ^ salt, if present { count } else { 0 });
            values.iter().map(|&byte| f32::from(byte) * 7.3).collect()
        };
        let (starts, allowances) = (values(2, parts.0), values(3, parts.1));
        let first = count / 3 / 64 * 64;
        let random = noise(seed ^ 4, count.div_ceil(8) * 4 + 32);
        let words: Vec<u64> = (0..count.div_ceil(64) - first / 64)
            .map(|index| {
                let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| random[(index * 8 + byte) * at % random.len()]));
                // From all rows to few.
                let word = (0..density as usize).fold(u64::MAX, |mask, at| mask & word(at + 1));
                match count - first - index * 64 {
                    rows @ 0..64 => word & ((1 << rows) - 1),
                    _ => word,
                }
            })
            .collect();
        let marked = Marked { words: &words, first: first as u32 };
        let positions: Vec<u32> = (first as u32..count as u32)
            .filter(|row| words[(*row as usize - first) / 64] >> (row % 64) & 1 == 1)
            .collect();
        for halved in [false, true] {
            let query = &query[..if halved { stride * 2 } else { stride }];
            let mut products = vec![0; positions.len()];
            match halved {
                false => scalar::KERNELS.dot_rows(rows, &positions, query, &mut products),
                true => scalar::KERNELS.dot_halved(rows, &positions, query, &mut products),
            }
            let mut sieve = Sieve {
                query,
                line: Line { weight: 0.37, bias: 1_234, fraction: 0.5 },
                starts: &starts,
                allowances: &allowances,
                leniency: 1.7,
                limit: 0.0,
            };
            let scores: Vec<f32> = (positions.iter().zip(&products))
                .map(|(&row, &product)| sieve.start(row as usize) + sieve.line.at(product))
                .collect();
            let mut sorted = scores.clone();
            sorted.sort_by(f32::total_cmp);
            // A limit that is one of the scores, or beyond all, or none.
            sieve.limit = match share {
                8 => f32::NAN,
                _ => sorted.get(sorted.len() * share / 7).copied().unwrap_or(f32::INFINITY),
            };
            let expected: Vec<(u32, f32)> = (positions.iter().copied().zip(scores))
                .filter(|&(_, score)| score.partial_cmp(&sieve.limit) != Some(std::cmp::Ordering::Greater))
                .collect();
            for kernels in Kernels::available() {
                let mut found = Sifted::default();
                match halved {
                    false => kernels.sift_rows(rows, marked, &sieve, &mut found),
                    true => kernels.sift_halved(rows, marked, &sieve, &mut found),
                }
                prop_assert_eq!(&found.scored().collect::<Vec<_>>(), &expected, "{}", kernels.name());
                let rows: Vec<u32> = expected.iter().map(|row| row.0).collect();
                prop_assert_eq!(found.rows(), &rows);
            }
        }
    }

    #[test]
    fn comparisons_are_exact(
        keys in prop::collection::vec(0u8..9, 0..300),
        low in 0u8..9,
        high in 0u8..9,
        seed in any::<u64>(),
    ) {
        fn check<K: Key + std::fmt::Debug>(keys: &[u8], low: u8, high: u8, seed: u64) -> Result<(), TestCaseError> {
            // Spread to the ends of the width, where a signed comparison would go wrong.
            let step = ((i128::from(K::MAX) - i128::from(K::MIN)) / 8) as i64;
            let spread = |key: u8| K::narrow(K::MIN.wrapping_add(step.wrapping_mul(i64::from(key))));
            let wide: Vec<K> = keys.iter().map(|&key| spread(key)).collect();
            let words: Vec<u64> = (0..keys.len().div_ceil(64) as u32).map(|word| seed.rotate_left(word)).collect();
            for kernels in Kernels::available() {
                let mut found = words.clone();
                K::keep_within(&kernels, &wide, spread(low), spread(high), &mut found);
                for (index, &key) in keys.iter().enumerate() {
                    let was = words[index / 64] >> (index % 64) & 1 == 1;
                    let is = found[index / 64] >> (index % 64) & 1 == 1;
                    prop_assert_eq!(is, was && (low..=high).contains(&key), "{} {:?}", kernels.name(), wide[index]);
                }
            }
            Ok(())
        }
        check::<u8>(&keys, low, high, seed)?;
        check::<u16>(&keys, low, high, seed)?;
        check::<u32>(&keys, low, high, seed)?;
        check::<i64>(&keys, low, high, seed)?;
    }

    #[test]
    fn tiles_are_exact(blocks in 1usize..6, seed in any::<u64>()) {
        let stride = blocks * 16;
        let right = noise(seed, stride * TILE_RIGHT);
        let codes: Vec<i8> = noise(seed ^ 1, stride * TILE_LEFT).iter().map(|&byte| byte as i8).collect();
        let mut panel = vec![0; right.len()];
        pack_panel(right.chunks_exact(stride), &mut panel);
        let small = |byte: u8| f32::from(byte) / 7.0;
        let left = TileLeft {
            codes: &codes,
            starts: &std::array::from_fn(|row| i32::from(codes[row]) * 1_000),
            extras: &std::array::from_fn(|row| small(right[row])),
            thresholds: &std::array::from_fn(|row| f32::from(codes[row]) * 1_000.0),
        };
        let right = TileRight {
            panel: &panel,
            halves: &std::array::from_fn(|lane| if lane == 3 { f32::INFINITY } else { small(panel[lane]) * 900.0 }),
            extras: &std::array::from_fn(|lane| small(panel[lane + 16])),
        };
        let mut expected = TileKeys::new();
        scalar::KERNELS.tile(&left, &right, &mut expected);
        for kernels in Kernels::available() {
            let mut found = TileKeys::new();
            kernels.tile(&left, &right, &mut found);
            prop_assert_eq!(found.below, expected.below, "{}", kernels.name());
            for row in (0..TILE_LEFT).filter(|&row| found.below[row] != 0) {
                prop_assert_eq!(found.keys[row], expected.keys[row], "{}", kernels.name());
            }
        }
    }
}

#[test]
fn the_largest_products_do_not_overflow() {
    let stride = 65_536;
    let mut bytes = vec![255u8; stride];
    let mut query = vec![127i8; stride];
    (bytes[65_535], query[65_535]) = (128, 0);
    let rows = CodeRows {
        bytes: &bytes,
        stride,
    };
    for kernels in Kernels::available() {
        let mut out = [0];
        kernels.dot_rows(rows, &[0], &query, &mut out);
        assert_eq!(out[0], 65_535 * 255 * 127, "{}", kernels.name());
    }
}

#[test]
#[should_panic(expected = "a row that there is not")]
fn a_bit_beyond_the_last_row_is_refused() {
    let rows = CodeRows {
        bytes: &[0; 70 * 16],
        stride: 16,
    };
    let sieve = Sieve {
        query: &[0; 32],
        line: Line::default(),
        starts: &[],
        allowances: &[],
        leniency: 0.0,
        limit: 0.0,
    };
    let words = [1, 1 << 6];
    let marked = Marked {
        words: &words,
        first: 0,
    };
    Kernels::active().sift_halved(rows, marked, &sieve, &mut Sifted::default());
}

/// Bytes that look random, extremes included.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed | 1;
    (0..len)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            match state >> 61 {
                0 => 255,
                1 => 127,
                2 => 128,
                _ => (state >> 40) as u8,
            }
        })
        .collect()
}
