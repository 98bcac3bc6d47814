//! The demo's sample: a prefix of the full data set, whose rows are in hash order, so that a prefix is a uniform sample;
//! and some of its queries, chosen because they read well.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::command::{Result, root};

/// Rows of the sample.
const ROWS: usize = 5_000;

/// Bytes of a vector: 384 components of float16.
const VECTOR_BYTES: usize = 384 * 2;

/// The queries, in the order in which the demo asks them.
const QUERIES: [usize; 25] = [
    836, 648, 673, 137, 268, 207, 223, 279, 385, 386, 429, 432, 468, 472, 488, 560, 674, 728, 761,
    769, 832, 855, 873, 954, 27,
];

/// Makes the sample anew. Says so when the full data set is not there.
#[expect(clippy::print_stdout, reason = "a command talks to its user")]
pub(crate) fn make() -> Result<()> {
    let source = root().join("../shared/data");
    if !source.is_dir() {
        return Err(format!(
            "the full data set is not at {}; the sample in the repository stays as it is",
            source.display()
        ));
    }
    let target = root().join("citadel-cli/demo");
    make_from(&source, &target)?;
    println!(
        "wrote {ROWS} rows and {} queries to {}",
        QUERIES.len(),
        target.display()
    );
    Ok(())
}

fn make_from(source: &Path, target: &Path) -> Result<()> {
    // Each record of these files is one line: no field has a line break.
    let packages = read_text(&source.join("pkgs_meta.csv"))?;
    let packages: Vec<&str> = packages.lines().take(ROWS + 1).collect();
    write_lines(&target.join("packages.csv"), &packages)?;
    write(
        &target.join("packages.f16"),
        &read_prefix(&source.join("pkgs_base.f16.bin"), ROWS * VECTOR_BYTES)?,
    )?;

    let queries = read_text(&source.join("pkgs_query.csv"))?;
    let queries: Vec<&str> = queries.lines().collect();
    let chosen: Vec<&str> = std::iter::once(0)
        .chain(QUERIES.iter().map(|id| id + 1))
        .map(|line| queries[line])
        .collect();
    write_lines(&target.join("queries.csv"), &chosen)?;
    let vectors = read(&source.join("pkgs_query.f16.bin"))?;
    let vectors: Vec<u8> = QUERIES
        .iter()
        .flat_map(|id| &vectors[id * VECTOR_BYTES..(id + 1) * VECTOR_BYTES])
        .copied()
        .collect();
    write(&target.join("queries.f16"), &vectors)
}

fn write_lines(path: &Path, lines: &[&str]) -> Result<()> {
    write(path, (lines.join("\n") + "\n").as_bytes())
}

fn read_prefix(path: &Path, length: usize) -> Result<Vec<u8>> {
    let file = fs::File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut bytes = Vec::with_capacity(length);
    let read = file.take(length as u64).read_to_end(&mut bytes);
    read.map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(bytes)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|e| format!("{}: {e}", path.display()))
}
