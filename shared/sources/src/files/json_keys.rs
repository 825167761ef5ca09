//! The keys of all objects of a file of JSON lines.
//!
//! In order of first appearance, each once. What is no object is passed over: the reader of the rows names its place.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use tieout_catalog::Encoding;
use tieout_pipeline::ports::SourceError;

use super::input::Input;
use super::json_lines::next_line;
use super::text::TextWindow;

/// Reads a whole file for its keys.
pub(super) fn keys(input: Input) -> Result<Vec<String>, SourceError> {
    let mut window = TextWindow::open(input, Encoding::Utf8)?;
    let (mut known, mut keys) = (BTreeSet::new(), Vec::new());
    let mut line = 0;
    while let Some((text_bytes, line_bytes)) = next_line(&mut window, line + 1)? {
        line += 1;
        let text = window.text_of(window.unread().get(..text_bytes).unwrap_or_default(), line)?;
        let collect = Collect { known: &mut known, keys: &mut keys };
        // A line that is no object is refused, with its place, when the rows are read.
        let _ = serde_json::Deserializer::from_str(text).deserialize_map(collect);
        window.consume(line_bytes);
    }
    Ok(keys)
}

struct Collect<'a> {
    known: &'a mut BTreeSet<String>,
    keys: &'a mut Vec<String>,
}

impl<'de> Visitor<'de> for Collect<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = object.next_key::<std::borrow::Cow<'de, str>>()? {
            if !self.known.contains(&*key) {
                self.known.insert(key.clone().into_owned());
                self.keys.push(key.into_owned());
            }
            object.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}
