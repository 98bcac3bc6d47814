//! The commit records as text.

use citadel_core::{Generation, RecordSlot, SealedFile};

use super::line;
use crate::checkpoint::{self, Checkpoint};
use crate::record::{Digest, Record};
use crate::recovery;

/// Describes what is in both slots, whether or not it is good, and the chain of records that leads on from there.
pub(super) fn describe(file: &SealedFile, text: &mut String) {
    let mut oldest = Generation::new(u64::MAX);
    for slot in RecordSlot::BOTH {
        match checkpoint::read(file, slot) {
            Ok(None) => line(
                text,
                format_args!("checkpoint {slot:?}: never written, or damaged"),
            ),
            Err(error) => line(text, format_args!("checkpoint {slot:?}: {error}")),
            Ok(Some(found)) => {
                oldest = oldest.min(found.record.generation);
                describe_checkpoint(&found, text);
            }
        }
    }
    let mut chain = recovery::records_that_open(file);
    chain.sort_by_key(|record| record.generation);
    chain.dedup_by_key(|record| record.generation);
    for record in chain.iter().filter(|record| record.generation > oldest) {
        let name = format!("record of generation {}", record.generation);
        describe_record(&name, record, text);
    }
}

fn describe_checkpoint(found: &Checkpoint, text: &mut String) {
    let name = format!(
        "checkpoint {:?}, written as number {}{}: generation {}",
        found.slot,
        found.sequence,
        if found.is_closed { " on closing" } else { "" },
        found.record.generation
    );
    describe_record(&name, &found.record, text);
    line(text, format_args!("  digest {}", hex(&found.digest)));
}

fn describe_record(name: &str, record: &Record, text: &mut String) {
    let kind = if record.data_synced {
        "pages durable before the record"
    } else {
        "pages listed in the record"
    };
    line(
        text,
        format_args!("{name}, {kind}, {} was durable", record.durable),
    );
    line(
        text,
        format_args!(
            "  previous {}, pages end {}, next tree {}",
            hex(&record.previous),
            record.pages_end,
            record.next_tree
        ),
    );
    describe_trail(record, text);
    describe_space(record, text);
    for written in &record.written {
        line(
            text,
            format_args!(
                "  wrote {:?} page {} tag {}",
                written.kind, written.run, written.tag
            ),
        );
    }
    if !record.redo.is_empty() {
        let (changes, bytes) = (record.redo.changes().count(), record.redo.bytes().len());
        line(
            text,
            format_args!("  carries {changes} changes, {bytes} bytes, that are in no page"),
        );
    }
    for (id, tree) in &record.recent {
        line(
            text,
            format_args!("  recent tree {id}: {} entries", tree.len),
        );
    }
}

/// The place of the record itself, and the two that it announces.
fn describe_trail(record: &Record, text: &mut String) {
    let from = record.generation;
    let places: Vec<String> = record
        .trail
        .iter()
        .filter(|(generation, _)| *generation >= from)
        .map(|(generation, place)| format!("{generation} at page {place}"))
        .collect();
    line(
        text,
        format_args!(
            "  records: {}; {} in all",
            places.join(", "),
            record.trail.len()
        ),
    );
}

fn describe_space(record: &Record, text: &mut String) {
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
}

fn hex(digest: &Digest) -> String {
    digest
        .0
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
