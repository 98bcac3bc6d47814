//! Known answers of C2SP `XAES-256-GCM.md`, and what must not open.

use super::*;
use crate::crypto::shake::Shake128;

fn seal(key: &[u8; 32], nonce: &[u8; 24], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let (prefix, counter) = split(nonce);
    let mut out = vec![0; plain.len()];
    let tag = Xaes::new(key)
        .subcipher(&prefix)
        .seal(&counter, aad, plain, &mut out)
        .unwrap();
    out.extend_from_slice(&tag);
    out
}

fn open(key: &[u8; 32], nonce: &[u8; 24], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (prefix, counter) = split(nonce);
    let (body, tag) = sealed.split_at(sealed.len() - 16);
    let mut out = body.to_vec();
    Xaes::new(key)
        .subcipher(&prefix)
        .open(&counter, aad, &mut out, tag.try_into().unwrap())
        .then_some(out)
}

fn split(nonce: &[u8; 24]) -> ([u8; 12], [u8; 12]) {
    (
        nonce[..12].try_into().unwrap(),
        nonce[12..].try_into().unwrap(),
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const NONCE: &[u8; 24] = b"ABCDEFGHIJKLMNOPQRSTUVWX";

#[test]
fn known_answer_without_a_carry_in_the_doubling() {
    let sealed = seal(&[1; 32], NONCE, b"", b"XAES-256-GCM");
    assert_eq!(
        hex(&sealed),
        "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"
    );
    assert_eq!(
        open(&[1; 32], NONCE, b"", &sealed).unwrap(),
        b"XAES-256-GCM"
    );
}

#[test]
fn known_answer_with_a_carry_and_associated_data() {
    let sealed = seal(&[3; 32], NONCE, b"c2sp.org/XAES-256-GCM", b"XAES-256-GCM");
    assert_eq!(
        hex(&sealed),
        "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"
    );
}

/// Ten thousand random keys, nonces, texts and associated data; one digest over all that was sealed.
#[test]
fn known_answer_accumulated_over_ten_thousand_seals() {
    let mut source = Shake128::new();
    let mut digest = Shake128::new();
    for _ in 0..10_000 {
        let key: [u8; 32] = source.squeeze_array();
        let nonce: [u8; 24] = source.squeeze_array();
        let [len] = source.squeeze_array();
        let plain = source.squeeze_vec(usize::from(len));
        let [len] = source.squeeze_array();
        let aad = source.squeeze_vec(usize::from(len));
        let sealed = seal(&key, &nonce, &aad, &plain);
        assert_eq!(open(&key, &nonce, &aad, &sealed).unwrap(), plain);
        digest.absorb(&sealed);
    }
    assert_eq!(
        hex(&digest.squeeze_array::<32>()),
        "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
    );
}

#[test]
fn nothing_opens_with_any_bit_changed() {
    let (key, aad) = ([9; 32], *b"associated");
    let sealed = seal(
        &key,
        NONCE,
        &aad,
        b"a text of some length that spans two blocks",
    );
    let flipped = |bytes: &[u8], bit: usize| {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    for bit in 0..sealed.len() * 8 {
        assert!(
            open(&key, NONCE, &aad, &flipped(&sealed, bit)).is_none(),
            "text or tag, bit {bit}"
        );
    }
    for bit in 0..NONCE.len() * 8 {
        let nonce = flipped(NONCE, bit).try_into().unwrap();
        assert!(
            open(&key, &nonce, &aad, &sealed).is_none(),
            "nonce, bit {bit}"
        );
    }
    for bit in 0..aad.len() * 8 {
        assert!(
            open(&key, NONCE, &flipped(&aad, bit), &sealed).is_none(),
            "associated data, bit {bit}"
        );
    }
    for bit in 0..key.len() * 8 {
        let key = flipped(&key, bit).try_into().unwrap();
        assert!(open(&key, NONCE, &aad, &sealed).is_none(), "key, bit {bit}");
    }
    assert!(
        open(&key, NONCE, &aad[1..], &sealed).is_none(),
        "shorter associated data"
    );
    assert!(
        open(&key, NONCE, &aad, &sealed[1..]).is_none(),
        "shorter text"
    );
    assert!(open(&key, NONCE, &aad, &sealed).is_some());
}
