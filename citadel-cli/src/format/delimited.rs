//! Values with something between: csv, tsv, list.

use std::io::{self, Write};

use citadel_sql::Row;

use super::{ResultWriter, Style, text};

/// Writes values between separators, each made safe by the mode's own rule.
pub(super) struct DelimitedWriter<'a> {
    out: &'a mut dyn Write,
    separator: &'a str,
    null: &'a str,
    escape: fn(&str) -> String,
}

/// RFC 4180 but for the line end, which is a newline. NULL is empty, an empty text is `""`.
pub(super) fn begin_csv<'a>(
    style: &'a Style,
    names: &[String],
    out: &'a mut dyn Write,
) -> io::Result<DelimitedWriter<'a>> {
    DelimitedWriter::begin(style, names, out, ",", csv_escape)
}

/// Tabs between values; tab, newline and backslash are written as `\t`, `\n`, `\\`; NULL is `\N`.
pub(super) fn begin_tsv<'a>(
    style: &'a Style,
    names: &[String],
    out: &'a mut dyn Write,
) -> io::Result<DelimitedWriter<'a>> {
    let mut writer = DelimitedWriter::begin(style, names, out, "\t", tsv_escape)?;
    writer.null = style.null_or("\\N");
    Ok(writer)
}

/// The style's separator between values, which are written as they are.
pub(super) fn begin_list<'a>(
    style: &'a Style,
    names: &[String],
    out: &'a mut dyn Write,
) -> io::Result<DelimitedWriter<'a>> {
    DelimitedWriter::begin(style, names, out, &style.separator, str::to_owned)
}

impl<'a> DelimitedWriter<'a> {
    fn begin(
        style: &'a Style,
        names: &[String],
        out: &'a mut dyn Write,
        separator: &'a str,
        escape: fn(&str) -> String,
    ) -> io::Result<Self> {
        if style.header {
            let names: Vec<String> = names.iter().map(|n| escape(n)).collect();
            writeln!(out, "{}", names.join(separator))?;
        }
        Ok(Self {
            out,
            separator,
            null: style.null_or(""),
            escape,
        })
    }
}

impl ResultWriter for DelimitedWriter<'_> {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        for column in 0..row.column_count() {
            let value = row.get_ref(column).map_err(io::Error::other)?;
            if column > 0 {
                self.out.write_all(self.separator.as_bytes())?;
            }
            if value.is_null() {
                self.out.write_all(self.null.as_bytes())?;
            } else {
                let text = text::full(value, "");
                self.out.write_all((self.escape)(&text).as_bytes())?;
            }
        }
        self.out.write_all(b"\n")
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn csv_escape(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.contains(['"', ',', '\n', '\r'])
        && !text.starts_with(' ')
        && !text.ends_with(' ');
    if plain {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn tsv_escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\t', "\\t")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_needs_it() {
        assert_eq!(csv_escape("plain"), "plain");
        assert_eq!(csv_escape("a,b"), "\"a,b\"");
        assert_eq!(csv_escape("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(csv_escape("two\nlines"), "\"two\nlines\"");
        assert_eq!(csv_escape(""), "\"\"");
    }

    #[test]
    fn tsv_never_breaks_a_line() {
        assert_eq!(tsv_escape("a\tb\nc\\"), "a\\tb\\nc\\\\");
    }
}
