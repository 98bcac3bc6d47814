//! Where the tour's file is, and what opens it.

use std::path::{Path, PathBuf};

use citadel_sql::{Connection, Key, Options};

use crate::args::KeyArgs;
use crate::exit::{Failure, Outcome};
use crate::key;

/// The name of the file, if none is given.
const NAME: &str = "citadel-demo";

/// What opens the file, if no key is given. It is no secret, and the data is none either.
const PASSPHRASE: &str = "citadel demo";

/// A file that is not there yet, and its key.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    key: Key,
    key_words: KeyWords,
}

/// How a command line says the key.
#[derive(Debug)]
enum KeyWords {
    /// The tour's own passphrase, in the variable.
    Own,
    /// The variable, which was set already.
    Variable,
    /// `--key-file`.
    File(PathBuf),
    /// `--key-fd`; it cannot be read again.
    Descriptor,
}

impl Place {
    /// The file that is asked for, which must not exist, or the first free name in this directory.
    pub(super) fn find(file: Option<PathBuf>, args: &KeyArgs) -> Outcome<Self> {
        let path = match file {
            None => free_name(),
            Some(path) if path.symlink_metadata().is_ok() => {
                return Err(Failure::Exists {
                    path: path.display().to_string(),
                });
            }
            Some(path) => path,
        };
        let given = key::given(args)?;
        let key_words = match (&given, &args.key_file, args.key_fd) {
            (None, ..) => KeyWords::Own,
            (_, _, Some(_)) => KeyWords::Descriptor,
            (_, Some(file), _) => KeyWords::File(file.clone()),
            _ => KeyWords::Variable,
        };
        Ok(Self {
            path,
            key: given.unwrap_or_else(|| Key::passphrase(PASSPHRASE)),
            key_words,
        })
    }

    /// Creates the file.
    pub(super) fn create(&self) -> Outcome<Connection> {
        self.connect(Options::default())
    }

    /// Opens the file that was created.
    pub(super) fn open(&self) -> Outcome<Connection> {
        self.connect(Options::default().create(false))
    }

    fn connect(&self, options: Options) -> Outcome<Connection> {
        Connection::open_with(&self.path, self.key.clone(), options).map_err(|source| {
            Failure::Open {
                path: self.name(),
                source,
            }
        })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Is the key the tour's own passphrase?
    pub(super) fn has_own_passphrase(&self) -> bool {
        matches!(self.key_words, KeyWords::Own)
    }

    /// The file for people.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// A command that opens the file in the shell, and what to try there.
    pub(super) fn how_to_open(&self) -> String {
        let program = program();
        let file = shell_word(&self.name());
        let command = match &self.key_words {
            KeyWords::Own => format!("{}='{PASSPHRASE}' {program} {file}", key::VARIABLE),
            KeyWords::Variable => format!("{program} {file}"),
            KeyWords::Descriptor => format!("{program} --key-fd N {file}"),
            KeyWords::File(key) => {
                let key = shell_word(&key.display().to_string());
                format!("{program} --key-file {key} {file}")
            }
        };
        format!(
            "The file stays. Open it in the shell:\n\n    {command}\n\nand try, for example:\n\n    .schema\n    \
             SELECT section, COUNT(*) AS packages FROM packages GROUP BY section ORDER BY packages DESC LIMIT 5;\n    \
             SELECT b.package, a.emb <=> b.emb AS distance FROM packages a JOIN packages b ON b.id <> a.id\n      \
             WHERE a.package = 'ginkgo' ORDER BY distance LIMIT 5;"
        )
    }
}

fn free_name() -> PathBuf {
    let numbered = (2..).map(|n| PathBuf::from(format!("{NAME}-{n}.citadel")));
    let mut names = std::iter::once(PathBuf::from(format!("{NAME}.citadel"))).chain(numbered);
    names
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or_else(|| PathBuf::from(NAME))
}

/// This program as it can be called from here.
fn program() -> String {
    let path = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("citadel"));
    let here = std::env::current_dir().unwrap_or_default();
    let path = match path.strip_prefix(&here) {
        Ok(relative) if !relative.as_os_str().is_empty() => Path::new(".").join(relative),
        _ => path,
    };
    shell_word(&path.display().to_string())
}

/// A word that the shell takes as it is.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+=:@%,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_the_shell_would_break_them() {
        assert_eq!(shell_word("a/b.db"), "a/b.db");
        assert_eq!(shell_word("it's here"), "'it'\\''s here'");
    }
}
