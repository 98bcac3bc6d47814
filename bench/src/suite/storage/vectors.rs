//! Every vector of a table read once: by the exact plan through SQL, and by a cursor that adds the components up; beside
//! them a plain sum over the same bytes in memory, and the cipher alone over as many bytes.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit, array::Array, inout::InOutBuf};
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
        for (case, is_cold) in [("cached", false), ("cold", true)] {
            let name = format!("vector_scan_{dim}_{case}");
            complain(&name);
            let mut all: Vec<&mut dyn Reader> = Vec::new();
            for reader in &mut readers {
                all.push(&mut **reader);
            }
            let mut memory = InMemory(&vectors);
            let mut cipher = Cipher::new(vectors.bytes());
            all.push(&mut memory);
            all.push(&mut cipher);
            measure(&name, is_cold, &vectors, &mut all, effort, report)?;
        }
    }
    Ok(())
}

fn measure(
    case: &str,
    is_cold: bool,
    vectors: &Vectors,
    readers: &mut [&mut dyn Reader],
    effort: &Effort,
    report: &mut Report,
) -> Result<()> {
    let mut speeds = vec![Samples::default(); readers.len()];
    for round in 0..=effort.rounds {
        for (reader, speeds) in readers.iter_mut().zip(&mut speeds) {
            if is_cold {
                reader.chill()?;
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

    /// Forgets what it holds, and drops its file from the system's cache.
    fn chill(&mut self) -> Result<()> {
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

    fn chill(&mut self) -> Result<()> {
        self.connection = None;
        chill(&self.path)?;
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

    fn chill(&mut self) -> Result<()> {
        self.database = None;
        chill(&self.path)?;
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

/// AES-256-GCM alone, over bytes in memory.
struct Cipher {
    cipher: Aes256Gcm,
    bytes: Vec<u8>,
}

impl Cipher {
    fn new(len: usize) -> Self {
        Self {
            cipher: Aes256Gcm::new(&Array::from([7; 32])),
            bytes: vec![3; len],
        }
    }
}

impl Reader for Cipher {
    fn name(&self) -> &'static str {
        "aes_256_gcm"
    }

    fn params(&self) -> &'static str {
        "8 KiB at once in memory, one thread"
    }

    fn read_all(&mut self) -> Result<()> {
        // Sealing and opening cost the same; sealing needs no tags to be kept.
        for page in self.bytes.chunks_mut(PAGE) {
            self.cipher
                .encrypt_inout_detached(&Array::from([9; 12]), b"", InOutBuf::from(page))
                .map_err(|_| "the cipher refuses")?;
        }
        Ok(())
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
