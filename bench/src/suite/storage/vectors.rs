//! Every vector of a table read once: by the exact plan through SQL, and by a cursor that adds the components up; beside
//! them a plain sum over the same bytes in memory, one thread that opens as many bytes and does nothing else, and one that
//! reads a plain file as long. A long cold scan opens its pages on all cores: it may pass what the one thread opens.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit, Tag, array::Array, inout::InOutBuf};
use citadel_sql::params;
use citadel_txn::{Cursor, Database, FileStorage, Key, Options, TreeId, TreeOptions};

use super::Wanted;
use super::effort::Effort;
use super::lane::chill;
use crate::Result;
use crate::report::{Report, complain};
use crate::row::mix;
use crate::store::{Citadel, CitadelKv};
use crate::timing::{Samples, timed};

const DIMS: [usize; 2] = [768, 1536];
/// The tree that vectors are in, without SQL.
const TREE: TreeId = TreeId::new(1);
/// Bytes that the cipher opens at once, as a page of the file.
const PAGE: usize = 8192;
/// Bytes that are read at once from a plain file.
const READ: usize = 1 << 20;

pub(super) fn run(
    wanted: &Wanted,
    effort: &Effort,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    for dim in DIMS {
        let vectors = Vectors::new(dim, effort.vector_bytes);
        let mut readers: Vec<Box<dyn Reader>> = Vec::new();
        if wanted.engine("citadel") {
            readers.push(Box::new(BySql::load(folder, &vectors)?));
        }
        if wanted.engine("citadel_kv") {
            readers.push(Box::new(ByCursor::load(folder, &vectors)?));
        }
        for state in State::ALL {
            let name = format!("vector_scan_{dim}_{}", state.name());
            complain(&name);
            let mut all: Vec<&mut dyn Reader> = Vec::new();
            for reader in &mut readers {
                all.push(&mut **reader);
            }
            let mut memory = InMemory(&vectors);
            let mut cipher = Cipher::new(vectors.bytes())?;
            let mut plain = Plain::write(folder, &vectors)?;
            all.push(&mut memory);
            all.push(&mut cipher);
            all.push(&mut plain);
            measure(&name, state, &vectors, &mut all, effort, report)?;
        }
    }
    Ok(())
}

/// Where the vectors are when a scan begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Open in the engine's cache.
    Cached,
    /// In a file that was opened just now, and that the system's cache holds.
    Opened,
    /// The same where the system's cache does not hold it.
    Cold,
}

impl State {
    const ALL: [State; 3] = [State::Cached, State::Opened, State::Cold];

    const fn name(self) -> &'static str {
        match self {
            State::Cached => "cached",
            State::Opened => "opened",
            State::Cold => "cold",
        }
    }
}

fn measure(
    case: &str,
    state: State,
    vectors: &Vectors,
    readers: &mut [&mut dyn Reader],
    effort: &Effort,
    report: &mut Report,
) -> Result<()> {
    let mut speeds = vec![Samples::default(); readers.len()];
    for round in 0..=effort.rounds {
        for (reader, speeds) in readers.iter_mut().zip(&mut speeds) {
            if state != State::Cached {
                reader.reopen(state)?;
            }
            let (seconds, done) = timed(|| reader.read_all());
            done.map_err(|e| format!("{case} of {}: {e}", reader.name()))?;
            if round > 0 {
                speeds.push(vectors.bytes() as f64 / seconds / 1e9);
            }
        }
    }
    for (reader, speeds) in readers.iter().zip(&speeds) {
        let name = reader.name();
        report.add(case, name, reader.params(), "gb_per_s", speeds.median());
        report.add(case, name, reader.params(), "spread", speeds.spread());
    }
    Ok(())
}

/// The vectors in memory, row-major, with small whole components, whose sums are exact.
struct Vectors {
    dim: usize,
    components: Vec<f32>,
}

impl Vectors {
    fn new(dim: usize, bytes: usize) -> Self {
        let rows = bytes / (dim * 4);
        let component = |n| (mix(n as u64) % 8) as f32;
        Self {
            dim,
            components: (0..rows * dim).map(component).collect(),
        }
    }

    fn bytes(&self) -> usize {
        self.components.len() * 4
    }

    fn rows(&self) -> impl Iterator<Item = (i64, &[f32])> {
        (0..).zip(self.components.chunks_exact(self.dim))
    }
}

/// Something that reads all of the vectors.
trait Reader {
    fn name(&self) -> &'static str;

    fn params(&self) -> &'static str;

    fn read_all(&mut self) -> Result<()>;

    /// Forgets what it holds, so that the file is in this state.
    fn reopen(&mut self, state: State) -> Result<()> {
        let _ = state;
        Ok(())
    }
}

/// The exact plan: a distance to each row.
struct BySql {
    path: PathBuf,
    connection: Option<citadel_sql::Connection>,
    dim: usize,
}

impl BySql {
    fn load(folder: &Path, vectors: &Vectors) -> Result<Self> {
        let dim = vectors.dim;
        let path = folder.join(format!("vectors-sql-{dim}.db"));
        let mut connection = Citadel::database(&path)?.connect();
        connection.execute_batch(&format!(
            "CREATE TABLE v (id INTEGER PRIMARY KEY, emb VECTOR({dim}))"
        ))?;
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO v VALUES (?1, ?2)")?;
            for (id, vector) in vectors.rows() {
                insert.execute(params![id, vector])?;
            }
        }
        transaction.commit()?;
        Ok(Self {
            path,
            connection: Some(connection),
            dim,
        })
    }
}

impl Reader for BySql {
    fn name(&self) -> &'static str {
        "citadel"
    }

    fn params(&self) -> &'static str {
        "SELECT id FROM v ORDER BY emb <-> ?1 LIMIT 1"
    }

    fn read_all(&mut self) -> Result<()> {
        let connection = self.connection.as_ref().ok_or("closed")?;
        let mut select = connection.prepare(self.params())?;
        let nearest: i64 = select.query_row(params![vec![3.5f32; self.dim]], |row| row.get(0))?;
        black_box(nearest);
        Ok(())
    }

    fn reopen(&mut self, state: State) -> Result<()> {
        self.connection = None;
        prepare(&self.path, state)?;
        self.connection = Some(Citadel::database(&self.path)?.connect());
        Ok(())
    }
}

/// A cursor over a tree of vectors.
struct ByCursor {
    path: PathBuf,
    database: Option<Database>,
    expected: f64,
}

impl ByCursor {
    fn load(folder: &Path, vectors: &Vectors) -> Result<Self> {
        let path = folder.join(format!("vectors-kv-{}.db", vectors.dim));
        let storage = Arc::new(FileStorage::create(&path)?);
        let options = Options::default();
        let tree = TreeOptions::for_values(options.page_size, 8, vectors.dim * 4);
        let database = Database::create(storage, &Key::raw([42; 32]), options)?;
        let mut txn = database.begin_write()?;
        txn.create_tree_at(TREE, tree)?;
        let mut value = Vec::with_capacity(vectors.dim * 4);
        for (id, vector) in vectors.rows() {
            value.clear();
            value.extend(vector.iter().flat_map(|c| c.to_le_bytes()));
            txn.insert(TREE, &id.to_be_bytes(), &value)?;
        }
        txn.commit()?;
        drop(database);
        Ok(Self {
            database: Some(CitadelKv::database(&path)?),
            path,
            expected: vectors.rows().map(|(_, v)| f64::from(sum_of(v))).sum(),
        })
    }
}

impl Reader for ByCursor {
    fn name(&self) -> &'static str {
        "citadel_kv"
    }

    fn params(&self) -> &'static str {
        "cursor, sum of the components"
    }

    fn read_all(&mut self) -> Result<()> {
        let txn = self.database.as_ref().ok_or("closed")?.begin_read()?;
        let mut cursor = Cursor::new(TREE);
        let mut sum = 0.0;
        while cursor.next(&txn)? {
            sum += f64::from(sum_of_bytes(&cursor.value(&txn)?));
        }
        if sum != self.expected {
            return Err(format!("the sum is {sum}, not {}", self.expected).into());
        }
        Ok(())
    }

    fn reopen(&mut self, state: State) -> Result<()> {
        self.database = None;
        prepare(&self.path, state)?;
        self.database = Some(CitadelKv::database(&self.path)?);
        Ok(())
    }
}

/// The same sum without a database.
struct InMemory<'a>(&'a Vectors);

impl Reader for InMemory<'_> {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn params(&self) -> &'static str {
        "sum of the components in one array"
    }

    fn read_all(&mut self) -> Result<()> {
        let sum: f64 = self.0.rows().map(|(_, v)| f64::from(sum_of(v))).sum();
        black_box(sum);
        Ok(())
    }
}

/// AES-256-GCM alone: opens pages that lie sealed in memory, each into the same short buffer.
struct Cipher {
    cipher: Aes256Gcm,
    sealed: Vec<u8>,
    tags: Vec<Tag<Aes256Gcm>>,
    open: Vec<u8>,
}

impl Cipher {
    fn new(len: usize) -> Result<Self> {
        let cipher = Aes256Gcm::new(&Array::from([7; 32]));
        let mut sealed = vec![3; len];
        let tags = sealed
            .chunks_mut(PAGE)
            .map(|page| cipher.encrypt_inout_detached(&NONCE.into(), b"", InOutBuf::from(page)));
        let tags: std::result::Result<_, _> = tags.collect();
        Ok(Self {
            tags: tags.map_err(|_| REFUSED)?,
            cipher,
            sealed,
            open: vec![0; PAGE],
        })
    }
}

/// Fixed: it is sealed once.
const NONCE: [u8; 12] = [9; 12];
const REFUSED: &str = "the cipher refuses";

impl Reader for Cipher {
    fn name(&self) -> &'static str {
        "aes_256_gcm"
    }

    fn params(&self) -> &'static str {
        "opens 8 KiB at once in memory, one thread"
    }

    fn read_all(&mut self) -> Result<()> {
        for (page, tag) in self.sealed.chunks(PAGE).zip(&self.tags) {
            let open = &mut self.open[..page.len()];
            let buffers = InOutBuf::new(page, open).map_err(|_| REFUSED)?;
            self.cipher
                .decrypt_inout_detached(&NONCE.into(), b"", buffers, tag)
                .map_err(|_| REFUSED)?;
            black_box(&mut self.open);
        }
        Ok(())
    }
}

/// As many bytes of a plain file, read in order and not looked at.
struct Plain {
    path: PathBuf,
    buffer: Vec<u8>,
}

impl Plain {
    fn write(folder: &Path, vectors: &Vectors) -> Result<Self> {
        let path = folder.join(format!("vectors-plain-{}.bin", vectors.dim));
        let mut file = File::create(&path)?;
        let mut left = vectors.bytes();
        let buffer = vec![5; READ];
        while left > 0 {
            let piece = left.min(READ);
            file.write_all(&buffer[..piece])?;
            left -= piece;
        }
        file.sync_all()?;
        Ok(Self { path, buffer })
    }
}

impl Reader for Plain {
    fn name(&self) -> &'static str {
        "plain_file"
    }

    fn params(&self) -> &'static str {
        "reads 1 MiB at once, one thread"
    }

    fn read_all(&mut self) -> Result<()> {
        let mut file = File::open(&self.path)?;
        while file.read(&mut self.buffer)? > 0 {
            black_box(&mut self.buffer);
        }
        Ok(())
    }

    fn reopen(&mut self, state: State) -> Result<()> {
        prepare(&self.path, state)
    }
}

/// Brings a closed file into, or out of, the system's cache.
fn prepare(path: &Path, state: State) -> Result<()> {
    match state {
        State::Cold => chill(path).map(drop),
        State::Cached | State::Opened => Ok(drop(std::fs::read(path)?)),
    }
}

/// Sums that run side by side, so that adding is not what is waited for.
const LANES: usize = 32;

fn sum_of(vector: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let chunks = vector.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (sum, component) in sums.iter_mut().zip(chunk) {
            *sum += component;
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn sum_of_bytes(vector: &[u8]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let chunks = vector.chunks_exact(LANES * 4);
    let rest: f32 = floats(chunks.remainder()).sum();
    for chunk in chunks {
        for (sum, component) in sums.iter_mut().zip(floats(chunk)) {
            *sum += component;
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> {
    let quads = bytes.chunks_exact(4);
    quads.map(|quad| f32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]))
}
