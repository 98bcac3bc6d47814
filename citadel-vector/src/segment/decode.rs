//! From bytes to a segment. Nothing is believed: lengths, hashes and structure are all checked, in that order.

use super::header::{SectionSummary, SectionTag, SegmentHeader};
use super::refusal::Refusal;
use crate::calibrate::Calibration;
use crate::filter::{Attribute, AttributeColumn};
use crate::metric::Metric;
use crate::prism::{Coarse, Graph, Matrix, Rows, Segment, Shape};
use crate::quantize::{CoarseCodes, ScalarCodes, coded, pad_dim};
use crate::wire::{Malformed, Reader, ensure};

impl Segment {
    /// Puts a segment together from its header and sections. `fetch` is asked for each section by tag and length.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if any byte was altered, anything does not fit together, or `fetch` fails.
    pub fn decode<E>(
        header: &[u8],
        mut fetch: impl FnMut(SectionTag, usize) -> Result<Vec<u8>, E>,
    ) -> Result<Self, Refusal<E>> {
        let header = SegmentHeader::decode_for(header)?;
        let mut sections = Vec::with_capacity(header.sections.len());
        for section in &header.sections {
            let bytes = fetch(section.tag, section.len).map_err(|error| Refusal::Fetch {
                section: section.tag,
                error,
            })?;
            verify(section, &bytes)?;
            sections.push(bytes);
        }
        let [coding, codes, graph, rows, attributes, calibration] = sections.as_slice() else {
            return Err(Refusal::Malformed("sections are missing"));
        };
        let shape = header.shape;
        let matrix = decode_codes(codes, shape)?;
        let (graph, entries) = decode_graph(graph, shape.indexed)?;
        let Coding {
            codes,
            coarse,
            longest,
            residuals,
        } = decode_coding(coding, shape)?;
        Ok(Self {
            shape,
            coarse: coarse
                .map(|coarse| Coarse::new(coarse, &matrix, shape.dim, &residuals, codes.scale)),
            codes,
            halves: halves(&matrix, shape.metric),
            matrix,
            residuals,
            longest,
            graph,
            entries,
            rows: decode_rows(rows, shape)?,
            attributes: decode_attributes(attributes, header.filters, shape)?,
            calibration: decode_calibration(calibration)?,
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
        let mut sections = self.sections.iter();
        match sections.find(|section| section.tag == SectionTag::Calibration) {
            Some(section) => verify(section, bytes)?,
            None => return Err(Refusal::Section(SectionTag::Calibration)),
        }
        Ok(decode_calibration(bytes)?)
    }
}

fn verify<E>(section: &SectionSummary, bytes: &[u8]) -> Result<(), Refusal<E>> {
    if bytes.len() == section.len && blake3::hash(bytes) == section.blake3 {
        Ok(())
    } else {
        Err(Refusal::Section(section.tag))
    }
}

/// How vectors are coded.
struct Coding {
    codes: ScalarCodes,
    coarse: Option<CoarseCodes>,
    longest: f32,
    residuals: Vec<f32>,
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
    let residuals = reader.values(shape.indexed, f32::from_le_bytes)?;
    ensure(
        residuals
            .iter()
            .all(|value| value.is_finite() && *value >= 0.0),
        "a residual of codes is not a distance",
    )?;
    reader.finish()?;
    Ok(Coding {
        codes: ScalarCodes::new(center, scale),
        coarse,
        longest,
        residuals,
    })
}

fn decode_codes(bytes: &[u8], shape: Shape) -> Result<Matrix, Malformed> {
    let coded = coded(shape.dim);
    let len = shape.indexed.checked_mul(coded);
    ensure(len == Some(bytes.len()), "codes and rows differ in number")?;
    let stride = pad_dim(shape.dim);
    let mut matrix = Matrix::zeroed(shape.indexed, stride);
    for (row, codes) in matrix
        .bytes_mut()
        .chunks_exact_mut(stride)
        .zip(bytes.chunks_exact(coded))
    {
        row[..coded].copy_from_slice(codes);
    }
    Ok(matrix)
}

/// Half the squared lengths of all rows, which L2 needs and the codes give.
fn halves(matrix: &Matrix, metric: Metric) -> Vec<f32> {
    match metric {
        Metric::L2 => (0..matrix.rows() as u32)
            .map(|position| matrix.squared_length(position) as f32 * 0.5)
            .collect(),
        Metric::InnerProduct | Metric::Cosine => Vec::new(),
    }
}

fn decode_graph(bytes: &[u8], rows: usize) -> Result<(Graph, Vec<u32>), Malformed> {
    let mut reader = Reader::new(bytes);
    let count = reader.len()?;
    let entries = reader.values(count, u32::from_le_bytes)?;
    ensure(
        entries.iter().all(|&entry| (entry as usize) < rows),
        "a walk begins outside of the segment",
    )?;
    let graph = Graph::decode(&mut reader, rows)?;
    reader.finish()?;
    Ok((graph, entries))
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
