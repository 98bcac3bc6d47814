//! Reading JSON (RFC 8259), as far as a row needs it: an object a line.

/// Arrays and objects lie within one another at most so deep.
const DEPTH_MAX: usize = 32;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Boolean(bool),
    /// As it is written, so that nothing is rounded on the way.
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text that is one value.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut reader = Reader { rest: text };
        let value = reader.value(0)?;
        reader.skip_space();
        match reader.rest {
            "" => Ok(value),
            _ => Err("something follows the value"),
        }
    }

    /// What it is, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes `mark` if it comes next.
    fn takes(&mut self, mark: &str) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Result<Json, &'static str> {
        if depth > DEPTH_MAX {
            return Err("values are nested too deep");
        }
        if self.takes("null") {
            Ok(Json::Null)
        } else if self.takes("true") {
            Ok(Json::Boolean(true))
        } else if self.takes("false") {
            Ok(Json::Boolean(false))
        } else if self.takes("\"") {
            self.text().map(Json::Text)
        } else if self.takes("[") {
            self.array(depth)
        } else if self.takes("{") {
            self.object(depth)
        } else {
            self.number()
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, &'static str> {
        let mut values = Vec::new();
        if self.takes("]") {
            return Ok(Json::Array(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.takes("]") {
                return Ok(Json::Array(values));
            }
            if !self.takes(",") {
                return Err("an array does not end");
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, &'static str> {
        let mut fields = Vec::new();
        if self.takes("}") {
            return Ok(Json::Object(fields));
        }
        loop {
            if !self.takes("\"") {
                return Err("an object's key is a text");
            }
            let key = self.text()?;
            if !self.takes(":") {
                return Err("a colon must follow an object's key");
            }
            fields.push((key, self.value(depth + 1)?));
            if self.takes("}") {
                return Ok(Json::Object(fields));
            }
            if !self.takes(",") {
                return Err("an object does not end");
            }
        }
    }

    fn number(&mut self) -> Result<Json, &'static str> {
        let of_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|c| !of_number(c));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let digits = number.strip_prefix('-').unwrap_or(number);
        let led_by_zero = digits.len() > 1
            && digits.starts_with('0')
            && digits[1..].starts_with(|c: char| c.is_ascii_digit());
        if !digits.starts_with(|c: char| c.is_ascii_digit())
            || led_by_zero
            || number.ends_with('.')
            || number.parse::<f64>().is_err()
        {
            return Err("no value");
        }
        self.rest = rest;
        Ok(Json::Number(number.to_owned()))
    }

    /// A text from behind its first `"`.
    fn text(&mut self) -> Result<String, &'static str> {
        let mut text = String::new();
        loop {
            let end = self.rest.find(['"', '\\']).ok_or("a text does not end")?;
            let part = &self.rest[..end];
            if part.contains(|c: char| c < ' ') {
                return Err("a control character within a text");
            }
            text.push_str(part);
            let ends = self.rest[end..].starts_with('"');
            self.rest = &self.rest[end + 1..];
            if ends {
                return Ok(text);
            }
            text.push(self.escaped()?);
        }
    }

    /// The character behind a `\`.
    fn escaped(&mut self) -> Result<char, &'static str> {
        let mut characters = self.rest.chars();
        let mark = characters.next().ok_or("a text does not end")?;
        self.rest = characters.as_str();
        Ok(match mark {
            '"' | '\\' | '/' => mark,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.code_point(),
            _ => return Err("no such escape"),
        })
    }

    /// What `\u` names, or two of them: the halves of a surrogate pair.
    fn code_point(&mut self) -> Result<char, &'static str> {
        const BROKEN: &str = "\\u does not name a character";
        let first = self.unit().ok_or(BROKEN)?;
        let code = if (0xD800..0xDC00).contains(&first) {
            self.rest = self.rest.strip_prefix("\\u").ok_or(BROKEN)?;
            let second = self.unit().ok_or(BROKEN)?;
            let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400);
            0x10000 + (first - 0xD800) * 0x400 + low.ok_or(BROKEN)?
        } else {
            first
        };
        char::from_u32(code).ok_or(BROKEN)
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4)?;
        self.rest = &self.rest[4..];
        let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| all_hex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        let read = Json::parse(
            r#" {"a": [1, -2.5e3, null], "b\u00e9\ud83d\ude00\n": "x", "c": {}, "d": true} "#,
        );
        let number = |text: &str| Json::Number(text.to_owned());
        let expected = vec![
            (
                "a",
                Json::Array(vec![number("1"), number("-2.5e3"), Json::Null]),
            ),
            ("bé😀\n", Json::Text("x".to_owned())),
            ("c", Json::Object(Vec::new())),
            ("d", Json::Boolean(true)),
        ];
        let expected = expected
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value));
        assert_eq!(read, Ok(Json::Object(expected.collect())));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            ".5",
            "+1",
            "1 2",
            "nul",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\u+123\"",
            "\"open",
            "\"a\tb\"",
            "[1 2]",
            "NaN",
            "--1",
        ] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
        assert!(Json::parse(&"[".repeat(100_000)).is_err());
    }
}
