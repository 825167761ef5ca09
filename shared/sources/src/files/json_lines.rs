//! JSON lines: one object a line, in UTF-8.
//!
//! A key that is absent from an object is null. A required column whose key is in no object of the file is missing,
//! as it would be from the header of a CSV file.

use tieout_catalog::Encoding;
use tieout_model::{Contract, ReasonCode};
use tieout_pipeline::ports::SourceError;

use super::collector::{Place, RowSink};
use super::header::{check_claims, missing_columns};
use super::input::{Input, Origin};
use super::json_object::{ObjectProblem, ObjectReader};
use super::refusal::refused;
use super::row::Row;
use super::text::TextWindow;

/// Reads all rows of a file into a sink.
pub(super) fn read(input: Input, contract: &Contract, sink: &mut dyn RowSink) -> Result<Origin, SourceError> {
    let mut window = TextWindow::open(input, Encoding::Utf8)?;
    let name = window.name().to_owned();
    check_claims(&name, contract)?;
    let mut objects = ObjectReader::new(contract);
    let mut row = Row::default();
    let (mut line, mut lines_taken) = (0, 0);
    while let Some((text_bytes, line_bytes)) = next_line(&mut window, line + 1)? {
        line += 1;
        let text = window.text_of(window.unread().get(..text_bytes).unwrap_or_default(), line)?;
        // A blank line is a row that went wrong, except at the end of the file.
        if !text.trim_ascii().is_empty() {
            for blank in lines_taken + 1..line {
                let place = Place { origin: &name, line: blank, bytes_read: window.bytes_read() };
                sink.reject_row(place, "is a blank line".to_owned())?;
            }
            lines_taken = line;
            let place = Place { origin: &name, line, bytes_read: window.bytes_read() };
            take_object(text, place, &mut objects, &mut row, contract, sink)?;
        }
        window.consume(line_bytes);
    }
    let unseen = contract.columns.iter().enumerate().filter(|(at, column)| column.required && !objects.ever_saw(*at));
    let missing: Vec<_> = unseen.map(|(_, column)| column).collect();
    if lines_taken > 0 && !missing.is_empty() {
        let present: Vec<&str> = objects.unknown_keys().iter().map(String::as_str).collect();
        return Err(missing_columns(&name, &missing, &present));
    }
    Ok(window.origin())
}

fn take_object(
    text: &str,
    place: Place<'_>,
    objects: &mut ObjectReader,
    row: &mut Row,
    contract: &Contract,
    sink: &mut dyn RowSink,
) -> Result<(), SourceError> {
    let column = |position: usize| contract.columns.get(position).map(|column| column.name.clone()).unwrap_or_default();
    match objects.read(text, row) {
        Ok(()) => sink.push_row(place, &row.cells(), row.size_bytes()),
        Err(ObjectProblem::Line(problem)) => sink.reject_row(place, problem),
        Err(ObjectProblem::RepeatedKey(position)) => {
            sink.reject_cell(place, column(position), "stands twice in its object")
        }
        Err(ObjectProblem::AmbiguousKey(position)) => {
            let (file, line) = (place.origin, place.line);
            let detail = format!("{file}, line {line}: two keys of the object stand for '{}'", column(position));
            let cure = "remove one of the keys, or an alias from the definition";
            Err(refused(ReasonCode::HeaderAmbiguous, detail, cure))
        }
    }
}

/// The lengths of the next line without and with its end; `None` at the end of the file.
pub(super) fn next_line(window: &mut TextWindow, line: u64) -> Result<Option<(usize, usize)>, SourceError> {
    let mut searched = 0;
    loop {
        let unread = window.unread();
        if let Some(at) = memchr::memchr(b'\n', unread.get(searched..).unwrap_or_default()) {
            let length = searched + at;
            return Ok(Some((length, length + 1)));
        }
        searched = unread.len();
        if !window.grow(line)? {
            return Ok((searched > 0).then_some((searched, searched)));
        }
    }
}
