//! Short forms of the refusals that the file formats share.
//!
//! A refusal names the file and the place and what to do; it never holds a cell's content or an absolute path.

use tieout_model::ReasonCode;
use tieout_pipeline::ports::SourceError;

/// What kind of refusal, what and where, and the cure.
pub(crate) fn refused(code: ReasonCode, detail: impl Into<String>, cure: impl Into<String>) -> SourceError {
    SourceError::Refused { code, detail: detail.into(), cure: cure.into() }
}

/// The file is there and cannot be read.
pub(crate) fn unreadable(detail: impl Into<String>, cure: impl Into<String>) -> SourceError {
    refused(ReasonCode::SourceUnreadable, detail, cure)
}

/// Trying again may help.
pub(crate) fn transient(detail: impl Into<String>) -> SourceError {
    SourceError::Transient { detail: detail.into() }
}
