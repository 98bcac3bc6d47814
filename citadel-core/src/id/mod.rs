//! Numbers with types: a page, a generation and a size never mix.

mod file_id;
mod generation;
mod page_no;
mod page_size;

pub use file_id::FileId;
pub use generation::Generation;
pub use page_no::PageNo;
pub use page_size::PageSize;
