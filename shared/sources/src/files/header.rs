//! Which cell of a row belongs to which column of the contract.
//!
//! A column is found by one of its declared headers and by nothing else; two cells that claim the same column, or two
//! columns that claim the same cell, are refused rather than chosen between.

use tieout_model::{Column, Contract, HeaderMatch, ReasonCode, folded, visible_line};
use tieout_pipeline::ports::SourceError;

use super::nearest::nearest;
use super::refusal::refused;

/// What the headers of a source are to a contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Headers {
    /// For each column of the contract, the 0-based position of its cell; `None` for an optional column that is absent.
    pub(crate) positions: Vec<Option<usize>>,
    /// For evidence, where headers are matched by more than their letters: what was not matched letter by letter, and
    /// what no column asked for.
    pub(crate) notes: Vec<String>,
}

/// Finds the cell of every column among `headers`. `place` names the header in a refusal, such as `statement.csv` or
/// `sheet 'May' of book.xlsx`.
pub(crate) fn match_headers(place: &str, headers: &[&str], contract: &Contract) -> Result<Headers, SourceError> {
    let mut matching = Matching { place, headers, positions: vec![None; contract.columns.len()], notes: Vec::new() };
    let read = |column: &Column| !contract.lookups.contains_key(&column.name);
    match contract.header_match {
        HeaderMatch::Exact => matching.step(contract, false, |column, header| read(column) && names(column, header))?,
        HeaderMatch::Folded => {
            matching.step(contract, false, |column, header| {
                let own = column.headers.first();
                read(column) && own.is_some_and(|own| own == header || (column.format.trim && own == header.trim()))
            })?;
            matching.step(contract, true, |column, header| {
                read(column) && column.headers.first().is_some_and(|own| folded(own) == folded(header))
            })?;
            matching.step(contract, true, |column, header| {
                read(column) && column.headers.iter().skip(1).any(|alias| folded(alias) == folded(header))
            })?;
            matching.note_unknown();
        }
    }
    let absent = contract.columns.iter().zip(&matching.positions).filter(|(_, position)| position.is_none());
    let missing: Vec<&Column> =
        absent.map(|(column, _)| column).filter(|column| column.required && read(column)).collect();
    if missing.is_empty() {
        Ok(Headers { positions: matching.positions, notes: matching.notes })
    } else {
        Err(missing_columns(place, &missing, headers))
    }
}

/// Headers that are being given to columns, step by step.
struct Matching<'a> {
    place: &'a str,
    headers: &'a [&'a str],
    positions: Vec<Option<usize>>,
    notes: Vec<String>,
}

impl Matching<'_> {
    /// Gives every column that has no cell yet the one free header that `fits` it, with a note if wanted.
    fn step(
        &mut self,
        contract: &Contract,
        with_notes: bool,
        fits: impl Fn(&Column, &str) -> bool,
    ) -> Result<(), SourceError> {
        let mut given: Vec<(usize, usize)> = Vec::new();
        for (place, column) in contract.columns.iter().enumerate() {
            if self.positions.get(place).copied().flatten().is_some() {
                continue;
            }
            let free = |at: &usize| !self.positions.contains(&Some(*at));
            let fitting = |(at, header): (usize, &&str)| Some(at).filter(|at| free(at) && fits(column, header));
            let found: Vec<usize> = self.headers.iter().enumerate().filter_map(fitting).collect();
            match found.as_slice() {
                [] => {}
                [position] => {
                    if let Some((other, _)) = given.iter().find(|(_, taken)| taken == position) {
                        let other = contract.columns.get(*other).map(|other| other.name.as_str()).unwrap_or_default();
                        return Err(claimed_twice(self.place, other, column));
                    }
                    given.push((place, *position));
                }
                [first, second, ..] => return Err(ambiguous(self.place, column, first + 1, second + 1)),
            }
        }
        for (place, position) in given {
            if let (Some(column), Some(header), Some(slot)) =
                (contract.columns.get(place), self.headers.get(position), self.positions.get_mut(place))
            {
                *slot = Some(position);
                if with_notes {
                    let header = visible_line(header.trim());
                    self.notes.push(format!("{}: column '{}' is read from '{header}'", self.place, column.name));
                }
            }
        }
        Ok(())
    }

    /// Notes the headers that belong to no column.
    fn note_unknown(&mut self) {
        for (at, header) in self.headers.iter().enumerate() {
            if !self.positions.contains(&Some(at)) && !header.trim().is_empty() {
                self.notes.push(format!("{}: unknown column '{}'", self.place, visible_line(header.trim())));
            }
        }
    }
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
        let positions = match_headers("a.csv", &[" Amount", "x", "reference"], &contract).unwrap().positions;
        assert_eq!(positions, [Some(2), Some(0), None]);
    }

    #[test]
    fn folded_headers_are_found_in_three_steps_of_which_the_first_that_hits_wins() {
        let columns = vec![
            column("company", &["ID_COMPANY", "Company_Code"], true),
            column("entry_no", &["Entry No_"], true),
            column("order", &["Order_nr"], false),
            column("other_order", &["ORDER_NR"], false),
        ];
        let contract = Contract { header_match: HeaderMatch::Folded, ..contract(columns) };
        let found = match_headers("a.csv", &["EntryNo", "company code", "ORDER_NR", "Order_nr", "x"], &contract);
        let found = found.unwrap();
        assert_eq!(found.positions, [Some(1), Some(0), Some(3), Some(2)]);
        let notes = [
            "a.csv: column 'entry_no' is read from 'EntryNo'",
            "a.csv: column 'company' is read from 'company code'",
            "a.csv: unknown column 'x'",
        ];
        assert_eq!(found.notes, notes);
        for headers in [["Company Code", "company_code", "Entry No_"], ["ID_COMPANY", "entry_no", "Entry No."]] {
            assert_eq!(refusal(&headers, &contract).0, ReasonCode::HeaderAmbiguous, "{headers:?}");
        }
        let exact_wins = match_headers("a.csv", &["ID_COMPANY", "Company_Code", "Entry No_", "EntryNo"], &contract);
        assert_eq!(exact_wins.unwrap().positions, [Some(0), Some(2), None, None]);
        let (code, detail, _) = refusal(&["ID_COMPANY", "orderNr", "Entry No_"], &contract);
        assert_eq!(code, ReasonCode::HeaderAmbiguous);
        assert_eq!(detail, "a.csv has one column that both 'order' and 'other_order' claim");
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
