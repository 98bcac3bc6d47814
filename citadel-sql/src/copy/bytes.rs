//! Bytes one after the other, and in which line.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use super::io_error;
use crate::error::Result;

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A reader of bytes.
pub(super) struct Bytes<'r> {
    reader: BufReader<&'r mut dyn Read>,
    /// The line at hand, from 1 on.
    pub(super) line: u64,
    is_begun: bool,
}

impl<'r> Bytes<'r> {
    pub(super) fn new(reader: &'r mut dyn Read) -> Self {
        Self {
            reader: BufReader::with_capacity(BUFFER_BYTES, reader),
            line: 1,
            is_begun: false,
        }
    }

    /// What is there without reading more; empty at the end.
    pub(super) fn buffered(&mut self) -> Result<&[u8]> {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.pass_mark()?;
        }
        self.fill()
    }

    /// Passes over what some write before text.
    fn pass_mark(&mut self) -> Result<()> {
        if self.fill()?.starts_with(BYTE_ORDER_MARK) {
            self.reader.consume(BYTE_ORDER_MARK.len());
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<&[u8]> {
        loop {
            match self.reader.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(io_error("read rows", &error)),
            }
        }
        Ok(self.reader.buffer())
    }

    /// The next byte, without taking it.
    pub(super) fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.buffered()?.first().copied())
    }

    /// Takes so many bytes of what is [buffered](Self::buffered).
    pub(super) fn take(&mut self, count: usize) {
        self.reader.consume(count);
    }

    /// Takes the rest of an end of line whose first byte, a line feed or a carriage return, was taken, and counts it.
    pub(super) fn end_line(&mut self, first: u8) -> Result<()> {
        if first == b'\r' && self.peek()? == Some(b'\n') {
            self.take(1);
        }
        self.line += 1;
        Ok(())
    }

    /// Takes a line, without its end. False: there is none.
    pub(super) fn take_line(&mut self, line: &mut Vec<u8>) -> Result<bool> {
        line.clear();
        let mut is_any = false;
        loop {
            let buffered = self.buffered()?;
            if buffered.is_empty() {
                self.line += u64::from(is_any);
                return Ok(is_any);
            }
            is_any = true;
            let end = buffered.iter().position(|byte| *byte == b'\n');
            let count = end.unwrap_or(buffered.len());
            line.extend_from_slice(&buffered[..count]);
            self.take(count + usize::from(end.is_some()));
            if end.is_some() {
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                self.line += 1;
                return Ok(true);
            }
        }
    }
}
