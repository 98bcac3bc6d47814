//! The options of COPY.

use crate::ast::{CopyOption, CopyOptionValue, Identifier};
use crate::copy::{CsvFormat, Format, Header, OnError, TextFormat};
use crate::error::{Error, Position, Result, SqlState};

/// Options that have yet to be understood.
pub(super) struct CopyOptions<'o> {
    left: Vec<&'o CopyOption>,
    /// What the name of the file says of its format; none, where the name is not known yet.
    by_name: Option<Named>,
}

/// What is known of where rows come from, or go.
pub(super) enum KnownPlace {
    Stream,
    /// A file of this name.
    File(String),
    /// A file whose name is a parameter.
    Given,
}

/// A format, without what there is to say of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Text,
    Csv,
    JsonLines,
    Parquet,
}

impl<'o> CopyOptions<'o> {
    pub(super) fn new(options: &'o [CopyOption], place: &KnownPlace) -> Result<Self> {
        for (at, option) in options.iter().enumerate() {
            if options[..at].iter().any(|known| known.name == option.name) {
                return Err(Error::sql(
                    SqlState::SYNTAX_ERROR,
                    format!("{} is given more than once", option.name),
                )
                .at(option.position));
            }
        }
        Ok(Self {
            left: options.iter().collect(),
            by_name: match place {
                KnownPlace::Stream => Some(Named::Text),
                KnownPlace::File(name) => Some(format_of_name(name)),
                KnownPlace::Given => None,
            },
        })
    }

    /// The format. `find` gives the place of a column, and how many there are.
    pub(super) fn format(
        &mut self,
        find: impl Fn(&Identifier) -> (Option<usize>, usize),
    ) -> Result<Format> {
        let named = match self.text("FORMAT")? {
            None => self.by_name.ok_or_else(|| {
                wrong(
                    "FORMAT is needed where the name of the file is a parameter",
                    None,
                )
            })?,
            Some((name, at)) => match name.to_ascii_lowercase().as_str() {
                "text" => Named::Text,
                "csv" => Named::Csv,
                "json" | "jsonl" | "ndjson" => Named::JsonLines,
                "parquet" => Named::Parquet,
                other => {
                    return Err(Error::unsupported(format!("the format {other} of COPY"))
                        .at(at)
                        .hint("text, csv, json (lines) and parquet are"));
                }
            },
        };
        Ok(match named {
            Named::Text => Format::Text(self.text_format()?),
            Named::Csv => Format::Csv(self.csv_format(find)?),
            Named::JsonLines => Format::JsonLines,
            Named::Parquet => Format::Parquet,
        })
    }

    fn text_format(&mut self) -> Result<TextFormat> {
        let at = self.position("DELIMITER");
        let format = TextFormat {
            delimiter: self.sign("DELIMITER", b'\t')?,
            null: self.null("\\N")?,
            header: self.header()?,
        };
        // They would be read as what a backslash begins, or as numbers of bytes.
        if format.delimiter == b'.' || format.delimiter.is_ascii_alphanumeric() {
            return Err(wrong(
                "DELIMITER cannot be a letter, a digit or a point here",
                at,
            ));
        }
        check_signs(&[format.delimiter], &format.null, at)?;
        Ok(format)
    }

    fn csv_format(
        &mut self,
        find: impl Fn(&Identifier) -> (Option<usize>, usize),
    ) -> Result<CsvFormat> {
        let at = self.position("DELIMITER").or(self.position("QUOTE"));
        let quote = self.sign("QUOTE", b'"')?;
        let format = CsvFormat {
            delimiter: self.sign("DELIMITER", b',')?,
            quote,
            escape: self.sign("ESCAPE", quote)?,
            null: self.null("")?,
            header: self.header()?,
            force_quote: self.columns("FORCE_QUOTE", &find)?,
            force_not_null: self.columns("FORCE_NOT_NULL", &find)?,
            force_null: self.columns("FORCE_NULL", &find)?,
        };
        check_signs(&[format.delimiter, quote], &format.null, at)?;
        if format.delimiter == quote {
            return Err(wrong("DELIMITER and QUOTE must differ", at));
        }
        Ok(format)
    }

    /// What becomes of rows that do not fit.
    pub(super) fn on_error(&mut self) -> Result<OnError> {
        let limit = self.text("REJECT_LIMIT")?;
        let most = match &limit {
            None => None,
            Some((text, at)) => Some(match text.parse::<u64>() {
                Ok(most) if most > 0 => most,
                _ => return Err(wrong("REJECT_LIMIT takes a whole number above 0", *at)),
            }),
        };
        match self.text("ON_ERROR")? {
            Some((word, _)) if word.eq_ignore_ascii_case("ignore") => Ok(OnError::Ignore { most }),
            Some((word, at)) if !word.eq_ignore_ascii_case("stop") => {
                Err(wrong("ON_ERROR takes stop or ignore", at))
            }
            _ => match limit {
                None => Ok(OnError::Stop),
                Some((_, at)) => Err(wrong("REJECT_LIMIT needs ON_ERROR ignore", at)),
            },
        }
    }

    /// Refuses what is left. `comes`: of COPY FROM.
    pub(super) fn finish(&mut self, comes: bool) -> Result<()> {
        if let Some((encoding, at)) = self.text("ENCODING")?
            && !matches!(encoding.to_ascii_uppercase().as_str(), "UTF8" | "UTF-8")
        {
            return Err(Error::unsupported(format!("the encoding {encoding}")).at(at));
        }
        let Some(option) = self.left.first() else {
            return Ok(());
        };
        let way = if comes { "FROM" } else { "TO" };
        Err(
            Error::unsupported(format!("{} of COPY {way} with this format", option.name))
                .at(option.position),
        )
    }

    fn take(&mut self, name: &str) -> Option<&'o CopyOption> {
        let at = self.left.iter().position(|option| option.name == name)?;
        Some(self.left.remove(at))
    }

    fn position(&self, name: &str) -> Option<Position> {
        let option = self.left.iter().find(|option| option.name == name)?;
        option.position
    }

    fn text(&mut self, name: &str) -> Result<Option<(String, Option<Position>)>> {
        let Some(option) = self.take(name) else {
            return Ok(None);
        };
        match &option.value {
            CopyOptionValue::Text(text) => Ok(Some((text.clone(), option.position))),
            _ => Err(wrong(&format!("{name} takes a value"), option.position)),
        }
    }

    /// An option that is one sign of ASCII.
    fn sign(&mut self, name: &str, default: u8) -> Result<u8> {
        let Some((text, at)) = self.text(name)? else {
            return Ok(default);
        };
        match text.as_bytes() {
            [sign] if sign.is_ascii() && !matches!(sign, b'\n' | b'\r' | 0) => Ok(*sign),
            _ => Err(wrong(
                &format!("{name} takes one sign of ASCII, and no end of line"),
                at,
            )),
        }
    }

    fn null(&mut self, default: &str) -> Result<String> {
        Ok(match self.text("NULL")? {
            Some((text, at)) if text.contains(['\n', '\r']) => {
                return Err(wrong("NULL takes a text without an end of line", at));
            }
            Some((text, _)) => text,
            None => default.to_owned(),
        })
    }

    fn header(&mut self) -> Result<Header> {
        let Some(option) = self.take("HEADER") else {
            return Ok(Header::None);
        };
        let CopyOptionValue::Text(text) = &option.value else {
            return match option.value {
                CopyOptionValue::None => Ok(Header::Line),
                _ => Err(wrong("HEADER takes true, false or match", option.position)),
            };
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "on" | "1" => Ok(Header::Line),
            "false" | "off" | "0" => Ok(Header::None),
            "match" => Ok(Header::Match),
            _ => Err(wrong("HEADER takes true, false or match", option.position)),
        }
    }

    /// For each column, whether it is named.
    fn columns(
        &mut self,
        name: &str,
        find: &impl Fn(&Identifier) -> (Option<usize>, usize),
    ) -> Result<Vec<bool>> {
        let Some(option) = self.take(name) else {
            return Ok(Vec::new());
        };
        let all = || {
            let nobody = Identifier {
                name: String::new(),
                position: None,
            };
            find(&nobody).1
        };
        let mut named = vec![false; all()];
        match &option.value {
            CopyOptionValue::All => named.fill(true),
            CopyOptionValue::Columns(columns) => {
                for column in columns {
                    match find(column).0 {
                        Some(at) => named[at] = true,
                        None => {
                            return Err(Error::sql(
                                SqlState::UNDEFINED_COLUMN,
                                format!("{name}: no column \"{}\" is copied", column.name),
                            )
                            .at(column.position));
                        }
                    }
                }
            }
            _ => {
                return Err(wrong(
                    &format!("{name} takes columns in parentheses, or *"),
                    option.position,
                ));
            }
        }
        Ok(named)
    }
}

/// What the end of a file's name says; PostgreSQL's text where it says nothing.
fn format_of_name(name: &str) -> Named {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("csv") => Named::Csv,
        Some("json" | "jsonl" | "ndjson") => Named::JsonLines,
        Some("parquet") => Named::Parquet,
        _ => Named::Text,
    }
}

/// What parts fields cannot be in what stands for NULL, nor be a backslash.
fn check_signs(signs: &[u8], null: &str, at: Option<Position>) -> Result<()> {
    if signs.contains(&b'\\') {
        return Err(wrong("DELIMITER and QUOTE cannot be a backslash", at));
    }
    match signs.iter().any(|sign| null.as_bytes().contains(sign)) {
        true => Err(wrong(
            "what stands for NULL cannot contain DELIMITER or QUOTE",
            at,
        )),
        false => Ok(()),
    }
}

fn wrong(what: &str, at: Option<Position>) -> Error {
    Error::sql(SqlState::INVALID_PARAMETER_VALUE, format!("COPY: {what}")).at(at)
}
