//! One record: the fields of a row, as text.

use std::ops::Range;

use crate::error::Result;

/// Records that are read one after the other.
pub(super) trait Records {
    /// Reads the next one. False: there is none.
    ///
    /// # Errors
    /// What is read is not of the format: nothing can be read behind it. Or reading fails.
    fn next(&mut self, record: &mut Record) -> Result<bool>;
}

/// The fields of a row; its memory is used again.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The fields, one behind the other.
    bytes: Vec<u8>,
    fields: Vec<Field>,
    /// The line that it begins in, from 1 on.
    pub(super) line: u64,
}

#[derive(Debug)]
struct Field {
    bytes: Range<usize>,
    is_null: bool,
}

impl Record {
    pub(super) fn begin(&mut self, line: u64) {
        self.bytes.clear();
        self.fields.clear();
        self.line = line;
    }

    /// How many fields have been ended.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// Appends to the field at hand.
    pub(super) fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Appends to the field at hand.
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The field at hand, so far.
    pub(super) fn pending(&self) -> &[u8] {
        &self.bytes[self.start()..]
    }

    /// Ends the field at hand.
    pub(super) fn end_field(&mut self, is_null: bool) {
        let bytes = self.start()..self.bytes.len();
        self.fields.push(Field { bytes, is_null });
    }

    /// The bytes of a field; `None`: it is NULL.
    pub(super) fn field(&self, at: usize) -> Option<&[u8]> {
        let field = &self.fields[at];
        (!field.is_null).then(|| &self.bytes[field.bytes.clone()])
    }

    /// The fields as text, for a report.
    pub(super) fn shown(&self) -> String {
        let fields = (0..self.len()).map(|at| match self.field(at) {
            Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            None => String::new(),
        });
        fields.collect::<Vec<_>>().join(",")
    }

    fn start(&self) -> usize {
        self.fields.last().map_or(0, |field| field.bytes.end)
    }
}
