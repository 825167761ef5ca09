//! One JSON object as a row: numbers keep their exact text, and nothing is taken for something else.
//!
//! Keys that no column calls for are passed over. A nested value, an escape that is no character and a key that stands
//! twice make the row a reject.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use tieout_model::Contract;

use super::row::{Form, Row};

/// Reads objects by the headers of a contract.
pub(super) struct ObjectReader {
    /// Header, and the position of its column.
    headers: Vec<(String, usize)>,
    /// Index of the header under which each column was seen in the present object.
    seen: Vec<Option<usize>>,
    /// Whether each column was seen in any object.
    ever_seen: Vec<bool>,
    /// Keys of the first object that no column calls for.
    unknown: Option<Vec<String>>,
}

/// Why an object is not a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ObjectProblem {
    /// The line is not one JSON object.
    Line(String),
    /// The key of the column at this position stands twice.
    RepeatedKey(usize),
    /// Two keys claim the column at this position.
    AmbiguousKey(usize),
}

impl ObjectReader {
    /// A reader for rows of this contract.
    pub(super) fn new(contract: &Contract) -> Self {
        let headers = contract.columns.iter().enumerate();
        let headers = headers.flat_map(|(at, column)| column.headers.iter().map(move |name| (name.clone(), at)));
        let width = contract.columns.len();
        Self { headers: headers.collect(), seen: vec![None; width], ever_seen: vec![false; width], unknown: None }
    }

    /// Reads one line into `row`.
    pub(super) fn read(&mut self, line: &str, row: &mut Row) -> Result<(), ObjectProblem> {
        row.clear(self.seen.len());
        self.seen.fill(None);
        let first = self.unknown.is_none();
        let unknown = self.unknown.get_or_insert_with(Vec::new);
        let mut problem = None;
        let fields = Fields {
            headers: &self.headers,
            seen: &mut self.seen,
            unknown: first.then_some(unknown),
            row,
            problem: &mut problem,
        };
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let read = deserializer.deserialize_map(fields).and_then(|()| deserializer.end());
        if let Err(error) = read {
            return Err(ObjectProblem::Line(match error.classify() {
                serde_json::error::Category::Data => "is not a JSON object".to_owned(),
                _ => format!("is not valid JSON at byte {}", error.column()),
            }));
        }
        for (ever, now) in self.ever_seen.iter_mut().zip(&self.seen) {
            *ever |= now.is_some();
        }
        problem.map_or(Ok(()), Err)
    }

    /// Whether the column at this position was in any object so far.
    pub(super) fn ever_saw(&self, column: usize) -> bool {
        self.ever_seen.get(column).copied().unwrap_or_default()
    }

    /// Keys of the first object that no column calls for.
    pub(super) fn unknown_keys(&self) -> &[String] {
        self.unknown.as_deref().unwrap_or_default()
    }
}

struct Fields<'a> {
    headers: &'a [(String, usize)],
    seen: &'a mut [Option<usize>],
    unknown: Option<&'a mut Vec<String>>,
    row: &'a mut Row,
    problem: &'a mut Option<ObjectProblem>,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        loop {
            let key = Key { headers: self.headers, unknown: self.unknown.as_deref_mut() };
            let Some(found) = object.next_key_seed(key)? else { return Ok(()) };
            let Some((header, column)) = found else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = object.next_value::<&'de RawValue>()?.get();
            if let Some(seen) = self.seen.get_mut(column) {
                match *seen {
                    Some(before) if before == header => *self.problem = Some(ObjectProblem::RepeatedKey(column)),
                    Some(_) => *self.problem = Some(ObjectProblem::AmbiguousKey(column)),
                    None => *seen = Some(header),
                }
            }
            set_value(self.row, column, value);
        }
    }
}

/// Finds a key among the headers, without a copy of it.
struct Key<'a> {
    headers: &'a [(String, usize)],
    unknown: Option<&'a mut Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<(usize, usize)>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<(usize, usize)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let found = self.headers.iter().enumerate().find(|(_, (name, _))| name == key);
        if found.is_none()
            && let Some(unknown) = self.unknown
        {
            unknown.push(key.to_owned());
        }
        Ok(found.map(|(header, (_, column))| (header, *column)))
    }
}

/// Sets a cell from the exact text of a JSON value.
fn set_value(row: &mut Row, column: usize, value: &str) {
    match value.as_bytes() {
        [b'"', inner @ .., b'"'] if memchr::memchr(b'\\', inner).is_none() => {
            row.set(column, value.get(1..value.len() - 1).unwrap_or_default(), Form::Declared);
        }
        [b'"', ..] => match serde_json::from_str::<String>(value) {
            Ok(text) if text.contains('\0') => row.set(column, "", Form::Bad("holds a NUL character")),
            Ok(text) => row.set(column, &text, Form::Declared),
            Err(_) => row.set(column, "", Form::Bad("has an escape that is no character")),
        },
        [b'{' | b'[', ..] => row.set(column, "", Form::Bad("is nested, and a column holds single values")),
        [b'n', ..] => {}
        _ => row.set(column, value, Form::Plain),
    }
}
