//! Which cell of a row belongs to which column of the contract.
//!
//! A column is found by one of its declared headers and by nothing else; two cells that claim the same column, or two
//! columns that claim the same cell, are refused rather than chosen between.

use tieout_model::{Column, Contract, ReasonCode};
use tieout_pipeline::ports::SourceError;

use super::nearest::nearest;
use super::refusal::refused;

/// For each column of the contract, the 0-based position of its cell among `headers`; `None` for an optional column
/// that is absent. `place` names the header in a refusal, such as `statement.csv` or `sheet 'May' of book.xlsx`.
pub(crate) fn match_headers(
    place: &str,
    headers: &[&str],
    contract: &Contract,
) -> Result<Vec<Option<usize>>, SourceError> {
    let mut positions: Vec<Option<usize>> = Vec::with_capacity(contract.columns.len());
    let mut missing = Vec::new();
    for column in &contract.columns {
        let found: Vec<usize> =
            headers.iter().enumerate().filter(|(_, header)| names(column, header)).map(|(at, _)| at).collect();
        match found.as_slice() {
            [] if column.required => missing.push(column),
            [] => {}
            [position] => {
                if let Some(other) = positions.iter().position(|taken| *taken == Some(*position)) {
                    let other = contract.columns.get(other).map(|other| other.name.as_str()).unwrap_or_default();
                    return Err(claimed_twice(place, other, column));
                }
            }
            [first, second, ..] => return Err(ambiguous(place, column, first + 1, second + 1)),
        }
        positions.push(found.first().copied());
    }
    if missing.is_empty() { Ok(positions) } else { Err(missing_columns(place, &missing, headers)) }
}

/// Refuses a contract in which two columns claim one key, for a format without a header row.
pub(super) fn check_claims(place: &str, contract: &Contract) -> Result<(), SourceError> {
    for (at, column) in contract.columns.iter().enumerate() {
        let earlier = contract.columns.get(..at).unwrap_or_default();
        let claims = |other: &&Column| other.headers.iter().any(|header| column.headers.contains(header));
        if let Some(other) = earlier.iter().find(claims) {
            return Err(claimed_twice(place, &other.name, column));
        }
    }
    Ok(())
}

/// Whether a header calls a column; spaces around it count only where the column's own text keeps them.
fn names(column: &Column, header: &str) -> bool {
    let matches = |text: &str| column.headers.iter().any(|name| name == text);
    matches(header) || (column.format.trim && matches(header.trim()))
}

/// Required columns that are absent.
pub(super) fn missing_columns(place: &str, missing: &[&Column], present: &[&str]) -> SourceError {
    let described: Vec<String> = missing
        .iter()
        .map(|column| match column.headers.as_slice() {
            [] => format!("'{}'", column.name),
            [only] => format!("'{only}'"),
            [first, others @ ..] => format!("'{first}' (nor '{}')", others.join("', '")),
        })
        .collect();
    let nouns = if missing.len() == 1 { "column" } else { "columns" };
    let near: Vec<String> = missing
        .iter()
        .filter_map(|column| column.headers.iter().find_map(|header| nearest(header, present.iter().copied())))
        .map(|header| format!("'{header}'"))
        .collect();
    let cure = match near.as_slice() {
        [] => "add the column to the file, or correct `header` or `aliases`".to_owned(),
        near => format!("correct `header` or add an alias: the file has {}", near.join(", ")),
    };
    refused(ReasonCode::ColumnMissing, format!("{place} has no {nouns} {}", described.join(", ")), cure)
}

fn ambiguous(place: &str, column: &Column, first: usize, second: usize) -> SourceError {
    let detail =
        format!("{place} has two columns for '{}': the {first}. and the {second}. both carry its header", column.name);
    refused(ReasonCode::HeaderAmbiguous, detail, "rename one of them, or remove an alias from the definition")
}

fn claimed_twice(place: &str, other: &str, column: &Column) -> SourceError {
    let detail = format!("{place} has one column that both '{other}' and '{}' claim", column.name);
    refused(ReasonCode::HeaderAmbiguous, detail, "give the two columns different headers in the definition")
}

#[cfg(test)]
mod tests {
    use tieout_model::{ColumnType, ValueFormat};

    use super::*;

    fn column(name: &str, headers: &[&str], required: bool) -> Column {
        Column {
            name: name.to_owned(),
            data_type: ColumnType::Text,
            nullable: true,
            required,
            headers: headers.iter().map(|&header| header.to_owned()).collect(),
            format: ValueFormat::default(),
        }
    }

    fn contract(columns: Vec<Column>) -> Contract {
        Contract { columns, ..Contract::default() }
    }

    fn refusal(headers: &[&str], contract: &Contract) -> (ReasonCode, String, String) {
        match match_headers("a.csv", headers, contract) {
            Err(SourceError::Refused { code, detail, cure }) => (code, detail, cure),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn columns_are_found_by_any_of_their_headers_in_any_order() {
        let contract = contract(vec![
            column("reference", &["reference"], true),
            column("amount", &["Betrag", "Amount"], true),
            column("note", &["note"], false),
        ]);
        assert_eq!(match_headers("a.csv", &[" Amount", "x", "reference"], &contract), Ok(vec![Some(2), Some(0), None]));
    }

    #[test]
    fn a_missing_column_is_named_with_the_nearest_header_and_no_other_content() {
        let contract = contract(vec![column("amount", &["Betrag", "Amount"], true), column("b", &["booked"], true)]);
        let (code, detail, cure) = refusal(&["Amuont", "Jane Doe"], &contract);
        assert_eq!(code, ReasonCode::ColumnMissing);
        assert_eq!(detail, "a.csv has no columns 'Betrag' (nor 'Amount'), 'booked'");
        assert_eq!(cure, "correct `header` or add an alias: the file has 'Amuont'");
    }

    #[test]
    fn two_claims_on_one_field_are_refused() {
        let two_cells = contract(vec![column("amount", &["Betrag", "Amount"], true)]);
        for headers in [["Betrag", "Amount"], ["Amount", "Amount"], ["Amount", "Amount "]] {
            let (code, detail, _) = refusal(&headers, &two_cells);
            assert_eq!(code, ReasonCode::HeaderAmbiguous);
            assert_eq!(detail, "a.csv has two columns for 'amount': the 1. and the 2. both carry its header");
        }
        let two_columns = contract(vec![column("net", &["Amount"], true), column("gross", &["Amount"], true)]);
        let (code, detail, _) = refusal(&["Amount"], &two_columns);
        assert_eq!(code, ReasonCode::HeaderAmbiguous);
        assert_eq!(detail, "a.csv has one column that both 'net' and 'gross' claim");
    }
}
