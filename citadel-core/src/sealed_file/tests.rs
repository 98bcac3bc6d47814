//! The promises of a sealed file.
