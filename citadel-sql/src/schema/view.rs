//! Views.

/// Identity of a view for the life of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ViewId(pub(crate) u64);

/// A query with a name. It is bound anew, from its text, wherever the name stands.
#[derive(Clone, Debug)]
pub(crate) struct ViewDef {
    pub(crate) id: ViewId,
    pub(crate) name: String,
    /// The CREATE VIEW that made it, as the user wrote it.
    pub(crate) sql: String,
}
