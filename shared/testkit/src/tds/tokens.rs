//! The tokens of an answer.
//!
//! Each function appends one token; rows with nulls use the compressed form when that is shorter.

use std::io;

use super::answer::ServerError;
use super::buffer::{Put, malformed};
use super::column::TdsColumn;
use super::login::Login;
use super::value::TdsValue;

/// More answers follow.
pub(super) const DONE_MORE: u16 = 0x01;
/// The request failed.
pub(super) const DONE_ERROR: u16 = 0x02;
/// The number of rows counts.
pub(super) const DONE_COUNT: u16 = 0x10;
/// Acknowledges an attention.
pub(super) const DONE_ATTENTION: u16 = 0x20;

const COLMETADATA: u8 = 0x81;
const ERROR: u8 = 0xAA;
const LOGIN_ACK: u8 = 0xAD;
const FEATURE_ACK: u8 = 0xAE;
const ROW: u8 = 0xD1;
const NBC_ROW: u8 = 0xD2;
const ENV_CHANGE: u8 = 0xE3;
const DONE: u8 = 0xFD;
const DONE_PROCEDURE: u8 = 0xFE;
const DONE_IN_PROCEDURE: u8 = 0xFF;
const RETURN_STATUS: u8 = 0x79;

/// COLMETADATA: the columns of the rows that follow.
pub(super) fn columns(columns: &[TdsColumn], out: &mut Vec<u8>) -> io::Result<()> {
    out.put_u8(COLMETADATA);
    out.put_size_u16(columns.len())?;
    columns.iter().try_for_each(|column| column.describe(out))
}

/// ROW, or NBCROW where there are nulls.
pub(super) fn row(columns: &[TdsColumn], values: &[TdsValue], chunk_bytes: usize, out: &mut Vec<u8>) -> io::Result<()> {
    if columns.len() != values.len() {
        return Err(malformed("a row with more or fewer values than columns"));
    }
    let compressed = columns.len() >= 8 && values.contains(&TdsValue::Null);
    out.put_u8(if compressed { NBC_ROW } else { ROW });
    if compressed {
        for eight in values.chunks(8) {
            let bits = eight.iter().enumerate().filter(|(_, value)| **value == TdsValue::Null);
            out.put_u8(bits.fold(0, |map, (bit, _)| map | 1 << bit));
        }
    }
    for (column, value) in columns.iter().zip(values) {
        if !compressed || *value != TdsValue::Null {
            value.encode(column, chunk_bytes, out)?;
        }
    }
    Ok(())
}

/// DONE with a row count.
pub(super) fn done(status: u16, rows: u64, out: &mut Vec<u8>) {
    done_as(DONE, status, rows, out);
}

/// The end of a call of `sp_executesql`: the end of its statement, its return status, its own end.
pub(super) fn done_with_call(status: u16, rows: u64, out: &mut Vec<u8>) {
    done_as(DONE_IN_PROCEDURE, status | DONE_MORE, rows, out);
    out.put_u8(RETURN_STATUS);
    out.put_u32(0);
    done_as(DONE_PROCEDURE, status & DONE_ERROR, 0, out);
}

fn done_as(token: u8, status: u16, rows: u64, out: &mut Vec<u8>) {
    out.put_u8(token);
    out.put_u16(status);
    out.put_u16(0xC1);
    out.put_u64(rows);
}

/// ERROR.
pub(super) fn error(error: &ServerError, server: &str, out: &mut Vec<u8>) -> io::Result<()> {
    let mut body = Vec::new();
    body.put_u32(error.number);
    body.put(&[1, error.class]);
    body.put_us_varchar(&error.message)?;
    body.put_b_varchar(server)?;
    body.put_b_varchar("")?;
    body.put_u32(1);
    out.put_u8(ERROR);
    out.put_size_u16(body.len())?;
    out.extend(body);
    Ok(())
}

/// ENVCHANGE: the session is in a transaction now (8), or out of it (9 committed, 10 rolled back).
pub(super) fn transaction(change: u8, descriptor: u64, out: &mut Vec<u8>) {
    out.put_u8(ENV_CHANGE);
    out.put_u16(11);
    out.put_u8(change);
    if change == 8 {
        out.put_u8(8);
        out.put_u64(descriptor);
        out.put_u8(0);
    } else {
        out.put_u8(0);
        out.put_u8(8);
        out.put_u64(descriptor);
    }
}

/// What follows a login that is accepted.
pub(super) fn accepted(login: &Login, database: &str, packet_bytes: u16, out: &mut Vec<u8>) -> io::Result<()> {
    named_change(1, database, "master", out)?;
    out.put(&[ENV_CHANGE, 8, 0, 7, 5, 0x09, 0x04, 0xD0, 0x00, 0x34, 0]);
    named_change(4, &packet_bytes.to_string(), "4096", out)?;
    let mut body = vec![1, 0x74, 0, 0, 4];
    body.put_b_varchar("Microsoft SQL Server")?;
    body.put(&[16, 0, 3, 232]);
    out.put_u8(LOGIN_ACK);
    out.put_size_u16(body.len())?;
    out.extend(body);
    if login.federated {
        out.put(&[FEATURE_ACK, 2, 0, 0, 0, 0, 0xFF]);
    }
    done(0, 0, out);
    Ok(())
}

fn named_change(change: u8, new: &str, old: &str, out: &mut Vec<u8>) -> io::Result<()> {
    let mut body = vec![change];
    body.put_b_varchar(new)?;
    body.put_b_varchar(old)?;
    out.put_u8(ENV_CHANGE);
    out.put_size_u16(body.len())?;
    out.extend(body);
    Ok(())
}
