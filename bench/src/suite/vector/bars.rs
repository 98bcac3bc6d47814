//! What the subject is held to.

use super::super::bars::{Bar, Limit};

const LEVELS: [&str; 2] = ["qps_at_95", "qps_at_99"];
const REFERENCE: &[&str] = &[
    "reference-1.9",
    "reference-2.7",
    "faiss-hnsw",
    "faiss-hnsw-sq8",
    "faiss-ivfpq",
    "faiss-flat",
];
const SECTIONS: [(&str, f64); 3] = [
    ("f1_ownsection", 1.3),
    ("f2_optional_small", 1.3),
    ("f3_rare", 1.0),
];

/// Beside peers.
pub(super) fn bars() -> Vec<Bar> {
    let mut bars = Vec::new();
    let mut hold = |case, metric, peers, ratio| {
        bars.push(Bar {
            case,
            metric,
            peers,
            ratio,
        })
    };
    for metric in LEVELS {
        hold("unfiltered", metric, &["hnswlib"], 2.0);
        hold("unfiltered", metric, &["usearch"], 2.0);
        hold("unfiltered", metric, &["faiss-hnsw-sq8"], 1.3);
    }
    for (case, ratio) in SECTIONS {
        for metric in LEVELS {
            hold(case, metric, &["pgvector"], 5.0);
            hold(case, metric, &["lancedb"], 5.0);
            hold(case, metric, REFERENCE, ratio);
            // A library without SQL, transactions and a file: beside it, for what it is worth.
            hold(case, metric, &["prism-ann"], ratio);
        }
    }
    hold("exact rows", "qps", &["sqlite-vec"], 10.0);
    hold("exact rows", "qps", &["faiss-flat"], 0.8);
    hold("exact codes", "qps", &["faiss-flat"], 2.0);
    hold("build", "seconds", &["hnswlib"], 1.0);
    bars
}

/// Of itself, with so many bytes of vectors and so many milliseconds to open.
pub(super) fn limits(raw_bytes: f64, open_ms: f64) -> Vec<Limit> {
    let limit = |case, metric, setting, limit, less_is_better| Limit {
        case,
        metric,
        setting,
        limit,
        less_is_better,
    };
    vec![
        limit("memory", "bytes", "", 0.6 * raw_bytes, true),
        limit("cold_open", "ms", "", open_ms, true),
        limit("after_update", "ratio", "", 2.0, true),
        limit("unfiltered", "recall", "default", 0.95, false),
        limit("f1_ownsection", "recall", "default", 0.95, false),
        limit("f2_optional_small", "recall", "default", 0.95, false),
        limit("f3_rare", "recall", "default", 0.95, false),
        limit("sweep", "least_recall", "", 0.95, false),
        limit("sweep", "slowest_ratio", "", 4.0, true),
    ]
}
