//! The data that the program carries: packages, questions, and a vector for each. `demo/README.md` tells their origin.

use half::f16;

use crate::import::{Form, Records};

/// Components of a vector.
pub(super) const DIM: usize = 384;

/// Everything.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) packages: Vec<Package>,
    pub(super) questions: Vec<Question>,
}

/// A package of Debian 12.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) section: String,
    /// In KiB; `None` where it is not known.
    pub(super) installed_size: Option<i64>,
    pub(super) description: String,
    pub(super) vector: Vec<f32>,
}

/// A text to search for.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) text: String,
    pub(super) vector: Vec<f32>,
}

impl Sample {
    /// Unpacks it.
    pub(super) fn read() -> Result<Self, String> {
        let packages = table(include_str!("../../demo/packages.csv"))?;
        let vectors = vectors(include_bytes!("../../demo/packages.f16"));
        let questions = table(include_str!("../../demo/queries.csv"))?;
        let question_vectors = self::vectors(include_bytes!("../../demo/queries.f16"));
        if packages.len() != vectors.len() || questions.len() != question_vectors.len() {
            return Err("the demo's data and vectors differ in number".to_owned());
        }
        Ok(Self {
            packages: packages
                .into_iter()
                .zip(vectors)
                .map(|(fields, vector)| package(fields, vector))
                .collect::<Result<_, _>>()?,
            questions: questions
                .into_iter()
                .zip(question_vectors)
                .map(|(fields, vector)| question(fields, vector))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn table(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut records = Records::new(text.as_bytes(), Form::Csv);
    let mut table = Vec::new();
    let unreadable = |(line, _)| format!("line {line} of the demo's data does not parse");
    while let Some((_, record)) = records.next().map_err(unreadable)? {
        table.push(record.into_iter().map(Option::unwrap_or_default).collect());
    }
    // The first line names the columns.
    Ok(table.into_iter().skip(1).collect())
}

fn vectors(bytes: &[u8]) -> Vec<Vec<f32>> {
    let component = |pair: &[u8]| f16::from_le_bytes([pair[0], pair[1]]).to_f32();
    bytes
        .chunks_exact(DIM * 2)
        .map(|row| row.chunks_exact(2).map(component).collect())
        .collect()
}

fn package(fields: Vec<String>, vector: Vec<f32>) -> Result<Package, String> {
    let [id, name, section, _priority, size, _arch, description] =
        <[String; 7]>::try_from(fields).map_err(|fields| format!("not a package: {fields:?}"))?;
    let number = |text: &str| text.parse::<i64>().map_err(|e| format!("{text}: {e}"));
    let size = number(&size)?;
    Ok(Package {
        id: number(&id)?,
        name,
        section,
        installed_size: (size > 0).then_some(size),
        description,
        vector,
    })
}

fn question(fields: Vec<String>, vector: Vec<f32>) -> Result<Question, String> {
    let text = fields.into_iter().nth(1).ok_or("a question has no text")?;
    Ok(Question { text, vector })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_whole() {
        let sample = Sample::read().unwrap();
        assert_eq!(sample.packages.len(), 5_000);
        assert_eq!(sample.questions.len(), 25);
        let norm = |v: &[f32]| v.iter().map(|c| c * c).sum::<f32>();
        for package in &sample.packages {
            assert_eq!(package.vector.len(), DIM);
            assert!((norm(&package.vector) - 1.0).abs() < 1e-3);
        }
        assert_eq!(sample.questions[0].text, "3D racing game with ponies");
    }
}
