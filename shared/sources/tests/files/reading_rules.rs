//! What a contract says of files that people export: folded headers, total rows, headers below a preamble.

use rust_xlsxwriter::Workbook;
use tieout_catalog::FileFormat;
use tieout_model::{AmountColumn, Column, Contract, CurrencyOf, HeaderMatch, Normalise, ReasonCode, TotalRow};
use tieout_pipeline::ports::SourceError;

use crate::support::{Outcome, csv, not_null, read_contract};

fn contract() -> Contract {
    let mut company =
        Column { headers: vec!["ID_COMPANY".to_owned(), "Company".to_owned()], ..not_null("company", "text") };
    company.format.normalise = Some(Normalise::Code);
    let mut amount = not_null("amount", "decimal(18,2)");
    amount.format.number.group_marks = vec![','];
    let currency = CurrencyOf::Fixed("NGN".parse().unwrap());
    Contract {
        columns: vec![company, amount],
        amounts: vec![AmountColumn { column: "amount".to_owned(), currency }],
        header_match: HeaderMatch::Folded,
        total_row: Some(TotalRow {
            column: "company".to_owned(),
            labels: vec!["Total".to_owned(), "Grand Total".to_owned()],
        }),
        ..Contract::default()
    }
}

fn read(text: &str) -> Result<Outcome, SourceError> {
    read_contract("a.csv", text.as_bytes(), csv(), contract())
}

fn refusal(text: &str) -> (ReasonCode, String) {
    match read(text) {
        Err(SourceError::Refused { code, detail, .. }) => (code, detail),
        other => panic!("{other:?}"),
    }
}

#[test]
fn how_headers_were_matched_is_told() {
    let read = read("id company;AMOUNT;Branch\nec_ng;1.00;x\n").unwrap();
    assert_eq!(read.rows(), [["EC_NG", "1.00"]]);
    let notes = [
        "a.csv: column 'company' is read from 'id company'",
        "a.csv: column 'amount' is read from 'AMOUNT'",
        "a.csv: unknown column 'Branch'",
    ];
    assert_eq!(read.notes, notes);
}

#[test]
fn a_total_row_that_agrees_is_no_row() {
    for label in ["Total", " GRAND total "] {
        let read = read(&format!("company;amount\nEC_NG;1,000.50\nJM_EG;-0.50\n{label};1,000.00\n")).unwrap();
        assert_eq!(read.rows(), [["EC_NG", "1000.50"], ["JM_EG", "-0.50"]]);
        assert_eq!(read.rejects(), Vec::<String>::new());
    }
}

#[test]
fn a_total_row_that_does_not_agree_refuses_the_file() {
    let total = |rows: &str| refusal(&format!("company;amount\n{rows}"));
    let expected = "a.csv, line 3: the total is not the sum of the rows above it";
    assert_eq!(total("EC_NG;1\nTotal;2\n"), (ReasonCode::CompletenessFailed, expected.to_owned()));
    let expected = "a.csv, line 3: rows follow the total row";
    assert_eq!(total("EC_NG;1\nTotal;1\nEC_NG;1\n"), (ReasonCode::CompletenessFailed, expected.to_owned()));
    let expected = "a.csv, line 3: the total row has no amount";
    assert_eq!(total("EC_NG;1\nTotal;\n"), (ReasonCode::CompletenessFailed, expected.to_owned()));
}

#[test]
fn a_null_company_is_no_total_row() {
    let read = read("company;amount\nEC_NG;1\n;1\n").unwrap();
    assert_eq!(read.rejects(), ["3 company: is null, and the column has no nulls []"]);
}

#[test]
fn the_header_of_a_sheet_is_searched_below_its_preamble() {
    let book = |header_at: u32| {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "Exported for the month").unwrap();
        sheet.write(1, 0, "amount").unwrap();
        for (column, header) in [(1, "Company"), (2, "Amount")] {
            sheet.write(header_at, column, header).unwrap();
        }
        sheet.write(header_at + 1, 1, "ec_ng").unwrap();
        sheet.write(header_at + 1, 2, 7.5).unwrap();
        sheet.write(header_at + 2, 1, "Total").unwrap();
        sheet.write(header_at + 2, 2, 7.5).unwrap();
        workbook.save_to_buffer().unwrap()
    };
    let format = || FileFormat::Xlsx { sheet: None, header_row: 0 };
    let read = read_contract("a.xlsx", &book(29), format(), contract()).unwrap();
    assert_eq!(read.rows(), [["EC_NG", "7.50"]]);
    match read_contract("a.xlsx", &book(30), format(), contract()) {
        Err(SourceError::Refused { code, .. }) => assert_eq!(code, ReasonCode::ColumnMissing),
        other => panic!("{other:?}"),
    }
}
