//! Bytes of codebooks and segments, of which every one is verified.
//!
//! ```text
//! codebook: "CTDLIVFB" | version u32 | metric u8 | residual u8 | dim u64 | lists u64 | parts u64 | centres f32 | typical parts f32 | BLAKE3
//! segment:  "CTDLIVFS" | version u32 | codebook's id | rows u64 | indexed u64 | probes u32 | rerank u32 | starts u32 | row ids i64
//!           | codes | filter columns u32, each a name and its column | BLAKE3
//! ```

use std::sync::Arc;

use super::codebook::{Codebook, PARTS};
use super::segment::{IvfError, IvfSegment};
use crate::filter::{Attribute, AttributeColumn};
use crate::metric::Metric;
use crate::prism::Rows;
use crate::wire::{Malformed, Reader, ensure, write_len, write_text, write_values};

const VERSION: u32 = 1;
const BOOK: &[u8; 8] = b"CTDLIVFB";
const SEGMENT: &[u8; 8] = b"CTDLIVFS";

impl From<Malformed> for IvfError {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed.0)
    }
}

fn begin(magic: &[u8; 8]) -> Vec<u8> {
    let mut out = magic.to_vec();
    out.extend(VERSION.to_le_bytes());
    out
}

fn seal(mut out: Vec<u8>) -> Vec<u8> {
    let hash = blake3::hash(&out);
    out.extend(hash.as_bytes());
    out
}

/// The bytes between magic and hash, if these are right.
fn unseal<'b>(bytes: &'b [u8], magic: &[u8; 8]) -> Result<Reader<'b>, Malformed> {
    let split = bytes.len().checked_sub(32).ok_or(Malformed("too short"))?;
    let (inside, hash) = bytes.split_at(split);
    ensure(
        blake3::hash(inside).as_bytes() == hash,
        "the hash does not match",
    )?;
    let mut reader = Reader::new(inside);
    ensure(reader.array::<8>()? == *magic, "not of this kind")?;
    ensure(reader.u32()? == VERSION, "of an unknown version")?;
    Ok(reader)
}

fn floats(reader: &mut Reader<'_>, count: usize) -> Result<Vec<f32>, Malformed> {
    let values = reader.values(count, f32::from_le_bytes)?;
    ensure(
        values.iter().all(|value| value.is_finite()),
        "a number is not finite",
    )?;
    Ok(values)
}

impl Codebook {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = begin(BOOK);
        out.push(match self.metric {
            Metric::L2 => 0,
            Metric::InnerProduct => 1,
            Metric::Cosine => 2,
        });
        out.push(u8::from(self.residual));
        for length in [self.dim, self.lists(), self.parts()] {
            write_len(&mut out, length);
        }
        write_values(&mut out, &self.centres, f32::to_le_bytes);
        for typical in &self.typical {
            write_values(&mut out, typical, f32::to_le_bytes);
        }
        seal(out)
    }

    /// Reads its bytes.
    ///
    /// # Errors
    /// [`IvfError::Malformed`] if they are not those of a codebook.
    pub fn decode(bytes: &[u8]) -> Result<Self, IvfError> {
        let mut reader = unseal(bytes, BOOK)?;
        let metric = match reader.u8()? {
            0 => Metric::L2,
            1 => Metric::InnerProduct,
            2 => Metric::Cosine,
            _ => return Err(IvfError::Malformed("an unknown metric")),
        };
        let residual = match reader.u8()? {
            0 => false,
            1 => true,
            _ => return Err(IvfError::Malformed("neither residual nor not")),
        };
        let (dim, lists, parts) = (reader.len()?, reader.len()?, reader.len()?);
        ensure((1..=65_535).contains(&dim), "a dimension out of range")?;
        ensure((1..=65_536).contains(&lists), "lists out of range")?;
        ensure((1..=dim).contains(&parts), "parts out of range")?;
        let mut book = Self {
            metric,
            dim,
            residual,
            centres: floats(&mut reader, lists * dim)?,
            typical: vec![Vec::new(); parts],
        };
        for part in 0..parts {
            book.typical[part] = floats(&mut reader, PARTS * book.part(part).len())?;
        }
        reader.finish()?;
        Ok(book)
    }
}

impl IvfSegment {
    /// Its bytes, without the codebook, of which they hold the id.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = begin(SEGMENT);
        out.extend(self.codebook.id());
        write_len(&mut out, self.len());
        write_len(&mut out, self.indexed_len());
        out.extend(self.probes.to_le_bytes());
        out.extend(self.rerank.to_le_bytes());
        write_values(&mut out, &self.starts, u32::to_le_bytes);
        write_values(&mut out, self.rows.as_column().ids, i64::to_le_bytes);
        out.extend(&self.codes);
        out.extend((self.attributes.len() as u32).to_le_bytes());
        for attribute in &self.attributes {
            write_text(&mut out, &attribute.name);
            attribute.column.encode(&mut out);
        }
        seal(out)
    }

    /// Reads its bytes.
    ///
    /// # Errors
    /// [`IvfError::Malformed`] if they are not those of a segment, [`IvfError::OtherCodebook`] if it needs another codebook.
    pub fn decode(bytes: &[u8], codebook: &Arc<Codebook>) -> Result<Self, IvfError> {
        let mut reader = unseal(bytes, SEGMENT)?;
        if reader.array::<32>()? != codebook.id() {
            return Err(IvfError::OtherCodebook);
        }
        let (rows, indexed) = (reader.len()?, reader.len()?);
        ensure(indexed <= rows && rows <= 1 << 29, "rows out of range")?;
        let (probes, rerank) = (reader.u32()?, reader.u32()?);
        ensure(
            probes >= 1 && (1..=1_024).contains(&rerank),
            "an effort out of range",
        )?;
        let starts = reader.values(codebook.lists() + 1, u32::from_le_bytes)?;
        ensure(
            starts.is_sorted() && starts[0] == 0 && starts[codebook.lists()] as usize == indexed,
            "lists that do not hold the rows",
        )?;
        let ids = reader.values(rows, i64::from_le_bytes)?;
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        ensure(
            sorted.windows(2).all(|pair| pair[0] < pair[1]),
            "a row twice",
        )?;
        let codes = reader.bytes(indexed * codebook.parts())?.to_vec();
        let order: Vec<u32> = (0..rows as u32).collect();
        let mut segment = Self {
            codebook: Arc::clone(codebook),
            starts,
            codes,
            rows: Rows::new(&order, &ids, &[]),
            attributes: Vec::new(),
            probes,
            rerank,
        };
        for _ in 0..reader.u32()? {
            segment.attributes.push(Attribute {
                name: reader.text()?,
                column: AttributeColumn::decode(&mut reader, rows)?,
            });
        }
        reader.finish()?;
        Ok(segment)
    }
}
