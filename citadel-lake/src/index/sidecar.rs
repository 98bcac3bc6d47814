//! A segment as a Puffin file: a blob for its header and one for each of its sections.

use std::collections::HashMap;

use bytes::Bytes;
use citadel_vector::Segment;
use iceberg::io::FileIO;
use iceberg::puffin::{Blob, CompressionCodec, PuffinReader, PuffinWriter};

use super::Entry;
use crate::error::{LakeError, Result};
use crate::metadata::{LiveFile, Place};
use crate::runtime::block_on;
use crate::store::{Name, fresh};

/// The type of the blobs.
const BLOB: &str = "citadel-prism-v1";
/// The blob property that names the section: its number, or the header.
const SECTION: &str = "section";
const HEADER: &str = "header";

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

/// Writes a segment; its path below the table and its size.
pub(super) fn write(
    place: &Place,
    segment: &Segment,
    live: &LiveFile,
    field_id: i32,
) -> Result<(String, u64)> {
    let encoded = segment.encode();
    let sections = encoded.sections.into_iter();
    let sections = sections.map(|(tag, bytes)| (tag.number().to_string(), bytes));
    let parts = std::iter::once((HEADER.to_owned(), encoded.header)).chain(sections);
    let buffer = "memory:///index";
    let written = block_on(async {
        let io = FileIO::new_with_memory();
        let output = io.new_output(buffer)?;
        let mut writer = PuffinWriter::new(&output, binding(live, field_id), false).await?;
        for (section, bytes) in parts {
            let blob = Blob::builder()
                .r#type(BLOB.to_owned())
                .fields(vec![field_id])
                .snapshot_id(live.snapshot_id)
                .sequence_number(live.sequence)
                .data(bytes)
                .properties(HashMap::from([(SECTION.to_owned(), section)]))
                .build();
            writer.add(blob, CompressionCodec::None).await?;
        }
        writer.close().await?;
        io.new_input(buffer)?.read().await
    });
    let bytes: Bytes =
        written.map_err(|error| LakeError::misuse(format!("writing an index: {error}")))?;
    let (name, size) = (fresh(Name::Index), bytes.len() as u64);
    place.store.create_fresh(&place.path(&name), bytes)?;
    Ok((name, size))
}

/// Reads a segment; `None` if the file is missing, damaged, or of another data file.
pub(super) fn read(
    place: &Place,
    file: &str,
    size: u64,
    entry: &Entry,
    live: &LiveFile,
) -> Result<Option<Segment>> {
    let path = place.path(file);
    let Some(bytes) = place.store.get(&path)? else {
        tracing::warn!(path, "an index is missing; its data file is scanned");
        return Ok(None);
    };
    match decode(&bytes, size, entry, live) {
        Ok(segment) => Ok(Some(segment)),
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

fn decode(bytes: &Bytes, size: u64, entry: &Entry, live: &LiveFile) -> Result<Segment, String> {
    if bytes.len() as u64 != size {
        return Err(format!("{} bytes, not {size}", bytes.len()));
    }
    let parts = parts(bytes, live, entry.field_id)?;
    let header = parts.get(HEADER).ok_or("no header")?;
    let segment = Segment::decode(header, |tag, length| {
        let part = parts
            .get(&tag.number().to_string())
            .ok_or("no such section")?;
        match part.len() == length {
            true => Ok(part.to_vec()),
            false => Err("a section of another length"),
        }
    })
    .map_err(|refusal| format!("{refusal:?}"))?;
    match segment.len() as u64 == live.file.record_count() {
        true => Ok(segment),
        false => Err(format!("a segment of {} rows", segment.len())),
    }
}

/// The parts of a segment's file by their names.
fn parts(bytes: &Bytes, live: &LiveFile, field_id: i32) -> Result<HashMap<String, Bytes>, String> {
    let buffer = "memory:///index";
    let metadata = block_on(async {
        let io = FileIO::new_with_memory();
        io.new_output(buffer)?.write(bytes.clone()).await?;
        let reader = PuffinReader::new(io.new_input(buffer)?);
        reader.file_metadata().await.cloned()
    })
    .map_err(|error| error.to_string())?;
    for (key, value) in binding(live, field_id) {
        if metadata.properties().get(&key) != Some(&value) {
            return Err(format!("its {key} is not {value}"));
        }
    }
    let mut parts = HashMap::new();
    for blob in metadata.blobs() {
        let start = usize::try_from(blob.offset()).map_err(|error| error.to_string())?;
        let length = usize::try_from(blob.length()).map_err(|error| error.to_string())?;
        let end = start.checked_add(length).filter(|end| *end <= bytes.len());
        let end = end.ok_or("a blob behind the end")?;
        if let Some(section) = blob.properties().get(SECTION)
            && blob.blob_type() == BLOB
            && blob.compression_codec() == CompressionCodec::None
        {
            parts.insert(section.clone(), bytes.slice(start..end));
        }
    }
    Ok(parts)
}
