//! Doors for the fuzzer to decoders that a seal keeps everyone else from. Built for fuzzers only.

use citadel_core::PageSize;

use crate::node::Node;
use crate::record::Record;

/// Decodes any bytes as a node, and everything in it.
pub fn node(bytes: &[u8]) {
    for level in 0..3 {
        let Ok(node) = Node::open(bytes, level) else {
            continue;
        };
        _ = node.validate();
        _ = node.find(b"key");
        for index in 0..node.count() {
            _ = node.entry(index);
            _ = node.raw(index);
            if level > 0 {
                _ = node.child(index);
            }
        }
    }
}

/// Decodes any bytes as a commit record.
pub fn record(bytes: &[u8]) {
    if let Ok(record) = Record::decode(bytes, PageSize::DEFAULT) {
        _ = record.encode();
    }
}
