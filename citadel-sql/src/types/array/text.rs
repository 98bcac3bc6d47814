//! Arrays as text, as PostgreSQL writes them: `{1,NULL,"a b"}`, and `[0:1]={1,2}` where subscripts do not begin with 1.

use super::{Array, ArrayBuilder, ArrayRef, DIMENSIONS_MAX, Dimension, Dimensions};
use crate::error::{Error, Result, SqlState};
use crate::types::temporal::Zone;
use crate::types::{ScalarType, SqlType, TimestampTz, Value, ValueRef, cast_in};

/// Appends the text of an array; moments as clocks of the zone show them.
pub(crate) fn print_array(array: ArrayRef<'_>, zone: &Zone, out: &mut String) {
    let shape = array.shape();
    let dimensions = shape.as_slice();
    if dimensions.is_empty() {
        out.push_str("{}");
        return;
    }
    if dimensions.iter().any(|dimension| dimension.lower != 1) {
        for dimension in dimensions {
            out.push_str(&format!("[{}:{}]", dimension.lower, dimension.upper()));
        }
        out.push('=');
    }
    // How many elements a brace of each depth holds.
    let mut held: Vec<usize> = dimensions.iter().map(|dimension| dimension.len).collect();
    for depth in (1..held.len()).rev() {
        held[depth - 1] *= held[depth];
    }
    for (at, value) in array.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        held.iter()
            .filter(|held| at % **held == 0)
            .for_each(|_| out.push('{'));
        print_element(value, zone, out);
        let end = at + 1;
        held.iter()
            .filter(|held| end % **held == 0)
            .for_each(|_| out.push('}'));
    }
}

fn print_element(value: ValueRef<'_>, zone: &Zone, out: &mut String) {
    if value.is_null() {
        return out.push_str("NULL");
    }
    let text = element_text(value, zone);
    let is_plain = !text.is_empty()
        && !text.eq_ignore_ascii_case("null")
        && !text
            .bytes()
            .any(|byte| matches!(byte, b'{' | b'}' | b',' | b'"' | b'\\') || is_space(byte));
    if is_plain {
        return out.push_str(&text);
    }
    out.push('"');
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out.push('"');
}

/// The text of an element that is not NULL, as it stands in an array: truth values as one letter.
pub(crate) fn element_text(value: ValueRef<'_>, zone: &Zone) -> String {
    match value {
        ValueRef::Boolean(value) => (if value { "t" } else { "f" }).to_owned(),
        value => match cast_in(value, SqlType::Text, zone, None) {
            Ok(Value::Text(text)) => text,
            // Everything has a text.
            _ => String::new(),
        },
    }
}

/// Reads an array.
///
/// # Errors
/// The text is none, or an element is none of its type.
pub(crate) fn parse_array(
    text: &str,
    element: ScalarType,
    zone: &Zone,
    now: Option<TimestampTz>,
) -> Result<Array> {
    let mut parser = Parser {
        text,
        at: 0,
        builder: ArrayBuilder::new(element),
        element,
        zone,
        now,
        lens: [None; DIMENSIONS_MAX],
        leaf: None,
    };
    parser.skip_space();
    let said = parser.dimensions()?;
    if parser.peek() != Some(b'{') {
        return Err(parser.malformed());
    }
    parser.braces(0)?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.malformed());
    }
    let mut dimensions = Vec::new();
    for len in parser.lens.iter().map_while(|len| *len) {
        dimensions.push(Dimension { len, lower: 1 });
    }
    if !said.is_empty() {
        let is_same = said.len() == dimensions.len()
            && said.iter().zip(&dimensions).all(|(a, b)| a.len == b.len);
        if !is_same {
            return Err(parser.malformed());
        }
        dimensions = said;
    }
    let dimensions = Dimensions::new(&dimensions)?;
    Ok(parser.builder.finish(&dimensions))
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    builder: ArrayBuilder,
    element: ScalarType,
    zone: &'t Zone,
    now: Option<TimestampTz>,
    /// How many things each pair of braces of a depth has.
    lens: [Option<usize>; DIMENSIONS_MAX],
    /// The depth at which elements stand.
    leaf: Option<usize>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Takes a byte if it is next.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// `[1:2][0:4]=`
    fn dimensions(&mut self) -> Result<Vec<Dimension>> {
        let mut said = Vec::new();
        while self.takes(b'[') {
            let first = self.number()?;
            let (lower, upper) = match self.takes(b':') {
                true => (first, self.number()?),
                false => (1, first),
            };
            if !self.takes(b']') {
                return Err(self.malformed());
            }
            if upper < lower {
                return Err(Error::sql(
                    SqlState::ARRAY_SUBSCRIPT_ERROR,
                    "upper bound cannot be less than lower bound",
                ));
            }
            let len = i64::from(upper) - i64::from(lower) + 1;
            said.push(Dimension {
                len: usize::try_from(len).unwrap_or(usize::MAX),
                lower,
            });
            self.skip_space();
        }
        if !said.is_empty() {
            if !self.takes(b'=') {
                return Err(self.malformed());
            }
            self.skip_space();
        }
        Ok(said)
    }

    fn number(&mut self) -> Result<i32> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+'))
        {
            self.at += 1;
        }
        let number = self.text[start..self.at].parse();
        number.map_err(|_| self.malformed())
    }

    /// `{…}`, at a depth that is below the most there may be.
    fn braces(&mut self, depth: usize) -> Result<()> {
        if depth == DIMENSIONS_MAX {
            return Err(Error::sql(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!(
                    "number of array dimensions exceeds the maximum allowed ({DIMENSIONS_MAX})"
                ),
            ));
        }
        self.at += 1;
        let mut count = 0;
        self.skip_space();
        if !self.takes(b'}') {
            loop {
                self.skip_space();
                if self.peek() == Some(b'{') {
                    if self.leaf == Some(depth) {
                        return Err(self.malformed());
                    }
                    self.braces(depth + 1)?;
                } else {
                    if *self.leaf.get_or_insert(depth) != depth {
                        return Err(self.malformed());
                    }
                    self.item()?;
                }
                count += 1;
                self.skip_space();
                if self.takes(b'}') {
                    break;
                }
                if !self.takes(b',') {
                    return Err(self.malformed());
                }
            }
        }
        match self.lens[depth] {
            None => self.lens[depth] = Some(count),
            Some(len) if len == count => {}
            Some(_) => return Err(self.malformed()),
        }
        Ok(())
    }

    /// One element: NULL, or a text in quotes or not.
    fn item(&mut self) -> Result<()> {
        let (text, is_bare) = match self.peek() {
            Some(b'"') => (self.quoted()?, false),
            _ => self.unquoted()?,
        };
        if is_bare && text.eq_ignore_ascii_case("null") {
            return self.builder.push(ValueRef::Null);
        }
        let to = self.element.sql_type();
        let value = cast_in(ValueRef::Text(&text), to, self.zone, self.now)?;
        self.builder.push(value.as_ref())
    }

    fn quoted(&mut self) -> Result<String> {
        let mut out = String::new();
        self.at += 1;
        loop {
            let Some(char) = self.text[self.at..].chars().next() else {
                return Err(self.malformed());
            };
            self.at += char.len_utf8();
            match char {
                '"' => return Ok(out),
                '\\' => out.push(self.escaped()?),
                char => out.push(char),
            }
        }
    }

    /// What stands to the next comma or brace, and whether nothing in it is escaped.
    fn unquoted(&mut self) -> Result<(String, bool)> {
        let (mut out, mut is_bare) = (String::new(), true);
        // White space behind this is not part of it.
        let mut kept = 0;
        while let Some(char) = self.text[self.at..].chars().next() {
            match char {
                ',' | '}' => break,
                '{' | '"' => return Err(self.malformed()),
                '\\' => {
                    self.at += 1;
                    is_bare = false;
                    out.push(self.escaped()?);
                    kept = out.len();
                }
                char => {
                    self.at += char.len_utf8();
                    out.push(char);
                    if !char.is_ascii() || !is_space(char as u8) {
                        kept = out.len();
                    }
                }
            }
        }
        out.truncate(kept);
        if out.is_empty() {
            return Err(self.malformed());
        }
        Ok((out, is_bare))
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Result<char> {
        let Some(char) = self.text[self.at..].chars().next() else {
            return Err(self.malformed());
        };
        self.at += char.len_utf8();
        Ok(char)
    }

    #[cold]
    fn malformed(&self) -> Error {
        const SHOWN: usize = 60;
        let (shown, more) = match self.text.char_indices().nth(SHOWN) {
            Some((end, _)) => (&self.text[..end], "…"),
            None => (self.text, ""),
        };
        Error::sql(
            SqlState::INVALID_TEXT_REPRESENTATION,
            format!("malformed array literal: \"{shown}{more}\""),
        )
    }
}

/// What PostgreSQL passes over between elements.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::testing::of_type;

    fn texts(text: &str) -> Result<String> {
        parse_array(text, ScalarType::Text, &Zone::default(), None).map(|array| array.to_string())
    }

    #[test]
    fn texts_are_read_and_printed() {
        for (given, printed) in [
            ("{}", "{}"),
            (
                " { a , b c ,\"d \" , nULL, \"null\" } ",
                "{a,\"b c\",\"d \",NULL,\"null\"}",
            ),
            (r#"{a\ ,"\"\\",\{}"#, r#"{"a ","\"\\","{"}"#),
            ("{{a,b},{c,d}}", "{{a,b},{c,d}}"),
            ("[2:3]={a,b}", "[2:3]={a,b}"),
            ("[2] = {a,b}", "{a,b}"),
            ("[1:1][-1:0]={{a,b}}", "[1:1][-1:0]={{a,b}}"),
            ("{{},{}}", "{}"),
            ("{\"\"}", "{\"\"}"),
            ("{\\null}", "{\"null\"}"),
        ] {
            assert_eq!(texts(given).unwrap(), printed, "{given}");
        }
    }

    #[test]
    fn other_texts_are_malformed() {
        for wrong in [
            "",
            "a",
            "{",
            "{a",
            "{a,}",
            "{,a}",
            "{a}}",
            "{a} b",
            "{\"a\"b}",
            "{a\"b}",
            "{a{b}}",
            "{{a},b}",
            "{a,{b}}",
            "{{a},{b,c}}",
            "{{a},{}}",
            "[1:2]={a}",
            "[2:1]={a}",
            "[a]={a}",
            "[1:1]{a}",
            "{\"a",
            "{a\\",
            "{{{{{{{a}}}}}}}",
        ] {
            assert!(texts(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(array in prop::sample::select(ScalarType::ALL.to_vec())
            .prop_flat_map(|element| of_type(SqlType::Array(element))))
        {
            let Value::Array(array) = array else { unreachable!() };
            let element = array.as_ref().element_type();
            let read = parse_array(&array.to_string(), element, &Zone::default(), None).unwrap();
            prop_assert_eq!(read, array);
        }

        #[test]
        fn arbitrary_texts_never_panic(text in "[{}a,\\\\\" \\[\\]:=1é]{0,20}") {
            let _ = texts(&text);
        }
    }
}
