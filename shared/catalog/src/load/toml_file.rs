//! TOML files besides `control.toml`: rules and thresholds, each with its mistakes at their own places.

use toml::de::DeTable;

use super::document::Document;
use super::forms;
use super::reader::Reader;
use super::sql_file::not_utf8;
use super::value::Text;
use crate::folder::ControlFolder;

/// Reads the file that the key `key` names; what is wrong with path or file is reported.
pub(crate) fn read_named<T>(
    document: &Document<'_>,
    key: &str,
    path: &Text<'_>,
    folder: &ControlFolder,
    read: impl FnOnce(&mut Reader<'_>, &[u8]) -> Option<T>,
) -> Option<T> {
    forms::path(path);
    if !is_toml(path.as_str()) {
        path.report(format!("'{key}' is '{}', which does not end in .toml", path.as_str()));
        return None;
    }
    if !folder.files.contains_key(path.as_str()) {
        let known = folder.files.keys().map(String::as_str).filter(|file| is_toml(file));
        path.report_unknown(format!("there is no file '{}' in the control's folder", path.as_str()), known);
        return None;
    }
    read_file(document, path.as_str(), folder, read)
}

/// Whether a path ends in `.toml`.
pub(crate) fn is_toml(path: &str) -> bool {
    path.strip_suffix(".toml").is_some()
}

/// Reads one file of the folder; its mistakes are added to `document`.
pub(crate) fn read_file<T>(
    document: &Document<'_>,
    path: &str,
    folder: &ControlFolder,
    read: impl FnOnce(&mut Reader<'_>, &[u8]) -> Option<T>,
) -> Option<T> {
    let bytes = folder.files.get(path)?;
    let file = format!("{}/{path}", folder.name);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            document.add(not_utf8(file, bytes, error));
            return None;
        }
    };
    let own = Document::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let read = if errors.is_empty() {
        let mut reader = Reader::new((&own, table.get_ref(), 0..0));
        let read = read(&mut reader, bytes);
        reader.finish();
        if read.is_none() {
            own.report_left_out(0);
        }
        read
    } else {
        for error in errors {
            own.report(error.span().map_or(0, |span| span.start), format!("TOML: {}", error.message()), None);
        }
        None
    };
    for mistake in own.into_diagnostics() {
        document.add(mistake);
    }
    read
}
