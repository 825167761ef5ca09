//! Calls of the decoder that this crate did not write.
//!
//! It panics over some damaged files; here that is an error like any other damage.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::parquet::errors::{ParquetError, Result};

/// Decodes, or says why not. What a panic left half done must not be used again.
pub(crate) fn decoded<T>(decode: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(undecoded()))
}

/// The error for what the decoder gave up on.
fn undecoded() -> ParquetError {
    ParquetError::General("it is damaged: what it holds cannot be decoded".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        assert_eq!(decoded(|| Ok(7)).unwrap(), 7);
        assert!(matches!(
            decoded(|| -> Result<()> { Err(ParquetError::EOF("cut".to_owned())) }),
            Err(ParquetError::EOF(_))
        ));
        let error = decoded(|| -> Result<()> { panic!("index out of bounds") }).unwrap_err();
        assert_eq!(error.to_string(), "Parquet error: it is damaged: what it holds cannot be decoded");
    }
}
