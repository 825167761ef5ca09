//! Requests of the client: SQL batches and remote calls, as a back end and a test see them.

use std::io;

use super::buffer::{Take, malformed, text_of};
use super::login::Login;
use super::parameters;
use super::value::TdsValue;
use super::wire::{Message, kind};

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// As a batch of text.
    Batch,
    /// As a call of `sp_executesql`.
    ExecuteSql,
    /// As a message that begins or ends a transaction; its text is said in T-SQL.
    Transaction,
}

/// A parameter as it was bound.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundParameter {
    /// Name with its `@`.
    pub name: String,
    /// Type as declared in the second argument of `sp_executesql`.
    pub declared: String,
    /// Decimals of the value, for decimals and times.
    pub scale: u8,
    /// Value as it arrived.
    pub value: TdsValue,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Number of the connection, from 1.
    pub connection: u64,
    /// Who is logged in.
    pub login: Login,
    /// How it came.
    pub kind: RequestKind,
    /// Text of the statement.
    pub sql: String,
    /// Bound parameters, in order.
    pub parameters: Vec<BoundParameter>,
}

impl Request {
    /// The value of a parameter; its name with `@`.
    pub fn parameter(&self, name: &str) -> Option<&TdsValue> {
        self.parameters.iter().find(|parameter| parameter.name == name).map(|parameter| &parameter.value)
    }
}

/// What the body of a request says.
pub(super) struct ParsedRequest {
    pub(super) kind: RequestKind,
    pub(super) sql: String,
    pub(super) parameters: Vec<BoundParameter>,
}

/// Reads a request.
pub(super) fn parse(message: &Message) -> io::Result<ParsedRequest> {
    let mut body = Take::new(&message.payload);
    skip_headers(&mut body)?;
    match message.kind {
        kind::BATCH => {
            Ok(ParsedRequest { kind: RequestKind::Batch, sql: text_of(body.rest())?, parameters: Vec::new() })
        }
        kind::RPC => parse_call(&mut body),
        kind::TRANSACTION => {
            let sql = match body.u16()? {
                5 => "BEGIN TRANSACTION",
                7 => "COMMIT TRANSACTION",
                8 => "ROLLBACK TRANSACTION",
                _ => return Err(malformed("a transaction request that is not known")),
            };
            let isolation = if body.is_empty() { 0 } else { body.u8()? };
            let sql = match isolation {
                1 => format!("SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; {sql}"),
                2 => format!("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; {sql}"),
                3 => format!("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {sql}"),
                4 => format!("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; {sql}"),
                5 => format!("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; {sql}"),
                _ => sql.to_owned(),
            };
            Ok(ParsedRequest { kind: RequestKind::Transaction, sql, parameters: Vec::new() })
        }
        _ => Err(malformed("a message of an unknown kind")),
    }
}

/// Skips `ALL_HEADERS`, which names the transaction.
fn skip_headers(body: &mut Take<'_>) -> io::Result<()> {
    let size = usize::try_from(body.u32()?).map_err(|_| malformed("long headers"))?;
    body.bytes(size.checked_sub(4).ok_or_else(|| malformed("headers shorter than their length"))?)?;
    Ok(())
}

fn parse_call(body: &mut Take<'_>) -> io::Result<ParsedRequest> {
    let name_units = body.u16()?;
    let is_execute_sql = if name_units == 0xFFFF {
        body.u16()? == 10
    } else {
        text_of(body.bytes(usize::from(name_units) * 2)?)?.eq_ignore_ascii_case("sp_executesql")
    };
    if !is_execute_sql {
        return Err(malformed("a remote call of something else than sp_executesql"));
    }
    body.u16()?;
    let mut arguments = Vec::new();
    while !body.is_empty() {
        arguments.push(parameters::parse(body)?);
    }
    let mut arguments = arguments.into_iter();
    let Some(BoundParameter { value: TdsValue::Text(sql), .. }) = arguments.next() else {
        return Err(malformed("sp_executesql without a statement"));
    };
    let declarations = match arguments.next() {
        Some(BoundParameter { value: TdsValue::Text(text), .. }) => text,
        _ => String::new(),
    };
    let mut parameters: Vec<_> = arguments.collect();
    for parameter in &mut parameters {
        parameter.declared = declared_type(&declarations, &parameter.name)
            .ok_or_else(|| malformed(&format!("parameter {} is bound and not declared", parameter.name)))?;
    }
    Ok(ParsedRequest { kind: RequestKind::ExecuteSql, sql, parameters })
}

/// The type of a parameter in `@a int, @b decimal(38,4)`.
fn declared_type(declarations: &str, name: &str) -> Option<String> {
    let mut depth = 0_u32;
    let parts = declarations.split(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    });
    parts.map(str::trim).find_map(|part| {
        let (declared, its_type) = part.split_once(' ')?;
        (declared == name).then(|| its_type.trim().to_owned())
    })
}
