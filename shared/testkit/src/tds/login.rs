//! The Login7 message: who the client says it is, and what it wants.
//!
//! Passwords are only obfuscated on the wire; they are compared and never kept in what a test can print.

use std::io;

use super::buffer::{Take, malformed, text_of};

/// Place of the extension's offset in the fixed part.
const EXTENSION: usize = 56;
/// Feature of federated authentication.
const FEATURE_FEDERATED: u8 = 2;
const FEATURES_END: u8 = 0xFF;

/// A login as a test can look at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Login {
    /// The login's name; empty with a federated token.
    pub user: String,
    /// What the client calls itself.
    pub application: String,
    /// The database that it asks for.
    pub database: String,
    /// The server as the client addressed it.
    pub server: String,
    /// Whether it declared to read only.
    pub read_only: bool,
    /// Whether it came with a federated token.
    pub federated: bool,
    /// The instance named in the prelogin; empty for none.
    pub instance: String,
    /// Whether the login arrived over TLS.
    pub encrypted: bool,
}

/// A login with its proof.
pub(super) struct ParsedLogin {
    pub(super) login: Login,
    pub(super) password: String,
    pub(super) token: Option<String>,
    pub(super) packet_bytes: u32,
}

/// Reads a Login7 message.
pub(super) fn parse(payload: &[u8]) -> io::Result<ParsedLogin> {
    let fixed = |place: usize, count: usize| {
        payload.get(place..place + count).ok_or_else(|| malformed("a login that ends too early"))
    };
    let text = |place: usize| text_of(variable(payload, place, 2)?);
    let flags = fixed(24, 4)?;
    let password = text_of(&revealed(variable(payload, 44, 2)?))?;
    let token = if flags[3] & 0x10 == 0 { None } else { federated_token(payload)? };
    let login = Login {
        user: text(40)?,
        application: text(48)?,
        database: text(68)?,
        server: text(52)?,
        read_only: flags[2] & 0x20 != 0,
        federated: token.is_some(),
        instance: String::new(),
        encrypted: false,
    };
    Ok(ParsedLogin { login, password, token, packet_bytes: Take::new(fixed(8, 4)?).u32()? })
}

/// The bytes that an offset and a count at `place` point to.
fn variable(payload: &[u8], place: usize, unit: usize) -> io::Result<&[u8]> {
    let mut entry = Take::new(payload.get(place..).unwrap_or_default());
    let offset = usize::from(entry.u16()?);
    let size = usize::from(entry.u16()?) * unit;
    payload.get(offset..offset + size).ok_or_else(|| malformed("a login that points out of itself"))
}

/// Takes the obfuscation off a password.
fn revealed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| (byte ^ 0xA5).rotate_left(4)).collect()
}

fn federated_token(payload: &[u8]) -> io::Result<Option<String>> {
    let pointer = variable(payload, EXTENSION, 1)?;
    let offset = usize::try_from(Take::new(pointer).u32()?).map_err(|_| malformed("an extension far away"))?;
    let mut features = Take::new(payload.get(offset..).unwrap_or_default());
    loop {
        let feature = features.u8()?;
        if feature == FEATURES_END {
            return Ok(None);
        }
        let size = usize::try_from(features.u32()?).map_err(|_| malformed("a long feature"))?;
        let mut data = Take::new(features.bytes(size)?);
        if feature == FEATURE_FEDERATED {
            data.u8()?;
            let size = usize::try_from(data.u32()?).map_err(|_| malformed("a long token"))?;
            return Ok(Some(text_of(data.bytes(size)?)?));
        }
    }
}
