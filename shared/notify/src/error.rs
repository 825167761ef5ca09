//! Why a message could not be composed.

/// Why a message could not be composed. None is worth a retry: the input is wrong.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// There is nobody to write to.
    #[error("the message has no recipient; name one under [[notify.recipients]] for this outcome")]
    NoRecipients,
    /// A mail address is not one. The address itself is personal and not shown.
    #[error("the mail address of the {role} is not valid; write it as name@example.com in control.toml")]
    Address {
        /// Whose: `sender`, or `recipient 2` counted from 1.
        role: String,
        /// What is wrong with it.
        #[source]
        source: lettre::address::AddressError,
    },
    /// The message id is not of the form `<left@right>` in plain ASCII.
    #[error("the message id is not of the form <left@right>")]
    MessageId,
    /// The date cannot stand in a message.
    #[error("the message's date lies outside the years that e-mail can write")]
    Date,
    /// The body could not be put together.
    #[error("the message's text could not be rendered")]
    Body(#[source] askama::Error),
    /// The parts could not be put together.
    #[error("the message could not be put together")]
    Message(#[source] lettre::error::Error),
}
