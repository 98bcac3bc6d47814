//! What the subject is held to, and whether it is.

use crate::SUBJECT;
use crate::report::{Report, say};

/// A figure of the subject over that of the best of some peers.
struct Bar {
    case: &'static str,
    metric: &'static str,
    /// The best of those that were measured counts.
    peers: &'static [&'static str],
    /// What the ratio must be at least; where less is better, at most.
    ratio: f64,
}

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

fn bars() -> Vec<Bar> {
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

/// Lays the subject beside the bars, and what it must be of itself.
pub(super) fn tell(report: &mut Report, raw_bytes: f64, open_ms: f64) {
    say("\nwhat must hold (the best of several peers counts):");
    for bar in bars() {
        let (case, setting) = bar.case.split_once(' ').unwrap_or((bar.case, ""));
        let less = bar.metric == "seconds";
        let Some(own) = report.best(case, SUBJECT, bar.metric, setting, less) else {
            continue;
        };
        let peers = bar
            .peers
            .iter()
            .filter_map(|peer| Some((*peer, report.best(case, peer, bar.metric, "", less)?)));
        let best = match less {
            true => peers.min_by(|a, b| a.1.total_cmp(&b.1)),
            false => peers.max_by(|a, b| a.1.total_cmp(&b.1)),
        };
        let what = format!("{} {}", bar.case, bar.metric);
        let Some((peer, value)) = best else {
            say(&format!(
                "{what:32}  {own:>9.1}  no figure of {}",
                bar.peers.join(", ")
            ));
            continue;
        };
        let ratio = own / value;
        let (sign, is_met) = match less {
            true => ("≤", ratio <= bar.ratio),
            false => ("≥", ratio >= bar.ratio),
        };
        let beside = format!("{ratio:.2} × {peer} ({value:.1})");
        say(&line(
            &what,
            own,
            &beside,
            sign,
            &format!("{} ×", bar.ratio),
            is_met,
        ));
        let params = format!("{setting} {} to {peer}, bar {}", bar.metric, bar.ratio);
        report.add(case, SUBJECT, &params, "bar_ratio", ratio);
    }
    let of_itself = [
        ("memory", "bytes", "", 0.6 * raw_bytes, true),
        ("cold_open", "ms", "", open_ms, true),
        ("after_update", "ratio", "", 2.0, true),
        ("unfiltered", "recall", "default", 0.95, false),
        ("f1_ownsection", "recall", "default", 0.95, false),
        ("f2_optional_small", "recall", "default", 0.95, false),
        ("f3_rare", "recall", "default", 0.95, false),
        ("sweep", "least_recall", "", 0.95, false),
        ("sweep", "slowest_ratio", "", 4.0, true),
    ];
    for (case, metric, setting, limit, less) in of_itself {
        // The worst of several is what is held to the limit.
        let Some(own) = report.best(case, SUBJECT, metric, setting, !less) else {
            continue;
        };
        let (sign, is_met) = match less {
            true => ("≤", own <= limit),
            false => ("≥", own >= limit),
        };
        let what = format!("{case} {metric}");
        say(&line(&what, own, "", sign, &format!("{limit:.2}"), is_met));
    }
}

fn line(what: &str, own: f64, beside: &str, sign: &str, limit: &str, is_met: bool) -> String {
    let verdict = if is_met { "met" } else { "MISSED" };
    let own = match own {
        own if own >= 100.0 => format!("{own:.0}"),
        own => format!("{own:.3}"),
    };
    format!("{what:32}  {own:>10}  {beside:38}  {sign} {limit:12}  {verdict}")
}
