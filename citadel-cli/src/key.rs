//! Where the key comes from: a file descriptor, a file, the environment, a prompt. Never the command line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use citadel_sql::Key;
use zeroize::{Zeroize, Zeroizing};

use crate::args::KeyArgs;
use crate::exit::{Failure, Outcome};
use crate::terminal;

/// The variable that may hold the key.
pub(crate) const VARIABLE: &str = "CITADEL_KEY";

/// The variable that may hold a new key.
const NEW_VARIABLE: &str = "CITADEL_NEW_KEY";

/// What a raw key begins with.
const RAW_PREFIX: &str = "hex:";

/// The longest text that is taken for a key: a longer file is not a key file.
const TEXT_BYTES_MAX: usize = 4096;

/// The key that was given, or one that is asked for. `new_file`: it is asked for twice.
pub(crate) fn obtain(args: &KeyArgs, new_file: bool) -> Outcome<Key> {
    match given(args)? {
        Some(key) => Ok(key),
        None => prompt(new_file),
    }
}

/// A new key: from a file, the environment, or a prompt that asks twice.
pub(crate) fn obtain_new(file: Option<&Path>) -> Outcome<Key> {
    if let Some(path) = file {
        return read(path, &path.display().to_string());
    }
    match from_variable(NEW_VARIABLE)? {
        Some(key) => Ok(key),
        None => prompt(true),
    }
}

/// The key from descriptor, file or environment.
pub(crate) fn given(args: &KeyArgs) -> Outcome<Option<Key>> {
    if let Some(fd) = args.key_fd {
        let path = format!("/dev/fd/{fd}");
        return read(Path::new(&path), &format!("file descriptor {fd}")).map(Some);
    }
    if let Some(path) = &args.key_file {
        return read(path, &path.display().to_string()).map(Some);
    }
    from_variable(VARIABLE)
}

fn from_variable(variable: &str) -> Outcome<Option<Key>> {
    match std::env::var(variable) {
        Ok(text) => parse(Zeroizing::new(text), variable).map(Some),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::Usage(format!("{variable} is not UTF-8")))
        }
    }
}

/// Reads a key to its end. One line end at the end does not count.
fn read(path: &Path, name: &str) -> Outcome<Key> {
    let unreadable =
        |error: io::Error| Failure::Usage(format!("cannot read the key from {name}: {error}"));
    let mut bytes = Zeroizing::new(Vec::with_capacity(TEXT_BYTES_MAX + 1));
    File::open(path)
        .map_err(unreadable)?
        .take(TEXT_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > TEXT_BYTES_MAX {
        return Err(Failure::Usage(format!("{name} is too long for a key")));
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::Usage(format!("the key from {name} is not UTF-8")))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    parse(Zeroizing::new(text.to_owned()), name)
}

/// `hex:` and 64 digits is a raw key; anything else a passphrase.
fn parse(text: Zeroizing<String>, name: &str) -> Outcome<Key> {
    if text.is_empty() {
        return Err(Failure::Usage(format!("the key from {name} is empty")));
    }
    match text.strip_prefix(RAW_PREFIX) {
        None => Ok(Key::passphrase(text.as_str())),
        Some(digits) => {
            let mut raw = raw_key(digits).ok_or_else(|| {
                Failure::Usage(format!(
                    "the key from {name} begins with {RAW_PREFIX} and must go on with exactly 64 hexadecimal digits"
                ))
            })?;
            let key = Key::raw(raw);
            raw.zeroize();
            Ok(key)
        }
    }
}

fn raw_key(digits: &str) -> Option<[u8; 32]> {
    let digits = digits.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(value(pair[0])? * 16 + value(pair[1])?).ok()?;
    }
    Some(key)
}

/// Asks at the terminal, without echo.
fn prompt(new_file: bool) -> Outcome<Key> {
    if !terminal::stdin_is_terminal() && !terminal::stderr_is_terminal() {
        return Err(Failure::Usage(format!(
            "no key: give one by --key-file, --key-fd or the variable {VARIABLE}"
        )));
    }
    let ask = |what: &str| {
        rpassword::prompt_password(what)
            .map(Zeroizing::new)
            .map_err(Failure::io("cannot ask for the passphrase"))
    };
    if !new_file {
        return parse(ask("Passphrase: ")?, "the prompt");
    }
    let first = ask("New passphrase: ")?;
    if *first != *ask("The same again: ")? {
        return Err(Failure::Usage("the two passphrases differ".to_owned()));
    }
    parse(first, "the prompt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn debug(text: &str) -> String {
        match parse(Zeroizing::new(text.to_owned()), "test") {
            Ok(key) => format!("{key:?}"),
            Err(_) => "error".to_owned(),
        }
    }

    #[test]
    fn hex_and_64_digits_is_raw_and_a_slip_is_no_passphrase() {
        let digits = "0123456789abcdefABCDEF0123456789".repeat(2);
        assert_eq!(debug(&format!("hex:{digits}")), "Key(raw)");
        assert_eq!(debug(&digits), "Key(passphrase)");
        assert_eq!(debug("hex:12"), "error");
        assert_eq!(debug(&format!("hex:{}g", &digits[1..])), "error");
        assert_eq!(debug(""), "error");
    }

    #[test]
    fn digits_are_bytes_in_order() {
        let key = raw_key(&format!("{}ff", "00".repeat(31))).unwrap();
        assert_eq!(key[31], 255);
        assert_eq!(key[..31], [0; 31]);
    }
}
