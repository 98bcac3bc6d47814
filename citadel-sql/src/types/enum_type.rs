//! Types whose values are labels in a declared order.
//!
//! A value is its *place*: a number that orders it among the others and never changes, whatever labels are added before or behind
//! it, or renamed. So values are stored, compared and put in keys without their type's definition, which only tells labels.
//! Definitions are kept once for the life of the process, one for each that was ever read; so a type is as small as a number.

use std::fmt;
use std::hash::{Hash, Hasher};

use parking_lot::Mutex;

use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_varint};
use crate::error::{Error, Result, SqlState};

/// Between the places of two labels at first: so often a label may be put between two others.
const GAP: u64 = 1 << 32;

/// Places are below this.
const PLACE_MAX: u64 = 1 << 62;

/// The longest label, in bytes.
const LABEL_MAX: usize = 63;

/// An ENUM type as one catalog has it.
#[derive(Clone, Copy)]
pub struct EnumType(&'static Definition);

#[derive(Debug, PartialEq, Eq)]
struct Definition {
    /// Its place among all that the process knows.
    number: u32,
    id: u64,
    name: String,
    /// By ascending places.
    labels: Vec<(u64, String)>,
}

static KNOWN: Mutex<Vec<&'static Definition>> = Mutex::new(Vec::new());

/// A value of an ENUM type.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnumValue {
    ty: EnumType,
    place: u64,
}

impl EnumType {
    /// A type by its definition. `None`: labels are not in order, too long or there twice.
    pub(crate) fn of(id: u64, name: &str, labels: &[(u64, String)]) -> Option<Self> {
        let in_order = labels.is_sorted_by(|(a, _), (b, _)| a < b);
        let in_range = labels.last().is_none_or(|(last, _)| *last < PLACE_MAX);
        let fit = labels.iter().all(|(_, label)| label.len() <= LABEL_MAX);
        let mut sorted: Vec<&str> = labels.iter().map(|(_, label)| label.as_str()).collect();
        sorted.sort_unstable();
        let distinct = sorted.is_sorted_by(|a, b| a < b);
        if id == 0 || !(in_order && in_range && fit && distinct) {
            return None;
        }
        let mut known = KNOWN.lock();
        let found = known
            .iter()
            .find(|known| known.id == id && known.name == name && known.labels == labels);
        if let Some(found) = found {
            return Some(Self(found));
        }
        let definition = Definition {
            number: u32::try_from(known.len()).ok()?,
            id,
            name: name.to_owned(),
            labels: labels.to_vec(),
        };
        let definition: &'static Definition = Box::leak(Box::new(definition));
        known.push(definition);
        Some(Self(definition))
    }

    /// The type of a number of this process.
    pub(crate) fn of_number(number: u64) -> Option<Self> {
        let known = KNOWN.lock();
        known.get(usize::try_from(number).ok()?).copied().map(Self)
    }

    /// Its number in this process.
    pub(crate) fn number(self) -> u64 {
        u64::from(self.0.number)
    }

    /// Its identity in a database.
    pub(crate) fn id(self) -> u64 {
        self.0.id
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        &self.0.name
    }

    /// Its labels, in order.
    pub fn labels(self) -> impl Iterator<Item = &'static str> {
        self.0.labels.iter().map(|(_, label)| label.as_str())
    }

    /// Its labels with their places.
    pub(crate) fn places(self) -> &'static [(u64, String)] {
        &self.0.labels
    }

    /// Its values, in order.
    pub(crate) fn values(self) -> impl DoubleEndedIterator<Item = EnumValue> {
        let places = self.0.labels.iter();
        places.map(move |(place, _)| EnumValue {
            ty: self,
            place: *place,
        })
    }

    /// The value of a label.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn value(self, label: &str) -> Result<EnumValue> {
        let found = self.0.labels.iter().find(|(_, known)| known == label);
        let found = found.map(|(place, _)| EnumValue {
            ty: self,
            place: *place,
        });
        found.ok_or_else(|| self.invalid(label))
    }

    /// It has no such label.
    pub(crate) fn invalid(self, label: &str) -> Error {
        Error::sql(
            SqlState::INVALID_TEXT_REPRESENTATION,
            format!("invalid input value for enum {}: \"{label}\"", self.0.name),
        )
    }

    /// The value at a place.
    pub(crate) fn at(self, place: u64) -> Option<EnumValue> {
        self.0
            .labels
            .binary_search_by_key(&place, |(place, _)| *place)
            .ok()
            .map(|_| EnumValue { ty: self, place })
    }

    /// The definition as bytes.
    pub(crate) fn put(self, out: &mut Vec<u8>) {
        put_varint(out, self.0.id);
        put_bytes(out, self.0.name.as_bytes());
        put_varint(out, self.0.labels.len() as u64);
        for (place, label) in &self.0.labels {
            put_varint(out, *place);
            put_bytes(out, label.as_bytes());
        }
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Decoded<Self> {
        let id = from.varint()?;
        let name = from.text()?.to_owned();
        let labels = (0..from.count()?)
            .map(|_| Ok((from.varint()?, from.text()?.to_owned())))
            .collect::<Decoded<Vec<_>>>()?;
        Self::of(id, &name, &labels).ok_or(Malformed)
    }
}

/// The places of the labels of a new type.
///
/// # Errors
/// A label is too long, or there twice.
pub(crate) fn placed(labels: &[String]) -> Result<Vec<(u64, String)>> {
    let mut placed: Vec<(u64, String)> = Vec::with_capacity(labels.len());
    for label in labels {
        let next = placed.last().map_or(0, |(last, _)| *last) + GAP;
        check_label(label, &placed)?;
        if next >= PLACE_MAX {
            return Err(no_room());
        }
        placed.push((next, label.clone()));
    }
    Ok(placed)
}

/// The labels with another one, which stands before the label at `at`, or last.
///
/// # Errors
/// It is too long, or there already; there is no place for it.
pub(crate) fn with_label(
    labels: &[(u64, String)],
    label: &str,
    at: usize,
) -> Result<Vec<(u64, String)>> {
    check_label(label, labels)?;
    let before = at.checked_sub(1).map_or(0, |before| labels[before].0);
    let place = match labels.get(at) {
        Some((after, _)) => before + (after - before) / 2,
        None => before + GAP,
    };
    if place == before || place >= PLACE_MAX {
        return Err(no_room());
    }
    let mut labels = labels.to_vec();
    labels.insert(at, (place, label.to_owned()));
    Ok(labels)
}

/// Is it a label that a type may have beside others?
///
/// # Errors
/// It is too long, or among them.
pub(crate) fn check_label(label: &str, others: &[(u64, String)]) -> Result<()> {
    if label.len() > LABEL_MAX {
        return Err(Error::sql(
            SqlState::INVALID_NAME,
            format!("invalid enum label \"{label}\": labels have at most {LABEL_MAX} bytes"),
        ));
    }
    if others.iter().any(|(_, known)| known == label) {
        return Err(Error::sql(
            SqlState::DUPLICATE_OBJECT,
            format!("enum label \"{label}\" already exists"),
        ));
    }
    Ok(())
}

fn no_room() -> Error {
    Error::sql(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        "there is no room for another label there",
    )
    .hint("make a new type, and change columns to it")
}

impl EnumValue {
    /// Its type.
    pub fn enum_type(self) -> EnumType {
        self.ty
    }

    /// Its label.
    pub fn label(self) -> &'static str {
        let labels = &self.ty.0.labels;
        let found = labels.binary_search_by_key(&self.place, |(place, _)| *place);
        found.map_or("", |at| labels[at].1.as_str())
    }

    pub(crate) fn place(self) -> u64 {
        self.place
    }

    /// The same value of the type as another catalog has it.
    pub(crate) fn of_type(self, ty: EnumType) -> Self {
        Self { ty, ..self }
    }
}

impl PartialEq for EnumType {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for EnumType {}

impl Hash for EnumType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

/// The name, as it is read again.
impl fmt::Display for EnumType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_name(f, self.name())
    }
}

/// Writes the name of a type, in quotes where it would not be read as one name without.
pub(super) fn write_name(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match starts && name.chars().all(is_plain) {
        true => f.write_str(name),
        false => write!(f, "\"{}\"", name.replace('"', "\"\"")),
    }
}

impl fmt::Debug for EnumType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for EnumValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.label(), self.ty.name())
    }
}

impl fmt::Display for EnumValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(all: &[&str]) -> Vec<(u64, String)> {
        let all: Vec<String> = all.iter().map(|label| (*label).to_owned()).collect();
        placed(&all).unwrap()
    }

    #[test]
    fn labels_keep_their_places() {
        let three = labels(&["a", "b", "c"]);
        let ty = EnumType::of(7, "t", &three).unwrap();
        let b = ty.value("b").unwrap();
        let more = with_label(&with_label(&three, "x", 1).unwrap(), "first", 0).unwrap();
        let more = with_label(&more, "last", more.len()).unwrap();
        let later = EnumType::of(7, "t", &more).unwrap();
        let names: Vec<&str> = later.labels().collect();
        assert_eq!(names, ["first", "a", "x", "b", "c", "last"]);
        assert_eq!(later.at(b.place()).unwrap().label(), "b");
        assert_eq!(ty, later);
        assert!(with_label(&three, "a", 0).is_err());
        assert!(placed(&["a".to_owned(), "a".to_owned()]).is_err());
        assert!(placed(&["é".repeat(32)]).is_err());
    }

    #[test]
    fn room_between_labels_ends_with_an_error() {
        let mut all = labels(&["a", "b"]);
        let mut added = 0;
        let error = loop {
            match with_label(&all, &format!("l{added}"), 1) {
                Ok(more) => all = more,
                Err(error) => break error,
            }
            added += 1;
        };
        assert!(added >= 31, "{added}");
        assert_eq!(error.sqlstate(), Some(SqlState::PROGRAM_LIMIT_EXCEEDED));
        assert!(EnumType::of(8, "t", &all).is_some());
    }

    #[test]
    fn definitions_come_back_and_others_are_malformed() {
        let ty = EnumType::of(9, "mood", &labels(&["sad", "ok"])).unwrap();
        let mut bytes = Vec::new();
        ty.put(&mut bytes);
        let read = EnumType::read(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(read.number(), ty.number());
        for len in 0..bytes.len() {
            assert!(EnumType::read(&mut Reader::new(&bytes[..len])).is_err());
        }
        let wrong = [
            vec![(2, "a".to_owned()), (1, "b".to_owned())],
            vec![(1, "a".to_owned()), (2, "a".to_owned())],
            vec![(PLACE_MAX, "a".to_owned())],
        ];
        for labels in wrong {
            assert!(EnumType::of(9, "mood", &labels).is_none());
        }
        assert!(ty.at(1).is_none());
    }
}
