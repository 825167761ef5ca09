//! How each file of the corpus is declared: its format and the contract of its rows.
//!
//! A file is known by its name, and a mutation of it keeps the declaration.

use tieout_catalog::{Compression, DataSet, DataSetQuery, Encoding, FileFormat, FilesQuery, Scope};
use tieout_model::{Column, Contract, NegativeForm, NumberFormat, ValueFormat};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Csv,
    JsonLines,
    Xlsx,
    Parquet,
}

impl Kind {
    pub(crate) fn is_of(self, name: &str) -> bool {
        let mark = match self {
            Self::Csv => ".csv",
            Self::JsonLines => ".jsonl",
            Self::Xlsx => ".xlsx",
            Self::Parquet => ".parquet",
        };
        name.contains(mark)
    }
}

/// The data set that lies in `file`, which is `name` of the corpus or a mutation of it. What was found by hunting is
/// named `broken-<what>-<sample>` and declared as that sample.
pub(crate) fn data_set(name: &str, file: &str) -> DataSet {
    let form = name.rsplit('-').next().unwrap_or(name);
    DataSet {
        name: "rows".to_owned(),
        source: "corpus".to_owned(),
        query: DataSetQuery::Files(FilesQuery {
            file: file.to_owned(),
            format: format_of(form),
            compression: Compression::ByName,
        }),
        contract: Contract { columns: columns(form), ..Contract::default() },
        scope: Scope::default(),
        rejects_tolerated: 0,
        only_for: None,
        optional: false,
        tests: Vec::new(),
    }
}

fn format_of(form: &str) -> FileFormat {
    if Kind::JsonLines.is_of(form) {
        return FileFormat::JsonLines;
    }
    if Kind::Parquet.is_of(form) {
        return FileFormat::Parquet;
    }
    if Kind::Xlsx.is_of(form) {
        let (sheet, header_row) = match form {
            "shared.xlsx" => (Some("Entries"), 1),
            "openpyxl.xlsx" => (None, 3),
            _ => (None, 1),
        };
        return FileFormat::Xlsx { sheet: sheet.map(str::to_owned), header_row };
    }
    FileFormat::Csv {
        delimiter: match form {
            "bom.csv" => b',',
            "utf16le.csv" => b'\t',
            "unquoted.csv" => b'|',
            _ => b';',
        },
        quote: match form {
            "unquoted.csv" => None,
            "headless.csv" => Some(b'\''),
            _ => Some(b'"'),
        },
        header: form != "headless.csv",
        skip_rows: if form == "preamble.csv" { 3 } else { 0 },
        encoding: match form {
            "latin1.csv" => Encoding::Latin1,
            "utf16le.csv" | "utf16be.csv" => Encoding::Utf16,
            _ => Encoding::Utf8,
        },
    }
}

fn columns(form: &str) -> Vec<Column> {
    let format = if form == "german.csv" { german() } else { ValueFormat::default() };
    let column = |(name, data_type): (&str, &str)| Column {
        name: name.to_owned(),
        data_type: data_type.parse().unwrap(),
        nullable: name != "reference",
        required: name != "note",
        headers: vec![name.to_owned()],
        format: format.clone(),
    };
    [
        ("reference", "text"),
        ("booked_on", "date"),
        ("amount", "decimal(18,2)"),
        ("quantity", "integer"),
        ("open", "boolean"),
        ("changed_at", "timestamp"),
        ("note", "text"),
    ]
    .map(column)
    .into()
}

/// Every form that a value may be declared to have.
fn german() -> ValueFormat {
    let list = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    ValueFormat {
        number: NumberFormat {
            decimal_mark: ',',
            group_marks: vec!['.'],
            negative: vec![NegativeForm::Parentheses, NegativeForm::TrailingMinus, NegativeForm::UnicodeMinus],
            plus_sign: false,
            currency_sign: Some("€".to_owned()),
            exponent: true,
        },
        date: "%d.%m.%Y".to_owned(),
        timestamp: list(&["%d.%m.%Y %H:%M", "%d.%m.%Y"]),
        null: list(&["", "-"]),
        true_values: list(&["ja"]),
        false_values: list(&["nein"]),
        ..ValueFormat::default()
    }
}
