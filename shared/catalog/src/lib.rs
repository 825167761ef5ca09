//! Control definitions as data, and the loader that validates them.

mod definition;

pub use definition::*;
