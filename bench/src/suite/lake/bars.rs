//! What the subject is held to.

use super::super::bars::{Bar, Limit};
use super::{APPEND_DEFERRED, APPEND_INDEXED, RECALL, SEARCH_ONESHOT, SEARCH_WARM};

/// Beside peers.
pub(super) const BARS: [Bar; 4] = [
    Bar {
        case: APPEND_INDEXED,
        metric: "vec_per_s",
        peers: &["ailake"],
        ratio: 3.0,
    },
    Bar {
        case: RECALL,
        metric: "recall_at_10",
        peers: &["ailake"],
        ratio: 1.0,
    },
    Bar {
        case: APPEND_DEFERRED,
        metric: "vec_per_s",
        peers: &["lancedb"],
        ratio: 1.0,
    },
    Bar {
        case: SEARCH_WARM,
        metric: "ms",
        peers: &["ailake"],
        ratio: 0.2,
    },
];

/// Of itself.
pub(super) const LIMITS: [Limit; 1] = [Limit {
    case: SEARCH_ONESHOT,
    metric: "ms",
    setting: "",
    limit: 50.0,
    less_is_better: true,
}];
