//! Reading a large value.

use citadel_core::{PageKind, PagePtr, PageRun, SealedFile, body_len};

use super::{ExtentPlan, LargeRef, LargeTarget};
use crate::codec::Reader;
use crate::error::{Error, Result};

/// Extents of up to so many bytes go through the cache; longer ones would push out much for one read.
const CACHED_BYTES_MAX: usize = 64 * 1024;

/// Reads the value that lies in extents.
pub(crate) fn read(file: &SealedFile, large: &LargeRef) -> Result<Vec<u8>> {
    match &large.target {
        LargeTarget::Dirty(_) => Err(Error::corrupt("a large value without a page")),
        LargeTarget::Extent(ptr) => {
            let mut value = Vec::new();
            append(file, ptr, large.len, &mut value)?;
            Ok(value)
        }
        LargeTarget::Map(map) => {
            let extents = read_map(file, map, large.len)?;
            let mut value = Vec::new();
            for ptr in &extents {
                append(file, ptr, large.len - value.len() as u64, &mut value)?;
            }
            Ok(value)
        }
    }
}

/// Every run that the value takes, that of its map included.
pub(crate) fn extent_runs(file: &SealedFile, large: &LargeRef) -> Result<Vec<PageRun>> {
    match &large.target {
        LargeTarget::Dirty(_) => Ok(Vec::new()),
        LargeTarget::Extent(ptr) => Ok(vec![ptr.run]),
        LargeTarget::Map(map) => {
            let extents = read_map(file, map, large.len)?;
            Ok(extents.iter().map(|ptr| ptr.run).chain([map.run]).collect())
        }
    }
}

/// Appends what the extent holds of the `rest` bytes that the value still lacks. An extent that is not as long as the
/// length of the value demands is refused.
fn append(file: &SealedFile, ptr: &PagePtr, rest: u64, value: &mut Vec<u8>) -> Result<()> {
    let pages = ExtentPlan::new(file.page_size(), rest)
        .extent_pages()
        .next();
    if pages != Some(ptr.run.pages) {
        return Err(WRONG_LENGTH);
    }
    let body = body_len(file.page_size(), ptr.run.pages);
    let wanted = usize::try_from(rest).map_or(body, |rest| rest.min(body));
    if body <= CACHED_BYTES_MAX {
        value.extend_from_slice(
            file.read(ptr, PageKind::Extent)?
                .get(..wanted)
                .ok_or(WRONG_LENGTH)?,
        );
    } else {
        value.extend_from_slice(
            file.read_uncached(ptr, PageKind::Extent)?
                .get(..wanted)
                .ok_or(WRONG_LENGTH)?,
        );
    }
    Ok(())
}

fn read_map(file: &SealedFile, map: &PagePtr, len: u64) -> Result<Vec<PagePtr>> {
    let plan = ExtentPlan::new(file.page_size(), len);
    if plan.map_pages() != Some(map.run.pages) {
        return Err(WRONG_LENGTH);
    }
    let body = file.read_uncached(map, PageKind::ExtentMap)?;
    let mut reader = Reader::new(&body, "an extent map");
    let mut extents = Vec::new();
    for _ in 0..plan.extents() {
        extents.push(reader.ptr()?.ok_or(WRONG_LENGTH)?);
    }
    Ok(extents)
}

const WRONG_LENGTH: Error = Error::corrupt("extents that do not match the length of their value");
