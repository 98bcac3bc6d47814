//! The commit records as text.

use citadel_core::{RecordSlot, SealedFile};

use super::line;
use crate::record::{Digest, Record};

/// Describes what is in both slots, whether or not it is good.
pub(super) fn describe(file: &SealedFile, text: &mut String) {
    for slot in RecordSlot::BOTH {
        match file.read_record(slot) {
            Ok(None) => line(text, format_args!("record {slot:?}: never written")),
            Err(error) => line(text, format_args!("record {slot:?}: {error}")),
            Ok(Some(bytes)) => match Record::decode(&bytes, file.page_size()) {
                Ok(record) => describe_record(slot, &record, Digest::of(&bytes), text),
                Err(error) => line(text, format_args!("record {slot:?}: {error}")),
            },
        }
    }
}

fn describe_record(slot: RecordSlot, record: &Record, digest: Digest, text: &mut String) {
    let kind = match (record.echo, record.data_synced) {
        (true, _) => "echo of the commit before",
        (false, true) => "pages durable before the record",
        (false, false) => "pages listed in the record",
    };
    line(
        text,
        format_args!("record {slot:?}: generation {}, {kind}", record.generation),
    );
    line(
        text,
        format_args!(
            "  digest {}, previous {}",
            hex(&digest),
            hex(&record.previous)
        ),
    );
    line(
        text,
        format_args!(
            "  pages end {}, next tree {}",
            record.pages_end, record.next_tree
        ),
    );
    match &record.free_map.ptr {
        Some(ptr) => line(
            text,
            format_args!("  free map {ptr}, log {} bytes since", record.log.len()),
        ),
        None => line(
            text,
            format_args!("  no free map, log {} bytes", record.log.len()),
        ),
    }
    for written in &record.written {
        line(
            text,
            format_args!(
                "  wrote {:?} page {} tag {}",
                written.kind, written.run, written.tag
            ),
        );
    }
    for (id, tree) in &record.recent {
        line(
            text,
            format_args!("  recent tree {id}: {} entries", tree.len),
        );
    }
}

fn hex(digest: &Digest) -> String {
    digest
        .0
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
