//! A Parquet file in an object store, read by ranges.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::{AsyncFileReader, MetadataFetch};
use parquet::encryption::decrypt::FileDecryptionProperties;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use crate::error::LakeError;
use crate::key::{self, TableKey};
use crate::store::LakeStore;

/// The footer of most files is shorter, so one request reads it.
const FOOTER_BYTES: usize = 64 << 10;

/// A file of known size.
pub(crate) struct ObjectFile {
    pub(crate) store: LakeStore,
    pub(crate) path: String,
    pub(crate) bytes: u64,
    /// The key of its table, if it is encrypted.
    pub(crate) key: Option<Arc<TableKey>>,
}

impl ObjectFile {
    async fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        if let Some(range) = ranges.iter().find(|range| range.end > self.bytes) {
            return Err(ParquetError::EOF(format!(
                "bytes {} to {} of a file of {}",
                range.start, range.end, self.bytes
            )));
        }
        let read = self.store.ranges(&self.path, ranges).await;
        let read = read.map_err(|error| ParquetError::External(Box::new(error)))?;
        // Of an object that was cut, some stores give what is left.
        let is_whole = |(range, bytes): (&Range<u64>, &Bytes)| {
            range.end.saturating_sub(range.start) == bytes.len() as u64
        };
        match read.len() == ranges.len() && ranges.iter().zip(&read).all(is_whole) {
            true => Ok(read),
            false => Err(ParquetError::EOF("a file that was cut".to_owned())),
        }
    }

    async fn range(&self, range: Range<u64>) -> Result<Bytes> {
        let read = self.read(&[range]).await?;
        let missing = || ParquetError::EOF("a range without bytes".to_owned());
        read.into_iter().next().ok_or_else(missing)
    }

    /// Pages of columns.
    async fn pages(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let read = self.read(ranges).await?;
        if self.key.is_some() && !read.iter().all(|pages| key::check_modules(pages)) {
            let error = LakeError::corrupt(&self.path, "its pages are not whole");
            return Err(ParquetError::External(Box::new(error)));
        }
        Ok(read)
    }

    /// The end of the file with the footer, of an encrypted one also what its footer is read with.
    async fn end(&self) -> Result<(Tail, Option<Arc<FileDecryptionProperties>>)> {
        if self.bytes == 0 {
            return Err(ParquetError::EOF("an empty file".to_owned()));
        }
        let start = self.bytes.saturating_sub(FOOTER_BYTES as u64);
        let mut bytes = self.range(start..self.bytes).await?;
        let Some(key) = &self.key else {
            return Ok((Tail { start, bytes }, None));
        };
        let given = |error: LakeError| ParquetError::External(Box::new(error));
        let length = key::footer_bytes(&self.path, &bytes).map_err(given)? as u64;
        let start = match self.bytes.checked_sub(length) {
            Some(footer) if footer < start => {
                bytes = self.range(footer..self.bytes).await?;
                footer
            }
            Some(_) => start,
            None => {
                let error = LakeError::corrupt(&self.path, "a footer longer than the file");
                return Err(given(error));
            }
        };
        let footer = &bytes[bytes.len() - length as usize..];
        let properties = key::reading(key, &self.path, footer).map_err(given)?;
        Ok((Tail { start, bytes }, Some(properties)))
    }
}

impl AsyncFileReader for ObjectFile {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        async move {
            let read = self.pages(&[range]).await?;
            let missing = || ParquetError::EOF("a range without bytes".to_owned());
            read.into_iter().next().ok_or_else(missing)
        }
        .boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        async move { self.pages(&ranges).await }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move {
            let (tail, decryption) = self.end().await?;
            let reader = ParquetMetaDataReader::new()
                .with_prefetch_hint(Some(FOOTER_BYTES))
                // Where pages begin: so single rows can be read without the rest of their row group.
                .with_offset_index_policy(PageIndexPolicy::Optional)
                .with_decryption_properties(decryption);
            let (bytes, fetch) = (self.bytes, Fetch { file: self, tail });
            let metadata = reader.load_and_finish(fetch, bytes).await?;
            Ok(Arc::new(metadata))
        }
        .boxed()
    }
}

/// The last bytes of a file, and where they begin.
struct Tail {
    start: u64,
    bytes: Bytes,
}

struct Fetch<'f> {
    file: &'f ObjectFile,
    tail: Tail,
}

impl MetadataFetch for Fetch<'_> {
    fn fetch(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        let is_read = self.tail.start <= range.start && range.end <= self.file.bytes;
        if is_read && range.start <= range.end {
            let at = |place: u64| (place - self.tail.start) as usize;
            let bytes = self.tail.bytes.slice(at(range.start)..at(range.end));
            return std::future::ready(Ok(bytes)).boxed();
        }
        self.file.range(range).boxed()
    }
}
