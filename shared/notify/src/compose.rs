//! Composing: the complete message (RFC 5322 with MIME), ready for any channel.
//!
//! Whatever the mail library would make up is given: boundaries are derived from the package's digest, date and id
//! are inputs.

use askama::Template;
use jiff::Timestamp;
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, MultiPartBuilder, SinglePart};
use tieout_model::{Outcome, visible_line};

use crate::summary::Summary;
use crate::{Address, MessageInput, NotifyError, subject};

/// The largest HTML part, in bytes: above about 102 kB some mail programs cut a message off.
const HTML_LIMIT_BYTES: usize = 95_000;

/// How many entries of each kind are tried, from many to few, until the HTML part is small enough.
const ENTRY_LIMITS: [usize; 5] = [25, 12, 6, 3, 1];

/// Composes the message: text and HTML that say the same, and `exceptions.csv` where it is small enough to attach.
///
/// The same input gives the same bytes.
pub fn compose(input: &MessageInput<'_>) -> Result<Vec<u8>, NotifyError> {
    if input.recipients.is_empty() {
        return Err(NotifyError::NoRecipients);
    }
    let mut message = Message::builder()
        .date(whole_second(input.date)?.into())
        .from(mailbox(input.from, "sender")?)
        .subject(subject(input.result))
        .message_id(Some(message_id(input.message_id)?))
        // No out-of-office replies to a program (RFC 3834).
        .header(AutoSubmitted);
    for (place, recipient) in input.recipients.iter().enumerate() {
        message = message.to(mailbox(recipient, &format!("recipient {}", place + 1))?);
    }
    let mut parts = boundary(MultiPart::mixed(), "mixed", input).multipart(bodies(input)?);
    if let Some(content) = input.exceptions.and_then(|file| file.attachable()) {
        parts = parts.singlepart(attachment(input, content));
    }
    Ok(message.multipart(parts).map_err(NotifyError::Message)?.formatted())
}

/// The text and the HTML form of the same summary.
fn bodies(input: &MessageInput<'_>) -> Result<MultiPart, NotifyError> {
    let (mut html, mut text) = (String::new(), String::new());
    for limit in ENTRY_LIMITS {
        let summary = &Summary::new(input, limit);
        html = HtmlBody { summary }.render().map_err(NotifyError::Body)?;
        text = TextBody { summary }.render().map_err(NotifyError::Body)?;
        if html.len() <= HTML_LIMIT_BYTES {
            break;
        }
    }
    Ok(boundary(MultiPart::alternative(), "alternative", input)
        .singlepart(body(ContentType::TEXT_PLAIN, text))
        .singlepart(body(ContentType::TEXT_HTML, html)))
}

#[derive(Template)]
#[template(path = "message.html", whitespace = "minimize")]
struct HtmlBody<'a> {
    summary: &'a Summary,
}

#[derive(Template)]
#[template(path = "message.txt")]
struct TextBody<'a> {
    summary: &'a Summary,
}

/// A body in quoted-printable: short lines whatever the text, and no line that could pass for a boundary.
fn body(content_type: ContentType, text: String) -> SinglePart {
    SinglePart::builder().header(content_type).header(ContentTransferEncoding::QuotedPrintable).body(text)
}

fn attachment(input: &MessageInput<'_>, content: &[u8]) -> SinglePart {
    // Short enough to stand unsplit in its header line: some mail programs cannot join a split name (RFC 2231).
    let name = format!("exceptions-{}.csv", input.result.cutoff_date);
    let csv = ContentType::parse("text/csv; charset=utf-8").unwrap_or(ContentType::TEXT_PLAIN);
    Attachment::new(name).body(content.to_vec(), csv)
}

/// Sets a boundary that belongs to this package and that neither encoding of the parts can contain.
fn boundary(parts: MultiPartBuilder, kind: &str, input: &MessageInput<'_>) -> MultiPartBuilder {
    let hex = input.package_digest.to_hex();
    parts.boundary(format!("=_tieout_{kind}_{}", hex.get(..32).unwrap_or(&hex)))
}

fn whole_second(date: Timestamp) -> Result<Timestamp, NotifyError> {
    let date = Timestamp::from_second(date.as_second()).map_err(|_| NotifyError::Date)?;
    // The header writes years from 1970 to 9999.
    if date < Timestamp::UNIX_EPOCH { Err(NotifyError::Date) } else { Ok(date) }
}

fn mailbox(address: &Address, role: &str) -> Result<Mailbox, NotifyError> {
    let email = address.email.parse().map_err(|source| NotifyError::Address { role: role.to_owned(), source })?;
    let name = visible_line(&address.name);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), email))
}

/// Checks the form `<left@right>` (RFC 5322, section 3.6.4).
fn message_id(text: &str) -> Result<String, NotifyError> {
    let inside = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).ok_or(NotifyError::MessageId)?;
    let (left, right) = inside.split_once('@').ok_or(NotifyError::MessageId)?;
    let plain = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
        !part.is_empty() && part.bytes().all(allowed)
    };
    // A header line has at most 998 bytes (RFC 5322, section 2.1.1).
    if !plain(left) || !plain(right) || text.len() > 900 {
        return Err(NotifyError::MessageId);
    }
    Ok(text.to_owned())
}

/// The header `Auto-Submitted: auto-generated`.
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The look of a verdict in the HTML form: colour, tint, and a shape that says the same without colour.
impl Summary {
    fn colour(&self) -> &'static str {
        match self.outcome {
            Outcome::Clean => "#1a6b3c",
            Outcome::Exceptions => "#8a4b00",
            Outcome::NotOperated => "#a6231d",
        }
    }

    fn tint(&self) -> &'static str {
        match self.outcome {
            Outcome::Clean => "#eef7f1",
            Outcome::Exceptions => "#fdf5e8",
            Outcome::NotOperated => "#fcf0ef",
        }
    }

    fn shape(&self) -> &'static str {
        match self.outcome {
            Outcome::Clean => "✓",
            Outcome::Exceptions => "▲",
            Outcome::NotOperated => "✕",
        }
    }
}
