//! Indexes as Puffin files: a blob for each part of an index.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use citadel_vector::{
    BlockKind, Codebook, IvfSegment, Residency, SectionTag, Segment, SegmentStore,
};
use iceberg::io::FileIO;
use iceberg::puffin::{Blob, CompressionCodec, PuffinReader, PuffinWriter};

use super::copies::Copies;
use super::segment::Codes;
use super::{Entry, Index};
use crate::error::{LakeError, Result};
use crate::key::BlobSeal;
use crate::metadata::{LiveFile, Place};
use crate::runtime::block_on;
use crate::store::{Name, fresh};

/// The types of the blobs of a graph and of lists.
const PRISM: &str = "citadel-prism-v1";
const IVF_PQ: &str = "citadel-ivf-pq-v1";
/// The blob property that names the part.
const PART: &str = "section";
/// A graph is cut into blocks of about as many bytes.
const BLOCK_BYTES: usize = 1 << 20;
/// Parts: a graph's header (its sections go by their numbers, its blocks by kind and number), and all of the lists.
const HEADER: &str = "header";
const LISTS: &str = "lists";
/// The part that copies of vectors are, of either kind of index.
const COPIES: &str = "copies";

const BUFFER: &str = "memory:///index";

/// The properties by which a file is bound to its data file.
fn binding(live: &LiveFile, field_id: i32) -> HashMap<String, String> {
    [
        ("data-file", live.file.file_path().to_owned()),
        (
            "data-file.bytes",
            live.file.file_size_in_bytes().to_string(),
        ),
        ("data-file.rows", live.file.record_count().to_string()),
        ("field-id", field_id.to_string()),
    ]
    .map(|(key, value)| (format!("citadel.{key}"), value))
    .into()
}

/// Writes an index; its path below the table and its size.
pub(super) fn write(
    place: &Place,
    index: &Index,
    live: &LiveFile,
    field_id: i32,
) -> Result<(String, u64)> {
    let (blob, mut parts) = match &index.codes {
        Codes::Prism(segment) => (PRISM, prism_parts(segment)?),
        Codes::IvfPq(segment) => (IVF_PQ, vec![(LISTS.to_owned(), segment.encode())]),
    };
    let copies = index.copies.as_ref();
    parts.extend(copies.map(|copies| (COPIES.to_owned(), copies.encode())));
    write_parts(
        place,
        binding(live, field_id),
        blob,
        field_id,
        Some(live),
        parts,
    )
}

/// Writes a file of blobs of one type; its path below the table and its size.
pub(super) fn write_parts(
    place: &Place,
    mut properties: HashMap<String, String>,
    blob_type: &str,
    field_id: i32,
    live: Option<&LiveFile>,
    parts: Vec<(String, Vec<u8>)>,
) -> Result<(String, u64)> {
    let name = fresh(Name::Index);
    let seal = match &place.key {
        None => None,
        Some(key) => Some(BlobSeal::new(key, &name, &mut properties)?),
    };
    let sealed = |(part, bytes): (String, Vec<u8>)| match &seal {
        None => Ok((part, bytes)),
        Some(seal) => seal
            .seal(blob_type, &part, &bytes)
            .map(|sealed| (part, sealed)),
    };
    let parts: Vec<_> = parts.into_iter().map(sealed).collect::<Result<_>>()?;
    let written = block_on(async {
        let io = FileIO::new_with_memory();
        let output = io.new_output(BUFFER)?;
        let mut writer = PuffinWriter::new(&output, properties, false).await?;
        for (part, bytes) in parts {
            let blob = Blob::builder()
                .r#type(blob_type.to_owned())
                .fields(vec![field_id])
                .snapshot_id(live.map_or(-1, |live| live.snapshot_id))
                .sequence_number(live.map_or(-1, |live| live.sequence))
                .data(bytes)
                .properties(HashMap::from([(PART.to_owned(), part)]))
                .build();
            writer.add(blob, CompressionCodec::None).await?;
        }
        writer.close().await?;
        io.new_input(BUFFER)?.read().await
    });
    let bytes: Bytes =
        written.map_err(|error| LakeError::misuse(format!("writing an index: {error}")))?;
    let size = bytes.len() as u64;
    place.store.create_fresh(&place.path(&name), bytes)?;
    Ok((name, size))
}

/// Reads an index; `None` if the file is missing, damaged, or of another data file. `codebook` is what the entry names.
pub(super) fn read(
    place: &Place,
    file: &str,
    size: u64,
    entry: &Entry,
    live: &LiveFile,
    codebook: Option<&Arc<Codebook>>,
) -> Result<Option<Index>> {
    let path = place.path(file);
    let Some(bytes) = place.store.get(&path)? else {
        tracing::warn!(path, "an index is missing; its data file is scanned");
        return Ok(None);
    };
    match decode(place, file, &bytes, size, entry, live, codebook) {
        Ok(index) => Ok(Some(index)),
        Err(reason) => {
            tracing::warn!(
                path,
                reason,
                "an index is of no use; its data file is scanned"
            );
            Ok(None)
        }
    }
}

fn decode(
    place: &Place,
    file: &str,
    bytes: &Bytes,
    size: u64,
    entry: &Entry,
    live: &LiveFile,
    codebook: Option<&Arc<Codebook>>,
) -> Result<Index, String> {
    if bytes.len() as u64 != size {
        return Err(format!("{} bytes, not {size}", bytes.len()));
    }
    let bound = binding(live, entry.field_id);
    let blob = codebook.map_or(PRISM, |_| IVF_PQ);
    let parts = read_parts(place, file, bytes, blob, &bound)?;
    let codes = match codebook {
        None => prism(&parts)?,
        Some(codebook) => {
            let lists = parts.get(LISTS).ok_or("no lists")?;
            let segment = IvfSegment::decode(lists, codebook);
            Codes::IvfPq(segment.map_err(|error| error.to_string())?)
        }
    };
    let copies = parts.get(COPIES).map(Copies::decode).transpose()?;
    let index = Index { codes, copies };
    match index.len() as u64 == live.file.record_count() {
        false => Err(format!("an index of {} rows", index.len())),
        true if !index.has_own_copies() => Err("copies of other vectors".to_owned()),
        true => Ok(index),
    }
}

/// The parts of a graph: its header, its sections by their numbers, and its blocks.
fn prism_parts(segment: &Segment) -> Result<Vec<(String, Vec<u8>)>> {
    let encoded = segment
        .encode(BLOCK_BYTES)
        .ok_or_else(|| LakeError::misuse("a graph that is not in memory"))?;
    let blocks = encoded.blocks().map(|(kind, number)| {
        let mut bytes = Vec::new();
        segment.write_block(&encoded, kind, number, &mut bytes);
        (block_part(kind, number), bytes)
    });
    let blocks: Vec<_> = blocks.collect();
    let sections = encoded.sections.into_iter();
    let sections = sections.map(|(tag, bytes)| (tag.number().to_string(), bytes));
    let header = std::iter::once((HEADER.to_owned(), encoded.header));
    Ok(header.chain(sections).chain(blocks).collect())
}

fn block_part(kind: BlockKind, number: u32) -> String {
    let kind = match kind {
        BlockKind::Codes => "codes",
        BlockKind::Coarse => "coarse",
        BlockKind::Graph => "graph",
    };
    format!("{kind}/{number}")
}

/// The parts of a graph, as its decoder asks for them.
struct Parts<'p>(&'p HashMap<String, Bytes>);

impl SegmentStore for Parts<'_> {
    type Error = String;

    fn section(&self, tag: SectionTag, len: usize) -> Result<Vec<u8>, String> {
        let part = self.0.get(&tag.number().to_string());
        let part = part.ok_or_else(|| format!("no section {}", tag.number()))?;
        match part.len() == len {
            true => Ok(part.to_vec()),
            false => Err("a section of another length".to_owned()),
        }
    }

    fn block(
        &self,
        kind: BlockKind,
        block: u32,
        read: &mut dyn FnMut(&[u8]),
    ) -> Result<(), String> {
        let name = block_part(kind, block);
        let part = self.0.get(&name);
        read(part.ok_or_else(|| format!("no block {name}"))?);
        Ok(())
    }
}

fn prism(parts: &HashMap<String, Bytes>) -> Result<Codes, String> {
    let header = parts.get(HEADER).ok_or("no header")?;
    let segment = Segment::decode(header, Residency::Whole, &Parts(parts));
    let segment = segment.map_err(|refusal| refusal.to_string())?;
    Ok(Codes::Prism(Box::new(segment)))
}

/// The footer's length must lie within the file: the reader takes that for granted.
fn check_footer(bytes: &Bytes) -> Result<(), String> {
    // Payload, its length, flags, magic; before all of them, the magic again.
    const AROUND: usize = 4 + 4 + 4 + 4;
    let length = bytes.len().checked_sub(12).map(|at| &bytes[at..at + 4]);
    let length = length.and_then(|length| length.try_into().ok());
    let length = length.map(u32::from_le_bytes).ok_or("too short")?;
    match (length as usize).checked_add(AROUND + 4) {
        Some(needed) if needed <= bytes.len() => Ok(()),
        _ => Err("a footer longer than the file".to_owned()),
    }
}

/// The blobs of a type by their names, of a file that has certain properties; opened, if the table is encrypted.
pub(super) fn read_parts(
    place: &Place,
    file: &str,
    bytes: &Bytes,
    blob_type: &str,
    bound: &HashMap<String, String>,
) -> Result<HashMap<String, Bytes>, String> {
    check_footer(bytes)?;
    let metadata = block_on(async {
        let io = FileIO::new_with_memory();
        io.new_output(BUFFER)?.write(bytes.clone()).await?;
        let reader = PuffinReader::new(io.new_input(BUFFER)?);
        reader.file_metadata().await.cloned()
    })
    .map_err(|error| error.to_string())?;
    for (key, value) in bound {
        if metadata.properties().get(key) != Some(value) {
            return Err(format!("its {key} is not {value}"));
        }
    }
    let seal = match &place.key {
        None => None,
        Some(key) => Some(BlobSeal::of(key, file, metadata.properties(), bound)?),
    };
    let mut parts = HashMap::new();
    for blob in metadata.blobs() {
        let start = usize::try_from(blob.offset()).map_err(|error| error.to_string())?;
        let length = usize::try_from(blob.length()).map_err(|error| error.to_string())?;
        let end = start.checked_add(length).filter(|end| *end <= bytes.len());
        let end = end.ok_or("a blob behind the end")?;
        if let Some(part) = blob.properties().get(PART)
            && blob.blob_type() == blob_type
            && blob.compression_codec() == CompressionCodec::None
        {
            let bytes = bytes.slice(start..end);
            let bytes = match &seal {
                None => bytes,
                Some(seal) => seal.open(blob_type, part, &bytes)?.into(),
            };
            parts.insert(part.clone(), bytes);
        }
    }
    Ok(parts)
}
