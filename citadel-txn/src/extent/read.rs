//! Reading a large value.

use citadel_core::{PageKind, PagePtr, PageSize, SealedFile, body_len};

use super::{Again, ExtentPlan};
use crate::codec::Reader;
use crate::dirty::{LargeRef, LargeTarget};
use crate::entry::Entry;
use crate::error::{Error, Result};

/// Extents of up to so many bytes go through the cache; longer ones would push out much for one read.
const CACHED_BYTES_MAX: usize = 64 * 1024;

const WRONG_LENGTH: Error = Error::corrupt("extents that do not match the length of their value");

/// Reads the value that lies in extents.
pub(crate) fn read(file: &SealedFile, large: &LargeRef) -> Result<Vec<u8>> {
    let mut value = Vec::new();
    for part in parts(file, large)? {
        let body = body_len(file.page_size(), part.ptr.run.pages);
        if body <= CACHED_BYTES_MAX {
            let frame = file.read(&part.ptr, PageKind::Extent)?;
            value.extend_from_slice(frame.get(..part.len).ok_or(WRONG_LENGTH)?);
        } else {
            let frame = file.read_uncached(&part.ptr, PageKind::Extent)?;
            value.extend_from_slice(frame.get(..part.len).ok_or(WRONG_LENGTH)?);
        }
    }
    Ok(value)
}

/// Calls `visit` with the value. One that lies in one extent is not copied.
pub(crate) fn visit(
    file: &SealedFile,
    large: &LargeRef,
    again: Again,
    visit: &mut dyn FnMut(&[u8]),
) -> Result<()> {
    let parts = parts(file, large)?;
    let [part] = parts.as_slice() else {
        visit(&Entry::owned(read(file, large)?));
        return Ok(());
    };
    let cached = body_len(file.page_size(), part.ptr.run.pages) <= CACHED_BYTES_MAX;
    if cached && again == Again::Likely {
        let frame = file.read(&part.ptr, PageKind::Extent)?;
        visit(frame.get(..part.len).ok_or(WRONG_LENGTH)?);
    } else {
        let frame = file.read_uncached(&part.ptr, PageKind::Extent)?;
        visit(frame.get(..part.len).ok_or(WRONG_LENGTH)?);
    }
    Ok(())
}

/// Every run that the value takes, that of its map included.
pub(crate) fn runs(file: &SealedFile, large: &LargeRef) -> Result<Vec<PagePtr>> {
    let map = match &large.target {
        LargeTarget::Dirty(_) => return Ok(Vec::new()),
        LargeTarget::Extent(_) => None,
        LargeTarget::Map(map) => Some(*map),
    };
    let extents = parts(file, large)?;
    Ok(extents.iter().map(|part| part.ptr).chain(map).collect())
}

/// Proves that every extent of the value opens, as it is in the file now, and holds nothing past its end.
pub(crate) fn verify(file: &SealedFile, large: &LargeRef) -> Result<()> {
    for part in parts(file, large)? {
        let frame = file.read_uncached(&part.ptr, PageKind::Extent)?;
        let rest = frame.get(part.len..).ok_or(WRONG_LENGTH)?;
        if rest.iter().any(|byte| *byte != 0) {
            return Err(Error::corrupt("bytes past the end of a large value"));
        }
    }
    Ok(())
}

/// One extent, and how many bytes of the value it holds.
struct Part {
    ptr: PagePtr,
    len: usize,
}

/// The extents of a value, in order. Extents that are not as long as the length of the value demands are refused.
fn parts(file: &SealedFile, large: &LargeRef) -> Result<Vec<Part>> {
    let plan = ExtentPlan::new(file.page_size(), large.len);
    let extents = match &large.target {
        LargeTarget::Dirty(_) => return Err(Error::corrupt("a large value without a page")),
        LargeTarget::Extent(ptr) if plan.extents() == 1 => vec![*ptr],
        LargeTarget::Extent(_) => return Err(WRONG_LENGTH),
        LargeTarget::Map(map) => read_map(file, map, &plan)?,
    };
    let mut rest = large.len;
    let mut parts = Vec::with_capacity(extents.len());
    for (ptr, pages) in extents.into_iter().zip(plan.extent_pages()) {
        if ptr.run.pages != pages {
            return Err(WRONG_LENGTH);
        }
        let body = body_len(file.page_size(), pages);
        let len = usize::try_from(rest).map_or(body, |rest| rest.min(body));
        rest -= len as u64;
        parts.push(Part { ptr, len });
    }
    Ok(parts)
}

fn read_map(file: &SealedFile, map: &PagePtr, plan: &ExtentPlan) -> Result<Vec<PagePtr>> {
    if plan.map_pages() != Some(map.run.pages) {
        return Err(WRONG_LENGTH);
    }
    list(&file.read_uncached(map, PageKind::ExtentMap)?, plan)
}

/// The extents that the open map of a value lists.
pub(crate) fn listed(page_size: PageSize, large: &LargeRef, map: &[u8]) -> Result<Vec<PagePtr>> {
    list(map, &ExtentPlan::new(page_size, large.len))
}

fn list(map: &[u8], plan: &ExtentPlan) -> Result<Vec<PagePtr>> {
    let mut reader = Reader::new(map, "an extent map");
    (0..plan.extents())
        .map(|_| reader.ptr()?.ok_or(WRONG_LENGTH))
        .collect()
}
