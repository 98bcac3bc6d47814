//! From bytes to a segment. Nothing is believed: lengths, hashes and structure are all checked, in that order.

use super::header::{SectionTag, SegmentHeader};
use super::refusal::Refusal;
use super::residency::Residency;
use super::store::SegmentStore;
use crate::calibrate::Calibration;
use crate::filter::{Attribute, AttributeColumn};
use crate::metric::Metric;
use crate::prism::{
    BlockKind, Blocking, CHECK_LEN, Check, Coarse, Graph, Held, MAX_ROOM, Matrix, Paged, Rows,
    Segment, Shape, decode_rooms,
};
use crate::quantize::{CoarseCodes, ScalarCodes, coded, pad_dim};
use crate::wire::{Malformed, Reader, ensure};

mod load;

use load::Loader;

impl Segment {
    /// Puts a segment together from its header and what a store has of it. What `residency` leaves there is checked when a
    /// search reads it.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if any byte was altered, anything does not fit together, or the store fails.
    pub fn decode<S: SegmentStore>(
        header: &[u8],
        residency: Residency,
        store: &S,
    ) -> Result<Self, Refusal<S::Error>> {
        let header = SegmentHeader::decode_for(header)?;
        let fetch = |tag| section(&header, store, tag);
        let shape = header.shape;
        let Coding {
            codes,
            coarse,
            longest,
        } = decode_coding(&fetch(SectionTag::Coding)?, shape)?;
        let (room, entries) = decode_walk(&fetch(SectionTag::Walk)?, shape.indexed)?;
        let layout = Layout::new(&header, coarse.is_some(), room)?;
        let checks = layout.checks(&header, &fetch(SectionTag::Checks)?)?;
        let load = |kind| Loader {
            store,
            kind,
            blocking: layout.of(kind),
            checks: &checks[kind as usize],
        };
        let Beside {
            residuals,
            halves,
            coarse_residuals,
        } = decode_beside(&fetch(SectionTag::Beside)?, shape, coarse.is_some())?;
        let (stride, whole) = (pad_dim(shape.dim), residency == Residency::Whole);
        let leads = |kind| (kind == BlockKind::Coarse) == coarse.is_some();
        let in_memory = |kind| whole || (residency == Residency::Leading && leads(kind));
        let matrix = match in_memory(BlockKind::Codes) {
            true => Held::Resident(load(BlockKind::Codes).matrix(stride)?),
            false => Held::Paged(load(BlockKind::Codes).paged()?),
        };
        let coarse = match coarse {
            None => None,
            Some(codes) => Some(Coarse {
                codes,
                matrix: match in_memory(BlockKind::Coarse) {
                    true => Held::Resident(load(BlockKind::Coarse).matrix(stride / 2)?),
                    false => Held::Paged(load(BlockKind::Coarse).paged()?),
                },
                farthest: coarse_residuals.iter().copied().fold(0.0, f32::max),
                residuals: coarse_residuals,
            }),
        };
        let graph = match whole {
            true => Held::Resident(load(BlockKind::Graph).graph(room)?),
            false => Held::Paged(load(BlockKind::Graph).paged()?),
        };
        let rows = decode_rows(&fetch(SectionTag::Rows)?, shape)?;
        let filters = header.filters.clone();
        let attributes = decode_attributes(&fetch(SectionTag::Attributes)?, filters, shape)?;
        let calibration = decode_calibration(&fetch(SectionTag::Calibration)?)?;
        Ok(Self {
            shape,
            codes,
            coarse,
            halves,
            matrix,
            residuals,
            longest,
            graph,
            entries,
            rows,
            attributes,
            calibration,
            column: header.column,
            generation: header.generation,
            config: header.config,
            fingerprint: header.fingerprint,
        })
    }
}

impl SegmentHeader {
    /// The recall of walks, from the bytes of its section alone.
    ///
    /// # Errors
    ///
    /// If they are not the section that the header lists.
    pub fn calibration(&self, bytes: &[u8]) -> Result<Calibration, Refusal> {
        self.verify(SectionTag::Calibration, bytes)?;
        Ok(decode_calibration(bytes)?)
    }

    fn verify<E>(&self, tag: SectionTag, bytes: &[u8]) -> Result<(), Refusal<E>> {
        let summary = self.section(tag);
        if bytes.len() == summary.len && blake3::hash(bytes) == summary.blake3 {
            Ok(())
        } else {
            Err(Refusal::Section(tag))
        }
    }
}

fn section<S: SegmentStore>(
    header: &SegmentHeader,
    store: &S,
    tag: SectionTag,
) -> Result<Vec<u8>, Refusal<S::Error>> {
    let bytes = (store.section(tag, header.section(tag).len)).map_err(|error| Refusal::Fetch {
        section: tag,
        error,
    })?;
    header.verify(tag, &bytes)?;
    Ok(bytes)
}

/// How the parts that are stored in blocks are cut, in the order of [`BlockKind`].
pub(super) struct Layout([Blocking; 3]);

impl Layout {
    /// The layout that a header and its sections imply.
    fn new(header: &SegmentHeader, has_coarse: bool, room: usize) -> Result<Self, Malformed> {
        let layout = Self::of_shape(header.shape, has_coarse, room, header.block_bytes);
        for (kind, blocking) in KINDS.into_iter().zip(&layout.0) {
            ensure(
                blocking.len() == Some(header.section(SectionTag::of(kind)).len),
                "blocks and rows differ in number",
            )?;
        }
        Ok(layout)
    }

    pub(super) fn of_shape(
        shape: Shape,
        has_coarse: bool,
        room: usize,
        block_bytes: usize,
    ) -> Self {
        let coarse_rows = if has_coarse { shape.indexed } else { 0 };
        Self([
            Blocking::new(shape.indexed, coded(shape.dim), block_bytes),
            Blocking::new(coarse_rows, pad_dim(shape.dim) / 2, block_bytes),
            Blocking::new(shape.indexed, room * 4, block_bytes),
        ])
    }

    pub(super) fn of(&self, kind: BlockKind) -> Blocking {
        self.0[kind as usize]
    }

    /// The checks of all blocks, by kind.
    fn checks<E>(
        &self,
        header: &SegmentHeader,
        bytes: &[u8],
    ) -> Result<[Vec<Check>; 3], Refusal<E>> {
        let mut reader = Reader::new(bytes);
        let mut checks = [const { Vec::new() }; 3];
        for kind in KINDS {
            let tag = SectionTag::of(kind);
            let len = self.of(kind).blocks().checked_mul(CHECK_LEN);
            let list = reader.bytes(len.ok_or(Malformed("more blocks than memory"))?)?;
            if blake3::hash(list) != header.section(tag).blake3 {
                return Err(Refusal::Section(tag));
            }
            checks[kind as usize] = list.as_chunks().0.to_vec();
        }
        reader.finish()?;
        Ok(checks)
    }
}

/// All kinds, in their order.
pub(super) const KINDS: [BlockKind; 3] = [BlockKind::Codes, BlockKind::Coarse, BlockKind::Graph];

/// How vectors are coded.
struct Coding {
    codes: ScalarCodes,
    coarse: Option<CoarseCodes>,
    longest: f32,
}

fn decode_coding(bytes: &[u8], shape: Shape) -> Result<Coding, Malformed> {
    let mut reader = Reader::new(bytes);
    let scale = reader.finite_f32()?;
    ensure(
        scale.is_normal() && scale > 0.0,
        "the scale of codes is not positive",
    )?;
    let coarse = match reader.u32()? {
        0 => None,
        multiplier => Some(
            CoarseCodes::from_multiplier(multiplier)
                .ok_or(Malformed("coarse codes of no possible step"))?,
        ),
    };
    let longest = reader.finite_f32()?;
    ensure(longest >= 0.0, "the longest row has no length")?;
    let center = reader.values(shape.dim, f32::from_le_bytes)?;
    ensure(
        center.iter().all(|value| value.is_finite()),
        "the center of codes is not finite",
    )?;
    reader.finish()?;
    Ok(Coding {
        codes: ScalarCodes::new(center, scale),
        coarse,
        longest,
    })
}

/// What is known of rows beside their codes.
struct Beside {
    residuals: Vec<f32>,
    /// Half the squared lengths of codes, which only L2 needs.
    halves: Vec<f32>,
    coarse_residuals: Vec<f32>,
}

fn decode_beside(bytes: &[u8], shape: Shape, has_coarse: bool) -> Result<Beside, Malformed> {
    let mut reader = Reader::new(bytes);
    let coarse = if has_coarse { shape.indexed } else { 0 };
    let halves = match shape.metric {
        Metric::L2 => shape.indexed,
        Metric::InnerProduct | Metric::Cosine => 0,
    };
    let mut distances = |count, reason| {
        let values = reader.values(count, f32::from_le_bytes)?;
        let fine = values.iter().fold(true, |fine, value| {
            fine & (*value >= 0.0) & value.is_finite()
        });
        ensure(fine, reason)?;
        Ok(values)
    };
    let residuals = distances(shape.indexed, "a residual of codes is not a distance")?;
    let halves = distances(halves, "a row of codes has no length")?;
    let coarse_residuals = distances(coarse, "a residual of coarse codes is not a distance")?;
    reader.finish()?;
    Ok(Beside {
        residuals,
        halves,
        coarse_residuals,
    })
}

/// Room for links of each row, and where walks begin.
fn decode_walk(bytes: &[u8], rows: usize) -> Result<(usize, Vec<u32>), Malformed> {
    let mut reader = Reader::new(bytes);
    let room = reader.u32()? as usize;
    ensure(
        (1..=MAX_ROOM).contains(&room),
        "the graph has room for too many links",
    )?;
    let count = reader.len()?;
    let entries = reader.values(count, u32::from_le_bytes)?;
    ensure(
        entries.iter().all(|&entry| (entry as usize) < rows),
        "a walk begins outside of the segment",
    )?;
    reader.finish()?;
    Ok((room, entries))
}

fn decode_rows(bytes: &[u8], shape: Shape) -> Result<Rows, Malformed> {
    let mut reader = Reader::new(bytes);
    let rows = Rows::decode(&mut reader, shape.indexed + shape.undefined)?;
    reader.finish()?;
    Ok(rows)
}

fn decode_calibration(bytes: &[u8]) -> Result<Calibration, Malformed> {
    let mut reader = Reader::new(bytes);
    let calibration = Calibration::decode(&mut reader)?;
    reader.finish()?;
    Ok(calibration)
}

fn decode_attributes(
    bytes: &[u8],
    names: Vec<String>,
    shape: Shape,
) -> Result<Vec<Attribute>, Malformed> {
    let mut reader = Reader::new(bytes);
    let rows = shape.indexed + shape.undefined;
    let attributes = names
        .into_iter()
        .map(|name| {
            let column = AttributeColumn::decode(&mut reader, rows)?;
            Ok(Attribute { name, column })
        })
        .collect::<Result<_, _>>()?;
    reader.finish()?;
    Ok(attributes)
}
