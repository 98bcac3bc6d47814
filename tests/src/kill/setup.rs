//! What all processes that work on one file must know.

use std::path::PathBuf;
use std::time::Duration;

use citadel_sql::{Kdf, Key, Options, PageSize};

use super::mix::Mix;
use crate::arguments::Arguments;

/// One file and what is done to it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The file.
    pub path: PathBuf,
    /// What every transaction is drawn from.
    pub seed: u64,
    /// What the transactions do.
    pub mix: Mix,
    /// How many threads run them.
    pub threads: u32,
}

impl Setup {
    /// The arguments that [`from_arguments`](Self::from_arguments) knows.
    pub const ARGUMENTS: [&str; 4] = ["path", "seed", "mix", "threads"];

    /// From a process's arguments.
    ///
    /// # Errors
    /// One is missing, or wrong.
    pub fn from_arguments(arguments: &Arguments) -> Result<Self, String> {
        let word = |name| arguments.word(name).ok_or(format!("--{name} is missing"));
        Ok(Self {
            path: word("path")?.into(),
            seed: arguments.number("seed", 0),
            mix: word("mix")?.parse()?,
            threads: u32::try_from(arguments.number("threads", 1)).unwrap_or(1),
        })
    }

    /// As a process's arguments.
    pub(super) fn to_arguments(&self) -> Vec<String> {
        let pairs = [
            ("--path", self.path.display().to_string()),
            ("--seed", self.seed.to_string()),
            ("--mix", self.mix.to_string()),
            ("--threads", self.threads.to_string()),
        ];
        pairs
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), value])
            .collect()
    }

    /// Where backups go.
    pub(super) fn backup_path(&self) -> PathBuf {
        self.path.with_extension("backup")
    }

    /// All files that work may leave.
    pub(super) fn files(&self) -> [PathBuf; 3] {
        let backup = self.backup_path();
        let mut partial = backup.clone().into_os_string();
        partial.push(".partial");
        [self.path.clone(), backup, partial.into()]
    }

    /// The statement that sets how durable a thread's commits are; the kernel outlives the process, so it must not matter.
    pub(super) fn durability(&self, thread: u32) -> &'static str {
        match (self.seed >> 8).wrapping_add(u64::from(thread)) % 3 {
            0 => "PRAGMA synchronous = full",
            1 => "PRAGMA synchronous = normal",
            _ => "PRAGMA synchronous = off",
        }
    }

    /// The file's key.
    pub(super) fn key() -> Key {
        Key::raw([0x4b; 32])
    }

    /// How the file is opened.
    pub(super) fn options(&self) -> Options {
        let options = Options::default()
            .kdf(Kdf::lightest())
            .busy_timeout(Duration::from_secs(60));
        let small = PageSize::new(1024).expect("a page size");
        match (self.mix, self.seed % 2) {
            (Mix::Large, _) => options.cache_bytes(1 << 20),
            (_, 0) => options.page_size(small),
            _ => options,
        }
    }
}
