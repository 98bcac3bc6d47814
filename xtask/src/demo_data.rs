//! The demo's sample: a prefix of the full data set, whose rows are in hash order, so that a prefix is a uniform sample.

use crate::command::{Result, root};

/// Makes the sample anew. Says so when the full data set is not there.
pub(crate) fn make() -> Result<()> {
    let source = root().join("../shared/data");
    if !source.is_dir() {
        return Err(format!(
            "the full data set is not at {}; the sample in the repository stays as it is",
            source.display()
        ));
    }
    Err("not yet".to_owned())
}
