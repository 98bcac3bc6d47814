//! A Parquet file in an object store, read by ranges.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::{AsyncFileReader, MetadataFetch};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use crate::store::LakeStore;

/// The footer of most files is shorter, so one request reads it.
const FOOTER_BYTES: usize = 64 << 10;

/// A file of known size.
pub(crate) struct ObjectFile {
    pub(crate) store: LakeStore,
    pub(crate) path: String,
    pub(crate) bytes: u64,
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
        read.map_err(|error| ParquetError::External(Box::new(error)))
    }
}

impl AsyncFileReader for ObjectFile {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        async move {
            let read = self.read(std::slice::from_ref(&range)).await?;
            let missing = || ParquetError::EOF("a range without bytes".to_owned());
            read.into_iter().next().ok_or_else(missing)
        }
        .boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        async move { self.read(&ranges).await }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move {
            let bytes = self.bytes;
            let reader = ParquetMetaDataReader::new()
                .with_prefetch_hint(Some(FOOTER_BYTES))
                // Where pages begin: so single rows can be read without the rest of their row group.
                .with_offset_index_policy(PageIndexPolicy::Optional);
            let metadata = reader.load_and_finish(Fetch(self), bytes).await?;
            Ok(Arc::new(metadata))
        }
        .boxed()
    }
}

struct Fetch<'f>(&'f ObjectFile);

impl MetadataFetch for Fetch<'_> {
    fn fetch(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        let file = self.0;
        async move {
            let read = file.read(std::slice::from_ref(&range)).await?;
            let missing = || ParquetError::EOF("a range without bytes".to_owned());
            read.into_iter().next().ok_or_else(missing)
        }
        .boxed()
    }
}
