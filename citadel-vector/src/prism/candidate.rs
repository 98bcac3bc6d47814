//! What a search yields.

use crate::filter::Position;

/// A row that may be near: its distance is approximate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Its place in the segment.
    pub position: Position,
    /// Its id.
    pub row_id: i64,
    /// Its approximate distance under the segment's metric.
    pub approx: f32,
}
