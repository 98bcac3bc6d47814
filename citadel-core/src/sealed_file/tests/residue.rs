//! What is left in the memory of the process when a file is closed: no key, no passphrase, no plaintext.
//!
//! The secrets that are looked for are kept masked here, so that the search does not find itself. The work is done on a
//! thread that still lives while another one searches: its stack is part of what is searched.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::mpsc;

use zeroize::Zeroizing;

use super::*;
use crate::crypto::random;

const MASK: u8 = 0xa5;
const CHUNK: usize = 1 << 20;

/// A secret that memory is searched for.
struct Needle {
    name: &'static str,
    masked: Vec<u8>,
}

impl Needle {
    fn new(name: &'static str, secret: &[u8]) -> Self {
        let masked = secret.iter().map(|byte| byte ^ MASK).collect();
        Self { name, masked }
    }

    fn occurs_at(&self, bytes: &[u8]) -> bool {
        bytes.len() >= self.masked.len()
            && bytes.iter().zip(&self.masked).all(|(b, m)| b ^ MASK == *m)
    }
}

/// How often each needle is in the writable memory of this process.
fn search(needles: &[Needle]) -> Vec<(&'static str, usize)> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let memory = File::open("/proc/self/mem").unwrap();
    let mut found = vec![0; needles.len()];
    let longest = needles.iter().map(|n| n.masked.len()).max().unwrap();
    let mut chunk = vec![0; CHUNK];
    for map in maps.lines().filter(|line| line.contains(" rw")) {
        let (start, end) = map.split_once(' ').unwrap().0.split_once('-').unwrap();
        let [start, end] = [start, end].map(|hex| u64::from_str_radix(hex, 16).unwrap());
        let mut at = start;
        while at < end {
            let len = CHUNK.min((end - at) as usize);
            // What another test unmaps meanwhile is gone.
            if memory.read_exact_at(&mut chunk[..len], at).is_ok() {
                count(&chunk[..len], needles, &mut found);
            }
            at += if len == CHUNK { len - longest } else { len } as u64;
        }
        chunk.fill(0);
    }
    needles.iter().map(|n| n.name).zip(found).collect()
}

fn count(bytes: &[u8], needles: &[Needle], found: &mut [usize]) {
    let firsts: Vec<u8> = needles.iter().map(|needle| needle.masked[0]).collect();
    for at in 0..bytes.len() {
        let first = bytes[at] ^ MASK;
        for (which, needle) in needles.iter().enumerate() {
            if firsts[which] == first && needle.occurs_at(&bytes[at..]) {
                found[which] += 1;
            }
        }
    }
}

/// A passphrase that is nowhere but in what this returns.
fn passphrase() -> String {
    let mut text = String::with_capacity(64);
    for byte in random::<32>().unwrap() {
        text.push(char::from(b'a' + byte % 26));
        text.push(char::from(b'A' + byte / 16));
    }
    text
}

/// What is sealed here; it passes through no buffer but the one that is sealed.
fn marked_body(file: &SealedFile, marker: &[u8; 32]) -> Vec<u8> {
    let mut body = body(file, 1, 0);
    body[100..132].copy_from_slice(marker);
    body
}

/// The secrets of an open file.
fn secrets(file: &SealedFile, needles: &mut Vec<Needle>) {
    let header = file.header.lock();
    let id = &file.file_id;
    needles.push(Needle::new("root key", header.root.as_bytes()));
    needles.push(Needle::new("page key", &*header.root.page_key(id)));
    needles.push(Needle::new(
        "header key",
        &*header.root.mac_key(id).into_secret(),
    ));
    needles.push(Needle::new(
        "key of the old root",
        &*header.root.retiring_key(id),
    ));
}

/// Creates, writes, reads, reopens, changes keys and rekeys; tells what must be found nowhere now. `report` is called while
/// the file is open.
fn work(report: impl Fn(&[Needle])) -> Vec<Needle> {
    let mut needles = Vec::new();
    let (key, raw) = {
        let text = passphrase();
        needles.push(Needle::new("passphrase", text.as_bytes()));
        let raw = Zeroizing::new(random::<32>().unwrap());
        needles.push(Needle::new("raw key", raw.as_slice()));
        (Key::passphrase(text), Key::raw(*raw))
    };
    let marker = Zeroizing::new(random::<32>().unwrap());
    needles.push(Needle::new("plaintext", marker.as_slice()));
    let memory = MemoryStorage::new();
    let options = small().kdf(Kdf::lightest());
    let file = SealedFile::create(Arc::new(memory.clone()), &key, &options).unwrap();
    secrets(&file, &mut needles);
    let mut batch = file.batch(Generation::new(1));
    let ptr = batch
        .seal(
            run(&file, 0, 1),
            PageKind::Extent,
            marked_body(&file, &marker),
        )
        .unwrap();
    batch.write().unwrap();
    file.write_record(RecordSlot::A, marker.as_slice()).unwrap();
    file.add_slot(&raw, &Kdf::default()).unwrap();
    let pbkdf2 = Kdf::Pbkdf2Sha256 {
        iterations: 100_000,
    };
    file.add_slot(&key, &pbkdf2).unwrap();
    drop(file);
    let file = SealedFile::open(Arc::new(memory.clone()), &raw, &OpenOptions::default()).unwrap();
    for _ in 0..2 {
        file.read(&ptr, PageKind::Extent).unwrap();
        drop(Zeroizing::new(file.read_record(RecordSlot::A).unwrap()));
    }
    file.begin_rekey(&key, &Kdf::lightest(), Generation::new(2))
        .unwrap();
    secrets(&file, &mut needles);
    file.finish_rekey().unwrap();
    report(&needles);
    drop(file);
    drop(SealedFile::open(Arc::new(memory), &key, &OpenOptions::default()).unwrap());
    needles
}

#[test]
fn a_closed_file_leaves_no_secret_in_memory() {
    let (to_searcher, from_worker) = mpsc::channel();
    let (to_worker, from_searcher) = mpsc::channel();
    let worker = std::thread::spawn(move || {
        let needles = work(|needles| {
            let found = search(needles);
            for name in ["passphrase", "raw key", "plaintext", "root key", "page key"] {
                let held = found.iter().filter(|(n, _)| *n == name);
                let copies: usize = held.map(|(_, copies)| copies).sum();
                assert!(
                    copies > 0,
                    "the search is blind to the {name} of an open file"
                );
            }
        });
        to_searcher.send(needles).unwrap();
        from_searcher.recv().unwrap_or(());
    });
    let found = search(&from_worker.recv().unwrap());
    to_worker.send(()).unwrap();
    worker.join().unwrap();
    let left: Vec<_> = found.iter().filter(|(_, copies)| *copies > 0).collect();
    assert!(left.is_empty(), "left in memory: {left:?}");
}
