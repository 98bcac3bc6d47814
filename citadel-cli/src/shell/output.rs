//! Where results go: standard output, a file after `.output`, or another file for one result after `.once`.

use std::fs::File;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::Path;

/// A buffered destination.
#[derive(Debug)]
pub(super) enum Output {
    /// Standard output.
    Stdout(BufWriter<Stdout>),
    /// A file.
    File(BufWriter<File>),
}

impl Output {
    /// Standard output.
    pub(super) fn stdout() -> Self {
        Self::Stdout(BufWriter::with_capacity(64 << 10, io::stdout()))
    }

    /// A file, emptied if it exists.
    pub(super) fn file(path: &Path) -> io::Result<Self> {
        File::create(path).map(|file| Self::File(BufWriter::new(file)))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(out) => out.flush(),
        }
    }
}

/// The destination of now, and the one to come back to.
#[derive(Debug)]
pub(super) struct Destination {
    now: Output,
    usual: Option<Output>,
    /// Pieces of script until it is the usual one again, that with `.once` included.
    pieces: u8,
}

impl Destination {
    /// Standard output.
    pub(super) fn stdout() -> Self {
        Self {
            now: Output::stdout(),
            usual: None,
            pieces: 0,
        }
    }

    /// From here on.
    pub(super) fn send_to(&mut self, output: Output) -> io::Result<()> {
        self.flush()?;
        (self.now, self.usual, self.pieces) = (output, None, 0);
        Ok(())
    }

    /// For the next piece.
    pub(super) fn send_once_to(&mut self, output: Output) -> io::Result<()> {
        self.flush()?;
        let before = std::mem::replace(&mut self.now, output);
        self.usual.get_or_insert(before);
        self.pieces = 2;
        Ok(())
    }

    /// A piece of script has run, well or not.
    pub(super) fn end_piece(&mut self) -> io::Result<()> {
        self.pieces = self.pieces.saturating_sub(1);
        if self.pieces > 0 || self.usual.is_none() {
            return Ok(());
        }
        let flushed = self.flush();
        self.now = self.usual.take().unwrap_or_else(Output::stdout);
        flushed
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.now.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.now.flush()
    }
}
