//! Every backend against Wycheproof's vectors, and against each other.

use proptest::prelude::*;

use super::rustcrypto::RustCrypto;
use super::{Backend, Nonce, TagBytes};
use crate::crypto::vectors::{self, hex};

/// One line: the case's number, whether it opens, key, nonce, associated data, text, sealed text, tag.
struct Case {
    number: String,
    opens: bool,
    key: [u8; 32],
    nonce: Nonce,
    aad: Vec<u8>,
    text: Vec<u8>,
    sealed: Vec<u8>,
    tag: TagBytes,
}

fn cases() -> Vec<Case> {
    vectors::lines(include_str!("../vectors/aes_256_gcm.txt"))
        .map(|fields| {
            let [number, result, key, nonce, aad, text, sealed, tag] = fields[..] else {
                panic!("eight fields: {fields:?}")
            };
            Case {
                number: number.to_owned(),
                opens: result == "valid",
                key: hex(key).try_into().unwrap(),
                nonce: hex(nonce).try_into().unwrap(),
                aad: hex(aad),
                text: hex(text),
                sealed: hex(sealed),
                tag: hex(tag).try_into().unwrap(),
            }
        })
        .collect()
}

fn passes_wycheproof<B: Backend>() {
    let cases = cases();
    assert_eq!(cases.iter().filter(|case| case.opens).count(), 28);
    assert_eq!(cases.iter().filter(|case| !case.opens).count(), 27);
    for case in cases {
        let cipher = B::new(&case.key);
        let mut out = vec![0; case.text.len()];
        let tag = cipher
            .seal(&case.nonce, &case.aad, &case.text, &mut out)
            .unwrap();
        assert_eq!(out, case.sealed, "case {}", case.number);
        assert_eq!(tag == case.tag, case.opens, "case {}", case.number);
        let mut opened = case.sealed.clone();
        let opens = cipher.open(&case.nonce, &case.aad, &mut opened, &case.tag);
        assert_eq!(opens, case.opens, "case {}", case.number);
        assert_eq!(opened == case.text, case.opens, "case {}", case.number);
    }
}

#[test]
fn rustcrypto_passes_wycheproof() {
    passes_wycheproof::<RustCrypto>();
}

#[cfg(feature = "aws-lc")]
mod aws_lc {
    use super::super::aws_lc::AwsLc;
    use super::*;

    #[test]
    fn aws_lc_passes_wycheproof() {
        passes_wycheproof::<AwsLc>();
    }

    proptest! {
        #[test]
        fn what_one_backend_seals_the_other_opens(
            key: [u8; 32],
            nonce: Nonce,
            aad in prop::collection::vec(any::<u8>(), 0..60),
            text in prop::collection::vec(any::<u8>(), 0..9000),
        ) {
            let (ours, theirs) = (RustCrypto::new(&key), AwsLc::new(&key));
            let mut out = [vec![0; text.len()], vec![0; text.len()]];
            let tags = [
                ours.seal(&nonce, &aad, &text, &mut out[0]).unwrap(),
                theirs.seal(&nonce, &aad, &text, &mut out[1]).unwrap(),
            ];
            prop_assert_eq!(tags[0], tags[1]);
            prop_assert_eq!(&out[0], &out[1]);
            let [mut a, mut b] = out;
            prop_assert!(theirs.open(&nonce, &aad, &mut a, &tags[0]));
            prop_assert!(ours.open(&nonce, &aad, &mut b, &tags[0]));
            prop_assert_eq!(&a, &text);
            prop_assert_eq!(&b, &text);
            let mut wrong = tags[0];
            wrong[15] ^= 1;
            prop_assert!(!theirs.open(&nonce, &aad, &mut a, &wrong));
        }
    }
}

proptest! {
    /// What the identity backend of fuzzers stands in for: any change of text, nonce, associated data or tag is seen.
    #[test]
    fn any_change_is_seen(
        key: [u8; 32],
        text in prop::collection::vec(any::<u8>(), 1..200),
        at: prop::sample::Index,
        bit in 0..8_u32,
    ) {
        let cipher = RustCrypto::new(&key);
        let mut out = vec![0; text.len()];
        let tag = cipher.seal(&[1; 12], b"aad", &text, &mut out).unwrap();
        let mut all: Vec<u8> = [&out[..], &[1; 12], b"aad", &tag].concat();
        let at = at.index(all.len());
        all[at] ^= 1_u8 << bit;
        let (body, rest) = all.split_at_mut(text.len());
        let (nonce, rest) = rest.split_first_chunk::<12>().unwrap();
        let (aad, tag) = rest.split_at(3);
        prop_assert!(!cipher.open(nonce, aad, body, tag.try_into().unwrap()));
    }
}
