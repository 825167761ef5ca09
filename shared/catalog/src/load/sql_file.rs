//! The `.sql` files of a control: found, read, and their mistakes reported at their own places.
//!
//! Every `.sql` file of the folder belongs to a data set.

use super::document::{Document, place_of};
use super::forms;
use super::value::Text;
use crate::diagnostic::Diagnostic;
use crate::folder::{ControlFolder, DEFINITION_FILE, SAMPLE_FOLDER};
use crate::sql::SqlMistake;

/// The text of the file that the key `key` names; what is wrong with path or file is reported.
pub(crate) fn read_sql(document: &Document<'_>, key: &str, path: &Text<'_>, folder: &ControlFolder) -> Option<String> {
    forms::path(path);
    if forms::path_problem(path.as_str()).is_some() {
        return None;
    }
    if !forms::is_sql(path.as_str()) {
        path.report(format!("'{key}' is '{}', which does not end in .sql", path.as_str()));
        return None;
    }
    let Some(bytes) = folder.files.get(path.as_str()) else {
        let known = folder.files.keys().map(String::as_str).filter(|file| forms::is_sql(file));
        path.report_unknown(format!("there is no file '{}' in the control's folder", path.as_str()), known);
        return None;
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) => {
            document.add(not_utf8(format!("{}/{}", folder.name, path.as_str()), bytes, error));
            None
        }
    }
}

/// Reports mistakes of a `.sql` file in that file.
pub(crate) fn report_mistakes(document: &Document<'_>, folder: &ControlFolder, path: &str, mistakes: Vec<SqlMistake>) {
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    for SqlMistake { line, column, message, help } in mistakes {
        let file = format!("{}/{path}", folder.name);
        document.add(Diagnostic { file, line: number(line), column: number(column), message, help });
    }
}

/// Reports every `.sql` file of the folder that no data set names.
pub(crate) fn report_unused(document: &Document<'_>, folder: &ControlFolder, used: &[String]) {
    for path in folder.files.keys() {
        let is_sql = forms::is_sql(path) && !path.starts_with(&format!("{SAMPLE_FOLDER}/"));
        if is_sql && !used.contains(path) {
            let message = format!("no [[data_sets]] or [[derived]] entry of {DEFINITION_FILE} names this file");
            let help = Some("name it there or remove it".to_owned());
            document.add(Diagnostic { file: format!("{}/{path}", folder.name), line: 1, column: 1, message, help });
        }
    }
}

/// The diagnostic of a file that is not UTF-8, at its first bad byte.
pub(crate) fn not_utf8(file: String, bytes: &[u8], error: std::str::Utf8Error) -> Diagnostic {
    let good = bytes.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let (line, column) = place_of(good, good.len());
    Diagnostic {
        file,
        line,
        column,
        message: "the file is not UTF-8 text".to_owned(),
        help: Some("save it as UTF-8".to_owned()),
    }
}
