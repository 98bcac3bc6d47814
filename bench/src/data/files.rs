//! Reading the files of the data set, and writing them for child processes.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use half::f16;

use super::DataSet;
use crate::Result;

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| {
        format!(
            "{}: {error} (the full data set is needed; say where it is with --data)",
            path.display()
        )
        .into()
    })
}

/// Little-endian half floats.
pub(super) fn vectors(path: &Path) -> Result<Vec<f32>> {
    let bytes = read(path)?;
    Ok(bytes
        .chunks_exact(2)
        .map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32())
        .collect())
}

/// The last `count` little-endian floats of a `.npy` file; what is before them is its header.
pub(super) fn floats(path: &Path, count: usize) -> Result<Vec<f32>> {
    let bytes = read(path)?;
    let start = bytes
        .len()
        .checked_sub(count * 4)
        .ok_or_else(|| format!("{} is too short", path.display()))?;
    Ok(bytes[start..]
        .chunks_exact(4)
        .map(|quad| f32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]))
        .collect())
}

pub(super) fn field(record: &mut [String], at: usize) -> Result<&mut String> {
    record
        .get_mut(at)
        .ok_or_else(|| format!("a CSV record without field {at}").into())
}

/// The records of a CSV file (RFC 4180) below its header.
pub(super) fn records(path: &Path) -> Result<Vec<Vec<String>>> {
    let text = String::from_utf8(read(path)?)?;
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let record = records.last_mut().expect("never empty");
        let field = record.last_mut().expect("never empty");
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            '\r' if !quoted => {}
            c => field.push(c),
        }
    }
    records.retain(|record| record.len() > 1);
    records.remove(0);
    Ok(records)
}

impl DataSet {
    /// Writes what child processes read.
    pub(crate) fn export(&self, folder: &Path) -> Result<()> {
        write_floats(&folder.join("base.f32"), &self.base)?;
        let queries: Vec<f32> = self.queries.iter().flat_map(|q| q.vector.clone()).collect();
        write_floats(&folder.join("queries.f32"), &queries)?;
        let mut rows = BufWriter::new(fs::File::create(folder.join("attributes.tsv"))?);
        for row in &self.attributes {
            let (section, priority) = (&row.section, &row.priority);
            writeln!(rows, "{section}\t{priority}\t{}", row.installed_size)?;
        }
        rows.flush()?;
        let sections: String = self
            .queries
            .iter()
            .map(|q| format!("{}\n", q.section))
            .collect();
        Ok(fs::write(folder.join("query_sections.txt"), sections)?)
    }
}

pub(super) fn write_floats(path: &Path, values: &[f32]) -> Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    for value in values {
        file.write_all(&value.to_le_bytes())?;
    }
    Ok(file.flush()?)
}
