//! Exact decimal numbers of a column, end to end in one buffer.

use super::bytes::Bytes;
use crate::types::NumericRef;

/// Numbers as their bytes and scales.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numerics {
    units: Bytes,
    scales: Vec<u16>,
}

impl Numerics {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            units: Bytes::with_capacity(rows),
            scales: Vec::with_capacity(rows),
        }
    }

    /// Numbers of these bytes and scales, as many of each.
    pub(super) fn from_parts(units: Bytes, scales: Vec<u16>) -> Self {
        Self { units, scales }
    }

    pub(super) fn units(&self) -> &Bytes {
        &self.units
    }

    pub(super) fn scales(&self) -> &[u16] {
        &self.scales
    }

    /// Appends one number.
    pub(crate) fn push(&mut self, value: NumericRef<'_>) {
        self.units.push(value.as_bytes());
        self.scales.push(value.scale());
    }

    pub(super) fn push_zero(&mut self) {
        self.units.push(&[]);
        self.scales.push(0);
    }

    /// The number of a row.
    pub(crate) fn get(&self, row: usize) -> NumericRef<'_> {
        NumericRef::from_parts(self.units.get(row), self.scales[row])
    }

    pub(super) fn append(&mut self, other: &Self) {
        self.units.append(&other.units);
        self.scales.extend_from_slice(&other.scales);
    }

    pub(super) fn clear(&mut self) {
        self.units.clear();
        self.scales.clear();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.units.heap_bytes() + self.scales.capacity() * size_of::<u16>()
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        self.units.truncate(rows);
        self.scales.truncate(rows);
    }
}
