//! What the program could not do, with its exit code and a message for the person who can act.

use std::error::Error;
use std::process::ExitCode;

use tieout_pipeline::OperateError;

/// A failure of the program.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    code: u8,
}

/// Bad input or definition: nothing ran.
const BAD_INPUT: u8 = 2;
/// The control did not operate, or the machine failed.
const NOT_OPERATED: u8 = 3;

impl Failure {
    /// Bad input or definition; nothing ran.
    pub(super) fn bad_input(error: &dyn Error) -> Self {
        Self { message: chain(error), code: BAD_INPUT }
    }

    /// Bad input, described in words.
    pub(super) fn bad_input_text(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: BAD_INPUT }
    }

    /// Mistakes in a definition, one a line; they are printed as they are.
    pub(super) fn definition(diagnostics: &tieout_catalog::Diagnostics) -> Self {
        let count = diagnostics.len();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        Self { message: format!("{count} {noun} in the definition\n{diagnostics}"), code: BAD_INPUT }
    }

    /// The control did not operate.
    pub(super) fn not_operated(error: &dyn Error) -> Self {
        Self { message: chain(error), code: NOT_OPERATED }
    }

    /// A failure of the machine or of the program itself, described in words.
    pub(super) fn machine(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: NOT_OPERATED }
    }

    /// Prints the message to standard error and gives the exit code.
    pub(super) fn report(&self) -> ExitCode {
        eprintln!("tieout: {}", self.message);
        ExitCode::from(self.code)
    }
}

impl From<OperateError> for Failure {
    fn from(error: OperateError) -> Self {
        match &error {
            OperateError::Parameter(_) => Self::bad_input(&error),
            OperateError::Stage(_) => Self::not_operated(&error),
        }
    }
}

/// An error and its causes, one a line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        message.push_str("\n  because ");
        message.push_str(&inner.to_string());
        cause = inner.source();
    }
    message
}
