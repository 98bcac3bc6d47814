//! COMMENT ON.

use citadel_txn::WriteTxn;

use crate::error::Result;
use crate::schema::{CommentOn, SchemaChange};

/// Notes what is said of something, or that nothing is.
///
/// # Errors
/// Storage errors.
pub(crate) fn put_comment(txn: &mut WriteTxn, on: &CommentOn, text: Option<&str>) -> Result<()> {
    let mut change = SchemaChange::begin(txn)?;
    change.put_comment(on, text)?;
    change.finish()
}
