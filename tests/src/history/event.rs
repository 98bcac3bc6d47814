//! What a history says.

/// A list or a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u32);

/// What is written: in one history each value is written once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(pub u64);

/// A tick of the history's clock. No two events share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub u64);

impl Time {
    /// Before everything.
    pub const START: Self = Self(0);
    /// Never known to be over.
    pub const NEVER: Self = Self(u64::MAX);
}

/// One step of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Appends to a list.
    Append(Key, Value),
    /// Reads a whole list; one that is not there is empty.
    ReadList(Key, Vec<Value>),
    /// Writes a register.
    Write(Key, Value),
    /// Reads a register.
    ReadRegister(Key, Option<Value>),
}

/// What became of a transaction, as far as its client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was acknowledged.
    Committed {
        /// Whether that promised that it outlives the end of the history.
        durable: bool,
    },
    /// It was rolled back, or never asked to commit.
    Aborted,
    /// It asked to commit and got no answer.
    Unknown,
}

/// Who ran a transaction, and by that what it is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What was there at the start: sees nothing, and all see it.
    Initial,
    /// A connection: sees all that ended before it began, and is seen by all that begin after it ended.
    Client,
    /// A process that only follows: sees all that ended before it began, and may see what nobody else sees yet.
    Follower,
    /// What was found at the end: sees all that was promised to be durable.
    Recovery,
}

/// One transaction, in the order of its steps.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// The connection; its transactions follow each other.
    pub session: u32,
    /// Who ran it.
    pub role: Role,
    /// Before its first step.
    pub began: Time,
    /// After it was told its outcome; [`Time::NEVER`] if it was not.
    pub ended: Time,
    /// What became of it.
    pub outcome: Outcome,
    /// What it did and saw.
    pub steps: Vec<Step>,
}

impl Transaction {
    /// Whether it was acknowledged.
    pub fn is_committed(&self) -> bool {
        matches!(self.outcome, Outcome::Committed { .. })
    }

    /// Whether it must be found at the end.
    pub fn is_durable(&self) -> bool {
        self.outcome == Outcome::Committed { durable: true }
    }
}

/// All transactions between one opening of a database and the next.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// In no particular order.
    pub transactions: Vec<Transaction>,
}
