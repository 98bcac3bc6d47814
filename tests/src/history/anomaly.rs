//! What no history may hold.

use std::fmt;

use super::event::{Key, Value};

/// A contradiction in a history. Numbers are positions in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// A transaction's reads contradict each other or its own writes: its snapshot moved.
    Internal {
        /// The transaction.
        transaction: usize,
        /// What it read.
        key: Key,
    },
    /// G1a: it read what was rolled back.
    AbortedRead {
        /// Who wrote it.
        writer: usize,
        /// Who read it.
        reader: usize,
        /// What.
        value: Value,
    },
    /// G1b: it read what its writer replaced or went on to in the same transaction.
    IntermediateRead {
        /// Who wrote it.
        writer: usize,
        /// Who read it.
        reader: usize,
        /// What.
        value: Value,
    },
    /// It read what nobody wrote.
    Garbage {
        /// Who read it.
        reader: usize,
        /// What.
        value: Value,
    },
    /// It read a value twice in one list.
    Duplicate {
        /// Who read it.
        reader: usize,
        /// What.
        value: Value,
    },
    /// Two readers saw a list in orders that cannot both be: neither is the beginning of the other.
    Incompatible {
        /// The list.
        key: Key,
        /// One reader.
        one: usize,
        /// The other.
        other: usize,
    },
    /// Both replaced the same version that they had read: one update is lost.
    LostUpdate {
        /// What was written.
        key: Key,
        /// One writer.
        one: usize,
        /// The other.
        other: usize,
    },
    /// A durable transaction is not there at the end.
    LostWrite {
        /// Who wrote it.
        writer: usize,
        /// Where.
        key: Key,
        /// What.
        value: Value,
    },
    /// Transactions that would each have to come before the other.
    Cycle(Cycle),
}

/// A cycle in the graph of what came before what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Its name.
    pub class: CycleClass,
    /// Whether it takes the order of a session, or of time.
    pub needs: Needs,
    /// The way round; each link begins where the one before it ended.
    pub links: Vec<Link>,
}

/// Adya's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CycleClass {
    /// Writes alone.
    G0,
    /// Writes and reads of them.
    G1c,
    /// One read of what another replaced.
    GSingle,
    /// More of these: write skew.
    G2,
}

/// What order beside that of versions a cycle takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needs {
    /// None: it is no serial order at all.
    Nothing,
    /// That of one connection's transactions.
    Session,
    /// That of time: it is serial, and not strictly.
    Time,
}

/// One step of a cycle: `from` came before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The earlier transaction.
    pub from: usize,
    /// The later transaction.
    pub to: usize,
    /// Why.
    pub kind: LinkKind,
}

/// Why one transaction came before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// It wrote the version before.
    WriteWrite(Key),
    /// Its version was read.
    WriteRead(Key),
    /// It read the version before.
    ReadWrite(Key),
    /// It came before on the same connection.
    Session,
    /// It had ended before the other began.
    Time,
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internal { transaction, key } => {
                write!(f, "internal: T{transaction} reads key {} two ways", key.0)
            }
            Self::AbortedRead {
                writer,
                reader,
                value,
            } => write!(
                f,
                "G1a: T{reader} read {} of T{writer}, which was rolled back",
                value.0
            ),
            Self::IntermediateRead {
                writer,
                reader,
                value,
            } => write!(
                f,
                "G1b: T{reader} read {}, which was not the last of T{writer}",
                value.0
            ),
            Self::Garbage { reader, value } => {
                write!(f, "garbage: T{reader} read {}, written by nobody", value.0)
            }
            Self::Duplicate { reader, value } => {
                write!(f, "duplicate: T{reader} read {} twice", value.0)
            }
            Self::Incompatible { key, one, other } => {
                write!(
                    f,
                    "incompatible orders of key {} in T{one} and T{other}",
                    key.0
                )
            }
            Self::LostUpdate { key, one, other } => {
                write!(
                    f,
                    "lost update of key {}: T{one} and T{other} replaced one version",
                    key.0
                )
            }
            Self::LostWrite { writer, key, value } => {
                write!(
                    f,
                    "lost write: {} of durable T{writer} is not in key {}",
                    value.0, key.0
                )
            }
            Self::Cycle(cycle) => cycle.fmt(f),
        }
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = match self.class {
            CycleClass::G0 => "G0",
            CycleClass::G1c => "G1c",
            CycleClass::GSingle => "G-single",
            CycleClass::G2 => "G2",
        };
        let needs = match self.needs {
            Needs::Nothing => "",
            Needs::Session => "-session",
            Needs::Time => "-realtime",
        };
        write!(f, "{class}{needs}:")?;
        for link in &self.links {
            write!(f, " T{} {} T{};", link.from, link.kind, link.to)?;
        }
        Ok(())
    }
}

impl fmt::Display for LinkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WriteWrite(key) => write!(f, "-ww {}→", key.0),
            Self::WriteRead(key) => write!(f, "-wr {}→", key.0),
            Self::ReadWrite(key) => write!(f, "-rw {}→", key.0),
            Self::Session => f.write_str("-session→"),
            Self::Time => f.write_str("-time→"),
        }
    }
}
